package workers_test

import (
	"sync/atomic"
	"testing"

	"forecourt/kernel/job"
)

func TestMaintenanceHandsNothingOut(t *testing.T) {
	w := newWorld(t, 2)
	const kind = "thing.made"
	var closed atomic.Bool
	var asked atomic.Int64
	closed.Store(true)
	o := quick()
	o.Paused = func() bool { asked.Add(1); return closed.Load() }
	for _, tenant := range w.tenants {
		w.plan(tenant, kind, 3)
		w.publish(tenant, kind)
	}
	w.run(job.Handlers{kind: {"test": effect(w.db, 0)}}, o)
	w.until("the relay has looked a few times", func() bool { return asked.Load() > 5 })
	if n := w.count("SELECT (SELECT count(*) FROM due_tasks WHERE claimed_at IS NOT NULL) + (SELECT count(*) FROM outbox WHERE claimed_at IS NOT NULL)"); n != 0 {
		t.Errorf("%d rows were claimed", n)
	}
	closed.Store(false)
	w.allOnce(8)
}
