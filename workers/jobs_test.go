package workers_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/workers"
)

func TestJobsOfATenant(t *testing.T) {
	w := newWorld(t, 2)
	ours, theirs := w.actor(w.tenants[0]), w.actor(w.tenants[1])
	w.publish(w.tenants[0], poison)
	w.plan(w.tenants[0], poison, 2)
	w.plan(w.tenants[1], poison, 1)
	made, healed := w.poisoned(4)
	w.exec("INSERT INTO due_tasks (tenant_id, id, kind, key, body, due_at) VALUES ($1, $2, $3, 'later', '{}', now() + interval '1 day')", w.tenants[0], id.New(), poison)
	list := func(s workers.State) []workers.Job {
		jobs, err := made.Jobs(t.Context(), ours, s)
		if err != nil {
			t.Fatal(err)
		}
		return jobs
	}
	counts := func() workers.JobCount {
		c, err := made.Counts(t.Context(), ours)
		if err != nil || len(c) != 1 {
			t.Fatalf("%v %v", c, err)
		}
		return c[0]
	}
	failed := list(workers.StateParked)
	if len(failed) != 3 || failed[0].Attempts != 10 || failed[0].Reason == (fault.Text{}) || strings.Contains(failed[0].Reason.Zh, "bank") || !strings.Contains(failed[0].Detail, "the bank does not answer") {
		t.Errorf("%+v", failed)
	}
	if c := counts(); c.Failed != 3 || c.Planned != 1 || c.Queue != "default" || c.Done != 0 {
		t.Errorf("%+v", c)
	}
	if planned := list(workers.StatePlanned); len(planned) != 1 || planned[0].Reason != (fault.Text{}) {
		t.Errorf("planned: %+v", planned)
	}
	if err := made.RetryOwn(t.Context(), theirs, failed[0].ID); !errors.Is(err, workers.ErrNotParked) {
		t.Errorf("another tenant's job: %v", err)
	}
	healed.Store(true)
	if err := made.RetryOwn(t.Context(), ours, failed[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := made.RetryOwn(t.Context(), ours, failed[0].ID); !errors.Is(err, workers.ErrNotParked) {
		t.Errorf("it again: %v", err)
	}
	if n, err := made.RetryAll(t.Context(), ours); err != nil || n != 2 {
		t.Errorf("all: %d %v", n, err)
	}
	w.until("all are done", func() bool { return counts().Done == 3 })
	if n := w.count("SELECT count(*) FROM history WHERE tenant_id = $1 AND kind = 'job' AND action IN ('retry', 'retry_all')", w.tenants[0]); n != 2 {
		t.Errorf("%d lines of history", n)
	}
	if c, err := made.Counts(t.Context(), theirs); err != nil || c[0].Failed != 1 {
		t.Errorf("the other tenant's: %+v %v", c, err)
	}
	if n, err := made.RetryAll(t.Context(), ours); err != nil || n != 0 {
		t.Errorf("nothing is left: %d %v", n, err)
	}
	t.Run("OperatorsCountThemAll", func(t *testing.T) {
		d := newDesk(w, made)
		status, body := d.call(http.MethodGet, "/jobs", d.token)
		var out struct{ Items []workers.TenantJobs }
		if err := json.Unmarshal([]byte(body), &out); err != nil || status != http.StatusOK || len(out.Items) != 2 {
			t.Fatalf("%d %s", status, body)
		}
		done, failed := 0, 0
		for _, x := range out.Items {
			for _, c := range x.Counts {
				done, failed = done+c.Done, failed+c.Failed
			}
		}
		if done != 3 || failed != 1 {
			t.Errorf("%+v", out.Items)
		}
	})
}
