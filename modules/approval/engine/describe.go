package engine

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"forecourt/kernel/fault"
	"forecourt/kernel/money"
)

// Describe says a condition in plain words.
func Describe(c *Condition, known Known) fault.Text { return describe(c, known.whole(), nil) }

// Explain says a condition in plain words, with the document's values.
func (d *Document) Explain(c *Condition) fault.Text { return describe(c, d.program.known, d) }

func describe(c *Condition, known Known, d *Document) fault.Text {
	if c == nil {
		return fault.Say("总是", "always")
	}
	if c.CEL != "" {
		return fault.Say("表达式 %s", "the expression %s", c.CEL)
	}
	var all fault.Text
	for _, group := range c.Any {
		var terms fault.Text
		for _, t := range group {
			terms = add(terms, "，并且", " and ", t.describe(known, d))
		}
		all = add(all, "；或者", "; or ", terms)
	}
	return all
}

var opWords = map[string]fault.Text{
	"=": {Zh: "等于", En: "is"}, "!=": {Zh: "不等于", En: "is not"}, "<": {Zh: "小于", En: "is less than"}, "<=": {Zh: "不超过", En: "is at most"},
	">": {Zh: "大于", En: "is more than"}, ">=": {Zh: "不低于", En: "is at least"}, "in": {Zh: "是其中之一：", En: "is one of"},
	"not_in": {Zh: "不是其中任何一个：", En: "is none of"}, "contains": {Zh: "包含", En: "contains"}, "empty": {Zh: "为空", En: "is empty"},
	"not_empty": {Zh: "不为空", En: "is not empty"},
}

var dayWords = map[string]fault.Text{
	"=": {Zh: "是", En: "is"}, "!=": {Zh: "不是", En: "is not"}, "<": {Zh: "早于", En: "is before"}, "<=": {Zh: "不晚于", En: "is not after"},
	">": {Zh: "晚于", En: "is after"}, ">=": {Zh: "不早于", En: "is not before"},
}

var nameWords = map[string]fault.Text{"=": {Zh: "是", En: "is"}, "!=": {Zh: "不是", En: "is not"}}

func (f *Fact) word(op string) fault.Text {
	words := nameWords
	switch f.Type {
	case FactDate, FactTime:
		words = dayWords
	case FactInt, FactMoney, FactBasisPoints, FactNumber:
		words = opWords
	}
	if w, ok := words[op]; ok {
		return w
	}
	return opWords[op]
}

func (t Term) describe(known Known, d *Document) fault.Text {
	f, part := known.fact(t.Fact)
	if f == nil {
		return fault.Say("“%s”（已没有这项数据）", "“%s”, which is gone", t.Fact)
	}
	label := f.Label
	if part != "" {
		if of, _ := known.fact(part); of != nil {
			label = fault.Say("某一行%s的%s", "some line of %s: %s", of.Label, f.Label)
		}
	}
	text := fault.Say("%s%s", "%s %s", label, f.word(t.Op))
	if t.Than != "" {
		other := fault.Say("%s", "%s", t.Than)
		if o, _ := known.fact(t.Than); o != nil {
			other = o.Label
		}
		text = add(text, "", " ", other)
	} else if values, err := f.read(t); err != nil {
		text = add(text, "", " ", fault.Say("（没有填好）", "(not given)"))
	} else {
		var list fault.Text
		for _, v := range values {
			list = add(list, "、", ", ", f.shown(v, known))
		}
		if list != (fault.Text{}) {
			text = add(text, "", " ", list)
		}
	}
	if now, ok := d.now(t.Fact, f, known); ok {
		text = add(text, "", " ", fault.Say("（现在是%s）", "(it is %s)", now))
	}
	return text
}

// shown says a value as people read it.
func (f *Fact) shown(v value, known Known) fault.Text {
	switch f.Type {
	case FactMoney:
		return fault.Say("%s 元", "¥%s", money.Amount(v.whole).String())
	case FactBasisPoints:
		rate := strings.TrimSuffix(strings.TrimRight(money.Amount(v.whole).String(), "0"), ".")
		return fault.Say("%s%%", "%s%%", rate)
	case FactBool:
		if v.text == "true" {
			return fault.Say("是", "yes")
		}
		return fault.Say("否", "no")
	case FactChoice, FactMulti:
		if i := slices.IndexFunc(f.Options, func(o Option) bool { return o.Value == v.text }); i >= 0 {
			return f.Options[i].Label
		}
	case FactRef:
		if name := known.Refs[v.text]; name != "" {
			return fault.Text{Zh: name, En: name}
		}
	case FactText:
		return fault.Say("“%s”", "“%s”", v.text)
	}
	return fault.Text{Zh: v.text, En: v.text}
}

// now says a document's own value of a fact that is a number, a day or a choice; of others it is said elsewhere on the page.
func (d *Document) now(name string, f *Fact, known Known) (fault.Text, bool) {
	if d == nil {
		return fault.Text{}, false
	}
	switch x := d.facts[name].(type) {
	case int64:
		return f.shown(value{whole: x, text: strconv.FormatInt(x, 10)}, known), true
	case time.Time:
		if x.IsZero() {
			return fault.Say("空", "empty"), true
		}
		return fault.Say("%s", "%s", x.Format(dayLayout)), true
	case bool:
		return f.shown(value{text: map[bool]string{true: "true", false: "false"}[x]}, known), true
	case string:
		if f.Type == FactChoice && x != "" {
			return f.shown(value{text: x}, known), true
		}
	}
	return fault.Text{}, false
}
