package workers

import (
	"context"
	"time"

	"github.com/uptrace/bun"
)

// makeMonths makes the partitions of history for a year ahead, at start and once a day. Every replica does it: what exists
// is left alone, and of two that meet one fails and comes again.
func (w *Workers) makeMonths(ctx context.Context) {
	for {
		next := 24 * time.Hour
		err := w.db.Platform(ctx, func(tx bun.Tx) error {
			_, err := tx.ExecContext(ctx, "SELECT history_months(current_date, 14)")
			return err
		})
		if err != nil && ctx.Err() == nil {
			w.o.Log.Warn("make partitions of history", "error", err)
			next = time.Minute
		}
		if !sleep(ctx, next) {
			return
		}
	}
}
