package contract_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	actor := e.sales
	app := fiber.New(fiber.Config{Immutable: true})
	api := rest.New(app, rest.Doors{Answers: e.db,
		Tenant: func(ctx context.Context, _ rest.Request) (context.Context, error) {
			return tenants.WithActor(ctx, actor), nil
		},
		Allow: func(context.Context, access.Permission) error { return nil }})
	e.s.Routes(api)
	call := func(method, path, version, body string) (int, map[string]any) {
		t.Helper()
		var content io.Reader
		if body != "" {
			content = strings.NewReader(body)
		}
		r := httptest.NewRequest(method, rest.Prefix+path, content)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer x")
		if version != "" {
			r.Header.Set("If-Match", version)
		}
		res, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		var out map[string]any
		if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
			t.Fatalf("%s %s: %d, %v", method, path, res.StatusCode, err)
		}
		return res.StatusCode, out
	}
	status, out := call(http.MethodPost, "/contracts", "", `{"customerId":"`+e.ours.customer.String()+`","vehicleId":"`+e.ours.car.String()+`","priceType":"retail","deposit":"0.00","lines":[{"kind":"vehicle","quantity":1,"price":"198000.00"}]}`)
	if status != http.StatusCreated || out["status"] != "draft" || out["version"] != 1.0 {
		t.Fatalf("%d %v", status, out)
	}
	at := "/contracts/" + out["id"].(string) //nolint:errcheck // it is checked by the calls that follow
	for _, c := range []struct {
		method, path, version, body string
		want                        int
	}{
		{http.MethodPatch, "", "", `{"remark":"x"}`, 428},
		{http.MethodPatch, "", `"7"`, `{"remark":"x"}`, 412},
		{http.MethodPatch, "", `"1"`, `{"lines":[]}`, 422},
		{http.MethodPatch, "", `"1"`, `{"lines":[{"kind":"vehicle","quantity":0}]}`, 422},
		{http.MethodPatch, "", `"1"`, `{"lines":[{"kind":"vehicle","quantity":1,"amount":"1.00"}]}`, 422},
		{http.MethodPatch, "", `"1"`, `{"deposit":"-1.00"}`, 422},
		{http.MethodPatch, "", `"1"`, `{"remark":"送脚垫"}`, 200},
		{http.MethodPost, "/submit", `"2"`, "", 200},
		{http.MethodPost, "/submit", `"3"`, "", 409},
		{http.MethodPost, "/cancel", `"3"`, `{"reason":""}`, 422},
	} {
		if status, out := call(c.method, at+c.path, c.version, c.body); status != c.want {
			t.Errorf("%s %s %s: %d %v", c.method, c.path, c.body, status, out)
		}
	}
	if err := e.decide(t.Context(), uuid.MustParse(at[len("/contracts/"):]), record.OutcomeAgreed, ""); err != nil {
		t.Fatal(err)
	}
	actor = e.manager
	if status, out := call(http.MethodPost, at+"/reserve", `"5"`, ""); status != http.StatusOK || out["status"] != "reserved" {
		t.Errorf("a body that may be left out: %d %v", status, out)
	}
	if status, out := call(http.MethodPost, at+"/release", `"6"`, ""); status != http.StatusOK || out["status"] != "deposit_paid" {
		t.Errorf("%d %v", status, out)
	}
	if status, out := call(http.MethodPost, at+"/reserve", `"7"`, `{"vehicleId":"`+e.ours.car2.String()+`"}`); status != http.StatusOK || out["status"] != "reserved" {
		t.Errorf("%d %v", status, out)
	}
	if status, out := call(http.MethodPost, at+"/cancel", `"8"`, `{"reason":"客户改主意"}`); status != http.StatusOK || out["status"] != "cancelled" {
		t.Errorf("%d %v", status, out)
	}
}
