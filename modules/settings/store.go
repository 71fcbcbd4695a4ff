package settings

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/parameter"
	"forecourt/tenants"
)

// place is the unit for which somebody decides: the group, or a company.
type place struct {
	root, unit         uuid.UUID
	rootName, unitName string // unit is uuid.Nil for the group itself
}

func (p place) level() parameter.Level {
	if p.unit == uuid.Nil {
		return parameter.Group
	}
	return parameter.Company
}

// company is what parameter_value takes.
func (p place) company() any {
	if p.unit == uuid.Nil {
		return nil
	}
	return p.unit
}

// at returns the id that a row of the place carries.
func (p place) at(level parameter.Level) uuid.UUID {
	if level == parameter.Group {
		return p.root
	}
	return p.unit
}

// placeOf finds the group (uuid.Nil or the group's unit) or a company that scope covers. It returns ErrUnit.
func placeOf(ctx context.Context, tx tenants.Tx, scope access.Scope, unit uuid.UUID) (p place, err error) {
	if err := tx.NewSelect().TableExpr("org_units").ColumnExpr("id, name").Where("tenant_id = ? AND kind = 'group'", tx.Tenant).Scan(ctx, &p.root, &p.rootName); err != nil {
		return p, fmt.Errorf("the group: %w", err)
	}
	if unit == uuid.Nil || unit == p.root {
		return p, nil
	}
	if !scope.All && !scope.Covers(unit, uuid.Nil, uuid.Nil) {
		return p, ErrUnit.At("unit")
	}
	err = tx.NewSelect().TableExpr("org_units").ColumnExpr("id, name").Where("tenant_id = ? AND id = ? AND kind = 'company'", tx.Tenant, unit).Scan(ctx, &p.unit, &p.unitName)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return p, ErrUnit.At("unit")
	case err != nil:
		return p, fmt.Errorf("company %s: %w", unit, err)
	}
	return p, nil
}

// row is what one level has decided.
type row struct {
	Key     string
	Level   parameter.Level
	Value   json.RawMessage
	Locked  bool
	Version int
}

// decided reads what the levels of a place have decided, by key and level; key "" is all of them. lock holds a tenant's rows.
func decided(ctx context.Context, tx bun.IDB, tenant uuid.UUID, p place, key string) (map[string]map[parameter.Level]row, error) {
	var rows []row
	err := tx.NewRaw(`SELECT key, 'platform' AS level, value, locked, version FROM platform_parameters WHERE ?0 IN ('', key)
		UNION ALL SELECT key, level, value, locked, version FROM parameters WHERE tenant_id = ?1 AND ?0 IN ('', key) AND (level = 'group' OR unit_id = ?2)`,
		key, tenant, p.company()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read parameters: %w", err)
	}
	out := map[string]map[parameter.Level]row{}
	for _, r := range rows {
		if out[r.Key] == nil {
			out[r.Key] = map[parameter.Level]row{}
		}
		out[r.Key][r.Level] = r
	}
	return out, nil
}

// holding is the value that counts and the level that decided it.
type holding struct {
	Key   string
	Level string
	Value json.RawMessage
}

// holdings asks parameter_value for every key.
func holdings(ctx context.Context, tx bun.IDB, company any, specs []*parameter.Spec) (map[string]holding, error) {
	keys := make([]string, len(specs))
	for i, s := range specs {
		keys[i] = s.Key
	}
	var rows []holding
	err := tx.NewRaw("SELECT k AS key, v.level, v.value FROM unnest(ARRAY[?]::text[]) k CROSS JOIN LATERAL parameter_value(k, ?) v", bun.List(keys), company).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("values of parameters: %w", err)
	}
	out := map[string]holding{}
	for _, r := range rows {
		out[r.Key] = r
	}
	return out, nil
}
