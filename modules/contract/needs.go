package contract

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Offer is a vehicle as it can be sold.
type Offer struct {
	Company   uuid.UUID // whose stock it is in
	Model     uuid.UUID
	ModelName string
	VIN       string
	Price     money.Amount // the marked price; 0: none
	Cost      money.Amount // 0: not known
}

// Reservation is whom a vehicle is reserved for.
type Reservation struct {
	Vehicle  uuid.UUID
	Contract uuid.UUID
	Number   string // of the contract
}

// Stock holds the vehicles.
type Stock interface {
	// Offer returns record.ErrTarget for a vehicle that the actor may not read.
	Offer(ctx context.Context, tx tenants.Tx, vehicle uuid.UUID) (Offer, error)
	// Reserve refuses with a fault when the vehicle is not to be had.
	Reserve(ctx context.Context, tx tenants.Tx, r Reservation) error
	// Release makes a vehicle that the contract reserved sellable again.
	Release(ctx context.Context, tx tenants.Tx, r Reservation) error
}

// CustomerInfo is what a contract shows of its buyer.
type CustomerInfo struct {
	ID   uuid.UUID
	Name string
}

// Customers knows the customers of the group.
type Customers interface {
	// Info returns record.ErrTarget for a customer that the actor may not read.
	Info(ctx context.Context, tx tenants.Tx, id uuid.UUID) (CustomerInfo, error)
	// MakeFormal says that the customer has a contract in effect.
	MakeFormal(ctx context.Context, tx tenants.Tx, id uuid.UUID) error
}

// Intents knows what customers want to buy.
type Intents interface {
	// Customer returns the intent's customer, and record.ErrTarget for an intent that the actor may not read.
	Customer(ctx context.Context, tx tenants.Tx, id uuid.UUID) (uuid.UUID, error)
	// Win says that the intent's contract is in effect. Won twice is won once.
	Win(ctx context.Context, tx tenants.Tx, id uuid.UUID) error
}

// Catalogue knows list prices.
type Catalogue interface {
	// AccessoryPrice returns record.ErrTarget for an accessory that the actor may not see.
	AccessoryPrice(ctx context.Context, tx tenants.Tx, id uuid.UUID) (name string, price money.Amount, err error)
	// ModelName returns record.ErrTarget for a model that the actor may not see.
	ModelName(ctx context.Context, tx tenants.Tx, model uuid.UUID) (string, error)
	// ModelPrice returns false when no price list of the company names the model.
	ModelPrice(ctx context.Context, tx tenants.Tx, model, company uuid.UUID) (money.Amount, bool, error)
}

// Approvals asks those who must agree.
type Approvals interface {
	// Ask begins the approval of an action. It returns true when nobody has to agree; otherwise Decided hears how it ends.
	Ask(ctx context.Context, tx tenants.Tx, kind *record.Spec, action string, id uuid.UUID, input any) (agreed bool, err error)
	// Drop ends an approval because the document went another way; without one it does nothing.
	Drop(ctx context.Context, tx tenants.Tx, kind *record.Spec, action string, id uuid.UUID, reason string) error
}

// Notices tells people what concerns them.
type Notices interface {
	Tell(ctx context.Context, tx tenants.Tx, user uuid.UUID, zh, en, kind string, record uuid.UUID) error
}
