package intent_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	call := policiestest.Door(t, e.s.Routes, func() tenants.Actor { return e.Sales })
	tomorrow := today(e.Sales).Add(1)
	status, body := call("POST", "/intents", "", fmt.Sprintf(`{"customerId":%q,"stage":"A","nextFollowUp":%q,"budget":"200000.00"}`, e.customer, tomorrow))
	if status != 201 || !strings.Contains(body, `"status":"open"`) {
		t.Fatalf("%d %s", status, body)
	}
	_, rest, _ := strings.Cut(body, `"id":"`)
	path := "/intents/" + rest[:36]
	for _, c := range []struct {
		name, method, path, match, body string
		status                          int
		says                            string
	}{
		{"NoFollowUp", "POST", "/intents", "", fmt.Sprintf(`{"customerId":%q,"stage":"A"}`, e.customer), 422, `"field":"nextFollowUp"`},
		{"PastFollowUp", "POST", "/intents", "", fmt.Sprintf(`{"customerId":%q,"stage":"A","nextFollowUp":"2020-01-01"}`, e.customer), 422, `"field":"nextFollowUp","code":"intent.follow_up_past"`},
		{"NegativeBudget", "POST", "/intents", "", fmt.Sprintf(`{"customerId":%q,"stage":"A","nextFollowUp":%q,"budget":"-1"}`, e.customer, tomorrow), 422, `"field":"budget","code":"intent.budget"`},
		{"ForeignCustomer", "POST", "/intents", "", fmt.Sprintf(`{"customerId":%q,"stage":"A","nextFollowUp":%q}`, e.foreign, tomorrow), 422, `"field":"customerId"`},
		{"Stage", "POST", "/intents", "", fmt.Sprintf(`{"customerId":%q,"stage":"D","nextFollowUp":%q}`, e.customer, tomorrow), 422, `"field":"stage"`},
		{"UnknownModel", "POST", "/intents", "", fmt.Sprintf(`{"customerId":%q,"stage":"A","nextFollowUp":%q,"modelId":%q}`, e.customer, tomorrow, uuid.New()), 422, `"field":"modelId","code":"record.no_target"`},
		{"ModelOfAnotherBrand", "POST", "/intents", "", fmt.Sprintf(`{"customerId":%q,"stage":"A","nextFollowUp":%q,"modelId":%q}`, e.customer, tomorrow, e.hidden), 422, `"field":"modelId","code":"record.no_target"`},
		{"NoModel", "PATCH", path, `"1"`, `{"modelId":"凯美瑞"}`, 422, `"field":"modelId"`},
		{"EditToAnUnknownModel", "PATCH", path, `"1"`, fmt.Sprintf(`{"modelId":%q}`, uuid.New()), 422, `"field":"modelId","code":"record.no_target"`},
		{"NoVersion", "POST", path + "/move", "", `{"stage":"H"}`, 428, `If-Match`},
		{"Move", "POST", path + "/move", `"1"`, `{"stage":"H"}`, 200, `"version":2`},
		{"Follow", "POST", path + "/follow", `"2"`, fmt.Sprintf(`{"result":"约到店","nextFollowUp":%q}`, tomorrow), 200, `"version":3`},
		{"Edit", "PATCH", path, `"3"`, `{"note":"x","budget":"180000.00"}`, 200, `"version":4`},
		{"Sleep", "POST", path + "/sleep", `"4"`, ``, 200, `"status":"dormant"`},
		{"Wake", "POST", path + "/wake", `"5"`, fmt.Sprintf(`{"nextFollowUp":%q}`, tomorrow), 200, `"status":"open"`},
		{"NoReason", "POST", path + "/lose", `"6"`, `{}`, 422, `"field":"reason"`},
		{"Lose", "POST", path + "/lose", `"6"`, `{"reason":"price"}`, 200, `"status":"lost"`},
		{"Lost", "POST", path + "/sleep", `"7"`, `{}`, 409, `flow.not_allowed`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, body := call(c.method, c.path, c.match, c.body); status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.says)
			}
		})
	}
}
