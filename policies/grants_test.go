package policies_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/policies"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func has(t *testing.T, s *tenants.Sessions, token string, p access.Permission) bool {
	t.Helper()
	a, err := s.Actor(t.Context(), token, "127.0.0.1")
	must(t, err)
	return a.Set.Has(p)
}

func without(t *testing.T, role string, gone string) (grants []policies.Grant) {
	t.Helper()
	for _, r := range policies.Roles {
		for _, g := range r.Grants {
			permission, scope, _ := strings.Cut(g, " ")
			if r.Code == role && permission != gone {
				grants = append(grants, policies.Grant{Permission: permission, Scope: scope})
			}
		}
	}
	return grants
}

func TestRevokedGrant(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	token, _ := env.Session(t, "sales")
	other := *env // another replica, which hears no announcement
	other.Services(t)
	ended := make(chan error, 1)
	go func() { ended <- other.Sessions.Run(t.Context()) }()
	for _, s := range []*tenants.Sessions{env.Sessions, other.Sessions} {
		if !has(t, s, token, "contract:submit") {
			t.Fatal("a consultant submits contracts")
		}
	}
	must(t, env.Policies.SetGrants(t.Context(), env.Admin, "sales_consultant", without(t, "sales_consultant", "contract:submit")))
	began := time.Now()
	if has(t, env.Sessions, token, "contract:submit") {
		t.Error("the grant still acts in this process")
	}
	for has(t, other.Sessions, token, "contract:submit") {
		if time.Since(began) > 2*time.Second { // promised within one; a busy machine gets another
			t.Fatal("the grant still acts in another process")
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Run("SeedDoesNotBringItBack", func(t *testing.T) {
		must(t, env.DB.Do(t.Context(), tenants.Worker(env.Tenant, "test"), func(tx tenants.Tx) error { return policies.Seed(t.Context(), tx) }))
		env.Sessions.Stale(env.Tenant.ID)
		if has(t, env.Sessions, token, "contract:submit") {
			t.Error("Seed gave a revoked grant again")
		}
	})
}

func TestSetGrants(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	set := func(a tenants.Actor, role string, grants ...policies.Grant) error {
		return env.Policies.SetGrants(t.Context(), a, role, grants)
	}
	read := policies.Grant{Permission: "customer:read", Scope: "units:" + env.OtherCompany.String()}
	refused(t, set(env.Manager, "cashier", read), rest.ErrDenied)
	refused(t, set(env.CompanyAdmin, "cashier", read), rest.ErrDenied)
	refused(t, set(env.Admin, "nobody", read), policies.ErrNoRole)
	refused(t, set(env.Admin, "cashier", policies.Grant{Permission: "customer:read", Scope: "everything"}), policies.ErrScope)
	refused(t, set(env.Admin, "cashier", policies.Grant{Permission: "customer", Scope: "self"}), policies.ErrGrantForm)
	for _, left := range []string{"role:manage", "user:manage"} {
		refused(t, set(env.Admin, "group_administrator", policies.Grant{Permission: left, Scope: "group"}), policies.ErrLastAdmin)
	}
	foreign := env.OtherTenant(t)
	refused(t, set(env.Admin, "cashier", policies.Grant{Permission: "customer:read", Scope: "units:" + foreign.Company.String()}), policies.ErrScope)
	must(t, set(env.Admin, "cashier", read))
	if s, _ := env.SignIn(t, "cashier").Set.Scope("customer:read"); !s.Covers(env.OtherCompany, uuid.Nil, uuid.Nil) || s.Covers(env.Company, uuid.Nil, uuid.Nil) {
		t.Errorf("named units give %+v", s)
	}
	if s, _ := foreign.Cashier.Set.Scope("customer:read"); !s.Covers(foreign.Company, uuid.Nil, uuid.Nil) {
		t.Error("a role of another tenant changed")
	}
}

func TestGrantsArePerPosting(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	token, sales := env.Session(t, "sales")
	posting, err := env.Org.AddPosting(t.Context(), env.Admin, tenants.PostingInput{User: sales.User, Unit: env.OtherCompany, Title: "出纳", Roles: []string{"cashier"}})
	must(t, err)
	if has(t, env.Sessions, token, "receipt:confirm") {
		t.Error("a posting one does not act in gives rights")
	}
	must(t, env.Sessions.ActAs(t.Context(), sales, posting))
	a, err := env.Sessions.Actor(t.Context(), token, "127.0.0.1")
	must(t, err)
	if s, ok := a.Set.Scope("receipt:confirm"); !ok || !s.Covers(env.OtherCompany, uuid.Nil, uuid.Nil) || s.Covers(env.Company, uuid.Nil, uuid.Nil) || a.Set.Has("contract:submit") {
		t.Errorf("acting as cashier of the other company: %+v", a.Set.Levels)
	}
	must(t, env.Org.EndPosting(t.Context(), env.Admin, posting))
	if has(t, env.Sessions, token, "receipt:confirm") {
		t.Error("an ended posting gives rights")
	}
}

func TestUserGroupGivesItsRoles(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	ctx := t.Context()
	token, sales := env.Session(t, "sales")
	group, err := env.Org.AddGroup(ctx, env.Admin, "值班客服")
	must(t, err)
	must(t, env.Org.GiveGroup(ctx, env.Admin, group, "customer_care_agent"))
	must(t, env.Org.AddMember(ctx, env.Admin, group, sales.User))
	must(t, env.Org.AddMember(ctx, env.Admin, group, sales.User))
	if !has(t, env.Sessions, token, "callback:work") {
		t.Error("a member lacks the group's role")
	}
	groups, err := env.Org.Groups(ctx, env.Admin)
	must(t, err)
	if len(groups) != 1 || len(groups[0].Members) != 1 || groups[0].Roles[0] != "customer_care_agent" {
		t.Errorf("groups: %+v", groups)
	}
	e, err := env.Policies.Explain(ctx, env.Admin, sales.User, "callback:work", "", uuid.Nil)
	must(t, err)
	if !e.Allowed || len(e.Reasons) != 1 || e.Reasons[0].Group != "值班客服" {
		t.Errorf("explained as %+v", e)
	}
	must(t, env.Org.RemoveMember(ctx, env.Admin, group, sales.User))
	if has(t, env.Sessions, token, "callback:work") {
		t.Error("a former member keeps the group's role")
	}
	_, err = env.Org.AddGroup(ctx, env.Admin, "值班客服")
	refused(t, err, tenants.ErrGroupName)
	_, err = env.Org.AddGroup(ctx, env.CompanyAdmin, "另一组")
	refused(t, err, rest.ErrDenied)
	refused(t, env.Org.AddMember(ctx, env.Admin, group, uuid.New()), record.ErrTarget)
	refused(t, env.Org.AddMember(ctx, env.OtherTenant(t).Admin, group, sales.User), tenants.ErrNoGroup)
}

func TestCompanyAdministrator(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	ctx, me := t.Context(), env.CompanyAdmin
	user, err := env.Org.AddUser(ctx, me, tenants.UserInput{Login: "new.hire", Name: "新人", Password: policiestest.Password})
	must(t, err)
	place := func(unit uuid.UUID, role string) error {
		_, err := env.Org.AddPosting(ctx, me, tenants.PostingInput{User: user, Unit: unit, Title: "助理", Roles: []string{role}})
		return err
	}
	refused(t, place(env.Office, "auditor"), tenants.ErrBeyond)
	refused(t, place(env.Office, "group_administrator"), tenants.ErrBeyond)
	refused(t, place(env.Office, "nobody"), tenants.ErrNoRole)
	refused(t, place(env.OtherCompany, "company_administrator"), tenants.ErrBeyond)
	refused(t, place(env.Root, "company_administrator"), tenants.ErrBeyond)
	must(t, place(env.Office, "company_administrator"))
	_, err = env.Org.AddUnit(ctx, me, tenants.UnitInput{Parent: env.Company, Kind: "department", Code: "HT1B", Name: "市场部"})
	must(t, err)
	_, err = env.Org.AddUnit(ctx, me, tenants.UnitInput{Parent: env.OtherCompany, Kind: "department", Code: "HT2B", Name: "市场部"})
	refused(t, err, tenants.ErrBeyond)
	refused(t, env.Org.DisableUser(ctx, me, env.Leader.User), tenants.ErrBeyond)
	refused(t, env.Org.DisableUser(ctx, me, me.User), tenants.ErrOwn)
	must(t, env.Org.DisableUser(ctx, me, env.Clerk.User))
	t.Run("PasswordIsNoWayToMoreRights", func(t *testing.T) {
		must(t, env.Org.SetPassword(ctx, me, tenants.PasswordInput{User: env.Cashier.User, Password: "Neues-2027"})) // a company gives this role
		inspector := env.Hire(t, "inspector", "纪检", env.Office, "审计员", "auditor")
		refused(t, env.Org.SetPassword(ctx, me, tenants.PasswordInput{User: inspector, Password: "Neues-2027"}), tenants.ErrBeyond)
		both := env.Hire(t, "both", "兼任", env.Office, "出纳", "cashier", "auditor")
		refused(t, env.Org.SetPassword(ctx, me, tenants.PasswordInput{User: both, Password: "Neues-2027"}), tenants.ErrBeyond)
		group, err := env.Org.AddGroup(ctx, env.Admin, "巡查")
		must(t, err)
		must(t, env.Org.GiveGroup(ctx, env.Admin, group, "auditor"))
		must(t, env.Org.AddMember(ctx, env.Admin, group, env.Warehouse.User))
		refused(t, env.Org.SetPassword(ctx, me, tenants.PasswordInput{User: env.Warehouse.User, Password: "Neues-2027"}), tenants.ErrBeyond)
		refused(t, env.Org.SetPassword(ctx, me, tenants.PasswordInput{User: env.Admin.User, Password: "Neues-2027"}), tenants.ErrBeyond)
		must(t, env.Org.SetPassword(ctx, me, tenants.PasswordInput{User: user, Password: "Neues-2027"}))
	})
	t.Run("ConsultantManagesNobody", func(t *testing.T) {
		_, err := env.Org.AddUser(ctx, env.Sales, tenants.UserInput{Login: "friend", Name: "友", Password: policiestest.Password})
		refused(t, err, rest.ErrDenied)
		refused(t, env.Org.DisableUser(ctx, env.Sales, env.Sales2.User), rest.ErrDenied)
	})
}
