package tenants

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// ErrGroupUsed keeps a group that still means something to somebody.
var ErrGroupUsed = fault.New(fault.Conflict, "user_group.used", "用户组还有 %d 名成员、%d 个角色，请先移除", "The group still has %d members and %d roles; take them out first")

// TakeGroup takes a role from a group, and with it from its members. It returns ErrNoGroup, ErrNoRole when the group does not have it,
// ErrBeyond, ErrLastAdministrator or ErrLastRoleManager.
func (o *Org) TakeGroup(ctx context.Context, a Actor, group uuid.UUID, role string) error {
	return o.managing(ctx, a, func(tx Tx) error {
		return KeepingAdministrators(ctx, tx, func() error {
			if err := groupExists(ctx, tx, group); err != nil {
				return err
			}
			subject := "group:" + group.String()
			has, err := tx.NewSelect().TableExpr("policy_rules").Where("tenant_id = ? AND ptype = 'g' AND v0 = ? AND v1 = ?", tx.Tenant, subject, role).Exists(ctx)
			if err != nil {
				return fmt.Errorf("role of user group: %w", err)
			}
			if !has {
				return ErrNoRole.With(role)
			}
			if err := o.roles.Take(ctx, tx, subject, role); err != nil {
				return err
			}
			return record.WriteHistory(ctx, tx.Tx, groupKind, group, 1, "take_role", map[string]any{"role": role}, nil)
		})
	})
}

// RenameGroup gives a group another name. It returns ErrNoGroup, ErrGroupName or ErrBeyond.
func (o *Org) RenameGroup(ctx context.Context, a Actor, group uuid.UUID, name string) error {
	return o.managing(ctx, a, func(tx Tx) error {
		var was string
		if err := groupExists(ctx, tx, group); err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, "SELECT name FROM user_groups WHERE tenant_id = ? AND id = ? FOR UPDATE", tx.Tenant, group).Scan(&was); err != nil {
			return fmt.Errorf("rename user group: %w", err)
		}
		if was == name {
			return nil
		}
		_, err := tx.ExecContext(ctx, "UPDATE user_groups SET name = ? WHERE tenant_id = ? AND id = ?", name, tx.Tenant, group)
		if database.Violates(err, "user_groups_name") {
			return ErrGroupName.At("name")
		}
		if err != nil {
			return fmt.Errorf("rename user group: %w", err)
		}
		return record.WriteHistory(ctx, tx.Tx, groupKind, group, 1, "edit", map[string]any{"name": was}, map[string]any{"name": name})
	})
}

// DeleteGroup deletes a group that has neither members nor roles. It returns ErrNoGroup, ErrGroupUsed or ErrBeyond.
func (o *Org) DeleteGroup(ctx context.Context, a Actor, group uuid.UUID) error {
	return o.managing(ctx, a, func(tx Tx) error {
		if err := groupExists(ctx, tx, group); err != nil {
			return err
		}
		var name string
		var members, roles int
		err := tx.QueryRowContext(ctx, `SELECT g.name, (SELECT count(*) FROM user_group_members m WHERE m.tenant_id = g.tenant_id AND m.group_id = g.id),
			(SELECT count(*) FROM policy_rules r WHERE r.tenant_id = g.tenant_id AND r.ptype = 'g' AND r.v0 = 'group:' || g.id)
			FROM user_groups g WHERE g.tenant_id = ? AND g.id = ? FOR UPDATE OF g`, tx.Tenant, group).Scan(&name, &members, &roles)
		switch {
		case err != nil:
			return fmt.Errorf("delete user group: %w", err)
		case members+roles > 0:
			return ErrGroupUsed.With(members, roles)
		}
		if err := tx.Later(ctx, "DELETE FROM user_groups WHERE tenant_id = ? AND id = ?", tx.Tenant, group); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, groupKind, group, 1, "delete", map[string]any{"name": name}, nil)
	})
}
