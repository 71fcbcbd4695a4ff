package record

import (
	"encoding/json"
	"maps"
	"strings"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
)

// FieldInfo is a field as the web reads it.
type FieldInfo struct {
	Name       string     `json:"name"`
	Label      fault.Text `json:"label"`
	Type       Type       `json:"type"`
	Required   bool       `json:"required"`
	MaxLength  int        `json:"maxLength,omitempty"`
	Sortable   bool       `json:"sortable"`
	Searchable bool       `json:"searchable"`
	Personal   bool       `json:"personal"`
	Visibility string     `json:"visibility"`
	ReadOnly   bool       `json:"readOnly"`
	Locked     bool       `json:"locked" doc:"A field rule keeps the reader from changing it in a record that exists"`
	Ops        []string   `json:"ops"`
	Options    []Option   `json:"options,omitempty"`
	Ref        string     `json:"ref,omitempty"`
	RefPath    string     `json:"refPath,omitempty"`
	Format     string     `json:"format,omitempty"`
	Start      string     `json:"start,omitempty" doc:"What a new form holds here; @now and @today are the tenant's"`
	Help       fault.Text `json:"help,omitzero"`
	Decimals   int        `json:"decimals,omitempty"`
	Own        bool       `json:"own,omitempty" doc:"The group added this field"`
	Retired    bool       `json:"retired,omitempty" doc:"Old values can be read"`
	Enter      bool       `json:"enter,omitempty" doc:"A form can hold it"`
	Must       bool       `json:"must,omitempty" doc:"Required whatever the form says"`
	When       *Condition `json:"when,omitempty" doc:"The form shows it only then"`
}

// PartInfo is a table of lines as the web reads it.
type PartInfo struct {
	Name     string      `json:"name"`
	Label    fault.Text  `json:"label"`
	Editable bool        `json:"editable"`
	Fields   []FieldInfo `json:"fields"`
}

// ActionInfo is an action as the web reads it.
type ActionInfo struct {
	flow.Action
}

// KindInfo is a declaration, cut to what its reader may see.
type KindInfo struct {
	Name       string         `json:"name"`
	Path       string         `json:"path"`
	Label      fault.Text     `json:"label"`
	Title      string         `json:"title"`
	Subtitle   string         `json:"subtitle,omitempty"`
	Searchable bool           `json:"searchable"`
	Fields     []FieldInfo    `json:"fields"`
	List       []string       `json:"list"`
	Sort       string         `json:"sort"`
	Widths     map[string]int `json:"widths,omitempty" doc:"Of columns, in pixels"`
	Filters    []string       `json:"filters,omitempty" doc:"The conditions that stand open"`
	Form       []Section      `json:"form"`
	Views      []NamedView    `json:"views"`
	Parts      []PartInfo     `json:"parts"`
	Related    []Related      `json:"related"`
	Status     string         `json:"status,omitempty"`
	Steps      []string       `json:"steps"`
	Actions    []ActionInfo   `json:"actions"`
	Shapes     bool           `json:"shapes" doc:"The group can add fields of its own"`
	Can        struct {
		Create bool `json:"create"`
		Edit   bool `json:"edit"`
		Export bool `json:"export"`
		Reveal bool `json:"reveal"`
	} `json:"can"`
}

var visibilities = map[access.Visibility]string{access.Hidden: "hidden", access.Masked: "masked", access.Shown: "shown", access.Editable: "shown"}

func (f *Field) info(v View, r *Registry) FieldInfo {
	i := FieldInfo{Name: f.Name, Label: f.Label, Type: f.Type, Required: f.Required, MaxLength: f.MaxLength, Sortable: f.Sortable, Searchable: f.Searchable,
		Personal: f.Personal, Visibility: "shown", ReadOnly: f.ReadOnly, Ops: f.Operators(), Options: f.Options, Ref: f.RefKind, Format: f.Format, Start: f.Start,
		Help: f.Help, Decimals: f.Decimals, Own: f.Own, Retired: f.Retired}
	if f.spec != nil {
		i.Visibility, i.Locked = visibilities[v.See(f)], v.locked(f)
	}
	if target := r.by[f.RefKind]; target != nil {
		i.RefPath = target.Path
	}
	if i.Visibility != "shown" {
		i.Ops, i.Sortable = []string{}, false
	}
	if i.Ops == nil {
		i.Ops = []string{}
	}
	return i
}

func (s *Spec) infos(v View, r *Registry) []FieldInfo {
	out := make([]FieldInfo, 0, len(s.Fields))
	for _, f := range s.seen(v) {
		out = append(out, f.info(v, r))
	}
	return out
}

