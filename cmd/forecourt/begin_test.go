package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"forecourt/kernel/config"
	"forecourt/kernel/testdb"
)

// An installation without a demo starts empty, and says once how its first operator gets in.
func TestBeginWithoutDemo(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	s := &servers{cfg: config.Config{Data: t.TempDir(), Connections: 4}, appURL: db.AppURL, ownerURL: db.OwnerURL, redisURL: "redis://127.0.0.1:1"}
	app, err := build(s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.close() })
	var first, again bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &again} {
		if err := app.begin(t.Context(), false, out); err != nil {
			t.Fatal(err)
		}
	}
	if again.Len() > 0 {
		t.Errorf("the second start says %q", again.String())
	}
	_, said, found := strings.Cut(first.String(), operatorLogin+"  ")
	password, _, _ := strings.Cut(said, " ")
	if !found || len(password) < 16 {
		t.Fatalf("no password in %q", first.String())
	}
	h := &house{app: app}
	status, body := h.answer(t, "", call{method: http.MethodPost, path: "/platform/session", body: map[string]string{"login": operatorLogin, "password": password, "mode": "bearer"}})
	var in struct{ Token string }
	if err := json.Unmarshal(body, &in); err != nil || status != http.StatusOK {
		t.Fatalf("operator: %d %s", status, body)
	}
	var list struct{ Items []any }
	if status, body = h.answer(t, in.Token, call{method: http.MethodGet, path: "/platform/tenants"}); status != http.StatusOK || json.Unmarshal(body, &list) != nil || len(list.Items) > 0 {
		t.Fatalf("tenants of an empty installation: %d %s", status, body)
	}
}
