package contract

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Payable is a contract as receipts need it.
type Payable struct {
	ID         uuid.UUID
	Number     string
	Customer   uuid.UUID
	Company    uuid.UUID
	Department uuid.UUID
	Owner      uuid.UUID
	Total      money.Amount
	Paid       money.Amount
	Deposit    money.Amount
	Status     string
}

// Sold is a contract as invoice, outbound and handover need it.
type Sold struct {
	ID         uuid.UUID
	Number     string
	Customer   uuid.UUID
	Vehicle    uuid.UUID
	Company    uuid.UUID
	Department uuid.UUID
	Owner      uuid.UUID
	Total      money.Amount
	Paid       money.Amount
	Status     string
}

func (m *Contract) sold() Sold {
	return Sold{m.ID, m.Number, m.CustomerID, m.VehicleID, m.CompanyID, m.DepartmentID, m.OwnerID, m.Total, m.Paid, string(m.Status)}
}

// seen locks a contract that the actor may read, for a document that follows it. Every other id is record.ErrTarget at contractId.
func seen(ctx context.Context, tx tenants.Tx, id uuid.UUID) (*Contract, error) {
	scope, err := tx.Can(Kind.Read)
	if err != nil {
		return nil, record.ErrTarget.At("contractId").Because(err)
	}
	m, err := Kind.Find(ctx, tx.Tx, scope, id)
	if errors.Is(err, record.ErrMissing) {
		return nil, record.ErrTarget.At("contractId").Because(err)
	}
	return m, err
}

// Payable locks a contract that the actor may read, if money is taken on it. It returns record.ErrTarget at contractId, or ErrNotOpen.
func (s *Service) Payable(ctx context.Context, tx tenants.Tx, id uuid.UUID) (Payable, error) {
	m, err := seen(ctx, tx, id)
	if err != nil {
		return Payable{}, err
	}
	if !payable[m.Status] {
		return Payable{}, ErrNotOpen.With(word(m.Status)).At("contractId")
	}
	return Payable{m.ID, m.Number, m.CustomerID, m.CompanyID, m.DepartmentID, m.OwnerID, m.Total, m.Paid, m.Deposit, string(m.Status)}, nil
}

var (
	payable    = map[Status]bool{StatusEffective: true, StatusDepositPaid: true, StatusReserved: true, StatusInvoiced: true}
	returnable = map[Status]bool{StatusEffective: true, StatusDepositPaid: true}
)

// word is the status in both languages.
func word(s Status) fault.Text {
	for _, x := range Flow.Statuses() {
		if x.Value == string(s) {
			return x.Label
		}
	}
	return fault.Text{Zh: string(s), En: string(s)}
}

// Received adds confirmed money, or with a negative amount takes it back, and moves the contract when its deposit becomes
// complete or incomplete. The calling receipt has checked who may. It returns record.ErrMissing, ErrNotOpen, ErrTooLate or ErrOverpaid.
func (s *Service) Received(ctx context.Context, tx tenants.Tx, id uuid.UUID, amount money.Amount) error {
	m, err := Kind.Find(ctx, tx.Tx, access.Scope{All: true}, id)
	if err != nil {
		return err
	}
	before := *m
	step, err := m.receive(amount)
	if err != nil {
		return err
	}
	zh, en := "合同 "+m.Number+" 收款 "+amount.Words()+"，未收 "+m.Balance.Words(), "Contract "+m.Number+": "+amount.Words()+" received, "+m.Balance.Words()+" open"
	if amount < 0 {
		zh, en = "合同 "+m.Number+" 冲销收款 "+(-amount).Words()+"，未收 "+m.Balance.Words(), "Contract "+m.Number+": "+(-amount).Words()+" returned, "+m.Balance.Words()+" open"
	}
	if err := s.tell(ctx, tx, m, zh, en); err != nil {
		return err
	}
	if step != "" {
		return move(ctx, tx, &before, m, step)
	}
	action := "receive"
	if amount < 0 {
		action = "return"
	}
	return Kind.Save(ctx, tx.Tx, &before, m, action)
}

// receive puts amount on paid and balance, and names the step that follows, "" for none.
func (m *Contract) receive(amount money.Amount) (Action, error) {
	switch {
	case amount >= 0 && !payable[m.Status]:
		return "", ErrNotOpen.With(word(m.Status))
	case amount < 0 && !returnable[m.Status]:
		return "", ErrTooLate.With(word(m.Status))
	case amount > m.Total-m.Paid, amount < -m.Paid:
		return "", ErrOverpaid.With(m.Balance).At("amount")
	}
	m.Paid += amount
	m.Balance = m.Total - m.Paid
	switch {
	case m.Status == StatusEffective && m.Paid >= m.Deposit:
		return ActionTakeDeposit, nil
	case m.Status == StatusDepositPaid && m.Paid < m.Deposit:
		return ActionReturnDeposit, nil
	}
	return "", nil
}

// Sold locks a contract that the actor may read. It returns record.ErrTarget at contractId.
func (s *Service) Sold(ctx context.Context, tx tenants.Tx, id uuid.UUID) (Sold, error) {
	m, err := seen(ctx, tx, id)
	if err != nil {
		return Sold{}, err
	}
	return m.sold(), nil
}

// Invoiced moves a contract on by its invoice. The calling document has checked who may. It returns record.ErrTarget at
// contractId, or flow.ErrNotAllowed.
func (s *Service) Invoiced(ctx context.Context, tx tenants.Tx, id uuid.UUID, number string) (Sold, error) {
	return s.follow(ctx, tx, id, ActionInvoice, "已开票："+number, "was invoiced: "+number)
}

// Outbound moves a contract on by its outbound. It returns the errors of Invoiced.
func (s *Service) Outbound(ctx context.Context, tx tenants.Tx, id uuid.UUID, number string) (Sold, error) {
	return s.follow(ctx, tx, id, ActionOutbound, "车辆已出库："+number, "left the stock: "+number)
}

// HandedOver moves a contract on by its handover. It returns the errors of Invoiced.
func (s *Service) HandedOver(ctx context.Context, tx tenants.Tx, id uuid.UUID, number string) (Sold, error) {
	return s.follow(ctx, tx, id, ActionHandOver, "已交车："+number, "was handed over: "+number)
}

func (s *Service) follow(ctx context.Context, tx tenants.Tx, id uuid.UUID, step Action, zh, en string) (Sold, error) {
	m, err := seen(ctx, tx, id)
	if err != nil {
		return Sold{}, err
	}
	before := *m
	if err := move(ctx, tx, &before, m, step); err != nil {
		return Sold{}, err
	}
	return m.sold(), s.tell(ctx, tx, m, "合同 "+m.Number+" "+zh, "Contract "+m.Number+" "+en)
}
