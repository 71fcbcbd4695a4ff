package callback_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// door serves the module's operations to whoever who points to.
func (e *env) door(t *testing.T, who *tenants.Actor) func(path, match, body string) (int, string) {
	t.Helper()
	app := fiber.New()
	e.s.Routes(rest.New(app, rest.Doors{
		Tenant: func(ctx context.Context, _ rest.Request) (context.Context, error) {
			return tenants.WithActor(ctx, e.now(t, *who)), nil
		},
		Allow: tenants.Allow,
	}))
	return func(path, match, body string) (int, string) {
		t.Helper()
		r := httptest.NewRequest(http.MethodPost, rest.Prefix+"/callbacks/"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if match != "" {
			r.Header.Set("If-Match", match)
		}
		answer, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		b, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(b)
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	who := e.Care
	call := e.door(t, &who)
	one, two := e.pending(t).ID.String(), e.pending(t).ID.String()
	answered := func(satisfaction string) string {
		return fmt.Sprintf(`{"satisfaction":%s,"vehicleFine":"yes","explained":"yes"}`, satisfaction)
	}
	for _, c := range []struct {
		name, path, match, body string
		who                     tenants.Actor
		status                  int
		says                    string
	}{
		{"Satisfaction0", one + "/complete", `"1"`, answered("0"), e.Care, 422, `"field":"satisfaction"`},
		{"Satisfaction11", one + "/complete", `"1"`, answered("11"), e.Care, 422, `"field":"satisfaction"`},
		{"HalfAPoint", one + "/complete", `"1"`, answered("9.5"), e.Care, 422, `"field":"satisfaction"`},
		{"OddChoice", one + "/complete", `"1"`, `{"satisfaction":9,"vehicleFine":"maybe","explained":"yes"}`, e.Care, 422, `"field":"vehicleFine"`},
		{"NextTryPast", one + "/try", `"1"`, fmt.Sprintf(`{"nextTry":%q}`, today.Add(-1)), e.Care, 422, `"field":"nextTry","code":"callback.past"`},
		{"NoNextTry", one + "/try", `"1"`, `{}`, e.Care, 422, `"field":"nextTry"`},
		{"NoReason", one + "/cancel", `"1"`, `{}`, e.Care, 422, `"field":"answer"`},
		{"BlankReason", one + "/cancel", `"1"`, `{"answer":"  "}`, e.Care, 422, `"field":"answer","code":"record.needed"`},
		{"NoVersion", one + "/try", "", fmt.Sprintf(`{"nextTry":%q}`, today), e.Care, 428, `If-Match`},
		{"Stale", one + "/try", `"7"`, fmt.Sprintf(`{"nextTry":%q}`, today), e.Care, 412, `record.stale`},
		{"Consultant", one + "/try", `"1"`, fmt.Sprintf(`{"nextTry":%q}`, today), e.Sales, 403, `rest.denied`},
		{"OtherTenant", one + "/try", `"1"`, fmt.Sprintf(`{"nextTry":%q}`, today), e.stranger, 404, `record.missing`},
		{"GiveUpUntried", one + "/give_up", `"1"`, `{"answer":"空号"}`, e.Care, 409, `flow.not_allowed`},
		{"Try", one + "/try", `"1"`, fmt.Sprintf(`{"nextTry":%q}`, today), e.Care, 200, `"version":2,"status":"calling"`},
		{"GiveUp", one + "/give_up", `"2"`, `{"answer":"空号"}`, e.Care, 200, `"version":3,"status":"unreachable"`},
		{"Over", one + "/complete", `"3"`, answered("9"), e.Care, 409, `flow.not_allowed`},
		{"Complete", two + "/complete", `"1"`, answered("10"), e.Care, 200, `"status":"done"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			who = c.who
			if status, body := call(c.path, c.match, c.body); status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.says)
			}
		})
	}
}
