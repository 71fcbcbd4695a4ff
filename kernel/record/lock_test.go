package record

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/rest"
)

type grants map[access.Permission]access.Scope

func (g grants) Can(p access.Permission) (access.Scope, error) {
	if s, ok := g[p]; ok {
		return s, nil
	}
	return access.Scope{}, rest.ErrDenied
}

func TestLock(t *testing.T) {
	s := newShop(t)
	x := s.add(s.ours, "甲", "2026-11-01")
	lock := func(tenant uuid.UUID, g grants, version int) error {
		return s.do(tenant, func(ctx context.Context, tx database.Tx) error {
			m, err := things.Lock(ctx, tx, g, "thing:edit", x.ID, version)
			if err == nil && m.Name != "甲" {
				t.Errorf("locked %+v", m)
			}
			return err
		})
	}
	all := access.Scope{All: true}
	here, elsewhere := access.Scope{Companies: []uuid.UUID{x.CompanyID}}, access.Scope{Companies: []uuid.UUID{uuid.New()}}
	for _, c := range []struct {
		name    string
		tenant  uuid.UUID
		grants  grants
		version int
		want    error
	}{
		{"Covered", s.ours, grants{"thing:read": here, "thing:edit": here}, 1, nil},
		{"Unread", s.ours, grants{"thing:read": elsewhere, "thing:edit": all}, 1, ErrMissing},
		{"OtherTenant", s.them, grants{"thing:read": all, "thing:edit": all}, 1, ErrMissing},
		{"ReadOnly", s.ours, grants{"thing:read": here, "thing:edit": elsewhere}, 1, rest.ErrDenied},
		{"ReadOnlyAndStale", s.ours, grants{"thing:read": here, "thing:edit": elsewhere}, 7, rest.ErrDenied},
		{"NoGrant", s.ours, grants{"thing:read": all}, 1, rest.ErrDenied},
		{"NoGrantToRead", s.ours, grants{"thing:edit": all}, 1, rest.ErrDenied},
		{"OtherVersion", s.ours, grants{"thing:read": here, "thing:edit": here}, 2, ErrStale},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := lock(c.tenant, c.grants, c.version); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
