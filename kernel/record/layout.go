package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
)

// Layout is how a group, a company or a role sees a kind: the columns of its list, the sections of its form, or one of its papers. The
// menu is laid out in the same way, for no kind.
type Layout struct {
	Part   string // LayoutList, LayoutForm, LayoutPrint or LayoutMenu
	Level  string // LevelGroup, LevelCompany or LevelRole
	Target string // the company's id or the role's code; empty for the group
	Name   string // of a paper; empty for the standard one
	List   ListLayout
	Form   FormLayout
	Print  PrintLayout
	Menu   MenuLayout
}

// The parts and the levels of layouts. They are stored.
const (
	LayoutList   = "list"
	LayoutForm   = "form"
	LayoutPrint  = "print"
	LayoutMenu   = "menu"
	LevelGroup   = "group"
	LevelCompany = "company"
	LevelRole    = "role"
)

// ListLayout is a list: its columns in their order, its order of rows, and the conditions that stand open.
type ListLayout struct {
	Columns []Column `json:"columns" minItems:"1" maxItems:"40"`
	Sort    string   `json:"sort,omitempty" maxLength:"60"`
	Filters []string `json:"filters,omitempty" maxItems:"12"`
}

// Column is a column of a list. Width is in pixels; 0 is the usual one.
type Column struct {
	Name  string `json:"name" minLength:"1" maxLength:"60"`
	Width int    `json:"width,omitempty" minimum:"0" maximum:"600"`
}

// FormLayout is a form. A field that stands neither in a section nor in Hidden comes at the end: one that is added later is not lost.
type FormLayout struct {
	Sections []FormSection `json:"sections" minItems:"1" maxItems:"20"`
	Hidden   []string      `json:"hidden,omitempty" maxItems:"100"`
}

// FormSection is a section of a form.
type FormSection struct {
	Label  fault.Text  `json:"label"`
	Fields []FormField `json:"fields" maxItems:"60"`
}

// FormField is a field in a form. When decides whether it is shown; a required field that is not shown is not asked for.
type FormField struct {
	Name     string     `json:"name" minLength:"1" maxLength:"60"`
	Required bool       `json:"required,omitempty"`
	Start    string     `json:"start,omitempty" maxLength:"200"`
	When     *Condition `json:"when,omitempty"`
}

// Condition holds when the field has one of the values.
type Condition struct {
	Field  string   `json:"field" minLength:"1" maxLength:"60"`
	Values []string `json:"values" minItems:"1" maxItems:"20"`
}

// Faults of layouts.
var (
	ErrLayoutField  = fault.New(fault.Invalid, "layout.field", "没有“%s”这个字段，或不能放在这里", "There is no field %s, or it cannot stand here")
	ErrLayoutTwice  = fault.New(fault.Invalid, "layout.twice", "“%s”出现了两次", "%s stands there twice")
	ErrLayoutHidden = fault.New(fault.Invalid, "layout.hidden", "“%s”必填，不能隐藏，也不能带显示条件", "%s is required; it is neither hidden nor shown on a condition")
	ErrLayoutStart  = fault.New(fault.Invalid, "layout.start", "“%s”的默认值与类型不符", "The default of %s does not fit its type")
	ErrHiddenField  = fault.New(fault.Invalid, "layout.hidden_field", "当前表单不填“%s”", "%s is not in the form")
)

// CheckList holds a list against the kind. It returns ErrLayoutField, ErrLayoutTwice or ErrSort.
func (s *Spec) CheckList(l ListLayout) error {
	seen := map[string]bool{}
	for i, c := range l.Columns {
		at := fmt.Sprintf("list.columns[%d].name", i)
		f := s.by[c.Name]
		switch {
		case f == nil || f.Type == ID || f.Type == JSON || f.Retired:
			return ErrLayoutField.With(c.Name).At(at)
		case seen[c.Name]:
			return ErrLayoutTwice.With(f.Label).At(at)
		}
		seen[c.Name] = true
	}
	for i, name := range l.Filters {
		if f := s.by[name]; f == nil || len(f.Operators()) == 0 {
			return ErrLayoutField.With(name).At(fmt.Sprintf("list.filters[%d]", i))
		}
	}
	if f := s.by[strings.TrimPrefix(l.Sort, "-")]; l.Sort != "" && (f == nil || !f.Sortable) {
		return ErrSort.At("list.sort")
	}
	return nil
}

