package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
)

// define adds own fields to the things of a tenant.
func (s *shop) define(tenant uuid.UUID, fields ...OwnField) {
	s.t.Helper()
	err := s.do(tenant, func(ctx context.Context, tx database.Tx) error {
		for i, f := range fields {
			body, err := json.Marshal(f)
			if err != nil {
				return err
			}
			var slot any
			if f.Slot != "" {
				slot = f.Slot
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO own_fields (tenant_id, id, version, kind, key, position, retired, slot, body, created_at, created_by) VALUES (?, ?, 1, 'thing', ?, ?, ?, ?, ?, now(), ?)",
				tenant, uuid.New(), f.Key, i, f.Retired, slot, string(body), uuid.New()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.kinds.Stale(tenant)
}

func zh(s string) fault.Text { return fault.Text{Zh: s, En: s} }

var ownSample = []OwnField{
	{Key: "x_plate", Slot: "x_t1", Label: zh("旧车牌"), Type: Text, Searchable: true, MaxLength: 10},
	{Key: "x_channel", Slot: "x_t2", Label: zh("渠道"), Type: Choice, Required: true, Options: []OwnOption{{Value: "web", Label: zh("网站")}, {Value: "shop", Label: zh("门店")}, {Value: "old", Label: zh("旧"), Off: true}}},
	{Key: "x_tags", Slot: "x_t3", Label: zh("标签"), Type: Multi, Options: []OwnOption{{Value: "a", Label: zh("甲")}, {Value: "b", Label: zh("乙")}, {Value: "ab", Label: zh("丙")}}},
	{Key: "x_area", Slot: "x_n1", Label: zh("面积"), Type: Number, Decimals: 2},
	{Key: "x_fee", Slot: "x_n2", Label: zh("费用"), Type: Money},
	{Key: "x_due", Slot: "x_d1", Label: zh("到期"), Type: Date, Start: "@today"},
	{Key: "x_profit", Label: zh("毛利"), Type: Money, Formula: "price - cost + x_fee"},
	{Key: "x_double", Slot: "x_n3", Label: zh("两倍"), Type: Number, Decimals: 1, Formula: "x_area * 2 + (x_channel == 'web' ? 0.05 : 1)"},
	{Key: "x_secret", Label: zh("秘密"), Type: Text, Protect: ProtectPersonal},
}

func writing(s *shop, tenant uuid.UUID, record uuid.UUID, values string) context.Context {
	ctx, rest := takeOwn("thing")(WithView(context.Background(), s.view(tenant)), []byte(values))
	if string(rest) != "{}" {
		s.t.Fatalf("left in the body: %s", rest)
	}
	givenTo(ctx, record)
	return ctx
}

func (s *shop) enter(tenant uuid.UUID, name, values string) (*thing, error) {
	x := &thing{Name: name, Mobile: "13800138000", Price: 10000, Cost: 8000, Tone: "red"}
	s.companies++
	x.CompanyID = s.company(tenant, fmt.Sprintf("C%d", s.companies))
	ctx := writing(s, tenant, uuid.Nil, values)
	return x, s.do(tenant, func(inner context.Context, tx database.Tx) error {
		return things.Create(context.WithValue(WithView(inner, ViewOf(ctx)), givenKey{}, ctx.Value(givenKey{})), tx, x)
	})
}

func (s *shop) edit(tenant uuid.UUID, x *thing, values string) error {
	ctx := writing(s, tenant, x.ID, values)
	return s.do(tenant, func(inner context.Context, tx database.Tx) error {
		m, err := things.Find(inner, tx, access.Scope{All: true}, x.ID)
		if err != nil {
			return err
		}
		before := *m
		return things.Save(context.WithValue(WithView(inner, ViewOf(ctx)), givenKey{}, ctx.Value(givenKey{})), tx, &before, m, "edit")
	})
}

func TestOwnFields(t *testing.T) {
	s := newShop(t)
	old := s.add(s.ours, "旧的", "2026-01-01")
	s.define(s.ours, ownSample...)
	one, err := s.enter(s.ours, "一", `{"x_plate":"粤B12345","x_channel":"web","x_tags":["b","a"],"x_area":12.50,"x_fee":"3.30","x_due":"2026-12-01","x_secret":"王小明"}`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.enter(s.ours, "二", `{"x_channel":"shop","x_tags":["ab"],"x_area":-1,"x_fee":"-0.05"}`); err != nil {
		t.Fatal(err)
	}
	v := s.view(s.ours)
	open := func(v View, id uuid.UUID) map[string]any {
		t.Helper()
		body, _, err := things.Open(t.Context(), s.pool, s.kinds, v, id)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(body, &m); err != nil {
			t.Fatal(err)
		}
		return m
	}

	t.Run("ARecordShowsThem", func(t *testing.T) {
		m := open(v, one.ID)
		for name, want := range map[string]any{"x_plate": "粤B12345", "x_channel": "web", "x_area": 12.5, "x_fee": "3.30", "x_due": "2026-12-01", "x_double": 25.1, "x_secret": "王*明"} {
			if m[name] != want {
				t.Errorf("%s is %v, want %v", name, m[name], want)
			}
		}
		if got := fmt.Sprint(m["x_tags"]); got != "[a b]" {
			t.Errorf("tags: %s", got)
		}
		if m["x_profit"] != nil {
			t.Error("a formula over the cost is shown to somebody who may not see the cost")
		}
		v := v
		v.Set = &access.Set{Scopes: v.Set.Scopes, Fields: map[string]access.Visibility{"thing.x_profit": access.Shown, "thing.x_secret": access.Hidden}}
		m = open(v, one.ID)
		if m["x_profit"] != "23.30" || m["x_secret"] != nil {
			t.Errorf("by field rules: %v, %v", m["x_profit"], m["x_secret"])
		}
	})
	t.Run("TheDefaultIsFilledIn", func(t *testing.T) {
		for _, item := range s.items(v, ListInput{Limit: 5, Filter: `[["name","=","二"]]`, Fields: []string{"x_due", "x_fee"}}) {
			if item["x_due"] != "2026-11-24" || item["x_fee"] != "-0.05" {
				t.Errorf("got %v", item)
			}
		}
	})
	t.Run("Filter", func(t *testing.T) {
		for filter, want := range map[string]string{
			`[["x_plate","=","粤B12345"]]`:                          "一",
			`[["x_channel","in",["shop","web"]]]`:                  "二 一",
			`[["x_tags","has","a"]]`:                               "一",
			`[["x_tags","has","ab"]]`:                              "二",
			`[["x_area",">=",12.5]]`:                               "一",
			`[["x_area","<","0"]]`:                                 "二",
			`[["x_fee","<","0.00"]]`:                               "二",
			`[["x_double","=",25.1]]`:                              "一",
			`[["x_due","<=","@today"]]`:                            "二",
			`[["x_channel","null",true]]`:                          "旧的",
			`[["or",["x_area","=",-1],["x_plate","=","粤B12345"]]]`: "二 一",
		} {
			if got := strings.Join(s.names(v, ListInput{Limit: 5, Filter: filter, Fields: []string{"name"}}), " "); got != want {
				t.Errorf("%s: %s, want %s", filter, got, want)
			}
		}
	})
	t.Run("FilterRefuses", func(t *testing.T) {
		for filter, field := range map[string]string{`[["x_area","=",1.234]]`: "x_area", `[["x_tags","=","a"]]`: "x_tags", `[["x_secret","=","王小明"]]`: "x_secret",
			`[["x_profit","=","1.00"]]`: "x_profit", `[["x_none","=","1"]]`: "x_none"} {
			_, err := things.Spec.List(t.Context(), s.pool, s.kinds, v, ListInput{Limit: 5, Filter: filter})
			if got := allFields(err); got != field {
				t.Errorf("%s: at %q, %v", filter, got, err)
			}
		}
	})
	t.Run("SortAndPage", func(t *testing.T) {
		for sort, want := range map[string]string{"x_area": "二 一 旧的", "-x_area": "一 二 旧的", "x_plate": "一 二 旧的", "-x_fee": "一 二 旧的", "x_due": "二 一 旧的", "-x_double": "一 二 旧的"} {
			got := s.names(v, ListInput{Limit: 1, Sort: sort, Fields: []string{"name"}})
			if sort == "x_plate" { // 二 and 旧的 have none, and follow by id
				got = got[:1]
				want = "一"
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %v, want %s", sort, got, want)
			}
		}
	})
	t.Run("Search", func(t *testing.T) {
		if got := s.names(v, ListInput{Limit: 5, Q: "B123", Fields: []string{"name"}}); strings.Join(got, " ") != "一" {
			t.Errorf("found %v", got)
		}
	})
	t.Run("EditAndHistory", func(t *testing.T) {
		if err := s.edit(s.ours, one, `{"x_area":1,"x_tags":[],"x_secret":"王*明","x_fee":null}`); err != nil {
			t.Fatal(err)
		}
		m := open(v, one.ID)
		if m["x_area"] != 1.0 || m["x_double"] != 2.1 || m["x_tags"] != nil || m["x_fee"] != nil || m["x_secret"] != "王*明" {
			t.Errorf("after the edit: %v", m)
		}
		if got := s.names(v, ListInput{Limit: 5, Filter: `[["x_tags","has","a"]]`, Fields: []string{"name"}}); len(got) != 0 {
			t.Errorf("the slot still says %v", got)
		}
		events, err := things.History(t.Context(), s.pool, s.kinds, v, one.ID)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, c := range events[0].Changes {
			lines = append(lines, fmt.Sprintf("%s %s→%s", c.Label.Zh, c.Was, c.Now))
		}
		if got := strings.Join(lines, "; "); got != `标签 ["a", "b"]→; 面积 12.5→1; 费用 "3.30"→; 两倍 25.1→2.1` {
			t.Errorf("history: %s", got)
		}
	})
	t.Run("AnOldRecordStaysValidUntilEdited", func(t *testing.T) {
		err := s.do(s.ours, func(ctx context.Context, tx database.Tx) error {
			m, err := things.Find(ctx, tx, access.Scope{All: true}, old.ID)
			if err != nil {
				return err
			}
			before := *m
			m.Tone = "blue"
			return things.Save(ctx, tx, &before, m, "paint")
		})
		if err != nil {
			t.Errorf("a step of the document: %v", err)
		}
		if err := s.edit(s.ours, old, `{"x_area":3}`); allFields(err) != "x_channel" || !errors.Is(err, ErrNeeded) {
			t.Errorf("an edit without the required field: %v", err)
		}
	})
	t.Run("Refused", func(t *testing.T) {
		for values, field := range map[string]string{
			`{"x_channel":"none"}`: "x_channel", `{"x_channel":"old"}`: "x_channel", `{"x_tags":["c"]}`: "x_tags", `{"x_tags":"a"}`: "x_tags", `{"x_area":"much"}`: "x_area", `{"x_area":1.234}`: "x_area",
			`{"x_area":1e5}`: "x_area", `{"x_area":999999999999}`: "x_area", `{"x_fee":1}`: "x_fee", `{"x_fee":"1.234"}`: "x_fee", `{"x_due":"2026-02-31"}`: "x_due", `{"x_plate":"12345678901"}`: "x_plate", `{"x_plate":7}`: "x_plate",
			`{"x_double":1}`: "x_double", `{"x_none":1}`: "x_none", `{"x_profit":"1.00"}`: "x_profit"} {
			body := values
			if !strings.Contains(values, "x_channel") {
				body = strings.Replace(values, "{", `{"x_channel":"web",`, 1)
			}
			if _, err := s.enter(s.ours, "三", body); allFields(err) != field {
				t.Errorf("%s: at %q, %v", values, allFields(err), err)
			}
		}
	})
	t.Run("AnotherTenantHasNone", func(t *testing.T) {
		if _, err := s.enter(s.them, "四", `{"x_plate":"A"}`); allFields(err) != "x_plate" {
			t.Errorf("got %v", err)
		}
		_, err := things.Spec.List(t.Context(), s.pool, s.kinds, s.view(s.them), ListInput{Limit: 5, Filter: `[["x_plate","=","A"]]`})
		if !errors.Is(err, ErrField) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ANewVersionIsReadAgain", func(t *testing.T) {
		err := s.do(s.ours, func(ctx context.Context, tx database.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE own_fields SET retired = true WHERE key = 'x_area'")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		filter := ListInput{Limit: 5, Filter: `[["x_area",">",0]]`, Fields: []string{"name"}}
		if got := s.names(v, filter); len(got) == 0 {
			t.Error("the same version was read again")
		}
		v := v
		v.Version = 2
		mine, err := s.kinds.Mine(t.Context(), s.pool, v, things.Spec)
		if err != nil || !mine.Field("x_area").Retired {
			t.Errorf("not read again: %v", err)
		}
		if _, err := s.enter(s.ours, "五", `{"x_channel":"web","x_area":5}`); allFields(err) != "x_area" {
			t.Errorf("a retired field took a value: %v", err)
		}
		if m := open(v, one.ID); m["x_area"] != 1.0 {
			t.Errorf("the old value is gone: %v", m["x_area"])
		}
	})
}

// items reads one page as objects.
func (s *shop) items(v View, in ListInput) []map[string]any {
	s.t.Helper()
	page, err := things.Spec.List(context.Background(), s.pool, s.kinds, v, in)
	if err != nil {
		s.t.Fatal(err)
	}
	out := make([]map[string]any, len(page.Items))
	for i, raw := range page.Items {
		if err := json.Unmarshal(raw, &out[i]); err != nil {
			s.t.Fatal(err)
		}
	}
	return out
}

func TestFormulaIsChecked(t *testing.T) {
	number := func(key, formula string) *OwnField {
		return &OwnField{Key: key, Label: zh(key), Type: Number, Decimals: 2, Formula: formula}
	}
	for formula, want := range map[string]*fault.Fault{
		"price * 1.13":                          nil,
		"round(price / 3, 2) + min(1, 2)":       nil,
		"days(day, createdAt) > 30 ? 1.0 : 2.0": nil,
		"x_a + 1":                               ErrOwnRing,
		"x_b + 1":                               ErrOwnRing,
		"nothing + 1":                           ErrOwnFormula,
		"price +":                               ErrOwnFormula,
		"name":                                  ErrOwnFormula,
		"len(mobile)":                           ErrOwnFormula,
		"mobile == '1' ? 1 : 2":                 ErrOwnPersonal,
		"[1, 2][0]":                             ErrOwnFormula,
		"len(1..1000000)":                       ErrOwnFormula,
		"name matches 'a' ? 1 : 2":              ErrOwnFormula,
		"price ** 400":                          ErrOwnFormula,
		"let a = 1; a":                          ErrOwnFormula,
		"repeat(name, 1000000)":                 ErrOwnFormula,
		"price." + strings.Repeat("a", 600):     ErrOwnFormula,
		"1" + strings.Repeat("+1", 200):         ErrOwnFormula,
	} {
		_, err := things.With([]*OwnField{number("x_a", formula), number("x_b", "x_a * 2")})
		if (want == nil) != (err == nil) || want != nil && !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", clip(formula), err, want)
		}
	}
}

func TestFormulaNeverFails(t *testing.T) {
	for formula, want := range map[string]any{"1 / 0": nil, "price / 0": nil, "price * 99999999999999": nil, "7 % 4 + 0.005": json.Number("3.01"), "-price": json.Number("-12.34"), "0.1 + 0.2": json.Number("0.3")} {
		s, err := things.With([]*OwnField{{Key: "x_a", Label: zh("a"), Type: Number, Decimals: 2, Formula: formula}})
		if err != nil {
			t.Errorf("%s: %v", formula, err)
			continue
		}
		if got := s.formulas[0].value(map[string]any{"price": 12.34, "name": "", "x_a": 0.0}); got != want {
			t.Errorf("%s = %v, want %v", formula, got, want)
		}
	}
}

func TestOwnFieldIsChecked(t *testing.T) {
	s, err := NewRegistry(&Spec{Name: "user"}, &Spec{Name: "org_unit"}, things.Spec)
	if err != nil {
		t.Fatal(err)
	}
	for want, f := range map[string]OwnField{
		"":              {Key: "x_a", Label: zh("a"), Type: Number, Start: "5"},
		"key":           {Key: "a", Label: zh("a"), Type: Text},
		"label.zh":      {Key: "x_a", Type: Text},
		"type":          {Key: "x_a", Label: zh("a"), Type: Bool},
		"options":       {Key: "x_a", Label: zh("a"), Type: Choice},
		"ref":           {Key: "x_a", Label: zh("a"), Type: Ref, Ref: "nothing"},
		"start":         {Key: "x_a", Label: zh("a"), Type: Number, Start: "five"},
		"searchable":    {Key: "x_a", Label: zh("a"), Type: Date, Searchable: true},
		"protect":       {Key: "x_a", Label: zh("a"), Type: Date, Protect: ProtectPersonal},
		"key,label.zh":  {Key: "X_A", Type: Text},
		"type,protect":  {Key: "x_a", Label: zh("a"), Type: Int, Protect: ProtectPersonal},
		"start,options": {Key: "x_a", Label: zh("a"), Type: Choice, Start: "@today"},
	} {
		got := allFields(f.Check(things.Spec, s))
		for _, field := range strings.Split(want, ",") {
			if !strings.Contains(got, field) || want == "" && got != "" {
				t.Errorf("%+v: %q, want %q", f, got, want)
			}
		}
	}
}

func TestScale(t *testing.T) {
	for _, c := range []struct {
		text     string
		decimals int
		scaled   int64
		back     string
		ok       bool
	}{{"12.5", 2, 1250, "12.5", true}, {"-0.05", 2, -5, "-0.05", true}, {"7", 0, 7, "7", true}, {"7.0", 0, 7, "7", true}, {"0", 4, 0, "0", true}, {"1.234", 2, 0, "", false}, {"1e3", 2, 0, "", false},
		{"100000000000", 2, 0, "", false}, {"99999999999.99", 2, 9999999999999, "99999999999.99", true}, {"", 2, 0, "", false}, {".5", 2, 0, "", false}, {"007", 2, 0, "", false}, {"\"5\"", 0, 0, "", false}} {
		n, ok := scale(c.text, c.decimals)
		if n != c.scaled || ok != c.ok {
			t.Errorf("scale(%s, %d) = %d, %v", c.text, c.decimals, n, ok)
		}
		if ok && unscale(n, c.decimals) != c.back {
			t.Errorf("unscale(%d, %d) = %s", n, c.decimals, unscale(n, c.decimals))
		}
	}
}
