package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/config"
	"forecourt/kernel/database"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/kernel/testdb"
	"forecourt/tenants"
)

// house is the whole program on a database of its own, with the two demo groups.
type house struct {
	app        *application
	url        string // of the database, as the application
	data       string // the folder of its files
	ours, them *staffed
	tokens     map[string]string // by role, of the first group; "operator" beside
	mayBeEmpty map[string]bool   // kinds of which the other tenant need not have a record
	ownerURL   string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db := testdb.New(t)
	s := &servers{cfg: config.Config{Data: t.TempDir(), Connections: 8}, appURL: db.AppURL, ownerURL: db.OwnerURL, redisURL: "redis://127.0.0.1:1"}
	app, err := build(s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.close() })
	h := &house{app: app, data: s.cfg.Data, url: db.AppURL, ownerURL: db.OwnerURL, tokens: map[string]string{}, mayBeEmpty: map[string]bool{"callback": true, "approval": true, "approval_task": true}} // a worker makes those, and none runs here
	ctx := context.Background()
	if err := app.platform.CreateOperator(ctx, operatorLogin, "平台运营", demoPassword); err != nil {
		t.Fatal(err)
	}
	groups, err := app.fill(ctx)
	if err != nil {
		t.Fatal(err)
	}
	h.ours, h.them = groups[0], groups[1]
	for _, u := range demoGroups[0].users {
		if h.tokens[u.role] == "" {
			h.tokens[u.role] = h.signIn(t, demoGroups[0].code, u.login)
		}
	}
	h.tokens["admin"], h.tokens["leader"] = h.tokens["group_administrator"], h.tokens["group_leader"]
	var out struct{ Token string }
	status, body := h.answer(t, "", call{method: http.MethodPost, path: "/platform/session", body: map[string]string{"login": operatorLogin, "password": demoPassword, "mode": "bearer"}})
	if err := json.Unmarshal(body, &out); err != nil || status != http.StatusOK {
		t.Fatalf("operator: %d %s", status, body)
	}
	h.tokens["operator"] = out.Token
	return h
}

func (h *house) signIn(t *testing.T, tenant, login string) string {
	t.Helper()
	token, _, err := h.app.tenants.SignIn(context.Background(), tenants.SignInput{Tenant: tenant, Login: login, Password: demoPassword, Address: "192.0.2.9"})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// tokenFor returns a token of somebody who may call op.
func (h *house) tokenFor(t *testing.T, op *huma.Operation) string {
	t.Helper()
	p := h.app.api.Permissions()[op.OperationID]
	switch p {
	case rest.Public:
		return ""
	case rest.SignedIn:
		return h.tokens["admin"]
	case rest.Operator:
		return h.tokens["operator"]
	}
	for _, u := range demoGroups[0].users {
		if h.ours.actors[u.login].Set.Has(p) {
			return h.tokens[u.role]
		}
	}
	t.Errorf("%s: no shipped role holds %s", op.OperationID, p)
	return h.tokens["admin"]
}

// idsOf returns two ids of a kind in a tenant, at most.
func (h *house) idsOf(t *testing.T, g *staffed, k *record.Spec) []string {
	t.Helper()
	v := g.actors["admin"].View("zh")
	v.Set = &access.Set{Scopes: map[access.Permission]access.Scope{k.Read: {All: true}}}
	var ids []string
	err := database.Read(context.Background(), h.app.db.Pool(), v.Tenant, []database.Query{{SQL: "SELECT id FROM " + k.Table() + " WHERE tenant_id = $1 ORDER BY id LIMIT 2", Args: []any{v.Tenant}}},
		func(_ int, row [][]byte) error {
			id, err := uuid.ParseBytes(row[0])
			ids = append(ids, id.String())
			return err
		})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestEveryOperationHasSomebodyWhoMay(t *testing.T) {
	h := newHouse(t)
	n := 0
	operations(h.app.api, func(path string, op *huma.Operation) {
		n++
		token := h.tokenFor(t, op)
		if h.app.api.Permissions()[op.OperationID] == rest.Public || op.OperationID == "live" {
			return
		}
		if status, body := h.answer(t, "", call{method: op.Method, path: filled(path, nobody)}); status != http.StatusUnauthorized {
			t.Errorf("%s without signing in: %d %.100s", op.OperationID, status, body)
		}
		if op.Method == http.MethodGet {
			if status, body := h.answer(t, token, call{method: op.Method, path: filled(path, nobody)}); status >= 500 || status == 403 {
				t.Errorf("%s: %d %.200s", op.OperationID, status, body)
			}
		}
	})
	if n < 20 {
		t.Errorf("only %d operations", n)
	}
}
