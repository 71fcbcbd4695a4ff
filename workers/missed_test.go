package workers_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"forecourt/kernel/job"
)

// news is a kind that only the newer of two releases handles.
const news = "test.news"

// release is the handlers of a program: effect for kind and for every name of news.
func (w *world) release(names ...string) job.Handlers {
	h := handlers(effect(w.db, 0))
	for _, name := range names {
		h.On(news, name, effect(w.db, 0))
	}
	return h
}

// counted adds a handler that counts its runs.
func counted(h job.Handlers, kind, name string) *atomic.Int32 {
	n := new(atomic.Int32)
	h.On(kind, name, func(context.Context, job.Task) error { n.Add(1); return nil })
	return n
}

const unheardSQL = "SELECT count(*) FROM outbox WHERE heard_by = '{}'"

func TestTwoReleasesSideBySide(t *testing.T) {
	t.Run("OldOneLeavesANewKindToTheNewOne", func(t *testing.T) {
		w := newWorld(t, 1)
		w.publish(w.tenants[0], news)
		w.run(w.release(), quick())
		w.until("the old release looked at it", func() bool { return w.count(unheardSQL) == 1 })
		w.run(w.release("test"), quick())
		w.until("the new release handled it", func() bool { return w.count(effectsNow) == 1 })
		w.allOnce(1)
	})

	t.Run("MixedReplicasDoEverythingOnce", func(t *testing.T) {
		w := newWorld(t, 2)
		w.run(w.release(), quick())
		w.run(w.release("test"), quick())
		for range 20 {
			w.publish(w.tenants[0], news)
		}
		w.plan(w.tenants[1], news, 20)
		w.until("all are handled", func() bool { return w.count(effectsNow) == 40 })
		w.allOnce(40)
		if n := w.count("SELECT greatest((SELECT max(attempts) FROM outbox), (SELECT max(attempts) FROM due_tasks))"); n != 1 {
			t.Errorf("begun up to %d times: the release without a handler began a run", n)
		}
	})

	t.Run("NewListenerHearsWhatTheOldReleaseEnded", func(t *testing.T) {
		w := newWorld(t, 1)
		before, after := w.release(), w.release()
		once, again := counted(before, news, "a"), counted(after, news, "a")
		fresh := counted(after, news, "b")
		w.publish(w.tenants[0], news)
		w.run(before, quick())
		w.until("the old release ended it", func() bool { return w.count(openSQL) == 0 })
		w.exec("UPDATE outbox SET attempts = 10") // in its last run, which takes none from the new listener
		w.run(after, quick())
		w.until("both listeners heard it", func() bool {
			return w.count("SELECT count(*) FROM outbox WHERE heard_by @> '{a,b}' AND done_at IS NOT NULL") == 1
		})
		if once.Load()+again.Load() != 1 || fresh.Load() != 1 {
			t.Errorf("a ran %d and %d times, b %d times; want each once", once.Load(), again.Load(), fresh.Load())
		}
	})

	t.Run("DifferentListenersComeToRest", func(t *testing.T) {
		w := newWorld(t, 1)
		left, right := w.release(), w.release()
		runs := []*atomic.Int32{counted(left, news, "a"), counted(right, news, "b")}
		w.publish(w.tenants[0], news)
		w.run(left, quick())
		w.run(right, quick())
		done := func() bool {
			return w.count("SELECT count(*) FROM outbox WHERE heard_by @> '{a,b}' AND done_at IS NOT NULL") == 1
		}
		w.until("both heard it", done)
		w.publish(w.tenants[0], kind)
		w.until("a later event is done", func() bool { return w.count(effectsNow) == 1 })
		if runs[0].Load() != 1 || runs[1].Load() != 1 || !done() {
			t.Errorf("they ran %d and %d times", runs[0].Load(), runs[1].Load())
		}
	})

	t.Run("NewListenerDoesNotHearLongAgo", func(t *testing.T) {
		w := newWorld(t, 1)
		for range 3 {
			w.publish(w.tenants[0], news)
		}
		w.exec("UPDATE outbox SET done_at = now() - interval '2 hours', heard_by = '{}'")
		w.exec("UPDATE outbox SET heard_by = NULL WHERE id = (SELECT min(id::text)::uuid FROM outbox)") // done before there was heard_by
		w.exec("UPDATE outbox SET done_at = now() - interval '10 minutes' WHERE heard_by IS NULL OR id = (SELECT max(id::text)::uuid FROM outbox)")
		w.run(w.release("test"), quick())
		w.until("the recent one is heard", func() bool { return w.count(effectsNow) == 1 })
		w.allOnce(1)
	})

	t.Run("WhatIsTakenUpAndFailsIsParkedForGood", func(t *testing.T) {
		w := newWorld(t, 1)
		w.publish(w.tenants[0], "test.poison")
		w.plan(w.tenants[0], "test.poison", 1)
		_, stop := w.run(w.release(), quick())
		w.until("the old release looked at both", func() bool {
			return w.count(unheardSQL) == 1 && w.count("SELECT count(*) FROM tenants_with_parked(1)") == 1
		})
		stop()
		h, runs := w.release("test"), new(atomic.Int32)
		h.On("test.poison", "test", func(context.Context, job.Task) error { runs.Add(1); return errors.New("never") })
		made, _ := w.run(h, quick())
		parked := func() bool {
			rows, err := made.AllParked(t.Context())
			return err == nil && len(rows) == 2 && rows[0].Attempts == 10 && rows[1].Attempts == 10
		}
		w.until("both are parked after ten runs", parked)
		w.exec("INSERT INTO outbox (tenant_id, id, kind, body, done_at, heard_by) VALUES ($1, gen_random_uuid(), $2, '{}', now(), '{}')", w.tenants[0], news)
		w.until("the next look took up something else", func() bool { return w.count(effectsNow) == 1 })
		if runs.Load() != 20 || !parked() {
			t.Errorf("%d runs of two rows, parked: %v", runs.Load(), parked())
		}
	})

	t.Run("DueTaskWithoutHandlerIsParkedUntilThereIsOne", func(t *testing.T) {
		w := newWorld(t, 1)
		w.plan(w.tenants[0], news, 1)
		old, _ := w.run(w.release(), quick())
		w.until("it is parked with its reason", func() bool {
			parked, err := old.Parked(t.Context(), w.actor(w.tenants[0]))
			return err == nil && len(parked) == 1 && parked[0].Attempts == 0 && parked[0].Error == "no program has a handler of this kind; one that has will take it up by itself"
		})
		if n := w.count("SELECT count(*) FROM tenants_with_work('0 seconds', 50)"); n != 0 {
			t.Error("it still counts as work for a release that cannot do it")
		}
		w.run(w.release("test"), quick())
		w.allOnce(1)
	})
}
