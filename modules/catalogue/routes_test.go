package catalogue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"forecourt/kernel/rest"
	"forecourt/modules/catalogue"
	"forecourt/tenants"
)

func TestImportThroughTheDoor(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	app := fiber.New(fiber.Config{ErrorHandler: rest.Fail, Immutable: true})
	api := rest.New(app, rest.Doors{
		Operator: func(ctx context.Context, r rest.Request) (context.Context, error) {
			if r.Token != "operator" {
				return ctx, rest.ErrUnauthenticated
			}
			return ctx, nil
		},
		Tenant: func(ctx context.Context, _ rest.Request) (context.Context, error) {
			return tenants.WithActor(ctx, e.Admin), nil
		},
		Allow: tenants.Allow,
	})
	e.s.Routes(api)
	send := func(path, field, token, text string) (int, []byte) {
		t.Helper()
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile(field, "models.csv")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(text))
		_ = w.Close()
		r := httptest.NewRequest(http.MethodPost, rest.Prefix+path, &b)
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Accept-Language", "en")
		return do(t, app, r)
	}
	for _, c := range []struct {
		path, field, token, text string
		status                   int
		holds                    string
	}{
		{"/platform/catalogue/import/preview", "file", "operator", fixture, 200, `"rows":5,"new":5,"changed":0,"same":0,"errors":[],"applied":false`},
		{"/platform/catalogue/import", "file", "operator", fixture, 200, `"rows":5,"new":5,"changed":0,"same":0,"errors":[],"applied":true`},
		{"/platform/catalogue/import", "file", "operator", heading + "a,b,c,x,d,9\n", 200, `{"line":2,"field":"model_year","message":"The model year is a year from 1980 to 2035"}`},
		{"/platform/catalogue/import", "file", "operator", "a,b\n", 422, `"code":"catalogue.template"`},
		{"/platform/catalogue/import", "other", "operator", fixture, 422, `"code":"catalogue.file_missing"`},
		{"/platform/catalogue/import", "file", "tenant", fixture, 401, ""},
	} {
		if status, body := send(c.path, c.field, c.token, c.text); status != c.status || !strings.Contains(string(body), c.holds) {
			t.Errorf("%s %s %.20q: %d %s", c.path, c.field, c.text, status, body)
		}
	}
	r := httptest.NewRequest(http.MethodPut, rest.Prefix+"/catalogue/brands", strings.NewReader(`{"brands":["DS"]}`))
	r.Header.Set("Content-Type", "application/json")
	status, body := do(t, app, r)
	var out struct{ Items []catalogue.Brand }
	if err := json.Unmarshal(body, &out); err != nil || status != 200 || len(out.Items) != 3 || out.Items[0] != (catalogue.Brand{Brand: "DS", Count: 1, Subscribed: true}) {
		t.Errorf("%d %s", status, body)
	}
}

func do(t *testing.T, app *fiber.App, r *http.Request) (int, []byte) {
	t.Helper()
	res, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, b.Bytes()
}
