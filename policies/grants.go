package policies

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of roles.
var (
	ErrScope     = fault.New(fault.Invalid, "role.scope", "数据范围不对：%s", "There is no such data scope: %s")
	ErrGrantForm = fault.New(fault.Invalid, "role.grant", "权限格式应为 资源:动作，如 contract:submit", "A permission is resource:action, such as contract:submit")
	ErrNoRole    = fault.New(fault.Missing, "role.missing", "角色不存在", "There is no such role")
	ErrLastAdmin = fault.New(fault.Conflict, "role.last_administrator", "集团管理员必须保留管理角色和用户的权限，否则没有人能再改回来", "The group administrator keeps the rights to manage roles and users, or nobody could ever undo this")
)

// Grant is a permission with its scope.
type Grant struct {
	Permission string `json:"permission" minLength:"3" maxLength:"80"`
	Scope      string `json:"scope" minLength:"1" maxLength:"400"`
}

// SetGrants replaces what a role may do. It acts at once. It returns ErrNoRole, ErrScope, ErrGrantForm, ErrLastAdmin,
// tenants.ErrLastAdministrator or tenants.ErrLastRoleManager.
func (s *Service) SetGrants(ctx context.Context, a tenants.Actor, role string, grants []Grant) error {
	return s.manageRoles(ctx, a, func(tx tenants.Tx) error {
		var was []Grant
		err := tenants.KeepingAdministrators(ctx, tx, func() (err error) {
			was, err = s.replaceGrants(ctx, tx, role, grants)
			return err
		})
		if err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "role", roleID(tx.Tenant, role), 1, "set_grants", map[string]any{"role": role, "grants": was}, map[string]any{"role": role, "grants": grants})
	})
}

func checkGrants(role string, grants []Grant) error {
	kept := map[string]bool{}
	for i, g := range grants {
		resource, action, ok := strings.Cut(g.Permission, ":")
		if !ok || resource == "" || action == "" || strings.ContainsAny(g.Permission, " ,'\"") {
			return ErrGrantForm.At(fmt.Sprintf("grants[%d].permission", i))
		}
		if _, _, err := parseScope(g.Scope); err != nil {
			return ErrScope.With(g.Scope).At(fmt.Sprintf("grants[%d].scope", i))
		}
		kept[g.Permission] = kept[g.Permission] || g.Scope == "group"
	}
	if role == "group_administrator" && (!kept["role:manage"] || !kept["user:manage"]) {
		return ErrLastAdmin
	}
	return nil
}

// replaceGrants returns the grants that were: whoever may not change the role learns nothing of what is wrong with them. A role gives units of this tenant only.
func (s *Service) replaceGrants(ctx context.Context, tx tenants.Tx, role string, grants []Grant) (was []Grant, err error) {
	if err := roleThere(ctx, tx, role); err != nil {
		return nil, err
	}
	if err := checkGrants(role, grants); err != nil {
		return nil, err
	}
	p, err := s.policyOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	domain := tx.Tenant.String()
	rules := make([][]string, len(grants))
	for i, g := range grants {
		if _, units, err := parseScope(g.Scope); err != nil || slices.ContainsFunc(units, func(u uuid.UUID) bool { return p.tree.units[u].id == uuid.Nil }) {
			return nil, ErrScope.With(g.Scope).At(fmt.Sprintf("grants[%d].scope", i)).Because(err)
		}
		rules[i] = []string{role, domain, g.Permission, g.Scope}
	}
	if was, err = grantsOf(ctx, tx, role); err != nil {
		return nil, err
	}
	a := &adapter{ctx, tx}
	if err := a.RemoveFilteredPolicy("p", "p", 0, role); err != nil {
		return nil, err
	}
	return was, a.AddPolicies("p", "p", rules)
}

// roleThere returns ErrNoRole for a role in a path that the tenant does not have.
func roleThere(ctx context.Context, tx tenants.Tx, role string) error {
	err := roleExists(ctx, tx, role)
	if errors.Is(err, tenants.ErrNoRole) {
		return ErrNoRole.Because(err)
	}
	return err
}

// grantsOf reads a role's own grants, those of the roles it has not among them.
func grantsOf(ctx context.Context, tx tenants.Tx, role string) ([]Grant, error) {
	out := []Grant{}
	err := tx.NewSelect().TableExpr("policy_rules").ColumnExpr("v1 AS permission, v2 AS scope").
		Where("tenant_id = ? AND ptype = 'p' AND v0 = ?", tx.Tenant, role).OrderExpr("v1, v2").Scan(ctx, &out)
	if err != nil {
		return nil, fmt.Errorf("grants of %s: %w", role, err)
	}
	return out, nil
}

// roleID is the key of a role's history: a role is known by its code.
func roleID(tenant uuid.UUID, code string) uuid.UUID { return uuid.NewSHA1(tenant, []byte(code)) }
