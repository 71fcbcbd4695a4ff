package workers_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/job"
)

// ended adds n rows to a table that were done so long ago, by themselves or, when done is empty, not at all.
func (w *world) ended(tenant uuid.UUID, table, done string, n int) {
	columns, values := "kind, body, created_at", "$2, '{}', now() - interval '30 days'"
	if table == "due_tasks" {
		columns, values = "kind, key, body, due_at", "$2, gen_random_uuid()::text, '{}', now() - interval '30 days'"
	}
	w.exec("INSERT INTO "+table+" (tenant_id, id, "+columns+", done_at, heard_by) SELECT $1, gen_random_uuid(), "+values+", now() - $3::interval, '{test}' FROM generate_series(1, $4)", tenant, kind, done, n)
}

func TestWhatIsDoneIsDeleted(t *testing.T) {
	const kept = "SELECT count(*) FROM outbox WHERE done_at < now() - interval '7 days'"

	t.Run("AfterAWeekAndNothingElse", func(t *testing.T) {
		w := newWorld(t, 2)
		for _, tenant := range w.tenants {
			for _, table := range []string{"outbox", "due_tasks"} {
				w.ended(tenant, table, "8 days", 1200) // more than two batches
				w.ended(tenant, table, "6 days", 5)
			}
		}
		w.exec("INSERT INTO due_tasks (tenant_id, id, kind, key, body, due_at) VALUES ($1, gen_random_uuid(), $2, 'later', '{}', now() + interval '1 year')", w.tenants[0], kind)
		w.publish(w.tenants[0], "test.poison")
		w.exec("UPDATE outbox SET created_at = now() - interval '30 days' WHERE kind = 'test.poison'")
		h := handlers(effect(w.db, 0))
		h.On("test.poison", "test", func(context.Context, job.Task) error { return errors.New("never") })
		w.run(h, quick())
		w.until("the old rows are gone", func() bool {
			return w.count(kept) == 0 && w.count("SELECT count(*) FROM due_tasks WHERE done_at < now() - interval '7 days'") == 0
		})
		w.until("the poisoned one is parked", func() bool { return w.count("SELECT count(*) FROM tenants_with_parked(10)") == 1 })
		if n, m := w.count("SELECT count(*) FROM outbox"), w.count("SELECT count(*) FROM due_tasks"); n != 11 || m != 11 {
			t.Errorf("%d events and %d due tasks are left; want what is younger, parked or waits: 11 and 11", n, m)
		}
	})

	t.Run("AndTheKeysOfRequests", func(t *testing.T) {
		w := newWorld(t, 2)
		for _, tenant := range w.tenants {
			w.exec("INSERT INTO idempotency (tenant_id, user_id, key, request, created_at) SELECT $1, gen_random_uuid(), n::text, '', now() - CASE WHEN n > 3 THEN interval '8 days' ELSE interval '6 days' END FROM generate_series(1, 1200) n", tenant)
		}
		w.run(handlers(effect(w.db, 0)), quick())
		w.until("the old keys are gone", func() bool {
			return w.count("SELECT count(*) FROM idempotency WHERE created_at < now() - interval '7 days'") == 0
		})
		if n := w.count("SELECT count(*) FROM idempotency"); n != 6 {
			t.Errorf("%d keys are left, want the 6 of this week", n)
		}
	})

	t.Run("OneTenantsMountainDelaysNobody", func(t *testing.T) {
		w := newWorld(t, 9)
		w.exec(`CREATE TABLE deleted (tenant_id uuid, at bigserial);
			GRANT INSERT ON deleted TO forecourt_app;
			GRANT USAGE ON SEQUENCE deleted_at_seq TO forecourt_app;
			CREATE FUNCTION note_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO deleted (tenant_id) VALUES (OLD.tenant_id); RETURN OLD; END $$;
			CREATE TRIGGER note AFTER DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION note_deleted()`)
		many := w.tenants[0]
		w.ended(many, "outbox", "8 days", 3000)
		for _, few := range w.tenants[1:] {
			w.ended(few, "outbox", "8 days", 10)
		}
		w.run(handlers(effect(w.db, 0)), quick())
		w.until("all are gone", func() bool { return w.count(kept) == 0 })
		if last := w.count("SELECT max(at) FROM deleted WHERE tenant_id <> $1", many); last > 580 {
			t.Errorf("the last of the few went as number %d, after more than one batch of the other tenant", last)
		}
	})

	t.Run("TwoReplicasShareTheWork", func(t *testing.T) {
		w := newWorld(t, 2)
		for _, tenant := range w.tenants {
			w.ended(tenant, "outbox", "8 days", 2500)
		}
		w.run(handlers(effect(w.db, 0)), quick())
		w.run(handlers(effect(w.db, 0)), quick())
		w.until("all are gone", func() bool { return w.count(kept) == 0 })
	})

	t.Run("SuspendedTenantKeepsItsRows", func(t *testing.T) {
		w := newWorld(t, 2)
		w.exec("UPDATE tenants SET status = 'suspended' WHERE id = $1", w.tenants[0])
		for _, tenant := range w.tenants {
			w.ended(tenant, "outbox", "8 days", 3)
		}
		w.run(handlers(effect(w.db, 0)), quick())
		w.until("the active tenant's rows are gone", func() bool { return w.count(kept+" AND tenant_id = $1", w.tenants[1]) == 0 })
		if n := w.count(kept); n != 3 {
			t.Errorf("%d rows of the suspended tenant are left, want 3", n)
		}
	})

	t.Run("TimeToKeepIsASetting", func(t *testing.T) {
		w := newWorld(t, 1)
		w.ended(w.tenants[0], "outbox", "1 hour", 3)
		o := quick()
		o.Keep = time.Minute
		w.run(handlers(effect(w.db, 0)), o)
		w.until("they are gone", func() bool { return w.count("SELECT count(*) FROM outbox") == 0 })
	})
}
