package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// Known is what a flow may name: the facts of its documents, and the people, roles and units of its group.
type Known struct {
	Facts    []Fact               // those of the submitter need not be among them
	Roles    map[uuid.UUID]string // names by id
	Codes    map[string]string    // names of shipped roles by code
	Units    map[uuid.UUID]string
	Groups   map[uuid.UUID]string
	Users    map[uuid.UUID]string // who is active; at least those whom Mentions of the flow names
	Refs     map[string]string    // names of records that conditions compare with, by id
	Editable []string             // fields that a step may change
	Hideable []string             // fields that a step may be kept from
}

// FactType is what a fact holds, and how conditions read it.
type FactType string

// The types of facts, with what an expression sees: int and basis_points int, money int of fen, number double, date and time timestamp,
// text, choice and ref string, multi list of strings, lines list of maps.
const (
	FactText        FactType = "text"
	FactInt         FactType = "int"
	FactMoney       FactType = "money"
	FactBasisPoints FactType = "basis_points"
	FactNumber      FactType = "number"
	FactDate        FactType = "date"
	FactTime        FactType = "time"
	FactBool        FactType = "bool"
	FactChoice      FactType = "choice"
	FactRef         FactType = "ref"
	FactMulti       FactType = "multi"
	FactLines       FactType = "lines"
)

// Fact is one thing that conditions may ask about a document. A field of a part's lines is named part.field in a clicked term, which holds
// when it holds in some line.
type Fact struct {
	Name    string     `json:"name"`
	Label   fault.Text `json:"label"`
	Type    FactType   `json:"type"`
	Options []Option   `json:"options,omitempty"`
	RefPath string     `json:"refPath,omitempty"`
	Fields  []Fact     `json:"fields,omitempty"`
}

// Option is one value of a choice.
type Option struct {
	Value string     `json:"value"`
	Label fault.Text `json:"label"`
}

// submitter is the fact that holds who submits.
const submitter = "submitter"

// SubmitterFacts are the facts of whoever submits, which every document has. roles are the role names' codes that the group has.
func SubmitterFacts(roles []Option) []Fact {
	fact := func(name, zh, en string, t FactType) Fact {
		return Fact{Name: submitter + "." + name, Label: fault.Text{Zh: zh, En: en}, Type: t}
	}
	facts := []Fact{
		fact("id", "提交人", "Submitter", FactRef), fact("name", "提交人姓名", "Submitter's name", FactText),
		fact("roles", "提交人角色", "Submitter's roles", FactMulti), fact("company", "提交人公司", "Submitter's company", FactRef),
		fact("department", "提交人部门", "Submitter's department", FactRef),
	}
	facts[0].RefPath, facts[2].Options, facts[3].RefPath, facts[4].RefPath = "users", roles, "org-units", "org-units"
	return facts
}

// whole adds the facts of the submitter where they are missing: every document has them.
func (k Known) whole() Known {
	if slices.ContainsFunc(k.Facts, func(f Fact) bool { return strings.HasPrefix(f.Name, submitter+".") }) {
		return k
	}
	var roles []Option
	for _, code := range slices.Sorted(maps.Keys(k.Codes)) {
		roles = append(roles, Option{code, fault.Text{Zh: k.Codes[code], En: k.Codes[code]}})
	}
	k.Facts = append(slices.Clip(k.Facts), SubmitterFacts(roles)...)
	return k
}

// fact finds a fact by the name that a clicked term has; part tells that it is a field of a part's lines, and of which.
func (k Known) fact(name string) (f *Fact, part string) {
	for i := range k.Facts {
		if k.Facts[i].Name == name {
			return &k.Facts[i], ""
		}
	}
	before, field, _ := strings.Cut(name, ".")
	for i := range k.Facts {
		if k.Facts[i].Name != before || k.Facts[i].Type != FactLines {
			continue
		}
		for j := range k.Facts[i].Fields {
			if k.Facts[i].Fields[j].Name == field {
				return &k.Facts[i].Fields[j], before
			}
		}
	}
	return nil, ""
}

