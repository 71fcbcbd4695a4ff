package policies_test

import (
	"fmt"
	"net/http"
	"testing"

	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func TestMustChangePassword(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	admin, _ := env.Session(t, "admin")
	create := func(login string, more map[string]any) string {
		t.Helper()
		body := map[string]any{"login": login, "name": "新人", "password": "Kaifa-2026"}
		for k, v := range more {
			body[k] = v
		}
		status, answer := call(t, app, http.MethodPost, "/users", admin, body)
		if status != 201 {
			t.Fatalf("create: %d %v", status, answer)
		}
		id, _ := answer["id"].(string)
		if status, answer := call(t, app, http.MethodPost, "/users/"+id+"/postings", admin, map[string]any{"unitId": env.Office, "title": "顾问", "roles": []string{"company_administrator"}}); status != 201 {
			t.Fatalf("place: %d %v", status, answer)
		}
		_, answer = call(t, app, http.MethodPost, "/session", "", credentials(env, login, "Kaifa-2026", "bearer"))
		token, _ := answer["token"].(string)
		return token
	}
	token := create("newhire", nil)
	me := func() any {
		status, me := call(t, app, http.MethodGet, "/session", token, nil)
		if status != 200 {
			t.Fatalf("me: %d %v", status, me)
		}
		return me["mustChangePassword"]
	}
	if me() != true {
		t.Error("a new user need not change the password")
	}
	for path, method := range map[string]string{"/roles": http.MethodGet, "/user-groups": http.MethodGet, "/users": http.MethodPost, "/access/explain?permission=user:read": http.MethodGet, "/users/" + env.Sales.User.String() + "/postings": http.MethodGet} {
		if status, answer := call(t, app, method, path, token, map[string]any{}); status != 403 || answer["code"] != "password.change_needed" {
			t.Errorf("%s %s: %d %v", method, path, status, answer)
		}
	}
	if status, answer := call(t, app, http.MethodPut, "/session/password", token, map[string]any{"current": "Kaifa-2026", "password": "Neues-2027"}); status != 204 {
		t.Fatalf("own password: %d %v", status, answer)
	}
	if me() != false {
		t.Error("after one's own password")
	}
	if status, answer := call(t, app, http.MethodGet, "/roles", token, nil); status != 200 {
		t.Errorf("after one's own password: %d %v", status, answer)
	}
	token = create("robot-01", map[string]any{"mustChange": false})
	if me() != false {
		t.Error("asked not to, and must change")
	}
	if status, _ := call(t, app, http.MethodDelete, "/session", create("leaving", nil), nil); status != 204 {
		t.Errorf("sign out: %d", status)
	}
}

func TestPasswordsAreNotUsedAgain(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	me := env.Sales
	set := func(current, password string) error {
		return env.Org.SetPassword(t.Context(), me, tenants.PasswordInput{User: me.User, Current: current, Password: password})
	}
	refused(t, set("wrong-password", "Neues-2027"), tenants.ErrCurrent)
	for _, weak := range []string{"short", "woaini1314", "QWER1234", "admin123"} {
		refused(t, set(policiestest.Password, weak), tenants.ErrPassword)
	}
	refused(t, set(policiestest.Password, policiestest.Password), tenants.ErrPasswordUsed)
	current := policiestest.Password
	for i := range 4 {
		next := fmt.Sprintf("Neues-20%d", 30+i)
		must(t, set(current, next))
		current = next
		refused(t, set(current, policiestest.Password), tenants.ErrPasswordUsed)
	}
	must(t, set(current, "Neues-2034"))
	must(t, set("Neues-2034", policiestest.Password)) // the sixth before
	refused(t, env.Org.SetPassword(t.Context(), env.CompanyAdmin, tenants.PasswordInput{User: env.Admin.User, Password: policiestest.Password}), tenants.ErrBeyond)
}
