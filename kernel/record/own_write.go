package record

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/search"
)

// ErrFixed refuses a value for a field that nobody types.
var ErrFixed = fault.New(fault.Invalid, "record.fixed", "%s不能填写", "%s cannot be entered")

// given are the values of own fields that somebody sent with a record. A module's use case need not know of them: they travel in the
// context to the Create or Save of the record that they belong to.
type given struct {
	kind   string
	record uuid.UUID // uuid.Nil: a new one
	values map[string]json.RawMessage
	keys   []string // everything that was sent
	own    bool     // nothing but own fields can be sent
}

type givenKey struct{}

// takeOwn takes the own fields out of a body before its schema is checked, which knows only the declared ones. A body that is no
// object is left for the schema to refuse.
func takeOwn(kind string) func(context.Context, []byte) (context.Context, []byte) {
	return func(ctx context.Context, body []byte) (context.Context, []byte) {
		g := &given{kind: kind, values: map[string]json.RawMessage{}}
		ctx = context.WithValue(ctx, givenKey{}, g)
		var all map[string]json.RawMessage
		if json.Unmarshal(body, &all) != nil {
			return ctx, body
		}
		for key, raw := range all {
			g.keys = append(g.keys, key)
			if len(key) > len(OwnKey) && key[:len(OwnKey)] == OwnKey {
				g.values[key] = raw
				delete(all, key)
			}
		}
		if len(g.values) == 0 {
			return ctx, body
		}
		rest, err := json.Marshal(all)
		if err != nil {
			return ctx, body
		}
		return ctx, rest
	}
}

// givenTo tells which record the values of ctx belong to.
func givenTo(ctx context.Context, record uuid.UUID) {
	if g, ok := ctx.Value(givenKey{}).(*given); ok {
		g.record = record
	}
}

// givenFor returns the values that somebody sent for this record, or nil when it is written for another reason.
func (s *Spec) givenFor(ctx context.Context, record uuid.UUID) *given {
	g, ok := ctx.Value(givenKey{}).(*given)
	if !ok || g.kind != s.Name || g.record != record {
		return nil
	}
	return g
}

// fill puts the own values that came with the record into m, holds them against their definitions, and computes the formulas. Required
// fields are asked for where somebody enters or edits the record, not where a document moves on: old records stay valid until edited.
func (k *Kind[T]) fill(ctx context.Context, tx database.Tx, m *T, fresh bool) (*Spec, error) {
	b := baseOf(m)
	at := b.ID
	if fresh {
		at = uuid.Nil
	}
	s, err := k.Of(ctx, tx)
	if err != nil {
		return nil, err
	}
	g := k.givenFor(ctx, at)
	if s == k.Spec && (g == nil || len(g.values) == 0) {
		return s, nil
	}
	now := maps.Clone(b.Own)
	if now == nil {
		now = Own{}
	}
	if g != nil {
		w := ownWriter{ctx, tx, s, b.ID, ViewOf(ctx), now, nil}
		if err := w.apply(g, fresh); err != nil {
			return nil, err
		}
	}
	s.run(reflect.ValueOf(m).Elem(), now, tx)
	b.Own = now
	if g != nil {
		return s, s.follow(ViewOf(ctx), g, s.ownValues(now, k.values(m)), fresh)
	}
	return s, nil
}

// run computes the formulas.
func (s *Spec) run(m reflect.Value, own Own, tx database.Tx) {
	if len(s.formulas) == 0 {
		return
	}
	env := map[string]any{}
	for _, f := range s.Fields {
		if f.Own {
			env[f.Name] = plainOwn(f, own[f.Name])
		} else {
			env[f.Name] = plain(f, m.FieldByIndex(f.index), tx.Zone)
		}
	}
	for _, x := range s.formulas {
		put(own, x.field.Name, x.value(env))
		env[x.field.Name] = plainOwn(x.field, own[x.field.Name])
	}
}

func put(own Own, key string, value any) {
	if value == nil {
		delete(own, key)
	} else {
		own[key] = value
	}
}

// ownWriter applies what was sent.
type ownWriter struct {
	ctx    context.Context
	tx     database.Tx
	spec   *Spec
	record uuid.UUID
	view   View
	now    Own
	wrong  []*fault.Fault
}

