package policies_test

import (
	"net/http"
	"strconv"
	"testing"

	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func TestOwnProfile(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	app := env.API(t)
	token, _ := env.Session(t, "sales")
	status, now := call(t, app, http.MethodGet, "/session/profile", token, nil)
	version, _ := now["version"].(float64)
	if status != 200 || now["mobile"] != "" || now["emailFixed"] != false {
		t.Fatalf("%d %v", status, now)
	}
	edit := func(body map[string]any) (int, map[string]any) {
		r := request(t, http.MethodPatch, "/session/profile", token, body)
		r.Header.Set("If-Match", strconv.Itoa(int(version)))
		return send(t, app, r)
	}
	for code, body := range map[string]map[string]any{
		"user.mobile_format": {"mobile": "12345"}, "user.email_format": {"email": "nowhere"}, "rest.schema": {"name": "王总"},
	} {
		if status, answer := edit(body); status != 422 || answer["code"] != code {
			t.Errorf("%s: %d %v", code, status, answer)
		}
	}
	if status, answer := edit(map[string]any{"mobile": "13800138000", "email": "wangmin@example.com"}); status != 200 || answer["mobile"] != "13800138000" {
		t.Fatalf("%d %v", status, answer)
	}
	if status, _ := edit(map[string]any{"mobile": ""}); status != 412 {
		t.Errorf("an older version: %d", status)
	}
	version = float64(versionOf(t, env, env.Sales))
	if status, answer := edit(map[string]any{"mobile": ""}); status != 200 || answer["mobile"] != "" || answer["email"] != "wangmin@example.com" {
		t.Errorf("taken away: %d %v", status, answer)
	}
	_, err := env.Sessions.EditProvider(t.Context(), env.Admin, 1, tenants.ProviderInput{Issuer: "https://id.example.com", ClientID: "x", Secret: "x", Claim: "email", Matches: "email", Label: "x", Enabled: true})
	must(t, err)
	version = float64(versionOf(t, env, env.Sales))
	if status, answer := edit(map[string]any{"email": "boss@example.com"}); status != 403 || answer["code"] != "profile.email_fixed" {
		t.Errorf("an address that signs in: %d %v", status, answer)
	}
	if status, answer := edit(map[string]any{"mobile": "13800138001"}); status != 200 {
		t.Errorf("the number beside it: %d %v", status, answer)
	}
}
