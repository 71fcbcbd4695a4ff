package visit_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/testdb"
	"forecourt/modules/visit"
	"forecourt/tenants"
)

// env is a database with two tenants; ours has a company with two consultants.
type env struct {
	db       *tenants.DB
	s        *visit.Service
	desk     tenants.Actor // the reception: logs and assigns, reads the company
	sales    tenants.Actor // a consultant, acts on their own
	sales2   tenants.Actor // another
	auditor  tenants.Actor // reads the company, closes their own, of which there are none
	leader   tenants.Actor // above all companies
	stranger tenants.Actor // of the other tenant
	people   *people
	notices  *notices
	model    uuid.UUID
}

// people are the consultants, by company.
type people struct {
	sellers map[uuid.UUID][]uuid.UUID
	names   map[uuid.UUID]string
}

func (p *people) Consultants(_ context.Context, _ tenants.Tx, company uuid.UUID) ([]uuid.UUID, error) {
	return p.sellers[company], nil
}

func (p *people) Name(_ context.Context, _ tenants.Tx, user uuid.UUID) (string, error) {
	if name, ok := p.names[user]; ok {
		return name, nil
	}
	return "", record.ErrTarget
}

var errMobile = fault.New(fault.Invalid, "test.mobile", "手机号不是 11 位", "no mobile")

// customers keeps the promise of the interface on the real table.
type customers struct{}

func (customers) Mobile(given string) (string, error) {
	if len(given) != 11 {
		return "", errMobile.At("mobile")
	}
	return given, nil
}

func (customers) Ensure(ctx context.Context, tx tenants.Tx, in visit.EnsureCustomer) (uuid.UUID, error) {
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtext(?))", in.Mobile); err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err := tx.NewRaw("SELECT id FROM customers WHERE tenant_id = ? AND mobile = ?", tx.Tenant, in.Mobile).Scan(ctx, &id)
	if errors.Is(err, sql.ErrNoRows) {
		id = uuid.New()
		_, err = tx.ExecContext(ctx, `INSERT INTO customers (tenant_id, id, version, company_id, owner_id, number, created_at, updated_at, type, stage, name, mobile)
			VALUES (?, ?, 1, ?, ?, ?, now(), now(), 'individual', 'potential', ?, ?)`, tx.Tenant, id, in.Company, in.Owner, id.String(), in.Name, in.Mobile)
	}
	return id, err
}

// intents opens rows of the real table, or refuses.
type intents struct{}

var errIntent = fault.New(fault.Invalid, "test.intent", "不行", "no")

func (intents) Open(ctx context.Context, tx tenants.Tx, in visit.OpenIntent) (uuid.UUID, error) {
	if in.NextFollowUp < clock.DayOf(tx.Now, tx.Zone) {
		return uuid.Nil, errIntent.At("nextFollowUp")
	}
	id := uuid.New()
	_, err := tx.ExecContext(ctx, `INSERT INTO intents (tenant_id, id, version, company_id, owner_id, number, created_at, updated_at, customer_id, stage, next_follow_up, status)
		VALUES (?, ?, 1, ?, ?, ?, now(), now(), ?, ?, ?, 'open')`, tx.Tenant, id, in.Company, in.Owner, id.String(), in.Customer, in.Stage, in.NextFollowUp)
	return id, err
}

// models are the only vehicle models that there are.
type models map[uuid.UUID]bool

func (m models) Exists(_ context.Context, _ database.Tx, _ access.Scope, id uuid.UUID, field string) error {
	if !m[id] {
		return record.ErrTarget.At(field)
	}
	return nil
}

// notices counts who was told.
type notices struct {
	mu   sync.Mutex
	told []uuid.UUID
}

