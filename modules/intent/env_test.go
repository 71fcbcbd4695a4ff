package intent_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/record"
	"forecourt/kernel/testdb"
	"forecourt/modules/intent"
	"forecourt/tenants"
)

// env is a database with two tenants and a customer in each.
type env struct {
	db       *tenants.DB
	s        *intent.Service
	sales    tenants.Actor // owns intents
	sales2   tenants.Actor // of the same company
	manager  tenants.Actor // of the same company, acts on all of it
	auditor  tenants.Actor // reads all of it
	leader   tenants.Actor // above all companies
	stranger tenants.Actor // of the other tenant
	customer uuid.UUID
	foreign  uuid.UUID
	model    uuid.UUID
}

// known are the only records that there are.
type known map[uuid.UUID]bool

func (k known) Exists(_ context.Context, _ database.Tx, _ access.Scope, id uuid.UUID, field string) error {
	if !k[id] {
		return record.ErrTarget.At(field)
	}
	return nil
}

// customers looks into the table, where row security hides the other tenant's.
type customers struct{}

func (customers) Exists(ctx context.Context, tx tenants.Tx, id uuid.UUID, field string) error {
	if ok, err := tx.NewSelect().TableExpr("customers").ColumnExpr("1").Where("id = ?", id).Exists(ctx); err != nil || !ok {
		return record.ErrTarget.At(field).Because(err)
	}
	return nil
}

func (customers) Touch(context.Context, tenants.Tx, uuid.UUID) error { return nil }

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
	world := func(code string) (tenants.Tenant, uuid.UUID, uuid.UUID) {
		x, company, customer := tenants.Tenant{ID: uuid.New(), Code: code, Name: code, Status: "active", Zone: clock.China}, uuid.New(), uuid.New()
		exec("INSERT INTO tenants (id, code, name, start_date) VALUES ($1, $2, $2, '2026-01-01')", x.ID, code)
		exec("INSERT INTO org_units (tenant_id, id, kind, code, name) VALUES ($1, $2, 'company', 'C1', 'C1')", x.ID, company)
		exec(`INSERT INTO customers (tenant_id, id, version, company_id, number, created_at, updated_at, type, stage, name, mobile)
			VALUES ($1, $2, 1, $3, 'KH-1', now(), now(), 'individual', 'potential', '张三', '13800138000')`, x.ID, customer, company)
		return x, company, customer
	}
	person := func(in tenants.Tenant, company uuid.UUID, name string, scope access.Scope, permissions ...access.Permission) tenants.Actor {
		a := tenants.Actor{Tenant: in, User: uuid.New(), Name: name, Login: name, Posting: tenants.Posting{Company: company}, Address: "192.0.2.1", Set: &access.Set{Scopes: map[access.Permission]access.Scope{}}}
		exec("INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES ($1, $2, $3, $3, '')", in.ID, a.User, name)
		if scope.Nothing() {
			scope.Owner = a.User
		}
		for _, p := range permissions {
			a.Set.Scopes[p] = scope
		}
		a.Set.Scopes["vehicle_model:read"] = access.Scope{All: true}
		return a
	}
	e := &env{db: tenants.NewDB(pool, nil), model: uuid.New()}
	ours, company, c := world("ours")
	theirs, abroad, f := world("theirs")
	e.customer, e.foreign = c, f
	e.s = intent.New(e.db, customers{}, known{e.model: true})
	all := []access.Permission{"intent:read", "intent:create", "intent:edit", "intent:move", "intent:lose"}
	here := access.Scope{Companies: []uuid.UUID{company}}
	e.sales = person(ours, company, "王敏", access.Scope{}, all...)
	e.sales2 = person(ours, company, "李静", access.Scope{}, all...)
	e.manager = person(ours, company, "李强", here, all...)
	e.auditor = person(ours, company, "审计", here, "intent:read")
	e.leader = person(ours, uuid.Nil, "陈总", access.Scope{All: true}, all...)
	e.stranger = person(theirs, abroad, "外人", access.Scope{All: true}, all...)
	return e
}

func later(a tenants.Actor, d time.Duration) tenants.Actor {
	a.Tenant.Offset += d
	return a
}

func today(a tenants.Actor) clock.Day { return clock.DayOf(a.Tenant.Now(), a.Tenant.Zone) }

// customerRow and modelRow are targets of references, without the modules that own them.
type customerRow struct {
	bun.BaseModel `bun:"table:customers"`
	ID            uuid.UUID `bun:"id" json:"id"`
	Name          string    `bun:"name" json:"name"`
}

type modelRow struct {
	bun.BaseModel `bun:"table:org_units"`
	ID            uuid.UUID `bun:"id" json:"id"`
	Name          string    `bun:"name" json:"name"`
}

var customerKind = record.New("customer", "", "客户", "Customer", func(m *customerRow, k *record.Kind[customerRow]) {
	k.ID(&m.ID, "标识", "ID")
	k.Text(&m.Name, "名称", "Name")
	k.Title("name", "")
	k.List("name", "name")
})

var modelKind = record.New("vehicle_model", "", "车型", "Model", func(m *modelRow, k *record.Kind[modelRow]) {
	k.ID(&m.ID, "标识", "ID")
	k.Text(&m.Name, "名称", "Name")
	k.Title("name", "")
	k.List("name", "name")
})