// CheckView holds a saved view against the kind and what the reader sees of it. It returns the faults of a list.
func (s *Spec) CheckView(v View, filter, sort string, columns []Column) error {
	if err := s.filter(&SQL{}, filter, v, false); err != nil {
		return err
	}
	if sort != "" {
		if _, err := s.order(sort, v); err != nil {
			return err
		}
	}
	for i, c := range columns {
		if f := s.by[c.Name]; f == nil || f.Type == ID || f.Type == JSON || v.See(f) == access.Hidden {
			return ErrField.At(fmt.Sprintf("columns[%d].name", i))
		}
	}
	return nil
}

// formable are the fields that a form of the kind can hold.
func (s *Spec) formable() map[string]bool {
	out := map[string]bool{}
	for _, section := range s.form {
		for _, name := range section.Fields {
			out[name] = true
		}
	}
	return out
}

// CheckForm holds a form against the kind. It returns ErrLayoutField, ErrLayoutTwice, ErrLayoutHidden or ErrLayoutStart.
func (s *Spec) CheckForm(l FormLayout) error {
	can, seen := s.formable(), map[string]bool{}
	for i, section := range l.Sections {
		for j, x := range section.Fields {
			at := fmt.Sprintf("form.sections[%d].fields[%d].name", i, j)
			f := s.by[x.Name]
			switch {
			case f == nil || !can[x.Name]:
				return ErrLayoutField.With(x.Name).At(at)
			case seen[x.Name]:
				return ErrLayoutTwice.With(f.Label).At(at)
			case x.When != nil && f.Required:
				return ErrLayoutHidden.With(f.Label).At(at)
			case x.When != nil && (x.When.Field == x.Name || !can[x.When.Field]):
				return ErrLayoutField.With(x.When.Field).At(at)
			case x.Start != "" && !f.begins(x.Start):
				return ErrLayoutStart.With(f.Label).At(at)
			}
			seen[x.Name] = true
		}
	}
	for i, name := range l.Hidden {
		at := fmt.Sprintf("form.hidden[%d]", i)
		f := s.by[name]
		switch {
		case f == nil || !can[name]:
			return ErrLayoutField.With(name).At(at)
		case seen[name]:
			return ErrLayoutTwice.With(f.Label).At(at)
		case f.Required:
			return ErrLayoutHidden.With(f.Label).At(at)
		}
		seen[name] = true
	}
	return nil
}

// begins reports whether a new form can hold start in the field.
func (f *Field) begins(start string) bool {
	if f.Type == Date && start == "@today" || f.Type == Time && start == "@now" {
		return true
	}
	if strings.HasPrefix(start, "@") || f.Type == JSON {
		return false
	}
	raw, err := json.Marshal(start)
	if err != nil {
		return false
	}
	if f.Own {
		_, wrong := f.take(json.RawMessage((&OwnField{Type: f.Type, Start: start}).startJSON()), nil)
		return wrong == nil
	}
	if f.Type == Int || f.Type == Bool {
		raw = json.RawMessage(start)
	}
	_, err = f.value(raw, View{})
	return err == nil && (f.Type != Choice || f.has(start))
}

// layout returns the layout of a part, and of a paper by its name, that counts for a reader.
func (s *Spec) layout(v View, part, name string) *Layout { return counts(s.layouts, v, part, name) }

// counts returns the layout of a part, and of a paper by its name, that counts for a reader: their role's before their company's before
// the group's.
func counts(list []Layout, v View, part, name string) *Layout {
	var found *Layout
	rank := map[string]int{LevelGroup: 1, LevelCompany: 2, LevelRole: 3}
	for i := range list {
		l := &list[i]
		if l.Part != part || l.Name != name || l.Level == LevelCompany && l.Target != v.Company.String() || l.Level == LevelRole && !slices.Contains(v.Roles, l.Target) {
			continue
		}
		if found == nil || rank[l.Level] > rank[found.Level] {
			found = l
		}
	}
	return found
}

// lay puts the layouts of the reader into the declaration that they read.
func (s *Spec) lay(v View, k *KindInfo) {
	if l := s.layout(v, LayoutList, ""); l != nil {
		s.layList(v, l.List, k)
	}
	if l := s.layout(v, LayoutForm, ""); l != nil {
		s.layForm(v, l.Form, k)
	}
}

