package screens

import (
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// Faults of own fields.
var (
	ErrNotAmong  = fault.New(fault.Invalid, "own_field.not_among", "没有这个字段", "There is no such field")
	ErrNoField   = fault.New(fault.Missing, "own_field.missing", "没有这个字段", "There is no such field")
	ErrKeyTaken  = fault.New(fault.Conflict, "own_field.key_taken", "这个编码已经用过", "This key is taken")
	ErrTooMany   = fault.New(fault.Conflict, "own_field.too_many", "一种单据最多加 60 个字段", "A kind takes 60 fields of its own at most")
	ErrSlots     = fault.New(fault.Conflict, "own_field.slots", "可筛选排序的%s字段最多 %d 个，已经用完。请先删掉一个没有用过的，或不勾选“可筛选排序”", "At most %[2]d %[1]s fields can be filtered and sorted, and all are in use. Remove one that holds no values, or leave this one without a filter")
	ErrSlotLong  = fault.New(fault.Invalid, "own_field.slot_long", "可筛选排序的文本最多 200 个字", "A text that is filtered and sorted has at most 200 characters")
	ErrHasValues = fault.New(fault.Conflict, "own_field.has_values", "已有记录填了这个字段，不能删除，请改为停用", "Records hold values of this field; retire it instead")
	ErrSlotFixed = fault.New(fault.Conflict, "own_field.slot_fixed", "已有记录填了这个字段，不能再改“可筛选排序”", "Records hold values of this field, so whether it is filtered stays")
	ErrTyped     = fault.New(fault.Conflict, "own_field.typed", "已有记录填了这个字段，不能改成公式，也不能由公式改成手填，请另加一个字段", "Records hold values of this field, so it stays entered or computed; add another field instead")
	ErrOption    = fault.New(fault.Conflict, "own_field.option", "选项“%s”已经保存，不能删除，请改为停用", "The option %s is saved; switch it off instead")
	ErrUsed      = fault.New(fault.Conflict, "own_field.used", "这个字段正在使用：%s", "This field is in use: %s")
)

const maxFields = 60

// FieldInput is what somebody decides about a field; its key and type stay as they were first given.
type FieldInput struct {
	Label      fault.Text         `json:"label"`
	Help       fault.Text         `json:"help,omitzero"`
	Required   bool               `json:"required,omitempty" doc:"Asked for when a record is entered or edited; old records stay valid until edited"`
	Start      string             `json:"start,omitempty" maxLength:"200" doc:"What a new form holds here; @today for a day, codes with commas between for several choices"`
	Options    []record.OwnOption `json:"options,omitempty" maxItems:"100"`
	MaxLength  int                `json:"maxLength,omitempty" minimum:"0" maximum:"2000"`
	Filterable bool               `json:"filterable,omitempty" doc:"Filtered and sorted; takes one of the kind's slots"`
	Searchable bool               `json:"searchable,omitempty"`
	Protect    string             `json:"protect,omitempty" enum:"personal,cost,"`
	Formula    string             `json:"formula,omitempty" maxLength:"500"`
	MaxFiles   int                `json:"maxFiles,omitempty" minimum:"0" maximum:"20" doc:"Of a file field; 0 is one"`
	Accept     []string           `json:"accept,omitempty" maxItems:"4" enum:"image,pdf,office,text" doc:"Of a file field; empty: all of them"`
}

// NewField is a field to be added.
type NewField struct {
	Key      string      `json:"key" minLength:"3" maxLength:"40" pattern:"^x_[a-z0-9_]+$"`
	Type     record.Type `json:"type" enum:"text,number,money,date,choice,multi,ref,file"`
	Ref      string      `json:"ref,omitempty" maxLength:"60" doc:"The kind that a reference leads to; user for people"`
	Decimals int         `json:"decimals,omitempty" minimum:"0" maximum:"4"`
	FieldInput
}

func (in FieldInput) put(o *record.OwnField) {
	o.Label, o.Help, o.Required, o.Start, o.Options = in.Label, in.Help, in.Required, in.Start, in.Options
	o.MaxLength, o.Searchable, o.Protect, o.Formula = in.MaxLength, in.Searchable, in.Protect, in.Formula
	o.MaxFiles, o.Accept = in.MaxFiles, in.Accept
	if o.Type != record.Text {
		o.MaxLength = 0
	}
	if o.Type != record.Choice && o.Type != record.Multi {
		o.Options = nil
	}
}

// Field is a field that the group added.
type Field struct {
	ID         uuid.UUID `json:"id"`
	Version    int       `json:"version"`
	Key        string    `json:"key"`
	Retired    bool      `json:"retired"`
	Filterable bool      `json:"filterable"`
	record.OwnField
	UsedBy []fault.Text `json:"usedBy" doc:"What reads this field"`
}

// Fields are those of one kind, and how many slots are left.
type Fields struct {
	Items []Field `json:"items"`
	Slots []Slots `json:"slots"`
	// Recompute is there while a formula that changed is computed in the records that are there.
	Recompute *Recompute `json:"recompute,omitempty"`
}

// Slots are the columns that can hold filtered values of some types.
type Slots struct {
	Types []record.Type `json:"types"`
	Used  int           `json:"used"`
	Total int           `json:"total"`
}

var slotGroups = [][]record.Type{{record.Text, record.Choice, record.Multi, record.Ref, record.File}, {record.Number, record.Money}, {record.Date}}

var slotWords = []fault.Text{{Zh: "文本、选项、关联和文件", En: "text, choice, reference and file"}, {Zh: "数字和金额", En: "number and money"}, {Zh: "日期", En: "day"}}

// freeSlot returns a slot that no field of the list holds. It returns ErrSlots.
func freeSlot(t record.Type, list []Field) (string, error) {
	all := record.Slots(t)
	for _, slot := range all {
		if !slices.ContainsFunc(list, func(f Field) bool { return f.Slot == slot }) {
			return slot, nil
		}
	}
	i := slices.IndexFunc(slotGroups, func(g []record.Type) bool { return slices.Contains(g, t) })
	return "", ErrSlots.With(slotWords[i], len(all)).At("filterable")
}

func slotsOf(list []Field) []Slots {
	out := make([]Slots, len(slotGroups))
	for i, types := range slotGroups {
		all := record.Slots(types[0])
		out[i] = Slots{Types: types, Total: len(all)}
		for _, f := range list {
			if slices.Contains(all, f.Slot) {
				out[i].Used++
			}
		}
	}
	return out
}

// keeps checks that no saved option is gone: a record that holds it would show a code.
func keeps(before, after []record.OwnOption) error {
	for _, o := range before {
		if !slices.ContainsFunc(after, func(n record.OwnOption) bool { return n.Value == o.Value }) {
			return ErrOption.With(o.Label).At("options")
		}
	}
	return nil
}

func own(list []Field) []*record.OwnField {
	out := make([]*record.OwnField, len(list))
	for i := range list {
		out[i] = &list[i].OwnField
	}
	return out
}
