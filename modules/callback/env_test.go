package callback_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/modules/callback"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// env is a demo group with the shipped rules, and another tenant beside it.
type env struct {
	*policiestest.Env
	s        *callback.Service
	handlers job.Handlers
	owner    *sql.DB
	notices  *notices
	neighbor tenants.Actor // customer care of the group's other company
	stranger tenants.Actor // customer care of the other tenant
}

// sales is what every handover was about.
type sales struct{ sale callback.Sale }

func (s *sales) Sale(context.Context, tenants.Tx, uuid.UUID) (callback.Sale, error) {
	return s.sale, nil
}

// notices remembers who was told.
type notices struct {
	mu   sync.Mutex
	told []uuid.UUID
}

func (n *notices) Tell(_ context.Context, _ tenants.Tx, user uuid.UUID, zh, en, kind string, _ uuid.UUID) error {
	if zh == "" || en == "" || kind != "callback" {
		return errors.New("a notice without words")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told = append(n.told, user)
	return nil
}

func newEnv(t *testing.T) *env {
	t.Helper()
	e := &env{Env: policiestest.New(t), handlers: job.Handlers{}, notices: &notices{}}
	var err error
	if e.owner, err = sql.Open("pgx", e.OwnerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.owner.Close() })
	e.s = callback.New(e.DB, &sales{callback.Sale{Contract: id.New(), Customer: id.New(), ContractNumber: "HT-HT1-202611-0001",
		Company: e.Company, Department: e.Department, Owner: e.Sales.User}}, e.notices)
	e.s.Handlers(e.handlers)
	e.Hire(t, "neighbor", "赵云", e.OtherCompany, "客服专员", "customer_care_agent")
	e.neighbor = e.SignIn(t, "neighbor")
	e.stranger = e.OtherTenant(t).Care
	e.do(t, func(tx tenants.Tx) error { return callback.Seed(t.Context(), tx) })
	return e
}

// do runs fn as the product itself, at the tenant's time.
func (e *env) do(t *testing.T, fn func(tx tenants.Tx) error) {
	t.Helper()
	now, err := e.DB.Tenant(t.Context(), e.Tenant.ID)
	if err == nil {
		err = e.DB.Do(t.Context(), tenants.Worker(now, "test"), fn)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (e *env) exec(t *testing.T, q string, args ...any) {
	t.Helper()
	if _, err := e.owner.ExecContext(t.Context(), q, args...); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
}

func (e *env) count(t *testing.T, q string, args ...any) (n int) {
	t.Helper()
	if err := e.owner.QueryRowContext(t.Context(), q, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return n
}

// clock moves the tenant's clock to now.
func (e *env) clock(t *testing.T, now time.Time) {
	t.Helper()
	e.exec(t, "UPDATE tenants SET clock_offset = make_interval(secs => $1) WHERE id = $2", time.Until(now).Seconds(), e.Tenant.ID)
}

// handOver leaves what a handover leaves behind, and returns its id.
func (e *env) handOver(t *testing.T, at time.Time) uuid.UUID {
	t.Helper()
	e.clock(t, at)
	handover := id.New()
	e.do(t, func(tx tenants.Tx) error {
		return record.WriteHistory(t.Context(), tx.Tx, "handover", handover, 1, "create", nil, nil)
	})
	return handover
}

// plan hands the event of the handover to the module, as workers do.
func (e *env) plan(t *testing.T, handover uuid.UUID) {
	t.Helper()
	body, err := json.Marshal(record.Changed{ID: handover, Version: 1})
	if err == nil {
		err = e.handlers["handover.create"]["callback.plan"](t.Context(), job.Task{Tenant: e.Tenant.ID, ID: id.New(), Kind: "handover.create", Body: body})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// planned returns the due tasks of a handover, the earliest first.
func (e *env) planned(t *testing.T, handover uuid.UUID) (tasks []job.Task) {
	t.Helper()
	rows, err := e.owner.QueryContext(t.Context(), "SELECT id, kind, due_at, body FROM due_tasks WHERE tenant_id = $1 AND body->>'cause' = $2 ORDER BY due_at", e.Tenant.ID, handover)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		k := job.Task{Tenant: e.Tenant.ID}
		if err := rows.Scan(&k.ID, &k.Kind, &k.At, (*[]byte)(&k.Body)); err != nil {
			t.Fatal(err)
		}
		tasks = append(tasks, k)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return tasks
}

func (e *env) make(t *testing.T, k job.Task) error {
	t.Helper()
	return e.handlers["callback.make"]["callback.make"](t.Context(), k)
}

// pending makes the callback of a new handover whose first rule has fallen due at noon, and leaves the clock there.
func (e *env) pending(t *testing.T) *callback.Callback {
	t.Helper()
	handover := e.handOver(t, noon)
	e.plan(t, handover)
	first := e.planned(t, handover)[0]
	e.clock(t, first.At.Add(12*time.Hour))
	if err := e.make(t, first); err != nil {
		t.Fatal(err)
	}
	return e.made(t, handover)[0]
}

// made returns the callbacks that a handover has, the earliest first.
func (e *env) made(t *testing.T, handover uuid.UUID) (all []*callback.Callback) {
	t.Helper()
	rows, err := e.owner.QueryContext(t.Context(), "SELECT id FROM callbacks WHERE cause_id = $1 ORDER BY due_on", handover)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c uuid.UUID
		if err := rows.Scan(&c); err != nil {
			t.Fatal(err)
		}
		all = append(all, e.read(t, c))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func (e *env) read(t *testing.T, c uuid.UUID) (found *callback.Callback) {
	t.Helper()
	e.do(t, func(tx tenants.Tx) (err error) {
		found, err = callback.Kind.Peek(t.Context(), tx.Tx, access.Scope{All: true}, c)
		return err
	})
	return found
}

// now is a at the time of the tenant's clock.
func (e *env) now(t *testing.T, a tenants.Actor) tenants.Actor {
	t.Helper()
	x, err := e.DB.Tenant(t.Context(), a.Tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	a.Tenant = x
	return a
}

// noon is in Shanghai, the zone of a new tenant.
var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

func at(t *testing.T, err error, want *fault.Fault, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.Is(err, want) || !errors.As(err, &f) || f.Field != field {
		t.Errorf("got %v, want %s at %q", err, want.Code, field)
	}
}
