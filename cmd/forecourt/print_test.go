package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// printed is what the test reads of a sheet, of a declaration and of a history.
type printed struct {
	Layout   json.RawMessage
	Record   map[string]any
	Capitals map[string]string
	Prints   []string
	Can      map[string]bool
	Items    []json.RawMessage
}

// TestPrint prints records through the API as several people, and looks for the lines that it leaves.
func TestPrint(t *testing.T) {
	h := newHouse(t)
	admin, manager := h.tokens["admin"], h.tokens["sales_manager"]
	contract := h.idsOf(t, h.ours, h.app.kinds.Kind("contract"))[0]
	customer := h.idsOf(t, h.ours, h.app.kinds.Kind("customer"))[0]
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	read := func(answer map[string]any) (out printed) {
		if err := json.Unmarshal([]byte(text(answer)), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	t.Run("TheShippedPaper", func(t *testing.T) {
		sheet := read(h.ask(t, manager, http.MethodPost, "/contracts/"+contract+"/print", 0, map[string]any{}, 200))
		if sheet.Record["id"] != contract || !strings.Contains(sheet.Capitals["total"], "元") || !strings.Contains(string(sheet.Layout), "汽车销售合同") || !strings.Contains(text(sheet.Record["lines"]), "quantity") {
			t.Errorf("the sheet: %.600s", text(sheet))
		}
		if first := read(h.ask(t, manager, http.MethodGet, "/contracts/"+contract+"/history", 0, nil, 200)).Items[0]; !strings.Contains(string(first), "打印") {
			t.Errorf("the history begins with %s", first)
		}
	})
	t.Run("MaskedOnPaperToo", func(t *testing.T) {
		for role, masked := range map[string]bool{"cashier": true, "sales_manager": false} {
			sheet := read(h.ask(t, h.tokens[role], http.MethodPost, "/customers/"+customer+"/print", 0, map[string]any{}, 200))
			if mobile := fmt.Sprint(sheet.Record["mobile"]); strings.Contains(mobile, "*") != masked || mobile == "" {
				t.Errorf("%s prints %s", role, mobile)
			}
		}
	})
	t.Run("WhoOnlyLooksDoesNotPrint", func(t *testing.T) {
		h.ask(t, h.tokens["auditor"], http.MethodPost, "/contracts/"+contract+"/print", 0, map[string]any{}, 403)
		if kind := read(h.ask(t, h.tokens["auditor"], http.MethodGet, "/kinds/contract", 0, nil, 200)); kind.Can["print"] {
			t.Errorf("the auditor can %v", kind.Can)
		}
	})
	t.Run("ANamedPaper", func(t *testing.T) {
		place := map[string]any{"part": "print", "level": "role", "target": "sales_manager", "name": "提车单"}
		layout := map[string]any{"paper": "triplicate", "margin": map[string]any{"top": 5, "right": 5, "bottom": 5, "left": 5},
			"elements": []any{map[string]any{"type": "capitals", "field": "total", "x": 10, "y": 20, "width": 100, "height": 8}}}
		draft := map[string]any{"part": "print", "level": "role", "target": "sales_manager", "name": "提车单", "fresh": true, "print": layout}
		h.ask(t, admin, http.MethodPut, "/screens/contract/draft", 0, draft, 204)
		if again := h.ask(t, admin, http.MethodPut, "/screens/contract/draft", 0, draft, 409); !strings.Contains(text(again), `"name"`) {
			t.Errorf("the name again: %v", again)
		}
		h.ask(t, admin, http.MethodPost, "/screens/contract/publish", 0, place, 204)
		for role, want := range map[string][]string{"sales_manager": {"", "提车单"}, "cashier": {""}} {
			if got := read(h.ask(t, h.tokens[role], http.MethodGet, "/kinds/contract", 0, nil, 200)).Prints; !slices.Equal(got, want) {
				t.Errorf("%s is offered %v", role, got)
			}
		}
		path := "/contracts/" + contract + "/print"
		if sheet := h.ask(t, manager, http.MethodPost, path, 0, map[string]any{"layout": "提车单"}, 200); !strings.Contains(text(sheet["layout"]), "triplicate") {
			t.Errorf("the sheet: %.300s", text(sheet))
		}
		if bad := h.ask(t, h.tokens["cashier"], http.MethodPost, path, 0, map[string]any{"layout": "提车单"}, 422); !strings.Contains(text(bad), `"layout"`) {
			t.Errorf("another role's: %v", bad)
		}
		for field, element := range map[string]map[string]any{
			"print.elements[0].x":     {"type": "date", "x": 200, "y": 20, "width": 100, "height": 8},
			"print.elements[0].field": {"type": "field", "field": "margin", "x": 1, "y": 1, "width": 10, "height": 8},
			"print.elements[0].width": {"type": "date", "x": 1, "y": 1, "width": 0, "height": 8},
			"print.elements[0].type":  {"type": "picture", "x": 1, "y": 1, "width": 10, "height": 8},
		} {
			draft["fresh"], layout["elements"] = false, []any{element}
			if bad := h.ask(t, admin, http.MethodPut, "/screens/contract/draft", 0, draft, 422); !strings.Contains(text(bad), `"`+field+`"`) {
				t.Errorf("%s: %s", field, text(bad))
			}
			body := map[string]any{"print": layout, "record": contract}
			if bad := h.ask(t, admin, http.MethodPost, "/screens/contract/print-preview", 0, body, 422); !strings.Contains(text(bad), `"`+field+`"`) {
				t.Errorf("preview, %s: %s", field, text(bad))
			}
		}
		if shipped := h.ask(t, admin, http.MethodGet, "/screens/contract/shipped-print", 0, nil, 200); shipped["paper"] != "a4" {
			t.Errorf("the shipped one: %v", shipped)
		}
	})
}
