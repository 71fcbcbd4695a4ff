package engine

import (
	"strings"
	"unicode"

	"forecourt/kernel/fault"
)

// Completion is one way to go on with an expression.
type Completion struct {
	Insert string     `json:"insert"`
	Label  fault.Text `json:"label"`
	Kind   string     `json:"kind" enum:"fact,field,option,function"`
	From   int        `json:"from" doc:"Where the inserted text begins, in characters; it ends at the cursor"`
}

// offered are the functions that the designer offers: the language has more.
var offered = []struct{ insert, zh, en string }{
	{"empty(", "为空", "is empty"}, {"day(\"", "日期，如 day(\"2026-01-01\")", "a day, as day(\"2026-01-01\")"}, {"size(", "个数或字数", "how many, or how long"},
	{"true", "成立", "true"}, {"false", "不成立", "false"},
}

var offeredOf = map[FactType][]struct{ insert, zh, en string }{
	FactText:  {{"contains(\"", "包含", "contains"}, {"startsWith(\"", "开头是", "starts with"}, {"endsWith(\"", "结尾是", "ends with"}},
	FactLines: {{"exists(row, row.", "某一行", "some line"}, {"all(row, row.", "每一行", "every line"}, {"filter(row, row.", "挑出", "those lines"}},
	FactMulti: {{"exists(one, one == \"", "其中之一", "one of them"}},
}

// Completions returns how an expression may go on at a cursor, counted in characters: facts and functions, after a point the fields or
// functions of what stands before it, and in quotation marks behind a comparison the choices of a fact.
func Completions(known Known, text string, cursor int) []Completion {
	known = known.whole()
	all := []rune(text)
	before := all[:max(0, min(cursor, len(all)))]
	out := []Completion{}
	offer := func(insert string, label fault.Text, kind string, from int) {
		written := string(before[from:])
		if insert != written && (strings.HasPrefix(strings.ToLower(insert), strings.ToLower(written)) || written != "" && strings.Contains(label.Zh, written)) {
			out = append(out, Completion{insert, label, kind, from})
		}
	}
	if quote := openQuote(before); quote >= 0 {
		f, _ := known.fact(compares(before[:quote], known))
		if f != nil {
			for _, o := range f.Options {
				offer(o.Value, o.Label, "option", quote+1)
			}
		}
		return out
	}
	from := len(before)
	for from > 0 && (before[from-1] == '_' || unicode.IsLetter(before[from-1]) || unicode.IsDigit(before[from-1])) {
		from--
	}
	if from == 0 || before[from-1] != '.' {
		who := false
		for _, f := range known.Facts {
			if strings.HasPrefix(f.Name, submitter+".") {
				who = true
				continue
			}
			offer(f.Name, f.Label, "fact", from)
		}
		if who {
			offer(submitter, fault.Say("提交人", "Submitter"), "fact", from)
		}
		for _, o := range offered {
			offer(o.insert, fault.Text{Zh: o.zh, En: o.en}, "function", from)
		}
		return out
	}
	owner := word(before[:from-1])
	if owner == submitter {
		for _, f := range known.Facts {
			if name, ok := strings.CutPrefix(f.Name, submitter+"."); ok {
				offer(name, f.Label, "field", from)
			}
		}
		return out
	}
	if f, _ := known.fact(owner); f != nil {
		for _, o := range offeredOf[f.Type] {
			offer(o.insert, fault.Text{Zh: o.zh, En: o.en}, "function", from)
		}
		return out
	}
	if part := rowOf(before[:from-1], owner, known); part != nil {
		for _, f := range part.Fields {
			offer(f.Name, f.Label, "field", from)
		}
	}
	return out
}

// openQuote returns where a text that is not closed begins, or -1.
func openQuote(text []rune) int {
	at := -1
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == '"' && at < 0:
			at = i
		case text[i] == '"':
			at = -1
		}
	}
	return at
}

// word returns the name with which a text ends.
func word(text []rune) string {
	i := len(text)
	for i > 0 && (text[i-1] == '_' || text[i-1] == '.' || unicode.IsLetter(text[i-1]) || unicode.IsDigit(text[i-1])) {
		i--
	}
	return string(text[i:])
}

// compares returns the fact that stands before a comparison at the end of a text, as in `kind == ` or `kind in ["a", `.
func compares(text []rune, known Known) string {
	s := strings.TrimRight(string(text), " ")
	if i := strings.LastIndex(s, "["); i >= 0 && !strings.Contains(s[i:], "]") {
		s = strings.TrimRight(s[:i], " ")
	}
	for _, op := range []string{"==", "!=", " in"} {
		if left, ok := strings.CutSuffix(s, op); ok {
			left = strings.TrimRight(left, " ")
			name := word([]rune(left))
			if owner, field, dotted := strings.Cut(name, "."); dotted && owner != submitter {
				if part := rowOf([]rune(left), owner, known); part != nil {
					return part.Name + "." + field
				}
			}
			return name
		}
	}
	return ""
}

// rowOf returns the part whose lines a name stands for, as row does in lines.exists(row, …
func rowOf(text []rune, name string, known Known) *Fact {
	for i := range known.Facts {
		f := &known.Facts[i]
		if f.Type != FactLines {
			continue
		}
		for _, call := range []string{"exists", "all", "filter", "map", "exists_one"} {
			if strings.Contains(string(text), f.Name+"."+call+"("+name+",") {
				return f
			}
		}
	}
	return nil
}
