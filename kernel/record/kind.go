// Package record declares a kind of record once. From the declaration come its list with filter, sort, search and keyset
// paging, field masks, export, change history, OpenAPI schema, and the columns, forms and filters of the web.
package record

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/money"
)

// Base is what every record of a company has. Embed it first in the model.
type Base struct {
	TenantID     uuid.UUID `bun:"tenant_id,pk,type:uuid" json:"-"`
	ID           uuid.UUID `bun:"id,pk,type:uuid" json:"id"`
	Version      int       `bun:"version" json:"version"`
	CompanyID    uuid.UUID `bun:"company_id,type:uuid,nullzero" json:"companyId"`
	DepartmentID uuid.UUID `bun:"department_id,type:uuid,nullzero" json:"departmentId"`
	OwnerID      uuid.UUID `bun:"owner_id,type:uuid,nullzero" json:"ownerId"`
	Number       string    `bun:"number" json:"number"`
	CreatedAt    time.Time `bun:"created_at" json:"createdAt"`
	CreatedBy    uuid.UUID `bun:"created_by,type:uuid,nullzero" json:"createdBy"`
	UpdatedAt    time.Time `bun:"updated_at" json:"updatedAt"`
	Own          Own       `bun:"own,type:jsonb" json:"-"` // what the group's own fields hold
}

// BaseOf returns the Base itself; it lets generic code reach the Base of any model.
func (b *Base) BaseOf() *Base { return b }

// Section is a part of a form, in the order of a conversation.
type Section struct {
	Label  fault.Text `json:"label"`
	Fields []string   `json:"fields"`
}

// NamedView is a list that the product ships. A work view is a queue: the workbench counts it.
type NamedView struct {
	Name   string            `json:"name"`
	Label  fault.Text        `json:"label"`
	Filter json.RawMessage   `json:"filter"`
	Sort   string            `json:"sort,omitempty"`
	Work   bool              `json:"work"`
	Needs  access.Permission `json:"-"` // who has this work; empty: every reader
	// Late asks for attention: its records are overdue by their nature.
	Late bool `json:"late"`
	// Figure is a count that those read who see more than their own records.
	Figure bool `json:"figure"`
}

// Part is a table of lines that belongs to a record and is read with it.
type Part struct {
	Name     string
	Label    fault.Text
	Editable bool // its lines are given with the record when that is created
	spec     *Spec
	parent   string
}

// Spec is a declared kind without its Go type: what lists, masks, exports and screens read.
type Spec struct {
	Name   string
	Path   string
	Label  fault.Text
	Fields []*Field
	Read   access.Permission

	list      []string
	sort      string
	title     string
	subtitle  string
	form      []Section
	views     []NamedView
	parts     []Part
	machine   flow.Machine
	status    string
	table     string
	prefix    string
	related   []Related
	asks      map[string][]*Field
	says      map[string]fault.Text
	steps     []string
	editIn    []string
	approvals []*Approval
	work      work
	filling   filling
	scope     scopeKind
	through   string
	via       string
	by        map[string]*Field
	mistakes  []string
	owns      bool // its table has the columns of own fields
	home      *home
	paper     *Paper
	layouts   []Layout // what the group published
	model     reflect.Type
	formulas  []*formula // of own fields, in the order in which they feed each other
}

type scopeKind int

const (
	scopeColumns scopeKind = iota // company_id, department_id, owner_id of the row
	scopeThrough                  // of rows in another table that point here
	scopeTenant                   // none: whoever holds the grant sees every row of the tenant
)

// Kind is a Spec with its Go type, which writing and history need.
type Kind[T any] struct {
	*Spec
	sample *T
}

