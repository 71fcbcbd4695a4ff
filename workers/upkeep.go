package workers

import (
	"context"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"forecourt/tenants"
)

// upkeep starts what every replica does now and then. Replicas don't agree on who: each of these is safe beside itself.
func (w *Workers) upkeep(ctx context.Context, background *sync.WaitGroup) {
	background.Go(func() { w.every(ctx, 24*time.Hour, "make partitions of history", w.makeMonths) })
	background.Go(func() { w.every(ctx, w.o.Clean, "delete what is done", w.clean) })
	background.Go(func() {
		w.every(ctx, w.o.Count, "count what tenants use", func(ctx context.Context) error { return tenants.WriteUsage(ctx, w.db) })
	})
	look := w.missed()
	background.Go(func() { w.every(ctx, w.o.Look, "look for missed rows", look) })
}

// every calls fn at once and then period after period until ctx ends. What failed is tried again within a minute.
func (w *Workers) every(ctx context.Context, period time.Duration, what string, fn func(context.Context) error) {
	for {
		next := period
		if err := fn(ctx); err != nil && ctx.Err() == nil {
			w.o.Log.Warn(what, "error", err)
			next = min(period, time.Minute)
		}
		if !sleep(ctx, next) {
			return
		}
	}
}

// makeMonths makes the partitions of history for a year ahead. What exists is left alone, and of two replicas that meet one
// fails and comes again.
func (w *Workers) makeMonths(ctx context.Context) error {
	return w.db.Platform(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "SELECT history_months(current_date, 14)")
		return err
	})
}
