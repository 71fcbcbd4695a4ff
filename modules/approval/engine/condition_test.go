package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

func label(zh, en string) fault.Text { return fault.Text{Zh: zh, En: en} }

func known() Known {
	return Known{
		Facts: append([]Fact{
			{Name: "total", Label: label("总价", "Total"), Type: FactMoney}, {Name: "marked", Label: label("标价", "Marked price"), Type: FactMoney},
			{Name: "discount", Label: label("优惠率", "Discount"), Type: FactBasisPoints}, {Name: "days", Label: label("在库天数", "Days in stock"), Type: FactInt},
			{Name: "weight", Label: label("重量", "Weight"), Type: FactNumber}, {Name: "signed_on", Label: label("签订日", "Signed on"), Type: FactDate},
			{Name: "note", Label: label("备注", "Note"), Type: FactText}, {Name: "credit", Label: label("贷款", "On credit"), Type: FactBool},
			{Name: "pay", Label: label("付款方式", "Payment"), Type: FactChoice, Options: []Option{{"cash", label("现金", "Cash")}, {"loan", label("贷款", "Loan")}}},
			{Name: "customer_id", Label: label("客户", "Customer"), Type: FactRef}, {Name: "type", Label: label("类型", "Type"), Type: FactText},
			{Name: "lines", Label: label("明细", "Lines"), Type: FactLines, Fields: []Fact{{Name: "price", Label: label("单价", "Price"), Type: FactMoney}, {Name: "text", Label: label("名称", "Name"), Type: FactText}}},
		}, SubmitterFacts([]Option{{"consultant", label("销售顾问", "Consultant")}})...),
		Users: map[uuid.UUID]string{person(1): "Wang"}, Roles: map[uuid.UUID]string{person(2): "经理"}, Codes: map[string]string{"manager": "经理"},
		Units: map[uuid.UUID]string{person(3): "销售部"}, Groups: map[uuid.UUID]string{person(4): "价格组"}, Refs: map[string]string{"c1": "李先生"},
		Editable: []string{"note"}, Hideable: []string{"total"},
	}
}

func document(t *testing.T, leave ...string) *Document {
	t.Helper()
	p, err := Compile(known())
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]any{
		"total": int64(19980000), "marked": int64(20000000), "discount": int64(350), "days": int64(12), "weight": 1.5,
		"signed_on": time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), "note": "加急", "credit": true, "pay": "loan", "customer_id": "c1", "type": nil,
		"lines":   []map[string]any{{"price": int64(100), "text": "车"}, {"price": int64(90000), "text": nil}},
		submitter: map[string]any{"id": person(9).String(), "name": "Li", "roles": []string{"consultant"}, "company": "x", "department": nil},
	}
	for _, name := range leave {
		delete(values, name)
	}
	return p.About(context.Background(), values)
}

func term(fact, op, value string) *Condition {
	return &Condition{Any: [][]Term{{{Fact: fact, Op: op, Value: []byte(value)}}}}
}

