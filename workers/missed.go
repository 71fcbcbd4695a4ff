package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/clock"
)

// late is how much later than its done_at a row may become visible.
const late = 30 * time.Second

// A handler missed a row that ended without it: an event that was done by a release without this listener, or a due task that
// was parked because no handler was there. attempts begins anew, since the runs so far were not this handler's. Comparing
// arrays is not leakproof, so it stands apart from what reaches the two partial indexes.
const missedSQL = `UPDATE {table} t SET done_at = NULL, claimed_at = NULL, attempts = 0, error = NULL
WHERE tenant_id = ?0 AND (done_at > now() - ?1::interval OR done_at IS NULL AND error IS NOT NULL)
	AND (done_at IS NOT NULL OR heard_by = '{}')
	AND EXISTS (SELECT FROM unnest(?2::text[], ?3::text[]) h(kind, name) WHERE h.kind = t.kind AND h.name <> ALL (t.heard_by))`

// missed returns the look for rows that a handler of this program missed. During a rolling deploy the old release ends events
// that only the new one listens to; the new one takes them up again. Only the first look goes back the whole overlap of two
// releases; those after it read what was done since the last.
func (w *Workers) missed() func(context.Context) error {
	var kinds, names []string
	for kind, named := range w.handlers {
		for name := range named {
			kinds, names = append(kinds, kind), append(names, name)
		}
	}
	var last time.Time
	return func(ctx context.Context) error {
		began, back := clock.Now(), w.o.Overlap
		if !last.IsZero() {
			back = min(back, began.Sub(last)+late)
		}
		if len(kinds) > 0 {
			if err := w.takeUp(ctx, kinds, names, interval(back)); err != nil {
				return err
			}
		}
		last = began
		return nil
	}
}

func (w *Workers) takeUp(ctx context.Context, kinds, names []string, back string) error {
	var ids []uuid.UUID
	err := w.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.NewRaw("SELECT tenants_with_missed(?, ?, ?::interval)", pgdialect.Array(kinds), pgdialect.Array(names), back).Scan(ctx, &ids)
	})
	if err != nil {
		return err
	}
	var failed []error
	for _, id := range ids {
		if err := w.onBoth(ctx, id, relayName, missedSQL, back, pgdialect.Array(kinds), pgdialect.Array(names)); err != nil {
			failed = append(failed, fmt.Errorf("tenant %s: %w", id, err))
		}
	}
	if len(ids) > 0 {
		w.Kick()
	}
	return errors.Join(failed...)
}
