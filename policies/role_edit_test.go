package policies_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/policies"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func TestARoleThatCompaniesGive(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	ctx := t.Context()
	must(t, env.Policies.CreateRole(ctx, env.Admin, policies.RoleInput{Code: "greeter", Name: fault.Text{Zh: "迎宾"}, From: "sales_consultant"}))
	user := env.Hire(t, "newcomer", "新人", env.Office, "接待", "cashier")
	place := func() error {
		_, err := env.Org.AddPosting(ctx, env.CompanyAdmin, tenants.PostingInput{User: user, Unit: env.Office, Title: "迎宾", Roles: []string{"greeter"}})
		return err
	}
	refused(t, place(), tenants.ErrBeyond)
	company, name := "company", fault.Text{Zh: "迎宾员", En: "Greeter"}
	edit := func(a tenants.Actor, code string) error {
		return env.Policies.EditRole(ctx, a, code, policies.RoleEdit{GivenBy: &company, Name: &name})
	}
	refused(t, edit(env.CompanyAdmin, "greeter"), rest.ErrDenied)
	refused(t, edit(env.Admin, "auditor"), policies.ErrShippedGiver)
	refused(t, edit(env.Admin, "nobody"), policies.ErrNoRole)
	refused(t, edit(env.OtherTenant(t).Admin, "greeter"), policies.ErrNoRole)
	refused(t, env.Policies.EditRole(ctx, env.Admin, "greeter", policies.RoleEdit{Name: &fault.Text{}}), record.ErrNeeded)
	must(t, edit(env.Admin, "greeter"))
	must(t, place())
	must(t, env.Org.SetPassword(ctx, env.CompanyAdmin, tenants.PasswordInput{User: user, Password: "Neues-2027"}))

	events, err := env.Policies.RoleHistory(ctx, env.Admin, "greeter")
	must(t, err)
	if len(events) != 2 || events[0].Action != "edit" || !slices.Contains(events[0].Facts, policies.RoleFact{What: "givenBy", Was: "group", Now: "company"}) || events[0].By != "郑敏" || events[1].Action != "create" {
		t.Errorf("history: %+v", events)
	}
	_, err = env.Policies.RoleHistory(ctx, env.Admin, "nobody")
	refused(t, err, policies.ErrNoRole)
}