func (w *ownWriter) apply(g *given, fresh bool) error {
	for _, key := range slices.Sorted(maps.Keys(g.values)) {
		if err := w.one(key, g.values[key]); err != nil {
			return err
		}
	}
	for _, f := range w.spec.own() {
		_, sent := g.values[f.Name]
		if fresh && !sent && f.Start != "" && !f.ReadOnly {
			w.begin(f)
		}
		if f.Required && w.now[f.Name] == nil && !w.view.unseen(f) && !w.faulty(f.Name) {
			w.wrong = append(w.wrong, ErrNeeded.With(f.Label).At(f.Name))
		}
	}
	return fault.Join(w.wrong...)
}

func (w *ownWriter) faulty(field string) bool {
	return slices.ContainsFunc(w.wrong, func(f *fault.Fault) bool { return f.Field == field })
}

func (w *ownWriter) one(key string, raw json.RawMessage) error {
	f := w.spec.by[key]
	if f == nil || !f.Own || w.view.unseen(f) {
		w.wrong = append(w.wrong, ErrField.At(clip(key)))
		return nil
	}
	if f.ReadOnly {
		w.wrong = append(w.wrong, ErrFixed.With(f.Label).At(key))
		return nil
	}
	before := w.now[key]
	v, wrong := f.take(raw, before)
	if wrong != nil {
		w.wrong = append(w.wrong, wrong)
		return nil
	}
	if had, ok := before.(string); ok && f.Personal && v == f.mask(had) {
		return nil // a form sends back the mask that it was shown
	}
	if id, ok := v.(string); ok && f.Type == Ref && v != before {
		if err := w.target(f, id); err != nil {
			return err
		}
	}
	if ids, ok := v.([]any); ok && f.Type == File {
		var refused *fault.Fault
		switch v, err := w.claim(f, ids); {
		case errors.As(err, &refused):
			w.wrong = append(w.wrong, refused)
		case err != nil:
			return err
		default:
			put(w.now, key, v)
		}
		return nil
	}
	put(w.now, key, v)
	return nil
}

// target checks that a reference leads to a record that the writer may read.
func (w *ownWriter) target(f *Field, text string) error {
	target := w.spec.home.registry.Load().Kind(f.RefKind)
	id, err := uuid.Parse(text)
	if err != nil || target == nil {
		return ErrTarget.At(f.Name).Because(err)
	}
	scope, ok := w.view.Set.Scope(target.Read)
	if !ok {
		return ErrTarget.At(f.Name)
	}
	return target.Exists(w.ctx, w.tx, scope, id, f.Name)
}

// begin puts the default of a field that was not sent.
func (w *ownWriter) begin(f *Field) {
	raw := (&OwnField{Type: f.Type, Start: f.Start}).startJSON()
	if day, ok := (View{Now: w.tx.Now, Zone: w.tx.Zone}).placeholder(f.Type, f.Start); ok {
		w.now[f.Name] = day
		return
	}
	if v, wrong := f.take(json.RawMessage(raw), nil); wrong == nil {
		put(w.now, f.Name, v)
	}
}

// ownValues adds the own values to out in the form of a history.
func (s *Spec) ownValues(own Own, out map[string]any) map[string]any {
	for _, f := range s.own() {
		v, ok := own[f.Name]
		if !ok {
			continue
		}
		if n, isNumber := v.(json.Number); isNumber && f.Type == Money {
			if fen, err := n.Int64(); err == nil {
				v = money.Amount(fen)
			}
		}
		out[f.Name] = v
	}
	return out
}

// slots returns the values of the slots in use, by column.
func (s *Spec) slots(own Own) map[string]any {
	out := map[string]any{}
	for _, f := range s.own() {
		if f.slot != "" {
			out[f.slot] = f.slotted(own[f.Name])
		}
	}
	return out
}

// ownKeys are the search keys of own texts.
func (s *Spec) ownKeys(own Own) []string {
	var keys []string
	for _, f := range s.own() {
		text, ok := own[f.Name].(string)
		switch {
		case !ok || !f.Searchable:
		case f.Protected():
			keys = append(keys, search.Whole(text)...)
		default:
			keys = append(keys, search.Keys(text)...)
		}
	}
	return keys
}
