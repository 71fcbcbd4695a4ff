package policies_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/totp"

	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// code is what a phone with this secret shows, some half minutes from now.
func code(t testing.TB, key string, periods int) string {
	t.Helper()
	c, err := totp.GenerateCode(key, time.Now().Add(time.Duration(periods)*30*time.Second))
	must(t, err)
	return c
}

func texts(v any) (out []string) {
	items, _ := v.([]any)
	for _, i := range items {
		s, _ := i.(string)
		out = append(out, s)
	}
	return out
}

// setUp turns on the second step of whoever has token, with the code of the half minute before: those of now are still good.
func setUp(t testing.TB, app *fiber.App, token string) (key string, recovery []string) {
	t.Helper()
	status, answer := call(t, app, http.MethodPost, "/session/two-step", token, map[string]any{"password": policiestest.Password})
	key, _ = answer["secret"].(string)
	uri, _ := answer["uri"].(string)
	if status != 200 || key == "" || !strings.HasPrefix(uri, "otpauth://totp/") || !strings.Contains(uri, key) {
		t.Fatalf("begin: %d %v", status, answer)
	}
	status, answer = call(t, app, http.MethodPost, "/session/two-step/confirm", token, map[string]any{"code": code(t, key, -1)})
	if recovery = texts(answer["codes"]); status != 200 || len(recovery) != 10 {
		t.Fatalf("confirm: %d %v", status, answer)
	}
	return key, recovery
}

// challenged gives the right password and returns the challenge, beside which nothing may be told.
func challenged(t testing.TB, app *fiber.App, env *policiestest.Env, login string) string {
	t.Helper()
	status, answer := call(t, app, http.MethodPost, "/session", "", credentials(env, login, policiestest.Password, "bearer"))
	challenge, _ := answer["challenge"].(string)
	if status != 200 || challenge == "" || len(answer) != 1 {
		t.Fatalf("%d %v", status, answer)
	}
	return challenge
}

func answerWith(t testing.TB, app *fiber.App, challenge, code string) (status int, answer map[string]any) {
	t.Helper()
	return call(t, app, http.MethodPost, "/session/code", "", map[string]any{"challenge": challenge, "code": code, "mode": "bearer"})
}

func TestSecondStepStory(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	token, _ := env.Session(t, "sales")
	elsewhere, _ := env.Session(t, "sales")
	if status, answer := call(t, app, http.MethodPost, "/session/two-step", token, map[string]any{"password": "wrong-password"}); status != 422 || answer["code"] != "user.current" {
		t.Errorf("begun with a wrong password: %d %v", status, answer)
	}
	if status, answer := call(t, app, http.MethodPost, "/session/two-step/confirm", token, map[string]any{"code": "000000"}); status != 409 {
		t.Errorf("confirmed before it began: %d %v", status, answer)
	}
	key, recovery := setUp(t, app, token)
	if status, _ := call(t, app, http.MethodGet, "/session", elsewhere, nil); status != 401 {
		t.Errorf("another session goes on: %d", status)
	}
	if status, now := call(t, app, http.MethodGet, "/session/two-step", token, nil); status != 200 || now["on"] != true || now["codesLeft"] != 10.0 || now["demanded"] != false {
		t.Errorf("%d %v", status, now)
	}
	if status, answer := call(t, app, http.MethodPost, "/session/two-step", token, map[string]any{"password": policiestest.Password}); status != 409 {
		t.Errorf("begun while it is on: %d %v", status, answer)
	}

	challenge := challenged(t, app, env, "sales")
	if status, _ := call(t, app, http.MethodGet, "/session", challenge, nil); status != 401 {
		t.Errorf("a challenge is a session: %d", status)
	}
	if status, answer := answerWith(t, app, challenge, code(t, key, -1)); status != 401 || answer["code"] != "session.code" {
		t.Errorf("the code that confirmed: %d %v", status, answer)
	}
	now := code(t, key, 0)
	status, answer := answerWith(t, app, challenge, now[:3]+" "+now[3:])
	if in, _ := answer["token"].(string); status != 200 || in == "" || answer["me"] == nil {
		t.Fatalf("the second step: %d %v", status, answer)
	}
	if status, answer := answerWith(t, app, challenge, code(t, key, 1)); status != 401 || answer["code"] != "session.challenge" {
		t.Errorf("a challenge twice: %d %v", status, answer)
	}
	challenge = challenged(t, app, env, "sales")
	if status, answer := answerWith(t, app, challenge, now); status != 401 || answer["code"] != "session.code" {
		t.Errorf("a code twice: %d %v", status, answer)
	}
	if status, answer := answerWith(t, app, challenge, strings.ToLower(recovery[0])); status != 200 {
		t.Errorf("a recovery code: %d %v", status, answer)
	}
	challenge = challenged(t, app, env, "sales")
	if status, _ := answerWith(t, app, challenge, recovery[0]); status != 401 {
		t.Errorf("a recovery code twice: %d", status)
	}
	if status, answer := answerWith(t, app, challenge, recovery[1]); status != 200 {
		t.Errorf("another recovery code: %d %v", status, answer)
	}

	proof := map[string]any{"password": policiestest.Password, "code": recovery[2]}
	status, answer = call(t, app, http.MethodPost, "/session/two-step/codes", token, proof)
	fresh := texts(answer["codes"])
	if status != 200 || len(fresh) != 10 || slices.Contains(fresh, recovery[3]) {
		t.Fatalf("new codes: %d %v", status, answer)
	}
	off := func(password, code string) (int, map[string]any) {
		return call(t, app, http.MethodPost, "/session/two-step/off", token, map[string]any{"password": password, "code": code})
	}
	if status, answer := off(policiestest.Password, recovery[4]); status != 422 || answer["code"] != "two_step.code" {
		t.Errorf("off with a former code: %d %v", status, answer)
	}
	if status, answer := off("wrong-password", fresh[0]); status != 422 || answer["code"] != "user.current" {
		t.Errorf("off with a wrong password: %d %v", status, answer)
	}
	if status, answer := off(policiestest.Password, fresh[0]); status != 204 {
		t.Errorf("off: %d %v", status, answer)
	}
	if status, answer := off(policiestest.Password, fresh[1]); status != 409 {
		t.Errorf("off twice: %d %v", status, answer)
	}
	env.Session(t, "sales") // a password is enough again
	var actions []string
	must(t, env.DB.Read(t.Context(), env.Sales, func(tx tenants.Tx) error {
		return tx.NewSelect().TableExpr("history").ColumnExpr("action").Where("tenant_id = ? AND kind = 'user' AND record_id = ? AND action <> 'create' AND action <> 'add_posting'", tx.Tenant, env.Sales.User).OrderExpr("at, id").Scan(t.Context(), &actions)
	}))
	if got := strings.Join(actions, " "); got != "two_step_on recovery_codes two_step_off" {
		t.Errorf("history: %s", got)
	}
}

