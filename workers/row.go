package workers

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/job"
	"forecourt/tenants"
)

// errMoved says that this run of the row is over, began elsewhere, or that the row is gone.
var errMoved = errors.New("row has moved on")

// lastWords is how long a process that stops may take to write down what it did.
const lastWords = 10 * time.Second

// longestError is how many bytes of an error a row keeps.
const longestError = 2000

// begin takes the run for this process and reads the row with the handlers that took it before. Of several tasks for the same
// run only one gets it; the others get errMoved, and so does a program that has no handler of the row's kind.
func (w *Workers) begin(ctx context.Context, a tenants.Actor, r run) (t job.Task, heard []string, err error) {
	var row struct {
		Kind  string
		Body  string
		At    time.Time `bun:",nullzero"`
		Heard []string  `bun:",array"`
	}
	err = w.db.Do(ctx, a, func(tx tenants.Tx) error {
		return tx.NewRaw(r.Table.sqlFor(`UPDATE {table} SET attempts = attempts + 1, claimed_at = now(), error = NULL
			WHERE tenant_id = ? AND id = ? AND done_at IS NULL AND attempts = ? AND kind = ANY (?) RETURNING kind, body, {at} AS at, heard_by AS heard`),
			tx.Tenant, r.ID, r.Attempts, pgdialect.Array(w.known)).Scan(ctx, &row)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return job.Task{}, nil, errMoved
	}
	return job.Task{Tenant: r.Tenant, ID: r.ID, Kind: row.Kind, At: row.At, Body: json.RawMessage(row.Body)}, row.Heard, err
}

// alive runs fn and keeps the row from growing stale meanwhile, until ctx ends.
func (w *Workers) alive(ctx context.Context, a tenants.Actor, r run, fn func() error) error {
	beating, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for sleep(beating, w.o.Stale/3) {
			if err := w.beat(beating, a, r); err != nil && beating.Err() == nil {
				w.o.Log.Warn("keep a row alive", "row", r.ID, "error", err)
			}
		}
	}()
	defer func() { stop(); <-stopped }()
	return fn()
}

func (w *Workers) beat(ctx context.Context, a tenants.Actor, r run) error {
	return w.db.Do(ctx, a, func(tx tenants.Tx) error {
		return tx.Later(ctx, r.Table.sqlFor("UPDATE {table} SET claimed_at = now() WHERE tenant_id = ? AND id = ? AND done_at IS NULL AND attempts = ?"),
			tx.Tenant, r.ID, r.Attempts+1)
	})
}

// end records how the run went, also when ctx is over: done by the handlers named, to be claimed again after a pause, or parked.
// A run that was given up as dead and began again elsewhere may still say that it is done, but not that it failed.
func (w *Workers) end(ctx context.Context, a tenants.Actor, r run, took []string, failed error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	return w.db.Do(ctx, a, func(tx tenants.Tx) error {
		if failed == nil {
			return tx.Later(ctx, r.Table.sqlFor(`UPDATE {table} SET done_at = now(), error = NULL,
				heard_by = ARRAY(SELECT DISTINCT unnest(coalesce(heard_by, '{}') || ?::text[])) WHERE tenant_id = ? AND id = ? AND done_at IS NULL`), pgdialect.Array(took), tx.Tenant, r.ID)
		}
		attempts := r.Attempts + 1
		pause := interval(w.o.Backoff(attempts) - w.o.Stale) // a claim looks at what is older than stale
		if attempts >= maxAttempts {
			pause = parkedFor
		}
		return tx.Later(ctx, r.Table.sqlFor(`UPDATE {table} SET error = ?, claimed_at = now() + ?::interval
			WHERE tenant_id = ? AND id = ? AND done_at IS NULL AND attempts = ?`), errorText(failed), pause, tx.Tenant, r.ID, attempts)
	})
}

// errorText makes err fit for a text column, and never empty: an empty error means a row in flight.
func errorText(err error) string {
	text := err.Error()
	if len(text) > longestError {
		text = text[:longestError]
	}
	text = strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
	if text == "" {
		return "error without a text"
	}
	return text
}
