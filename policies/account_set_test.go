package policies_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v2"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/job"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// desk is the operators' API with an operator signed in.
func desk(t *testing.T, env *policiestest.Env) (app *fiber.App, ask func(method, path string, body any) (int, map[string]any)) {
	t.Helper()
	app = env.API(t)
	must(t, env.Platform.CreateOperator(t.Context(), "operator", "平台运营", policiestest.Password))
	token, _, err := env.Platform.SignIn(t.Context(), "operator", policiestest.Password)
	must(t, err)
	return app, func(method, path string, body any) (int, map[string]any) {
		t.Helper()
		return call(t, app, method, "/platform"+path, token, body)
	}
}

// fieldsOf are the fields that a problem names.
func fieldsOf(answer map[string]any) (fields []string) {
	list, _ := answer["errors"].([]any)
	for _, e := range list {
		m, _ := e.(map[string]any)
		fields = append(fields, fmt.Sprint(m["field"]))
	}
	return fields
}

func items(answer map[string]any) (out []map[string]any) {
	list, _ := answer["items"].([]any)
	for _, x := range list {
		m, _ := x.(map[string]any)
		out = append(out, m)
	}
	return out
}

func today(env *policiestest.Env) clock.Day {
	return clock.DayOf(env.Tenant.Now(), env.Tenant.Zone)
}

func body(code string, more map[string]any) map[string]any {
	b := map[string]any{"code": code, "name": "万达汽车", "startDate": "2026-11-01", "administrator": map[string]any{"login": "boss", "name": "老板", "password": "Kaifa-2026"}}
	for k, v := range more {
		b[k] = v
	}
	return b
}

