package tenants

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// ErrLastAdministrator keeps in place the last user who manages the users of the whole group: nobody could ever name another.
var ErrLastAdministrator = fault.New(fault.Conflict, "user.last_administrator", "这是最后一位能管理全集团用户的人，请先给另一位用户这个权限", "Nobody else manages the users of the whole group; give that to another user first")

// keepingAdministrators runs fn, which may take rights from somebody, and returns ErrLastAdministrator when it takes the last one
// without an end who manages the users of the whole group. One such change at a time: two administrators who end each other would
// each see the other stay. The lock comes before any row's, so it waits for nobody who waits for it.
func keepingAdministrators(ctx context.Context, tx Tx, fn func() error) error {
	if err := tx.Later(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 1))", "administrators "+tx.Tenant.String()); err != nil {
		return err
	}
	was, err := administrators(ctx, tx)
	if err != nil {
		return err
	}
	if err := fn(); err != nil || len(was) == 0 {
		return err
	}
	left, err := administrators(ctx, tx)
	if err == nil && len(left) == 0 {
		return ErrLastAdministrator
	}
	return err
}

// administrators returns who manages the users of the whole group today and without an end: by a role, a role of that role, or
// that of a user group.
func administrators(ctx context.Context, tx Tx) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.NewRaw(`WITH RECURSIVE giving (subject) AS (
			SELECT v0 FROM policy_rules WHERE tenant_id = ? AND ptype = 'p' AND v1 = 'user:manage' AND v2 = 'group'
			UNION SELECT r.v0 FROM giving g JOIN policy_rules r ON r.tenant_id = ? AND r.ptype = 'g' AND r.v1 = g.subject)
		SELECT DISTINCT u.id FROM users u JOIN postings p ON p.tenant_id = u.tenant_id AND p.user_id = u.id
		WHERE u.tenant_id = ? AND u.status = 'active' AND u.valid_to IS NULL AND p.valid_to IS NULL AND p.valid_from <= ?::date
			AND ('posting:' || p.id IN (SELECT subject FROM giving)
				OR EXISTS (SELECT FROM user_group_members m WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id AND 'group:' || m.group_id IN (SELECT subject FROM giving)))`,
		tx.Tenant, tx.Tenant, tx.Tenant, tx.today()).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("administrators: %w", err)
	}
	return ids, nil
}
