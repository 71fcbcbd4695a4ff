package policies

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/tenants"
)

// Somebody reports whether an active person in a company, today, may do p there: by a role of their posting, a role of that role, or
// that of a user group. With above, those who may do it in the whole group count too, wherever they are.
func Somebody(ctx context.Context, tx tenants.Tx, company uuid.UUID, p access.Permission, above bool) (found bool, err error) {
	err = tx.NewRaw(`WITH RECURSIVE giving (subject, whole) AS (
			SELECT v0, v2 = 'group' FROM policy_rules WHERE tenant_id = ?0 AND ptype = 'p' AND v1 = ?1
			UNION SELECT r.v0, g.whole FROM giving g JOIN policy_rules r ON r.tenant_id = ?0 AND r.ptype = 'g' AND r.v1 = g.subject)
		SELECT EXISTS (SELECT FROM postings p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id AND u.status = 'active'
			JOIN org_units o ON o.tenant_id = p.tenant_id AND o.id = p.unit_id
			JOIN giving g ON g.subject = 'posting:' || p.id OR g.subject IN (SELECT 'group:' || m.group_id FROM user_group_members m WHERE m.tenant_id = p.tenant_id AND m.user_id = p.user_id)
			WHERE p.tenant_id = ?0 AND p.valid_from <= ?2::date AND (p.valid_to IS NULL OR p.valid_to >= ?2::date) AND (u.valid_to IS NULL OR u.valid_to >= ?2::date)
				AND (o.company_id = ?3 OR ?4 AND g.whole))`, tx.Tenant, string(p), string(clock.DayOf(tx.Now, tx.Zone)), company, above).Scan(ctx, &found)
	if err != nil {
		return false, fmt.Errorf("who may %s at %s: %w", p, company, err)
	}
	return found, nil
}
