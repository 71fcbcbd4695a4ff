package policies_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"forecourt/kernel/clock"
	"forecourt/policies"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func inDays(env *policiestest.Env, n int) string {
	return string(clock.DayOf(env.Tenant.Now(), env.Tenant.Zone).Add(n))
}

// makeToken makes an API token of whoever has session, with more of what is asked for.
func makeToken(t testing.TB, app *fiber.App, env *policiestest.Env, session string, more map[string]any) (token, id string) {
	t.Helper()
	body := map[string]any{"name": "ERP", "expiresOn": inDays(env, 30)}
	for k, v := range more {
		body[k] = v
	}
	status, answer := call(t, app, http.MethodPost, "/session/tokens", session, body)
	token, _ = answer["token"].(string)
	id, _ = answer["id"].(string)
	if status != 201 || !strings.HasPrefix(token, "fct_") || id == "" {
		t.Fatalf("%d %v", status, answer)
	}
	return token, id
}

func statusOf(t testing.TB, app *fiber.App, method, path, token string, body any) int {
	t.Helper()
	status, _ := call(t, app, method, path, token, body)
	return status
}

func TestTokenMayLessThanItsMaker(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	admin, _ := env.Session(t, "admin")
	reads, _ := makeToken(t, app, env, admin, map[string]any{"readOnly": true})
	some, someID := makeToken(t, app, env, admin, map[string]any{"name": "同步", "permissions": []string{"user_group:manage", "org_unit:read"}})
	_, me := call(t, app, http.MethodGet, "/session", reads, nil)
	grants, _ := me["grants"].(map[string]any)
	if grants["user:read"] != "group" || grants["user:manage"] != nil || grants["user:export"] != nil {
		t.Errorf("read only: %v", grants)
	}
	_, me = call(t, app, http.MethodGet, "/session", some, nil)
	if grants, _ = me["grants"].(map[string]any); len(grants) != 2 || grants["user_group:manage"] != "group" {
		t.Errorf("two permissions: %v", grants)
	}
	name := func(token, name string) int {
		return statusOf(t, app, http.MethodPost, "/user-groups", token, map[string]any{"name": name})
	}
	if got := name(some, "甲"); got != 201 {
		t.Errorf("what it was given: %d", got)
	}
	if got := name(reads, "乙"); got != 403 {
		t.Errorf("a change by a token that reads: %d", got)
	}
	if got := statusOf(t, app, http.MethodGet, "/roles", some, nil); got != 403 {
		t.Errorf("what it was not given: %d", got)
	}
	t.Run("TheHistoryNamesIt", func(t *testing.T) {
		must(t, env.DB.Read(t.Context(), env.Admin, func(tx tenants.Tx) error {
			var by string
			err := tx.QueryRowContext(t.Context(), "SELECT session_id FROM history WHERE tenant_id = ? AND kind = 'user_group' AND action = 'create'", tx.Tenant).Scan(&by)
			if by != someID {
				t.Errorf("%s, want %s", by, someID)
			}
			return err
		}))
	})
	t.Run("WhatItsMakerLosesItLoses", func(t *testing.T) {
		env.Hire(t, "second", "副手", env.Root, "副管理员", "group_administrator")
		second, _ := env.Session(t, "second")
		theirs, _ := makeToken(t, app, env, second, map[string]any{"permissions": []string{"user_group:manage", "role:read"}})
		must(t, env.Policies.SetGrants(t.Context(), env.Admin, "group_administrator", grantsBut("group_administrator", "role:read")))
		if got := statusOf(t, app, http.MethodGet, "/roles", theirs, nil); got != 403 {
			t.Errorf("%d", got)
		}
		if got := name(theirs, "丙"); got != 201 {
			t.Errorf("what is left: %d", got)
		}
	})
	t.Run("WhatNoTokenMay", func(t *testing.T) {
		all, _ := makeToken(t, app, env, admin, map[string]any{"permissions": []string{"user:manage", "token:manage", "identity:manage"}})
		for path, method := range map[string]string{
			"/session/tokens": http.MethodPost, "/tokens": http.MethodGet, "/tokens/" + someID + "/revoke": http.MethodPost, "/session/password": http.MethodPut,
			"/users": http.MethodPost, "/users/" + env.Sales.User.String() + "/password": http.MethodPost, "/users/" + env.Sales.User.String() + "/two-step/reset": http.MethodPost,
			"/session/two-step": http.MethodPost, "/session/posting": http.MethodPut, "/session": http.MethodDelete, "/sign-in/settings": http.MethodPut,
			"/users/import": http.MethodPost, "/session/list/" + env.Admin.Session.String(): http.MethodDelete, "/session/tokens/" + someID: http.MethodDelete,
		} {
			if status, answer := call(t, app, method, path, all, map[string]any{}); status != 403 || answer["code"] != "api_token.personal" {
				t.Errorf("%s %s: %d %v", method, path, status, answer)
			}
		}
	})
	t.Run("NoCookieCarriesIt", func(t *testing.T) {
		r := request(t, http.MethodGet, "/session", "", nil)
		r.AddCookie(&http.Cookie{Name: "fc_session", Value: some})
		if status, _ := send(t, app, r); status != 401 {
			t.Errorf("%d", status)
		}
	})
}

