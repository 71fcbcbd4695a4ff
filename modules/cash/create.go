package cash

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// CreateInput is money that somebody took.
type CreateInput struct {
	ContractID string       `json:"contractId" format:"uuid"`
	Purpose    string       `json:"purpose" enum:"deposit,instalment,balance"`
	Means      string       `json:"means" enum:"cash,card,transfer,wechat,alipay"`
	Amount     money.Amount `json:"amount" doc:"More than 0, at most the contract's balance"`
	ReceivedOn clock.Day    `json:"receivedOn,omitempty" doc:"Empty: today"`
	Payer      string       `json:"payer,omitempty" maxLength:"100"`
	Note       string       `json:"note,omitempty" maxLength:"1000"`
}

// Create records money on a contract. The contract shows it once the cashier confirms. It returns ErrAmount, ErrTooBig,
// ErrFuture, record.ErrTarget at contractId, the contract's refusal, or a denied fault.
func (s *Service) Create(ctx context.Context, a tenants.Actor, in CreateInput) (*Receipt, error) {
	var m *Receipt
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		scope, err := tx.Can("receipt:create")
		if err != nil {
			return err
		}
		id, err := uuid.Parse(in.ContractID)
		if err != nil {
			return record.ErrTarget.At("contractId").Because(err)
		}
		c, err := s.contracts.Payable(ctx, tx, id)
		if err != nil {
			return err
		}
		if !scope.Covers(c.Company, c.Department, c.Owner) {
			return rest.ErrDenied
		}
		m = &Receipt{ContractID: c.ID, CustomerID: c.Customer, Purpose: in.Purpose, Means: in.Means, Amount: in.Amount, ReceivedOn: in.ReceivedOn,
			Payer: in.Payer, Note: in.Note, Status: StatusRecorded}
		m.CompanyID, m.DepartmentID, m.OwnerID = c.Company, c.Department, c.Owner
		if err := m.settle(clock.DayOf(tx.Now, tx.Zone), c.Total-c.Paid); err != nil {
			return err
		}
		return Kind.Create(ctx, tx.Tx, m)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// settle checks the amount against the open balance, and the day.
func (m *Receipt) settle(today clock.Day, open money.Amount) error {
	if m.ReceivedOn == "" {
		m.ReceivedOn = today
	}
	switch {
	case m.Amount <= 0:
		return ErrAmount.At("amount")
	case m.Amount > open:
		return ErrTooBig.With(open).At("amount")
	case m.ReceivedOn > today:
		return ErrFuture.At("receivedOn")
	}
	return nil
}