// Info returns the declaration for one reader.
func (s *Spec) Info(v View, r *Registry) KindInfo {
	seen := func(names []string) []string {
		out := make([]string, 0, len(names))
		for _, n := range names {
			if v.See(s.by[n]) != access.Hidden {
				out = append(out, n)
			}
		}
		return out
	}
	k := KindInfo{Name: s.Name, Path: s.Path, Label: s.Label, Title: s.title, Subtitle: s.subtitle, Searchable: s.searched(), Fields: s.infos(v, r),
		List: seen(s.list), Sort: s.sort, Form: []Section{}, Views: []NamedView{}, Parts: []PartInfo{}, Related: []Related{}, Status: s.status, Steps: s.steps, Actions: []ActionInfo{}}
	k.Shapes = s.owns && s.Path != ""
	if k.Steps == nil {
		k.Steps = []string{}
	}
	for _, f := range s.form {
		k.Form = append(k.Form, Section{f.Label, seen(f.Fields)})
	}
	for _, view := range s.views {
		view.Work = view.Work && (view.Needs == "" || v.Set.Has(view.Needs))
		view.Figure = view.Figure && v.Set.Levels[s.Read] != "self"
		if s.visibleFilter(v, view.Filter) {
			k.Views = append(k.Views, view)
		}
	}
	for _, p := range s.parts {
		k.Parts = append(k.Parts, PartInfo{p.Name, p.Label, p.Editable, p.spec.infos(v, r)})
	}
	for _, rel := range s.related {
		if target := r.by[rel.Kind]; target != nil && v.Set.Has(target.Read) {
			k.Related = append(k.Related, rel)
		}
	}
	if s.machine != nil {
		for _, a := range s.machine.Actions() {
			k.Actions = append(k.Actions, ActionInfo{a})
		}
	}
	may := func(action string) bool { return v.Set.Has(access.Permission(s.Name + ":" + action)) }
	k.Can.Create, k.Can.Edit, k.Can.Reveal = may("create") && len(s.form) > 0, may("edit") && len(s.form) > 0, may("reveal")
	k.Can.Export = may("export")
	can := s.formable()
	for i := range k.Fields {
		k.Fields[i].Enter, k.Fields[i].Must = can[k.Fields[i].Name], k.Fields[i].Required
	}
	s.lay(v, &k)
	return k
}

// visibleFilter reports whether the reader may use a shipped view: one over a field they do not see would answer "no such field".
func (s *Spec) visibleFilter(v View, filter json.RawMessage) bool {
	var q SQL
	return s.filter(&q, string(filter), v, false) == nil
}

// Input declares a field that an action asks for; it belongs to no column.
func Input(name string, t Type, zh, en string) *Field {
	return &Field{Name: name, Type: t, Label: fault.Text{Zh: zh, En: en}}
}

// To names the kind that an input refers to.
func (f *Field) To(kind string) *Field { f.RefKind = kind; return f }

// One gives an input its choices.
func (f *Field) One(options ...Option) *Field { f.Options = options; return f }

// Ask declares what an action's dialog asks for: the body of POST /{path}/{id}/{action}.
func (k *Kind[T]) Ask(action string, inputs ...*Field) {
	if k.asks == nil {
		k.asks = map[string][]*Field{}
	}
	k.asks[action] = inputs
}

// Steps names the statuses of the ordinary way, drawn above the record.
func (k *Kind[T]) Steps(statuses ...string) { k.steps = statuses }

// EditIn limits editing to these statuses.
func (k *Kind[T]) EditIn(statuses ...string) { k.editIn = statuses }

var commonActions = map[string]fault.Text{
	"create": {Zh: "新建", En: "Created"}, "edit": {Zh: "修改", En: "Edited"}, "import": {Zh: "导入", En: "Imported"}, "export": {Zh: "导出", En: "Exported"},
	"take_over": {Zh: "交接", En: "Handed over to a successor"}, "move_unit": {Zh: "随部门调整", En: "Moved with its department"},
	"approval_ask": {Zh: "提交审批", En: "Submitted for approval"}, "approval_agree": {Zh: "审批同意", En: "An approver agreed"}, "approval_refuse": {Zh: "审批拒绝", En: "An approver refused"},
	"approval_return": {Zh: "审批退回", En: "Returned by an approver"}, "approval_withdraw": {Zh: "撤回审批", En: "Withdrawn from approval"}, "approval_take_back": {Zh: "审批人收回决定", En: "An approver took a decision back"},
	"reveal": {Zh: "查看隐藏内容", En: "Revealed"}, "note": {Zh: "备注", En: "Noted"}, "attach": {Zh: "上传附件", En: "Attached a file"},
}

// actionLabel puts an action of the history into words.
func (s *Spec) actionLabel(action string) fault.Text {
	if t, ok := s.says[action]; ok {
		return t
	}
	plain := strings.ReplaceAll(action, "_", " ")
	return fault.Text{Zh: plain, En: plain}
}

// Actions returns every action that a line of the history can have, in words.
func (s *Spec) Actions() map[string]fault.Text { return maps.Clone(s.says) }

// sayAll joins what the declaration says with the state table and with what every kind has. It is done once: each line of each
// history asks for a word of it.
func (s *Spec) sayAll() {
	all := maps.Clone(commonActions)
	if s.machine != nil {
		for _, a := range s.machine.All() {
			all[a.Name] = a.Label
		}
	}
	maps.Copy(all, s.says)
	s.says = all
}

// Says puts an action that is in no state table into words, for the history.
func (k *Kind[T]) Says(action, zh, en string) {
	if k.says == nil {
		k.says = map[string]fault.Text{}
	}
	k.says[action] = fault.Text{Zh: zh, En: en}
}
