package policies_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gofiber/fiber/v2"

	"forecourt/kernel/fault"
)

func as(err error, f **fault.Fault) bool { return errors.As(err, f) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

// call sends body as JSON and reads the answer.
func call(t testing.TB, app *fiber.App, method, path, token string, body any) (status int, answer map[string]any) {
	t.Helper()
	return send(t, app, request(t, method, path, token, body))
}

func request(t testing.TB, method, path, token string, body any) *http.Request {
	t.Helper()
	b, err := json.Marshal(body)
	must(t, err)
	r := httptest.NewRequestWithContext(t.Context(), method, "/api/v1"+path, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r
}

func send(t testing.TB, app *fiber.App, r *http.Request) (status int, answer map[string]any) {
	t.Helper()
	res, err := app.Test(r, -1)
	must(t, err)
	defer func() { must(t, res.Body.Close()) }()
	b, err := io.ReadAll(res.Body)
	must(t, err)
	if len(b) > 0 {
		if err := json.Unmarshal(b, &answer); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
	}
	return res.StatusCode, answer
}
