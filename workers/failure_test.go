package workers_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"forecourt/kernel/job"
)

func TestFailures(t *testing.T) {
	t.Run("PoisonedRowsParkAndHoldNobodyUp", func(t *testing.T) {
		w := newWorld(t, 2)
		ill, well := w.tenants[0], w.tenants[1]
		const poisoned = 20
		w.plan(ill, "test.poison", poisoned)
		w.plan(ill, kind, 30)
		w.plan(well, kind, 30)
		h := handlers(effect(w.db, 0))
		h.On("test.poison", "test", func(context.Context, job.Task) error { panic("巫毒 \x00\xff") })
		o := quick()
		o.Share = 8 // fewer than the poisoned: if those kept their place, nobody else would get one
		made, _ := w.run(h, o)
		w.until("all others are done", func() bool { return w.count(effectsNow) == 60 })
		w.until("the poisoned are parked", func() bool {
			parked, err := made.Parked(t.Context(), w.actor(ill))
			return err == nil && len(parked) == poisoned
		})
		parked, _ := made.Parked(t.Context(), w.actor(ill))
		if p := parked[0]; p.Table != "due_tasks" || p.Kind != "test.poison" || !strings.Contains(p.Error, "panic: 巫毒") || p.Since.IsZero() {
			t.Errorf("parked row says %+v", p)
		}
		if n := w.count("SELECT count(*) FROM due_tasks WHERE kind = 'test.poison' AND attempts <> 10"); n != 0 {
			t.Errorf("%d poisoned rows had another number of runs than 10", n)
		}
		if n := w.count("SELECT count(*) FROM tenants_with_work('1 second', 50)"); n != 0 {
			t.Error("a tenant whose rows are all parked still counts as having work")
		}
		if others, err := made.Parked(t.Context(), w.actor(well)); err != nil || len(others) != 0 {
			t.Errorf("another tenant sees %v, %v", others, err)
		}
	})

	t.Run("RowThatKilledEveryProcessIsParked", func(t *testing.T) {
		w := newWorld(t, 1)
		w.publish(w.tenants[0], kind)
		w.exec("UPDATE outbox SET attempts = 10, claimed_at = now() - interval '1 hour'")
		made, _ := w.run(handlers(effect(w.db, 0)), quick())
		w.until("it is parked", func() bool {
			parked, err := made.Parked(t.Context(), w.actor(w.tenants[0]))
			return err == nil && len(parked) == 1
		})
		time.Sleep(time.Second)
		if w.count(effectsNow) != 0 || w.count("SELECT attempts FROM outbox") != 10 {
			t.Error("it was run once more")
		}
		if w.count("SELECT count(*) FROM tenants_with_work('0 seconds', 50)") != 0 {
			t.Error("its tenant still counts as having work")
		}
	})

	t.Run("AllHandlersOfAKindRunUntilAllSucceed", func(t *testing.T) {
		w := newWorld(t, 1)
		w.publish(w.tenants[0], kind)
		h := handlers(effect(w.db, 0))
		var failing atomic.Int32
		h.On(kind, "a listener that fails twice", func(context.Context, job.Task) error {
			if failing.Add(1) < 3 {
				return errors.New("not yet")
			}
			return nil
		})
		w.run(h, quick())
		w.allOnce(1)
		if failing.Load() != 3 || w.count("SELECT attempts FROM outbox WHERE error IS NULL") != 3 {
			t.Errorf("%d runs", failing.Load())
		}
	})

	t.Run("EventWithoutListenerIsDoneAtOnce", func(t *testing.T) {
		w := newWorld(t, 1)
		w.publish(w.tenants[0], "test.unheard")
		w.run(handlers(effect(w.db, 0)), quick())
		w.allOnce(0)
		if n := w.count("SELECT attempts FROM outbox"); n != 0 {
			t.Errorf("it was run %d times", n)
		}
	})
}

