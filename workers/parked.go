package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/tenants"
)

// ParkedRow is a row that failed in all its runs. Nothing happens to it any more by itself.
type ParkedRow struct {
	Table string    `json:"table"` // outbox or due_tasks
	ID    uuid.UUID `json:"id"`
	Kind  string    `json:"kind"`
	Since time.Time `json:"since"` // when it was published or fell due
	Error string    `json:"error"` // of its last run
}

// mostParked bounds one answer; a tenant with more has one cause for all of them.
const mostParked = 500

const parkedSQL = `SELECT 'outbox' AS "table", id, kind, created_at AS since, error FROM outbox
  WHERE tenant_id = ?0 AND done_at IS NULL AND attempts >= ?1 AND error IS NOT NULL
UNION ALL SELECT 'due_tasks', id, kind, due_at, error FROM due_tasks
  WHERE tenant_id = ?0 AND done_at IS NULL AND attempts >= ?1 AND error IS NOT NULL
ORDER BY since, id LIMIT ?2`

// Parked lists the parked rows of the actor's tenant, oldest first, at most 500. Who may ask is the caller's rule.
func (w *Workers) Parked(ctx context.Context, a tenants.Actor) ([]ParkedRow, error) {
	parked := make([]ParkedRow, 0)
	err := w.db.Read(ctx, a, func(tx tenants.Tx) error {
		return tx.NewRaw(parkedSQL, tx.Tenant, maxAttempts, mostParked).Scan(ctx, &parked)
	})
	if err != nil {
		return nil, fmt.Errorf("list parked rows: %w", err)
	}
	return parked, nil
}