func TestPreview(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	ctx := t.Context()
	preview := func(a tenants.Actor, role string, in policies.PreviewInput) (*policies.Preview, error) {
		return env.Policies.Preview(ctx, a, role, in)
	}
	less := append(without(t, "sales_consultant", "contract:submit"), policies.Grant{Permission: "receipt:confirm", Scope: "company"})
	p, err := preview(env.Admin, "sales_consultant", policies.PreviewInput{Grants: less})
	must(t, err)
	if p.Holders != 2 || len(p.Items) != 2 {
		t.Fatalf("for %d of %d", len(p.Items), p.Holders)
	}
	want := []policies.GrantChange{{Permission: "contract:submit", Was: "self"}, {Permission: "receipt:confirm", Now: "company"}}
	for _, x := range p.Items {
		if !slices.Equal(x.Grants, want) || len(x.Fields) != 0 {
			t.Errorf("%s: %+v", x.Name, x)
		}
	}
	if !env.SignIn(t, "sales").Set.Has("contract:submit") {
		t.Error("a preview takes a grant")
	}
	t.Run("WhoHoldsItOtherwiseKeepsIt", func(t *testing.T) {
		_, err := env.Org.AddPosting(ctx, env.Admin, tenants.PostingInput{User: env.Sales.User, Unit: env.Department, Title: "代理经理", Roles: []string{"sales_manager", "sales_consultant"}})
		must(t, err)
		p, err := preview(env.Admin, "sales_consultant", policies.PreviewInput{Grants: less})
		must(t, err)
		if len(p.Items) != 3 || p.Holders != 2 {
			t.Fatalf("%d postings of %d", len(p.Items), p.Holders)
		}
		gained := policies.GrantChange{Permission: "receipt:confirm", Now: "company"}
		i := slices.IndexFunc(p.Items, func(x policies.Affected) bool { return x.Posting == "销售部 代理经理" })
		if i < 0 || !slices.Equal(p.Items[i].Grants, []policies.GrantChange{gained}) {
			t.Errorf("%+v", p.Items)
		}
	})
	t.Run("Fields", func(t *testing.T) {
		p, err := preview(env.Admin, "cashier", policies.PreviewInput{Fields: []policies.FieldRule{}})
		must(t, err)
		if len(p.Items) != 0 {
			t.Errorf("nothing changes: %+v", p.Items)
		}
	})
	t.Run("NobodyIsLockedOut", func(t *testing.T) {
		_, err := preview(env.Admin, "group_administrator", policies.PreviewInput{Grants: without(t, "group_administrator", "role:manage")})
		refused(t, err, policies.ErrLastAdmin)
		must(t, env.Policies.CreateRole(ctx, env.Admin, policies.RoleInput{Code: "chief", Name: fault.Text{Zh: "总管"}, From: "group_administrator"}))
		must(t, env.Org.EditPosting(ctx, tenants.Worker(env.Tenant, "test"), env.Admin.Posting.ID, tenants.PostingEdit{Roles: []string{"chief"}}))
		chief := env.SignIn(t, "admin")
		for gone, last := range map[string]error{"role:manage": tenants.ErrLastRoleManager, "user:manage": tenants.ErrLastAdministrator} {
			grants := without(t, "group_administrator", gone)
			_, err := preview(chief, "chief", policies.PreviewInput{Grants: grants})
			refused(t, err, last)
			refused(t, env.Policies.SetGrants(ctx, chief, "chief", grants), last)
		}
	})
	for what, c := range map[string]struct {
		a    tenants.Actor
		role string
		want error
	}{"Denied": {env.CompanyAdmin, "cashier", rest.ErrDenied}, "NoRole": {env.Admin, "nobody", policies.ErrNoRole}} {
		if _, err := preview(c.a, c.role, policies.PreviewInput{Grants: []policies.Grant{}}); err == nil {
			t.Errorf("%s: no refusal", what)
		} else {
			refused(t, err, c.want)
		}
	}
}

type secret struct {
	bun.BaseModel `bun:"table:secrets"`
	record.Base
	Mobile string       `bun:"mobile" json:"mobile"`
	Cost   money.Amount `bun:"cost" json:"cost"`
	Margin money.Amount `bun:"margin" json:"margin"`
}

var secrets = record.New("secret", "secrets", "档案", "Secret", func(p *secret, k *record.Kind[secret]) {
	k.Text(&p.Mobile, "手机", "Mobile").Secret(record.MaskMobile)
	k.Money(&p.Cost, "成本", "Cost").Internal()
	k.Money(&p.Margin, "毛利", "Margin").Fixed().Internal()
	k.Numbered("DA")
	k.List("-createdAt", "number")
})

