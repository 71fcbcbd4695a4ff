package approval_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/modules/approval"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// pairs is how often each pair of acts meets.
const pairs = 1000

// meet runs two acts on the same run in the same instant, many times, and demands that exactly one of them is what happened. begin makes a run
// and returns the two acts.
func (e *env) meet(t *testing.T, begin func(i int) (run uuid.UUID, a, b func() error), ended func(run uuid.UUID, a, b error) error) {
	t.Helper()
	next := make(chan int)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range next {
				run, a, b := begin(i)
				var first, second error
				var both sync.WaitGroup
				gate := make(chan struct{})
				both.Go(func() { <-gate; first = a() })
				both.Go(func() { <-gate; second = b() })
				close(gate)
				both.Wait()
				if err := ended(run, first, second); err != nil {
					t.Errorf("%d: %v (%v, %v)", i, err, first, second)
				}
			}
		})
	}
	for i := range pairs {
		next <- i
	}
	close(next)
	wg.Wait()
}

// fresh submits a paper and returns its run with the tasks of the two managers. It is safe beside others.
func (e *env) fresh(t *testing.T) (paper, run uuid.UUID, tasks map[uuid.UUID]uuid.UUID, steps []uuid.UUID) {
	paper = e.write(t, e.Sales, 1, 1)
	if agreed, err := e.submit(t.Context(), e.Sales, paper, nil); err != nil || agreed {
		t.Errorf("submit: %t %v", agreed, err)
	}
	tasks = map[uuid.UUID]uuid.UUID{}
	err := e.DB.Read(t.Context(), e.Admin, func(tx tenants.Tx) error {
		rows, err := tx.QueryContext(t.Context(), "SELECT approval_id, owner_id, id, step_id FROM approval_tasks WHERE tenant_id = ? AND record_id = ?", tx.Tenant, paper)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var owner, task, step uuid.UUID
			if err := rows.Scan(&run, &owner, &task, &step); err != nil {
				return err
			}
			tasks[owner], steps = task, append(steps, step)
		}
		return rows.Err()
	})
	if err != nil {
		t.Error(err)
	}
	return paper, run, tasks, steps
}

// outcome reads how a run and its paper ended.
func (e *env) outcome(run uuid.UUID) (status, paper string, decided int, err error) {
	err = e.DB.Read(context.Background(), e.Admin, func(tx tenants.Tx) error {
		return tx.NewRaw(`SELECT a.status, p.status, (SELECT count(*) FROM history h WHERE h.tenant_id = a.tenant_id AND h.record_id = p.id AND h.action = 'decide') FROM approvals a JOIN papers p ON p.tenant_id = a.tenant_id AND p.id = a.record_id
			WHERE a.tenant_id = ? AND a.id = ?`, tx.Tenant, run).Scan(context.Background(), &status, &paper, &decided)
	})
	return status, paper, decided, err
}

func isFault(err error) bool { var f *fault.Fault; return errors.As(err, &f) }

// exactly demands that one act happened and the other was refused, and that run and paper say the same.
func (e *env) exactly(run uuid.UUID, a, b error, wantA, wantB string) error {
	status, paper, decided, err := e.outcome(run)
	if err != nil {
		return err
	}
	want := wantA
	if a != nil {
		want = wantB
	}
	switch {
	case (a == nil) == (b == nil):
		return errors.New("not exactly one happened")
	case a != nil && !isFault(a) || b != nil && !isFault(b):
		return errors.New("no clear refusal")
	case status != want || decided != 1 || paper != map[string]string{"approved": "agreed", "rejected": "draft", "withdrawn": "draft"}[status]:
		return fmt.Errorf("the run is %s, the paper %s, decided %d times; want %s once", status, paper, decided, want)
	}
	return nil
}

func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.publish(t, line(manager()))
	ctx := t.Context()
	approve := func(a tenants.Actor, task uuid.UUID) func() error {
		return func() error { return second(e.s.Approve(ctx, a, task, 1, approval.ApproveInput{})) }
	}

	t.Run("TwoVotes", func(t *testing.T) {
		e.meet(t, func(int) (uuid.UUID, func() error, func() error) {
			_, run, tasks, _ := e.fresh(t)
			no := func() error {
				return second(e.s.Reject(ctx, e.manager2, tasks[e.manager2.User], 1, approval.RejectInput{To: "end", Comment: "不"}))
			}
			return run, approve(e.Manager, tasks[e.Manager.User]), no
		}, func(run uuid.UUID, a, b error) error { return e.exactly(run, a, b, "approved", "rejected") })
	})
	t.Run("VoteAgainstWithdrawal", func(t *testing.T) {
		e.meet(t, func(int) (uuid.UUID, func() error, func() error) {
			_, run, tasks, _ := e.fresh(t)
			back := func() error { return second(e.s.Withdraw(ctx, e.Sales, run, 1, approval.WithdrawInput{})) }
			return run, approve(e.Manager, tasks[e.Manager.User]), back
		}, func(run uuid.UUID, a, b error) error { return e.exactly(run, a, b, "approved", "withdrawn") })
	})
	t.Run("TwoClicksOfOne", func(t *testing.T) {
		_, run, tasks, _ := e.fresh(t)
		yes := approve(e.Manager, tasks[e.Manager.User])
		var errs [8]error
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { errs[i] = yes() })
		}
		wg.Wait()
		happened := 0
		for _, err := range errs {
			if err == nil {
				happened++
			} else {
				refused(t, err, record.ErrStale)
			}
		}
		if status, _, decided, err := e.outcome(run); happened != 1 || status != "approved" || decided != 1 || err != nil {
			t.Errorf("%d happened: %s, %d, %v", happened, status, decided, err)
		}
	})
}

