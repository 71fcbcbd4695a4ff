package intent

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Customers knows the customers of the group.
type Customers interface {
	// Exists returns record.ErrTarget at field for a customer that the actor may not read.
	Exists(ctx context.Context, tx tenants.Tx, id uuid.UUID, field string) error
	// Touch notes a contact now.
	Touch(ctx context.Context, tx tenants.Tx, id uuid.UUID) error
}

// Approvals asks those who must agree.
type Approvals interface {
	// Ask begins the approval of an action. It returns true when nobody has to agree; otherwise Decided hears how it ends.
	Ask(ctx context.Context, tx tenants.Tx, kind *record.Spec, action string, id uuid.UUID, input any) (agreed bool, err error)
	// Drop ends an approval because the document went another way; without one it does nothing.
	Drop(ctx context.Context, tx tenants.Tx, kind *record.Spec, action string, id uuid.UUID, reason string) error
}

// Models tells whether a vehicle model is there and in scope; the kind vehicle_model itself fits.
type Models interface {
	Exists(ctx context.Context, tx database.Tx, scope access.Scope, id uuid.UUID, field string) error
}