func TestSecondStepIsKeptFromWhoReadsTheDatabase(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	token, _ := env.Session(t, "sales")
	key, recovery := setUp(t, app, token)
	owner, err := pgx.Connect(t.Context(), env.OwnerURL)
	must(t, err)
	defer func() { must(t, owner.Close(t.Context())) }()
	var all string
	must(t, owner.QueryRow(t.Context(), `SELECT (SELECT string_agg(x::text, '') FROM second_steps x) || (SELECT string_agg(x::text, '') FROM recovery_codes x) || (SELECT string_agg(x::text, '') FROM history x)
		|| (SELECT string_agg(encode(secret, 'escape'), '') FROM second_steps)`).Scan(&all))
	for _, secret := range append(recovery, key) {
		if strings.Contains(all, secret) || strings.Contains(all, strings.ReplaceAll(secret, "-", "")) {
			t.Errorf("%s is readable", secret)
		}
	}
	// Somebody who can write moves their own secret to another account.
	other, _ := env.Session(t, "sales2")
	mine, _ := setUp(t, app, other)
	_, err = owner.Exec(t.Context(), `UPDATE second_steps SET secret = (SELECT secret FROM second_steps s JOIN users u ON u.id = s.user_id WHERE u.login = 'sales2') WHERE user_id = $1`, env.Sales.User)
	must(t, err)
	if status, _ := answerWith(t, app, challenged(t, app, env, "sales"), code(t, mine, 0)); status != 500 {
		t.Errorf("a secret of another account lets in: %d", status)
	}
}

func TestSecretsAreNotKeptForRepetition(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	token, _ := env.Session(t, "sales")
	begin := func() (int, map[string]any) {
		r := request(t, http.MethodPost, "/session/two-step", token, map[string]any{"password": policiestest.Password})
		r.Header.Set("Idempotency-Key", "begin-once")
		return send(t, app, r)
	}
	if status, answer := begin(); status != 200 {
		t.Fatalf("%d %v", status, answer)
	}
	if status, answer := begin(); status != 409 || answer["code"] != "rest.in_progress" {
		t.Errorf("told again: %d %v", status, answer)
	}
	must(t, env.DB.Read(t.Context(), env.Sales, func(tx tenants.Tx) error {
		kept, err := tx.NewSelect().TableExpr("idempotency").Where("tenant_id = ? AND answer IS NOT NULL", tx.Tenant).Count(t.Context())
		if kept > 0 {
			t.Error("the secret is kept as an answer")
		}
		return err
	}))
}

