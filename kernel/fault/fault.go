// Package fault holds the errors that a client may read. A fault is declared once, beside the rule it guards,
// with a code that never changes and its text in Chinese and English. Only kernel/rest knows which HTTP status it becomes.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of refusal a fault is.
type Kind int

// The sorts of refusal. Unseen, foreign and missing records are all Missing, so that an answer never tells which.
const (
	Invalid Kind = iota
	Unauthenticated
	Denied
	Missing
	Conflict
	Stale
	VersionNeeded
	TooLarge
	TooMany
	Unavailable
)

// Text is one sentence in both languages of the product.
type Text struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// In returns the sentence in the language lang; every language but "en" reads Chinese.
func (t Text) In(lang string) string {
	if lang == "en" && t.En != "" {
		return t.En
	}
	return t.Zh
}

// Fault is an error with a text for the client and, apart from it, a cause for the log.
type Fault struct {
	Kind   Kind
	Code   string
	Text   Text
	Field  string        // path in the body, such as lines[0].price, or the name of a parameter
	Wait   time.Duration // after which it makes sense to try again; 0: not told
	More   []*Fault
	args   []any
	cause  error
	origin *Fault
}

// New declares a fault. zh and en may hold fmt verbs, filled by With.
func New(kind Kind, code, zh, en string) *Fault {
	f := &Fault{Kind: kind, Code: code, Text: Text{zh, en}}
	f.origin = f
	return f
}

// Error returns the English text with the cause: the form for logs.
func (f *Fault) Error() string {
	s := f.Code + ": " + f.Message("en")
	if f.Field != "" {
		s = f.Field + ": " + s
	}
	if f.cause != nil {
		s += ": " + f.cause.Error()
	}
	return s
}

// Message returns the text for the client, with its arguments filled in.
func (f *Fault) Message(lang string) string {
	text := f.Text.In(lang)
	if len(f.args) == 0 {
		return text
	}
	args := make([]any, len(f.args))
	for i, a := range f.args {
		if t, ok := a.(Text); ok {
			a = t.In(lang)
		}
		args[i] = a
	}
	return fmt.Sprintf(text, args...)
}

// Say fills a sentence. A Text among args is put in the sentence's language.
func Say(zh, en string, args ...any) Text {
	f := New(Invalid, "", zh, en).With(args...)
	return Text{f.Message("zh"), f.Message("en")}
}

// Unwrap gives the cause to errors.Is and errors.As.
func (f *Fault) Unwrap() error { return f.cause }

// Is makes every copy of a fault equal to its declaration.
func (f *Fault) Is(target error) bool {
	var t *Fault
	return errors.As(target, &t) && t.origin == f.origin && f.origin != nil
}

func (f *Fault) copy() *Fault { c := *f; return &c }

// At names the field that is wrong.
func (f *Fault) At(field string) *Fault { c := f.copy(); c.Field = field; return c }

// With fills the verbs of the text. A Text among args is put in the reader's language.
func (f *Fault) With(args ...any) *Fault { c := f.copy(); c.args = args; return c }

// After tells when to try again.
func (f *Fault) After(wait time.Duration) *Fault { c := f.copy(); c.Wait = wait; return c }

// Because adds a cause for the log; the client never reads it.
func (f *Fault) Because(err error) *Fault { c := f.copy(); c.cause = err; return c }

// Join makes one fault of several, so that a form learns all its mistakes at once. It returns nil when there are none.
func Join(faults ...*Fault) error {
	switch len(faults) {
	case 0:
		return nil
	case 1:
		return faults[0]
	}
	first := faults[0].copy()
	first.More = faults[1:]
	return first
}
