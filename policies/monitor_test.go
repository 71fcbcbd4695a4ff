package policies_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// logins returns whose sessions an answer holds.
func logins(answer map[string]any) (out []string) {
	items, _ := answer["items"].([]any)
	for _, i := range items {
		x, _ := i.(map[string]any)
		login, _ := x["login"].(string)
		out = append(out, login)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestMonitor(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	other := env.OtherTenant(t)
	env.Hire(t, "neighbor", "赵云", env.OtherCompany, "公司管理员", "company_administrator")
	app := env.API(t)
	tokens, actors := map[string]string{}, map[string]tenants.Actor{}
	for _, login := range []string{"admin", "auditor", "companyadmin", "neighbor", "sales", "leader", "manager"} {
		tokens[login], actors[login] = env.Session(t, login)
	}
	theirs, _ := other.Session(t, "admin")
	end := func(by, id string) int {
		status, _ := call(t, app, http.MethodPost, "/monitor/sessions/"+id+"/end", by, nil)
		return status
	}

	t.Run("ShowsWhoIsThereInTheReadersScope", func(t *testing.T) {
		for login, want := range map[string]struct{ has, lacks []string }{
			"admin":        {[]string{"sales", "leader", "neighbor", "admin"}, nil},
			"auditor":      {[]string{"sales", "leader", "neighbor"}, nil},
			"companyadmin": {[]string{"sales", "manager", "companyadmin"}, []string{"leader", "neighbor", "admin", "auditor"}},
			"neighbor":     {[]string{"neighbor"}, []string{"sales", "companyadmin", "admin"}},
		} {
			status, answer := call(t, app, http.MethodGet, "/monitor/sessions", tokens[login], nil)
			got := logins(answer)
			if status != http.StatusOK || !subset(want.has, got) || slices.ContainsFunc(want.lacks, func(l string) bool { return slices.Contains(got, l) }) {
				t.Errorf("%s: %d %v", login, status, got)
			}
		}
		for _, login := range []string{"sales", "leader", "manager"} {
			if status, _ := call(t, app, http.MethodGet, "/monitor/sessions", tokens[login], nil); status != http.StatusForbidden {
				t.Errorf("%s: %d", login, status)
			}
		}
		_, answer := call(t, app, http.MethodGet, "/monitor/sessions", theirs, nil)
		for _, i := range answer["items"].([]any) { //nolint:errcheck // a wrong answer may panic here
			if x := i.(map[string]any); x["id"] == actors["sales"].Session.String() { //nolint:errcheck // see above
				t.Error("another tenant sees a session")
			}
		}
	})
	t.Run("ShowsWhatRunsNow", func(t *testing.T) {
		call(t, app, http.MethodGet, "/org-tree", tokens["sales"], nil)
		call(t, app, http.MethodGet, "/monitor/sessions", tokens["sales"], nil)
		call(t, app, http.MethodGet, "/session", tokens["sales"], nil) // the page asks by itself
		must(t, env.Sessions.WriteSeen(t.Context()))
		seen := find(t, env, actors["sales"])
		if seen.Operation != "list-sessions" || seen.OperationAt == nil || seen.SeenAt.Before(*seen.OperationAt) || seen.Name != "王敏" || seen.UnitName != "销售部" || seen.Title != "销售顾问" || seen.Address != "127.0.0.1" || seen.Agent != "test" {
			t.Errorf("%+v", seen)
		}
		idle := find(t, env, actors["manager"])
		must(t, env.Sessions.WriteSeen(t.Context()))
		if again := find(t, env, actors["manager"]); again != idle && again.SeenAt != idle.SeenAt {
			t.Errorf("who did nothing was seen: %+v", again)
		}
	})
	t.Run("AnotherReplicasLaterSightStays", func(t *testing.T) {
		later := *env
		later.Services(t) // another process
		call(t, app, http.MethodGet, "/monitor/sessions", tokens["auditor"], nil)
		call(t, later.API(t), http.MethodGet, "/session/list", tokens["auditor"], nil)
		must(t, later.Sessions.WriteSeen(t.Context()))
		must(t, env.Sessions.WriteSeen(t.Context()))
		if seen := find(t, env, actors["auditor"]); seen.Operation != "list-own-sessions" {
			t.Errorf("%+v", seen)
		}
	})
	t.Run("EndsWhatTheScopeCovers", func(t *testing.T) {
		id := actors["sales"].Session.String()
		for by, want := range map[string]int{tokens["auditor"]: 403, tokens["manager"]: 403, tokens["neighbor"]: 404, theirs: 404, "": 401} {
			if got := end(by, id); got != want {
				t.Errorf("%d, want %d", got, want)
			}
		}
		if got := end(tokens["companyadmin"], actors["admin"].Session.String()); got != 404 {
			t.Errorf("a company's administrator ends a group's session: %d", got)
		}
		if got := end(tokens["companyadmin"], "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"); got != 422 {
			t.Errorf("no id: %d", got)
		}
		if status, _ := call(t, app, http.MethodGet, "/session", tokens["sales"], nil); status != 200 {
			t.Fatalf("ended by somebody who may not: %d", status)
		}
		if got := end(tokens["companyadmin"], id); got != 204 {
			t.Errorf("%d", got)
		}
		if status, _ := call(t, app, http.MethodGet, "/session", tokens["sales"], nil); status != 401 {
			t.Errorf("the session lives on: %d", status)
		}
		if got := end(tokens["companyadmin"], id); got != 404 {
			t.Errorf("ended twice: %d", got)
		}
	})
}

func TestOwnSessions(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	first, a := env.Session(t, "sales")
	second, b := env.Session(t, "sales")
	colleague, c := env.Session(t, "sales2")

	status, answer := call(t, app, http.MethodGet, "/session/list", first, nil)
	items, _ := answer["items"].([]any)
	current := 0
	for _, i := range items {
		x, _ := i.(map[string]any)
		if x["id"] == c.Session.String() {
			t.Error("a colleague's session is listed")
		}
		if x["current"] == true && x["id"] == a.Session.String() {
			current++
		}
	}
	if status != 200 || len(items) != 3 || current != 1 { // one was opened with the group
		t.Errorf("%d %v", status, answer)
	}
	for id, want := range map[string]int{c.Session.String(): 404, env.Admin.Session.String(): 404, "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz": 422} {
		if status, _ := call(t, app, http.MethodDelete, "/session/list/"+id, first, nil); status != want {
			t.Errorf("end %s: %d, want %d", id, status, want)
		}
	}
	if status, _ := call(t, app, http.MethodDelete, "/session/list/"+b.Session.String(), first, nil); status != 204 {
		t.Errorf("end one's own: %d", status)
	}
	for token, want := range map[string]int{first: 200, second: 401, colleague: 200} {
		if status, _ := call(t, app, http.MethodGet, "/session", token, nil); status != want {
			t.Errorf("%d, want %d", status, want)
		}
	}
}

func subset(of, in []string) bool {
	return !slices.ContainsFunc(of, func(s string) bool { return !slices.Contains(in, s) })
}

// find returns a session as the group's administrator sees it.
func find(t *testing.T, env *policiestest.Env, a tenants.Actor) tenants.Seen {
	t.Helper()
	all, err := env.Sessions.Live(context.WithoutCancel(t.Context()), env.Admin)
	must(t, err)
	for _, x := range all {
		if x.ID == a.Session {
			return x
		}
	}
	t.Fatalf("%s is not there", a.Login)
	return tenants.Seen{}
}
