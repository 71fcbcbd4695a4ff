package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestMenuIsWhole holds the menu against the kinds and the permissions: every list can be reached, no entry stands twice, and an entry is
// for a permission that exists.
func TestMenuIsWhole(t *testing.T) {
	drawn := map[string]string{"org_unit": "organisation", "approval": "approvals", "approval_task": "approvals"} // kinds that a page shows instead of a list
	seen := map[string]bool{}
	for _, g := range menu() {
		for _, x := range g.Items {
			if seen[x.Code] {
				t.Errorf("%s stands twice", x.Code)
			}
			seen[x.Code] = true
			if !strings.Contains(string(x.Needs), ":") || x.Label.Zh == "" || x.Label.En == "" {
				t.Errorf("%s: %+v", x.Code, x)
			}
		}
	}
	for _, k := range kinds() {
		if k.Path != "" && !seen[k.Name] && !seen[drawn[k.Name]] {
			t.Errorf("nothing leads to %s", k.Name)
		}
	}
}

// TestMenuIsServed arranges the menu of consultants by way of the API.
func TestMenuIsServed(t *testing.T) {
	h := newHouse(t)
	admin, manager, consultant := h.tokens["admin"], h.tokens["sales_manager"], h.tokens["sales_consultant"]
	text := func(zh string) map[string]any { return map[string]any{"zh": zh, "en": ""} }
	place := func(more map[string]any) map[string]any {
		out := map[string]any{"part": "menu", "level": "role", "target": "sales_consultant"}
		for k, v := range more {
			out[k] = v
		}
		return out
	}
	draft := func(sections ...any) map[string]any {
		return place(map[string]any{"menu": map[string]any{"sections": sections, "hidden": []any{"intent"}}})
	}
	section := func(name string, items ...any) map[string]any {
		return map[string]any{"label": text(name), "items": items}
	}
	menuOf := func(token string) string {
		t.Helper()
		b, err := json.Marshal(h.ask(t, token, http.MethodGet, "/menu", 0, nil, 200)["sections"])
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	good := draft(section("接待", map[string]any{"code": "contract", "label": text("订单")}, map[string]any{"code": "customer"}, map[string]any{"code": "jobs"}))
	h.ask(t, admin, http.MethodPut, "/screens/menu/draft", 0, good, 204)
	h.ask(t, admin, http.MethodPost, "/screens/menu/publish", 0, place(nil), 204)
	got := menuOf(consultant)
	if !strings.HasPrefix(got, `[{"items":[{"code":"contract","kind":true,"label":{"en":"","zh":"订单"},"renamed":true},{"code":"customer"`) {
		t.Errorf("the consultant's menu: %s", got)
	}
	if strings.Contains(got, `"intent"`) || strings.Contains(got, `"jobs"`) || !strings.Contains(got, `"visit"`) {
		t.Errorf("hidden, not permitted, or lost: %s", got)
	}
	if other := menuOf(manager); strings.Contains(other, "订单") || !strings.Contains(other, `"intent"`) {
		t.Errorf("the manager's menu: %s", other)
	}
	h.ask(t, consultant, http.MethodGet, "/intents", 0, nil, 200) // hiding takes no permission away
	for want, body := range map[string]map[string]any{
		"fax":                     draft(section("A", map[string]any{"code": "fax"})),
		"sections[0].label.zh":    draft(section(" ", map[string]any{"code": "visit"})),
		"sections[0].items[1]":    draft(section("A", map[string]any{"code": "visit"}, map[string]any{"code": "visit"})),
		"sections[0].items[0].up": draft(section("A", map[string]any{"code": "visit", "up": 1})),
		"menu.hidden[0]":          place(map[string]any{"menu": map[string]any{"sections": []any{section("A", map[string]any{"code": "visit"})}, "hidden": []any{"screens"}}}),
		"sections[0].items[0]":    draft(section("A", map[string]any{"code": 7})),
	} {
		b, err := json.Marshal(h.ask(t, admin, http.MethodPut, "/screens/menu/draft", 0, body, 422))
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s: %s, %v", want, b, err)
		}
	}
	h.ask(t, consultant, http.MethodPut, "/screens/menu/draft", 0, good, 403)
	h.ask(t, consultant, http.MethodGet, "/screens/menu", 0, nil, 403)
	h.ask(t, admin, http.MethodPost, "/screens/menu/undo", 0, place(nil), 204)
	if got := menuOf(consultant); strings.Contains(got, "订单") || !strings.Contains(got, `"intent"`) {
		t.Errorf("undone: %s", got)
	}
}
