package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/uptrace/bun"

	"forecourt/kernel/config"
	"forecourt/kernel/rest"
)

// maintain closes or opens the platform as the operator.
func (h *house) maintain(t *testing.T, method string, body any, want int) []byte {
	t.Helper()
	status, answer := h.answer(t, h.tokens["operator"], call{method: method, path: "/platform/maintenance", body: body})
	if status != want {
		t.Fatalf("%s: %d %s, want %d", method, status, answer, want)
	}
	return answer
}

func closing(until time.Time) map[string]any {
	return map[string]any{"text": map[string]string{"zh": "系统升级，请稍候", "en": "We are upgrading"}, "until": until}
}

func TestMaintenanceClosesEverythingOfTenants(t *testing.T) {
	h := newHouse(t)
	h.maintain(t, http.MethodPut, closing(time.Now().Add(-time.Minute)), 422)
	h.maintain(t, http.MethodPut, closing(time.Now().Add(time.Hour)), 200)
	closed := 0
	operations(h.app.api, func(path string, op *huma.Operation) {
		token := h.tokenFor(t, op)
		if p := h.app.api.Permissions()[op.OperationID]; p == rest.Operator || op.OperationID == "operator-sign-in" {
			if op.Method != http.MethodGet {
				return // among them the end of the maintenance
			}
			if status, body := h.answer(t, token, call{method: op.Method, path: filled(path, nobody)}); status == 503 {
				t.Errorf("operators cannot work: %s %s", op.OperationID, body)
			}
			return
		}
		closed++
		if status, body := h.answer(t, token, call{method: op.Method, path: filled(path, nobody)}); status != 503 {
			t.Errorf("%s: %d %.200s", op.OperationID, status, body)
		}
	})
	if closed < 50 {
		t.Errorf("only %d operations are closed", closed)
	}
	r := httptest.NewRequest(http.MethodGet, rest.Prefix+"/session", nil)
	r.Header.Set("Accept-Language", "en")
	res, err := h.app.http.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var p rest.Problem
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	after, err := strconv.Atoi(res.Header.Get("Retry-After"))
	if err != nil || after < 5 || p.Code != "platform.maintenance" || p.Detail != "We are upgrading" || p.Text == nil || p.Text.Zh != "系统升级，请稍候" || p.Until == nil {
		t.Errorf("%d %+v %v", after, p, err)
	}
	var s struct{ Active bool }
	if err := json.Unmarshal(h.maintain(t, http.MethodGet, nil, 200), &s); err != nil || !s.Active {
		t.Errorf("%+v %v", s, err)
	}
	h.maintain(t, http.MethodDelete, nil, 204)
	if status, body := h.answer(t, h.tokens["admin"], call{method: http.MethodGet, path: "/session"}); status != http.StatusOK {
		t.Errorf("afterwards: %d %s", status, body)
	}
	var lines int
	if err := h.app.db.Platform(t.Context(), func(tx bun.Tx) error {
		return tx.QueryRowContext(t.Context(), "SELECT count(*) FROM operator_log WHERE action IN ('close_platform', 'open_platform') AND operator_id IS NOT NULL").Scan(&lines)
	}); err != nil || lines != 2 {
		t.Errorf("%d lines of the operators' log, %v", lines, err)
	}
}

// Every replica follows, also one that has lost Redis: it reads the row itself.
func TestMaintenanceReachesEveryReplica(t *testing.T) {
	h := newHouse(t)
	s := &servers{cfg: config.Config{Data: t.TempDir(), Connections: 2}, appURL: h.url, redisURL: "redis://127.0.0.1:1"}
	app, err := build(s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- ended(app.closed.Run(ctx)) }()
	t.Cleanup(func() {
		cancel()
		if err := <-over; err != nil {
			t.Error(err)
		}
		_ = app.close()
	})
	there := &house{app: app}
	follows := func(want int) {
		t.Helper()
		for stop := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			status, body := there.answer(t, h.tokens["admin"], call{method: http.MethodGet, path: "/session"})
			if status == want {
				return
			}
			if time.Now().After(stop) {
				t.Fatalf("%d %s, want %d", status, body, want)
			}
		}
	}
	follows(200)
	h.maintain(t, http.MethodPut, closing(time.Now().Add(time.Hour)), 200)
	follows(503)
	h.maintain(t, http.MethodDelete, nil, 204)
	follows(200)
}