func TestWrongCodesLock(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	token, _ := env.Session(t, "sales")
	key, recovery := setUp(t, app, token)
	challenge := challenged(t, app, env, "sales")
	for range 4 {
		if status, _ := answerWith(t, app, challenge, "AAAA-AAAA-AAAA-AAAA"); status != 401 {
			t.Fatalf("wrong code: %d", status)
		}
	}
	again := challenged(t, app, env, "sales") // the password alone forgives no wrong code
	if status, _ := answerWith(t, app, again, "0000000"); status != 401 {
		t.Fatalf("wrong code: %d", status)
	}
	for name, c := range map[string]string{"code": code(t, key, 0), "recovery code": recovery[0]} {
		if status, answer := answerWith(t, app, challenge, c); status != 429 || answer["code"] != "session.locked" {
			t.Errorf("locked, right %s: %d %v", name, status, answer)
		}
	}
	if status, answer := call(t, app, http.MethodPost, "/session", "", credentials(env, "sales", policiestest.Password, "bearer")); status != 429 {
		t.Errorf("locked, right password: %d %v", status, answer)
	}
	if status, _ := call(t, app, http.MethodPost, "/session/two-step/off", token, map[string]any{"password": policiestest.Password, "code": recovery[0]}); status != 429 {
		t.Errorf("locked, turning it off: %d", status)
	}
}

func TestManyCodesAtOnce(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	token, _ := env.Session(t, "sales")
	key, _ := setUp(t, app, token)
	now := code(t, key, 0)
	var challenges []string
	for range 5 {
		challenges = append(challenges, challenged(t, app, env, "sales"))
	}
	var all sync.WaitGroup
	let := make(chan int, len(challenges))
	for _, c := range challenges {
		all.Go(func() {
			_, err := env.Sessions.Answer(t.Context(), tenants.CodeInput{Challenge: c, Code: now})
			if err == nil {
				let <- 1
			}
		})
	}
	all.Wait()
	if len(let) != 1 {
		t.Errorf("one code let in %d times", len(let))
	}
}