func TestConditionsHold(t *testing.T) {
	t.Parallel()
	d := document(t)
	for _, c := range []struct {
		when *Condition
		want bool
	}{
		{term("total", ">", `"199800.00"`), false}, {term("total", ">=", `"199800"`), true}, {term("discount", ">", `"3"`), true},
		{term("discount", "=", `3.5`), true}, {term("days", "<", `12`), false}, {term("weight", "<=", `1.5`), true},
		{term("signed_on", "<", `"2026-03-03"`), true}, {term("signed_on", ">", `"2026-03-02"`), false}, {term("credit", "=", `true`), true},
		{term("pay", "in", `["cash","loan"]`), true}, {term("pay", "not_in", `["cash"]`), true}, {term("note", "contains", `"急"`), true},
		{term("note", "=", `"\"加急"`), false}, {term("type", "empty", ``), true}, {term("customer_id", "=", `"c1"`), true},
		{term("lines.price", ">", `"500"`), true}, {term("lines.price", ">", `"900"`), false}, {term("lines.text", "empty", ``), true},
		{term("lines", "not_empty", ``), true}, {term("submitter.roles", "contains", `"consultant"`), true}, {term("submitter.department", "empty", ``), true},
		{&Condition{Any: [][]Term{{{Fact: "total", Op: "<", Than: "marked"}}}}, true},
		{&Condition{Any: [][]Term{{{Fact: "days", Op: ">", Value: []byte("20")}}, {{Fact: "credit", Op: "=", Value: []byte("true")}}}}, true},
		{&Condition{CEL: `total > 100 && discount >= 350 && "consultant" in submitter.roles`}, true},
		{&Condition{CEL: `signed_on < day("2026-01-01") || empty(note)`}, false},
		{&Condition{CEL: `lines.exists(l, l.price > 50000) && size(lines) == 2 && empty(submitter.department)`}, true},
		{&Condition{CEL: `type == "" && empty(type)`}, true},
	} {
		got, err := d.Holds(c.when)
		if err != nil || got != c.want {
			t.Errorf("%+v %s: %v %v, want %v", c.when.Any, c.when.CEL, got, err, c.want)
		}
	}
}

func TestConditionsThatCannotBeAnswered(t *testing.T) {
	t.Parallel()
	nested := strings.Repeat("[1,2,3,4,5,6,7,8,9,10].all(a, ", 7) + "true" + strings.Repeat(")", 7)
	for name, c := range map[string]struct {
		d    *Document
		when *Condition
		want *fault.Fault
	}{
		"FactGone":         {document(t, "discount"), term("discount", ">", `"3"`), ErrFactGone},
		"NoSuchFact":       {document(t), term("rebate", ">", `"3"`), ErrNoFact},
		"WrongOperator":    {document(t), term("credit", "<", `true`), ErrTermOp},
		"WrongValue":       {document(t), term("days", "<", `"many"`), ErrTermValue},
		"Empty":            {document(t), &Condition{}, ErrNoTerms},
		"OtherType":        {document(t), &Condition{Any: [][]Term{{{Fact: "total", Op: "<", Than: "days"}}}}, ErrTermThan},
		"NotTrueOrFalse":   {document(t), &Condition{CEL: "total"}, ErrNotBool},
		"Unreadable":       {document(t), &Condition{CEL: "total >"}, ErrExpression},
		"NoSuchField":      {document(t), &Condition{CEL: "lines.exists(l, l.cost > 1)"}, ErrExpression},
		"NeverEnds":        {document(t), &Condition{CEL: nested}, ErrCost},
		"GivenUpByCaller":  {given(t), &Condition{CEL: "lines.all(l, lines.all(m, l.price >= 0))"}, ErrCost},
		"NotThatSubmitter": {document(t), &Condition{CEL: "submitter.age > 1"}, ErrExpression},
	} {
		t.Run(name, func(t *testing.T) {
			holds, err := c.d.Holds(c.when)
			if holds || !errors.Is(err, c.want) {
				t.Errorf("%v %v, want %s", holds, err, c.want.Code)
			}
			if said := problem(err); said.Zh == "" || said.En == "" {
				t.Error("no words")
			}
		})
	}
}

// given is a document whose reader went away.
func given(t *testing.T) *Document {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	d := document(t)
	d.ctx = ctx
	many := make([]any, 300)
	for i := range many {
		many[i] = map[string]any{"price": int64(i), "text": ""}
	}
	d.facts["lines"] = many
	return d
}

func TestExpressionFindsPeople(t *testing.T) {
	t.Parallel()
	d := document(t)
	users, err := d.Users(`total > 0 ? [submitter.id, "nobody", ""] : []`)
	if err != nil || len(users) != 1 || users[0] != person(9) {
		t.Errorf("%v %v", users, err)
	}
	if _, err := d.Users(`total > 0`); !errors.Is(err, ErrNotPeople) {
		t.Errorf("%v", err)
	}
}

