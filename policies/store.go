package policies

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/tenants"
)

type roleRow struct {
	bun.BaseModel `bun:"table:roles"`
	TenantID      uuid.UUID `bun:"tenant_id,type:uuid"`
	Code          string    `bun:"code"`
	NameZh        string    `bun:"name_zh"`
	NameEn        string    `bun:"name_en"`
	Shipped       bool      `bun:"shipped"`
	GivenBy       string    `bun:"given_by,nullzero,default:'group'"`
}

type fieldRow struct {
	bun.BaseModel `bun:"table:field_rules"`
	TenantID      uuid.UUID `bun:"tenant_id,type:uuid"`
	Role          string    `bun:"role"`
	Kind          string    `bun:"kind"`
	Field         string    `bun:"field"`
	Visibility    string    `bun:"visibility"`
}

// Seed gives a tenant the shipped roles, their grants and field rules. Run again, it adds the roles that are missing; what an
// administrator took from a role stays taken.
func Seed(ctx context.Context, tx tenants.Tx) error {
	var have []string
	if err := tx.NewSelect().TableExpr("roles").ColumnExpr("code").Where("tenant_id = ?", tx.Tenant).Scan(ctx, &have); err != nil {
		return fmt.Errorf("seed roles: %w", err)
	}
	var roles []roleRow
	var rules [][]string
	var fields []fieldRow
	for _, r := range Roles {
		if slices.Contains(have, r.Code) {
			continue
		}
		roles = append(roles, roleRow{TenantID: tx.Tenant, Code: r.Code, NameZh: r.Zh, NameEn: r.En, Shipped: true, GivenBy: givenBy(r.Code)})
		for _, g := range r.Grants {
			permission, scope, _ := strings.Cut(g, " ")
			if permission == demoClock && !tx.Actor.Tenant.Demo {
				continue
			}
			rules = append(rules, []string{r.Code, tx.Tenant.String(), permission, scope})
		}
		for _, f := range r.Fields {
			name, visibility, _ := strings.Cut(f, " ")
			kind, field, _ := strings.Cut(name, ".")
			fields = append(fields, fieldRow{TenantID: tx.Tenant, Role: r.Code, Kind: kind, Field: field, Visibility: visibility})
		}
	}
	if len(roles) == 0 {
		return nil
	}
	if _, err := tx.NewInsert().Model(&roles).Exec(ctx); err != nil {
		return fmt.Errorf("seed roles: %w", err)
	}
	if err := (&adapter{ctx, tx}).AddPolicies("p", "p", rules); err != nil {
		return fmt.Errorf("seed grants: %w", err)
	}
	if _, err := tx.NewInsert().Model(&fields).Exec(ctx); err != nil {
		return fmt.Errorf("seed field rules: %w", err)
	}
	return nil
}

// Give gives roles to a subject. It returns tenants.ErrNoRole for a role that the tenant does not have.
func Give(ctx context.Context, tx tenants.Tx, subject string, roles ...string) error {
	rules := make([][]string, len(roles))
	for i, role := range roles {
		if err := roleExists(ctx, tx, role); err != nil {
			return err
		}
		rules[i] = []string{subject, role, tx.Tenant.String()}
	}
	return (&adapter{ctx, tx}).AddPolicies("g", "g", rules)
}

func roleExists(ctx context.Context, tx tenants.Tx, role string) error {
	found, err := tx.NewSelect().TableExpr("roles").Where("tenant_id = ? AND code = ?", tx.Tenant, role).Exists(ctx)
	if err != nil {
		return fmt.Errorf("role %s: %w", role, err)
	}
	if !found {
		return tenants.ErrNoRole.With(role).At("roles")
	}
	return nil
}

func groupsOf(ctx context.Context, tx tenants.Tx, user uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	if err := tx.NewSelect().TableExpr("user_group_members").ColumnExpr("group_id").Where("tenant_id = ? AND user_id = ?", tx.Tenant, user).Scan(ctx, &ids); err != nil {
		return nil, fmt.Errorf("groups of user: %w", err)
	}
	return ids, nil
}

var visibilities = map[string]access.Visibility{"hidden": access.Hidden, "masked": access.Masked, "shown": access.Shown, "editable": access.Editable}

// fieldRules fills the visibility of protected fields: the widest of the roles counts.
func fieldRules(ctx context.Context, tx tenants.Tx, roles []string, set *access.Set) error {
	if len(roles) == 0 {
		return nil
	}
	var rules []fieldRow
	if err := tx.NewSelect().Model(&rules).Where("tenant_id = ? AND role IN ?", tx.Tenant, bun.Tuple(roles)).Scan(ctx); err != nil {
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
