package cash

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// act locks a receipt under the permission of action, takes the step and saves it; do may refuse with a fault.
func (s *Service) act(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, action Action, do func(tx tenants.Tx, m *Receipt) error) (*Receipt, error) {
	var m *Receipt
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if m, err = Kind.Lock(ctx, tx.Tx, tx, Flow.Permission(action), id, version); err != nil {
			return err
		}
		move, err := Flow.Next(m.Status, action)
		if err != nil {
			return err
		}
		before := *m
		m.Status = move.To
		if err := do(tx, m); err != nil {
			return err
		}
		return Kind.Save(ctx, tx.Tx, &before, m, string(action))
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Confirm books a receipt: the contract shows the money in the same instant. It returns record.ErrMissing, record.ErrStale,
// flow.ErrNotAllowed, the contract's refusal, or a denied fault.
func (s *Service) Confirm(ctx context.Context, a tenants.Actor, id uuid.UUID, version int) (*Receipt, error) {
	return s.act(ctx, a, id, version, ActionConfirm, func(tx tenants.Tx, m *Receipt) error {
		m.ConfirmedAt, m.ConfirmedBy = tx.Now, tx.Actor.User
		return s.contracts.Received(ctx, tx, m.ContractID, m.Amount)
	})
}

// ReasonInput is why a receipt is taken back.
type ReasonInput struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// Withdraw takes back a receipt that nobody confirmed. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed,
// record.ErrNeeded or a denied fault.
func (s *Service) Withdraw(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in ReasonInput) (*Receipt, error) {
	return s.act(ctx, a, id, version, ActionWithdraw, func(_ tenants.Tx, m *Receipt) error { return m.because(in.Reason) })
}

// Void takes a confirmed receipt back by a reversing entry of the negative amount; both stay. The contract shows it in the same
// instant. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed, record.ErrNeeded, the contract's refusal, or a denied
// fault.
func (s *Service) Void(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in ReasonInput) (*Receipt, error) {
	return s.act(ctx, a, id, version, ActionVoid, func(tx tenants.Tx, m *Receipt) error {
		if err := m.because(in.Reason); err != nil {
			return err
		}
		if err := s.contracts.Received(ctx, tx, m.ContractID, -m.Amount); err != nil {
			return err
		}
		err := Kind.Create(ctx, tx.Tx, m.reversal(clock.DayOf(tx.Now, tx.Zone)))
		if database.Violates(err, "receipts_reversal_once") {
			return ErrTwice.Because(err)
		}
		return err
	})
}

func (m *Receipt) because(reason string) error {
	if reason == "" {
		return record.ErrNeeded.With(Kind.Field("reason").Label).At("reason")
	}
	m.Reason = reason
	return nil
}

// reversal is the entry that takes m back today.
func (m *Receipt) reversal(today clock.Day) *Receipt {
	r := *m
	r.Base = record.Base{ID: id.New(), CompanyID: m.CompanyID, DepartmentID: m.DepartmentID, OwnerID: m.OwnerID}
	r.Amount, r.ReceivedOn, r.ReversalOfID, r.Status = -m.Amount, today, m.ID, StatusVoided
	return &r
}
