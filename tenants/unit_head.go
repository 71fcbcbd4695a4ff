package tenants

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// ErrHead refuses a head who does not work there.
var ErrHead = fault.New(fault.Invalid, "org.head", "负责人应是在职、在本组织或上级组织有任职的人", "The head is an active person with a posting in the unit or above it")

// headOf reads who shall stand at the head of a unit; an empty text is nobody. It returns ErrHead.
func headOf(ctx context.Context, tx Tx, unit uuid.UUID, text string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	user, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, ErrHead.At("headId").Because(err)
	}
	fits := false
	err = tx.NewRaw(`WITH RECURSIVE up AS (SELECT id, parent_id FROM org_units WHERE tenant_id = ?0 AND id = ?1
			UNION SELECT o.id, o.parent_id FROM up JOIN org_units o ON o.tenant_id = ?0 AND o.id = up.parent_id)
		SELECT EXISTS (SELECT FROM postings p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id AND u.status = 'active' AND (u.valid_to IS NULL OR u.valid_to >= ?3::date)
			WHERE p.tenant_id = ?0 AND p.user_id = ?2 AND p.valid_from <= ?3::date AND (p.valid_to IS NULL OR p.valid_to >= ?3::date) AND p.unit_id IN (SELECT id FROM up))`,
		tx.Tenant, unit, user, tx.today()).Scan(ctx, &fits)
	if err != nil {
		return uuid.Nil, fmt.Errorf("head of unit %s: %w", unit, err)
	}
	if !fits {
		return uuid.Nil, ErrHead.At("headId")
	}
	return user, nil
}