func TestFieldRulesOfARole(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t, secrets.Spec)
	ctx := t.Context()
	rule := func(field, v string) policies.FieldRule {
		return policies.FieldRule{Kind: "secret", Field: field, Visibility: v}
	}
	set := func(a tenants.Actor, rules ...policies.FieldRule) error {
		return env.Policies.SetFields(ctx, a, "cashier", rules)
	}
	refused(t, set(env.CompanyAdmin, rule("mobile", "shown")), rest.ErrDenied)
	refused(t, set(env.Admin, rule("number", "hidden")), policies.ErrNoField)
	refused(t, set(env.Admin, rule("mobile", "shown"), rule("mobile", "hidden")), policies.ErrFieldTwice)
	refused(t, set(env.Admin, rule("cost", "masked")), policies.ErrFieldLevel)
	refused(t, set(env.Admin, rule("margin", "editable")), policies.ErrFieldLevel)
	refused(t, env.Policies.SetFields(ctx, env.Admin, "nobody", nil), policies.ErrNoRole)
	refused(t, set(env.OtherTenant(t).Admin, rule("cost", "masked")), policies.ErrFieldLevel)

	p, err := env.Policies.Preview(ctx, env.Admin, "cashier", policies.PreviewInput{Fields: []policies.FieldRule{rule("mobile", "hidden"), rule("margin", "shown")}})
	must(t, err)
	if len(p.Items) != 1 || !slices.Equal(p.Items[0].Fields, []policies.FieldChanged{{Kind: "secret", Field: "mobile", Was: "masked", Now: "hidden"}, {Kind: "secret", Field: "margin", Was: "hidden", Now: "shown"}}) {
		t.Errorf("preview: %+v", p.Items)
	}
	must(t, set(env.Admin, rule("mobile", "shown"), rule("cost", "editable")))
	cashier := env.SignIn(t, "cashier").Set
	if cashier.Field("secret", "mobile", access.Masked) != access.Shown || !cashier.Locked("secret", "mobile") || cashier.Locked("secret", "cost") || cashier.Locked("secret", "margin") {
		t.Errorf("compiled: %+v", cashier.Fields)
	}
	if env.SignIn(t, "sales").Set.Locked("secret", "mobile") {
		t.Error("a rule of another role locks")
	}
	events, err := env.Policies.RoleHistory(ctx, env.Admin, "cashier")
	must(t, err)
	if len(events) != 1 || events[0].Action != "set_fields" || len(events[0].Fields) != 2 || events[0].Fields[0] != (policies.FieldChanged{Kind: "secret", Field: "cost", Was: "", Now: "editable"}) {
		t.Errorf("history: %+v", events)
	}
	t.Run("OverTheAPI", func(t *testing.T) {
		app := env.API(t)
		admin, _ := env.Session(t, "admin")
		status, answer := call(t, app, http.MethodGet, "/access/fields", admin, nil)
		items := answer["items"].([]any) //nolint:errcheck // a wrong type fails the test
		if status != 200 || len(items) != 3 {
			t.Errorf("%d %v", status, answer)
		}
		if mobile := items[0].(map[string]any); mobile["masked"] != "138****8000" || mobile["default"] != "masked" { //nolint:errcheck // a wrong type fails the test
			t.Errorf("%v", mobile)
		}
		for what, c := range map[string]struct {
			method, path string
			body         any
			want         int
		}{
			"set":          {http.MethodPut, "/roles/cashier/fields", map[string]any{"fields": []any{map[string]any{"kind": "secret", "field": "mobile", "visibility": "hidden"}}}, 204},
			"wrong word":   {http.MethodPut, "/roles/cashier/fields", map[string]any{"fields": []any{map[string]any{"kind": "secret", "field": "mobile", "visibility": "open"}}}, 422},
			"unknown":      {http.MethodPut, "/roles/cashier/fields", map[string]any{"fields": []any{}, "x": 1}, 422},
			"no such role": {http.MethodPut, "/roles/nobody/fields", map[string]any{"fields": []any{}}, 404},
			"preview":      {http.MethodPost, "/roles/cashier/preview", map[string]any{"grants": []any{}}, 200},
			"edit shipped": {http.MethodPatch, "/roles/cashier", map[string]any{"givenBy": "group"}, 409},
			"wrong giver":  {http.MethodPatch, "/roles/cashier", map[string]any{"givenBy": "nobody"}, 422},
			"history":      {http.MethodGet, "/roles/cashier/history", nil, 200},
		} {
			if status, answer := call(t, app, c.method, c.path, admin, c.body); status != c.want {
				t.Errorf("%s: %d %v", what, status, answer)
			}
		}
	})
}

