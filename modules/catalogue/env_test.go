package catalogue_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/testdb"
	"forecourt/modules/catalogue"
	"forecourt/tenants"
)

// env is a database with two tenants; ours has two companies.
type env struct {
	db       *tenants.DB
	s        *catalogue.Service
	admin    tenants.Actor // of the group
	manager  tenants.Actor // of the first company, keeps its prices
	sales    tenants.Actor // of the first company, reads
	neighbor tenants.Actor // of the second company, reads
	stranger tenants.Actor // of the other tenant, its admin
}

var (
	group = access.Scope{All: true}
	reads = map[access.Permission]access.Scope{"vehicle_model:read": group, "accessory:read": group, "price:read": group}
)

func newEnv(t *testing.T) *env {
	t.Helper()
	urls := testdb.New(t)
	pool, err := database.Open(urls.AppURL, 4)
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
	person := func(in tenants.Tenant, company uuid.UUID, name string, more map[access.Permission]access.Scope) tenants.Actor {
		a := tenants.Actor{Tenant: in, User: uuid.New(), Name: name, Login: name, Posting: tenants.Posting{Company: company}, Address: "192.0.2.1"}
		exec("INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES ($1, $2, $3, $3, '')", in.ID, a.User, name)
		scopes := map[access.Permission]access.Scope{}
		for _, from := range []map[access.Permission]access.Scope{reads, more} {
			for p, s := range from {
				scopes[p] = s
			}
		}
		a.Set = &access.Set{Scopes: scopes}
		return a
	}
	ours, theirs := tenant("ours"), tenant("theirs")
	first, second := unit(ours, "C1"), unit(ours, "C2")
	rights := map[access.Permission]access.Scope{"catalogue:subscribe": group, "accessory:create": group, "accessory:edit": group, "price:create": group, "price:edit": group}
	e := &env{db: tenants.NewDB(pool, nil)}
	e.s = catalogue.New(e.db)
	e.admin = person(ours, uuid.Nil, "管理员", rights)
	at := access.Scope{Companies: []uuid.UUID{first}}
	e.manager = person(ours, first, "李强", map[access.Permission]access.Scope{"price:create": at, "price:edit": at})
	e.sales = person(ours, first, "王敏", nil)
	e.neighbor = person(ours, second, "赵云", nil)
	e.stranger = person(theirs, uuid.Nil, "外人", rights)
	return e
}

// at demands the fault want at field.
func at(t *testing.T, err, want error, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.Is(err, want) || !errors.As(err, &f) || f.Field != field {
		t.Errorf("got %v, want %v at %s", err, want, field)
	}
}
