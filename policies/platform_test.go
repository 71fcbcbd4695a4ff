package policies_test

import (
	"net/http"
	"testing"

	"forecourt/kernel/fault"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func TestOperators(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	must(t, env.Platform.CreateOperator(t.Context(), "operator", "平台运营", policiestest.Password))
	must(t, env.Platform.CreateOperator(t.Context(), "operator", "平台运营", policiestest.Password))
	status, answer := call(t, app, http.MethodPost, "/platform/session", "", map[string]any{"login": "operator", "password": policiestest.Password, "mode": "bearer"})
	token, _ := answer["token"].(string)
	if status != 200 || token == "" {
		t.Fatalf("operator: %d %v", status, answer)
	}
	body := map[string]any{"code": "wanda", "name": "万达集团", "startDate": "2026-12-01", "administrator": map[string]any{"login": "boss", "name": "老板", "password": "Kaifa-2026"}}
	status, answer = call(t, app, http.MethodPost, "/platform/tenants", token, body)
	if status != 201 {
		t.Fatalf("open tenant: %d %v", status, answer)
	}
	id, _ := answer["id"].(string)
	status, answer = call(t, app, http.MethodPost, "/platform/tenants", token, body)
	if errors, _ := answer["errors"].([]any); status != 409 || len(errors) != 1 || errors[0].(map[string]any)["field"] != "code" { //nolint:errcheck // a wrong type fails the test
		t.Errorf("same code: %d %v", status, answer)
	}
	in := map[string]any{"tenant": "wanda", "login": "boss", "password": "Kaifa-2026", "mode": "bearer"}
	status, answer = call(t, app, http.MethodPost, "/session", "", in)
	boss, _ := answer["token"].(string)
	if status != 200 {
		t.Fatalf("first administrator: %d %v", status, answer)
	}
	if status, answer := call(t, app, http.MethodPost, "/user-groups", boss, map[string]any{"name": "值班"}); status != 403 || answer["code"] != "password.change_needed" {
		t.Errorf("with the password that the operator knows: %d %v", status, answer)
	}
	if status, answer := call(t, app, http.MethodPut, "/session/password", boss, map[string]any{"current": "Kaifa-2026", "password": "Neues-2027"}); status != 204 {
		t.Fatalf("first administrator's own password: %d %v", status, answer)
	}
	in["password"] = "Neues-2027"
	t.Run("ARealTenantHasNoDemoClock", func(t *testing.T) {
		if status, answer := call(t, app, http.MethodPost, "/demo/clock", boss, map[string]any{"days": 1}); status != 403 {
			t.Errorf("%d %v", status, answer)
		}
	})
	t.Run("DoorsAreApart", func(t *testing.T) {
		for path, who := range map[string]string{"/session": token, "/roles": token, "/user-groups": token, "/platform/tenants": boss, "/platform/session": boss} {
			if status, answer := call(t, app, http.MethodGet, path, who, nil); status != 401 {
				t.Errorf("%s: %d %v", path, status, answer)
			}
		}
	})
	t.Run("Suspended", func(t *testing.T) {
		if status, answer := call(t, app, http.MethodPost, "/platform/tenants/"+id+"/suspend", token, nil); status != 204 {
			t.Fatalf("suspend: %d %v", status, answer)
		}
		if status, me := call(t, app, http.MethodGet, "/session", boss, nil); status != 200 {
			t.Errorf("reading: %d %v", status, me)
		}
		if status, answer := call(t, app, http.MethodPost, "/user-groups", boss, map[string]any{"name": "值班"}); status != 403 || answer["code"] != "tenant.suspended" {
			t.Errorf("writing: %d %v", status, answer)
		}
		if status, answer := call(t, app, http.MethodPost, "/session", "", in); status != 200 {
			t.Errorf("signing in to read: %d %v", status, answer)
		}
		in["password"] = "wrong-password"
		for range 5 {
			_, _ = call(t, app, http.MethodPost, "/session", "", in)
		}
		if status, answer := call(t, app, http.MethodPost, "/session", "", in); status != 429 {
			t.Errorf("guessing in a suspended tenant: %d %v", status, answer)
		}
		if status, _ := call(t, app, http.MethodPost, "/platform/tenants/"+id+"/resume", token, nil); status != 204 {
			t.Fatalf("resume: %d", status)
		}
		if status, answer := call(t, app, http.MethodPost, "/user-groups", boss, map[string]any{"name": "值班"}); status != 201 {
			t.Errorf("writing again: %d %v", status, answer)
		}
	})
	if status, answer = call(t, app, http.MethodGet, "/platform/tenants", token, nil); status != 200 || len(answer["items"].([]any)) != 2 { //nolint:errcheck // a wrong type fails the test
		t.Errorf("tenants: %d %v", status, answer)
	}
	if status, _ = call(t, app, http.MethodDelete, "/platform/session", token, nil); status != 204 {
		t.Errorf("sign out: %d", status)
	}
	if status, _ = call(t, app, http.MethodGet, "/platform/session", token, nil); status != 401 {
		t.Errorf("after signing out: %d", status)
	}
	t.Run("Lock", func(t *testing.T) {
		for range 5 {
			_, _, err := env.Platform.SignIn(t.Context(), "operator", "wrong-password")
			refused(t, err, tenants.ErrOperator)
		}
		_, _, err := env.Platform.SignIn(t.Context(), "operator", policiestest.Password)
		refused(t, err, tenants.ErrLocked)
		_, _, err = env.Platform.SignIn(t.Context(), "nobody", policiestest.Password)
		refused(t, err, tenants.ErrOperator)
	})
}

func TestOpenTenantIsOneTransaction(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	in := tenants.OpenInput{Code: "new-group", Name: "新", StartDate: "2026-01-01", Administrator: tenants.UserInput{Login: "boss", Name: "老板", Password: "12345678"}}
	_, err := env.Platform.Open(t.Context(), in)
	refused(t, err, tenants.ErrPassword)
	var f *fault.Fault
	if !as(err, &f) || f.Field != "administrator.password" {
		t.Errorf("the fault names %q", f.Field)
	}
	in.Administrator.Password = "Kaifa-2026"
	for _, code := range []string{"", "ab", "1group", "Group", "gruppe_1", "g" + string(make([]byte, 31))} {
		in.Code = code
		_, err := env.Platform.Open(t.Context(), in)
		refused(t, err, tenants.ErrTenantForm)
	}
	in.Code = "new-group"
	_, err = env.Platform.Open(t.Context(), in)
	must(t, err)
	_, err = env.Platform.Open(t.Context(), in)
	refused(t, err, tenants.ErrTenantCode)
}
