package policies

import (
	"context"
	"errors"
	"fmt"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Faults of making and deleting roles.
var (
	ErrRoleCode    = fault.New(fault.Conflict, "role.code_taken", "角色编码已存在", "This code is taken")
	ErrRoleShipped = fault.New(fault.Conflict, "role.shipped", "系统自带的角色不能删除", "A shipped role cannot be deleted")
	ErrRoleHeld    = fault.New(fault.Conflict, "role.held", "还有 %d 人或用户组有这个角色，请先取消", "%d people or groups still have this role; take it from them first")
)

// RoleInput describes a new role, which begins with the grants and field rules of From.
type RoleInput struct {
	Code string     `json:"code" minLength:"2" maxLength:"40" pattern:"^[a-z][a-z0-9_]*$"`
	Name fault.Text `json:"name"`
	From string     `json:"from,omitempty" maxLength:"60" doc:"The role to copy; empty: no grants"`
}

// manageRoles runs fn for whoever may manage the roles of the whole group, and makes what it did count at once.
func (s *Service) manageRoles(ctx context.Context, a tenants.Actor, fn func(tx tenants.Tx) error) error {
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if scope, err := tx.Can("role:manage"); err != nil || !scope.All {
			return rest.ErrDenied.Because(err)
		}
		if err := fn(tx); err != nil {
			return err
		}
		if err := tenants.TellPeopleChanged(ctx, tx); err != nil {
			return err
		}
		return tenants.Bump(ctx, tx)
	})
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return err
}

// CreateRole makes a role. It returns ErrRoleCode, ErrNoRole at from, record.ErrNeeded at name, or a denied fault.
func (s *Service) CreateRole(ctx context.Context, a tenants.Actor, in RoleInput) error {
	if in.Name.Zh == "" {
		return record.ErrNeeded.With(fault.Text{Zh: "名称", En: "Name"}).At("name.zh")
	}
	if in.Name.En == "" {
		in.Name.En = in.Name.Zh
	}
	return s.manageRoles(ctx, a, func(tx tenants.Tx) error {
		row := roleRow{TenantID: tx.Tenant, Code: in.Code, NameZh: in.Name.Zh, NameEn: in.Name.En}
		if _, err := tx.NewInsert().Model(&row).Exec(ctx); database.Violates(err, "roles_pkey") {
			return ErrRoleCode.At("code").Because(err)
		} else if err != nil {
			return fmt.Errorf("create role %s: %w", in.Code, err)
		}
		facts := map[string]any{"role": in.Code, "name": in.Name.Zh}
		if in.From != "" {
			facts["from"] = in.From
			if err := copyRole(ctx, tx, in.From, in.Code); err != nil {
				return err
			}
		}
		return record.WriteHistory(ctx, tx.Tx, "role", roleID(tx.Tenant, in.Code), 1, "create", nil, facts)
	})
}

// copyRole gives the role to what the role from has.
func copyRole(ctx context.Context, tx tenants.Tx, from, to string) error {
	if err := roleThere(ctx, tx, from); errors.Is(err, ErrNoRole) {
		return ErrNoRole.At("from").Because(err)
	} else if err != nil {
		return err
	}
	if err := tx.Later(ctx, "INSERT INTO policy_rules (tenant_id, ptype, v0, v1, v2) SELECT tenant_id, 'p', ?, v1, v2 FROM policy_rules WHERE tenant_id = ? AND ptype = 'p' AND v0 = ?", to, tx.Tenant, from); err != nil {
		return err
	}
	return tx.Later(ctx, "INSERT INTO field_rules (tenant_id, role, kind, field, visibility) SELECT tenant_id, ?, kind, field, visibility FROM field_rules WHERE tenant_id = ? AND role = ?", to, tx.Tenant, from)
}

// DeleteRole deletes a role that the group made and nobody has. It returns ErrNoRole, ErrRoleShipped, ErrRoleHeld or a denied fault.
func (s *Service) DeleteRole(ctx context.Context, a tenants.Actor, code string) error {
	return s.manageRoles(ctx, a, func(tx tenants.Tx) error {
		held := 0
		row, err := lockRole(ctx, tx, code)
		if err == nil {
			err = tx.NewSelect().TableExpr("policy_rules").ColumnExpr("count(*)").Where("tenant_id = ? AND ptype = 'g' AND v1 = ?", tx.Tenant, code).Scan(ctx, &held)
		}
		switch {
		case err != nil:
			return fmt.Errorf("delete role %s: %w", code, err)
		case row.Shipped:
			return ErrRoleShipped
		case held > 0:
			return ErrRoleHeld.With(held)
		}
		was, err := grantsOf(ctx, tx, code)
		if err != nil {
			return err
		}
		for _, sql := range []string{"DELETE FROM policy_rules WHERE tenant_id = ? AND ptype = 'p' AND v0 = ?", "DELETE FROM field_rules WHERE tenant_id = ? AND role = ?", "DELETE FROM roles WHERE tenant_id = ? AND code = ?"} {
			if err := tx.Later(ctx, sql, tx.Tenant, code); err != nil {
				return err
			}
		}
		return record.WriteHistory(ctx, tx.Tx, "role", roleID(tx.Tenant, code), 1, "delete", map[string]any{"role": code, "grants": was}, nil)
	})
}
