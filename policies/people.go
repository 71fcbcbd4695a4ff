package policies

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// People knows who works where in which role.
type People struct{}

// Consultants returns the active users who are sales consultants of the company today, by the tenant's calendar.
func (People) Consultants(ctx context.Context, tx tenants.Tx, company uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	today := clock.DayOf(tx.Now, tx.Zone)
	err := tx.NewSelect().TableExpr("users u").DistinctOn("u.id").ColumnExpr("u.id").
		Join("JOIN postings p ON p.tenant_id = u.tenant_id AND p.user_id = u.id").
		Join("JOIN org_units o ON o.tenant_id = p.tenant_id AND o.id = p.unit_id").
		Join("JOIN policy_rules g ON g.tenant_id = p.tenant_id AND g.ptype = 'g' AND g.v0 = 'posting:' || p.id::text AND g.v1 = 'sales_consultant'").
		Where("u.tenant_id = ? AND o.company_id = ? AND u.status = 'active' AND p.valid_from <= ?::date AND (p.valid_to IS NULL OR p.valid_to >= ?::date)", tx.Tenant, company, string(today), string(today)).
		Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("consultants of company: %w", err)
	}
	return ids, nil
}

// Name returns a user's name, or record.ErrTarget.
func (People) Name(ctx context.Context, tx tenants.Tx, user uuid.UUID) (string, error) {
	var name string
	err := tx.QueryRowContext(ctx, "SELECT name FROM users WHERE tenant_id = ? AND id = ?", tx.Tenant, user).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", record.ErrTarget
	}
	if err != nil {
		return "", fmt.Errorf("name of user: %w", err)
	}
	return name, nil
}
