package workers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"forecourt/tenants"
)

// maxAttempts is how many runs a row gets before it is parked.
const maxAttempts = 10

// table is where a row lives. Its name is in the tasks that Redis holds.
type table string

const (
	outbox   table = "outbox"
	dueTasks table = "due_tasks"
)

// run is one run of one row: what a task in Redis stands for.
type run struct {
	Table    table     `json:"table" bun:"-"`
	Tenant   uuid.UUID `json:"tenant" bun:"-"`
	ID       uuid.UUID `json:"id"`
	Attempts int       `json:"attempts"` // how many runs began before this one
	Kind     string    `json:"-"`
	Wanted   bool      `json:"-"`
}

func interval(d time.Duration) string { return fmt.Sprintf("%d milliseconds", d.Milliseconds()) }

// sqlFor fills a statement's table, the columns that order it, the condition under which a row has fallen due, when that was,
// and whether its rows are events. Rows of one transaction share their time, so the id keeps their order the same.
func (t table) sqlFor(q string) string {
	order, due, at, event := "created_at, id", "true", "NULL::timestamptz", "true"
	if t == dueTasks {
		order, due, at, event = "due_at, id", "due_at <= ?now", "due_at", "false"
	}
	return strings.NewReplacer("{table}", string(t), "{order}", order, "{due}", due, "{at}", at, "{event}", event).Replace(q)
}

// onBoth runs q, whose ?0 is the tenant, on both tables of a tenant in one transaction. A suspended tenant's rows stay as they are.
func (w *Workers) onBoth(ctx context.Context, tenant uuid.UUID, by, q string, args ...any) error {
	return w.onTenant(ctx, tenant, by, func(tx tenants.Tx) error {
		for _, t := range []table{outbox, dueTasks} {
			if _, err := tx.ExecContext(ctx, t.sqlFor(q), append([]any{tx.Tenant}, args...)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// onTenant runs fn in a transaction of a tenant; a suspended one keeps its rows as they are.
func (w *Workers) onTenant(ctx context.Context, tenant uuid.UUID, by string, fn func(tx tenants.Tx) error) error {
	a, err := w.db.Tenant(ctx, tenant)
	if err != nil {
		return err
	}
	if err = w.db.Do(ctx, tenants.Worker(a, by), fn); errors.Is(err, tenants.ErrSuspended) {
		return nil
	}
	return err
}

// What is in flight are the oldest of the rows that wait, so head sees it without reading a long queue to its end.
// Both halves walk the partial index of open rows; the array keeps the planner, which can't know the limit, from reading
// the whole table for the update. Of a kind without a handler here, an event is done and a due task is parked; heard_by says
// that nobody took it, so that another release still may (missed.go). A row that is claimed after its last run took its
// process with it, so nobody parked it: that is done here.
const claimSQL = `WITH head AS (
  SELECT claimed_at FROM {table} WHERE tenant_id = ?tenant AND done_at IS NULL AND error IS NULL ORDER BY {order} LIMIT 4 * ?share
), open AS (
  SELECT id FROM {table} WHERE tenant_id = ?tenant AND done_at IS NULL AND {due} AND (claimed_at IS NULL OR claimed_at < now() - ?stale::interval)
  ORDER BY {order} LIMIT greatest(0, ?share - (SELECT count(*) FROM head WHERE claimed_at BETWEEN now() - ?stale::interval AND now()))
  FOR UPDATE SKIP LOCKED
)
UPDATE {table} t SET
  heard_by = CASE WHEN t.kind = ANY (?known) THEN nullif(t.heard_by, '{}') ELSE '{}' END,
  done_at = CASE WHEN t.kind <> ALL (?known) AND {event} THEN now() END,
  claimed_at = CASE WHEN t.kind = ANY (?known) AND t.attempts < ?max OR t.kind <> ALL (?known) AND {event} THEN now() ELSE now() + ?parked::interval END,
  error = CASE WHEN t.kind <> ALL (?known) AND NOT {event} THEN ?no_handler WHEN t.kind = ANY (?known) AND t.attempts >= ?max THEN ?died END
WHERE t.tenant_id = ?tenant AND t.id = ANY (ARRAY(SELECT id FROM open))
RETURNING t.id, t.kind, t.attempts, t.done_at IS NULL AND t.error IS NULL AS wanted`

const (
	// parkedFor claims a row for so long that nobody claims it again; rows whose pause is an hour at most are told apart by it.
	parkedFor = "100 years"
	isParked  = "done_at IS NULL AND error IS NOT NULL AND claimed_at > now() + interval '1 year'"

	noHandler = "no program has a handler of this kind; one that has will take it up by itself"
	died      = "the worker stopped in the middle of the last run"
)

type claimArgs struct {
	Tenant uuid.UUID
	Max    int
	Share  int
	Stale  string
	Now    time.Time
	Known  []string `bun:",array"`

	Parked    string
	NoHandler string
	Died      string
}

// claim takes up to a share of each table for the relay and commits. Rows that another replica is claiming are skipped.
func (w *Workers) claim(ctx context.Context, a tenants.Actor) (claimed []run, err error) {
	err = w.db.Do(ctx, a, func(tx tenants.Tx) error {
		claimed = claimed[:0] // the transaction may be tried again
		args := &claimArgs{Tenant: tx.Tenant, Max: maxAttempts, Share: w.o.Share, Stale: interval(w.o.Stale), Now: tx.Now, Known: w.known,
			Parked: parkedFor, NoHandler: noHandler, Died: died}
		for _, t := range []table{outbox, dueTasks} {
			var rows []run
			if err := tx.NewRaw(t.sqlFor(claimSQL), args).Scan(ctx, &rows); err != nil {
				return err
			}
			for _, r := range rows {
				if r.Wanted {
					r.Table, r.Tenant = t, tx.Tenant
					claimed = append(claimed, r)
				}
			}
		}
		return nil
	})
	return claimed, err
}

// giveBack undoes a claim of rows that Redis did not take, also when ctx is why, or that came to a program without a handler
// of their kind: they need not wait until they are stale. A row whose run began all the same is left alone.
func (w *Workers) giveBack(ctx context.Context, a tenants.Actor, claimed []run) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
	defer cancel()
	return w.db.Do(ctx, a, func(tx tenants.Tx) error {
		for _, r := range claimed {
			q := r.Table.sqlFor("UPDATE {table} SET claimed_at = NULL WHERE tenant_id = ? AND id = ? AND done_at IS NULL AND error IS NULL AND attempts = ?")
			if err := tx.Later(ctx, q, tx.Tenant, r.ID, r.Attempts); err != nil {
				return err
			}
		}
		return nil
	})
}
