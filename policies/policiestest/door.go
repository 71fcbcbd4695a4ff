package policiestest

import (
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Call sends a JSON body, with match as If-Match unless it is empty, and returns the answer's status and text.
type Call func(method, path, match, body string) (status int, answer string)

// Door serves a module's operations alone, to whoever who names at the time of the call.
func Door(t testing.TB, routes func(*rest.API), who func() tenants.Actor) Call {
	t.Helper()
	app := fiber.New()
	routes(rest.New(app, rest.Doors{
		Tenant: func(ctx context.Context, _ rest.Request) (context.Context, error) {
			return tenants.WithActor(ctx, who()), nil
		},
		Allow: tenants.Allow,
	}))
	return func(method, path, match, body string) (int, string) {
		t.Helper()
		r := httptest.NewRequest(method, rest.Prefix+path, strings.NewReader(body))
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