func TestUserGroups(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	ctx := t.Context()
	group, err := env.Org.AddGroup(ctx, env.Admin, "值班客服")
	must(t, err)
	second, err := env.Org.AddGroup(ctx, env.Admin, "夜班")
	must(t, err)
	foreign := env.OtherTenant(t).Admin
	refused(t, env.Org.RenameGroup(ctx, env.Admin, second, "值班客服"), tenants.ErrGroupName)
	must(t, env.Org.RenameGroup(ctx, env.Admin, second, "晚班"))
	must(t, env.Org.GiveGroup(ctx, env.Admin, group, "group_administrator"))
	must(t, env.Org.AddMember(ctx, env.Admin, group, env.Leader.User))
	refused(t, env.Org.DeleteGroup(ctx, env.Admin, group), tenants.ErrGroupUsed)
	for _, err := range []error{env.Org.RenameGroup(ctx, foreign, group, "x"), env.Org.DeleteGroup(ctx, foreign, group), env.Org.TakeGroup(ctx, foreign, group, "group_administrator"), env.Org.RemoveMember(ctx, foreign, group, env.Leader.User)} {
		refused(t, err, tenants.ErrNoGroup)
	}
	for _, err := range []error{env.Org.RenameGroup(ctx, env.CompanyAdmin, group, "x"), env.Org.DeleteGroup(ctx, env.CompanyAdmin, group), env.Org.TakeGroup(ctx, env.CompanyAdmin, group, "group_administrator")} {
		refused(t, err, rest.ErrDenied)
	}
	refused(t, env.Org.TakeGroup(ctx, env.Admin, group, "cashier"), tenants.ErrNoRole)
	t.Run("TheLastAdministratorStays", func(t *testing.T) {
		leader := env.SignIn(t, "leader") // an administrator through the group
		must(t, env.Org.EditPosting(ctx, leader, env.Admin.Posting.ID, tenants.PostingEdit{Roles: []string{"auditor"}}))
		refused(t, env.Org.RemoveMember(ctx, leader, group, leader.User), tenants.ErrLastAdministrator)
		refused(t, env.Org.TakeGroup(ctx, leader, group, "group_administrator"), tenants.ErrLastAdministrator)
		must(t, env.Org.EditPosting(ctx, leader, env.Admin.Posting.ID, tenants.PostingEdit{Roles: []string{"group_administrator"}}))
	})
	must(t, env.Org.RemoveMember(ctx, env.Admin, group, env.Leader.User))
	must(t, env.Org.TakeGroup(ctx, env.Admin, group, "group_administrator"))
	must(t, env.Org.DeleteGroup(ctx, env.Admin, group))
	refused(t, env.Org.DeleteGroup(ctx, env.Admin, group), tenants.ErrNoGroup)
	if env.SignIn(t, "leader").Set.Has("role:manage") {
		t.Error("the group's role acts on")
	}
}

func TestExplainSaysWhatStandsInTheWay(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	ctx := t.Context()
	ask := func(user uuid.UUID, p access.Permission) *policies.Explanation {
		e, err := env.Policies.Explain(ctx, env.Admin, user, p, "", uuid.Nil)
		must(t, err)
		return e
	}
	if e := ask(env.Manager.User, "contract:approve"); e.Text.Zh != "李伟可以「销售合同 · 审批」" || e.Reasons[0].Text.Zh != "任职「销售部 销售经理」的角色「销售经理」给予本公司（恒通丰田）范围" {
		t.Errorf("%+v", e)
	}
	e := ask(env.Cashier.User, "contract:approve")
	if e.Allowed || e.Text.Zh != "孙丽不可以「销售合同 · 审批」：没有任何角色给予这个权限" || len(e.Givers) != 2 {
		t.Errorf("%+v", e)
	}
	must(t, env.Org.DisableUser(ctx, env.Admin, env.Manager.User))
	if e := ask(env.Manager.User, "contract:approve"); e.Allowed || len(e.Reasons) != 1 || e.Text.En != "李伟 may not “Contracts · Approve”: the account is disabled or over" {
		t.Errorf("%+v", e)
	}
	must(t, env.Org.EndPosting(ctx, env.Admin, env.Clerk.Posting.ID))
	if e := ask(env.Clerk.User, "invoice:issue"); e.Allowed || e.Text.Zh != "吴芳不可以「开票 · 开具」：目前没有任职" {
		t.Errorf("%+v", e)
	}
}
