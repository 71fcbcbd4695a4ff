package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/money"
)

// openTask is the open approval task of somebody over a document.
func (h *house) openTask(t *testing.T, token, document string) (id string, version int) {
	t.Helper()
	list := as[[]asked](t, h.ask(t, token, http.MethodGet, "/approval-tasks?filter="+url.QueryEscape(`[["recordId","=","`+document+`"],["status","=","open"],["ownerId","=","@me"]]`), 0, nil, 200)["items"])
	if len(list) != 1 {
		t.Fatalf("%d open tasks over %s", len(list), document)
	}
	return list[0].ID, list[0].Version
}

// asked is what every answer says of a record.
type asked struct {
	ID      string
	Version int
	Total   money.Amount
}

// as reads an answer, or a part of one.
func as[T any](t *testing.T, answer any) (out T) {
	t.Helper()
	b, err := json.Marshal(answer)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// drafted makes a contract over a vehicle in stock at a discount of so many percent, and returns its id.
func (h *house) drafted(t *testing.T, percent int64) string {
	t.Helper()
	token := h.tokens["sales_consultant"]
	cars := as[[]asked](t, h.ask(t, token, http.MethodGet, "/vehicles?filter="+url.QueryEscape(`[["status","=","available"]]`)+"&limit=1", 0, nil, 200)["items"])
	customer := as[asked](t, h.ask(t, token, http.MethodPost, "/customers", 0, map[string]any{"type": "individual", "stage": "potential", "name": "审批测试", "mobile": fmt.Sprintf("139%08d", 10_000_000+percent)}, 201)).ID
	line := map[string]any{"kind": "vehicle", "quantity": 1}
	id := as[asked](t, h.ask(t, token, http.MethodPost, "/contracts", 0, map[string]any{"customerId": customer, "vehicleId": cars[0].ID, "priceType": "retail", "deposit": "0.00", "lines": []any{line}}, 201)).ID
	total := as[asked](t, h.ask(t, token, http.MethodGet, "/contracts/"+id, 0, nil, 200)).Total
	line["price"] = total * money.Amount(100-percent) / 100
	h.ask(t, token, http.MethodPatch, "/contracts/"+id, 1, map[string]any{"lines": []any{line}}, 200)
	return id
}

// TestContractsGoByTheShippedFlow submits contracts through the API: within their limit the manager's yes is enough, beyond it the group's
// leader decides, too, and what sends a contract back is its draft again.
func TestContractsGoByTheShippedFlow(t *testing.T) {
	h := newHouse(t)
	seller, manager, leader := h.tokens["sales_consultant"], h.tokens["sales_manager"], h.tokens["leader"]
	status := func(id string) any { return h.ask(t, seller, http.MethodGet, "/contracts/"+id, 0, nil, 200)["status"] }
	agree := func(token, id string) {
		t.Helper()
		task, version := h.openTask(t, token, id)
		h.ask(t, token, http.MethodPost, "/approval-tasks/"+task+"/approve", version, map[string]any{}, 200)
	}
	small := h.drafted(t, 2)
	h.ask(t, seller, http.MethodPost, "/contracts/"+small+"/submit", 2, nil, 200)
	agree(manager, small)
	if got := status(small); got != "deposit_paid" {
		t.Errorf("the manager agreed to 2 %%: %v", got)
	}
	large := h.drafted(t, 7)
	h.ask(t, seller, http.MethodPost, "/contracts/"+large+"/submit", 2, nil, 200)
	agree(manager, large)
	if got := status(large); got != "in_review" {
		t.Errorf("the manager agreed to 7 %%: %v", got)
	}
	task, version := h.openTask(t, leader, large)
	h.ask(t, manager, http.MethodPost, "/approval-tasks/"+task+"/approve", version, map[string]any{}, 403)
	h.ask(t, leader, http.MethodPost, "/approval-tasks/"+task+"/reject", version, map[string]any{"to": "submitter", "comment": "折扣太大"}, 200)
	page := h.ask(t, seller, http.MethodGet, "/contracts/"+large, 0, nil, 200)
	if page["status"] != "draft" || page["reason"] != "折扣太大" {
		t.Fatalf("sent back: %v, %v", page["status"], page["reason"])
	}
	h.ask(t, seller, http.MethodPost, "/contracts/"+large+"/submit", as[asked](t, page).Version, nil, 200)
	agree(manager, large)
	agree(leader, large)
	if got := status(large); got != "deposit_paid" {
		t.Errorf("both agreed: %v", got)
	}
}

// TestTheSubmitterNamesWhoDecides gives contracts a flow that leaves the approver to whoever submits.
func TestTheSubmitterNamesWhoDecides(t *testing.T) {
	h := newHouse(t)
	admin, seller, manager := h.tokens["admin"], h.tokens["sales_consultant"], h.tokens["sales_manager"]
	for _, f := range as[[]asked](t, h.ask(t, admin, http.MethodGet, "/approval-flows?kind=contract&action=submit", 0, nil, 200)["items"]) {
		h.ask(t, admin, http.MethodPatch, "/approval-flows/"+f.ID, f.Version, map[string]any{"enabled": false}, 200)
	}
	words := map[string]any{"zh": "指定审批", "en": "Named"}
	flow := as[asked](t, h.ask(t, admin, http.MethodPost, "/approval-flows", 0, map[string]any{"kind": "contract", "action": "submit", "name": words}, 201))
	definition := map[string]any{"withdraw": "always", "bulk": true,
		"nodes": []any{map[string]any{"id": "s", "kind": "start", "x": 0, "y": 0}, map[string]any{"id": "e", "kind": "end", "x": 0, "y": 2},
			map[string]any{"id": "a", "kind": "approve", "name": words, "x": 0, "y": 1, "mode": "any", "approvers": []any{map[string]any{"rule": "submitter_choice"}}}},
		"lines": []any{map[string]any{"id": "1", "from": "s", "to": "a"}, map[string]any{"id": "2", "from": "a", "to": "e"}}}
	path := "/approval-flows/" + flow.ID
	saved := as[asked](t, h.ask(t, admin, http.MethodPut, path+"/draft", flow.Version, map[string]any{"definition": definition}, 200))
	h.ask(t, admin, http.MethodPost, path+"/publish", saved.Version, map[string]any{}, 200)

	id := h.drafted(t, 1)
	submit := func(body any, want int) map[string]any {
		t.Helper()
		return h.ask(t, seller, http.MethodPost, "/contracts/"+id+"/submit", 2, body, want)
	}
	refused := submit(nil, 422)
	if at := as[[]struct{ Field string }](t, refused["errors"]); refused["code"] != "approval.choice" || len(at) != 1 || at[0].Field != "choices.a" {
		t.Errorf("nobody was named: %v", refused)
	}
	submit(map[string]any{"choices": map[string]any{"a": "nobody"}}, 422)
	submit(map[string]any{"choices": map[string]any{"a": []any{uuid.NewString()}}}, 422)
	submit(map[string]any{"choices": map[string]any{"a": []any{h.ours.actors[h.ours.by(demoGroups[0], "sales_manager")].User}}}, 200)
	task, version := h.openTask(t, manager, id)
	h.ask(t, manager, http.MethodPost, "/approval-tasks/"+task+"/approve", version, map[string]any{}, 200)
	if got := h.ask(t, seller, http.MethodGet, "/contracts/"+id, 0, nil, 200)["status"]; got != "deposit_paid" {
		t.Errorf("the named one agreed: %v", got)
	}
}