func TestTurns(t *testing.T) {
	t.Run("OneTenantsQueueDelaysNobody", func(t *testing.T) {
		w := newWorld(t, 2)
		many, one := w.tenants[0], w.tenants[1]
		w.plan(many, kind, 2000)
		o := quick()
		o.Share, o.Stale = 50, time.Minute
		gate := make(chan struct{})
		do := effect(w.db, 0)
		w.run(handlers(func(ctx context.Context, t job.Task) error { <-gate; return do(ctx, t) }), o)
		w.until("the long queue is claimed", func() bool { return w.count("SELECT count(*) FROM due_tasks WHERE claimed_at IS NOT NULL") > 0 })
		time.Sleep(2 * time.Second) // ten turns of the relay, in which nothing is handled
		if n := w.count("SELECT count(*) FROM due_tasks WHERE claimed_at IS NOT NULL"); n > o.Share {
			t.Errorf("%d rows of one tenant are in flight, want %d at most", n, o.Share)
		}
		w.plan(one, kind, 1)
		close(gate)
		w.allOnce(2001)
		rank := w.count("SELECT r FROM (SELECT tenant_id, rank() OVER (ORDER BY at) r FROM effects) e WHERE tenant_id = $1", one)
		if most := 4 * o.Share; rank > most {
			t.Errorf("the single row came as number %d, want %d at most", rank, most)
		}
	})

	t.Run("LongHandlerKeepsItsRow", func(t *testing.T) {
		w := newWorld(t, 1)
		w.plan(w.tenants[0], kind, 1)
		w.run(handlers(effect(w.db, 4*time.Second)), quick())
		w.allOnce(1)
		if n := w.count("SELECT attempts FROM due_tasks"); n != 1 {
			t.Errorf("begun %d times", n)
		}
	})

	t.Run("LongQueueCostsNoAttempts", func(t *testing.T) {
		w := newWorld(t, 1)
		w.plan(w.tenants[0], kind, 24)
		o := quick()
		o.Concurrency = 1
		w.run(handlers(effect(w.db, 250*time.Millisecond)), o) // the last waits several times longer than stale
		w.allOnce(24)
		if n := w.count("SELECT max(attempts) FROM due_tasks"); n != 1 {
			t.Errorf("begun up to %d times", n)
		}
	})

	t.Run("RunThatCannotBeginComesAgain", func(t *testing.T) {
		w := newWorld(t, 1)
		w.exec("REVOKE UPDATE ON due_tasks FROM forecourt_app")
		w.exec("GRANT UPDATE (claimed_at, error, done_at, heard_by) ON due_tasks TO forecourt_app") // claiming works, beginning fails
		w.plan(w.tenants[0], kind, 5)
		w.run(handlers(effect(w.db, 0)), quick())
		w.until("they are claimed", func() bool { return w.count("SELECT count(*) FROM due_tasks WHERE claimed_at IS NOT NULL") == 5 })
		time.Sleep(time.Second)
		w.exec("GRANT UPDATE ON due_tasks TO forecourt_app")
		w.allOnce(5)
		if n := w.count("SELECT max(attempts) FROM due_tasks"); n != 1 {
			t.Errorf("begun up to %d times", n)
		}
	})

	t.Run("SuspendedTenantWaits", func(t *testing.T) {
		w := newWorld(t, 2)
		for _, tenant := range w.tenants {
			w.plan(tenant, kind, 1)
		}
		w.exec("UPDATE tenants SET status = 'suspended' WHERE id = $1", w.tenants[0])
		w.run(handlers(effect(w.db, 0)), quick())
		w.until("the active tenant's row is done", func() bool { return w.count(openSQL) == 1 })
		w.exec("UPDATE tenants SET status = 'active'")
		w.allOnce(2)
	})

	t.Run("StopLetsHandlersEnd", func(t *testing.T) {
		w := newWorld(t, 1)
		w.plan(w.tenants[0], kind, 4)
		_, stop := w.run(handlers(effect(w.db, time.Second)), quick())
		w.until("handlers are running", func() bool { return w.count(effectsNow) > 0 })
		begun := func() int { return w.count("SELECT count(*) FROM due_tasks WHERE attempts > 0 AND done_at IS NULL") }
		if begun() == 0 {
			t.Fatal("nothing was running")
		}
		stop()
		if n := begun(); n != 0 {
			t.Errorf("%d handlers were cut off", n)
		}
	})

	t.Run("NextMonthsOfHistoryAreMade", func(t *testing.T) {
		w := newWorld(t, 0)
		var month string
		if err := w.owner.QueryRow("SELECT 'history_' || to_char(current_date + interval '3 months', 'YYYY_MM')").Scan(&month); err != nil {
			t.Fatal(err)
		}
		w.exec("DROP TABLE IF EXISTS " + month)
		w.run(job.Handlers{}, quick())
		w.until("the month is there", func() bool { return w.count("SELECT count(*) FROM pg_class WHERE relname = $1", month) == 1 })
	})
}

func TestUrgentKindsHaveTheirQueue(t *testing.T) {
	w := newWorld(t, 1)
	w.plan(w.tenants[0], kind, 3)
	w.plan(w.tenants[0], "test.urgent", 3)
	h := handlers(effect(w.db, 0))
	h.On("test.urgent", "test", effect(w.db, 0))
	o := quick()
	var asked []string
	o.Queue = func(kind string) string {
		asked = append(asked, kind) // only the relay asks
		if kind == "test.urgent" {
			return "critical"
		}
		return "low"
	}
	_, stop := w.run(h, o)
	w.allOnce(6)
	stop()
	if !slices.Contains(asked, "test.urgent") {
		t.Error("nobody asked for the queue")
	}
}
