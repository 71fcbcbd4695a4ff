package tenants

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

// Faults of user groups.
var (
	ErrGroupName = fault.New(fault.Conflict, "user_group.name_taken", "用户组名称已存在", "This name is taken")
	ErrNoGroup   = fault.New(fault.Missing, "user_group.missing", "用户组不存在", "There is no such user group")
)

const groupKind = "user_group"

// managing runs fn for whoever manages the user groups of the whole group: their roles act in every posting of their members,
// wherever that is.
func (o *Org) managing(ctx context.Context, a Actor, fn func(tx Tx) error) error {
	return o.change(ctx, a, func(tx Tx) error {
		scope, err := tx.Can("user_group:manage")
		if err != nil {
			return err
		}
		if !scope.All {
			return ErrBeyond
		}
		return fn(tx)
	})
}

// AddGroup adds a user group. It returns ErrGroupName or ErrBeyond.
func (o *Org) AddGroup(ctx context.Context, a Actor, name string) (group uuid.UUID, err error) {
	group = id.New()
	return group, o.managing(ctx, a, func(tx Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO user_groups (tenant_id, id, name) VALUES (?, ?, ?)", tx.Tenant, group, name)
		if database.Violates(err, "user_groups_name") {
			return ErrGroupName.At("name")
		}
		if err != nil {
			return fmt.Errorf("add user group: %w", err)
		}
		return record.WriteHistory(ctx, tx.Tx, groupKind, group, 1, "create", nil, map[string]any{"name": name})
	})
}

// AddMember puts a user into a group. Doing it again changes nothing. It returns ErrNoGroup, record.ErrTarget or ErrBeyond.
func (o *Org) AddMember(ctx context.Context, a Actor, group, user uuid.UUID) error {
	return o.managing(ctx, a, func(tx Tx) error {
		if err := groupExists(ctx, tx, group); err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, "INSERT INTO user_group_members (tenant_id, group_id, user_id) SELECT tenant_id, ?, id FROM users WHERE tenant_id = ? AND id = ? ON CONFLICT (tenant_id, group_id, user_id) DO UPDATE SET user_id = excluded.user_id",
			group, tx.Tenant, user)
		if err != nil {
			return fmt.Errorf("add member: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 {
			return record.ErrTarget.At("userId").Because(err)
		}
		return record.WriteHistory(ctx, tx.Tx, groupKind, group, 1, "add_member", nil, map[string]any{"userId": user})
	})
}

// RemoveMember takes a user, and with them the group's roles, out of a group. It returns ErrNoGroup, ErrNoUser, ErrBeyond,
// ErrLastAdministrator or ErrLastRoleManager.
func (o *Org) RemoveMember(ctx context.Context, a Actor, group, user uuid.UUID) error {
	return o.managing(ctx, a, func(tx Tx) error {
		return KeepingAdministrators(ctx, tx, func() error {
			if err := groupExists(ctx, tx, group); err != nil {
				return err
			}
			r, err := tx.ExecContext(ctx, "DELETE FROM user_group_members WHERE tenant_id = ? AND group_id = ? AND user_id = ?", tx.Tenant, group, user)
			if err != nil {
				return fmt.Errorf("remove member: %w", err)
			}
			if n, err := r.RowsAffected(); err != nil || n != 1 {
				return ErrNoUser.Because(err)
			}
			return record.WriteHistory(ctx, tx.Tx, groupKind, group, 1, "remove_member", map[string]any{"userId": user}, nil)
		})
	})
}

// GiveGroup gives a role to a group. It returns ErrNoGroup, ErrNoRole or ErrBeyond.
func (o *Org) GiveGroup(ctx context.Context, a Actor, group uuid.UUID, role string) error {
	return o.managing(ctx, a, func(tx Tx) error {
		if err := groupExists(ctx, tx, group); err != nil {
			return err
		}
		if err := o.roles.Give(ctx, tx, "group:"+group.String(), role); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, groupKind, group, 1, "give_role", nil, map[string]any{"role": role})
	})
}

func groupExists(ctx context.Context, tx Tx, group uuid.UUID) error {
	exists, err := tx.NewSelect().TableExpr("user_groups").Where("tenant_id = ? AND id = ?", tx.Tenant, group).Exists(ctx)
	if err != nil {
		return fmt.Errorf("user group %s: %w", group, err)
	}
	if !exists {
		return ErrNoGroup
	}
	return nil
}

// Group is a user group with its members.
type Group struct {
	ID      uuid.UUID `json:"id"`
	Name    string    `json:"name"`
	Members []Member  `json:"members"`
	Roles   []string  `json:"roles"`
}

// Member is a user in a group.
type Member struct {
	ID    uuid.UUID `json:"id"`
	Name  string    `json:"name"`
	Login string    `json:"login"`
}

// Groups lists the user groups by name.
func (o *Org) Groups(ctx context.Context, a Actor) ([]Group, error) {
	groups := []Group{}
	err := o.db.Read(ctx, a, func(tx Tx) (err error) {
		rows, err := tx.QueryContext(ctx, `SELECT g.id, g.name, coalesce(jsonb_agg(DISTINCT jsonb_build_object('name', u.name, 'login', u.login, 'id', u.id)) FILTER (WHERE u.id IS NOT NULL), '[]')::text, coalesce(string_agg(DISTINCT r.v1, ','), '') FROM user_groups g
			LEFT JOIN user_group_members m ON m.tenant_id = g.tenant_id AND m.group_id = g.id
			LEFT JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id
			LEFT JOIN policy_rules r ON r.tenant_id = g.tenant_id AND r.ptype = 'g' AND r.v0 = 'group:' || g.id
			WHERE g.tenant_id = ? GROUP BY g.tenant_id, g.id, g.name ORDER BY g.name`, tx.Tenant)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			g := Group{}
			var members, roles string
			if err := rows.Scan(&g.ID, &g.Name, &members, &roles); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(members), &g.Members); err != nil {
				return err
			}
			g.Roles = split(roles)
			groups = append(groups, g)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("user groups: %w", err)
	}
	return groups, nil
}

func split(list string) []string {
	if list == "" {
		return []string{}
	}
	return strings.Split(list, ",")
}
