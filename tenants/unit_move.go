package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
)

// Faults of moving a unit.
var (
	ErrRoot         = fault.New(fault.Conflict, "org.root", "集团本身不能移动或关闭", "The group itself can neither be moved nor closed")
	ErrBelowItself  = fault.New(fault.Invalid, "org.below_itself", "不能移到自己或自己的下级组织下面", "A unit cannot be moved below itself or what is below it")
	ErrOtherCompany = fault.New(fault.Invalid, "org.other_company", "部门和班组不能移到另一家公司，它们的单据属于原公司；请在新公司新建并调整任职", "A department or team stays in its company, as its documents do; add a new one there and move the people")
)

// lockTree lets one change of the tree's shape at a time into a tenant: two moves that are each fine can make a ring together.
func lockTree(ctx context.Context, tx Tx) error {
	return tx.Later(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 1))", "org_units "+tx.Tenant.String())
}

// MoveUnit puts a unit, and what is below it, under another parent. Documents name their company and department, not the way to
// them, so none is touched. It returns rest.ErrMissing, record.ErrStale, ErrBeyond, ErrRoot, ErrBelowItself, ErrParent or
// ErrOtherCompany.
func (o *Org) MoveUnit(ctx context.Context, a Actor, unit uuid.UUID, version int, parent uuid.UUID) error {
	return o.change(ctx, a, func(tx Tx) error {
		if err := lockTree(ctx, tx); err != nil {
			return err
		}
		u, scope, err := lockUnit(ctx, tx, unit, version)
		if err != nil {
			return err
		}
		if u.kind == "group" {
			return ErrRoot.At("parentId")
		}
		company, err := destination(ctx, tx, u, parent)
		if err != nil {
			return err
		}
		if !scope.All && (u.kind == "company" || !scope.Covers(company, uuid.Nil, uuid.Nil)) {
			return ErrBeyond.At("parentId")
		}
		if parent == u.parent {
			return nil
		}
		if err := tx.Later(ctx, "UPDATE org_units SET parent_id = ?, version = version + 1 WHERE tenant_id = ? AND id = ?", parent, tx.Tenant, unit); err != nil {
			return err
		}
		if err := keepPeriod(ctx, tx, unit, clock.Day(tx.today())); err != nil {
			return err
		}
		return u.history(ctx, tx, "move", map[string]any{"parentId": u.parent}, map[string]any{"parentId": parent})
	})
}

// destination returns the company of an open unit that may hold u and is not below it.
func destination(ctx context.Context, tx Tx, u unitRow, parent uuid.UUID) (company uuid.UUID, err error) {
	var kind, status string
	var c uuid.NullUUID
	var below bool
	// The way up from the new parent; UNION ends it even in a tree that were a ring.
	err = tx.QueryRowContext(ctx, `WITH RECURSIVE up AS (
		SELECT id, parent_id FROM org_units WHERE tenant_id = ? AND id = ?
		UNION SELECT o.id, o.parent_id FROM up JOIN org_units o ON o.tenant_id = ? AND o.id = up.parent_id)
		SELECT kind, status, company_id, EXISTS (SELECT FROM up WHERE id = ?) FROM org_units WHERE tenant_id = ? AND id = ? FOR SHARE`,
		tx.Tenant, parent, tx.Tenant, u.id, tx.Tenant, parent).Scan(&kind, &status, &c, &below)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return uuid.Nil, ErrParent.At("parentId")
	case err != nil:
		return uuid.Nil, fmt.Errorf("move unit %s: %w", u.id, err)
	case below:
		return uuid.Nil, ErrBelowItself.At("parentId")
	case status != "open" || !slices.Contains(mayHold[kind], u.kind):
		return uuid.Nil, ErrParent.At("parentId")
	case u.kind != "company" && u.kind != "region" && c.UUID != u.company:
		return uuid.Nil, ErrOtherCompany.At("parentId")
	}
	return c.UUID, nil
}
