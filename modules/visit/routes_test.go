package visit_test

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
	call := policiestest.Door(t, e.s.Routes, func() tenants.Actor { return e.Manager })
	create := func() string {
		t.Helper()
		status, body := call("POST", "/visits", "", fmt.Sprintf(`{"mode":"walk_in","name":"张三","mobile":"13800138000","consultantId":%q}`, e.Sales.User))
		if status != 201 || !strings.Contains(body, `"version":2,"status":"assigned"`) {
			t.Fatalf("%d %s", status, body)
		}
		_, rest, _ := strings.Cut(body, `"id":"`)
		return "/visits/" + rest[:36]
	}
	one, two := create(), create()
	tomorrow := today(e.Manager).Add(1)
	for _, c := range []struct {
		name, method, path, match, body string
		status                          int
		says                            string
	}{
		{"AtATime", "POST", "/visits", "", `{"mode":"call","name":"李四","at":"2026-01-02T03:04:05Z","partySize":2,"source":"call"}`, 201, `"status":"assigned"`},
		{"Mode", "POST", "/visits", "", `{"mode":"fax","name":"李四"}`, 422, `"field":"mode"`},
		{"Crowd", "POST", "/visits", "", `{"mode":"call","name":"李四","partySize":0}`, 422, `"field":"partySize"`},
		{"Future", "POST", "/visits", "", `{"mode":"call","name":"李四","at":"2190-01-02T03:04:05Z"}`, 422, `"field":"at","code":"visit.future"`},
		{"Consultant", "POST", "/visits", "", fmt.Sprintf(`{"mode":"call","name":"李四","consultantId":%q}`, e.Manager.User), 422, `"field":"consultantId","code":"visit.not_consultant","message":"李伟不是本公司的销售顾问"`},
		{"UnknownModel", "POST", "/visits", "", fmt.Sprintf(`{"mode":"call","name":"李四","modelId":%q}`, uuid.New()), 422, `"field":"modelId","code":"record.no_target"`},
		{"EditToAnUnknownModel", "PATCH", one, `"2"`, fmt.Sprintf(`{"modelId":%q}`, uuid.New()), 422, `"field":"modelId","code":"record.no_target"`},
		{"IntentOfAnUnknownModel", "POST", two + "/make_intent", `"2"`, fmt.Sprintf(`{"stage":"H","nextFollowUp":%q,"modelId":%q}`, tomorrow, uuid.New()), 422, `"field":"modelId","code":"record.no_target"`},
		{"NoVersion", "POST", one + "/close", "", `{"result":"nothing"}`, 428, `If-Match`},
		{"Edit", "PATCH", one, `"2"`, `{"partySize":3,"note":"带家人"}`, 200, `"version":3`},
		{"Assign", "POST", one + "/assign", `"3"`, fmt.Sprintf(`{"consultantId":%q}`, e.Sales2.User), 200, `"version":4`},
		{"Result", "POST", one + "/close", `"4"`, `{"result":"lunch"}`, 422, `"field":"result"`},
		{"Close", "POST", one + "/close", `"4"`, `{"result":"repair","note":"保养"}`, 200, `"status":"closed"`},
		{"FollowUp", "POST", two + "/make_intent", `"2"`, `{"stage":"H"}`, 422, `"field":"nextFollowUp"`},
		{"MakeIntent", "POST", two + "/make_intent", `"2"`, fmt.Sprintf(`{"stage":"H","nextFollowUp":%q}`, tomorrow), 200, `"status":"closed"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, body := call(c.method, c.path, c.match, c.body); status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.says)
			}
		})
	}
}
