package workers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"

	"github.com/hibiken/asynq"

	"forecourt/kernel/job"
	"forecourt/tenants"
)

// process takes one task of Redis. An error means that the run did not begin: Asynq brings the task again. How a run that
// began went is in its row, and Redis is done with it either way.
func (w *Workers) process(ctx context.Context, t *asynq.Task) error {
	var r run
	if err := json.Unmarshal(t.Payload(), &r); err != nil || (r.Table != outbox && r.Table != dueTasks) {
		w.o.Log.Error("task of another program", "payload", string(t.Payload()))
		return nil //nolint:nilerr // to try again would not make it ours
	}
	tenant, err := w.db.Tenant(ctx, r.Tenant)
	if errors.Is(err, tenants.ErrNoTenant) {
		return nil
	}
	if err != nil {
		return err
	}
	actor := tenants.Worker(tenant, relayName)
	task, heard, err := w.begin(ctx, actor, r)
	if errors.Is(err, errMoved) {
		err = w.giveBack(ctx, actor, []run{r})
	} else if err == nil {
		w.perform(ctx, actor, r, task, heard)
	}
	if errors.Is(err, tenants.ErrSuspended) {
		return nil
	}
	return err
}

// perform runs what began and writes down how it went.
func (w *Workers) perform(ctx context.Context, actor tenants.Actor, r run, task job.Task, heard []string) {
	actor.Name = task.Kind
	took := slices.Sorted(maps.Keys(w.handlers[task.Kind]))
	failed := w.alive(ctx, actor, r, func() error { return w.handle(ctx, task, heard) })
	if err := w.end(ctx, actor, r, took, failed); err != nil {
		w.o.Log.Error("record a run", "tenant", actor.Tenant.Code, "kind", task.Kind, "row", r.ID, "error", err)
	}
	if w.hungry.Load() {
		w.Kick()
	}
}

// handle runs every handler of the task's kind but those that took it in an earlier round, also when one of them fails. Then
// all run again: each is safe twice.
func (w *Workers) handle(ctx context.Context, t job.Task, heard []string) error {
	named := w.handlers[t.Kind]
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if slices.Contains(heard, name) {
			continue
		}
		if err := w.call(ctx, named[name], t); err != nil {
			w.o.Log.Warn("handler failed", "tenant", t.Tenant, "kind", t.Kind, "handler", name, "row", t.ID, "error", err)
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(failed...)
}

// call turns a handler's panic into an error, so that it costs its row an attempt and nobody else anything.
func (w *Workers) call(ctx context.Context, fn job.Handler, t job.Task) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.o.Log.Error("handler panicked", "kind", t.Kind, "row", t.ID, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return fn(ctx, t)
}
