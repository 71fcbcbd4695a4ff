package database

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// Author is who does something, for the history.
type Author struct {
	User      uuid.UUID // uuid.Nil: a worker
	Session   uuid.UUID
	Address   string
	Operation string // the id of the API operation or the kind of the job
}

// Tx is one transaction in the rows of one tenant. Stores take it, so a query outside a tenant does not compile.
type Tx struct {
	bun.IDB
	Tenant uuid.UUID
	By     Author
	Now    time.Time // the tenant's time, one instant for the whole transaction
	Zone   *time.Location
	// Version is the tenant's when the actor was made: what is kept of an older one is read again.
	Version int64

	touched *[]Touch
}

// Touch is a record that a transaction changed.
type Touch struct {
	Kind string    `json:"kind"`
	ID   uuid.UUID `json:"id"`
}

// NewTx makes a Tx that collects what it touches. Only the opener of transactions calls it.
func NewTx(idb bun.IDB, tenant uuid.UUID, by Author, now time.Time, zone *time.Location) Tx {
	return Tx{IDB: idb, Tenant: tenant, By: by, Now: now.UTC().Truncate(time.Microsecond), Zone: zone, touched: new([]Touch)}
}

// Touch notes that a record changed, so that open screens hear of it after COMMIT.
func (t Tx) Touch(kind string, id uuid.UUID) { *t.touched = append(*t.touched, Touch{kind, id}) }

// Touched returns what the transaction changed.
func (t Tx) Touched() []Touch { return *t.touched }

// Later runs q with bun's placeholders when nobody waits for its result: it travels with the next statement or with COMMIT.
func (t Tx) Later(ctx context.Context, q string, args ...any) error {
	_, err := t.ExecContext(WithLater(ctx), q, args...)
	return err
}
