package screens_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/modules/screens"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// env is a demo group with a kind of record, and another tenant with the same.
type env struct {
	*policiestest.Env
	s        *screens.Service
	things   *record.Kind[thing]
	kinds    *record.Registry
	stranger tenants.Actor
}

type thing struct {
	bun.BaseModel `bun:"table:things"`
	record.Base
	Name string    `bun:"name" json:"name"`
	Day  clock.Day `bun:"day,nullzero" json:"day"`
}

// newThings declares the kind, each time anew: a kind finds a group's own fields in the registry that it came into last, and the group
// has one id in every test's database.
func newThings() *record.Kind[thing] {
	return record.New("user_thing", "things", "东西", "Thing", func(x *thing, k *record.Kind[thing]) {
		k.Text(&x.Name, "名称", "Name").Must().Search().Sort()
		k.Date(&x.Day, "日期", "Day")
		k.Title("name", "")
		k.List("-createdAt", "number", "name")
		k.Form("基本", "Basics", "name", "day")
		k.Numbered("DX")
	})
}

var menu = record.Menu{
	{Label: zh("Sales"), Items: []record.MenuItem{record.MenuList(newThings().Spec), record.MenuPage("org", "Org", "Org", "org_unit:read")}},
	{Label: zh("System"), Items: []record.MenuItem{{Code: "screens", Label: zh("Screens"), Needs: screens.Read, Stays: true}}},
}

func newEnv(t *testing.T) *env {
	t.Helper()
	e := &env{things: newThings()}
	e.Env = policiestest.New(t, e.things.Spec)
	owner, err := pgx.Connect(t.Context(), e.OwnerURL)
	if err == nil {
		_, err = owner.Exec(t.Context(), `CREATE TABLE things (tenant_id uuid NOT NULL, id uuid NOT NULL, version int NOT NULL, company_id uuid, department_id uuid, owner_id uuid,
			number text NOT NULL, created_at timestamptz NOT NULL, created_by uuid, updated_at timestamptz NOT NULL, name text NOT NULL, day date, PRIMARY KEY (tenant_id, id));
			SELECT record_table('things'); SELECT searchable('things')`)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = owner.Close(t.Context())
	kinds, err := record.NewRegistry(tenants.UserKind.Spec, tenants.UnitKind.Spec, e.things.Spec)
	if err != nil {
		t.Fatal(err)
	}
	e.kinds = kinds
	e.s = screens.New(e.DB, kinds, menu, func(tenant uuid.UUID) { e.Sessions.Stale(tenant); kinds.Stale(tenant) })
	e.stranger = e.OtherTenant(t).Admin
	return e
}

// enter makes a record of the actor's company that holds own values.
func (e *env) enter(t *testing.T, own record.Own) uuid.UUID {
	t.Helper()
	x := &thing{Name: "一"}
	x.CompanyID, x.Own = e.Company, own
	err := e.DB.Do(t.Context(), e.Manager, func(tx tenants.Tx) error { return e.things.Create(t.Context(), tx.Tx, x) })
	if err != nil {
		t.Fatal(err)
	}
	return x.ID
}

func zh(s string) fault.Text { return fault.Text{Zh: s, En: s} }

func text(key string) screens.NewField {
	return screens.NewField{Key: key, Type: record.Text, FieldInput: screens.FieldInput{Label: zh(key), Filterable: true}}
}

func (e *env) add(t *testing.T, in screens.NewField) *screens.Field {
	t.Helper()
	f, err := e.s.AddField(t.Context(), e.Admin, "user_thing", in)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var accessToThings = access.Set{Scopes: map[access.Permission]access.Scope{newThings().Read: {All: true}}}

var allRows = access.Scope{All: true}

func history(t *testing.T, e *env, record uuid.UUID) (actions []string) {
	t.Helper()
	err := database.Read(t.Context(), e.DB.Pool(), e.Admin.Tenant.ID, []database.Query{{SQL: "SELECT action FROM history WHERE tenant_id = $1 AND record_id = $2 ORDER BY version", Args: []any{e.Admin.Tenant.ID, record}}},
		func(_ int, row [][]byte) error { actions = append(actions, string(row[0])); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return actions
}
