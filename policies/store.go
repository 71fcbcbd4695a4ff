package policies

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/tenants"
)

// adapter lets Casbin read one tenant's rules in a transaction. Rules are written by the use cases, with their history.
type adapter struct {
	ctx context.Context //nolint:containedctx // Casbin's adapter has no context of its own
	tx  tenants.Tx
}

// LoadPolicy reads every rule of the tenant.
func (a *adapter) LoadPolicy(m model.Model) error {
	rows, err := a.tx.QueryContext(a.ctx, "SELECT ptype, v0, v1, v2 FROM policy_rules WHERE tenant_id = ?", a.tx.Tenant)
	if err != nil {
		return fmt.Errorf("read rules: %w", err)
	}
	defer func() { _ = rows.Close() }()
	domain := a.tx.Tenant.String()
	for rows.Next() {
		var ptype, v0, v1, v2 string
		if err := rows.Scan(&ptype, &v0, &v1, &v2); err != nil {
			return fmt.Errorf("read rules: %w", err)
		}
		line := []string{ptype, v0, domain, v1, v2}
		if ptype == "g" {
			line = []string{ptype, v0, v1, domain}
		}
		if err := persist.LoadPolicyArray(line, m); err != nil {
			return fmt.Errorf("load rule: %w", err)
		}
	}
	return rows.Err()
}

var errReadOnly = errors.New("policies are written by their use cases")

// SavePolicy is refused.
func (a *adapter) SavePolicy(model.Model) error { return errReadOnly }

// AddPolicy is refused.
func (a *adapter) AddPolicy(string, string, []string) error { return errReadOnly }

// RemovePolicy is refused.
func (a *adapter) RemovePolicy(string, string, []string) error { return errReadOnly }

// RemoveFilteredPolicy is refused.
func (a *adapter) RemoveFilteredPolicy(string, string, int, ...string) error { return errReadOnly }

type ruleRow struct {
	bun.BaseModel `bun:"table:policy_rules"`
	TenantID      uuid.UUID `bun:"tenant_id,type:uuid"`
	PType         string    `bun:"ptype"`
	V0            string    `bun:"v0"`
	V1            string    `bun:"v1"`
	V2            string    `bun:"v2"`
}

type roleRow struct {
	bun.BaseModel `bun:"table:roles"`
	TenantID      uuid.UUID `bun:"tenant_id,type:uuid"`
	Code          string    `bun:"code"`
	NameZh        string    `bun:"name_zh"`
	NameEn        string    `bun:"name_en"`
	Shipped       bool      `bun:"shipped"`
}

type fieldRow struct {
	bun.BaseModel `bun:"table:field_rules"`
	TenantID      uuid.UUID `bun:"tenant_id,type:uuid"`
	Role          string    `bun:"role"`
	Kind          string    `bun:"kind"`
	Field         string    `bun:"field"`
	Visibility    string    `bun:"visibility"`
}

// Seed gives a tenant the shipped roles, their grants and field rules. Run again, it adds what is missing.
func Seed(ctx context.Context, tx tenants.Tx) error {
	var roles []roleRow
	var rules []ruleRow
	var fields []fieldRow
	for _, r := range Roles {
		roles = append(roles, roleRow{TenantID: tx.Tenant, Code: r.Code, NameZh: r.Zh, NameEn: r.En, Shipped: true})
		for _, g := range r.Grants {
			permission, scope, _ := strings.Cut(g, " ")
			rules = append(rules, ruleRow{TenantID: tx.Tenant, PType: "p", V0: r.Code, V1: permission, V2: scope})
		}
		for _, f := range r.Fields {
			name, visibility, _ := strings.Cut(f, " ")
			kind, field, _ := strings.Cut(name, ".")
			fields = append(fields, fieldRow{TenantID: tx.Tenant, Role: r.Code, Kind: kind, Field: field, Visibility: visibility})
		}
	}
	if _, err := tx.NewInsert().Model(&roles).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("seed roles: %w", err)
	}
	if _, err := tx.NewInsert().Model(&rules).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("seed grants: %w", err)
	}
	if _, err := tx.NewInsert().Model(&fields).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("seed field rules: %w", err)
	}
	return nil
}

// Give gives roles to a subject. It returns tenants.ErrNoRole for a role that the tenant does not have.
func Give(ctx context.Context, tx tenants.Tx, subject string, roles ...string) error {
	for _, role := range roles {
		r, err := tx.ExecContext(ctx, "INSERT INTO policy_rules (tenant_id, ptype, v0, v1) SELECT tenant_id, 'g', ?, code FROM roles WHERE tenant_id = ? AND code = ? ON CONFLICT DO NOTHING", subject, tx.Tenant, role)
		if err != nil {
			return fmt.Errorf("give %s to %s: %w", role, subject, err)
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 {
			return tenants.ErrNoRole.With(role).At("roles")
		}
	}
	return nil
}

func replaceGrants(ctx context.Context, tx tenants.Tx, role string, grants []Grant) error {
	found, err := tx.NewSelect().TableExpr("roles").ColumnExpr("1").Where("tenant_id = ? AND code = ?", tx.Tenant, role).Exists(ctx)
	if err != nil {
		return fmt.Errorf("role %s: %w", role, err)
	}
	if !found {
		return ErrNoRole
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM policy_rules WHERE tenant_id = ? AND ptype = 'p' AND v0 = ?", tx.Tenant, role); err != nil {
		return fmt.Errorf("grants of %s: %w", role, err)
	}
	if len(grants) == 0 {
		return nil
	}
	rules := make([]ruleRow, len(grants))
	for i, g := range grants {
		rules[i] = ruleRow{TenantID: tx.Tenant, PType: "p", V0: role, V1: g.Permission, V2: g.Scope}
	}
	if _, err := tx.NewInsert().Model(&rules).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("grants of %s: %w", role, err)
	}
	return nil
}

func groupsOf(ctx context.Context, tx tenants.Tx, user uuid.UUID) ([]string, error) {
	var ids []uuid.UUID
	if err := tx.NewSelect().TableExpr("user_group_members").ColumnExpr("group_id").Where("tenant_id = ? AND user_id = ?", tx.Tenant, user).Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("groups of user: %w", err)
	}
	out := make([]string, len(ids))
	for i, g := range ids {
		out[i] = "group:" + g.String()
	}
	return out, nil
}

var visibilities = map[string]access.Visibility{"hidden": access.Hidden, "masked": access.Masked, "shown": access.Shown}

// fieldRules fills the visibility of protected fields: the widest of the roles counts.
func fieldRules(ctx context.Context, tx tenants.Tx, roles []string, set *access.Set) error {
	if len(roles) == 0 {
		return nil
	}
	var rules []fieldRow
	if err := tx.NewSelect().Model(&rules).Where("tenant_id = ? AND role IN (?)", tx.Tenant, bun.In(roles)).Scan(ctx); err != nil {
		return fmt.Errorf("field rules: %w", err)
	}
	for _, r := range rules {
		name := r.Kind + "." + r.Field
		if v, ok := set.Fields[name]; !ok || visibilities[r.Visibility] > v {
			set.Fields[name] = visibilities[r.Visibility]
		}
	}
	return nil
}
