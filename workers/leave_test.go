package workers_test

import (
	"context"
	"testing"

	"forecourt/kernel/job"
)

// A process that is told to stop ends what it began, and begins nothing more.
func TestAStoppedProcessEndsWhatItBegan(t *testing.T) {
	w := newWorld(t, 1)
	const kind = "thing.made"
	o := quick()
	o.Concurrency = 1
	begun, goOn := make(chan struct{}, 10), make(chan struct{})
	work := effect(w.db, 0)
	w.plan(w.tenants[0], kind, 1)
	_, stop := w.run(job.Handlers{kind: {"test": func(ctx context.Context, task job.Task) error {
		begun <- struct{}{}
		<-goOn
		return work(ctx, task) // fails where the stop has reached it
	}}}, o)
	<-begun
	w.plan(w.tenants[0], kind, 3)
	left := make(chan struct{})
	go func() {
		stop()
		close(left)
	}()
	select {
	case <-left:
		t.Fatal("it left in the middle of a run")
	default:
	}
	close(goOn)
	<-left
	if done := w.count("SELECT count(*) FROM due_tasks WHERE done_at IS NOT NULL AND error IS NULL"); done < 1 || w.count(effectsNow) != done {
		t.Errorf("%d rows are done, with %d effects", done, w.count(effectsNow))
	}
	w.run(job.Handlers{kind: {"test": work}}, quick())
	w.allOnce(4)
}
