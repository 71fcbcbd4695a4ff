package customer_test

import (
	"strings"
	"testing"

	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	call := policiestest.Door(t, e.s.Routes, func() tenants.Actor { return e.Sales })
	status, body := call("POST", "/customers", "", `{"name":"张三","mobile":"138 0013 8000","gender":"","source":"walk_in"}`)
	if status != 201 || !strings.Contains(body, `"version":1`) || !strings.Contains(body, `"status":"potential"`) {
		t.Fatalf("%d %s", status, body)
	}
	_, rest, _ := strings.Cut(body, `"id":"`)
	id := rest[:36]
	for _, c := range []struct {
		name, method, path, match, body string
		status                          int
		says                            string
	}{
		{"Double", "POST", "/customers", "", `{"name":"张三","mobile":"13800138000"}`, 409, `"field":"mobile","code":"customer.exists"`},
		{"Mobile", "POST", "/customers", "", `{"name":"张三","mobile":"1380013800"}`, 422, `"field":"mobile","code":"customer.mobile_format","message":"手机号不是 11 位"`},
		{"UnknownField", "POST", "/customers", "", `{"name":"张三","mobile":"13800138009","ownerId":"x"}`, 422, `"field":"ownerId"`},
		{"NoName", "POST", "/customers", "", `{"mobile":"13800138009"}`, 422, `"field":"name"`},
		{"LongName", "POST", "/customers", "", `{"mobile":"13800138009","name":"` + strings.Repeat("长", 101) + `"}`, 422, `"field":"name"`},
		{"Choice", "POST", "/customers", "", `{"mobile":"13800138009","name":"李四","level":"D"}`, 422, `"field":"level"`},
		{"Day", "POST", "/customers", "", `{"mobile":"13800138009","name":"李四","birthday":"2026-13-01"}`, 422, ``},
		{"NoVersion", "PATCH", "/customers/" + id, "", `{"note":"x"}`, 428, `If-Match`},
		{"Edit", "PATCH", "/customers/" + id, `"1"`, `{"note":"x","level":"B"}`, 200, `"version":2`},
		{"Stale", "PATCH", "/customers/" + id, `"1"`, `{"note":"y"}`, 412, `record.stale`},
		{"Match", "GET", "/customers/match?mobile=%2B86-13800138000", "", ``, 200, `"name":"张三","owner":"王敏","visible":true`},
		{"NoMatch", "GET", "/customers/match?mobile=13000000000", "", ``, 200, `{"items":[]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, body := call(c.method, c.path, c.match, c.body); status != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.says)
			}
		})
	}
}
