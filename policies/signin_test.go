package policies_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func credentials(env *policiestest.Env, login, password, mode string) map[string]any {
	return map[string]any{"tenant": env.Tenant.Code, "login": login, "password": password, "mode": mode}
}

func TestSignInStory(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	status, answer := call(t, app, http.MethodPost, "/session", "", credentials(env, "sales", policiestest.Password, "bearer"))
	token, _ := answer["token"].(string)
	if status != 200 || token == "" {
		t.Fatalf("sign in: %d %v", status, answer)
	}
	status, me := call(t, app, http.MethodGet, "/session", token, nil)
	posting, _ := me["posting"].(map[string]any)
	grants, _ := me["grants"].(map[string]any)
	if status != 200 || posting["companyName"] != "恒通丰田" || posting["unitName"] != "销售部" || posting["departmentId"] != env.Department.String() || grants["contract:submit"] != "self" || grants["vehicle:read"] != "group" || me["csrf"] != nil {
		t.Fatalf("me: %d %v", status, me)
	}
	second, err := env.Org.AddPosting(t.Context(), env.Admin, tenants.PostingInput{User: env.Sales.User, Unit: env.Office, Title: "客服", Roles: []string{"customer_care_agent"}})
	must(t, err)
	if status, me = call(t, app, http.MethodPut, "/session/posting", token, map[string]any{"postingId": second.String()}); status != 200 {
		t.Fatalf("act as: %d %v", status, me)
	}
	posting, _ = me["posting"].(map[string]any)
	if postings, _ := me["postings"].([]any); posting["title"] != "客服" || len(postings) != 2 {
		t.Errorf("acting as %v", posting)
	}
	if status, answer = call(t, app, http.MethodPut, "/session/posting", token, map[string]any{"postingId": env.Manager.Posting.ID.String()}); status != 422 {
		t.Errorf("somebody else's posting: %d %v", status, answer)
	}
	if status, _ = call(t, app, http.MethodDelete, "/session", token, nil); status != 204 {
		t.Errorf("sign out: %d", status)
	}
	if status, answer = call(t, app, http.MethodGet, "/session", token, nil); status != 401 {
		t.Errorf("after signing out: %d %v", status, answer)
	}
	var actions []string
	must(t, env.DB.Read(t.Context(), env.Sales, func(tx tenants.Tx) error {
		return tx.NewSelect().TableExpr("history").ColumnExpr("action").Where("tenant_id = ? AND kind = 'session' AND user_id = ?", tx.Tenant, env.Sales.User).OrderExpr("at").Scan(t.Context(), &actions)
	}))
	if got := strings.Join(actions, " "); got != "sign_in sign_in act_as sign_out" {
		t.Errorf("history: %s", got)
	}
}

func TestWrongSignInTellsNothing(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	var first map[string]any
	for name, body := range map[string]map[string]any{
		"tenant":   {"tenant": "nowhere", "login": "sales", "password": policiestest.Password},
		"login":    credentials(env, "nobody", policiestest.Password, "cookie"),
		"password": credentials(env, "sales", "wrong-password", "cookie"),
		"case":     credentials(env, "SALES", policiestest.Password, "cookie"),
	} {
		began := time.Now()
		status, answer := call(t, app, http.MethodPost, "/session", "", body)
		if took := time.Since(began); took < 140*time.Millisecond {
			t.Errorf("wrong %s is told after %s", name, took)
		}
		if first == nil {
			first = answer
		}
		if status != 401 || answer["code"] != "session.wrong" || answer["detail"] != first["detail"] {
			t.Errorf("wrong %s: %d %v", name, status, answer)
		}
	}
}