func TestVoteAgainstDeadline(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	node := manager()
	node.Deadline = &engine.Deadline{Hours: 1, Then: engine.LateReject}
	node.Returns = []string{"end"}
	e.publish(t, line(node))
	handlers := job.Handlers{}
	e.s.Handlers(handlers)
	late := handlers["approval.deadline"]["approval.deadline"]
	e.meet(t, func(int) (uuid.UUID, func() error, func() error) {
		_, run, tasks, steps := e.fresh(t)
		if err := e.DB.Do(t.Context(), e.Admin, func(tx tenants.Tx) error { // the deadline has passed
			_, err := tx.ExecContext(t.Context(), "UPDATE approval_steps SET due_at = now() - interval '1 minute' WHERE tenant_id = ? AND approval_id = ?", tx.Tenant, run)
			return err
		}); err != nil {
			t.Error(err)
		}
		body, err := json.Marshal(map[string]uuid.UUID{"approval": run, "step": steps[0]})
		if err != nil {
			t.Error(err)
		}
		passes := func() error {
			return late(t.Context(), job.Task{Tenant: e.Tenant.ID, Kind: "approval.deadline", Body: body})
		}
		return run, func() error {
			return second(e.s.Approve(t.Context(), e.Manager, tasks[e.Manager.User], 1, approval.ApproveInput{}))
		}, passes
	}, func(run uuid.UUID, a, b error) error {
		if b != nil {
			return fmt.Errorf("the deadline failed: %w", b)
		}
		status, _, decided, err := e.outcome(run)
		want := "approved"
		if a != nil {
			want = "rejected"
		}
		if err != nil || status != want || decided != 1 || a != nil && !isFault(a) {
			return fmt.Errorf("the run is %s, decided %d times; want %s once: %w", status, decided, want, err)
		}
		return nil
	})
}

func TestPublishingAtOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	flow := e.publish(t, line(manager()))
	_, old := e.ask(t, e.Sales, 1, 1)
	f := line(leader())
	draft, err := e.s.SaveDraft(t.Context(), e.Admin, flow, 3, &f)
	if err != nil {
		t.Fatal(err)
	}
	var errs [6]error
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = second(e.s.Publish(t.Context(), e.Admin, flow, draft.Version, "")) })
	}
	wg.Wait()
	happened := 0
	for _, err := range errs {
		if err == nil {
			happened++
		} else {
			refused(t, err, record.ErrStale)
		}
	}
	if n := e.one(t, "SELECT count(*) FROM approval_flow_versions WHERE flow_id = $1", flow); happened != 1 || n != 2 {
		t.Errorf("%d published, %d versions", happened, n)
	}
	e.approve(t, old, e.Manager)
	if s := e.status(t, "approvals", old); s != "approved" {
		t.Errorf("the run that began before is %s; it keeps its version", s)
	}
	_, fresh := e.ask(t, e.Sales, 1, 1)
	e.approve(t, fresh, e.Leader)
	impact, err := e.s.Impact(t.Context(), e.Admin, flow)
	if err != nil || len(impact.Running) != 0 {
		t.Errorf("%+v %v", impact, err)
	}
	back, err := e.s.Restore(t.Context(), e.Admin, flow, draft.Version+1, 1)
	if err != nil || back.Number != 3 {
		t.Fatalf("%+v %v", back, err)
	}
	_, again := e.ask(t, e.Sales, 1, 1)
	e.approve(t, again, e.Manager)
}

