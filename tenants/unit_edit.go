package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// ErrUnitNumbered keeps the code of a company that has documents: it is part of their numbers, which are never given twice.
var ErrUnitNumbered = fault.New(fault.Conflict, "org.code_in_numbers", "公司已有单据，编码是单据编号的一部分，不能再改", "The company has documents, and its code is part of their numbers; it stays")

// ErrStartMonth refuses a first month of what is no company.
var ErrStartMonth = fault.New(fault.Invalid, "org.start_month", "只有公司有启用月份，格式如 2026-12", "Only a company has a first month, such as 2026-12")

// UnitEdit is what changes of a unit; nil stays.
type UnitEdit struct {
	Name, Code *string
	StartMonth *string // of a company, "2026-12"
	Head       *string // a user's id; empty: nobody
}

// unitRow is a unit as it stands, locked.
type unitRow struct {
	id, parent, company uuid.UUID
	version             int
	kind, code, name    string
	status              string
	validFrom, validTo  clock.Day
	startMonth          clock.Day
	head                uuid.UUID
}

// lockUnit reads and locks a unit that the actor may change, and of which nobody changed the version meanwhile; version 0 is any.
// It returns rest.ErrMissing, ErrBeyond or record.ErrStale, and the rows that org:manage covers.
func lockUnit(ctx context.Context, tx Tx, unit uuid.UUID, version int) (u unitRow, scope access.Scope, err error) {
	return findUnit(ctx, tx, unit, version, " FOR UPDATE")
}

// findUnit is lockUnit with the end of the statement that says how it locks.
func findUnit(ctx context.Context, tx Tx, unit uuid.UUID, version int, lock string) (u unitRow, scope access.Scope, err error) {
	if scope, err = tx.Can("org:manage"); err != nil {
		return u, scope, err
	}
	var parent, company, head uuid.NullUUID
	err = tx.QueryRowContext(ctx, "SELECT id, parent_id, company_id, version, kind, code, name, status, valid_from, valid_to, start_month, head_id FROM org_units WHERE tenant_id = ? AND id = ?"+lock, tx.Tenant, unit).
		Scan(&u.id, &parent, &company, &u.version, &u.kind, &u.code, &u.name, &u.status, &u.validFrom, &u.validTo, &u.startMonth, &head)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return u, scope, rest.ErrMissing
	case err != nil:
		return u, scope, fmt.Errorf("find unit %s: %w", unit, err)
	}
	u.parent, u.company, u.head = parent.UUID, company.UUID, head.UUID
	switch {
	case !scope.All && !scope.Covers(u.company, uuid.Nil, uuid.Nil):
		return u, scope, ErrBeyond
	case version != 0 && version != u.version:
		return u, scope, record.ErrStale
	}
	return u, scope, nil
}

// history writes the line of one change, which gave the unit its next version.
func (u unitRow) history(ctx context.Context, tx Tx, action string, was, now map[string]any) error {
	return record.WriteHistory(ctx, tx.Tx, UnitKind.Name, u.id, u.version+1, action, was, now)
}

// EditUnit gives a unit another name, code, first month or head. It returns rest.ErrMissing, ErrBeyond, record.ErrStale, ErrUnitCode,
// ErrUnitNumbered or ErrHead.
func (o *Org) EditUnit(ctx context.Context, a Actor, unit uuid.UUID, version int, in UnitEdit) error {
	return o.change(ctx, a, func(tx Tx) error {
		u, _, err := lockUnit(ctx, tx, unit, version)
		if err != nil {
			return err
		}
		was, now := map[string]any{}, map[string]any{}
		name, code := u.name, u.code
		if in.Name != nil && *in.Name != name {
			was["name"], now["name"], name = name, *in.Name, *in.Name
		}
		if in.Code != nil && *in.Code != code {
			if err := unnumbered(ctx, tx, u); err != nil {
				return err
			}
			was["code"], now["code"], code = code, *in.Code, *in.Code
		}
		month, err := u.month(in.StartMonth)
		if err != nil {
			return err
		}
		if month != u.startMonth {
			was["startMonth"], now["startMonth"] = u.startMonth, month
		}
		head := u.head
		if in.Head != nil {
			if head, err = headOf(ctx, tx, unit, *in.Head); err != nil {
				return err
			}
		}
		if head != u.head {
			was["headId"], now["headId"] = null(u.head), null(head)
		}
		if len(now) == 0 {
			return nil
		}
		_, err = tx.ExecContext(ctx, "UPDATE org_units SET name = ?, code = ?, start_month = nullif(?, '')::date, head_id = ?, version = version + 1 WHERE tenant_id = ? AND id = ?", name, code, string(month), null(head), tx.Tenant, unit)
		if database.Violates(err, "org_units_code") {
			return ErrUnitCode.At("code")
		}
		if err != nil {
			return fmt.Errorf("edit unit %s: %w", unit, err)
		}
		if err := keepPeriod(ctx, tx, unit, clock.Day(tx.today())); err != nil {
			return err
		}
		return u.history(ctx, tx, "edit", was, now)
	})
}

// month returns the first day of a company's first month after an edit, or ErrStartMonth.
func (u unitRow) month(given *string) (clock.Day, error) {
	if given == nil {
		return u.startMonth, nil
	}
	first, err := clock.ParseDay(*given + "-01")
	if err != nil || u.kind != "company" {
		return "", ErrStartMonth.At("startMonth").Because(err)
	}
	return first, nil
}

// unnumbered returns ErrUnitNumbered for a company that has given a number.
func unnumbered(ctx context.Context, tx Tx, u unitRow) error {
	if u.kind != "company" {
		return nil
	}
	numbered, err := tx.NewSelect().TableExpr("counters").Where("tenant_id = ? AND company_id = ?", tx.Tenant, u.id).Exists(ctx)
	if err != nil {
		return fmt.Errorf("numbers of unit %s: %w", u.id, err)
	}
	if numbered {
		return ErrUnitNumbered.At("code")
	}
	return nil
}
