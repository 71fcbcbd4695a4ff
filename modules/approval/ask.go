package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// Faults of asking.
var (
	ErrUnderWay = fault.New(fault.Conflict, "approval.under_way", "这张单据正在审批中", "This document is under approval")
	ErrRefused  = fault.New(fault.Conflict, "approval.refused", "流程不允许：%s", "The flow refuses it: %s")
	ErrNoFlow   = fault.New(fault.Conflict, "approval.no_flow", "没有适用的审批流程，请联系管理员", "No approval flow fits this document; ask an administrator")
)

// Ask puts an action of a document under approval, in the transaction and under the lock of the use case that takes it. True: nobody has
// to agree, go on now. False: the document waits, and hears the end through its Subject. A document that came back goes on where it was
// returned. It returns ErrUnderWay, ErrNoFlow, ErrRefused, or engine.ErrChoice when the submitter has to name approvers.
func (s *Service) Ask(ctx context.Context, tx tenants.Tx, spec *record.Spec, action string, document uuid.UUID, input any) (agreed bool, err error) {
	m := s.matter(spec.Name, action)
	if m == nil || !m.ready() {
		return true, nil
	}
	raw, err := json.Marshal(input)
	if err != nil {
		return false, fmt.Errorf("input of %s: %w", m.name(), err)
	}
	open, status, err := openRun(ctx, tx, spec.Name, action, document)
	switch {
	case err != nil:
		return false, err
	case open == uuid.Nil:
		return s.ask(ctx, tx, m, document, raw)
	case status != engine.Returned:
		return false, ErrUnderWay
	}
	return s.askAgain(ctx, tx, m, open, raw)
}

// openRun finds the approval of a document's action that is not over, or uuid.Nil.
func openRun(ctx context.Context, tx tenants.Tx, kind, action string, document uuid.UUID) (id uuid.UUID, status engine.Status, err error) {
	err = tx.QueryRowContext(ctx, "SELECT id, status FROM approvals WHERE tenant_id = ? AND record_kind = ? AND record_id = ? AND action = ? AND closed_at IS NULL", tx.Tenant, kind, document, action).Scan(&id, &status)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, "", nil
	}
	if err != nil {
		return uuid.Nil, "", fmt.Errorf("approval of %s %s: %w", kind, document, err)
	}
	return id, status, nil
}

func (s *Service) ask(ctx context.Context, tx tenants.Tx, m *matter, of uuid.UUID, input json.RawMessage) (bool, error) {
	if err := s.adoptIn(ctx, tx); err != nil {
		return false, err
	}
	d := &document{s: s, ctx: ctx, tx: tx, matter: m, id: of, submitter: tx.Actor.User}
	snap, err := d.snapshot()
	if err != nil {
		return false, err
	}
	d.company, d.department, _ = snap.ScopeOf()
	if d.submitter != uuid.Nil {
		d.unit = tx.Actor.Posting.Department
		if d.unit == uuid.Nil {
			d.unit = tx.Actor.Posting.Unit
		}
	}
	chosen, _, any, err := s.choose(d)
	if err != nil {
		return false, err
	}
	r := &run{ID: id.New(), Version: 0, RecordID: of, Company: d.company, Department: d.department, Kind: m.kind, Action: m.action, SubmittedAt: tx.Now, Unit: d.unit, Input: input, fresh: true,
		steps: map[uuid.UUID]stepRow{}, tasks: map[uuid.UUID]taskRow{}, versions: map[uuid.UUID]int{}, signatures: map[uuid.UUID]uuid.UUID{}}
	r.Run.ID, r.Submitter = r.ID, d.submitter
	if chosen == nil {
		said, err := answer(d, tx, any)
		switch {
		case err != nil:
			return false, err
		case said == DefaultPass:
			return true, nil
		case said == DefaultRefuse:
			return false, ErrNoFlow
		}
	} else {
		r.FlowID, r.FlowVersion = chosen.ID, chosen.Published
	}
	return s.start(ctx, tx, r, d, "submit")
}

// askAgain goes on with a run that came back to its submitter, with the document as it is now.
func (s *Service) askAgain(ctx context.Context, tx tenants.Tx, m *matter, open uuid.UUID, input json.RawMessage) (bool, error) {
	r, err := readRun(ctx, tx, open, " FOR UPDATE")
	if err != nil {
		return false, err
	}
	d := &document{s: s, ctx: ctx, tx: tx, matter: m, id: r.RecordID, company: r.Company, department: r.Department, submitter: r.Submitter, unit: r.Unit}
	r.Input, r.SubmittedAt = input, tx.Now
	return s.start(ctx, tx, r, d, "resubmit")
}

func (s *Service) start(ctx context.Context, tx tenants.Tx, r *run, d *document, action string) (bool, error) {
	snap, err := d.snapshot()
	if err != nil {
		return false, err
	}
	if r.Snapshot, err = json.Marshal(snap); err != nil {
		return false, err
	}
	spec, err := d.matter.Spec.Of(ctx, tx.Tx)
	if err != nil {
		return false, err
	}
	r.words = describe(spec, snap, record.View{Tenant: tx.Tenant, Now: tx.Now, Zone: tx.Zone})
	if named := record.Choices(ctx); len(named) > 0 {
		if r.Chosen == nil {
			r.Chosen = map[string][]uuid.UUID{}
		}
		maps.Copy(r.Chosen, named)
	}
	m, err := s.begin(ctx, tx, r)
	if err != nil {
		return false, err
	}
	m.doc, m.people, m.starting = d, newPeople(d), true
	effects, err := engine.Start(m.world(), &r.Run)
	if err != nil {
		return false, err
	}
	if r.Status == engine.Rejected {
		return false, ErrRefused.With(r.Reason)
	}
	if err := s.planSweep(ctx, tx); err != nil {
		return false, err
	}
	return r.Status == engine.Approved, m.settle(action, effects)
}

// Drop ends the approval of a document's action because the document went another way. It is not told: it knows. Without an open approval
// nothing happens.
func (s *Service) Drop(ctx context.Context, tx tenants.Tx, spec *record.Spec, action string, document uuid.UUID, reason string) error {
	open, _, err := openRun(ctx, tx, spec.Name, action, document)
	if err != nil || open == uuid.Nil {
		return err
	}
	r, err := readRun(ctx, tx, open, " FOR UPDATE")
	if err != nil {
		return err
	}
	m, err := s.begin(ctx, tx, r)
	if err != nil {
		return err
	}
	m.starting = true
	w := m.world()
	always := *m.flow
	always.Withdraw, w.Flow = engine.WithdrawAlways, &always
	effects, err := engine.Withdraw(w, &r.Run, r.Submitter, reason)
	if err != nil {
		return err
	}
	m.comment = reason
	return m.settle("drop", effects)
}
