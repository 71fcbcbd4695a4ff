package policies_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

type paper struct {
	bun.BaseModel `bun:"table:papers"`
	record.Base
	Name string `bun:"name" json:"name"`
}

var papers = record.New("paper", "papers", "文件", "Paper", func(p *paper, k *record.Kind[paper]) {
	k.Text(&p.Name, "名称", "Name").Search()
	k.Numbered("WJ")
	k.List("-createdAt", "number", "ownerId")
})

// withPapers gives the database a table of documents, and consultants the right to read their own.
func withPapers(t *testing.T) *policiestest.Env {
	t.Helper()
	env := policiestest.New(t, papers.Spec)
	owner, err := pgx.Connect(t.Context(), env.OwnerURL)
	must(t, err)
	defer func() { must(t, owner.Close(t.Context())) }()
	_, err = owner.Exec(t.Context(), `CREATE TABLE papers (tenant_id uuid NOT NULL, id uuid NOT NULL, version int NOT NULL, company_id uuid, department_id uuid, owner_id uuid, number text NOT NULL, name text NOT NULL,
		created_at timestamptz NOT NULL, created_by uuid, updated_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id)); SELECT record_table('papers'), searchable('papers');
		INSERT INTO policy_rules (tenant_id, ptype, v0, v1, v2) SELECT tenant_id, 'p', role, 'paper:read', scope FROM roles, (VALUES ('sales_consultant', 'self'), ('sales_manager', 'company'), ('group_administrator', 'group'), ('company_administrator', 'company')) g (role, scope) WHERE code = role;
		UPDATE tenants SET version = version + 1, changed_at = now()`)
	must(t, err)
	env.Sessions.Stale(env.Tenant.ID)
	env.Sales, env.Sales2, env.Manager, env.Admin, env.CompanyAdmin = env.SignIn(t, "sales"), env.SignIn(t, "sales2"), env.SignIn(t, "manager"), env.SignIn(t, "admin"), env.SignIn(t, "companyadmin")
	return env
}

func write(t *testing.T, env *policiestest.Env, a tenants.Actor) uuid.UUID {
	t.Helper()
	p := &paper{Name: "车辆移交单"}
	p.CompanyID, p.DepartmentID, p.OwnerID = a.Posting.Company, a.Posting.Department, a.User
	must(t, env.DB.Do(t.Context(), a, func(tx tenants.Tx) error { return papers.Create(t.Context(), tx.Tx, p) }))
	return p.ID
}

