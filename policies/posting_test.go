package policies_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func patch(t testing.TB, app *fiber.App, path, token string, version int, body any) (status int, answer map[string]any) {
	t.Helper()
	b, err := json.Marshal(body)
	must(t, err)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPatch, "/api/v1"+path, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("If-Match", strconv.Quote(strconv.Itoa(version)))
	return send(t, app, r)
}

func TestPostings(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	ctx := t.Context()
	today := clock.DayOf(env.Tenant.Now(), clock.China)
	place := func(a tenants.Actor, in tenants.PostingInput) (uuid.UUID, error) {
		in.User, in.Title, in.Roles = env.Sales.User, "兼职", []string{"cashier"}
		return env.Org.AddPosting(ctx, a, in)
	}
	_, err := place(env.Admin, tenants.PostingInput{Unit: env.Office, ValidFrom: today, ValidTo: today.Add(-1)})
	refused(t, err, tenants.ErrDays)
	next, err := place(env.CompanyAdmin, tenants.PostingInput{Unit: env.Office, ValidFrom: today.Add(1)})
	must(t, err)
	if len(env.SignIn(t, "sales").Posting.Roles) != 1 {
		t.Error("a posting that has not begun gives rights")
	}
	edit := func(a tenants.Actor, posting uuid.UUID, in tenants.PostingEdit) error {
		return env.Org.EditPosting(ctx, a, posting, in)
	}
	refused(t, edit(env.Admin, next, tenants.PostingEdit{ValidTo: tenants.DayChange{Set: true, Day: today}}), tenants.ErrDays)
	refused(t, edit(env.Admin, next, tenants.PostingEdit{Roles: []string{"nobody"}}), tenants.ErrNoRole)
	refused(t, edit(env.CompanyAdmin, next, tenants.PostingEdit{Roles: []string{"cashier", "auditor"}}), tenants.ErrBeyond)
	refused(t, edit(env.CompanyAdmin, env.CompanyAdmin.Posting.ID, tenants.PostingEdit{Roles: []string{"sales_manager"}}), tenants.ErrOwn)
	refused(t, edit(env.CompanyAdmin, env.Leader.Posting.ID, tenants.PostingEdit{Title: ptr("x")}), tenants.ErrBeyond)
	refused(t, edit(env.OtherTenant(t).Admin, next, tenants.PostingEdit{Title: ptr("x")}), tenants.ErrNoSuchPosting)
	must(t, edit(env.CompanyAdmin, env.Sales.Posting.ID, tenants.PostingEdit{Title: ptr("资深顾问"), Roles: []string{"sales_consultant", "invoice_clerk"}}))
	if a := env.SignIn(t, "sales"); !a.Set.Has("invoice:issue") || !a.Set.Has("contract:submit") || a.Posting.Title != "资深顾问" {
		t.Errorf("edited posting: %+v", a.Posting)
	}
	must(t, edit(env.Admin, env.Sales.Posting.ID, tenants.PostingEdit{Roles: []string{"invoice_clerk"}}))
	if a := env.SignIn(t, "sales"); a.Set.Has("contract:submit") {
		t.Error("a role that was taken gives rights")
	}
	held, err := env.Org.HeldPostings(ctx, env.Care, env.Sales.User)
	must(t, err)
	if len(held) != 2 || held[0].ID != next || held[0].Current || held[0].ValidFrom != today.Add(1) || !held[1].Current || held[1].UnitKind != "department" || held[1].CompanyName != "恒通丰田" || len(held[1].Roles) != 1 {
		t.Errorf("held: %+v", held)
	}
	_, err = env.Org.HeldPostings(ctx, env.OtherTenant(t).Admin, env.Sales.User)
	refused(t, err, tenants.ErrNoUser)
	must(t, env.Org.EndPosting(ctx, env.CompanyAdmin, next))
	refused(t, edit(env.Admin, next, tenants.PostingEdit{Title: ptr("x")}), tenants.ErrNoSuchPosting)
}

func TestACompanyGivesItsRoles(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	roles := func(login string) map[string]map[string]any {
		token, _ := env.Session(t, login)
		_, answer := call(t, app, http.MethodGet, "/roles", token, nil)
		out := map[string]map[string]any{}
		items, _ := answer["items"].([]any)
		for _, i := range items {
			r, _ := i.(map[string]any)
			code, _ := r["code"].(string)
			out[code] = r
		}
		return out
	}
	for who, may := range map[string]map[string]bool{
		"admin":        {"group_administrator": true, "auditor": true, "cashier": true},
		"companyadmin": {"group_administrator": false, "group_leader": false, "auditor": false, "company_administrator": true, "sales_manager": true, "cashier": true, "customer_care_agent": true},
		"leader":       {"cashier": false},
	} {
		got := roles(who)
		for role, want := range may {
			if got[role]["mayGive"] != want {
				t.Errorf("%s may give %s: %v, want %v", who, role, got[role]["mayGive"], want)
			}
		}
	}
	for role, want := range map[string]string{"group_leader": "group", "company_administrator": "group", "auditor": "group", "sales_consultant": "company", "warehouse_keeper": "company"} {
		if got := roles("admin")[role]["givenBy"]; got != want {
			t.Errorf("%s is given by %v, want %s", role, got, want)
		}
	}
	t.Run("NotToThemselves", func(t *testing.T) {
		me := env.CompanyAdmin
		_, err := env.Org.AddPosting(t.Context(), me, tenants.PostingInput{User: me.User, Unit: env.Office, Title: "出纳", Roles: []string{"cashier"}})
		refused(t, err, tenants.ErrBeyond)
	})
	t.Run("NotToThoseOfAnotherCompany", func(t *testing.T) {
		stranger := env.Hire(t, "stranger", "外店", env.OtherCompany, "顾问", "sales_consultant")
		_, err := env.Org.AddPosting(t.Context(), env.CompanyAdmin, tenants.PostingInput{User: stranger, Unit: env.Office, Title: "出纳", Roles: []string{"cashier"}})
		refused(t, err, tenants.ErrBeyond)
	})
	t.Run("NotInAnotherCompany", func(t *testing.T) {
		_, err := env.Org.AddPosting(t.Context(), env.CompanyAdmin, tenants.PostingInput{User: env.Sales.User, Unit: env.OtherCompany, Title: "出纳", Roles: []string{"cashier"}})
		refused(t, err, tenants.ErrBeyond)
	})
}
