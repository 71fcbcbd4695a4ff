package callback_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// door serves the module's operations to whoever who points to.
func (e *env) door(t *testing.T, who *tenants.Actor) func(path, match, body string) (int, string) {
	t.Helper()
	call := policiestest.Door(t, e.s.Routes, func() tenants.Actor { return e.now(t, *who) })
	return func(path, match, body string) (int, string) {
		t.Helper()
		return call(http.MethodPost, "/callbacks/"+path, match, body)
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	who := e.Care
	call := e.door(t, &who)
	one, two := e.pending(t).ID.String(), e.pending(t).ID.String()
	answered := func(satisfaction string) string {
		return fmt.Sprintf(`{"satisfaction":%s,"vehicleFine":"yes","explained":"yes"}`, satisfaction)
	}
	for _, c := range []struct {
		name, path, match, body string
		who                     tenants.Actor
		status                  int
		says                    string
	}{
		{"Satisfaction0", one + "/complete", `"1"`, answered("0"), e.Care, 422, `"field":"satisfaction"`},
		{"Satisfaction11", one + "/complete", `"1"`, answered("11"), e.Care, 422, `"field":"satisfaction"`},
		{"HalfAPoint", one + "/complete", `"1"`, answered("9.5"), e.Care, 422, `"field":"satisfaction"`},
		{"OddChoice", one + "/complete", `"1"`, `{"satisfaction":9,"vehicleFine":"maybe","explained":"yes"}`, e.Care, 422, `"field":"vehicleFine"`},
		{"NextTryPast", one + "/try", `"1"`, fmt.Sprintf(`{"nextTry":%q}`, today.Add(-1)), e.Care, 422, `"field":"nextTry","code":"callback.past"`},
		{"NoNextTry", one + "/try", `"1"`, `{}`, e.Care, 422, `"field":"nextTry"`},
		{"NoReason", one + "/cancel", `"1"`, `{}`, e.Care, 422, `"field":"answer"`},
		{"BlankReason", one + "/cancel", `"1"`, `{"answer":"  "}`, e.Care, 422, `"field":"answer","code":"record.needed"`},
		{"NoVersion", one + "/try", "", fmt.Sprintf(`{"nextTry":%q}`, today), e.Care, 428, `If-Match`},
		{"Stale", one + "/try", `"7"`, fmt.Sprintf(`{"nextTry":%q}`, today), e.Care, 412, `record.stale`},
		{"Consultant", one + "/try", `"1"`, fmt.Sprintf(`{"nextTry":%q}`, today), e.Sales, 403, `rest.denied`},
		{"OtherTenant", one + "/try", `"1"`, fmt.Sprintf(`{"nextTry":%q}`, today), e.stranger, 404, `record.missing`},
		{"GiveUpUntried", one + "/give_up", `"1"`, `{"answer":"空号"}`, e.Care, 409, `flow.not_allowed`},
		{"Try", one + "/try", `"1"`, fmt.Sprintf(`{"nextTry":%q}`, today), e.Care, 200, `"version":2,"status":"calling"`},
		{"GiveUp", one + "/give_up", `"2"`, `{"answer":"空号"}`, e.Care, 200, `"version":3,"status":"unreachable"`},
		{"Over", one + "/complete", `"3"`, answered("9"), e.Care, 409, `flow.not_allowed`},
		{"Complete", two + "/complete", `"1"`, answered("10"), e.Care, 200, `"status":"done"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			who = c.who
			if status, body := call(c.path, c.match, c.body); status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.says)
			}
		})
	}
}