func TestDeadlinesAndDepartures(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	node := manager()
	node.Deadline = &engine.Deadline{Hours: 24, Then: engine.LateRemind, Every: 12}
	e.publish(t, line(node))
	handlers := job.Handlers{}
	e.s.Handlers(handlers)
	run := func(kind, name string, body any) {
		t.Helper()
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		if err := handlers[kind][name](t.Context(), job.Task{Tenant: e.Tenant.ID, Kind: kind, Body: b}); err != nil {
			t.Fatal(err)
		}
	}

	t.Run("RemindsAgainAndAgain", func(t *testing.T) {
		_, id, _, steps := e.fresh(t)
		if n := e.one(t, "SELECT count(*) FROM due_tasks WHERE kind = 'approval.deadline' AND body->>'step' = $1", steps[0].String()); n != 1 {
			t.Errorf("%d deadlines are planned", n)
		}
		before := e.notices.count(e.Manager.User)
		run("approval.deadline", "approval.deadline", map[string]uuid.UUID{"approval": id, "step": steps[0]})
		if e.notices.count(e.Manager.User) != before {
			t.Error("reminded before the deadline")
		}
		e.exec(t, "UPDATE approval_steps SET due_at = now() - interval '1 minute' WHERE id = $1", steps[0])
		for range 2 {
			run("approval.deadline", "approval.deadline", map[string]uuid.UUID{"approval": id, "step": steps[0]})
		}
		if n := e.notices.count(e.Manager.User) - before; n != 1 {
			t.Errorf("reminded %d times", n)
		}
		if n := e.one(t, "SELECT count(*) FROM due_tasks WHERE kind = 'approval.deadline' AND body->>'step' = $1", steps[0].String()); n != 2 {
			t.Errorf("%d deadlines are planned, want the next reminder", n)
		}
		if n := e.one(t, "SELECT count(*) FROM approval_tasks WHERE approval_id = $1 AND late", id); n != 2 {
			t.Errorf("%d tasks are late", n)
		}
	})
	t.Run("WhoLeavesIsReplaced", func(t *testing.T) {
		only := line(engine.Node{ID: "one", Kind: engine.NodeApprove, Name: zh("一人"), Approvers: []engine.Rule{{Rule: engine.RuleUsers, Users: []uuid.UUID{e.manager2.User}}}, Mode: engine.ModeAny, Empty: engine.EmptyAdministrator, Self: engine.SelfSkip})
		e.exec(t, "UPDATE approval_flows SET enabled = false")
		e.publish(t, only)
		_, id := e.ask(t, e.Sales, 1, 1)
		told := e.notices.count(e.CompanyAdmin.User)
		if err := e.Org.DisableUser(t.Context(), e.Admin, e.manager2.User); err != nil {
			t.Fatal(err)
		}
		if n := e.one(t, "SELECT count(*) FROM outbox WHERE kind = $1", tenants.PeopleChanged); n == 0 {
			t.Error("nobody is told that people changed")
		}
		run(tenants.PeopleChanged, "approval.departures", struct{}{})
		if n := e.one(t, "SELECT count(*) FROM approval_tasks WHERE approval_id = $1 AND owner_id = $2 AND status = 'cancelled'", id, e.manager2.User); n != 1 {
			t.Error("who left keeps the task")
		}
		if n := e.one(t, "SELECT count(*) FROM approval_tasks WHERE approval_id = $1 AND status = 'open'", id); n == 0 || e.notices.count(e.CompanyAdmin.User) == told {
			t.Errorf("%d open tasks; the administrator must be told", n)
		}
		run("approval.sweep", "approval.sweep", struct{}{})
		if n := e.one(t, "SELECT count(*) FROM due_tasks WHERE kind = 'approval.sweep'"); n == 0 {
			t.Error("no sweep is planned while approvals are open")
		}
	})
	t.Run("HandedOverToASuccessor", func(t *testing.T) {
		e.exec(t, "UPDATE approval_flows SET enabled = false")
		e.publish(t, line(engine.Node{ID: "two", Kind: engine.NodeApprove, Name: zh("一人"), Approvers: []engine.Rule{{Rule: engine.RuleUsers, Users: []uuid.UUID{e.Manager.User}}}, Mode: engine.ModeAny, Empty: engine.EmptyAdministrator, Self: engine.SelfSkip}))
		_, id := e.ask(t, e.Sales, 1, 1)
		e.Org.Join(tenants.Joined{Estates: []tenants.Estate{e.s.Estate()}})
		moved, err := e.Org.HandOver(t.Context(), e.Admin, tenants.HandoverInput{User: e.Manager.User, Successor: e.Leader.User})
		if err != nil || len(moved) != 1 || moved[0].Count == 0 {
			t.Fatalf("%+v %v", moved, err)
		}
		e.task(t, id, e.Leader, "open")
	})
	t.Run("WorkdaysSkipTheWeekend", func(t *testing.T) {
		friday := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
		if got := approval.Due(friday, time.UTC, &engine.Deadline{Hours: 24, Workdays: true}); !got.Equal(time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)) {
			t.Errorf("24 hours of work from Friday morning end on %s", got)
		}
	})
}
