package visit

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of assigning.
var (
	ErrNotConsultant = fault.New(fault.Invalid, "visit.not_consultant", "%s不是本公司的销售顾问", "%s is no sales consultant of this company")
	ErrSame          = fault.New(fault.Invalid, "visit.same_consultant", "该客户已由这位顾问接待", "This consultant takes care of the visit already")
)

// AssignInput is who takes care of a visit.
type AssignInput struct {
	ConsultantID string `json:"consultantId" format:"uuid"`
}

// Assign gives a visit to a consultant of its company. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed,
// ErrNotConsultant, ErrSame, or a denied fault.
func (s *Service) Assign(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in AssignInput) (*Visit, error) {
	var v *Visit
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if v, err = Kind.Lock(ctx, tx.Tx, tx, Flow.Permission(ActionAssign), id, version); err != nil {
			return err
		}
		if _, err := Flow.Next(v.Status, ActionAssign); err != nil {
			return err
		}
		to, err := s.named(ctx, tx, v.CompanyID, in.ConsultantID)
		if err != nil {
			return err
		}
		if v.Status == StatusAssigned && v.OwnerID == to {
			return ErrSame.At("consultantId")
		}
		return s.assign(ctx, tx, v, to)
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (s *Service) assign(ctx context.Context, tx tenants.Tx, v *Visit, consultant uuid.UUID) error {
	move, err := Flow.Next(v.Status, ActionAssign)
	if err != nil {
		return err
	}
	before := *v
	v.Status, v.OwnerID = move.To, consultant
	if err := Kind.Save(ctx, tx.Tx, &before, v, string(ActionAssign)); err != nil {
		return err
	}
	if consultant == tx.Actor.User {
		return nil
	}
	mode := fault.Text{Zh: "来店", En: "walked in"}
	if v.Mode == "call" {
		mode = fault.Text{Zh: "来电", En: "called"}
	}
	return s.notices.Tell(ctx, tx, consultant, fmt.Sprintf("%s%s，请接待", v.Name, mode.Zh), fmt.Sprintf("%s %s; please take care of them", v.Name, mode.En), Kind.Name, v.ID)
}

// choose returns the consultant that is named, or the one whose turn it is; uuid.Nil when the company has none.
func (s *Service) choose(ctx context.Context, tx tenants.Tx, company uuid.UUID, given string) (uuid.UUID, error) {
	if given != "" {
		return s.named(ctx, tx, company, given)
	}
	all, err := s.people.Consultants(ctx, tx, company)
	if err != nil || len(all) == 0 {
		return uuid.Nil, err
	}
	return turn(ctx, tx, company, all)
}

func (s *Service) named(ctx context.Context, tx tenants.Tx, company uuid.UUID, given string) (uuid.UUID, error) {
	id, err := uuid.Parse(given)
	if err != nil {
		return uuid.Nil, record.ErrTarget.At("consultantId").Because(err)
	}
	all, err := s.people.Consultants(ctx, tx, company)
	if err != nil {
		return uuid.Nil, err
	}
	if slices.Contains(all, id) {
		return id, nil
	}
	name, err := s.people.Name(ctx, tx, id)
	if err != nil {
		return uuid.Nil, record.ErrTarget.At("consultantId").Because(err)
	}
	return uuid.Nil, ErrNotConsultant.With(name).At("consultantId")
}

// turn picks who has the fewest open visits; among equals, who waited longest. One visit of a company at a time is given out, or two
// at once would go to the same consultant.
func turn(ctx context.Context, tx tenants.Tx, company uuid.UUID, all []uuid.UUID) (uuid.UUID, error) {
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "visit turn "+company.String()); err != nil {
		return uuid.Nil, fmt.Errorf("wait for the turn: %w", err)
	}
	var next uuid.UUID
	err := tx.NewRaw(`SELECT c.id FROM unnest(?0::uuid[]) WITH ORDINALITY c(id, n)
		ORDER BY (SELECT count(*) FROM visits v WHERE v.tenant_id = ?1 AND v.owner_id = c.id AND v.company_id = ?2 AND v.status = 'assigned'),
			(SELECT max(v.at) FROM visits v WHERE v.tenant_id = ?1 AND v.owner_id = c.id AND v.company_id = ?2 AND v.status <> 'logged') NULLS FIRST, c.n LIMIT 1`,
		pgdialect.Array(all), tx.Tenant, company).Scan(ctx, &next)
	if err != nil {
		return uuid.Nil, fmt.Errorf("whose turn it is at %s: %w", company, err)
	}
	return next, nil
}
