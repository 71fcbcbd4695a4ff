package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/fault"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// ErrNotParked says that there is nothing to retry.
var ErrNotParked = fault.New(fault.Missing, "workers.not_parked", "没有这条搁置的任务，可能已经重新执行", "There is no such parked row; it may have been retried already")

// ParkedRow is a row that failed in all its runs, or that nobody had a handler for. Nothing happens to it any more by itself,
// unless a program comes that has the handler.
type ParkedRow struct {
	Tenant     uuid.UUID `json:"tenantId" bun:"-"`
	TenantCode string    `json:"tenantCode" bun:"-"`
	ID         uuid.UUID `json:"id"`
	Table      string    `json:"table" enum:"outbox,due_tasks"`
	Kind       string    `json:"kind"`
	Since      time.Time `json:"since" doc:"When it was published or fell due"`
	Attempts   int       `json:"attempts"`
	Error      string    `json:"error" doc:"Of its last run"`
}

// mostParked bounds one answer; whoever has more has one cause for all of them.
const mostParked = 500

const parkedSQL = `SELECT 'outbox' AS "table", id, kind, created_at AS since, attempts, error FROM outbox WHERE tenant_id = ?0 AND ` + isParked + `
UNION ALL SELECT 'due_tasks', id, kind, due_at, attempts, error FROM due_tasks WHERE tenant_id = ?0 AND ` + isParked + `
ORDER BY since, id LIMIT ?1`

// Parked lists the parked rows of the actor's tenant, oldest first, at most 500. Who may ask is the caller's rule.
func (w *Workers) Parked(ctx context.Context, a tenants.Actor) ([]ParkedRow, error) {
	parked := make([]ParkedRow, 0)
	err := w.db.Read(ctx, a, func(tx tenants.Tx) error {
		return tx.NewRaw(parkedSQL, tx.Tenant, mostParked).Scan(ctx, &parked)
	})
	if err != nil {
		return nil, fmt.Errorf("list parked rows: %w", err)
	}
	for i := range parked {
		parked[i].Tenant, parked[i].TenantCode = a.Tenant.ID, a.Tenant.Code
	}
	return parked, nil
}

// AllParked lists the parked rows of every tenant, tenant by tenant, at most 500.
func (w *Workers) AllParked(ctx context.Context) ([]ParkedRow, error) {
	var ids []uuid.UUID
	err := w.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.NewRaw("SELECT tenants_with_parked(?)", mostParked).Scan(ctx, &ids)
	})
	if err != nil {
		return nil, fmt.Errorf("ask for tenants with parked rows: %w", err)
	}
	all := make([]ParkedRow, 0)
	for _, id := range ids {
		t, err := w.db.Tenant(ctx, id)
		if err != nil {
			return nil, err
		}
		parked, err := w.Parked(ctx, tenants.Worker(t, relayName))
		if err != nil {
			return nil, err
		}
		if all = append(all, parked...); len(all) >= mostParked {
			return all[:mostParked], nil
		}
	}
	return all, nil
}

// Retry gives a parked row its runs again, and writes into the operators' log who did. The relay finds it at once. It returns
// rest.ErrMissing, ErrNotParked or tenants.ErrSuspended.
func (w *Workers) Retry(ctx context.Context, tenant, row uuid.UUID) error {
	t, err := w.tenant(ctx, tenant)
	if err != nil {
		return err
	}
	err = w.db.Do(ctx, tenants.Worker(t, "retry_parked"), func(tx tenants.Tx) error {
		kind, err := retry(ctx, tx, row)
		if err != nil {
			return err
		}
		return tenants.LogOperator(ctx, tx, "retry_parked", map[string]any{"tenant": tenant, "row": row, "kind": kind})
	})
	if err == nil {
		w.Kick()
	}
	return err
}

// tenant returns rest.ErrMissing for an id that an operator made up.
func (w *Workers) tenant(ctx context.Context, id uuid.UUID) (tenants.Tenant, error) {
	t, err := w.db.Tenant(ctx, id)
	if errors.Is(err, tenants.ErrNoTenant) {
		return t, rest.ErrMissing.Because(err)
	}
	return t, err
}

func retry(ctx context.Context, tx tenants.Tx, row uuid.UUID) (kind string, err error) {
	for _, t := range []table{outbox, dueTasks} {
		var kinds []string
		q := t.sqlFor("UPDATE {table} SET attempts = 0, claimed_at = NULL, error = NULL WHERE tenant_id = ? AND id = ? AND " + isParked + " RETURNING kind")
		if err := tx.NewRaw(q, tx.Tenant, row).Scan(ctx, &kinds); err != nil {
			return "", fmt.Errorf("retry %s: %w", row, err)
		}
		if len(kinds) == 1 {
			return kinds[0], nil
		}
	}
	return "", ErrNotParked
}