func (n *notices) Tell(_ context.Context, _ tenants.Tx, user uuid.UUID, zh, en, kind string, _ uuid.UUID) error {
	if zh == "" || en == "" || kind != "visit" {
		return errors.New("a notice without words")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told = append(n.told, user)
	return nil
}

func (n *notices) count(user uuid.UUID) (total int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, u := range n.told {
		if u == user {
			total++
		}
	}
	return total
}

func newEnv(t *testing.T) *env {
	t.Helper()
	urls := testdb.New(t)
	pool, err := database.Open(urls.AppURL, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	owner, err := pgx.Connect(t.Context(), urls.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	exec := func(q string, args ...any) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	world := func(code string) (tenants.Tenant, uuid.UUID) {
		x, company := tenants.Tenant{ID: uuid.New(), Code: code, Name: code, Status: "active", Zone: clock.China}, uuid.New()
		exec("INSERT INTO tenants (id, code, name, start_date) VALUES ($1, $2, $2, '2026-01-01')", x.ID, code)
		exec("INSERT INTO org_units (tenant_id, id, kind, code, name) VALUES ($1, $2, 'company', 'C1', 'C1')", x.ID, company)
		return x, company
	}
	e := &env{db: tenants.NewDB(pool, nil), people: &people{map[uuid.UUID][]uuid.UUID{}, map[uuid.UUID]string{}}, notices: &notices{}, model: uuid.New()}
	person := func(in tenants.Tenant, company uuid.UUID, name string, scopes map[access.Permission]access.Scope) tenants.Actor {
		a := tenants.Actor{Tenant: in, User: uuid.New(), Name: name, Login: name, Posting: tenants.Posting{Company: company}, Address: "192.0.2.1", Set: &access.Set{Scopes: map[access.Permission]access.Scope{}}}
		exec("INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES ($1, $2, $3, $3, '')", in.ID, a.User, name)
		for p, s := range scopes {
			if s.Nothing() {
				s.Owner = a.User
			}
			a.Set.Scopes[p] = s
		}
		a.Set.Scopes["vehicle_model:read"] = access.Scope{All: true}
		return a
	}
	ours, company := world("ours")
	theirs, abroad := world("theirs")
	here, own := access.Scope{Companies: []uuid.UUID{company}}, access.Scope{}
	consultant := map[access.Permission]access.Scope{"visit:read": own, "visit:create": here, "visit:edit": own, "visit:close": own, "intent:create": own}
	all := func(s access.Scope) map[access.Permission]access.Scope {
		return map[access.Permission]access.Scope{"visit:read": s, "visit:create": s, "visit:edit": s, "visit:assign": s, "visit:close": s, "intent:create": s}
	}
	e.desk = person(ours, company, "前台", all(here))
	e.sales, e.sales2 = person(ours, company, "王敏", consultant), person(ours, company, "李静", consultant)
	e.auditor = person(ours, company, "审计", map[access.Permission]access.Scope{"visit:read": here, "visit:close": own, "intent:create": own})
	e.leader = person(ours, uuid.Nil, "陈总", all(access.Scope{All: true}))
	e.stranger = person(theirs, abroad, "外人", all(access.Scope{All: true}))
	e.people.sellers[company] = []uuid.UUID{e.sales.User, e.sales2.User}
	for _, a := range []tenants.Actor{e.desk, e.sales, e.sales2, e.leader} {
		e.people.names[a.User] = a.Name
	}
	e.s = visit.New(e.db, e.people, customers{}, intents{}, models{e.model: true}, e.notices)
	return e
}

func later(a tenants.Actor, d time.Duration) tenants.Actor {
	a.Tenant.Offset += d
	return a
}

func today(a tenants.Actor) clock.Day { return clock.DayOf(a.Tenant.Now(), a.Tenant.Zone) }

func (e *env) read(t *testing.T, id uuid.UUID) *visit.Visit {
	t.Helper()
	var v *visit.Visit
	err := e.db.Read(t.Context(), e.desk, func(tx tenants.Tx) (err error) {
		v, err = visit.Kind.Peek(t.Context(), tx.Tx, access.Scope{All: true}, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (e *env) as(user uuid.UUID) tenants.Actor {
	all := []tenants.Actor{e.desk, e.sales, e.sales2}
	return all[slices.IndexFunc(all, func(a tenants.Actor) bool { return a.User == user })]
}