// grantsBut is the grants of a role but one.
func grantsBut(role, permission string) []policies.Grant {
	var out []policies.Grant
	for _, r := range policies.Roles {
		for _, g := range r.Grants {
			p, scope, _ := strings.Cut(g, " ")
			if r.Code == role && p != permission {
				out = append(out, policies.Grant{Permission: p, Scope: scope})
			}
		}
	}
	return out
}

func TestTokenInput(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	sales, _ := env.Session(t, "sales")
	for name, c := range map[string]struct {
		more  map[string]any
		field string
	}{
		"more than its maker holds": {map[string]any{"permissions": []string{"user:manage"}}, "permissions"},
		"nothing":                   {map[string]any{}, "permissions"},
		"both":                      {map[string]any{"readOnly": true, "permissions": []string{"customer:read"}}, "permissions"},
		"today":                     {map[string]any{"readOnly": true, "expiresOn": inDays(env, 0)}, "expiresOn"},
		"more than a year":          {map[string]any{"readOnly": true, "expiresOn": inDays(env, 366)}, "expiresOn"},
		"no address":                {map[string]any{"readOnly": true, "networks": []string{"192.0.2.1", "office"}}, "networks[1]"},
	} {
		body := map[string]any{"name": "ERP", "expiresOn": inDays(env, 365)}
		for k, v := range c.more {
			body[k] = v
		}
		status, answer := call(t, app, http.MethodPost, "/session/tokens", sales, body)
		errs, _ := answer["errors"].([]any)
		if status != 422 || len(errs) != 1 || errs[0].(map[string]any)["field"] != c.field { //nolint:errcheck // a wrong type fails the test
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	for range 50 {
		makeToken(t, app, env, sales, map[string]any{"readOnly": true})
	}
	if got := statusOf(t, app, http.MethodPost, "/session/tokens", sales, map[string]any{"name": "ERP", "readOnly": true, "expiresOn": inDays(env, 30)}); got != 409 {
		t.Errorf("the fifty-first: %d", got)
	}
}

func TestTokenFromItsNetworks(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t) // whose callers come from 0.0.0.0
	sales, _ := env.Session(t, "sales")
	here, id := makeToken(t, app, env, sales, map[string]any{"readOnly": true, "networks": []string{"192.0.2.0/24", "0.0.0.0"}})
	there, _ := makeToken(t, app, env, sales, map[string]any{"readOnly": true, "networks": []string{"192.0.2.0/24"}})
	if got := statusOf(t, app, http.MethodGet, "/session", here, nil); got != 200 {
		t.Errorf("%d", got)
	}
	for range 2 { // the second time it is known
		if status, answer := call(t, app, http.MethodGet, "/session", there, nil); status != 403 || answer["code"] != "api_token.address" {
			t.Errorf("%d %v", status, answer)
		}
	}
	must(t, env.Sessions.WriteSeen(t.Context()))
	_, answer := call(t, app, http.MethodGet, "/session/tokens", sales, nil)
	for _, i := range answer["items"].([]any) { //nolint:errcheck // a wrong answer may panic here
		x := i.(map[string]any) //nolint:errcheck // see above
		if used := x["usedAt"] != nil && x["usedFrom"] == "0.0.0.0"; used != (x["id"] == id) || x["status"] != "live" {
			t.Errorf("%v", x)
		}
	}
}

func TestTokenEnds(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	replica := *env
	replica.Services(t)
	elsewhere := replica.API(t)
	owner, err := pgx.Connect(t.Context(), env.OwnerURL)
	must(t, err)
	defer func() { must(t, owner.Close(t.Context())) }()
	admin, _ := env.Session(t, "admin")
	of := func(login string) (token, id string) {
		session, _ := env.Session(t, login)
		token, id = makeToken(t, app, env, session, map[string]any{"readOnly": true})
		for _, a := range []*fiber.App{app, elsewhere} {
			if got := statusOf(t, a, http.MethodGet, "/session", token, nil); got != 200 {
				t.Fatalf("%s: %d", login, got)
			}
		}
		return token, id
	}
	gone := func(what, token string, on ...*fiber.App) {
		t.Helper()
		for _, a := range on {
			if got := statusOf(t, a, http.MethodGet, "/session", token, nil); got != 401 {
				t.Errorf("%s: %d", what, got)
			}
		}
	}
	t.Run("RevokedOnEveryReplica", func(t *testing.T) {
		token, id := of("sales")
		session, _ := env.Session(t, "sales")
		other, _ := env.Session(t, "sales2")
		if got := statusOf(t, app, http.MethodDelete, "/session/tokens/"+id, other, nil); got != 404 {
			t.Errorf("by a colleague: %d", got)
		}
		if got := statusOf(t, app, http.MethodDelete, "/session/tokens/"+id, session, nil); got != 204 {
			t.Errorf("%d", got)
		}
		gone("revoked", token, app)
		heal(t, &replica, func() bool { return statusOf(t, elsewhere, http.MethodGet, "/session", token, nil) == 401 })
		if got := statusOf(t, app, http.MethodDelete, "/session/tokens/"+id, session, nil); got != 404 {
			t.Errorf("twice: %d", got)
		}
	})
	t.Run("ByAnAdministrator", func(t *testing.T) {
		token, id := of("sales")
		theirs, _ := env.OtherTenant(t).Session(t, "admin")
		company, _ := env.Session(t, "companyadmin")
		for by, want := range map[string]int{theirs: 404, company: 403, admin: 204} {
			if got := statusOf(t, app, http.MethodPost, "/tokens/"+id+"/revoke", by, nil); got != want {
				t.Errorf("%d, want %d", got, want)
			}
		}
		gone("revoked", token, app)
		_, answer := call(t, app, http.MethodGet, "/tokens", admin, nil)
		found := false
		for _, i := range answer["items"].([]any) { //nolint:errcheck // a wrong answer may panic here
			x := i.(map[string]any) //nolint:errcheck // see above
			found = found || x["id"] == id && x["status"] == "revoked" && x["userName"] == "王敏" && x["title"] == "销售顾问"
		}
		if !found {
			t.Errorf("%v", answer)
		}
		if got := statusOf(t, app, http.MethodGet, "/tokens", company, nil); got != 403 {
			t.Errorf("without token:manage: %d", got)
		}
	})
	t.Run("WithItsDay", func(t *testing.T) {
		token, _ := of("manager")
		_, err := owner.Exec(t.Context(), "UPDATE api_tokens SET expires_at = now() WHERE user_id = $1", env.Manager.User)
		must(t, err)
		env.Sessions.Stale(env.Tenant.ID)
		gone("expired", token, app)
	})
	t.Run("WithItsMaker", func(t *testing.T) {
		token, _ := of("cashier")
		must(t, env.Org.DisableUser(t.Context(), env.Admin, env.Cashier.User))
		gone("disabled", token, app)
		must(t, env.Org.EnableUser(t.Context(), env.Admin, env.Cashier.User))
		gone("enabled again", token, app)
		token, _ = of("clerk")
		_, err := owner.Exec(t.Context(), "UPDATE users SET valid_to = '2026-01-02' WHERE login = 'clerk'")
		must(t, err)
		env.Sessions.Stale(env.Tenant.ID)
		gone("after its maker's last day", token, app)
	})
	t.Run("WithItsPosting", func(t *testing.T) {
		token, _ := of("care")
		_, err := env.Org.AddPosting(t.Context(), env.Admin, tenants.PostingInput{User: env.Care.User, Unit: env.Office, Title: "出纳", Roles: []string{"cashier"}})
		must(t, err)
		must(t, env.Org.EndPosting(t.Context(), env.Admin, env.Care.Posting.ID))
		gone("in another posting", token, app)
	})
	t.Run("NotWithWhatAPersonMustDo", func(t *testing.T) {
		token, _ := of("sales2")
		must(t, env.Org.SetPassword(t.Context(), env.Admin, tenants.PasswordInput{User: env.Sales2.User, Password: "Neues-2027"}))
		_, err := env.Sessions.EditSignInSettings(t.Context(), env.Admin, 1, tenants.SignInSettings{TwoStep: "all", PasswordFor: "all"})
		must(t, err)
		if got := statusOf(t, app, http.MethodGet, "/access/grants", token, nil); got != 200 {
			t.Errorf("%d", got)
		}
	})
}

// heal runs a replica that hears no announcement until it has found out by itself: it does, or the test does not end.
func heal(t *testing.T, replica *policiestest.Env, knows func() bool) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- replica.Sessions.Run(ctx) }()
	for !knows() {
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	refused(t, <-done, context.Canceled)
}
