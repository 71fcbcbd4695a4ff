package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"forecourt/kernel/fault"
	"forecourt/kernel/money"
)

// What is wrong with a clicked term.
var (
	ErrNoFact    = fault.New(fault.Invalid, "approval.no_fact", "单据没有“%s”这一项", "The document has no “%s”")
	ErrTermOp    = fault.New(fault.Invalid, "approval.term_op", "“%s”不能这样比较", "“%s” cannot be compared like this")
	ErrTermValue = fault.New(fault.Invalid, "approval.term_value", "“%s”的比较值不对", "The value to compare “%s” with does not fit")
	ErrTermThan  = fault.New(fault.Invalid, "approval.term_than", "“%s”和“%s”类型不同，不能比较", "“%s” and “%s” are of different types")
	ErrOption    = fault.New(fault.Invalid, "approval.no_option", "“%s”没有“%s”这个选项", "“%s” has no choice “%s”")
)

var (
	numeric = []string{"=", "!=", "<", "<=", ">", ">=", "empty", "not_empty"}
	chosen  = []string{"=", "!=", "in", "not_in", "empty", "not_empty"}
)

// termOps says how facts of a type can be compared in a clicked term.
var termOps = map[FactType][]string{
	FactText: append(slices.Clone(chosen), "contains"), FactChoice: chosen, FactRef: chosen,
	FactInt: numeric, FactMoney: numeric, FactBasisPoints: numeric, FactNumber: numeric, FactDate: numeric, FactTime: numeric,
	FactBool: {"=", "!="}, FactMulti: {"contains", "in", "not_in", "empty", "not_empty"}, FactLines: {"empty", "not_empty"},
}

// value is one value that a term compares with. whole holds ints, fen, basis points and seconds; for a bool text is true or false.
type value struct {
	text   string
	whole  int64
	number float64
}

const dayLayout = "2006-01-02"

func (f *Fact) parse(text string) (value, error) {
	v := value{text: text}
	var err error
	switch f.Type {
	case FactInt:
		v.whole, err = strconv.ParseInt(text, 10, 64)
	case FactMoney, FactBasisPoints: // yuan and percent both have two places
		var a money.Amount
		a, err = money.Parse(text)
		v.whole = int64(a)
	case FactNumber:
		v.number, err = strconv.ParseFloat(text, 64)
	case FactDate:
		var t time.Time
		t, err = time.Parse(dayLayout, text)
		v.whole = t.Unix()
	case FactTime:
		var t time.Time
		if t, err = time.Parse(time.RFC3339, text); err != nil {
			t, err = time.Parse(dayLayout, text)
		}
		v.whole = t.Unix()
	case FactBool:
		if text != "true" && text != "false" {
			err = errors.New("neither true nor false")
		}
	}
	return v, err
}

// read returns the values that a term compares with: one, or several for in and not_in, none for empty.
func (f *Fact) read(t Term) ([]value, error) {
	if t.Op == "empty" || t.Op == "not_empty" {
		return nil, nil
	}
	wrong := ErrTermValue.With(f.Label)
	raws := []json.RawMessage{t.Value}
	if t.Op == "in" || t.Op == "not_in" {
		raws = nil // else the list would be read into the memory of the term itself
		if err := json.Unmarshal(t.Value, &raws); err != nil || len(raws) == 0 || len(raws) > 200 {
			return nil, wrong
		}
	}
	values := make([]value, 0, len(raws))
	for _, raw := range raws {
		var x any
		if err := json.Unmarshal(raw, &x); err != nil {
			return nil, wrong
		}
		text, ok := x.(string)
		if !ok && x != nil {
			text = string(raw) // a number or a bool as JSON writes it
		}
		v, err := f.parse(text)
		if err != nil || text == "" && f.Type != FactText || len(text) > 1000 {
			return nil, wrong
		}
		values = append(values, v)
	}
	return values, nil
}

// literal writes a value as an expression.
func (f *Fact) literal(v value) string {
	switch f.Type {
	case FactInt, FactMoney, FactBasisPoints:
		return strconv.FormatInt(v.whole, 10)
	case FactNumber:
		return "double(" + strconv.Quote(strconv.FormatFloat(v.number, 'g', -1, 64)) + ")"
	case FactDate, FactTime:
		return "timestamp(" + strconv.Quote(time.Unix(v.whole, 0).UTC().Format(time.RFC3339)) + ")"
	case FactBool:
		return v.text
	}
	return strconv.QuoteToASCII(v.text)
}

// expression writes a condition as an expression: what was written, or the clicked terms.
func (c *Condition) expression(known Known) (string, error) {
	if c.CEL != "" {
		return c.CEL, nil
	}
	groups := make([]string, 0, len(c.Any))
	for _, group := range c.Any {
		terms := make([]string, 0, len(group))
		for _, t := range group {
			term, err := t.expression(known)
			if err != nil {
				return "", err
			}
			terms = append(terms, term)
		}
		if len(terms) == 0 {
			return "", ErrNoTerms
		}
		groups = append(groups, "("+strings.Join(terms, " && ")+")")
	}
	if len(groups) == 0 {
		return "", ErrNoTerms
	}
	return strings.Join(groups, " || "), nil
}

func (t Term) expression(known Known) (string, error) {
	f, part := known.fact(t.Fact)
	if f == nil {
		return "", ErrNoFact.With(t.Fact)
	}
	if !slices.Contains(termOps[f.Type], t.Op) {
		return "", ErrTermOp.With(f.Label)
	}
	name := t.Fact
	if part != "" {
		name = "row." + f.Name
	}
	compared, err := t.compared(known, f, name)
	if err == nil && part != "" {
		compared = fmt.Sprintf("%s.exists(row, %s)", part, compared)
	}
	return compared, err
}

func (t Term) compared(known Known, f *Fact, name string) (string, error) {
	var right []string
	if t.Than != "" {
		other, part := known.fact(t.Than)
		switch {
		case other == nil:
			return "", ErrNoFact.With(t.Than)
		case other.Type != f.Type || part != "" || f.Type == FactMulti || slices.Contains([]string{"in", "not_in", "empty", "not_empty"}, t.Op):
			return "", ErrTermThan.With(f.Label, other.Label)
		}
		right = []string{t.Than}
	} else {
		values, err := f.read(t)
		if err != nil {
			return "", err
		}
		for _, v := range values {
			right = append(right, f.literal(v))
		}
	}
	list := "[" + strings.Join(right, ", ") + "]"
	switch t.Op {
	case "empty":
		return "empty(" + name + ")", nil
	case "not_empty":
		return "!empty(" + name + ")", nil
	case "in", "not_in":
		in := name + " in " + list
		if f.Type == FactMulti {
			in = name + ".exists(one, one in " + list + ")"
		}
		if t.Op == "not_in" {
			return "!(" + in + ")", nil
		}
		return in, nil
	case "contains":
		if f.Type == FactMulti {
			return right[0] + " in " + name, nil
		}
		return name + ".contains(" + right[0] + ")", nil
	case "=":
		return name + " == " + right[0], nil
	case "!=":
		return name + " != " + right[0], nil
	}
	// A day that is not there is neither before nor after another.
	compared := name + " " + t.Op + " " + right[0]
	if f.Type == FactDate || f.Type == FactTime {
		compared = "!empty(" + name + ") && " + compared
		if t.Than != "" {
			compared = "!empty(" + t.Than + ") && " + compared
		}
	}
	return compared, nil
}