func TestOpenFromTemplate(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app, ask := desk(t, env)
	status, answer := ask(http.MethodGet, "/templates", nil)
	if status != 200 || len(items(answer)) != 3 {
		t.Fatalf("templates: %d %v", status, answer)
	}
	t.Run("Every", func(t *testing.T) {
		for i, x := range items(answer) {
			code := fmt.Sprintf("every-%d", i)
			if status, answer := ask(http.MethodPost, "/tenants", body(code, map[string]any{"template": x["code"]})); status != 201 {
				t.Errorf("%v: %d %v", x["code"], status, answer)
			}
		}
	})
	t.Run("Adapted", func(t *testing.T) {
		status, answer := ask(http.MethodPost, "/tenants", body("group", map[string]any{"template": "retail_group", "plan": "trial", "status": "trial", "endsOn": string(today(env).Add(30)), "zone": "Asia/Urumqi",
			"units": []any{map[string]any{"key": "store1", "code": "WD1", "name": "万达丰田"}}}))
		if status != 201 {
			t.Fatalf("open: %d %v", status, answer)
		}
		token, admin, err := env.Sessions.SignIn(t.Context(), tenants.SignInput{Tenant: "group", Login: "boss", Password: "Kaifa-2026", Address: "127.0.0.1"})
		must(t, err)
		if !admin.Posting.MustChange || admin.Tenant.Zone.String() != "Asia/Urumqi" || admin.Tenant.Status != "trial" {
			t.Errorf("administrator %+v of %+v", admin.Posting, admin.Tenant)
		}
		if status, answer := call(t, app, http.MethodGet, "/roles", token, nil); status != 403 || answer["code"] != "password.change_needed" {
			t.Errorf("before the password is changed: %d %v", status, answer)
		}
		var units []struct{ Code, Name, Kind, Above string }
		must(t, env.DB.Read(t.Context(), tenants.Worker(admin.Tenant, "test"), func(tx tenants.Tx) error {
			return tx.NewRaw("SELECT u.code, u.name, u.kind, coalesce(p.code, '') AS above FROM org_units u LEFT JOIN org_units p ON p.tenant_id = u.tenant_id AND p.id = u.parent_id WHERE u.tenant_id = ?", tx.Tenant).Scan(t.Context(), &units)
		}))
		found := map[string]string{}
		for _, u := range units {
			found[u.Code] = u.Kind + " " + u.Name + " " + u.Above
		}
		for code, want := range map[string]string{"0": "group 万达汽车 ", "R1": "region 华东区 0", "WD1": "company 万达丰田 R1", "WD1S": "department 销售部 WD1", "WD1A2": "team 钣喷组 WD1A", "A02": "company 第二 4S 店 R1", "FIN": "department 集团财务部 0"} {
			if found[code] != want {
				t.Errorf("%s is %q, want %q", code, found[code], want)
			}
		}
	})
	t.Run("BadInput", func(t *testing.T) {
		soon := string(today(env).Add(10))
		for name, c := range map[string]struct {
			more   map[string]any
			status int
			field  string
		}{
			"UnknownTemplate":     {map[string]any{"template": "shop"}, 422, "template"},
			"UnknownPlan":         {map[string]any{"plan": "gold"}, 422, "plan"},
			"UnknownUnit":         {map[string]any{"template": "store_4s", "units": []any{map[string]any{"key": "moon", "code": "X"}}}, 422, "units[0].key"},
			"UnitCodeForm":        {map[string]any{"template": "store_4s", "units": []any{map[string]any{"key": "store", "code": "店"}}}, 422, "units[0].code"},
			"UnitCodeTwice":       {map[string]any{"template": "retail_group", "units": []any{map[string]any{"key": "store2", "code": "A01"}}}, 409, "units[0].code"},
			"TemplateBeyondPlan":  {map[string]any{"template": "retail_group", "plan": "small"}, 409, "plan"},
			"ZoneUnknown":         {map[string]any{"zone": "Mars/Base"}, 422, "zone"},
			"StartBefore2000":     {map[string]any{"startDate": "1926-01-01"}, 422, "startDate"},
			"StartFarAhead":       {map[string]any{"startDate": "2062-01-01"}, 422, "startDate"},
			"StartNoDay":          {map[string]any{"startDate": "2026-02-31"}, 422, "startDate"},
			"TrialWithoutEnd":     {map[string]any{"status": "trial"}, 422, "endsOn"},
			"TrialEndsYesterday":  {map[string]any{"status": "trial", "endsOn": string(today(env).Add(-1))}, 422, "endsOn"},
			"TrialOfTwoYears":     {map[string]any{"status": "trial", "endsOn": string(today(env).Add(800))}, 422, "endsOn"},
			"EndsBeforeStart":     {map[string]any{"startDate": string(today(env).Add(20)), "status": "trial", "endsOn": soon}, 422, "endsOn"},
			"OpenedSuspended":     {map[string]any{"status": "suspended"}, 422, "status"},
			"PasswordOfEverybody": {map[string]any{"administrator": map[string]any{"login": "boss", "name": "老板", "password": "12345678"}}, 422, "administrator.password"},
		} {
			if name == "TemplateBeyondPlan" {
				if status, answer := ask(http.MethodPost, "/plans", map[string]any{"code": "small", "name": map[string]any{"zh": "小", "en": "Small"}, "quotas": map[string]any{"companies": 1}}); status >= 300 {
					t.Fatalf("plan: %d %v", status, answer)
				}
			}
			status, answer := ask(http.MethodPost, "/tenants", body("refused", c.more))
			if fields := fieldsOf(answer); status != c.status || len(fields) != 1 || fields[0] != c.field {
				t.Errorf("%s: %d %v, want %d at %s", name, status, answer, c.status, c.field)
			}
		}
		if status, answer := ask(http.MethodPost, "/tenants", body("refused", nil)); status != 201 {
			t.Errorf("after all refusals the code is still free: %d %v", status, answer)
		}
	})
}

