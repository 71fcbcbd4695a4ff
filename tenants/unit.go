package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

// Faults of the tree.
var (
	ErrUnitCode = fault.New(fault.Conflict, "org.code_taken", "组织编码已存在", "This code is taken")
	ErrParent   = fault.New(fault.Invalid, "org.parent", "上级组织不存在，或不能在它下面建立这种组织", "The parent does not exist, or cannot hold a unit of this kind")
	ErrNoUnit   = fault.New(fault.Invalid, "org.no_unit", "组织不存在或已关闭", "The unit does not exist or is closed")
)

// mayHold says which kinds of unit a kind has directly below it. Only opening a tenant makes a group.
var mayHold = map[string][]string{"group": {"region", "company", "department"}, "region": {"region", "company"}, "company": {"department"}, "department": {"team"}}

// UnitInput describes a new unit.
type UnitInput struct {
	Parent     uuid.UUID
	Kind       string // region, company, department or team
	Code, Name string
}

// AddUnit adds a unit below its parent. It returns ErrParent, ErrUnitCode, ErrQuota or a denied fault.
func (o *Org) AddUnit(ctx context.Context, a Actor, in UnitInput) (unit uuid.UUID, err error) {
	unit = id.New()
	err = o.change(ctx, a, func(tx Tx) error {
		scope, err := tx.Can("org:manage")
		if err != nil {
			return err
		}
		if in.Kind == "company" {
			if err := Room(ctx, tx.Tx, Companies, 1); err != nil {
				return err
			}
		}
		company, err := parentOf(ctx, tx, in)
		if err != nil {
			return err
		}
		if !scope.All && !scope.Covers(company, uuid.Nil, uuid.Nil) {
			return ErrBeyond.At("parentId")
		}
		return insertUnit(ctx, tx, unit, company, in)
	})
	return unit, err
}

// parentOf returns the company of an open unit that may hold in, and keeps it from being closed meanwhile.
func parentOf(ctx context.Context, tx Tx, in UnitInput) (company uuid.UUID, err error) {
	var kind string
	var c uuid.NullUUID
	err = tx.QueryRowContext(ctx, "SELECT kind, company_id FROM org_units WHERE tenant_id = ? AND id = ? AND status = 'open' FOR SHARE", tx.Tenant, in.Parent).Scan(&kind, &c)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !slices.Contains(mayHold[kind], in.Kind) {
		return uuid.Nil, ErrParent.At("parentId")
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("parent of unit %s: %w", in.Code, err)
	}
	return c.UUID, nil
}

func insertUnit(ctx context.Context, tx Tx, unit, company uuid.UUID, in UnitInput) error {
	if in.Kind == "company" {
		company = unit
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO org_units (tenant_id, id, parent_id, company_id, kind, code, name, valid_from) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Tenant, unit, null(in.Parent), null(company), in.Kind, in.Code, in.Name, tx.today())
	if database.Violates(err, "org_units_code") {
		return ErrUnitCode.At("code")
	}
	if err != nil {
		return fmt.Errorf("add unit %s: %w", in.Code, err)
	}
	if err := keepPeriod(ctx, tx, unit, clock.Day(tx.today())); err != nil {
		return err
	}
	return record.WriteHistory(ctx, tx.Tx, UnitKind.Name, unit, 1, "create", nil, map[string]any{"name": in.Name, "code": in.Code, "kind": in.Kind, "parentId": in.Parent})
}

func null(u uuid.UUID) any {
	if u == uuid.Nil {
		return nil
	}
	return u
}
