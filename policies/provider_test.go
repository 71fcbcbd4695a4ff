package policies_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// idp is a small OpenID Connect provider: one client, one person at a time, codes that are good once.
type idp struct {
	*httptest.Server
	key    *rsa.PrivateKey
	says   map[string]any // of whoever signs in
	spoil  func(claims map[string]any)
	asked  url.Values // the last authorization
	redeem bool
	way    string   // how it says that it wants to hear the client's secret; empty: it doesn't say
	heard  []string // how it heard it
}

const (
	clientID     = "forecourt"
	clientSecret = "a secret between the two"
)

func newIDP(t *testing.T) *idp {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	p := &idp{key: key, says: map[string]any{"sub": "1001", "preferred_username": "sales"}}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys", "userinfo_endpoint": p.URL + "/me", "id_token_signing_alg_values_supported": []string{"RS256"}, "token_endpoint_auth_methods_supported": strings.Fields(p.way)})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("/me", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, map[string]any{"sub": p.says["sub"], "employee": "sales2"})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		id, secret, ok := r.BasicAuth()
		way := "client_secret_basic"
		if !ok {
			way = "client_secret_post"
			id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
		} else {
			secret, _ = url.QueryUnescape(secret)
		}
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		p.heard = append(p.heard, way)
		switch {
		case id != clientID || secret != clientSecret:
			answer(w, 401, map[string]any{"error": "invalid_client"})
		case !p.redeem || r.PostFormValue("code") != "good" || b64(sum[:]) != p.asked.Get("code_challenge") || p.asked.Get("code_challenge_method") != "S256" || r.PostFormValue("redirect_uri") != p.asked.Get("redirect_uri"):
			answer(w, 400, map[string]any{"error": "invalid_grant"})
		default:
			p.redeem = false
			answer(w, 200, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": p.token(t)})
		}
	})
	p.Server = httptest.NewTLSServer(mux)
	t.Cleanup(p.Close)
	return p
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// token is what the provider says, signed.
func (p *idp) token(t *testing.T) string {
	claims := map[string]any{"iss": p.URL, "aud": clientID, "nonce": p.asked.Get("nonce"), "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()}
	maps.Copy(claims, p.says)
	key := p.key
	if p.spoil != nil {
		p.spoil(claims)
		if claims["key"] == "another" {
			key, _ = rsa.GenerateKey(rand.Reader, 2048)
		}
	}
	body, err := json.Marshal(claims)
	must(t, err)
	signed := b64([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + b64(body)
	sum := sha256.Sum256([]byte(signed))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	must(t, err)
	return signed + "." + b64(sig)
}

// company is a group with a provider, and a browser.
type company struct {
	*policiestest.Env
	app *fiber.App
	idp *idp
}

func newCompany(t *testing.T) *company {
	t.Helper()
	c := &company{Env: policiestest.New(t), idp: newIDP(t)}
	c.Sessions.Asking(c.idp.Client())
	c.app = c.API(t)
	return c
}

func (c *company) decide(t *testing.T, change func(in *tenants.ProviderInput)) {
	t.Helper()
	in := tenants.ProviderInput{Issuer: c.idp.URL, ClientID: clientID, Secret: clientSecret, Claim: "preferred_username", Matches: "login", Label: "企业微信登录", Enabled: true}
	if change != nil {
		change(&in)
	}
	now, err := c.Sessions.Provider(t.Context(), c.Admin)
	must(t, err)
	_, err = c.Sessions.EditProvider(t.Context(), c.Admin, now.Version, in)
	must(t, err)
}

// leave begins a sign-in and follows it to the provider, which lets its person in.
func (c *company) leave(t *testing.T) (kept *http.Cookie, state string) {
	t.Helper()
	res, err := c.app.Test(request(t, http.MethodPost, "/session/provider", "", map[string]any{"tenant": c.Tenant.Code, "origin": "https://forecourt.example.com"}), -1)
	must(t, err)
	defer func() { must(t, res.Body.Close()) }()
	var out struct{ URL string }
	must(t, json.NewDecoder(res.Body).Decode(&out))
	to, err := url.Parse(out.URL)
	must(t, err)
	c.idp.asked, c.idp.redeem = to.Query(), true
	q := c.idp.asked
	if res.StatusCode != http.StatusOK || to.Path != "/authorize" || q.Get("client_id") != clientID || q.Get("response_type") != "code" || q.Get("redirect_uri") != "https://forecourt.example.com/signin/return" || q.Get("nonce") == "" || q.Get("state") == "" || q.Get("nonce") == q.Get("state") {
		t.Fatalf("%d %s", res.StatusCode, out.URL)
	}
	for _, k := range res.Cookies() {
		if k.Name == "fc_provider" && k.HttpOnly && k.SameSite == http.SameSiteLaxMode {
			kept = k
		}
	}
	if kept == nil {
		t.Fatal("the browser keeps nothing")
	}
	return kept, q.Get("state")
}

func (c *company) comeBack(t *testing.T, kept *http.Cookie, state, code string) (int, map[string]any) {
	t.Helper()
	r := request(t, http.MethodPost, "/session/provider/code", "", map[string]any{"state": state, "code": code, "mode": "bearer"})
	if kept != nil {
		r.AddCookie(kept)
	}
	return send(t, c.app, r)
}

// in signs in by the provider.
func (c *company) in(t *testing.T) (status int, answer map[string]any) {
	t.Helper()
	kept, state := c.leave(t)
	return c.comeBack(t, kept, state, "good")
}

func login(answer map[string]any) any {
	me, _ := answer["me"].(map[string]any)
	user, _ := me["user"].(map[string]any)
	return user["login"]
}

func TestCompanyAccountStory(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.decide(t, nil)
	status, answer := c.in(t)
	token, _ := answer["token"].(string)
	if status != 200 || token == "" || login(answer) != "sales" {
		t.Fatalf("%d %v", status, answer)
	}
	t.Run("NoPasswordOrSecondStepOfOursIsAsked", func(t *testing.T) {
		must(t, c.Org.SetPassword(t.Context(), c.Admin, tenants.PasswordInput{User: c.Sales.User, Password: "Neues-2027"}))
		_, err := c.Sessions.EditSignInSettings(t.Context(), c.Admin, 1, tenants.SignInSettings{TwoStep: "roles", TwoStepRoles: []string{"sales_consultant"}, PasswordFor: "all"})
		must(t, err)
		_, answer := c.in(t)
		token, _ := answer["token"].(string)
		if got := statusOf(t, c.app, http.MethodGet, "/access/grants", token, nil); got != 200 {
			t.Errorf("%d", got)
		}
	})
	t.Run("WrongPasswordsLockItNot", func(t *testing.T) {
		for range 6 {
			call(t, c.app, http.MethodPost, "/session", "", credentials(c.Env, "sales", "wrong-password", "bearer"))
		}
		if status, answer := c.in(t); status != 200 {
			t.Errorf("%d %v", status, answer)
		}
	})
	t.Run("ByEMail", func(t *testing.T) {
		c.decide(t, func(in *tenants.ProviderInput) { in.Claim, in.Matches = "email", "email" })
		email := "Li.Wei@example.com"
		must(t, c.Org.EditUser(t.Context(), c.Admin, c.Manager.User, versionOf(t, c.Env, c.Manager), tenants.UserEdit{Email: &email}))
		c.idp.says = map[string]any{"sub": "1002", "email": "li.wei@EXAMPLE.com", "email_verified": true}
		if status, answer := c.in(t); status != 200 || login(answer) != "manager" {
			t.Errorf("%d %v", status, answer)
		}
		c.idp.says["email_verified"] = false
		if status, answer := c.in(t); status != 403 || answer["code"] != "session.no_claim" {
			t.Errorf("not verified: %d %v", status, answer)
		}
		refused(t, c.Org.EditUser(t.Context(), c.Admin, c.Cashier.User, versionOf(t, c.Env, c.Cashier), tenants.UserEdit{Email: &email}), tenants.ErrEmailTaken)
		another := "boss@example.com"
		c.Hire(t, "checker", "孔明", c.Company, "内审", "auditor") // a role of the group's
		checker := c.SignIn(t, "checker")
		refused(t, c.Org.EditUser(t.Context(), c.CompanyAdmin, checker.User, versionOf(t, c.Env, checker), tenants.UserEdit{Email: &another}), tenants.ErrBeyond)
	})
	t.Run("ByUserInfo", func(t *testing.T) {
		c.decide(t, func(in *tenants.ProviderInput) { in.Claim = "employee" })
		c.idp.says = map[string]any{"sub": "1003"}
		if status, answer := c.in(t); status != 200 || login(answer) != "sales2" {
			t.Errorf("%d %v", status, answer)
		}
	})
}

// A provider that says how it wants to hear the client's secret hears it once, in that way: a second try would bring a used code.
func TestASecretIsSaidAsTheProviderWants(t *testing.T) {
	t.Parallel()
	for _, way := range []string{"client_secret_basic", "client_secret_post"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			c := newCompany(t)
			c.idp.way = way
			c.decide(t, nil)
			if status, answer := c.in(t); status != 200 {
				t.Errorf("%d %v", status, answer)
			}
			kept, state := c.leave(t)
			if status, answer := c.comeBack(t, kept, state, "used"); status != 401 || answer["code"] != "session.provider_flow" {
				t.Errorf("a used code: %d %v", status, answer)
			}
			if !slices.Equal(c.idp.heard, []string{way, way}) {
				t.Errorf("heard %v", c.idp.heard)
			}
		})
	}
}

// versionOf reads a user's version.
func versionOf(t *testing.T, env *policiestest.Env, a tenants.Actor) (version int) {
	t.Helper()
	must(t, env.DB.Read(t.Context(), env.Admin, func(tx tenants.Tx) error {
		return tx.QueryRowContext(t.Context(), "SELECT version FROM users WHERE tenant_id = ? AND id = ?", tx.Tenant, a.User).Scan(&version)
	}))
	return version
}

func TestCompanyAccountOfNobody(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.decide(t, nil)
	users := func() (n int64) {
		must(t, c.DB.Read(t.Context(), c.Admin, func(tx tenants.Tx) (err error) {
			n, err = tx.NewSelect().TableExpr("users").Where("tenant_id = ?", tx.Tenant).Count(t.Context())
			return err
		}))
		return n
	}
	before := users()
	c.idp.says["preferred_username"] = "stranger"
	if status, answer := c.in(t); status != 403 || answer["code"] != "session.unmatched" || answer["detail"] != "企业账号“stranger”没有对应的用户，请联系管理员" {
		t.Errorf("%d %v", status, answer)
	}
	if after := users(); after != before {
		t.Errorf("%d users, %d before", after, before)
	}
	delete(c.idp.says, "preferred_username")
	if status, answer := c.in(t); status != 403 || answer["code"] != "session.no_claim" {
		t.Errorf("without the claim: %d %v", status, answer)
	}
	c.idp.says["preferred_username"] = "cashier"
	must(t, c.Org.DisableUser(t.Context(), c.Admin, c.Cashier.User))
	if status, answer := c.in(t); status != 401 || answer["code"] != "session.wrong" {
		t.Errorf("disabled: %d %v", status, answer)
	}
}

func TestForgedCompanyAccount(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	c.decide(t, nil)
	for name, spoil := range map[string]func(map[string]any){
		"another key":       func(m map[string]any) { m["key"] = "another" },
		"another issuer":    func(m map[string]any) { m["iss"] = "https://evil.example.com" },
		"another client":    func(m map[string]any) { m["aud"] = "someone-else" },
		"another flow":      func(m map[string]any) { m["nonce"] = "0000" },
		"no flow":           func(m map[string]any) { delete(m, "nonce") },
		"a token of before": func(m map[string]any) { m["exp"] = time.Now().Add(-time.Hour).Unix() },
	} {
		c.idp.spoil = spoil
		if status, answer := c.in(t); status != 401 || answer["code"] != "session.provider_flow" {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	c.idp.spoil = nil
	kept, state := c.leave(t)
	mine, other := c.leave(t)
	for name, x := range map[string]struct {
		kept        *http.Cookie
		state, code string
	}{
		"no browser":          {nil, state, "good"},
		"another browser":     {mine, state, "good"},
		"another state":       {kept, other, "good"},
		"made up":             {&http.Cookie{Name: "fc_provider", Value: "AAAA"}, state, "good"},
		"a wrong code":        {mine, other, "bad"},
		"another flow's code": {kept, state, "good"}, // its verifier and nonce are those of mine
	} {
		if status, answer := c.comeBack(t, x.kept, x.state, x.code); status != 401 || answer["code"] != "session.provider_flow" {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	if status, answer := c.comeBack(t, mine, other, "good"); status != 200 {
		t.Errorf("the right one: %d %v", status, answer)
	}
	if status, _ := c.comeBack(t, mine, other, "good"); status != 401 {
		t.Errorf("twice: %d", status)
	}
	for _, origin := range []string{"javascript:alert(1)", "https://a.example.com/path", "https://u:p@a.example.com", "a.example.com", "https://a.example.com?x"} {
		if status, answer := call(t, c.app, http.MethodPost, "/session/provider", "", map[string]any{"tenant": c.Tenant.Code, "origin": origin}); status != 422 {
			t.Errorf("%s: %d %v", origin, status, answer)
		}
	}
}

func TestWays(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	ways := func(tenant string) map[string]any {
		t.Helper()
		status, answer := call(t, c.app, http.MethodGet, "/session/ways?tenant="+tenant, "", nil)
		if status != 200 {
			t.Fatalf("%d %v", status, answer)
		}
		return answer
	}
	if known, unknown := ways(c.Tenant.Code), ways("nowhere"); !maps.Equal(known, unknown) || known["password"] != "all" || len(known) != 1 {
		t.Errorf("%v and %v", known, unknown)
	}
	begin := func(tenant string) (int, map[string]any) {
		return call(t, c.app, http.MethodPost, "/session/provider", "", map[string]any{"tenant": tenant, "origin": "https://forecourt.example.com"})
	}
	status, known := begin(c.Tenant.Code)
	if _, unknown := begin("nowhere"); status != 422 || known["code"] != unknown["code"] || known["detail"] != unknown["detail"] {
		t.Errorf("%d %v and %v", status, known, unknown)
	}
	c.decide(t, func(in *tenants.ProviderInput) { in.Enabled = false })
	if w := ways(c.Tenant.Code); w["provider"] != nil {
		t.Errorf("one that is off: %v", w)
	}
	c.decide(t, nil)
	if p, _ := ways(c.Tenant.Code)["provider"].(map[string]any); p["label"] != "企业微信登录" || len(p) != 1 {
		t.Errorf("%v", p)
	}
}

func TestPasswordsTurnedOff(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	off := tenants.SignInSettings{TwoStep: "free", PasswordFor: "administrators"}
	_, err := c.Sessions.EditSignInSettings(t.Context(), c.Admin, 1, off)
	refused(t, err, tenants.ErrNoWay)
	c.decide(t, nil)
	_, err = c.Sessions.EditSignInSettings(t.Context(), c.Admin, 1, off)
	must(t, err)
	if status, answer := call(t, c.app, http.MethodPost, "/session", "", credentials(c.Env, "sales", policiestest.Password, "bearer")); status != 403 || answer["code"] != "session.password_off" {
		t.Errorf("%d %v", status, answer)
	}
	if status, answer := call(t, c.app, http.MethodPost, "/session", "", credentials(c.Env, "sales", "wrong-password", "bearer")); status != 401 || answer["code"] != "session.wrong" {
		t.Errorf("a wrong password learns of it: %d %v", status, answer)
	}
	if status, answer := call(t, c.app, http.MethodPost, "/session", "", credentials(c.Env, "admin", policiestest.Password, "bearer")); status != 200 {
		t.Errorf("the administrator: %d %v", status, answer)
	}
	if status, answer := c.in(t); status != 200 {
		t.Errorf("by the provider: %d %v", status, answer)
	}
	now, err := c.Sessions.Provider(t.Context(), c.Admin)
	must(t, err)
	refused(t, c.Sessions.DeleteProvider(t.Context(), c.Admin, now.Version), tenants.ErrOnlyWay)
	_, err = c.Sessions.EditProvider(t.Context(), c.Admin, now.Version, tenants.ProviderInput{Issuer: c.idp.URL, ClientID: clientID, Claim: "sub", Matches: "login", Label: "登录"})
	refused(t, err, tenants.ErrOnlyWay)
}

func TestProviderSettings(t *testing.T) {
	t.Parallel()
	c := newCompany(t)
	admin, _ := c.Session(t, "admin")
	theirs, _ := c.OtherTenant(t).Session(t, "admin")
	leader, _ := c.Session(t, "leader")
	body := func(change map[string]any) map[string]any {
		m := map[string]any{"issuer": c.idp.URL, "clientId": clientID, "clientSecret": clientSecret, "claim": "sub", "matches": "login", "label": "企业账号", "enabled": true}
		maps.Copy(m, change)
		for k, v := range m {
			if v == nil {
				delete(m, k)
			}
		}
		return m
	}
	do := func(method, path, by string, version int, b map[string]any) (int, map[string]any) {
		r := request(t, method, "/sign-in/provider"+path, by, b)
		r.Header.Set("If-Match", strconv.Itoa(version))
		return send(t, c.app, r)
	}
	for field, change := range map[string]map[string]any{"issuer": {"issuer": "http://idp.example.com"}, "clientSecret": {"clientSecret": nil}, "matches": {"matches": "mobile"}} {
		status, answer := do(http.MethodPut, "", admin, 1, body(change))
		errs, _ := answer["errors"].([]any)
		if status != 422 || len(errs) != 1 || errs[0].(map[string]any)["field"] != field { //nolint:errcheck // a wrong type fails the test
			t.Errorf("%s: %d %v", field, status, answer)
		}
	}
	status, now := do(http.MethodPut, "", admin, 1, body(nil))
	if status != 200 || now["hasSecret"] != true || now["clientSecret"] != nil || now["version"] != 2.0 {
		t.Fatalf("%d %v", status, now)
	}
	if status, now = do(http.MethodPut, "", admin, 2, body(map[string]any{"clientSecret": nil, "label": "统一登录"})); status != 200 || now["label"] != "统一登录" {
		t.Errorf("the secret stays: %d %v", status, now)
	}
	if status, answer := do(http.MethodPut, "", admin, 3, body(map[string]any{"clientSecret": nil, "issuer": "https://evil.example.com"})); status != 422 {
		t.Errorf("the secret goes to another issuer: %d %v", status, answer)
	}
	if status, _ := do(http.MethodPut, "", admin, 2, body(nil)); status != 412 {
		t.Errorf("an older version: %d", status)
	}
	if status, answer := do(http.MethodGet, "", theirs, 0, nil); status != 200 || answer["issuer"] != "" {
		t.Errorf("another group: %d %v", status, answer)
	}
	for method, path := range map[string]string{http.MethodGet: "", http.MethodPut: "", http.MethodDelete: "", http.MethodPost: "/test"} {
		if status, _ := do(method, path, leader, 3, body(nil)); status != 403 {
			t.Errorf("%s by the leader: %d", method, status)
		}
	}
	t.Run("Test", func(t *testing.T) {
		for name, x := range map[string]struct {
			change map[string]any
			status int
			code   any
		}{
			"all is right":        {nil, 204, nil},
			"the kept secret":     {map[string]any{"clientSecret": nil}, 204, nil},
			"a wrong secret":      {map[string]any{"clientSecret": "wrong"}, 422, "identity_provider.client"},
			"an unknown client":   {map[string]any{"clientId": "nobody"}, 422, "identity_provider.client"},
			"no such address":     {map[string]any{"issuer": "https://127.0.0.1:1", "clientSecret": "x"}, 422, "identity_provider.issuer"},
			"no provider":         {map[string]any{"issuer": c.idp.URL + "/keys", "clientSecret": "x"}, 422, "identity_provider.issuer"},
			"the kept, elsewhere": {map[string]any{"issuer": c.idp.URL + "/keys", "clientSecret": nil}, 422, "identity_provider.secret_needed"},
		} {
			if status, answer := do(http.MethodPost, "/test", admin, 0, body(x.change)); status != x.status || answer["code"] != x.code {
				t.Errorf("%s: %d %v", name, status, answer)
			}
		}
	})
	if status, _ := do(http.MethodDelete, "", admin, 3, nil); status != 204 {
		t.Errorf("delete: %d", status)
	}
	if status, answer := do(http.MethodGet, "", admin, 0, nil); status != 200 || answer["issuer"] != "" {
		t.Errorf("deleted: %d %v", status, answer)
	}
}

func TestProvidersInsideAreNotAsked(t *testing.T) {
	t.Parallel()
	inside := newIDP(t)
	for _, private := range []bool{false, true} {
		client := tenants.ProviderClient(private)
		res, err := client.Get(inside.URL + "/.well-known/openid-configuration")
		if err == nil {
			must(t, res.Body.Close())
			t.Fatal("a certificate of nobody is believed")
		}
		if reached := !strings.Contains(err.Error(), "FORECOURT_PRIVATE_ISSUERS"); reached != private {
			t.Errorf("private %v: %v", private, err)
		}
	}
}
