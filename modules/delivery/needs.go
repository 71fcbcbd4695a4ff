package delivery

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/money"
	"forecourt/tenants"
)

// Sold is a contract that is delivered.
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

// Contracts are what is delivered.
type Contracts interface {
	// Sold locks a contract that the actor may read. It returns record.ErrTarget at contractId.
	Sold(ctx context.Context, tx tenants.Tx, id uuid.UUID) (Sold, error)
	// Outbound moves the contract on; number is the outbound's. It returns flow.ErrNotAllowed.
	Outbound(ctx context.Context, tx tenants.Tx, id uuid.UUID, number string) (Sold, error)
	// HandedOver moves the contract on; number is the handover's. It returns flow.ErrNotAllowed.
	HandedOver(ctx context.Context, tx tenants.Tx, id uuid.UUID, number string) (Sold, error)
}

// Stock holds the vehicles.
type Stock interface {
	// VIN returns the VIN of a vehicle that a contract names, whoever may read it.
	VIN(ctx context.Context, tx tenants.Tx, vehicle uuid.UUID) (string, error)
	// Deliver moves the invoiced vehicle of the contract out; number is the outbound's.
	Deliver(ctx context.Context, tx tenants.Tx, vehicle, contract uuid.UUID, number string) error
	// HandOver notes that the vehicle is its buyer's; number is the handover's.
	HandOver(ctx context.Context, tx tenants.Tx, vehicle, contract uuid.UUID, number string) error
}
