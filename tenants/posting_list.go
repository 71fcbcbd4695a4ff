package tenants

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
)

// HeldPosting is a posting as the page of its holder shows it, also one that has ended or not begun.
type HeldPosting struct {
	PostingInfo
	UnitKind  string    `json:"unitKind" enum:"group,region,company,department,team"`
	ValidFrom clock.Day `json:"validFrom"`
	ValidTo   clock.Day `json:"validTo,omitempty"`
	Current   bool      `json:"current" doc:"Whether it is valid today"`
}

// HeldPostings lists every posting that a user ever had, the newest first. It returns ErrNoUser.
func (o *Org) HeldPostings(ctx context.Context, a Actor, user uuid.UUID) ([]HeldPosting, error) {
	held := []HeldPosting{}
	err := o.db.Read(ctx, a, func(tx Tx) error {
		err := userExists(ctx, tx, user)
		if err != nil {
			return err
		}
		if held, err = readHeld(ctx, tx, user); err != nil {
			return fmt.Errorf("postings of user %s: %w", user, err)
		}
		for i := range held {
			if err := rolesOf(ctx, tx, &held[i].PostingInfo); err != nil {
				return fmt.Errorf("roles of posting %s: %w", held[i].ID, err)
			}
		}
		return nil
	})
	return held, err
}

func readHeld(ctx context.Context, tx Tx, user uuid.UUID) (held []HeldPosting, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT p.id, p.title, u.id, u.name, u.kind, u.company_id, coalesce(c.name, ''), CASE u.kind WHEN 'department' THEN u.id WHEN 'team' THEN u.parent_id END,
		p.valid_from, p.valid_to, p.valid_from <= ?::date AND (p.valid_to IS NULL OR p.valid_to >= ?::date)
		FROM postings p JOIN org_units u ON u.tenant_id = p.tenant_id AND u.id = p.unit_id
		LEFT JOIN org_units c ON c.tenant_id = u.tenant_id AND c.id = u.company_id
		WHERE p.tenant_id = ? AND p.user_id = ? ORDER BY p.id DESC`, tx.today(), tx.today(), tx.Tenant, user)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	held = []HeldPosting{}
	for rows.Next() {
		p := HeldPosting{PostingInfo: PostingInfo{Roles: []RoleName{}}}
		var company, department uuid.NullUUID
		if err := rows.Scan(&p.ID, &p.Title, &p.UnitID, &p.UnitName, &p.UnitKind, &company, &p.CompanyName, &department, &p.ValidFrom, &p.ValidTo, &p.Current); err != nil {
			return nil, err
		}
		if company.Valid {
			p.CompanyID = &company.UUID
		}
		if department.Valid {
			p.DepartmentID = &department.UUID
		}
		held = append(held, p)
	}
	return held, rows.Err()
}
