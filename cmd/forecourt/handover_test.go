package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"forecourt/tenants"
)

// counts asks how many rows a query finds in our group.
func (h *house) counts(t *testing.T, q string, args ...any) (n int) {
	t.Helper()
	err := h.app.db.Read(context.Background(), h.ours.actors["admin"], func(tx tenants.Tx) error {
		return tx.QueryRowContext(context.Background(), q, append([]any{h.ours.tenant.ID}, args...)...).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// amounts sends c and reads the counts by kind.
func (h *house) amounts(t *testing.T, token string, c call) map[string]int {
	t.Helper()
	status, body := h.answer(t, token, c)
	var out struct{ Items []tenants.Amount }
	if err := json.Unmarshal(body, &out); err != nil || status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", c.method, c.path, status, body)
	}
	n := map[string]int{}
	for _, i := range out.Items {
		n[i.Kind] = i.Count
	}
	return n
}

func TestALeaverHandsTheirWorkOver(t *testing.T) {
	h := newHouse(t)
	leaver, successor, second, far := h.ours.users["wangmin"], h.ours.users["zhangwei"], h.ours.users["liqiang"], h.ours.users["heping"]
	path := "/users/" + leaver.String() + "/handover"
	preview := h.amounts(t, h.tokens["admin"], call{method: http.MethodGet, path: path})
	if preview["customer"] == 0 || preview["intent"] == 0 || preview["contract"] == 0 {
		t.Fatalf("%v: this test proves nothing", preview)
	}
	closed := h.counts(t, "SELECT count(*) FROM contracts WHERE tenant_id = ? AND owner_id = ? AND status IN ('closed', 'cancelled')", leaver)

	for _, c := range []struct {
		name, token, path string
		body              map[string]any
		status            int
		field             string
	}{
		{"ToThemselves", "admin", path, map[string]any{"successorId": leaver}, 422, "successorId"},
		{"ToNobody", "admin", path, map[string]any{"successorId": uuid.New()}, 422, "successorId"},
		{"ToAForeignPerson", "admin", path, map[string]any{"successorId": h.them.users["xiexin"]}, 422, "successorId"},
		{"ToAnotherCompany", "admin", path, map[string]any{"successorId": far}, 422, "successorId"},
		{"AKindThatIsNot", "admin", path, map[string]any{"successorId": successor, "kinds": []map[string]any{{"kind": "invoice", "successorId": second}}}, 422, "kinds[0].kind"},
		{"OneKindToAnotherCompany", "admin", path, map[string]any{"successorId": successor, "kinds": []map[string]any{{"kind": "intent", "successorId": far}}}, 422, "kinds[0].successorId"},
		{"ByAConsultant", "sales_consultant", path, map[string]any{"successorId": successor}, 403, ""},
		{"OfAForeignPerson", "admin", "/users/" + h.them.users["xiexin"].String() + "/handover", map[string]any{"successorId": successor}, 404, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := h.answer(t, h.tokens[c.token], call{method: http.MethodPost, path: c.path, body: c.body})
			if status != c.status {
				t.Errorf("%d %s, want %d", status, body, c.status)
			}
			refused(t, c.name, status, body, c.field)
		})
	}
	if again := h.amounts(t, h.tokens["admin"], call{method: http.MethodGet, path: path}); fmt.Sprint(again) != fmt.Sprint(preview) {
		t.Errorf("a refusal moved something: %v, was %v", again, preview)
	}

	moved := h.amounts(t, h.tokens["company_administrator"], call{method: http.MethodPost, path: path,
		body: map[string]any{"successorId": successor, "kinds": []map[string]any{{"kind": "contract", "successorId": second}}, "disable": true}})
	if fmt.Sprint(moved) != fmt.Sprint(preview) {
		t.Errorf("moved %v, previewed %v", moved, preview)
	}
	if left := h.amounts(t, h.tokens["admin"], call{method: http.MethodGet, path: path}); left["customer"]+left["intent"]+left["contract"]+left["visit"]+left["callback"] != 0 {
		t.Errorf("left %v", left)
	}
	for kind, table := range map[string]string{"intent": "intents", "contract": "contracts", "customer": "customers", "visit": "visits"} {
		if n := h.counts(t, "SELECT count(DISTINCT h.record_id) FROM history h WHERE h.tenant_id = ? AND h.kind = ? AND h.action = 'take_over' AND h.was->>'ownerId' = ?", kind, leaver.String()); n != preview[kind] {
			t.Errorf("%d %s have a line of history, want %d", n, table, preview[kind])
		}
	}
	if n := h.counts(t, "SELECT count(*) FROM contracts WHERE tenant_id = ? AND owner_id = ?", leaver); n != closed {
		t.Errorf("%d contracts stay with the leaver, want the %d closed ones", n, closed)
	}
	if n := h.counts(t, "SELECT count(*) FROM notices WHERE tenant_id = ? AND kind = 'user' AND record_id = ? AND user_id IN (?, ?)", leaver, successor, second); n != 2 {
		t.Errorf("%d notices, want one a successor", n)
	}
	if _, _, err := h.app.tenants.SignIn(context.Background(), tenants.SignInput{Tenant: "hengtong", Login: "wangmin", Password: demoPassword, Address: "192.0.2.9"}); err == nil {
		t.Error("the leaver signs in")
	}
	_, err := h.app.org.HandOver(context.Background(), h.ours.actors["admin"], tenants.HandoverInput{User: leaver, Successor: successor})
	if !errors.Is(err, tenants.ErrNothingHeld) {
		t.Errorf("handed over twice: %v", err)
	}
}

func TestADeputyHearsWhatTheAbsentPersonWouldHear(t *testing.T) {
	h := newHouse(t)
	ctx, away, deputy := context.Background(), h.ours.actors["wangmin"], h.ours.users["zhangwei"]
	tell := func() (own, stands int) {
		t.Helper()
		record := uuid.New()
		err := h.app.db.Do(ctx, h.ours.actors["liqiang"], func(tx tenants.Tx) error {
			return h.app.modules.notice.Tell(ctx, tx, away.User, "合同已审批", "A contract was approved", "contract", record)
		})
		if err != nil {
			t.Fatal(err)
		}
		count := func(user uuid.UUID) int {
			return h.counts(t, "SELECT count(*) FROM notices WHERE tenant_id = ? AND record_id = ? AND user_id = ?", record, user)
		}
		return count(away.User), count(deputy)
	}
	if own, stands := tell(); own != 1 || stands != 0 {
		t.Errorf("here: %d and %d", own, stands)
	}
	today := h.ours.tenant.Now().In(h.ours.tenant.Zone).Format("2006-01-02")
	status, body := h.answer(t, h.tokens["sales_consultant"], call{method: http.MethodPost, path: "/session/absences", body: map[string]any{"deputyId": deputy, "from": today, "to": today}})
	if status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	if own, stands := tell(); own != 1 || stands != 1 {
		t.Errorf("away: %d and %d", own, stands)
	}
}

func TestMergingMovesOpenWorkAndCustomers(t *testing.T) {
	h := newHouse(t)
	ctx, admin := context.Background(), h.ours.actors["admin"]
	from, into := h.ours.units["HT1S"], h.ours.units["HT1A"]
	var n tenants.MergeAmounts
	status, body := h.answer(t, h.tokens["admin"], call{method: http.MethodGet, path: "/org-units/" + from.String() + "/merge?into=" + into.String()})
	if err := json.Unmarshal(body, &n); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	by := map[string]int{}
	for _, i := range n.Items {
		by[i.Kind] = i.Count
	}
	if by["customer"] == 0 || by["intent"] == 0 || n.Postings != 3 {
		t.Fatalf("%+v: this test proves nothing", n)
	}
	won := h.counts(t, "SELECT count(*) FROM intents WHERE tenant_id = ? AND department_id = ? AND status IN ('won', 'lost')", from)
	if err := h.app.org.MergeUnit(ctx, admin, from, into, 1); err != nil {
		t.Fatal(err)
	}
	if got := h.counts(t, "SELECT count(*) FROM intents WHERE tenant_id = ? AND department_id = ?", from); got != won {
		t.Errorf("%d intents stay, want the %d that are done", got, won)
	}
	if got := h.counts(t, "SELECT count(*) FROM history WHERE tenant_id = ? AND kind = 'intent' AND action = 'move_unit'"); got != by["intent"] {
		t.Errorf("%d intents have a line, want %d", got, by["intent"])
	}
	if got := h.counts(t, "SELECT count(*) FROM customer_relations WHERE tenant_id = ? AND department_id = ?", into); got < by["customer"] {
		t.Errorf("%d customers moved, want %d", got, by["customer"])
	}

	old, target := h.ours.units["HT1"], h.ours.units["HT2"]
	contracts := h.counts(t, "SELECT count(*) FROM contracts WHERE tenant_id = ? AND company_id = ?", old)
	customers := h.counts(t, "SELECT count(DISTINCT customer_id) FROM customer_relations WHERE tenant_id = ?")
	if err := h.app.org.MergeUnit(ctx, admin, old, target, 1); err != nil {
		t.Fatal(err)
	}
	if got := h.counts(t, "SELECT count(*) FROM contracts WHERE tenant_id = ? AND company_id = ?", old); got != contracts || got == 0 {
		t.Errorf("%d contracts stay, want %d", got, contracts)
	}
	if got := h.counts(t, "SELECT count(*) FROM customer_relations WHERE tenant_id = ? AND company_id = ?", target); got != customers {
		t.Errorf("%d customers are looked after, want %d", got, customers)
	}
	// A cashier of the company that is gone works on in the other one, on the documents that stayed.
	token := h.signIn(t, "hengtong", "liufang")
	var list struct {
		Items []struct{ CompanyID uuid.UUID }
	}
	status, body = h.answer(t, token, call{method: http.MethodGet, path: "/contracts?fields=companyId"})
	if err := json.Unmarshal(body, &list); err != nil || status != http.StatusOK || len(list.Items) == 0 || list.Items[0].CompanyID != old {
		t.Errorf("%d %.300s", status, body)
	}
}

func TestWhatACompanyNeedsBeforeItTrades(t *testing.T) {
	h := newHouse(t)
	open := func(unit string) map[string]bool {
		t.Helper()
		status, body := h.answer(t, h.tokens["admin"], call{method: http.MethodGet, path: "/org-units/" + h.ours.units[unit].String() + "/opening"})
		var out tenants.Opening
		if err := json.Unmarshal(body, &out); err != nil || status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		done := map[string]bool{}
		for _, i := range out.Items {
			done[i.Code] = i.Done
		}
		return done
	}
	full, bare := open("HT1"), open("HT2")
	for code, want := range map[string][2]bool{"start_month": {false, false}, "department": {true, true}, "administrator": {true, false}, "approver": {true, true}, "consultant": {true, true},
		"cashier": {true, false}, "warehouse": {true, false}, "invoice_clerk": {true, false}, "brands": {true, true}} {
		if full[code] != want[0] || bare[code] != want[1] {
			t.Errorf("%s: %v and %v, want %v", code, full[code], bare[code], want)
		}
	}
	unit := "/org-units/" + h.ours.units["HT1"].String()
	if status, body := h.answer(t, h.tokens["company_administrator"], call{method: http.MethodPatch, path: unit, body: map[string]any{"startMonth": "2026-12"}}); status >= 300 {
		t.Fatalf("%d %s", status, body)
	}
	if status, body := h.answer(t, h.tokens["company_administrator"], call{method: http.MethodPost, path: unit + "/open", header: map[string]string{"If-Match": `"2"`}}); status >= 300 {
		t.Errorf("%d %s", status, body)
	}
}