func (s *Spec) readable(v View, name string) bool {
	f := s.by[name]
	return f != nil && !f.Retired && v.See(f) != access.Hidden
}

func (s *Spec) layList(v View, l ListLayout, k *KindInfo) {
	list, widths, filters := []string{}, map[string]int{}, []string{}
	for _, c := range l.Columns {
		if s.readable(v, c.Name) {
			list = append(list, c.Name)
			if c.Width > 0 {
				widths[c.Name] = c.Width
			}
		}
	}
	for _, name := range l.Filters {
		if s.readable(v, name) {
			filters = append(filters, name)
		}
	}
	if len(list) > 0 {
		k.List, k.Widths = list, widths
	}
	if len(filters) > 0 {
		k.Filters = filters
	}
	if f := s.by[strings.TrimPrefix(l.Sort, "-")]; f != nil && f.Sortable && v.See(f) == access.Shown {
		k.Sort = l.Sort
	}
}

func (s *Spec) layForm(v View, l FormLayout, k *KindInfo) {
	can, placed := s.formable(), map[string]FormField{}
	form := []Section{}
	for _, section := range l.Sections {
		out := Section{Label: section.Label, Fields: []string{}}
		for _, x := range section.Fields {
			if can[x.Name] && s.readable(v, x.Name) {
				out.Fields, placed[x.Name] = append(out.Fields, x.Name), x
			}
		}
		form = append(form, out)
	}
	rest := Section{Label: ownSection, Fields: []string{}}
	for _, section := range s.form {
		for _, name := range section.Fields {
			if _, in := placed[name]; !in && !slices.Contains(l.Hidden, name) && s.readable(v, name) {
				rest.Fields = append(rest.Fields, name)
			}
		}
	}
	if len(rest.Fields) > 0 {
		form = append(form, rest)
	}
	k.Form = form
	for i := range k.Fields {
		x, in := placed[k.Fields[i].Name]
		if !in {
			continue
		}
		k.Fields[i].Required = k.Fields[i].Required || x.Required
		if x.Start != "" {
			k.Fields[i].Start = x.Start
		}
		k.Fields[i].When = x.When
	}
}

// follow holds what somebody sent against the form that they see: nothing for a hidden field, and something for a required one that is shown.
func (s *Spec) follow(v View, g *given, values map[string]any, fresh bool) error {
	l := s.layout(v, LayoutForm, "")
	if l == nil {
		return nil
	}
	var wrong []*fault.Fault
	for _, name := range l.Form.Hidden {
		if f := s.by[name]; f != nil && slices.Contains(g.keys, name) {
			wrong = append(wrong, ErrHiddenField.With(f.Label).At(name))
		}
	}
	for _, section := range l.Form.Sections {
		for _, x := range section.Fields {
			f := s.by[x.Name]
			if f == nil || !x.Required || g.own && !f.Own || f.Required || f.ReadOnly || f.Type == Bool || v.See(f) == access.Hidden || !x.When.holds(values) {
				continue
			}
			value, ok := values[x.Name]
			if sum, isSum := value.(money.Amount); isSum && sum == 0 && fresh && !slices.Contains(g.keys, x.Name) {
				ok = false
			}
			if !ok {
				wrong = append(wrong, ErrNeeded.With(f.Label).At(x.Name))
			}
		}
	}
	return fault.Join(wrong...)
}

// holds reports whether the record's values meet the condition; no condition is met.
func (c *Condition) holds(values map[string]any) bool {
	if c == nil {
		return true
	}
	switch x := values[c.Field].(type) {
	case nil:
		return slices.Contains(c.Values, "false") // a switch that is off is no value
	case []any:
		return slices.ContainsFunc(x, func(v any) bool { return slices.Contains(c.Values, fmt.Sprint(v)) })
	default:
		return slices.Contains(c.Values, fmt.Sprint(x))
	}
}

// Reads reports whether the layout names the field.
func (l *Layout) Reads(name string) bool {
	if slices.ContainsFunc(l.List.Columns, func(c Column) bool { return c.Name == name }) || slices.Contains(l.List.Filters, name) || strings.TrimPrefix(l.List.Sort, "-") == name {
		return true
	}
	for _, section := range l.Form.Sections {
		if slices.ContainsFunc(section.Fields, func(f FormField) bool { return f.Name == name || f.When != nil && f.When.Field == name }) {
			return true
		}
	}
	return l.Print.reads(name)
}