// New declares a kind. name is stored in history and events and never changes; path is its address in the API. Every
// mistake in the declaration is listed in one panic at start-up.
func New[T any](name, path, zh, en string, declare func(model *T, k *Kind[T])) *Kind[T] {
	k := &Kind[T]{&Spec{Name: name, Path: path, Label: fault.Text{Zh: zh, En: en}, by: map[string]*Field{}, Read: access.Permission(name + ":read"), sort: "-createdAt", home: &home{}, model: reflect.TypeFor[T]()}, new(T)}
	if f, ok := reflect.TypeFor[T]().FieldByName("BaseModel"); ok {
		k.table, _, _ = strings.Cut(strings.TrimPrefix(f.Tag.Get("bun"), "table:"), ",")
	}
	if based, ok := any(k.sample).(interface{ BaseOf() *Base }); ok {
		k.base(based.BaseOf())
		k.owns = true
	}
	declare(k.sample, k)
	k.check(reflect.TypeFor[T]())
	if len(k.mistakes) > 0 {
		panic("record " + name + ":\n  " + strings.Join(k.mistakes, "\n  "))
	}
	k.sayAll()
	return k
}

func (k *Kind[T]) base(b *Base) {
	k.ID(&b.ID, "标识", "ID").Sort()
	k.Int(&b.Version, "版本", "Version").Fixed()
	k.Text(&b.Number, "编号", "Number").Sort().Search().Fixed()
	k.Ref(&b.CompanyID, "org_unit", "公司", "Company").Fixed()
	k.Ref(&b.DepartmentID, "org_unit", "部门", "Department").Fixed()
	k.Ref(&b.OwnerID, "user", "负责人", "Owner").Fixed()
	k.Time(&b.CreatedAt, "创建时间", "Created").Sort().Fixed()
	k.Ref(&b.CreatedBy, "user", "创建人", "Created by").Fixed()
	k.Time(&b.UpdatedAt, "修改时间", "Changed").Fixed()
	k.title = "number"
}

func (k *Kind[T]) add(p any, t Type, zh, en string) *Field {
	f := &Field{Type: t, Label: fault.Text{Zh: zh, En: en}, spec: k.Spec}
	v := reflect.ValueOf(k.sample).Elem()
	walk(v.Type(), nil, func(sf reflect.StructField, column string, index []int) {
		if v.FieldByIndex(index).Addr().Pointer() == reflect.ValueOf(p).Pointer() && sf.Type == reflect.TypeOf(p).Elem() {
			f.Name, _, _ = strings.Cut(sf.Tag.Get("json"), ",")
			f.column, f.index = column, index
		}
	})
	switch {
	case f.column == "":
		k.mistakes = append(k.mistakes, zh+": not a field of the model with a bun column")
	case k.by[f.Name] != nil:
		k.mistakes = append(k.mistakes, f.Name+": declared twice")
	}
	k.Fields, k.by[f.Name] = append(k.Fields, f), f
	return f
}

func walk(t reflect.Type, at []int, visit func(reflect.StructField, string, []int)) {
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(slices.Clone(at), i)
		switch column, _, _ := strings.Cut(sf.Tag.Get("bun"), ","); {
		case sf.Name == "BaseModel" || column == "-":
		case sf.Anonymous:
			walk(sf.Type, index, visit)
		default:
			visit(sf, column, index)
		}
	}
}

// Text declares a text.
func (k *Kind[T]) Text(p *string, zh, en string) *Field { return k.add(p, Text, zh, en).Max(200) }

// Int declares a whole number.
func (k *Kind[T]) Int(p *int, zh, en string) *Field { return k.add(p, Int, zh, en) }

// Money declares a sum.
func (k *Kind[T]) Money(p *money.Amount, zh, en string) *Field { return k.add(p, Money, zh, en) }

// Date declares a calendar day.
func (k *Kind[T]) Date(p any, zh, en string) *Field { return k.add(p, Date, zh, en) }

// Time declares an instant.
func (k *Kind[T]) Time(p any, zh, en string) *Field { return k.add(p, Time, zh, en) }

// Bool declares a yes or no.
func (k *Kind[T]) Bool(p *bool, zh, en string) *Field { return k.add(p, Bool, zh, en) }

// ID declares a key.
func (k *Kind[T]) ID(p *uuid.UUID, zh, en string) *Field { return k.add(p, ID, zh, en).Fixed() }

// Ref declares a reference to a record of another kind. Its JSON name ends in Id or By; the title of the target goes with it.
func (k *Kind[T]) Ref(p *uuid.UUID, kind, zh, en string) *Field {
	f := k.add(p, Ref, zh, en)
	f.RefKind = kind
	return f
}

