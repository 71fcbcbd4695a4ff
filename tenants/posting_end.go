package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/record"
)

// postingRow is a posting that has not ended.
type postingRow struct {
	id, user, unit, company uuid.UUID
	title                   string
	validFrom, validTo      clock.Day
	closed                  bool      // its unit is
	unitTo                  clock.Day // the unit's last day
}

// posting reads a posting that the actor may change and locks its holder, whose next version it returns. One's own is somebody
// else's business: ErrOwn. It returns ErrNoSuchPosting or ErrBeyond too.
func (o *Org) posting(ctx context.Context, tx Tx, id uuid.UUID) (p postingRow, version int, scope access.Scope, err error) {
	if scope, err = tx.Can("user:manage"); err != nil {
		return p, 0, scope, err
	}
	p.id = id
	var company uuid.NullUUID
	err = tx.QueryRowContext(ctx, `SELECT p.user_id, p.unit_id, p.title, p.valid_from, p.valid_to, u.company_id, u.status = 'closed', u.valid_to
		FROM postings p JOIN org_units u ON u.tenant_id = p.tenant_id AND u.id = p.unit_id
		WHERE p.tenant_id = ? AND p.id = ? AND (p.valid_to IS NULL OR p.valid_to >= ?::date) FOR UPDATE OF p FOR SHARE OF u`, tx.Tenant, id, tx.today()).
		Scan(&p.user, &p.unit, &p.title, &p.validFrom, &p.validTo, &company, &p.closed, &p.unitTo)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return p, 0, scope, ErrNoSuchPosting
	case err != nil:
		return p, 0, scope, fmt.Errorf("posting %s: %w", id, err)
	}
	p.company = company.UUID
	if !scope.All && !scope.Covers(p.company, uuid.Nil, uuid.Nil) {
		return p, 0, scope, ErrBeyond
	}
	if p.user == tx.Actor.User {
		return p, 0, scope, ErrOwn
	}
	version, err = raise(ctx, tx, p.user)
	return p, version, scope, err
}

// EndPosting takes a posting, and what its roles gave, from its holder at once. It returns ErrNoSuchPosting, ErrBeyond, ErrOwn or
// ErrLastAdministrator.
func (o *Org) EndPosting(ctx context.Context, a Actor, posting uuid.UUID) error {
	return o.change(ctx, a, func(tx Tx) error {
		return KeepingAdministrators(ctx, tx, func() error {
			p, version, _, err := o.posting(ctx, tx, posting)
			if err != nil {
				return err
			}
			if err := tx.Later(ctx, "UPDATE postings SET valid_to = ?::date - 1 WHERE tenant_id = ? AND id = ?", tx.today(), tx.Tenant, posting); err != nil {
				return err
			}
			return record.WriteHistory(ctx, tx.Tx, UserKind.Name, p.user, version, "end_posting", map[string]any{"title": p.title, "unitId": p.unit}, nil)
		})
	})
}