// patience is when a test gives up waiting.
const patience = 30 * time.Second

func TestAnnouncements(t *testing.T) {
	h := newHouse(t)
	operator, admin, seller := h.tokens["operator"], h.tokens["admin"], h.tokens["sales_consultant"]
	theirs := h.signIn(t, "mingda", "admin")
	soon := time.Now().Add(time.Hour)
	announce := func(level string, from, to time.Time, tenants ...string) map[string]any {
		b := map[string]any{"level": level, "title": map[string]string{"zh": "本周六停机升级", "en": "Upgrade on Saturday"}, "text": map[string]string{"zh": "八点到十点", "en": "From 8 to 10"}, "from": from, "to": to}
		if tenants != nil {
			b["tenants"] = tenants
		}
		return b
	}
	create := func(body any) string {
		t.Helper()
		var out struct{ ID string }
		status, answer := h.answer(t, operator, call{method: http.MethodPost, path: "/platform/announcements", body: body})
		if err := json.Unmarshal(answer, &out); err != nil || status != http.StatusCreated {
			t.Fatalf("%d %s", status, answer)
		}
		return out.ID
	}
	reads := func(who, token string, want ...string) {
		t.Helper()
		var out struct{ Items []struct{ ID string } }
		status, answer := h.answer(t, token, call{method: http.MethodGet, path: "/announcements"})
		if err := json.Unmarshal(answer, &out); err != nil || status != http.StatusOK || len(out.Items) != len(want) {
			t.Fatalf("%s: %d %s, want %v", who, status, answer, want)
		}
		for i, w := range want {
			if out.Items[i].ID != w {
				t.Errorf("%s: %d is %s, want %s", who, i, out.Items[i].ID, w)
			}
		}
	}
	dismiss := func(token, id string) int {
		status, _ := h.answer(t, token, call{method: http.MethodPost, path: "/announcements/" + id + "/dismiss"})
		return status
	}
	past := time.Now().Add(-time.Hour)
	all := create(announce("info", past, soon))
	ours := create(announce("warning", past, soon, h.ours.tenant.ID.String()))
	create(announce("info", soon, soon.Add(time.Hour)))
	create(announce("info", past.Add(-time.Hour), past))
	reads("ours", admin, ours, all)
	reads("theirs", theirs, all)
	if status := dismiss(theirs, ours); status != 404 {
		t.Errorf("one that is not theirs: %d", status)
	}
	if status := dismiss(admin, nobody); status != 404 {
		t.Errorf("none: %d", status)
	}
	if status := dismiss(admin, ours); status != 204 {
		t.Errorf("%d", status)
	}
	reads("who dismissed it", admin, all)
	reads("a colleague", seller, ours, all)
	change := func(method, path, version string, body any) int {
		status, _ := h.answer(t, operator, call{method: method, path: "/platform/announcements/" + path, body: body, header: map[string]string{"If-Match": version}})
		return status
	}
	if status := change(http.MethodPut, ours, `"1"`, announce("warning", past, soon.Add(time.Hour), h.ours.tenant.ID.String())); status != 204 {
		t.Errorf("edit: %d", status)
	}
	reads("after the change", admin, ours, all)
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"stale", change(http.MethodPut, ours, `"1"`, announce("info", past, soon)), 412},
		{"missing", change(http.MethodPut, nobody, `"1"`, announce("info", past, soon)), 404},
		{"period", change(http.MethodPut, ours, `"2"`, announce("info", soon, past)), 422},
		{"no tenant", change(http.MethodPut, ours, `"2"`, announce("info", past, soon, nobody)), 422},
		{"end", change(http.MethodPost, ours+"/end", `"2"`, nil), 204},
		{"end twice", change(http.MethodPost, ours+"/end", `"3"`, nil), 409},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
		}
	}
	reads("after the end", admin, all)
	if status, _ := h.answer(t, admin, call{method: http.MethodGet, path: "/platform/announcements"}); status != 401 {
		t.Errorf("a tenant's administrator reads the desk: %d", status)
	}
}