// Choice declares a text with fixed values.
func (k *Kind[T]) Choice(p any, zh, en string, options ...Option) *Field {
	f := k.add(p, Choice, zh, en)
	f.Options = options
	return f
}

// JSON declares a structured value that is shown as a whole.
func (k *Kind[T]) JSON(p any, zh, en string) *Field { return k.add(p, JSON, zh, en) }

// Flow declares the field that holds the document's status, with its values and actions from the state table.
func (k *Kind[T]) Flow(p any, zh, en string, m flow.Machine) *Field {
	f := k.add(p, Choice, zh, en).Fixed().Must()
	for _, s := range m.Statuses() {
		f.Options = append(f.Options, Option{Value: s.Value, Label: s.Label, Tone: s.Tone})
	}
	k.machine, k.status = m, f.Name
	return f
}

// Title names the field by which people know a record, and a second one beneath it ("" for none).
func (k *Kind[T]) Title(title, subtitle string) { k.title, k.subtitle = title, subtitle }

// List names the default columns and the order.
func (k *Kind[T]) List(sort string, names ...string) { k.sort, k.list = sort, names }

// Form adds a section to the form.
func (k *Kind[T]) Form(zh, en string, names ...string) {
	k.form = append(k.form, Section{fault.Text{Zh: zh, En: en}, names})
}

// View ships a list. filter is the JSON of its filter.
func (k *Kind[T]) View(name, zh, en, filter, sort string) {
	k.views = append(k.views, NamedView{Name: name, Label: fault.Text{Zh: zh, En: en}, Filter: json.RawMessage(filter), Sort: sort})
}

// Queue ships a list of work for whoever holds needs.
func (k *Kind[T]) Queue(name, zh, en, filter, sort string, late bool, needs access.Permission) {
	k.View(name, zh, en, filter, sort)
	v := &k.views[len(k.views)-1]
	v.Work, v.Late, v.Needs = true, late, needs
}

// Figure tells how many records these views hold to those who read more than their own: a manager's glance.
func (k *Kind[T]) Figure(names ...string) {
	for _, name := range names {
		i := slices.IndexFunc(k.views, func(v NamedView) bool { return v.Name == name })
		if i < 0 {
			k.mistakes = append(k.mistakes, "figure "+name+": no such view")
			continue
		}
		k.views[i].Figure = true
	}
}

// TenantWide says that whoever may read the kind reads every row of the tenant.
func (k *Kind[T]) TenantWide() { k.scope = scopeTenant }

// Through takes the scope from rows of table whose column via points to the record.
func (k *Kind[T]) Through(table, via string) { k.scope, k.through, k.via = scopeThrough, table, via }

// PartOf declares lines that are read with their record. parent is the column of lines that points to it.
func PartOf[T, L any](k *Kind[T], lines *Kind[L], name, parent string, editable bool) {
	k.parts = append(k.parts, Part{name, lines.Label, editable, lines.Spec, parent})
}

// Numbered gives the kind's numbers their prefix: "HT" makes HT-A01-202611-0001 in the company A01, counted by company and month.
func (k *Kind[T]) Numbered(prefix string) { k.prefix = prefix }

// Related is a list of records that belong to one, shown on its page. "@id" in the filter stands for the record.
type Related struct {
	Kind   string          `json:"kind"`
	Label  fault.Text      `json:"label"`
	Filter json.RawMessage `json:"filter"`
}

// Related shows records of another kind whose field refers to this one.
func (k *Kind[T]) Related(kind, field, zh, en string) {
	k.related = append(k.related, Related{kind, fault.Text{Zh: zh, En: en}, json.RawMessage(`[["` + field + `","=","@id"]]`)})
}

// Field returns a declared field, or nil.
func (s *Spec) Field(name string) *Field { return s.by[name] }

// Table returns the table or view that holds the records.
func (s *Spec) Table() string { return s.table }

// Views returns the shipped lists.
func (s *Spec) Views() []NamedView { return slices.Clone(s.views) }
