package tenants

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// ErrLastRoleManager keeps somebody who manages the roles of the whole group.
var ErrLastRoleManager = fault.New(fault.Conflict, "role.last_manager", "这样就没有人能管理全集团的角色了，请先给另一位用户这个权限", "Nobody would manage the roles of the whole group any more; give that to another user first")

// ErrLastAdministrator keeps in place the last user who manages the users of the whole group: nobody could ever name another.
var ErrLastAdministrator = fault.New(fault.Conflict, "user.last_administrator", "这是最后一位能管理全集团用户的人，请先给另一位用户这个权限", "Nobody else manages the users of the whole group; give that to another user first")

// keptRights are those that somebody always has, for the whole group and without an end, and what is answered to who would take the last.
var keptRights = []struct {
	permission string
	last       *fault.Fault
}{{"user:manage", ErrLastAdministrator}, {"role:manage", ErrLastRoleManager}}

// KeepingAdministrators runs fn, which may take rights from somebody, and returns ErrLastAdministrator when it takes the last one
// without an end who manages the users of the whole group, ErrLastRoleManager when it is the last one for roles. One such change at a time: two administrators who end each other would
// each see the other stay. The lock comes before any row's, so it waits for nobody who waits for it.
func KeepingAdministrators(ctx context.Context, tx Tx, fn func() error) error {
	if err := tx.Later(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 1))", "administrators "+tx.Tenant.String()); err != nil {
		return err
	}
	had := make([]bool, len(keptRights))
	for i, kept := range keptRights {
		was, err := administrators(ctx, tx, kept.permission)
		if err != nil {
			return err
		}
		had[i] = len(was) > 0
	}
	if err := fn(); err != nil {
		return err
	}
	for i, kept := range keptRights {
		left, err := administrators(ctx, tx, kept.permission)
		if err != nil {
			return err
		}
		if had[i] && len(left) == 0 {
			return kept.last
		}
	}
	return nil
}

// administrators returns who holds a permission for the whole group today and without an end: by a role, a role of that role, or that
// of a user group.
func administrators(ctx context.Context, tx Tx, permission string) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.NewRaw(`WITH RECURSIVE giving (subject) AS (
			SELECT v0 FROM policy_rules WHERE tenant_id = ? AND ptype = 'p' AND v1 = ? AND v2 = 'group'
			UNION SELECT r.v0 FROM giving g JOIN policy_rules r ON r.tenant_id = ? AND r.ptype = 'g' AND r.v1 = g.subject)
		SELECT DISTINCT u.id FROM users u JOIN postings p ON p.tenant_id = u.tenant_id AND p.user_id = u.id
		WHERE u.tenant_id = ? AND u.status = 'active' AND u.valid_to IS NULL AND p.valid_to IS NULL AND p.valid_from <= ?::date
			AND ('posting:' || p.id IN (SELECT subject FROM giving)
				OR EXISTS (SELECT FROM user_group_members m WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id AND 'group:' || m.group_id IN (SELECT subject FROM giving)))`,
		tx.Tenant, permission, tx.Tenant, tx.Tenant, tx.today()).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("administrators: %w", err)
	}
	return ids, nil
}
