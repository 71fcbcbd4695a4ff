// Package policiestest gives a test a dealer group with its people, on a real database and built through the services.
package policiestest

import (
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/kernel/secret"
	"forecourt/kernel/testdb"
	"forecourt/policies"
	"forecourt/tenants"
)

// Password is everyone's.
const Password = "Kaifa-2026"

// Env is a demo group: the company with a sales department and an office, another company beside it, and one person a role. Sales
// and Sales2 are consultants of one department.
type Env struct {
	DB       *tenants.DB
	OwnerURL string
	AppURL   string

	Org      *tenants.Org
	Sessions *tenants.Sessions
	Platform *tenants.Platform
	Policies *policies.Service

	Tenant                                                       tenants.Tenant
	Root, Company, Department, Office, OtherCompany              uuid.UUID
	Admin, Leader, CompanyAdmin, Manager, Sales, Sales2, Cashier tenants.Actor
	Warehouse, Clerk, Adviser, Care, Auditor                     tenants.Actor
	kinds                                                        []*record.Spec
}

// New makes a group in a database of its own. kinds are those that the test's module declares beside users and org units.
func New(t testing.TB, kinds ...*record.Spec) *Env {
	t.Helper()
	urls := testdb.New(t)
	pool, err := database.Open(urls.AppURL, 8)
	must(t, err)
	t.Cleanup(func() { must(t, pool.Close()) })
	e := &Env{DB: tenants.NewDB(pool, nil), OwnerURL: urls.OwnerURL, AppURL: urls.AppURL, kinds: kinds}
	e.Services(t)
	e.open(t, "hengtong")
	return e
}

// Services makes the services anew on the same database, as another process would: nothing that was kept is shared.
func (e *Env) Services(t testing.TB) {
	t.Helper()
	kinds, err := record.NewRegistry(append([]*record.Spec{tenants.UserKind.Spec, tenants.UnitKind.Spec}, e.kinds...)...)
	must(t, err)
	var sessions *tenants.Sessions
	stale := func(tenant uuid.UUID) { sessions.Stale(tenant) }
	e.Policies = policies.New(e.DB, kinds, stale)
	e.Org = tenants.NewOrg(e.DB, e.Policies, stale).WithCheapPasswords()
	box, err := secret.New("a key for tests, the same for all replicas")
	must(t, err)
	sessions = tenants.NewSessions(e.DB, e.Policies, stale).Guarded(box, tenants.NewFailures(nil))
	e.Sessions = sessions
	e.Platform = tenants.NewPlatform(e.DB, e.Org, policies.Seed)
}

// OtherTenant opens another group with the same people in the same database.
func (e *Env) OtherTenant(t testing.TB) *Env {
	t.Helper()
	other := *e
	other.open(t, "mingda-"+uuid.NewString()[:8])
	return &other
}

// API serves the sessions, the organisation, the operators' desk and policies, as the program does.
func (e *Env) API(t testing.TB) *fiber.App {
	t.Helper()
	app := fiber.New(fiber.Config{ErrorHandler: rest.Fail, Immutable: true})
	api := rest.New(app, rest.Doors{Tenant: e.Sessions.Enter, Operator: e.Platform.Enter, Allow: tenants.Allow, Answers: e.DB})
	e.Sessions.Routes(api)
	e.Platform.Routes(api)
	e.Org.Routes(api)
	e.Policies.Routes(api)
	return app
}

func (e *Env) open(t testing.TB, code string) {
	t.Helper()
	ctx := t.Context()
	tenant, err := e.Platform.Open(ctx, tenants.OpenInput{Code: code, Name: "恒通汽车集团", StartDate: "2026-01-01", Demo: true, Plan: "enterprise",
		Administrator: tenants.UserInput{Login: "admin", Name: "郑敏", Password: Password}})
	must(t, err)
	e.Tenant = tenant
	e.Admin = e.SignIn(t, "admin")
	e.Root = e.Admin.Posting.Unit
	unit := func(parent uuid.UUID, kind, code, name string) uuid.UUID {
		id, err := e.Org.AddUnit(ctx, e.Admin, tenants.UnitInput{Parent: parent, Kind: kind, Code: code, Name: name})
		must(t, err)
		return id
	}
	e.Company = unit(e.Root, "company", "HT1", "恒通丰田")
	e.Department = unit(e.Company, "department", "HT1S", "销售部")
	e.Office = unit(e.Company, "department", "HT1A", "综合部")
	e.OtherCompany = unit(e.Root, "company", "HT2", "恒通本田")
	for _, p := range []struct {
		actor       *tenants.Actor
		login, name string
		unit        uuid.UUID
		title, role string
	}{
		{&e.Leader, "leader", "陈强", e.Root, "集团领导", "group_leader"},
		{&e.CompanyAdmin, "companyadmin", "周倩", e.Company, "公司管理员", "company_administrator"},
		{&e.Manager, "manager", "李伟", e.Department, "销售经理", "sales_manager"},
		{&e.Sales, "sales", "王敏", e.Department, "销售顾问", "sales_consultant"},
		{&e.Sales2, "sales2", "赵磊", e.Department, "销售顾问", "sales_consultant"},
		{&e.Cashier, "cashier", "孙丽", e.Office, "出纳", "cashier"},
		{&e.Warehouse, "warehouse", "冯凯", e.Office, "仓库管理员", "warehouse_keeper"},
		{&e.Clerk, "clerk", "吴芳", e.Office, "开票员", "invoice_clerk"},
		{&e.Adviser, "adviser", "何勇", e.Office, "服务顾问", "service_adviser"},
		{&e.Care, "care", "许静", e.Office, "客服专员", "customer_care_agent"},
		{&e.Auditor, "auditor", "沈涛", e.Root, "审计员", "auditor"},
	} {
		e.Hire(t, p.login, p.name, p.unit, p.title, p.role)
		*p.actor = e.SignIn(t, p.login)
	}
}

// Decide gives a parameter a value in a company, as if its administrator had done it.
func (e *Env) Decide(t testing.TB, key, value string) {
	t.Helper()
	must(t, e.DB.Do(t.Context(), e.CompanyAdmin, func(tx tenants.Tx) error {
		_, err := tx.ExecContext(t.Context(), `INSERT INTO parameters (tenant_id, key, unit_id, level, value, version) VALUES (?, ?, ?, 'company', ?::jsonb, 2)
			ON CONFLICT (tenant_id, key, unit_id) DO UPDATE SET value = excluded.value`, tx.Tenant, key, e.Company, value)
		return err
	}))
}

// Hire adds a user with a posting, as the administrator.
func (e *Env) Hire(t testing.TB, login, name string, unit uuid.UUID, title string, roles ...string) (user uuid.UUID) {
	t.Helper()
	user, err := e.Org.AddUser(t.Context(), e.Admin, tenants.UserInput{Login: login, Name: name, Password: Password})
	must(t, err)
	_, err = e.Org.AddPosting(t.Context(), e.Admin, tenants.PostingInput{User: user, Unit: unit, Title: title, Roles: roles})
	must(t, err)
	return user
}

// SignIn returns the actor behind a new session of login.
func (e *Env) SignIn(t testing.TB, login string) tenants.Actor {
	t.Helper()
	_, a := e.Session(t, login)
	return a
}

// Session opens a session of login.
func (e *Env) Session(t testing.TB, login string) (token string, a tenants.Actor) {
	t.Helper()
	token, a, err := e.Sessions.SignIn(t.Context(), tenants.SignInput{Tenant: e.Tenant.Code, Login: login, Password: Password, Address: "127.0.0.1", Agent: "test"})
	must(t, err)
	return token, a
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
