package contract

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Decided moves a contract as its approval ended: into effect, or back to a draft that its owner can change and submit again. It comes in
// the transaction of the deciding vote. A contract that has left the review is not moved. It returns record.ErrMissing.
func (s *Service) Decided(ctx context.Context, tx tenants.Tx, id uuid.UUID, d record.Decision) error {
	m, err := Kind.Find(ctx, tx.Tx, access.Scope{All: true}, id)
	if err != nil || m.Status != StatusInReview {
		return err
	}
	if d.Outcome == record.OutcomeAgreed {
		return s.agree(ctx, tx, m)
	}
	before := *m
	m.Reason = d.Reason
	return move(ctx, tx, &before, m, ActionSendBack)
}

// agree puts a contract into effect: its customer is formal, its intent is won. Where nothing is to be paid down, the next step is the
// vehicle.
func (s *Service) agree(ctx context.Context, tx tenants.Tx, m *Contract) error {
	if err := s.customers.MakeFormal(ctx, tx, m.CustomerID); err != nil {
		return err
	}
	if m.IntentID != uuid.Nil {
		if err := s.intents.Win(ctx, tx, m.IntentID); err != nil {
			return err
		}
	}
	before := *m
	if err := move(ctx, tx, &before, m, ActionAgree); err != nil || m.Deposit > 0 {
		return err
	}
	before = *m
	return move(ctx, tx, &before, m, ActionTakeDeposit)
}

// Facts tells flows what the contract's own fields do not: the discount up to which the company lets a sales manager decide alone, in
// basis points.
func (s *Service) Facts(ctx context.Context, tx tenants.Tx, id uuid.UUID) (map[string]any, error) {
	m, err := Kind.Peek(ctx, tx.Tx, access.Scope{All: true}, id)
	if err != nil {
		return nil, err
	}
	limit, err := managerDiscount.Get(ctx, tx.Tx, m.CompanyID)
	return map[string]any{"managerDiscount": limit}, err
}

// Change sets what a step of the approval changes, by field: the deposit, the remark. It returns ErrDeposit, or a fault that names the field.
func (s *Service) Change(ctx context.Context, tx tenants.Tx, id uuid.UUID, changes map[string]json.RawMessage) error {
	m, err := Kind.Find(ctx, tx.Tx, access.Scope{All: true}, id)
	if err != nil {
		return err
	}
	before := *m
	for name, value := range changes {
		if err := m.set(name, value); err != nil {
			return err
		}
	}
	if m.Deposit < 0 || m.Deposit > m.Total {
		return ErrDeposit.With(m.Total).At("deposit")
	}
	return Kind.Save(ctx, tx.Tx, &before, m, "edit")
}

func (m *Contract) set(name string, value json.RawMessage) error {
	switch name {
	case "deposit":
		var amount money.Amount
		if err := json.Unmarshal(value, &amount); err != nil {
			return record.ErrMoney.With(Kind.Field(name).Label).At(name).Because(err)
		}
		m.Deposit = amount
	case "remark":
		if err := json.Unmarshal(value, &m.Remark); err != nil {
			return record.ErrText.With(Kind.Field(name).Label).At(name).Because(err)
		}
	default:
		return record.ErrFixed.With(name).At(name)
	}
	return nil
}
