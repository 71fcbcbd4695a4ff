package cash

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/money"
	"forecourt/tenants"
)

// Payable is a contract on which money is taken.
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

// Contracts are what is paid for.
type Contracts interface {
	// Payable locks a contract that the actor may read. It returns record.ErrTarget at contractId, or a fault when no money is taken on it.
	Payable(ctx context.Context, tx tenants.Tx, id uuid.UUID) (Payable, error)
	// Received adds confirmed money; a negative amount takes it back. It refuses with a fault.
	Received(ctx context.Context, tx tenants.Tx, id uuid.UUID, amount money.Amount) error
}
