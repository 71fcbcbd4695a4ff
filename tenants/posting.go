package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

// ErrNoSuchPosting says that nobody holds this posting today.
var ErrNoSuchPosting = fault.New(fault.Missing, "posting.missing", "任职不存在或已结束", "There is no such posting, or it has ended")

// PostingsOf reads the postings that a user holds today, with the company and department above each.
func PostingsOf(ctx context.Context, tx Tx, user uuid.UUID) ([]Posting, error) {
	rows, err := tx.QueryContext(ctx, `SELECT p.id, p.unit_id, u.name, u.company_id, p.title, CASE u.kind WHEN 'department' THEN u.id WHEN 'team' THEN u.parent_id END
		FROM postings p JOIN org_units u ON u.tenant_id = p.tenant_id AND u.id = p.unit_id
		WHERE p.tenant_id = ? AND p.user_id = ? AND p.valid_from <= ?::date AND (p.valid_to IS NULL OR p.valid_to >= ?::date) ORDER BY p.id`, tx.Tenant, user, tx.today(), tx.today())
	if err != nil {
		return nil, fmt.Errorf("postings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Posting
	for rows.Next() {
		var p Posting
		var company, department uuid.NullUUID
		if err := rows.Scan(&p.ID, &p.Unit, &p.UnitName, &company, &p.Title, &department); err != nil {
			return nil, fmt.Errorf("postings: %w", err)
		}
		p.Company, p.Department = company.UUID, department.UUID
		out = append(out, p)
	}
	return out, rows.Err()
}

// PostingInput places a user.
type PostingInput struct {
	User, Unit uuid.UUID
	Title      string
	Roles      []string
}

// AddPosting places a user in a unit with roles. Whoever is not of the whole group can give only roles they hold
// themselves, and only in their companies: ErrBeyond. It returns ErrParent, ErrNoUser or ErrNoRole too.
func (o *Org) AddPosting(ctx context.Context, a Actor, in PostingInput) (posting uuid.UUID, err error) {
	posting = id.New()
	err = o.change(ctx, a, func(tx Tx) error {
		scope, err := tx.Can("user:manage")
		if err != nil {
			return err
		}
		place := Posting{ID: posting, Unit: in.Unit, Title: in.Title}
		if err := locate(ctx, tx, &place); err != nil {
			return err
		}
		if err := o.mayGive(ctx, tx, scope, place, in.Roles); err != nil {
			return err
		}
		return o.insertPosting(ctx, tx, posting, in)
	})
	return posting, err
}

// locate fills the company and department of an open unit.
func locate(ctx context.Context, tx Tx, p *Posting) error {
	var company, department uuid.NullUUID
	err := tx.QueryRowContext(ctx, "SELECT company_id, CASE kind WHEN 'department' THEN id WHEN 'team' THEN parent_id END FROM org_units WHERE tenant_id = ? AND id = ? AND status = 'open'", tx.Tenant, p.Unit).
		Scan(&company, &department)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoUnit.At("unitId")
	}
	if err != nil {
		return fmt.Errorf("unit of posting: %w", err)
	}
	p.Company, p.Department = company.UUID, department.UUID
	return nil
}

func (o *Org) mayGive(ctx context.Context, tx Tx, scope access.Scope, place Posting, roles []string) error {
	if scope.All {
		return nil
	}
	if !scope.Covers(place.Company, uuid.Nil, uuid.Nil) {
		return ErrBeyond.At("unitId")
	}
	for _, r := range roles {
		holds, err := o.roles.Holds(ctx, tx, r, place)
		if err != nil {
			return err
		}
		if !holds {
			return ErrBeyond.At("roles")
		}
	}
	return nil
}

func (o *Org) insertPosting(ctx context.Context, tx Tx, posting uuid.UUID, in PostingInput) error {
	version, err := raise(ctx, tx, in.User)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO postings (tenant_id, id, user_id, unit_id, title) VALUES (?, ?, ?, ?, ?)", tx.Tenant, posting, in.User, in.Unit, in.Title); err != nil {
		return fmt.Errorf("add posting: %w", err)
	}
	if err := o.roles.Give(ctx, tx, "posting:"+posting.String(), in.Roles...); err != nil {
		return err
	}
	return record.WriteHistory(ctx, tx.Tx, UserKind.Name, in.User, version, "add_posting", nil, map[string]any{"unitId": in.Unit, "title": in.Title, "roles": in.Roles})
}

// EndPosting takes a posting, and what its roles gave, from its holder at once. It returns ErrNoSuchPosting or ErrBeyond.
func (o *Org) EndPosting(ctx context.Context, a Actor, posting uuid.UUID) error {
	return o.change(ctx, a, func(tx Tx) error {
		scope, err := tx.Can("user:manage")
		if err != nil {
			return err
		}
		var user uuid.UUID
		p := Posting{ID: posting}
		var company uuid.NullUUID
		err = tx.QueryRowContext(ctx, `SELECT p.user_id, p.title, u.company_id FROM postings p JOIN org_units u ON u.tenant_id = p.tenant_id AND u.id = p.unit_id
			WHERE p.tenant_id = ? AND p.id = ? AND (p.valid_to IS NULL OR p.valid_to >= ?::date) FOR UPDATE OF p`, tx.Tenant, posting, tx.today()).Scan(&user, &p.Title, &company)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoSuchPosting
		}
		if err != nil {
			return fmt.Errorf("end posting: %w", err)
		}
		if user == a.User || !scope.All && !scope.Covers(company.UUID, uuid.Nil, uuid.Nil) {
			return ErrBeyond
		}
		version, err := raise(ctx, tx, user)
		if err != nil {
			return err
		}
		if err := tx.Later(ctx, "UPDATE postings SET valid_to = ?::date - 1 WHERE tenant_id = ? AND id = ?", tx.today(), tx.Tenant, posting); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, version, "end_posting", map[string]any{"title": p.Title}, nil)
	})
}