func TestConditionsInWords(t *testing.T) {
	t.Parallel()
	both := &Condition{Any: [][]Term{{{Fact: "discount", Op: ">", Value: []byte(`"3"`)}, {Fact: "pay", Op: "in", Value: []byte(`["cash","loan"]`)}}, {{Fact: "total", Op: "<", Than: "marked"}}}}
	for _, c := range []struct {
		got    fault.Text
		zh, en string
	}{
		{Describe(both, known()), "优惠率大于3%，并且付款方式是其中之一：现金、贷款；或者总价小于标价", "Discount is more than 3% and Payment is one of Cash, Loan; or Total is less than Marked price"},
		{Describe(term("total", ">=", `"1200"`), known()), "总价不低于1200.00 元", "Total is at least ¥1200.00"},
		{Describe(term("signed_on", "<", `"2026-03-03"`), known()), "签订日早于2026-03-03", "Signed on is before 2026-03-03"},
		{Describe(term("customer_id", "=", `"c1"`), known()), "客户是李先生", "Customer is 李先生"},
		{Describe(term("lines.price", ">", `"5"`), known()), "某一行明细的单价大于5.00 元", "some line of Lines: Price is more than ¥5.00"},
		{Describe(term("note", "empty", ``), known()), "备注为空", "Note is empty"},
		{Describe(term("gone", "=", `"1"`), known()), "“gone”（已没有这项数据）", "“gone”, which is gone"},
		{Describe(nil, known()), "总是", "always"},
		{document(t).Explain(term("discount", ">", `"3"`)), "优惠率大于3%（现在是3.5%）", "Discount is more than 3% (it is 3.5%)"},
	} {
		if c.got.Zh != c.zh || c.got.En != c.en {
			t.Errorf("%q %q, want %q %q", c.got.Zh, c.got.En, c.zh, c.en)
		}
	}
}

func TestCompletions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"disc", "discount"}, {"优惠", "discount"}, {"total > ma", "marked"}, {"submitter.ro", "roles"}, {"lines.ex", "exists(row, row."},
		{"lines.exists(row, row.pr", "price"}, {`pay == "ca`, "cash"}, {`pay in ["cash", "lo`, "loan"}, {`"x" in subm`, "submitter"}, {"!em", "empty("}, {`signed_on > day("2026-01-01") && tot`, "total"},
		{`submitter.roles.exists(one, one == "x") && total > mark`, "marked"},
	} {
		got := Completions(known(), c.text, len([]rune(c.text)))
		if len(got) == 0 || got[0].Insert != c.want {
			t.Errorf("%s: %v, want %s", c.text, got, c.want)
		}
	}
	if got := Completions(known(), "total", 99); len(got) != 0 {
		t.Errorf("nothing is left to write: %v", got)
	}
}

func TestValuesOfAForm(t *testing.T) {
	t.Parallel()
	p, err := Compile(known())
	if err != nil {
		t.Fatal(err)
	}
	values, err := known().Values(map[string]string{"total": "199800.00", "discount": "3.5", "signed_on": "2026-03-02", "credit": "true", "lines": `[{"price":"12.00"}]`,
		"submitter.roles": "consultant"})
	if err != nil {
		t.Fatal(err)
	}
	holds, err := p.About(context.Background(), values).Holds(&Condition{CEL: `total == 19980000 && discount == 350 && credit && lines[0].price == 1200 && empty(note) && signed_on == day("2026-03-02") && "consultant" in submitter.roles`})
	if err != nil || !holds {
		t.Errorf("%v %v", holds, err)
	}
	if _, err := known().Values(map[string]string{"total": "much"}); !errors.Is(err, ErrFactValue) {
		t.Errorf("%v", err)
	}
	if _, err := known().Values(map[string]string{"rebate": "1"}); !errors.Is(err, ErrNoFact) {
		t.Errorf("%v", err)
	}
}