func TestExplain(t *testing.T) {
	t.Parallel()
	env := withPapers(t)
	ctx := t.Context()
	mine, other := write(t, env, env.Sales), write(t, env, env.Sales2)
	ask := func(a tenants.Actor, user uuid.UUID, id uuid.UUID) (bool, string) {
		e, err := env.Policies.Explain(ctx, a, user, "paper:read", "paper", id)
		must(t, err)
		if len(e.Reasons) == 0 {
			return e.Allowed, ""
		}
		return e.Allowed, e.Reasons[0].Text.Zh
	}
	if ok, why := ask(env.Sales, env.Sales.User, mine); !ok || why != "任职「销售部 销售顾问」的角色「销售顾问」给予本人范围，包含这条记录" {
		t.Errorf("own paper: %v %s", ok, why)
	}
	if ok, why := ask(env.Admin, env.Sales.User, other); ok || !strings.Contains(why, "不包含这条记录") {
		t.Errorf("a colleague's paper: %v %s", ok, why)
	}
	if ok, why := ask(env.Admin, env.Cashier.User, other); ok || why != "" {
		t.Errorf("nobody gave it: %v %s", ok, why)
	}
	t.Run("UnseenRecordIsNotExplained", func(t *testing.T) {
		_, err := env.Policies.Explain(ctx, env.Sales, env.Sales.User, "paper:read", "paper", other)
		refused(t, err, record.ErrMissing)
	})
	t.Run("OthersNeedRoleRead", func(t *testing.T) {
		_, err := env.Policies.Explain(ctx, env.Sales, env.Sales2.User, "paper:read", "", uuid.Nil)
		refused(t, err, rest.ErrDenied)
		_, err = env.Policies.Explain(ctx, env.CompanyAdmin, env.Leader.User, "paper:read", "", uuid.Nil)
		refused(t, err, tenants.ErrNoUser)
		_, err = env.Policies.Explain(ctx, env.CompanyAdmin, env.Sales.User, "paper:read", "", uuid.Nil)
		must(t, err)
	})
	t.Run("OverTheAPI", func(t *testing.T) {
		app := env.API(t)
		token, _ := env.Session(t, "sales")
		status, answer := call(t, app, http.MethodGet, "/access/explain?permission=paper:read&kind=paper&id="+mine.String(), token, nil)
		if status != 200 || answer["allowed"] != true {
			t.Errorf("%d %v", status, answer)
		}
		if status, _ = call(t, app, http.MethodGet, "/access/explain?permission=paper:read&user="+env.Sales2.User.String(), token, nil); status != 403 {
			t.Errorf("about another user: %d", status)
		}
		if status, answer = call(t, app, http.MethodGet, "/access/grants", token, nil); status != 200 || len(answer["items"].([]any)) < 20 { //nolint:errcheck // a wrong type fails the test
			t.Errorf("own grants: %d %v", status, answer)
		}
		if status, _ = call(t, app, http.MethodGet, "/roles", token, nil); status != 403 {
			t.Errorf("roles: %d", status)
		}
		admin, _ := env.Session(t, "admin")
		if status, answer = call(t, app, http.MethodGet, "/roles", admin, nil); status != 200 || len(answer["items"].([]any)) != 11 { //nolint:errcheck // a wrong type fails the test
			t.Errorf("roles: %d %v", status, answer)
		}
		body := map[string]any{"grants": []any{map[string]any{"permission": "customer:read", "scope": "company"}}}
		if status, answer = call(t, app, http.MethodPut, "/roles/cashier/grants", admin, body); status != 204 {
			t.Errorf("set grants: %d %v", status, answer)
		}
	})
}

func TestOtherTenantIsInvisible(t *testing.T) {
	t.Parallel()
	env := withPapers(t)
	ctx := t.Context()
	foreign := env.OtherTenant(t)
	id := write(t, env, env.Sales)
	_, err := env.Policies.Explain(ctx, foreign.Admin, foreign.Admin.User, "customer:read", "paper", id)
	if err == nil {
		t.Error("a record of another tenant is explained")
	}
	_, err = env.Policies.Explain(ctx, foreign.Admin, env.Sales.User, "customer:read", "", uuid.Nil)
	refused(t, err, tenants.ErrNoUser)
	refused(t, env.Org.DisableUser(ctx, foreign.Admin, env.Sales.User), tenants.ErrNoUser)
	refused(t, env.Org.SetPassword(ctx, foreign.Admin, tenants.PasswordInput{User: env.Sales.User, Password: "Neues-2027"}), tenants.ErrNoUser)
	refused(t, env.Org.EndPosting(ctx, foreign.Admin, env.Sales.Posting.ID), tenants.ErrNoSuchPosting)
	_, err = env.Org.AddPosting(ctx, foreign.Admin, tenants.PostingInput{User: foreign.Sales.User, Unit: env.Department, Title: "顾问", Roles: []string{"sales_consultant"}})
	refused(t, err, tenants.ErrNoUnit)
	_, err = env.Org.AddPosting(ctx, foreign.Admin, tenants.PostingInput{User: env.Sales.User, Unit: foreign.Department, Title: "顾问", Roles: []string{"sales_consultant"}})
	refused(t, err, tenants.ErrNoUser)
	_, err = env.Org.AddUnit(ctx, foreign.Admin, tenants.UnitInput{Parent: env.Company, Kind: "department", Code: "X1", Name: "外"})
	refused(t, err, tenants.ErrParent)
	must(t, env.DB.Read(ctx, foreign.Admin, func(tx tenants.Tx) error {
		for _, table := range []string{"users", "org_units", "postings", "sessions", "policy_rules", "history", "papers"} {
			var n int
			if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM ? WHERE tenant_id <> ?", bun.Ident(table), tx.Tenant).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				t.Errorf("%s shows %d rows of another tenant", table, n)
			}
		}
		return nil
	}))
}
