package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"forecourt/kernel/record"
	"forecourt/modules/callback"
	"forecourt/modules/cash"
	"forecourt/modules/delivery"
	"forecourt/modules/invoice"
)

// TestOwnFieldsOfWhatNobodyEdits adds fields to the kinds without an edit and fills them in after the records were written.
func TestOwnFieldsOfWhatNobodyEdits(t *testing.T) {
	h := newHouse(t)
	admin, auditor := h.tokens["admin"], h.tokens["auditor"]
	label := func(zh string) map[string]any { return map[string]any{"zh": zh, "en": zh} }
	for _, k := range []*record.Spec{cash.Kind.Spec, invoice.Kind.Spec, delivery.OutboundKind.Spec, delivery.HandoverKind.Spec, callback.Kind.Spec} {
		t.Run(k.Name, func(t *testing.T) {
			add := func(field map[string]any) {
				t.Helper()
				h.ask(t, admin, http.MethodPost, "/screens/"+k.Name+"/fields", 0, field, 201)
			}
			list := itemsOf(t, h.ask(t, admin, http.MethodGet, "/"+k.Path, 0, nil, 200))
			if len(list) == 0 {
				if !h.mayBeEmpty[k.Name] {
					t.Fatal("the demo has none")
				}
				return
			}
			path := fmt.Sprintf("/%s/%s", k.Path, list[0]["id"])
			before := h.ask(t, admin, http.MethodGet, path, 0, nil, 200)
			if before["canFill"] != false || before["canEdit"] != false {
				t.Errorf("without a field: canFill %v, canEdit %v", before["canFill"], before["canEdit"])
			}
			add(map[string]any{"key": "x_slip", "type": "text", "label": label("凭证号"), "required": true, "filterable": true})
			add(map[string]any{"key": "x_n", "type": "number", "label": label("数")})
			add(map[string]any{"key": "x_twice", "type": "number", "label": label("倍"), "formula": "x_n * 2"})
			var version int
			if _, err := fmt.Sscan(fmt.Sprint(before["version"]), &version); err != nil {
				t.Fatal(err)
			}
			filler := h.filler(t, k)
			if row := h.ask(t, filler, http.MethodGet, path, 0, nil, 200); row["canFill"] != true {
				t.Errorf("canFill %v", row["canFill"])
			}
			fill := func(token string, version int, body map[string]any, want int) map[string]any {
				t.Helper()
				return h.ask(t, token, http.MethodPatch, path+"/own", version, body, want)
			}
			wrong := func(body map[string]any, field, code string) {
				t.Helper()
				if said, err := json.Marshal(fill(filler, version, body, 422)); err != nil || !strings.Contains(string(said), fmt.Sprintf("%q", field)) || !strings.Contains(string(said), code) {
					t.Errorf("%v: %s, want %s at %s", body, said, code, field)
				}
			}
			wrong(map[string]any{"x_n": 3}, "x_slip", "record.needed")
			wrong(map[string]any{"x_slip": "A1", "x_n": "three"}, "x_n", "record.number")
			wrong(map[string]any{"x_slip": "A1", "x_nothing": 1}, "x_nothing", "")
			wrong(map[string]any{"x_slip": "A1", "x_twice": 1}, "x_twice", "record.fixed")
			for _, business := range []string{"amount", "status", "contractId", "ownerId", "number"} {
				wrong(map[string]any{"x_slip": "A1", business: "1.00"}, business, "")
			}
			fill(filler, version+1, map[string]any{"x_slip": "A1"}, 412)
			fill(auditor, version, map[string]any{"x_slip": "A1"}, 403)
			saved := fill(filler, version, map[string]any{"x_slip": "A1", "x_n": 3}, 200)
			if saved["id"] != before["id"] || saved["version"] != float64(version+1) {
				t.Errorf("%v", saved)
			}
			fill(filler, version, map[string]any{"x_slip": "A2"}, 412)
			fill(filler, version+1, map[string]any{"x_n": 4}, 200) // what was required is there
			after := h.ask(t, admin, http.MethodGet, path, 0, nil, 200)
			if after["x_slip"] != "A1" || after["x_n"] != 4.0 || after["x_twice"] != 8.0 {
				t.Errorf("%v %v %v", after["x_slip"], after["x_n"], after["x_twice"])
			}
			for name, was := range before {
				if now := after[name]; name != "version" && name != "updatedAt" && name != "canFill" && fmt.Sprint(now) != fmt.Sprint(was) {
					t.Errorf("%s was %v and is %v", name, was, now)
				}
			}
			found := itemsOf(t, h.ask(t, admin, http.MethodGet, "/"+k.Path+"?filter=%5B%5B%22x_slip%22,%22=%22,%22A1%22%5D%5D", 0, nil, 200))
			if len(found) != 1 {
				t.Errorf("%d are found by the slip", len(found))
			}
			lines := itemsOf(t, h.ask(t, admin, http.MethodGet, path+"/history", 0, nil, 200))
			if said, err := json.Marshal(lines[0]); err != nil || !strings.Contains(string(said), "补充填写") || !strings.Contains(string(said), `"x_n"`) {
				t.Errorf("history: %s", said)
			}
		})
	}
}

// filler is somebody who fills in the kind's own fields.
func (h *house) filler(t *testing.T, k *record.Spec) string {
	t.Helper()
	token := h.tokens[map[string]string{"receipt": "cashier", "invoice": "invoice_clerk", "outbound": "warehouse_keeper", "handover": "sales_consultant", "callback": "customer_care_agent"}[k.Name]]
	if token == "" {
		t.Fatalf("the demo has nobody who writes a %s", k.Name)
	}
	return token
}

// itemsOf reads a list.
func itemsOf(t *testing.T, answer map[string]any) (items []map[string]any) {
	t.Helper()
	b, err := json.Marshal(answer["items"])
	if err == nil {
		err = json.Unmarshal(b, &items)
	}
	if err != nil {
		t.Fatal(err)
	}
	return items
}
