package tenants

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
)

// Faults of closing and opening a unit.
var (
	ErrUnitBelow    = fault.New(fault.Conflict, "org.units_below", "还有 %d 个未关闭的下级组织，请先关闭或移走", "%d units below are still open; close or move them first")
	ErrUnitStaffed  = fault.New(fault.Conflict, "org.postings", "还有 %d 个任职在 %s 之后有效，请先结束", "%d postings are valid after %s; end them first")
	ErrUnitClosed   = fault.New(fault.Conflict, "org.closed", "组织已关闭", "The unit is closed already")
	ErrUnitOpen     = fault.New(fault.Conflict, "org.open", "组织没有关闭", "The unit is open")
	ErrClosedDay    = fault.New(fault.Invalid, "org.closed_day", "关闭日期不能早于启用日期 %s", "A unit closes no earlier than it opened, on %s")
	ErrParentClosed = fault.New(fault.Conflict, "org.parent_closed", "上级组织已关闭，请先启用上级组织", "The unit above is closed; open that one first")
)

// CloseUnit ends a unit with a day, which is today when it is empty. From now on nothing new begins in it; its documents stay. A
// company is closed by who manages the whole group. It returns rest.ErrMissing, record.ErrStale, ErrBeyond, ErrRoot, ErrUnitClosed,
// ErrClosedDay, ErrUnitBelow or ErrUnitStaffed.
func (o *Org) CloseUnit(ctx context.Context, a Actor, unit uuid.UUID, version int, on clock.Day) error {
	return o.change(ctx, a, func(tx Tx) error {
		if on == "" {
			on = clock.Day(tx.today())
		}
		u, scope, err := lockUnit(ctx, tx, unit, version)
		switch {
		case err != nil:
			return err
		case u.kind == "group":
			return ErrRoot
		case !scope.All && u.kind == "company":
			return ErrBeyond
		case u.status != "open":
			return ErrUnitClosed
		case on < u.validFrom:
			return ErrClosedDay.With(string(u.validFrom)).At("on")
		}
		if err := empty(ctx, tx, unit, on); err != nil {
			return err
		}
		if err := tx.Later(ctx, "UPDATE org_units SET status = 'closed', valid_to = ?, version = version + 1 WHERE tenant_id = ? AND id = ?", string(on), tx.Tenant, unit); err != nil {
			return err
		}
		if err := keepPeriod(ctx, tx, unit, on.Add(1)); err != nil {
			return err
		}
		return u.history(ctx, tx, "close", map[string]any{"status": "open"}, map[string]any{"status": "closed", "validTo": on})
	})
}

// empty returns what still lives in a unit after a day. The unit is locked, so nothing comes meanwhile.
func empty(ctx context.Context, tx Tx, unit uuid.UUID, on clock.Day) error {
	var below, staffed int
	err := tx.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM org_units WHERE tenant_id = ? AND parent_id = ? AND status = 'open'),
		(SELECT count(*) FROM postings WHERE tenant_id = ? AND unit_id = ? AND (valid_to IS NULL OR valid_to > ?::date))`,
		tx.Tenant, unit, tx.Tenant, unit, string(on)).Scan(&below, &staffed)
	if err != nil {
		return fmt.Errorf("close unit %s: %w", unit, err)
	}
	var left []*fault.Fault
	if below > 0 {
		left = append(left, ErrUnitBelow.With(below))
	}
	if staffed > 0 {
		left = append(left, ErrUnitStaffed.With(staffed, string(on)))
	}
	return fault.Join(left...)
}

// ReopenUnit opens a closed unit again. It returns rest.ErrMissing, record.ErrStale, ErrBeyond, ErrUnitOpen, ErrParentClosed
// or ErrQuota.
func (o *Org) ReopenUnit(ctx context.Context, a Actor, unit uuid.UUID, version int) error {
	return o.change(ctx, a, func(tx Tx) error {
		u, scope, err := lockUnit(ctx, tx, unit, version)
		switch {
		case err != nil:
			return err
		case !scope.All && u.kind == "company":
			return ErrBeyond
		case u.status == "open":
			return ErrUnitOpen
		}
		if u.kind == "company" {
			if err := Room(ctx, tx.Tx, Companies, 1); err != nil {
				return err
			}
		}
		var above string
		if err := tx.QueryRowContext(ctx, "SELECT status FROM org_units WHERE tenant_id = ? AND id = ? FOR SHARE", tx.Tenant, u.parent).Scan(&above); err != nil {
			return fmt.Errorf("reopen unit %s: %w", unit, err)
		}
		if above != "open" {
			return ErrParentClosed
		}
		if err := tx.Later(ctx, "UPDATE org_units SET status = 'open', valid_to = NULL, merged_into = NULL, version = version + 1 WHERE tenant_id = ? AND id = ?", tx.Tenant, unit); err != nil {
			return err
		}
		if err := keepPeriod(ctx, tx, unit, clock.Day(tx.today())); err != nil {
			return err
		}
		return u.history(ctx, tx, "reopen", map[string]any{"status": "closed", "validTo": u.validTo}, map[string]any{"status": "open"})
	})
}
