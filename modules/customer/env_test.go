package customer_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/record"
	"forecourt/kernel/testdb"
	"forecourt/modules/customer"
	"forecourt/tenants"
)

// env is a database with two tenants; ours has two companies.
type env struct {
	db       *tenants.DB
	s        *customer.Service
	sales    tenants.Actor // of the first company, reads it, edits their own
	manager  tenants.Actor // of the first company, edits it
	neighbor tenants.Actor // of the second company
	leader   tenants.Actor // above all companies
	stranger tenants.Actor // of the other tenant
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
	tenant := func(code string) tenants.Tenant {
		x := tenants.Tenant{ID: uuid.New(), Code: code, Name: code, Status: "active", Zone: clock.China}
		exec("INSERT INTO tenants (id, code, name, start_date) VALUES ($1, $2, $2, '2026-01-01')", x.ID, code)
		return x
	}
	unit := func(in tenants.Tenant, code string) uuid.UUID {
		id := uuid.New()
		exec("INSERT INTO org_units (tenant_id, id, kind, code, name) VALUES ($1, $2, 'company', $3, $3)", in.ID, id, code)
		return id
	}
	person := func(in tenants.Tenant, company uuid.UUID, name string, scopes map[access.Permission]access.Scope) tenants.Actor {
		a := tenants.Actor{Tenant: in, User: uuid.New(), Name: name, Login: name, Posting: tenants.Posting{Company: company}, Address: "192.0.2.1"}
		exec("INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES ($1, $2, $3, $3, '')", in.ID, a.User, name)
		for p, s := range scopes {
			if s.Nothing() { // one's own
				s.Owner = a.User
				scopes[p] = s
			}
		}
		a.Set = &access.Set{Scopes: scopes}
		return a
	}
	ours, theirs := tenant("ours"), tenant("theirs")
	first, second, foreign := unit(ours, "C1"), unit(ours, "C2"), unit(theirs, "C1")
	at := func(company uuid.UUID) access.Scope { return access.Scope{Companies: []uuid.UUID{company}} }
	rights := func(company uuid.UUID, edit access.Scope) map[access.Permission]access.Scope {
		return map[access.Permission]access.Scope{"customer:read": at(company), "customer:create": at(company), "customer:edit": edit}
	}
	e := &env{db: tenants.NewDB(pool, nil)}
	e.s = customer.New(e.db)
	e.sales = person(ours, first, "王敏", rights(first, access.Scope{}))
	e.manager = person(ours, first, "李强", rights(first, at(first)))
	e.neighbor = person(ours, second, "赵云", rights(second, at(second)))
	e.leader = person(ours, uuid.Nil, "陈总", map[access.Permission]access.Scope{"customer:read": {All: true}, "customer:create": {All: true}, "customer:edit": {All: true}})
	e.stranger = person(theirs, foreign, "外人", rights(foreign, at(foreign)))
	return e
}

func (e *env) do(t *testing.T, a tenants.Actor, fn func(ctx context.Context, tx tenants.Tx) error) error {
	t.Helper()
	return e.db.Do(t.Context(), a, func(tx tenants.Tx) error { return fn(t.Context(), tx) })
}

func later(a tenants.Actor, d time.Duration) tenants.Actor {
	a.Tenant.Offset += d
	return a
}

func registry(t *testing.T) *record.Registry {
	t.Helper()
	kinds, err := record.NewRegistry(customer.Kind.Spec, tenants.UserKind.Spec, tenants.UnitKind.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}
