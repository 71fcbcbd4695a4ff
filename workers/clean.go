package workers

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/tenants"
)

// cleanBatch is how many rows of a table one transaction deletes: few enough that nobody waits for it.
const cleanBatch = 500

// The array keeps the planner from reading the whole table; rows that another replica is deleting are skipped.
const cleanSQL = `DELETE FROM {table} WHERE tenant_id = ?0 AND id = ANY (ARRAY(
	SELECT id FROM {table} WHERE tenant_id = ?0 AND done_at < now() - ?1::interval ORDER BY done_at LIMIT ?2 FOR UPDATE SKIP LOCKED))`

// A key that came a week ago is nobody's second try.
const cleanKeysSQL = `DELETE FROM idempotency WHERE tenant_id = ?0 AND (user_id, key) IN (
	SELECT user_id, key FROM idempotency WHERE tenant_id = ?0 AND created_at < now() - ?1::interval ORDER BY created_at LIMIT ?2 FOR UPDATE SKIP LOCKED)`

// clean deletes the rows that were done long ago: a batch of every tenant in turn, so that one tenant's million rows keep no
// other tenant's from going. A parked row is not done, so it stays.
func (w *Workers) clean(ctx context.Context) error {
	for {
		var ids []uuid.UUID
		err := w.db.Platform(ctx, func(tx bun.Tx) error {
			return tx.NewRaw("SELECT tenants_to_clean(?::interval, ?)", interval(w.o.Keep), tenantsATime).Scan(ctx, &ids)
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		var failed []error
		for _, id := range ids {
			err := w.onBoth(ctx, id, "clean", cleanSQL, interval(w.o.Keep), cleanBatch)
			if err == nil {
				err = w.onTenant(ctx, id, "clean", func(tx tenants.Tx) error {
					_, err := tx.ExecContext(ctx, cleanKeysSQL, tx.Tenant, interval(w.o.Keep), cleanBatch)
					return err
				})
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("tenant %s: %w", id, err))
			}
		}
		if len(failed) > 0 || !sleep(ctx, breath) {
			return errors.Join(failed...)
		}
	}
}
