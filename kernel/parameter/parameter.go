// Package parameter holds what the platform, a group or a company may decide about the way a module works: declared once, in Go,
// beside the rule that asks for it, and answered for a company from the nearest level that has decided and was allowed to.
package parameter

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"forecourt/kernel/fault"
	"forecourt/kernel/money"
)

// Level is where a value is decided. Each stands above the next.
type Level string

// The levels, from the top. A value that nobody decided is the shipped one.
const (
	Platform Level = "platform"
	Group    Level = "group"
	Company  Level = "company"
)

// Levels are all levels from the top.
var Levels = []Level{Platform, Group, Company}

// Type is what a value looks like.
type Type string

// The types, as the web and the API know them. Basis points are hundredths of a percent.
const (
	TypeBool        Type = "bool"
	TypeInt         Type = "int"
	TypeDays        Type = "days"
	TypeMonths      Type = "months"
	TypeBasisPoints Type = "basis_points"
	TypeMoney       Type = "money"
	TypeText        Type = "text"
	TypeChoice      Type = "choice"
)

// Option is one value of a choice.
type Option struct {
	Value string     `json:"value"`
	Label fault.Text `json:"label"`
}

// Spec is a declared parameter without its Go type: what lists, checks and screens read.
type Spec struct {
	Key     string
	Type    Type
	Section fault.Text
	Label   fault.Text
	Help    fault.Text
	Least   *int64 // of a number; of money in fen; of a text in characters
	Most    *int64
	Options []Option
	Lowest  Level // below it nobody decides
	// OnlyMore: a level below decides at least what holds above it, and of what the levels decided the most counts.
	OnlyMore bool

	standard json.RawMessage
}

// Standard returns the shipped value as JSON.
func (s *Spec) Standard() json.RawMessage { return s.standard }

// MayBeSet reports whether the parameter may be decided at a level.
func (s *Spec) MayBeSet(at Level) bool {
	return slices.Index(Levels, at) <= slices.Index(Levels, s.Lowest)
}

// MayBeLocked reports whether a level below could decide otherwise.
func (s *Spec) MayBeLocked(at Level) bool { return s.MayBeSet(at) && at != s.Lowest }

// Parameter is a declared parameter whose value is a T. Its methods belong into the declaration.
type Parameter[T any] struct{ *Spec }

var declared struct {
	sync.Mutex
	list []*Spec
}

// Declared are the parameters of all packages that the program holds, by section and key.
func Declared() []*Spec {
	declared.Lock()
	defer declared.Unlock()
	list := slices.Clone(declared.list)
	slices.SortFunc(list, func(a, b *Spec) int {
		return strings.Compare(a.Section.En+"\x00"+a.Key, b.Section.En+"\x00"+b.Key)
	})
	return list
}

// Find returns a declared parameter, or nil.
func Find(key string) *Spec {
	declared.Lock()
	defer declared.Unlock()
	for _, s := range declared.list {
		if s.Key == key {
			return s
		}
	}
	return nil
}

// Check lists every mistake of the declarations; a program with one does not start.
func Check() error {
	var wrong []string
	for _, s := range Declared() {
		for _, m := range s.mistakes() {
			wrong = append(wrong, s.Key+": "+m)
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("parameters: %s", strings.Join(wrong, "; "))
	}
	return nil
}

func (s *Spec) mistakes() (wrong []string) {
	for what, text := range map[string]fault.Text{"section": s.Section, "label": s.Label, "help": s.Help} {
		if text.Zh == "" || text.En == "" {
			wrong = append(wrong, what+" missing")
		}
	}
	if s.OnlyMore && s.Least == nil {
		wrong = append(wrong, "only more than what: it has no bounds")
	}
	if _, err := s.Accept(s.standard); err != nil {
		wrong = append(wrong, "the shipped value is refused: "+err.Error())
	}
	return wrong
}

var keyForm = regexp.MustCompile(`^[a-z][a-z_]*\.[a-z][a-z_]*$`)

// declare is stored under key, in tables and histories, so a key outlives a rename of the variable.
func declare[T any](t Type, key string, standard T, zh, en string) Parameter[T] {
	raw, err := json.Marshal(standard)
	if err != nil || !keyForm.MatchString(key) || Find(key) != nil {
		panic(fmt.Sprintf("parameter %q: declared twice, or not of the form module.name: %v", key, err))
	}
	p := Parameter[T]{&Spec{Key: key, Type: t, Label: fault.Text{Zh: zh, En: en}, Lowest: Company, standard: raw}}
	declared.Lock()
	defer declared.Unlock()
	declared.list = append(declared.list, p.Spec)
	return p
}

// Bool declares a yes or no.
func Bool(key string, standard bool, zh, en string) Parameter[bool] {
	return declare(TypeBool, key, standard, zh, en)
}

// Int declares a whole number.
func Int(key string, standard int, zh, en string) Parameter[int] {
	return declare(TypeInt, key, standard, zh, en)
}

// Days declares a number of days.
func Days(key string, standard int, zh, en string) Parameter[int] {
	return declare(TypeDays, key, standard, zh, en)
}

// Months declares a number of months.
func Months(key string, standard int, zh, en string) Parameter[int] {
	return declare(TypeMonths, key, standard, zh, en)
}

// BasisPoints declares a rate in hundredths of a percent; people read and type a percentage.
func BasisPoints(key string, standard int, zh, en string) Parameter[int] {
	return declare(TypeBasisPoints, key, standard, zh, en)
}

// Money declares a sum.
func Money(key string, standard money.Amount, zh, en string) Parameter[money.Amount] {
	return declare(TypeMoney, key, standard, zh, en)
}

// Text declares a text of at most 200 characters, unless Between says otherwise.
func Text(key, standard, zh, en string) Parameter[string] {
	return declare(TypeText, key, standard, zh, en).Between(0, 200)
}

// Choice declares one of several values.
func Choice(key, standard, zh, en string, options ...Option) Parameter[string] {
	p := declare(TypeChoice, key, standard, zh, en)
	p.Options = options
	return p
}

// In names the section of the page on which the parameter stands.
func (p Parameter[T]) In(zh, en string) Parameter[T] {
	p.Section = fault.Text{Zh: zh, En: en}
	return p
}

// Says explains what the value does.
func (p Parameter[T]) Says(zh, en string) Parameter[T] {
	p.Help = fault.Text{Zh: zh, En: en}
	return p
}

// Between bounds a number, a sum in fen, or the length of a text.
func (p Parameter[T]) Between(least, most int64) Parameter[T] {
	p.Least, p.Most = &least, &most
	return p
}

// OnlyMore says that a level below may only decide more than the one above: what protects somebody is lengthened, never shortened. The
// SQL function parameter_floor knows the key and the shipped value, too.
func (p Parameter[T]) OnlyMore() Parameter[T] {
	p.Spec.OnlyMore = true
	return p
}

// DownTo names the lowest level that decides; without it, that is the company.
func (p Parameter[T]) DownTo(lowest Level) Parameter[T] {
	p.Lowest = lowest
	return p
}
