package record

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/rest"
)

func TestReveal(t *testing.T) {
	s := newShop(t)
	x := s.add(s.ours, "甲", "2026-11-01")
	desk := &Desk{Pool: s.pool, Kinds: s.kinds, Write: func(_ context.Context, fn func(tx database.Tx) error) error {
		return s.do(s.ours, func(_ context.Context, tx database.Tx) error { return fn(tx) })
	}}
	reveal := func(v View, field string) (string, error) {
		in := &revealInput{ByID: ByID{x.ID.String()}}
		in.Body.Field = field
		out, err := served{desk, things.Spec}.reveal(WithView(database.WithTenant(context.Background(), v.Tenant), v), in)
		if err != nil {
			return "", err
		}
		return out.Body.Value, nil
	}
	here, elsewhere, all := access.Scope{Companies: []uuid.UUID{x.CompanyID}}, access.Scope{Companies: []uuid.UUID{uuid.New()}}, access.Scope{All: true}
	for _, c := range []struct {
		name   string
		tenant uuid.UUID
		scopes map[access.Permission]access.Scope
		field  string
		want   error
	}{
		{"Covered", s.ours, map[access.Permission]access.Scope{"thing:read": here, "thing:reveal": here}, "mobile", nil},
		{"Everything", s.ours, map[access.Permission]access.Scope{"thing:read": all, "thing:reveal": all}, "mobile", nil},
		{"ReadOnly", s.ours, map[access.Permission]access.Scope{"thing:read": here, "thing:reveal": elsewhere}, "mobile", rest.ErrDenied},
		{"NoGrant", s.ours, map[access.Permission]access.Scope{"thing:read": here}, "mobile", rest.ErrDenied},
		{"Unread", s.ours, map[access.Permission]access.Scope{"thing:read": elsewhere, "thing:reveal": all}, "mobile", ErrMissing},
		{"NoGrantToRead", s.ours, map[access.Permission]access.Scope{"thing:reveal": all}, "mobile", ErrMissing},
		{"ReadsNothing", s.ours, map[access.Permission]access.Scope{"thing:read": {}, "thing:reveal": all}, "mobile", ErrMissing},
		{"OtherTenant", s.them, map[access.Permission]access.Scope{"thing:read": all, "thing:reveal": all}, "mobile", ErrMissing},
		{"NothingMasked", s.ours, map[access.Permission]access.Scope{"thing:read": all, "thing:reveal": all}, "price", ErrField},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := s.view(c.tenant)
			v.Set = &access.Set{Scopes: c.scopes}
			got, err := reveal(v, c.field)
			if !errors.Is(err, c.want) || c.want == nil && got != x.Mobile {
				t.Errorf("%q, %v; want %v", got, err, c.want)
			}
		})
	}
	t.Run("EachIsWrittenDown", func(t *testing.T) {
		events, err := things.History(context.Background(), s.pool, s.kinds, s.view(s.ours), x.ID)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, e := range events {
			if strings.Contains(e.Action.En, "Revealed") {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%d lines of %+v", n, events)
		}
	})
}
