package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"forecourt/kernel/embedded"
	"forecourt/kernel/job"
	"forecourt/workers"
)

// Deadlines of approvals are rows of the database: a Redis that forgets all and workers that are cut off in the middle neither miss one
// nor act on one twice.
func TestDeadlinesSurviveRedisAndWorkers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx, log := t.Context(), slog.New(slog.DiscardHandler)
	red, err := embedded.StartRedis(ctx, t.TempDir(), log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = red.Stop(context.WithoutCancel(ctx)) }()
	o, err := redis.ParseURL(red.URL())
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(o)
	defer func() { _ = client.Close() }()
	flows, err := h.app.modules.approval.Flows(ctx, h.ours.actors["admin"], "contract", "cancel")
	if err != nil || len(flows) != 1 {
		t.Fatalf("%+v %v", flows, err)
	}
	owner, err := pgx.Connect(ctx, h.ownerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close(context.WithoutCancel(ctx)) }()
	const n = 200
	tenant, approver := h.ours.tenant.ID, h.ours.actors["leader"].User
	if approver == uuid.Nil {
		approver = h.ours.users["heping"]
	}
	for _, q := range []string{
		`INSERT INTO approvals (tenant_id, id, version, number, created_at, updated_at, subject, record_kind, action, record_id, title, summary, summary_en, status, submitted_at, current_step, current_step_en, flow_id, flow_version, reason, snapshot, arrived, chosen, resume)
			SELECT $1, gen_random_uuid(), 1, 'X' || i, now(), now(), 'contract.cancel', 'contract', 'cancel', gen_random_uuid(), '', '', '', 'running', now(), '', '', $2, 1, '', '{}', '{}', '{}', '[]' FROM generate_series(1, 200) i WHERE $3::uuid IS NOT NULL`,
		`INSERT INTO approval_steps (tenant_id, id, approval_id, n, node, name_zh, name_en, copy, round, status, opened_at, due_at, late, why_zh, why_en, back, over_line, reminded)
			SELECT tenant_id, gen_random_uuid(), id, 0, 'first', '', '', false, 0, 'open', now() - interval '2 days', now() - interval '1 day', false, '', '', '', '', 0 FROM approvals WHERE tenant_id = $1 AND flow_id = $2 AND $3::uuid IS NOT NULL`,
		`INSERT INTO approval_tasks (tenant_id, id, version, owner_id, number, created_at, updated_at, approval_id, step_id, n, subject, record_kind, record_id, title, summary, summary_en, step, step_en, status, origin, placed, position, comment, opened_at, late, bulk, why_zh, why_en)
			SELECT s.tenant_id, gen_random_uuid(), 1, $3, a.number, now(), now(), a.id, s.id, 0, a.subject, a.record_kind, a.record_id, '', '', '', '', '', 'open', 'rule', '', 0, '', now(), false, true, '', ''
			FROM approval_steps s JOIN approvals a ON a.tenant_id = s.tenant_id AND a.id = s.approval_id WHERE s.tenant_id = $1 AND a.flow_id = $2`,
		`INSERT INTO due_tasks (tenant_id, id, kind, key, body, due_at) SELECT s.tenant_id, gen_random_uuid(), 'approval.deadline', s.id::text, jsonb_build_object('approval', s.approval_id, 'step', s.id), s.due_at
			FROM approval_steps s JOIN approvals a ON a.tenant_id = s.tenant_id AND a.id = s.approval_id WHERE s.tenant_id = $1 AND a.flow_id = $2 AND $3::uuid IS NOT NULL`,
	} {
		if _, err := owner.Exec(ctx, q, tenant, flows[0].ID, approver); err != nil {
			t.Fatal(err)
		}
	}
	count := func(q string) (n int) {
		t.Helper()
		if err := owner.QueryRow(ctx, q, tenant).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const (
		steps    = "SELECT count(*) FROM approval_steps WHERE tenant_id = $1 AND node = 'first' AND "
		reminded = steps + "late"
		notices  = "SELECT count(*) FROM notices WHERE tenant_id = $1 AND kind = 'approval'"
		planned  = "SELECT count(*) FROM due_tasks WHERE tenant_id = $1 AND kind = 'approval.deadline' AND due_at > now()"
	)
	told, next := count(notices), count(planned) // of the group's own approvals
	work := func(enough int) {
		t.Helper()
		handlers := job.Handlers{}
		h.app.modules.approval.Handlers(handlers)
		o := workers.Options{Concurrency: 4, Stale: time.Second, Every: 20 * time.Millisecond, Grace: time.Millisecond, Log: log, Backoff: func(int) time.Duration { return time.Millisecond }}
		w := workers.New(h.app.db, client, handlers, o)
		running, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- w.Run(running) }()
		for end := time.Now().Add(60 * time.Second); count(reminded) < enough; time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("waited in vain: %d deadlines were acted on", count(reminded))
			}
		}
		stop() // with a grace of a millisecond, in the middle of what it does
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	for _, enough := range []int{30, 80, 140} {
		work(enough)
		if err := client.FlushAll(ctx).Err(); err != nil {
			t.Fatal(err)
		}
	}
	work(n)
	if twice := count(steps + "reminded <> 1"); twice != 0 {
		t.Errorf("%d steps were not reminded exactly once", twice)
	}
	if told := count(notices) - told; told != n {
		t.Errorf("%d notices, want one for each of %d", told, n)
	}
	if next := count(planned) - next; next != n {
		t.Errorf("%d reminders are planned next, want one for each of %d", next, n)
	}
	if lines := count("SELECT count(*) FROM history WHERE tenant_id = $1 AND kind = 'approval' AND action = 'late'"); lines != n {
		t.Errorf("%d lines of history, want %d", lines, n)
	}
}