// Mentioned is whom and what a flow names.
type Mentioned struct {
	Users, Roles, Units, Groups []uuid.UUID
	Codes                       []string
	Refs                        []string // values of references in conditions
}

// Mentions returns whom and what a flow names, for Known.
func (f *Flow) Mentions(known Known) Mentioned {
	known = known.whole()
	users, roles, units, groups := map[uuid.UUID]bool{}, map[uuid.UUID]bool{}, map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	codes, refs := map[string]bool{}, map[string]bool{}
	for _, n := range f.Nodes {
		users[n.EmptyPerson] = true
		for _, r := range n.Approvers {
			for _, u := range r.Users {
				users[u] = true
			}
			roles[r.Role], units[r.Unit], groups[r.Group], codes[r.Code] = true, true, true, true
		}
	}
	for _, l := range f.Lines {
		for _, id := range l.When.refs(known) {
			refs[id] = true
		}
	}
	return Mentioned{Users: ids(users), Roles: ids(roles), Units: ids(units), Groups: ids(groups), Codes: texts(codes), Refs: texts(refs)}
}

func ids(set map[uuid.UUID]bool) []uuid.UUID {
	delete(set, uuid.Nil)
	return slices.SortedFunc(maps.Keys(set), func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
}

func texts(set map[string]bool) []string {
	delete(set, "")
	return slices.Sorted(maps.Keys(set))
}

func (c *Condition) refs(known Known) []string {
	if c == nil {
		return nil
	}
	var refs []string
	for _, group := range c.Any {
		for _, t := range group {
			if f, _ := known.fact(t.Fact); f != nil && f.Type == FactRef && t.Than == "" {
				if values, err := f.read(t); err == nil {
					for _, v := range values {
						refs = append(refs, v.text)
					}
				}
			}
		}
	}
	return refs
}

// ErrFactValue says that a fact's value does not fit its type.
var ErrFactValue = fault.New(fault.Invalid, "approval.fact_value", "“%s”的值不对：%s", "The value of “%s” does not fit: %s")

// Values reads facts that a form holds as text, by their names, into what About wants; facts that are not given are empty. Money is yuan, a
// rate a percentage, a day 2026-11-25, lines a JSON array of objects of such texts. It returns ErrFactValue for a value that does not
// fit, and ErrNoFact for a name that is none.
func (k Known) Values(given map[string]string) (map[string]any, error) {
	k = k.whole()
	for name := range given {
		if f, part := k.fact(name); f == nil || part != "" {
			return nil, ErrNoFact.With(name).At("facts." + name)
		}
	}
	values := map[string]any{}
	who := map[string]any{}
	for i := range k.Facts {
		f := &k.Facts[i]
		v, err := f.value(given[f.Name])
		if err != nil {
			return nil, ErrFactValue.With(f.Label, given[f.Name]).At("facts." + f.Name)
		}
		if name, ok := strings.CutPrefix(f.Name, submitter+"."); ok {
			who[name] = v
			continue
		}
		values[f.Name] = v
	}
	values[submitter] = who
	return values, nil
}

// value reads one fact from its text.
func (f *Fact) value(text string) (any, error) {
	if text == "" {
		return nil, nil
	}
	switch f.Type {
	case FactMulti:
		return strings.Split(text, ","), nil
	case FactLines:
		var rows []map[string]string
		if err := json.Unmarshal([]byte(text), &rows); err != nil {
			return nil, err
		}
		lines := make([]map[string]any, len(rows))
		for i, row := range rows {
			lines[i] = map[string]any{}
			for j := range f.Fields {
				v, err := f.Fields[j].value(row[f.Fields[j].Name])
				if err != nil {
					return nil, err
				}
				lines[i][f.Fields[j].Name] = v
			}
		}
		return lines, nil
	}
	v, err := f.parse(text)
	if err != nil {
		return nil, err
	}
	switch f.Type {
	case FactInt, FactMoney, FactBasisPoints:
		return v.whole, nil
	case FactNumber:
		return v.number, nil
	case FactDate, FactTime:
		return time.Unix(v.whole, 0).UTC(), nil
	case FactBool:
		return v.text == "true", nil
	}
	return v.text, nil
}
