package vehicle

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/money"
	"forecourt/tenants"
)

// Catalogue knows the models that the group may deal in, and what they cost.
type Catalogue interface {
	// ModelName returns record.ErrTarget for a model that the actor may not see.
	ModelName(ctx context.Context, tx tenants.Tx, id uuid.UUID) (string, error)
	// Price returns today's entry of the price list, if there is one. priceType is "retail" or "floor".
	Price(ctx context.Context, tx tenants.Tx, model, company uuid.UUID, priceType string) (amount money.Amount, ok bool, err error)
}