func TestLock(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	try := func(password string) int {
		status, _ := call(t, app, http.MethodPost, "/session", "", credentials(env, "sales", password, "bearer"))
		return status
	}
	for range 4 {
		if s := try("wrong-password"); s != 401 {
			t.Fatalf("wrong password: %d", s)
		}
	}
	if s := try(policiestest.Password); s != 200 {
		t.Fatalf("fifth and right: %d", s)
	}
	for range 5 {
		if s := try("wrong-password"); s != 401 {
			t.Fatalf("wrong password after a right one: %d", s)
		}
	}
	if s := try(policiestest.Password); s != 429 {
		t.Fatalf("locked, right password: %d", s)
	}
	if s := try("wrong-password"); s != 429 {
		t.Fatalf("locked, wrong password: %d", s)
	}
	owner, err := pgx.Connect(t.Context(), env.OwnerURL)
	must(t, err)
	defer func() { must(t, owner.Close(t.Context())) }()
	_, err = owner.Exec(t.Context(), "UPDATE users SET locked_until = locked_until - interval '5 minutes 1 second' WHERE login = 'sales'")
	must(t, err)
	if s := try(policiestest.Password); s != 200 {
		t.Fatalf("after five minutes: %d", s)
	}
}

func TestManyGuessesAtOnce(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	const guesses = 20
	ended := make(chan error, guesses)
	for range guesses {
		go func() {
			_, _, err := env.Sessions.SignIn(t.Context(), tenants.SignInput{Tenant: env.Tenant.Code, Login: "cashier", Password: "wrong-password"})
			ended <- err
		}()
	}
	for range guesses {
		if <-ended == nil {
			t.Error("a wrong password got in")
		}
	}
	_, _, err := env.Sessions.SignIn(t.Context(), tenants.SignInput{Tenant: env.Tenant.Code, Login: "cashier", Password: policiestest.Password})
	refused(t, err, tenants.ErrLocked)
}

func TestCookiesAndCSRF(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	body := `{"tenant":"` + env.Tenant.Code + `","login":"admin","password":"` + policiestest.Password + `"}`
	in := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/session", strings.NewReader(body))
	in.Header.Set("Content-Type", "application/json")
	res, err := app.Test(in, -1)
	must(t, err)
	must(t, res.Body.Close())
	cookies := map[string]*http.Cookie{}
	for _, c := range res.Cookies() {
		cookies[c.Name] = c
	}
	session, csrf := cookies["fc_session"], cookies["fc_csrf"]
	if session == nil || csrf == nil || len(res.Cookies()) != 2 {
		t.Fatalf("cookies: %v", res.Cookies())
	}
	if !session.HttpOnly || session.SameSite != http.SameSiteLaxMode || session.Secure || csrf.HttpOnly {
		t.Errorf("session %+v, csrf %+v", session, csrf)
	}
	foreign, _ := env.Session(t, "sales")
	for name, c := range map[string]struct {
		token string
		want  int
	}{"none": {"", 403}, "made up": {"0123456789abcdef0123456789abcdef", 403}, "the session's own": {csrf.Value, 201}} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/user-groups", strings.NewReader(`{"name":"`+name+`"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-CSRF-Token", c.token)
		r.AddCookie(session)
		r.AddCookie(&http.Cookie{Name: "fc_csrf", Value: c.token}) // a cookie that a neighbour site planted proves nothing
		if status, answer := send(t, app, r); status != c.want {
			t.Errorf("csrf %s: %d %v", name, status, answer)
		}
	}
	read := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/session", nil)
	read.AddCookie(session)
	if status, me := send(t, app, read); status != 200 || me["csrf"] != csrf.Value {
		t.Errorf("reading needs no csrf: %d %v", status, me)
	}
	if status, _ := call(t, app, http.MethodDelete, "/session", foreign, nil); status != 204 {
		t.Errorf("a bearer needs no csrf: %d", status)
	}
	t.Run("BrokenTokens", func(t *testing.T) {
		for _, token := range []string{"x", strings.Repeat("A", 64), foreign + "A", foreign} {
			if status, _ := call(t, app, http.MethodGet, "/session", token, nil); status != 401 {
				t.Errorf("%q: %d", token, status)
			}
		}
	})
}

