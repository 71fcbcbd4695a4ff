package workers

import (
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"forecourt/kernel/database"
	"forecourt/kernel/event"
	"forecourt/kernel/id"
	"forecourt/kernel/testdb"
	"forecourt/tenants"

	"github.com/uptrace/bun"
)

func TestOneRunBeginsOnce(t *testing.T) {
	t.Parallel()
	pool, err := database.Open(testdb.New(t).AppURL, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	ctx, db := t.Context(), tenants.NewDB(pool, nil)
	tenant := id.New()
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
	actor := tenants.Worker(is, "test")
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
	task, err := w.begin(ctx, actor, claimed[0])
	if err != nil || task.Kind != "test.event" || string(task.Body) != `{"n": 1}` || task.Tenant != tenant || task.ID != claimed[0].ID {
		t.Errorf("begun: %+v, %v", task, err)
	}
	if _, err := w.begin(ctx, actor, claimed[0]); !errors.Is(err, errMoved) {
		t.Errorf("a copy of the task began the same run: %v", err)
	}
	again, err := w.claim(ctx, actor)
	if err != nil || len(again) != 1 || again[0].Attempts != 1 {
		t.Fatalf("claimed again %v, %v", again, err)
	}
	if _, err := w.begin(ctx, actor, again[0]); err != nil {
		t.Errorf("the next run: %v", err)
	}
	if err := w.end(ctx, actor, claimed[0], errors.New("too late")); err != nil {
		t.Error(err)
	}
	if err := w.end(ctx, actor, again[0], nil); err != nil {
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
