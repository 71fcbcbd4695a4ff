package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// ask sends a request and demands its status.
func (h *house) ask(t *testing.T, token, method, path string, version int, body any, want int) map[string]any {
	t.Helper()
	status, b := h.answer(t, token, call{method: method, path: path, body: body, header: map[string]string{"If-Match": fmt.Sprintf("%q", fmt.Sprint(version))}})
	if status != want {
		t.Fatalf("%s %s: %d %.400s, want %d", method, path, status, b, want)
	}
	out := map[string]any{}
	if len(b) > 0 && b[0] == '{' {
		if err := json.Unmarshal(b, &out); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestFormIsEnforced publishes a form for consultants and enters customers by it.
func TestFormIsEnforced(t *testing.T) {
	h := newHouse(t)
	admin, manager, consultant := h.tokens["admin"], h.tokens["sales_manager"], h.tokens["sales_consultant"]
	label := map[string]any{"zh": "基本", "en": "Basics"}
	place := map[string]any{"part": "form", "level": "role", "target": "sales_consultant"}
	draft := map[string]any{"part": "form", "level": "role", "target": "sales_consultant", "form": map[string]any{
		"hidden": []any{"note"},
		"sections": []any{map[string]any{"label": label, "fields": []any{map[string]any{"name": "name"}, map[string]any{"name": "type"}, map[string]any{"name": "source", "required": true, "start": "call"},
			map[string]any{"name": "employer", "required": true, "when": map[string]any{"field": "type", "values": []any{"enterprise"}}}}}}}}
	h.ask(t, admin, http.MethodPut, "/screens/customer/draft", 0, draft, 204)
	h.ask(t, admin, http.MethodPost, "/screens/customer/publish", 0, place, 204)
	create := func(token string, extra map[string]any, want int) string {
		t.Helper()
		body := map[string]any{"type": "individual", "stage": "potential", "name": "测试乙", "mobile": "13912345670"}
		for k, v := range extra {
			body[k] = v
		}
		answer := h.ask(t, token, http.MethodPost, "/customers", 0, body, want)
		return fmt.Sprint(answer["errors"], answer["id"])
	}
	if got := create(consultant, nil, 422); !strings.Contains(got, "source") || strings.Contains(got, "employer") {
		t.Errorf("a required field: %s", got)
	}
	if got := create(consultant, map[string]any{"source": "call", "note": "x"}, 422); !strings.Contains(got, "note") {
		t.Errorf("a hidden field: %s", got)
	}
	create(consultant, map[string]any{"source": "call"}, 201)
	create(manager, map[string]any{"mobile": "13912345671", "note": "x"}, 201)
	if got := create(consultant, map[string]any{"type": "enterprise", "mobile": "13912345672", "source": "call", "registrationNumber": "91350100M000100Y43"}, 422); !strings.Contains(got, "employer") {
		t.Errorf("a condition that holds: %s", got)
	}
	b, _ := json.Marshal(h.ask(t, consultant, http.MethodGet, "/kinds/customer", 0, nil, 200)["form"])
	if strings.Contains(string(b), `"note"`) || !strings.Contains(string(b), `"source"`) || !strings.Contains(string(b), `"level"`) {
		t.Errorf("the form: %s", b)
	}
	h.ask(t, admin, http.MethodPost, "/screens/customer/undo", 0, place, 204)
	create(consultant, map[string]any{"mobile": "13912345673", "note": "x"}, 201)
}

// TestOwnFieldsThroughTheAPI adds fields to customers and follows them through everything that shows a customer.
func TestOwnFieldsThroughTheAPI(t *testing.T) {
	h := newHouse(t)
	admin, manager, auditor := h.tokens["admin"], h.tokens["sales_manager"], h.tokens["auditor"]
	label := func(zh string) map[string]any { return map[string]any{"zh": zh, "en": zh} }
	add := func(field map[string]any, want int) map[string]any {
		return h.ask(t, admin, http.MethodPost, "/screens/customer/fields", 0, field, want)
	}
	add(map[string]any{"key": "x_hobby", "type": "text", "label": label("爱好"), "filterable": true, "searchable": true}, 201)
	add(map[string]any{"key": "x_way", "type": "choice", "label": label("渠道"), "required": true, "filterable": true,
		"options": []any{map[string]any{"value": "web", "label": label("网站")}, map[string]any{"value": "shop", "label": label("门店")}}}, 201)
	add(map[string]any{"key": "x_budget", "type": "money", "label": label("预算"), "filterable": true}, 201)
	add(map[string]any{"key": "x_twice", "type": "money", "label": label("两倍"), "formula": "x_budget * 2"}, 201)
	add(map[string]any{"key": "x_friend", "type": "ref", "ref": "customer", "label": label("介绍人")}, 201)

	customer := func(extra map[string]any) map[string]any {
		body := map[string]any{"type": "individual", "stage": "potential", "name": "测试甲", "mobile": "13912345678"}
		for k, v := range extra {
			body[k] = v
		}
		return body
	}
	problem := h.ask(t, manager, http.MethodPost, "/customers", 0, customer(map[string]any{"x_way": "none", "x_budget": 5}), 422)
	if got := fmt.Sprint(problem["errors"]); !strings.Contains(got, "x_way") || !strings.Contains(got, "x_budget") {
		t.Errorf("wrong values are not at their fields: %s", got)
	}
	h.ask(t, manager, http.MethodPost, "/customers", 0, customer(map[string]any{"x_nothing": 1, "x_way": "web"}), 422)
	h.ask(t, manager, http.MethodPost, "/customers", 0, customer(map[string]any{"x_way": "web", "x_friend": nobody}), 422)
	foreign := h.idsOf(t, h.them, h.app.kinds.Kind("customer"))[0]
	h.ask(t, manager, http.MethodPost, "/customers", 0, customer(map[string]any{"x_way": "web", "x_friend": foreign}), 422)
	made := h.ask(t, manager, http.MethodPost, "/customers", 0, customer(map[string]any{"x_way": "web", "x_hobby": "钓鱼", "x_budget": "120000.50"}), 201)
	id, _ := made["id"].(string)

	t.Run("TheKindDeclaresThem", func(t *testing.T) {
		kind := h.ask(t, manager, http.MethodGet, "/kinds/customer", 0, nil, 200)
		b, _ := json.Marshal(kind)
		for _, want := range []string{`"x_hobby"`, `"爱好"`, `"其他信息"`, `"own":true`} {
			if !strings.Contains(string(b), want) {
				t.Errorf("%s is missing", want)
			}
		}
	})
	t.Run("OpenEditHistory", func(t *testing.T) {
		r := h.ask(t, manager, http.MethodGet, "/customers/"+id, 0, nil, 200)
		if r["x_twice"] != "240001.00" || r["x_hobby"] != "钓鱼" {
			t.Errorf("got %v", r)
		}
		h.ask(t, manager, http.MethodPatch, "/customers/"+id, 1, map[string]any{"x_hobby": "骑行", "x_friend": id}, 200)
		r = h.ask(t, auditor, http.MethodGet, "/customers/"+id, 0, nil, 200)
		if r["x_hobby"] != "骑行" || r["x_friendName"] != "测试甲" {
			t.Errorf("got %v", r)
		}
		b, _ := json.Marshal(h.ask(t, manager, http.MethodGet, "/customers/"+id+"/history", 0, nil, 200))
		if !strings.Contains(string(b), "钓鱼") || !strings.Contains(string(b), `"爱好"`) {
			t.Errorf("the history does not tell: %.600s", b)
		}
		h.ask(t, manager, http.MethodPatch, "/customers/"+id, 2, map[string]any{"x_way": ""}, 422)
	})
	t.Run("ListFilterSortSearchExport", func(t *testing.T) {
		list := func(query string) int {
			items, _ := h.ask(t, manager, http.MethodGet, "/customers?"+query, 0, nil, 200)["items"].([]any)
			return len(items)
		}
		if n := list("fields=name,x_hobby&filter=" + url.QueryEscape(`[["x_hobby","=","骑行"],["x_budget",">","100000.00"]]`)); n != 1 {
			t.Errorf("filter: %d", n)
		}
		if n := list("q=" + url.QueryEscape("骑行")); n != 1 {
			t.Errorf("search: %d", n)
		}
		if n := list("sort=-x_budget&limit=1"); n != 1 {
			t.Errorf("sort: %d", n)
		}
		status, b := h.answer(t, manager, call{method: http.MethodGet, path: "/customers/export?format=csv&fields=name,x_way,x_hobby&filter=" + url.QueryEscape(`[["x_way","=","web"]]`)})
		if status != 200 || !strings.Contains(string(b), "名称,渠道,爱好\n测试甲,网站,骑行") {
			t.Errorf("export: %d %s", status, b)
		}
	})
	t.Run("TheOtherTenantKnowsNothing", func(t *testing.T) {
		other := h.signIn(t, demoGroups[1].code, "admin")
		if b, _ := json.Marshal(h.ask(t, other, http.MethodGet, "/kinds/customer", 0, nil, 200)); strings.Contains(string(b), "x_hobby") {
			t.Error("another tenant sees the field")
		}
		h.ask(t, other, http.MethodGet, "/customers?filter="+url.QueryEscape(`[["x_hobby","=","骑行"]]`), 0, nil, 422)
	})
	t.Run("ABodyWithTheSameKeyIsAnsweredOnce", func(t *testing.T) {
		body := customer(map[string]any{"x_way": "shop", "mobile": "13912345679"})
		send := func() (int, string) {
			status, b := h.answer(t, manager, call{method: http.MethodPost, path: "/customers", body: body, header: map[string]string{"Idempotency-Key": "same-key-0001"}})
			return status, string(b)
		}
		s1, b1 := send()
		if s2, b2 := send(); s1 != 201 || s1 != s2 || strings.TrimSpace(b1) != strings.TrimSpace(b2) {
			t.Errorf("%d %s, then %d %s", s1, b1, s2, b2)
		}
		body["x_way"] = "web"
		if s, _ := send(); s != 422 {
			t.Errorf("another body with the same key: %d", s)
		}
	})
}
