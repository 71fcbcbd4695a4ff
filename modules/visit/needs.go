package visit

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/tenants"
)

// People knows who sells.
type People interface {
	// Consultants returns the active users who are sales consultants of the company.
	Consultants(ctx context.Context, tx tenants.Tx, company uuid.UUID) ([]uuid.UUID, error)
	// Name returns a user's name, or an error when the tenant has no such user.
	Name(ctx context.Context, tx tenants.Tx, user uuid.UUID) (string, error)
}

// EnsureCustomer is somebody who called or came.
type EnsureCustomer struct {
	Name       string
	Mobile     string
	Source     string
	Owner      uuid.UUID
	Company    uuid.UUID
	Department uuid.UUID
}

// Customers knows whom a mobile belongs to.
type Customers interface {
	// Mobile returns the normal form of a mobile, or a fault at "mobile".
	Mobile(given string) (string, error)
	// Ensure returns the group's customer with this mobile, making one when there is none. It holds others with the same mobile
	// back until the end of tx.
	Ensure(ctx context.Context, tx tenants.Tx, in EnsureCustomer) (uuid.UUID, error)
}

// OpenIntent is the wish that a visit ended with.
type OpenIntent struct {
	Customer     uuid.UUID
	Model        uuid.UUID
	Stage        string
	NextFollowUp clock.Day
	Source       string
	Owner        uuid.UUID
	Company      uuid.UUID
	Department   uuid.UUID
}

// Intents opens intents.
type Intents interface {
	Open(ctx context.Context, tx tenants.Tx, in OpenIntent) (uuid.UUID, error)
}

// Models tells whether a vehicle model is there and in scope; the kind vehicle_model itself fits.
type Models interface {
	Exists(ctx context.Context, tx database.Tx, scope access.Scope, id uuid.UUID, field string) error
}

// Notices tells people what concerns them.
type Notices interface {
	Tell(ctx context.Context, tx tenants.Tx, user uuid.UUID, zh, en, kind string, record uuid.UUID) error
}