func TestOneCodeAtOnce(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	results := make([]error, 6)
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			_, results[i] = env.Platform.Open(t.Context(), tenants.OpenInput{Code: "same-code", Name: "同", Template: "store_4s", Administrator: tenants.UserInput{Login: "boss", Name: "老板", Password: "Kaifa-2026"}})
		})
	}
	all.Wait()
	won := 0
	for _, err := range results {
		var f *fault.Fault
		switch {
		case err == nil:
			won++
		case !errors.Is(err, tenants.ErrTenantCode) || !errors.As(err, &f) || f.Field != "code":
			t.Errorf("who lost reads %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

func TestLifeOfAnAccountSet(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app, ask := desk(t, env)
	tenant := "/tenants/" + env.Tenant.ID.String()
	token, _ := env.Session(t, "admin")
	move := func(name string, want int, ends clock.Day) map[string]any {
		t.Helper()
		b := map[string]any{}
		if ends != "" {
			b["endsOn"] = ends
		}
		status, answer := ask(http.MethodPost, tenant+"/"+name, b)
		if status != want {
			t.Fatalf("%s: %d %v", name, status, answer)
		}
		return answer
	}
	is := func(want string) {
		t.Helper()
		_, page := ask(http.MethodGet, tenant, nil)
		if page["status"] != want {
			t.Fatalf("status %v, want %s", page["status"], want)
		}
		names := []any{}
		actions, _ := page["actions"].([]any)
		for _, a := range actions {
			m, _ := a.(map[string]any)
			names = append(names, m["name"])
		}
		if len(names) == 0 || len(names) > 4 {
			t.Errorf("in %s one may %v", want, names)
		}
	}
	me := func() (int, map[string]any) {
		status, answer := call(t, app, http.MethodGet, "/session", token, nil)
		m, _ := answer["tenant"].(map[string]any)
		return status, m
	}
	is("active")
	move("extend", 409, today(env).Add(1))
	move("close", 409, "")
	move("reopen", 409, "")
	if fields := fieldsOf(move("renew", 422, "")); len(fields) != 1 || fields[0] != "endsOn" {
		t.Errorf("renewal without a day names %v", fields)
	}
	move("renew", 422, today(env).Add(-1))
	move("renew", 204, today(env).Add(3))
	if _, m := me(); m["daysLeft"] != 3.0 || m["endsOn"] != string(today(env).Add(3)) {
		t.Errorf("three days before the end: %v", m)
	}
	move("renew", 204, today(env).Add(15))
	if _, m := me(); m["daysLeft"] != nil {
		t.Errorf("two weeks and a day before the end: %v", m)
	}
	handlers := job.Handlers{}
	env.Platform.Handlers(handlers)
	end := func() {
		t.Helper()
		must(t, handlers["tenants.end"]["tenants.end"](t.Context(), job.Task{Tenant: env.Tenant.ID, Kind: "tenants.end"}))
	}
	end()
	is("active") // its day has not come
	if status, answer := call(t, app, http.MethodPost, "/demo/clock", token, map[string]any{"days": 16}); status != 204 {
		t.Fatalf("clock: %d %v", status, answer)
	}
	due := 0
	must(t, env.DB.Read(t.Context(), tenants.Worker(env.Tenant, "test"), func(tx tenants.Tx) error {
		return tx.QueryRowContext(t.Context(), "SELECT count(*) FROM due_tasks WHERE tenant_id = ? AND kind = 'tenants.end' AND due_at <= now() + interval '16 days'", tx.Tenant).Scan(&due)
	}))
	if due != 2 {
		t.Errorf("%d looks at the end are due, want one a renewal", due)
	}
	end()
	end() // twice is once
	is("suspended")
	if status, answer := call(t, app, http.MethodPost, "/user-groups", token, map[string]any{"name": "值班"}); status != 403 || answer["code"] != "tenant.suspended" {
		t.Errorf("writing after the end: %d %v", status, answer)
	}
	if answer := move("resume", 409, ""); answer["code"] != "tenant.ended" {
		t.Errorf("resume after the end: %v", answer)
	}
	now := today(env).Add(16)
	move("extend", 204, now.Add(7))
	is("trial")
	if _, m := me(); m["daysLeft"] != 7.0 || m["status"] != "trial" {
		t.Errorf("on trial: %v", m)
	}
	move("activate", 204, "")
	if _, m := me(); m["endsOn"] != nil {
		t.Errorf("activated without an end: %v", m)
	}
	move("suspend", 204, "")
	move("close", 204, "")
	is("closed")
	if status, _ := me(); status != 403 {
		t.Errorf("reading in a closed account set: %d", status)
	}
	_, _, err := env.Sessions.SignIn(t.Context(), tenants.SignInput{Tenant: "hengtong", Login: "admin", Password: policiestest.Password})
	refused(t, err, tenants.ErrClosed)
	move("renew", 409, now.Add(30))
	move("reopen", 204, "")
	is("suspended")
	move("resume", 204, "")
	is("active")
	_, lines := ask(http.MethodGet, tenant+"/log", nil)
	log := items(lines)
	if len(log) < 10 || log[0]["action"] != "resume" || log[0]["by"] != "平台运营" || log[len(log)-1]["action"] != "open_tenant" {
		t.Errorf("log: %v", log)
	}
	byItself := 0
	for _, l := range log {
		if l["action"] == "end" && l["by"] == nil {
			byItself++
		}
	}
	if byItself != 1 {
		t.Errorf("the program says %d times that the end came", byItself)
	}
	for _, path := range []string{"", "/log", "/usage"} {
		if status, _ := ask(http.MethodGet, "/tenants/01a21027-0000-7000-8000-000000000000"+path, nil); status != 404 {
			t.Errorf("%s of nobody: %d", path, status)
		}
	}
}

func TestTheTableOfStatuses(t *testing.T) {
	t.Parallel()
	for _, s := range tenants.Life.Statuses() {
		_, err := tenants.Life.Next(tenants.Status(s.Value), tenants.MoveEnd)
		if ends := err == nil; ends != (s.Value == "trial" || s.Value == "active") {
			t.Errorf("%s ends: %v", s.Value, ends)
		}
		if err != nil && !errors.Is(err, flow.ErrNotAllowed) {
			t.Error(err)
		}
	}
}

func TestUsageDayByDay(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app, ask := desk(t, env)
	token, _ := env.Session(t, "admin")
	for range 3 {
		if status, answer := call(t, app, http.MethodGet, "/session", token, nil); status != 200 {
			t.Fatalf("%d %v", status, answer)
		}
	}
	read := func() []map[string]any {
		t.Helper()
		status, answer := ask(http.MethodGet, "/tenants/"+env.Tenant.ID.String()+"/usage", nil)
		if status != 200 {
			t.Fatalf("usage: %d %v", status, answer)
		}
		return items(answer)
	}
	must(t, env.Sessions.WriteCalls(t.Context()))
	must(t, env.Sessions.WriteCalls(t.Context()))
	if days := read(); len(days) != 1 || days[0]["calls"] != 3.0 || days[0]["users"] != nil {
		t.Errorf("before the first count: %v", days)
	}
	for range 2 {
		must(t, tenants.WriteUsage(t.Context(), env.DB))
	}
	days := read()
	if len(days) != 1 || days[0]["companies"] != 2.0 || days[0]["users"] != 12.0 || days[0]["activeUsers"] != 12.0 || days[0]["storageBytes"] != 0.0 || days[0]["calls"] != 3.0 {
		t.Errorf("the first day: %v", days)
	}
	if days[0]["day"] != string(today(env)) {
		t.Errorf("the day is %v", days[0]["day"])
	}
	if status, answer := call(t, app, http.MethodPost, "/demo/clock", token, map[string]any{"days": 1}); status != 204 {
		t.Fatalf("clock: %d %v", status, answer)
	}
	must(t, tenants.WriteUsage(t.Context(), env.DB))
	if days = read(); len(days) != 2 || days[0]["day"] != string(today(env).Add(1)) || days[1]["activeUsers"] != 12.0 {
		t.Errorf("two days: %v", days)
	}
	for _, q := range []string{"days=0", "days=401", "days=x"} {
		if status, _ := ask(http.MethodGet, "/tenants/"+env.Tenant.ID.String()+"/usage?"+q, nil); status != 422 {
			t.Errorf("%s: %d", q, status)
		}
	}
}
