package invoice

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/money"
	"forecourt/tenants"
)

// Sold is a contract that is invoiced.
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

// Contracts are what is invoiced.
type Contracts interface {
	// Sold locks a contract that the actor may read. It returns record.ErrTarget at contractId.
	Sold(ctx context.Context, tx tenants.Tx, id uuid.UUID) (Sold, error)
	// Invoiced moves the contract on; number is the invoice's. It returns flow.ErrNotAllowed.
	Invoiced(ctx context.Context, tx tenants.Tx, id uuid.UUID, number string) (Sold, error)
}

// Stock holds the vehicles.
type Stock interface {
	// VIN returns the VIN of a vehicle that a contract names, whoever may read it.
	VIN(ctx context.Context, tx tenants.Tx, vehicle uuid.UUID) (string, error)
	// Invoice moves the vehicle that the contract reserved on; number is the invoice's.
	Invoice(ctx context.Context, tx tenants.Tx, vehicle, contract uuid.UUID, number string) error
}
