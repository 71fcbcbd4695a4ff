package record

import (
	"context"
	"reflect"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/rest"
)

// filling is how a record without an edit gets values of own fields after it was written.
type filling struct {
	needs access.Permission
	do    func(ctx context.Context, tx database.Tx, id uuid.UUID, version int) (Saved, error)
}

// actionFill is stored in the history.
const actionFill = "fill"

// FillsIn is for a kind that nobody edits: whoever holds needs, which brings its records about, fills in the fields that the group added,
// in any state, and nothing else.
func (k *Kind[T]) FillsIn(needs access.Permission) {
	k.Says(actionFill, "补充填写", "Filled in")
	k.Spec.filling = filling{needs, func(ctx context.Context, tx database.Tx, id uuid.UUID, version int) (Saved, error) {
		m, err := k.Lock(ctx, tx, holder{ViewOf(ctx).Set}, needs, id, version)
		if err != nil {
			return Saved{}, err
		}
		before := *m
		if err := k.Save(ctx, tx, &before, m, actionFill); err != nil {
			return Saved{}, err
		}
		b := baseOf(m)
		out := Saved{ID: b.ID, Number: b.Number, Version: b.Version}
		if f := k.by[k.status]; f != nil {
			out.Status = reflect.ValueOf(m).Elem().FieldByIndex(f.index).String()
		}
		return out, nil
	}}
}

// holder tells what a reader's grants cover.
type holder struct{ set *access.Set }

func (h holder) Can(p access.Permission) (access.Scope, error) {
	scope, ok := h.set.Scope(p)
	if !ok {
		return scope, rest.ErrDenied
	}
	return scope, nil
}

// mayFill reports whether the reader could fill something in.
func (s *Spec) mayFill(v View, row Row) bool {
	if !covers(s, v, s.filling.needs, row) {
		return false
	}
	for _, f := range s.own() {
		if !f.ReadOnly && v.See(f) != access.Hidden && !v.locked(f) {
			return true
		}
	}
	return false
}

type fillInput struct {
	ByID
	rest.Version
	Body struct{} // the own fields were taken out of it
}

func (k served) fill(ctx context.Context, in *fillInput) (*saved, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	givenTo(ctx, in.Key())
	if g := k.s.givenFor(ctx, in.Key()); g != nil {
		g.own = true
	}
	var out saved
	err = k.d.Write(ctx, func(tx database.Tx) (err error) {
		out.Body, err = k.s.filling.do(ctx, tx, in.Key(), version)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}
