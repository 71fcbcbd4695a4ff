// Package screens lets a group shape its screens without programming: fields of its own in any kind of record, the list and
// the form of each kind, the menu, and lists that people keep under a name.
package screens

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/live"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Permissions of whoever shapes screens.
const (
	Read access.Permission = "screen:read"
	Edit access.Permission = "screen:edit"
)

// ErrKind says that the tenant has no such kind, or that the reader may not see it.
var ErrKind = fault.New(fault.Missing, "screen.kind", "没有这种单据", "There is no such kind of record")

// Service keeps what a group decided about its screens.
type Service struct {
	db    *tenants.DB
	kinds *record.Registry
	menu  record.Menu
	stale func(uuid.UUID)

	atOnce, batches int // records in one transaction, and transactions in one run of the task
}

// New makes the service. menu is the way to every list and page; stale announces a tenant whose fields changed.
func New(db *tenants.DB, kinds *record.Registry, menu record.Menu, stale func(uuid.UUID)) *Service {
	return &Service{db: db, kinds: kinds, menu: menu, stale: stale, atOnce: recomputeAtOnce, batches: recomputeRun}
}

// shape runs fn for whoever may change the fields of the whole group, and makes what it did count at once. Raising the version comes
// first: it holds back a second change, which would not see this one.
func (s *Service) shape(ctx context.Context, a tenants.Actor, fn func(tx tenants.Tx) error) error {
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if scope, err := tx.Can(Edit); err != nil || !scope.All {
			return rest.ErrDenied.Because(err)
		}
		if err := tenants.Bump(ctx, tx); err != nil {
			return err
		}
		tx.Touch(live.Declarations, uuid.Nil)
		return fn(tx)
	})
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return err
}

// kind returns a kind that takes own fields. It returns record.ErrOwnKind.
func (s *Service) kind(name string) (*record.Spec, error) {
	k := s.kinds.Kind(name)
	if k == nil || k.Path == "" || !k.TakesOwn() {
		return nil, record.ErrOwnKind
	}
	return k, nil
}