func TestChallengeEnds(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	token, _ := env.Session(t, "sales")
	_, recovery := setUp(t, app, token)
	owner, err := pgx.Connect(t.Context(), env.OwnerURL)
	must(t, err)
	defer func() { must(t, owner.Close(t.Context())) }()
	late := challenged(t, app, env, "sales")
	_, err = owner.Exec(t.Context(), "UPDATE sign_in_challenges SET expires_at = now()")
	must(t, err)
	changed := challenged(t, app, env, "sales")
	must(t, env.Org.SetPassword(t.Context(), env.Admin, tenants.PasswordInput{User: env.Sales.User, Password: "Neues-2027"}))
	other := env.OtherTenant(t)
	for name, challenge := range map[string]string{"five minutes old": late, "of a former password": changed, "made up": "AAAA", "of a session": token, "of no tenant": strings.Repeat("A", 64)} {
		if status, answer := answerWith(t, app, challenge, recovery[0]); status != 401 || answer["code"] != "session.challenge" {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	if a := other.SignIn(t, "sales"); a.TwoStep {
		t.Error("the other group's person of this login has it, too")
	}
}

func TestGroupDemandsSecondStep(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	other := env.OtherTenant(t)
	admin, _ := env.Session(t, "admin")
	tokens := map[string]string{}
	for _, login := range []string{"sales", "cashier", "manager"} {
		tokens[login], _ = env.Session(t, login)
	}
	version := 1.0
	set := func(body map[string]any) (int, map[string]any) {
		t.Helper()
		r := request(t, http.MethodPut, "/sign-in/settings", admin, body)
		r.Header.Set("If-Match", strconv.Itoa(int(version)))
		status, answer := send(t, app, r)
		if v, ok := answer["version"].(float64); ok {
			version = v
		}
		return status, answer
	}
	must200 := func(status int, answer map[string]any) {
		t.Helper()
		if status != 200 {
			t.Fatalf("%d %v", status, answer)
		}
	}
	for field, body := range map[string]map[string]any{
		"twoStepRoles": {"twoStep": "roles", "passwordFor": "all"},
		"passwordFor":  {"twoStep": "free", "passwordFor": "administrators"},
	} {
		if status, answer := set(body); status != 422 && status != 409 {
			t.Errorf("%s: %d %v", field, status, answer)
		}
	}
	if status, answer := set(map[string]any{"twoStep": "roles", "twoStepRoles": []string{"nobody"}, "passwordFor": "all"}); status != 422 {
		t.Errorf("no such role: %d %v", status, answer)
	}
	must200(set(map[string]any{"twoStep": "roles", "twoStepRoles": []string{"cashier", "sales_manager"}, "passwordFor": "all"}))
	blocked := func(login string) bool {
		t.Helper()
		status, answer := call(t, app, http.MethodGet, "/access/grants", tokens[login], nil)
		_, me := call(t, app, http.MethodGet, "/session", tokens[login], nil)
		if (status == 403 && answer["code"] == "two_step.needed") != (me["mustSetUpTwoStep"] == true) || status != 403 && status != 200 {
			t.Errorf("%s: %d %v %v", login, status, answer, me["mustSetUpTwoStep"])
		}
		return status == 403
	}
	if !blocked("cashier") || !blocked("manager") || blocked("sales") {
		t.Error("it is not demanded of cashiers and managers alone")
	}
	setUp(t, app, tokens["cashier"])
	if blocked("cashier") {
		t.Error("a cashier who has it is stopped")
	}
	// A role that comes through a user group is held, too.
	group, err := env.Org.AddGroup(t.Context(), env.Admin, "代班")
	must(t, err)
	must(t, env.Org.GiveGroup(t.Context(), env.Admin, group, "cashier"))
	must(t, env.Org.AddMember(t.Context(), env.Admin, group, env.Sales.User))
	if !blocked("sales") {
		t.Error("a role of a user group is not looked at")
	}
	must200(set(map[string]any{"twoStep": "all", "passwordFor": "all"}))
	if status, answer := call(t, app, http.MethodGet, "/sign-in/settings", admin, nil); status != 403 || answer["code"] != "two_step.needed" {
		t.Errorf("the administrator is let off: %d %v", status, answer)
	}
	theirs, _ := other.Session(t, "sales")
	if status, answer := call(t, app, http.MethodGet, "/access/grants", theirs, nil); status != 200 {
		t.Errorf("another group's people: %d %v", status, answer)
	}
	setUp(t, app, admin)
	version--
	if status, _ := set(map[string]any{"twoStep": "free", "passwordFor": "all"}); status != 412 {
		t.Errorf("an older version: %d", status)
	}
	version++
	must200(set(map[string]any{"twoStep": "free", "passwordFor": "all"}))
	if blocked("manager") {
		t.Error("it is demanded still")
	}
	if status, _ := call(t, app, http.MethodGet, "/sign-in/settings", tokens["manager"], nil); status != 403 {
		t.Errorf("a manager reads it: %d", status)
	}
	company := env.SignIn(t, "companyadmin")
	_, err = env.Sessions.EditSignInSettings(t.Context(), company, 4, tenants.SignInSettings{TwoStep: "all", PasswordFor: "all"})
	if err == nil {
		t.Error("a company's administrator decides for the group")
	}
}

func TestResetSecondStep(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	other := env.OtherTenant(t)
	token, _ := env.Session(t, "sales")
	setUp(t, app, token)
	leader, _ := env.Session(t, "leader")
	setUp(t, app, leader)
	theirs, _ := other.Session(t, "admin")
	admin, _ := env.Session(t, "admin")
	company, _ := env.Session(t, "companyadmin")
	manager, _ := env.Session(t, "manager")
	env.Hire(t, "checker", "孔明", env.Company, "内审", "auditor") // a role of the group's
	checks, checker := env.Session(t, "checker")
	setUp(t, app, checks)
	reset := func(by string, user uuid.UUID) int {
		status, _ := call(t, app, http.MethodPost, "/users/"+user.String()+"/two-step/reset", by, nil)
		return status
	}
	for name, c := range map[string]struct {
		by   string
		user uuid.UUID
		want int
	}{
		"another tenant":                {theirs, env.Sales.User, 404},
		"without user:manage":           {manager, env.Sales.User, 403},
		"of somebody above":             {company, env.Leader.User, 403},
		"of who has more rights":        {company, checker.User, 403},
		"of oneself":                    {admin, env.Admin.User, 409},
		"of who has none":               {admin, env.Cashier.User, 409},
		"of somebody who may be reset":  {admin, env.Sales.User, 204},
		"and again of the group leader": {admin, env.Leader.User, 204},
	} {
		if got := reset(c.by, c.user); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	if status, _ := call(t, app, http.MethodGet, "/session", token, nil); status != 401 {
		t.Errorf("a session goes on: %d", status)
	}
	if a := env.SignIn(t, "sales"); a.TwoStep {
		t.Error("the second step is still there")
	}
}
