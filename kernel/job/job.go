// Package job is how modules do work later, without knowing the queue. A job's kind is stored in rows, so it outlives a
// rename of its handler. A handler reloads what it needs and is safe twice.
package job

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/id"
)

// Task is what a handler gets: the row of the outbox or of due_tasks.
type Task struct {
	Tenant uuid.UUID
	ID     uuid.UUID
	Kind   string
	At     time.Time // when it fell due, the tenant's time, however late it is done; zero for an event
	Body   json.RawMessage
}

// Handler does the work of one kind for one task.
type Handler func(ctx context.Context, t Task) error

// Plan writes a task of kind that falls due at at, the tenant's time. key names its cause: planned again, it stays one task, until
// the row is deleted some days after it was done. What must never happen twice, a constraint of the module forbids.
func Plan(ctx context.Context, tx database.Tx, kind, key string, at time.Time, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("plan %s: %w", kind, err)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO due_tasks (tenant_id, id, kind, key, body, due_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant_id, kind, key) DO NOTHING",
		tx.Tenant, id.New(), kind, key, string(b), at)
	if err != nil {
		return fmt.Errorf("plan %s: %w", kind, err)
	}
	return nil
}

// Handlers is what a module hands to the workers: for every kind of event or due task, who takes it. Several modules may
// listen to one event; their names tell them apart, and are stored: a new name is a new listener, which hears the last hour again.
type Handlers map[string]map[string]Handler

// On adds a handler of kind under a name that never changes.
func (h Handlers) On(kind, name string, fn Handler) {
	if h[kind] == nil {
		h[kind] = map[string]Handler{}
	}
	if h[kind][name] != nil {
		panic("job " + kind + ": two handlers named " + name)
	}
	h[kind][name] = fn
}
