package record

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/rest"
)

// Grants tells what somebody's grant covers, or returns a denied fault.
type Grants interface {
	Can(p access.Permission) (access.Scope, error)
}

// Lock is Find for somebody who does p to the record at version: a record that they may not read is ErrMissing, one that they may
// read but p does not cover is rest.ErrDenied, and another version is ErrStale.
func (k *Kind[T]) Lock(ctx context.Context, tx database.Tx, who Grants, p access.Permission, id uuid.UUID, version int) (*T, error) {
	acts, err := who.Can(p)
	if err != nil {
		return nil, err
	}
	reads, err := who.Can(k.Read)
	if err != nil {
		return nil, err
	}
	m, err := k.Find(ctx, tx, reads, id)
	if err != nil {
		return nil, err
	}
	if err := k.covered(ctx, tx, acts, baseOf(m)); err != nil {
		return nil, err
	}
	if baseOf(m).Version != version {
		return nil, ErrStale
	}
	return m, nil
}

// covered returns rest.ErrDenied for a record out of scope. Where other rows decide about that, the database is asked.
func (k *Kind[T]) covered(ctx context.Context, tx database.Tx, scope access.Scope, b *Base) error {
	switch k.scope {
	case scopeColumns:
		if !scope.Covers(b.CompanyID, b.DepartmentID, b.OwnerID) {
			return rest.ErrDenied
		}
	case scopeThrough:
		if err := k.Exists(ctx, tx, scope, b.ID, ""); errors.Is(err, ErrTarget) {
			return rest.ErrDenied.Because(err)
		} else if err != nil {
			return err
		}
	}
	return nil
}
