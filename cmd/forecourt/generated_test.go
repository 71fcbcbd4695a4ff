package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"forecourt/kernel/rest"
)

// call is one generated request.
type call struct {
	method, path string
	body         any
	raw          string
	header       map[string]string
}

// answer sends c as the bearer of token, through the whole stack but the network.
func (h *house) answer(t *testing.T, token string, c call) (int, []byte) {
	t.Helper()
	var body io.Reader
	if c.raw != "" {
		body = strings.NewReader(c.raw)
	} else if c.body != nil {
		b, err := json.Marshal(c.body)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	r := httptest.NewRequest(c.method, rest.Prefix+c.path, body)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("If-Match", `"1"`)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	res, err := h.app.http.Test(r, -1)
	if err != nil {
		t.Fatalf("%s %s: %v", c.method, c.path, err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, b
}

// refused demands a problem document of the 4xx kind, which names field when one is given.
func refused(t *testing.T, what string, status int, body []byte, field string) {
	t.Helper()
	if status < 400 || status > 499 {
		t.Errorf("%s: %d %.200s; want 4xx", what, status, body)
		return
	}
	var p rest.Problem
	if err := json.Unmarshal(body, &p); err != nil || p.Code == "" || p.Title == "" {
		t.Errorf("%s: %d without a problem document: %.200s", what, status, body)
		return
	}
	if field == "" || status == 404 || status == 403 {
		return
	}
	named := slices.ContainsFunc(p.Errors, func(e rest.ProblemField) bool {
		return strings.Contains(e.Field, field) || strings.Contains(field, e.Field)
	})
	if !named {
		t.Errorf("%s: %d does not name %s: %.300s", what, status, field, body)
	}
}

// operations visits every operation of the document.
func operations(api *rest.API, visit func(path string, op *huma.Operation)) {
	for _, path := range slices.Sorted(maps.Keys(api.OpenAPI().Paths)) {
		item := api.OpenAPI().Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				visit(path, op)
			}
		}
	}
}

const nobody = "01a21027-0000-7000-8000-000000000000"

func filled(path, id string) string {
	for strings.Contains(path, "{") {
		open, end := strings.Index(path, "{"), strings.Index(path, "}")
		value := id
		if name := path[open+1 : end]; name == "kind" || name == "code" {
			value = "nothing"
		}
		path = path[:open] + value + path[end+1:]
	}
	return path
}

// sample makes a body that fits the schema.
func sample(api *rest.API, s *huma.Schema) any {
	s = deref(api, s)
	switch {
	case s == nil:
		return nil
	case len(s.Enum) > 0:
		return s.Enum[0]
	case s.Type == huma.TypeObject:
		m := map[string]any{}
		for name, p := range s.Properties {
			if name != "$schema" {
				m[name] = sample(api, p)
			}
		}
		return m
	case s.Type == huma.TypeArray:
		return []any{sample(api, s.Items)}
	case s.Type == huma.TypeInteger, s.Type == huma.TypeNumber:
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case s.Type == huma.TypeBoolean:
		return true
	case s.PatternDescription == "money":
		return "1.00"
	case s.PatternDescription == "date":
		return "2026-12-24"
	case s.Format == "uuid":
		return nobody
	case s.Format == "date-time":
		return "2026-11-24T05:00:00Z"
	}
	n := 3
	if s.MinLength != nil {
		n = max(n, *s.MinLength)
	}
	texts := []string{strings.Repeat("a", n), "2026-12", "x_a"}
	if s.Pattern == "" {
		return texts[0]
	}
	form := regexp.MustCompile(s.Pattern)
	i := slices.IndexFunc(texts, form.MatchString)
	if i < 0 {
		panic("no sample fits " + s.Pattern)
	}
	return texts[i]
}

func deref(api *rest.API, s *huma.Schema) *huma.Schema {
	for s != nil && s.Ref != "" {
		s = api.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	return s
}

// spoils are the wrong values for a schema, by what is wrong with them.
func spoils(s *huma.Schema) map[string]any {
	out := map[string]any{}
	switch s.Type {
	case huma.TypeString:
		out["wrong type"] = 7
		out["a million characters"] = strings.Repeat("字", 300_000)
		out["a NUL"] = "a\x00b"
		if s.PatternDescription == "money" {
			out["money as a word"] = "viel"
			out["three decimals"] = "1.234"
			out["too much money"] = "999999999999999.00"
		}
		if s.PatternDescription == "date" {
			out["year 99999"] = "99999-01-01"
			out["no such day"] = "2026-02-31"
		}
		if len(s.Enum) > 0 {
			out["none of the choices"] = "'; DROP TABLE users; --"
		}
		if s.Format == "uuid" {
			out["no id"] = "'; DROP TABLE users; --"
		}
	case huma.TypeInteger, huma.TypeNumber:
		out["wrong type"] = "seven"
		out["far too large"] = 1e18
		out["a fraction"] = 1.5
	case huma.TypeBoolean:
		out["wrong type"] = "yes"
	case huma.TypeArray:
		out["wrong type"] = "list"
	case huma.TypeObject:
		out["wrong type"] = []any{1}
	}
	return out
}

func TestBadInputIsRefusedEverywhere(t *testing.T) {
	h := newHouse(t)
	tested := 0
	operations(h.app.api, func(path string, op *huma.Operation) {
		if op.RequestBody == nil || op.RequestBody.Content["application/json"] == nil {
			return
		}
		token := h.tokenFor(t, op)
		schema := deref(h.app.api, op.RequestBody.Content["application/json"].Schema)
		at := filled(path, nobody)
		send := func(what string, body any, field string) {
			tested++
			status, answer := h.answer(t, token, call{method: op.Method, path: at, body: body})
			refused(t, fmt.Sprintf("%s: %s", op.OperationID, what), status, answer, field)
		}
		for _, raw := range []string{"{", "[]", "null", `"text"`, "\xff\xfe"} {
			status, answer := h.answer(t, token, call{method: op.Method, path: at, raw: raw})
			refused(t, fmt.Sprintf("%s: body %q", op.OperationID, raw), status, answer, "")
			tested++
		}
		base, _ := sample(h.app.api, schema).(map[string]any)
		with := func(name string, value any) map[string]any {
			m := maps.Clone(base)
			if m == nil {
				m = map[string]any{}
			}
			m[name] = value
			return m
		}
		send("unknown field", with("surprise", 1), "surprise")
		for name, p := range schema.Properties {
			p = deref(h.app.api, p)
			for what, value := range spoils(p) {
				if what == "wrong type" && p.Type == "" {
					continue
				}
				field := name
				if what == "a NUL" || what == "a million characters" && p.MaxLength == nil {
					field = ""
				}
				send(name+" is "+what, with(name, value), field)
			}
		}
		for _, name := range schema.Required {
			m := maps.Clone(base)
			delete(m, name)
			send("without "+name, m, name)
		}
	})
	if tested < 170 {
		t.Errorf("only %d requests were generated", tested)
	}
	t.Logf("%d bad requests refused", tested)
}

func TestBadParametersAreRefused(t *testing.T) {
	h := newHouse(t)
	for _, k := range h.app.kinds.Kinds() {
		if k.Path == "" {
			continue
		}
		for _, q := range []string{"filter=nonsense", `filter=[["nothing","=","x"]]`, `filter=[["id","=","' OR 1=1"]]`, "sort=nothing", "sort=id;drop", "cursor=zzz", "limit=0", "limit=201", "limit=x", "fields=nothing", "q=" + strings.Repeat("x", 101), "q=%00"} {
			status, body := h.answer(t, h.tokens["admin"], call{method: http.MethodGet, path: "/" + k.Path + "?" + strings.NewReplacer(" ", "%20", `"`, "%22", "'", "%27").Replace(q)})
			refused(t, k.Path+"?"+q, status, body, "")
		}
		for _, id := range []string{"x", "1", strings.Repeat("a", 36), "%00"} {
			status, body := h.answer(t, h.tokens["admin"], call{method: http.MethodGet, path: "/" + k.Path + "/" + id})
			refused(t, k.Path+"/"+id, status, body, "")
		}
	}
}

// TestOtherTenantIsNotFound asks every operation that takes an id for the records of the other tenant, as its most powerful users.
func TestOtherTenantIsNotFound(t *testing.T) {
	h := newHouse(t)
	asked := 0
	for _, k := range h.app.kinds.Kinds() {
		if k.Path == "" {
			continue
		}
		foreign := h.idsOf(t, h.them, k)
		if len(foreign) == 0 && !h.mayBeEmpty[k.Name] {
			t.Errorf("%s: the other tenant has none; this test proves nothing", k.Name)
		}
		for _, id := range foreign {
			operations(h.app.api, func(path string, op *huma.Operation) {
				if !strings.HasPrefix(path, "/"+k.Path+"/{") {
					return
				}
				var body any
				if op.RequestBody != nil && op.RequestBody.Content["application/json"] != nil {
					body = sample(h.app.api, op.RequestBody.Content["application/json"].Schema)
				}
				for _, token := range []string{h.tokenFor(t, op), h.tokens["admin"], h.tokens["leader"], h.tokens["auditor"]} {
					status, answer := h.answer(t, token, call{method: op.Method, path: filled(path, id), body: body})
					if status != 404 && status != 403 && status != 422 {
						t.Errorf("%s on a foreign %s: %d %.200s", op.OperationID, k.Name, status, answer)
					}
					asked++
				}
			})
			for _, token := range []string{h.tokens["admin"], h.tokens["leader"], h.tokens["auditor"]} {
				if status, _ := h.answer(t, token, call{method: http.MethodGet, path: "/" + k.Path + "/" + id}); status != 404 && status != 403 {
					t.Errorf("open a foreign %s: %d", k.Name, status)
				}
				filter := fmt.Sprintf(`[["id","=",%q]]`, id)
				if status, body := h.answer(t, token, call{method: http.MethodGet, path: "/" + k.Path + "?filter=" + strings.NewReplacer(`"`, "%22").Replace(filter)}); status == 200 && strings.Contains(string(body), id) {
					t.Errorf("the list of %s shows a foreign one", k.Name)
				}
			}
		}
	}
	if asked < 100 {
		t.Errorf("only %d requests were made", asked)
	}
	t.Logf("%d requests for foreign records, none answered", asked)
}
