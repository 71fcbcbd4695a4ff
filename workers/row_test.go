package workers

import (
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"forecourt/kernel/database"
	"forecourt/kernel/event"
	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/kernel/testdb"
	"forecourt/tenants"

	"github.com/uptrace/bun"
)

// newTenant is a tenant in a database of its own, with its worker.
func newTenant(t *testing.T) (*tenants.DB, tenants.Actor) {
	t.Helper()
	pool, err := database.Open(testdb.New(t).AppURL, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	ctx, db, tenant := t.Context(), tenants.NewDB(pool, nil), id.New()
	if err := db.Platform(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO tenants (id, code, name, start_date) VALUES (?, 'a', '晨星汽车', '2026-01-01')", tenant)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	is, err := db.Tenant(ctx, tenant)
	if err != nil {
		t.Fatal(err)
	}
	return db, tenants.Worker(is, "test")
}

func TestDueTaskKnowsWhenItFellDue(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, actor := newTenant(t)
	due := time.Date(2024, 11, 24, 9, 30, 0, 0, time.UTC)
	if err := db.Do(ctx, actor, func(tx tenants.Tx) error { return job.Plan(ctx, tx.Tx, "test.due", "once", due, nil) }); err != nil {
		t.Fatal(err)
	}
	w := New(db, redis.NewClient(&redis.Options{}), nil, Options{})
	w.known = []string{"test.due"}
	claimed, err := w.claim(ctx, actor)
	if err != nil || len(claimed) != 1 {
		t.Fatalf("claimed %v, %v", claimed, err)
	}
	if task, heard, err := w.begin(ctx, actor, claimed[0]); err != nil || !task.At.Equal(due) || len(heard) != 0 {
		t.Errorf("begun: %+v, heard by %v, %v; want it due at %s", task, heard, err, due)
	}
}

func TestOneRunBeginsOnce(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, actor := newTenant(t)
	tenant := actor.Tenant.ID
	if err := db.Do(ctx, actor, func(tx tenants.Tx) error {
		return event.Publish(ctx, tx.Tx, "test.event", map[string]int{"n": 1})
	}); err != nil {
		t.Fatal(err)
	}
	w := New(db, redis.NewClient(&redis.Options{}), nil, Options{Stale: time.Nanosecond})
	w.known = []string{"test.event"}
	claimed, err := w.claim(ctx, actor)
	if err != nil || len(claimed) != 1 {
		t.Fatalf("claimed %v, %v", claimed, err)
	}
	task, _, err := w.begin(ctx, actor, claimed[0])
	if err != nil || task.Kind != "test.event" || string(task.Body) != `{"n": 1}` || task.Tenant != tenant || task.ID != claimed[0].ID || !task.At.IsZero() {
		t.Errorf("begun: %+v, %v", task, err)
	}
	if _, _, err := w.begin(ctx, actor, claimed[0]); !errors.Is(err, errMoved) {
		t.Errorf("a copy of the task began the same run: %v", err)
	}
	again, err := w.claim(ctx, actor)
	if err != nil || len(again) != 1 || again[0].Attempts != 1 {
		t.Fatalf("claimed again %v, %v", again, err)
	}
	if _, _, err := w.begin(ctx, actor, again[0]); err != nil {
		t.Errorf("the next run: %v", err)
	}
	if err := w.end(ctx, actor, claimed[0], nil, errors.New("too late")); err != nil {
		t.Error(err)
	}
	if err := w.end(ctx, actor, again[0], []string{"test"}, nil); err != nil {
		t.Error(err)
	}
	if err := db.Read(ctx, actor, func(tx tenants.Tx) error {
		var clean bool
		err := tx.NewRaw("SELECT done_at IS NOT NULL AND error IS NULL AND attempts = 2 FROM outbox WHERE tenant_id = ?", tenant).Scan(ctx, &clean)
		if !clean {
			t.Error("the row is not done, or has the error of a run that was given up")
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}
