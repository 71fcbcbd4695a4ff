package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

// ErrNoSuchPosting says that nobody holds this posting today.
var ErrNoSuchPosting = fault.New(fault.Missing, "posting.missing", "任职不存在或已结束", "There is no such posting, or it has ended")

// PostingsOf reads the postings that a user holds today, with the company and department above each.
func PostingsOf(ctx context.Context, tx Tx, user uuid.UUID) ([]Posting, error) {
	rows, err := tx.QueryContext(ctx, `SELECT p.id, p.unit_id, u.name, u.company_id, p.title, CASE u.kind WHEN 'department' THEN u.id WHEN 'team' THEN u.parent_id END, h.must_change
		FROM postings p JOIN org_units u ON u.tenant_id = p.tenant_id AND u.id = p.unit_id JOIN users h ON h.tenant_id = p.tenant_id AND h.id = p.user_id
		WHERE p.tenant_id = ? AND p.user_id = ? AND p.valid_from <= ?::date AND (p.valid_to IS NULL OR p.valid_to >= ?::date) ORDER BY p.id`, tx.Tenant, user, tx.today(), tx.today())
	if err != nil {
		return nil, fmt.Errorf("postings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Posting
	for rows.Next() {
		var p Posting
		var company, department uuid.NullUUID
		if err := rows.Scan(&p.ID, &p.Unit, &p.UnitName, &company, &p.Title, &department, &p.MustChange); err != nil {
			return nil, fmt.Errorf("postings: %w", err)
		}
		p.Company, p.Department = company.UUID, department.UUID
		out = append(out, p)
	}
	return out, rows.Err()
}

// PostingInput places a user.
type PostingInput struct {
	User, Unit         uuid.UUID
	Title              string
	Roles              []string
	ValidFrom, ValidTo clock.Day // first and last day; empty: from today, without end
}

// ErrDays refuses a posting that ends before it begins.
var ErrDays = fault.New(fault.Invalid, "posting.days", "结束日期不能早于开始日期", "It cannot end before it begins")

// AddPosting places a user in an open unit with roles. Whoever is not of the whole group can do so only in their companies, with
// those who work in no other one, and give only roles that a company gives, or all of whose grants they hold: ErrBeyond. It returns
// ErrNoUnit, ErrNoUser, ErrNoRole or ErrDays too.
func (o *Org) AddPosting(ctx context.Context, a Actor, in PostingInput) (posting uuid.UUID, err error) {
	posting = id.New()
	err = o.change(ctx, a, func(tx Tx) error {
		scope, err := tx.Can("user:manage")
		if err != nil {
			return err
		}
		if err := mayPlace(ctx, tx, scope, in.User); err != nil {
			return err
		}
		place := Posting{ID: posting, Unit: in.Unit, Title: in.Title}
		if err := locate(ctx, tx, &place); err != nil {
			return err
		}
		if err := o.mayGive(ctx, tx, scope, in.User, place, in.Roles); err != nil {
			return err
		}
		return o.insertPosting(ctx, tx, posting, in)
	})
	return posting, err
}

// mayPlace returns ErrNoUser, or ErrBeyond for somebody who works in another company: whether they help out here is for the group to say.
func mayPlace(ctx context.Context, tx Tx, scope access.Scope, user uuid.UUID) error {
	if err := userExists(ctx, tx, user); err != nil {
		return err
	}
	if scope.All {
		return nil
	}
	held, err := PostingsOf(ctx, tx, user)
	if err == nil && outside(held, scope) {
		return ErrBeyond
	}
	return err
}

// locate fills the company and department of an open unit, and keeps it from being closed meanwhile.
func locate(ctx context.Context, tx Tx, p *Posting) error {
	return place(ctx, tx, p, " AND status = 'open' FOR SHARE")
}

// surround fills the company and department of a unit, which may be closed.
func surround(ctx context.Context, tx Tx, p *Posting) error { return place(ctx, tx, p, "") }

func place(ctx context.Context, tx Tx, p *Posting, more string) error {
	var company, department uuid.NullUUID
	err := tx.QueryRowContext(ctx, "SELECT company_id, CASE kind WHEN 'department' THEN id WHEN 'team' THEN parent_id END FROM org_units WHERE tenant_id = ? AND id = ?"+more, tx.Tenant, p.Unit).
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

// mayGive returns ErrBeyond for a role that the actor may not give user at a place. To themselves nobody gives what they do not hold.
func (o *Org) mayGive(ctx context.Context, tx Tx, scope access.Scope, user uuid.UUID, place Posting, roles []string) error {
	if scope.All {
		return nil
	}
	if !scope.Covers(place.Company, uuid.Nil, uuid.Nil) {
		return ErrBeyond.At("unitId")
	}
	may := o.roles.Assignable
	if user == tx.Actor.User {
		may = o.roles.Holds
	}
	for _, r := range roles {
		ok, err := may(ctx, tx, r, place)
		if err != nil {
			return err
		}
		if !ok {
			return ErrBeyond.At("roles")
		}
	}
	return nil
}

func (o *Org) insertPosting(ctx context.Context, tx Tx, posting uuid.UUID, in PostingInput) error {
	if in.ValidFrom == "" {
		in.ValidFrom = clock.Day(tx.today())
	}
	if in.ValidTo != "" && in.ValidTo < in.ValidFrom {
		return ErrDays.At("validTo")
	}
	version, err := raise(ctx, tx, in.User)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO postings (tenant_id, id, user_id, unit_id, title, valid_from, valid_to) VALUES (?, ?, ?, ?, ?, ?::date, ?::date)",
		tx.Tenant, posting, in.User, in.Unit, in.Title, in.ValidFrom, in.ValidTo); err != nil {
		return fmt.Errorf("add posting: %w", err)
	}
	if err := o.roles.Give(ctx, tx, "posting:"+posting.String(), in.Roles...); err != nil {
		return err
	}
	now := map[string]any{"unitId": in.Unit, "title": in.Title, "roles": in.Roles, "validFrom": in.ValidFrom}
	if in.ValidTo != "" {
		now["validTo"] = in.ValidTo
	}
	return record.WriteHistory(ctx, tx.Tx, UserKind.Name, in.User, version, "add_posting", nil, now)
}