func TestOrganisationOverTheAPI(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	admin, _ := env.Session(t, "admin")
	post := func(path string, body map[string]any, want int) uuid.UUID {
		t.Helper()
		status, answer := call(t, app, http.MethodPost, path, admin, body)
		if status != want {
			t.Fatalf("%s: %d %v", path, status, answer)
		}
		text, _ := answer["id"].(string)
		id, _ := uuid.Parse(text)
		return id
	}
	unit := post("/org-units", map[string]any{"parentId": env.Company, "kind": "department", "code": "HT1C", "name": "市场部"}, 201)
	post("/org-units", map[string]any{"parentId": env.Company, "kind": "department", "code": "HT1C", "name": "市场部"}, 409)
	post("/org-units", map[string]any{"parentId": unit, "kind": "company", "code": "HT9", "name": "店"}, 422)
	user := post("/users", map[string]any{"login": "newhire", "name": "新人", "password": "Kaifa-2026"}, 201)
	post("/users", map[string]any{"login": "newhire", "name": "新人", "password": "Kaifa-2026"}, 409)
	post("/users", map[string]any{"login": "other", "name": "新人", "password": "12345678"}, 422)
	posting := post("/users/"+user.String()+"/postings", map[string]any{"unitId": unit, "title": "顾问", "roles": []string{"sales_consultant"}}, 201)
	post("/users/"+user.String()+"/postings", map[string]any{"unitId": unit, "title": "顾问", "roles": []string{"nobody"}}, 422)
	group := post("/user-groups", map[string]any{"name": "值班"}, 201)
	post("/user-groups/"+group.String()+"/members", map[string]any{"userId": "not-an-id"}, 422)
	post("/user-groups/"+group.String()+"/members", map[string]any{"userId": user}, 204)
	post("/user-groups/"+group.String()+"/roles", map[string]any{"role": "cashier"}, 204)
	token, a := env.Session(t, "newhire")
	if !a.Set.Has("receipt:confirm") || !a.Set.Has("contract:submit") {
		t.Errorf("grants: %v", a.Set.Levels)
	}
	if status, _ := call(t, app, http.MethodDelete, "/user-groups/"+group.String()+"/members/"+user.String(), admin, nil); status != 204 {
		t.Errorf("remove member: %d", status)
	}
	if status, answer := call(t, app, http.MethodPut, "/session/password", token, map[string]any{"current": "Kaifa-2020", "password": "Neues-2027"}); status != 422 {
		t.Errorf("wrong current password: %d %v", status, answer)
	}
	if status, answer := call(t, app, http.MethodPut, "/session/password", token, map[string]any{"current": "Kaifa-2026", "password": "Neues-2027"}); status != 204 {
		t.Errorf("own password: %d %v", status, answer)
	}
	post("/users/"+user.String()+"/password", map[string]any{"password": "Kaifa-2026"}, 422) // one of the last
	post("/users/"+user.String()+"/password", map[string]any{"password": "Drittes-2028"}, 204)
	if status, _ := call(t, app, http.MethodGet, "/session", token, nil); status != 401 {
		t.Errorf("a session outlives the password that somebody else set: %d", status)
	}
	_, answer := call(t, app, http.MethodPost, "/session", "", credentials(env, "newhire", "Drittes-2028", "bearer"))
	token, _ = answer["token"].(string)
	if me, _ := answer["me"].(map[string]any); me["mustChangePassword"] != true {
		t.Errorf("after a password that somebody else set: %v", me)
	}
	post("/postings/"+posting.String()+"/end", map[string]any{}, 204)
	if status, answer := call(t, app, http.MethodGet, "/session", token, nil); status != 403 {
		t.Errorf("without any posting: %d %v", status, answer)
	}
	post("/users/"+user.String()+"/disable", map[string]any{}, 204)
	if status, _ := call(t, app, http.MethodGet, "/session", token, nil); status != 401 {
		t.Errorf("disabled: %d", status)
	}
	if status, _ := call(t, app, http.MethodPost, "/demo/clock", admin, map[string]any{"days": 30}); status != 204 {
		t.Errorf("demo clock: %d", status)
	}
	if _, me := call(t, app, http.MethodGet, "/session", admin, nil); me["tenant"].(map[string]any)["now"].(string) < time.Now().UTC().AddDate(0, 0, 29).Format(time.RFC3339) { //nolint:errcheck // a wrong type fails the test
		t.Errorf("the clock did not move: %v", me["tenant"])
	}
}
