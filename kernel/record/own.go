package record

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
)

// Own are the values of the fields that a group added itself, by their keys, as they are stored: text, choices, references and days
// as string, numbers and fen as json.Number, several choices as []any of strings, files as []any of objects with id and name. It is replaced as a whole, never changed, for a copy
// of a record shares it.
type Own map[string]any

// Value writes o as a JSON object.
func (o Own) Value() (driver.Value, error) {
	if len(o) == 0 {
		return "{}", nil
	}
	b, err := json.Marshal(map[string]any(o))
	return string(b), err
}

// Scan reads o from a JSON object. Numbers keep their digits.
func (o *Own) Scan(src any) error {
	var b []byte
	switch x := src.(type) {
	case nil:
		*o = nil
		return nil
	case []byte:
		b = x
	case string:
		b = []byte(x)
	default:
		return fmt.Errorf("own values from %T", src)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return fmt.Errorf("own values: %w", err)
	}
	*o = m
	return nil
}

// OwnKey begins the name of every field that a group added itself, so that none ever meets a declared one.
const OwnKey = "x_"

// Protection of an own field, as a declared field has it.
const (
	ProtectPersonal = "personal"
	ProtectCost     = "cost"
)

// OwnField is a field that a group added to a kind. Its JSON is stored.
type OwnField struct {
	Key        string      `json:"-"`
	Slot       string      `json:"-"` // the column that filters and sorts read; empty: neither
	Retired    bool        `json:"-"` // old values can be read, nothing more
	Label      fault.Text  `json:"label"`
	Help       fault.Text  `json:"help"`
	Type       Type        `json:"type"`
	Required   bool        `json:"required"`
	Start      string      `json:"start,omitempty"`
	Options    []OwnOption `json:"options,omitempty"`
	Ref        string      `json:"ref,omitempty"`
	MaxLength  int         `json:"maxLength,omitempty"`
	Decimals   int         `json:"decimals,omitempty"`
	Searchable bool        `json:"searchable,omitempty"`
	Protect    string      `json:"protect,omitempty"`
	Formula    string      `json:"formula,omitempty"`
	MaxFiles   int         `json:"maxFiles,omitempty"`
	Accept     []string    `json:"accept,omitempty"`
}

// OwnOption is a value of a choice. One that is off stays readable and is not chosen any more.
type OwnOption struct {
	Value string     `json:"value"`
	Label fault.Text `json:"label"`
	Off   bool       `json:"off,omitempty"`
}

// Faults of own fields. Their Field is the part of the definition that is wrong.
var (
	ErrOwnKind     = fault.New(fault.Missing, "own_field.kind", "这种单据不能加字段", "This kind of record takes no fields of its own")
	ErrOwnKey      = fault.New(fault.Invalid, "own_field.key", "字段编码以 x_ 开头，后面是小写字母、数字或下划线，最多 40 个字符", "A key begins with x_ and goes on with small letters, digits or underscores, 40 at most")
	ErrOwnType     = fault.New(fault.Invalid, "own_field.type", "没有这种字段类型", "There is no such type of field")
	ErrOwnOptions  = fault.New(fault.Invalid, "own_field.options", "选项要有名称，编码不能重复，1 到 100 个", "Options need a name and a code of their own, 1 to 100 of them")
	ErrOwnRef      = fault.New(fault.Invalid, "own_field.ref", "请选择要关联的单据", "Choose the kind of record to link to")
	ErrOwnStart    = fault.New(fault.Invalid, "own_field.start", "默认值与字段类型不符", "The default does not fit the type")
	ErrOwnSearch   = fault.New(fault.Invalid, "own_field.search", "只有文本能搜索，而且这种单据要有搜索", "Only text can be searched, and only in a kind that is searched")
	ErrOwnProtect  = fault.New(fault.Invalid, "own_field.protect", "只有文本能打码", "Only text can be masked")
	ErrOwnFormula  = fault.New(fault.Invalid, "own_field.formula", "公式不对：%s", "The formula is wrong: %s")
	ErrOwnRing     = fault.New(fault.Invalid, "own_field.ring", "公式引用了自己：%s", "The formula refers to itself: %s")
	ErrOwnPersonal = fault.New(fault.Invalid, "own_field.personal", "公式不能引用个人信息：%s", "A formula cannot read personal data: %s")
	ErrNumber      = fault.New(fault.Invalid, "record.number", "%s要填数字，最多 %d 位小数", "%s is a number with at most %d decimals")
	ErrMoney       = fault.New(fault.Invalid, "record.money", "%s要填金额，最多两位小数", "%s is a sum with at most two decimals")
	ErrDay         = fault.New(fault.Invalid, "record.day", "%s要填日期", "%s is a day")
	ErrText        = fault.New(fault.Invalid, "record.text", "%s要填文字", "%s is text")
)

// The types that an own field can have, and the letter of their slots.
var slotLetter = map[Type]string{Text: "t", Choice: "t", Multi: "t", Ref: "t", File: "t", Number: "n", Money: "n", Date: "d"}

// Slots returns the columns that can hold values of t for filters and sorts.
func Slots(t Type) []string {
	n := 6
	if t == Date {
		n = 4
	}
	out := make([]string, 0, n)
	for i := 1; i <= n; i++ {
		out = append(out, OwnKey+slotLetter[t]+strconv.Itoa(i))
	}
	return out
}

var ownKey = regexp.MustCompile(`^x_[a-z0-9_]{1,37}$`)

// ownNumber is what a number may be: it fits a bigint with four decimals, and a float without loss.
const ownNumber = 1e11

// TakesOwn reports whether a group can add fields to the kind.
func (s *Spec) TakesOwn() bool { return s.owns }

// Check holds the definition against what a field of s can be. It returns one fault with every mistake.
func (o *OwnField) Check(s *Spec, r *Registry) error {
	var wrong []*fault.Fault
	no := func(f *fault.Fault, field string) { wrong = append(wrong, f.At(field)) }
	if !ownKey.MatchString(o.Key) {
		no(ErrOwnKey, "key")
	}
	if o.Label.Zh == "" {
		no(ErrNeeded.With(fault.Text{Zh: "名称", En: "Name"}), "label.zh")
	}
	if slotLetter[o.Type] == "" {
		no(ErrOwnType, "type")
	}
	if (o.Type == Choice || o.Type == Multi) && !o.optionsHold() {
		no(ErrOwnOptions, "options")
	}
	if target := r.Kind(o.Ref); o.Type == Ref && (target == nil || target.Path == "") {
		no(ErrOwnRef, "ref")
	}
	if f := o.checkFiles(); f != nil {
		wrong = append(wrong, f)
	}
	if o.Searchable && (o.Type != Text || !s.searched()) {
		no(ErrOwnSearch, "searchable")
	}
	if o.Protect == ProtectPersonal && o.Type != Text {
		no(ErrOwnProtect, "protect")
	}
	if o.Formula != "" && o.Type != Number && o.Type != Money && o.Type != Text {
		no(ErrOwnType, "type")
	}
	if len(wrong) == 0 && o.Start != "" && !strings.HasPrefix(o.Start, "@") {
		if _, f := o.field(s).take(json.RawMessage(o.startJSON()), nil); f != nil {
			no(ErrOwnStart, "start")
		}
	} else if o.Start != "" && o.Type != Date && strings.HasPrefix(o.Start, "@") {
		no(ErrOwnStart, "start")
	}
	return fault.Join(wrong...)
}

func (o *OwnField) optionsHold() bool {
	seen := map[string]bool{}
	for _, v := range o.Options {
		if v.Value == "" || len(v.Value) > 20 || strings.Contains(v.Value, "|") || v.Label.Zh == "" || seen[v.Value] {
			return false
		}
		seen[v.Value] = true
	}
	return len(seen) > 0 && len(seen) <= 100
}

// startJSON is the default in the form of a body.
func (o *OwnField) startJSON() string {
	switch o.Type {
	case Number:
		return o.Start
	case Multi:
		b, _ := json.Marshal(strings.Split(o.Start, ",")) // strings marshal
		return string(b)
	}
	b, _ := json.Marshal(o.Start)
	return string(b)
}

// field makes the Field that everything else reads.
func (o *OwnField) field(s *Spec) *Field {
	f := &Field{Name: o.Key, Label: o.Label, Help: o.Help, Type: o.Type, Required: o.Required && !o.Retired && o.Formula == "", Sortable: o.Slot != "" && o.Type != Multi && o.Type != File && !o.Retired,
		Searchable: o.Searchable, ReadOnly: o.Retired || o.Formula != "", MaxLength: o.MaxLength, RefKind: o.Ref, Start: o.Start, Decimals: o.Decimals,
		Own: true, Retired: o.Retired, MaxFiles: o.MaxFiles, Accept: o.Accept, slot: o.Slot, spec: s}
	if f.Label.En == "" {
		f.Label.En = f.Label.Zh
	}
	if f.Type == File && f.MaxFiles == 0 {
		f.MaxFiles = 1
	}
	if f.Type == Text && f.MaxLength == 0 {
		f.MaxLength = 200
	}
	if f.Type == Text && f.MaxLength > 200 {
		f.Format = "multiline"
	}
	for _, v := range o.Options {
		if v.Label.En == "" {
			v.Label.En = v.Label.Zh
		}
		f.Options = append(f.Options, Option{Value: v.Value, Label: v.Label, Off: v.Off})
	}
	switch o.Protect {
	case ProtectPersonal:
		f.Personal, f.mask = true, maskMiddle
	case ProtectCost:
		f.Cost = true
	}
	return f
}

// maskMiddle keeps the first and the last character.
func maskMiddle(s string) string { return mask(s, 1, 1) }

// shown writes the expression that rows are read by: a declared field's column, or the value inside the object of own ones.
func (f *Field) shown(alias string) string {
	switch {
	case !f.Own:
		return alias + "." + f.column
	case f.Type == Multi || f.Type == File:
		return "(" + alias + ".own->'" + f.Name + "')"
	}
	return "(" + alias + ".own->>'" + f.Name + "')"
}

// ordered writes the expression that filters and sorts read.
func (f *Field) ordered(alias string) string {
	if f.Own {
		return alias + "." + f.slot
	}
	return alias + "." + f.column
}

// take reads a value of a body: nil for none. before is what the record holds now.
func (f *Field) take(raw json.RawMessage, before any) (any, *fault.Fault) {
	if string(raw) == "null" || string(raw) == `""` || string(raw) == "[]" {
		return nil, nil
	}
	switch f.Type {
	case Number:
		return f.takeNumber(raw)
	case Multi:
		return f.takeSeveral(raw, before)
	case File:
		return f.takeFiles(raw, before)
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return nil, f.unfit()
	}
	switch f.Type {
	case Money:
		a, err := money.Parse(s)
		if err != nil {
			return nil, f.unfit()
		}
		return json.Number(strconv.FormatInt(int64(a), 10)), nil
	case Date:
		d, err := clock.ParseDay(s)
		if err != nil {
			return nil, f.unfit()
		}
		return string(d), nil
	case Choice:
		if s != before && !f.offers(s) {
			return nil, ErrChoice.At(f.Name)
		}
	case Ref:
		if len(s) != 36 {
			return nil, ErrTarget.At(f.Name)
		}
	case Text:
		if s = strings.TrimSpace(s); len([]rune(s)) > f.MaxLength {
			return nil, ErrLong.With(f.Label, f.MaxLength).At(f.Name)
		}
	}
	return s, nil
}

func (f *Field) unfit() *fault.Fault {
	switch f.Type {
	case Number:
		return ErrNumber.With(f.Label, f.Decimals).At(f.Name)
	case Money:
		return ErrMoney.With(f.Label).At(f.Name)
	case Date:
		return ErrDay.With(f.Label).At(f.Name)
	case Choice, Multi:
		return ErrChoice.At(f.Name)
	case File:
		return ErrFileList.With(f.Label).At(f.Name)
	}
	return ErrText.With(f.Label).At(f.Name)
}

func (f *Field) takeNumber(raw json.RawMessage) (any, *fault.Fault) {
	scaled, ok := scale(string(raw), f.Decimals)
	if !ok {
		return nil, f.unfit()
	}
	return json.Number(unscale(scaled, f.Decimals)), nil
}

func (f *Field) takeSeveral(raw json.RawMessage, before any) (any, *fault.Fault) {
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return nil, f.unfit()
	}
	had, _ := before.([]any)
	out := make([]any, 0, len(list))
	for _, o := range f.Options { // in their order, each once
		if slices.Contains(list, o.Value) && (!o.Off || slices.Contains(had, any(o.Value))) {
			out = append(out, o.Value)
			list = slices.DeleteFunc(list, func(s string) bool { return s == o.Value })
		}
	}
	if len(list) > 0 {
		return nil, f.unfit()
	}
	return out, nil
}

// offers reports whether value can be chosen now.
func (f *Field) offers(value string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value && !o.Off })
}

var decimal = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?$`)

// scale reads "12.5" with two decimals as 1250. It refuses more decimals than the field has, and what is no plain number.
func scale(s string, decimals int) (int64, bool) {
	if !decimal.MatchString(s) {
		return 0, false
	}
	whole, part, _ := strings.Cut(s, ".")
	part = strings.TrimRight(part, "0")
	if len(part) > decimals {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+part+strings.Repeat("0", decimals-len(part)), 10, 64)
	if err != nil || len(strings.TrimPrefix(whole, "-")) > 11 {
		return 0, false
	}
	return n, true
}

// unscale writes 1250 with two decimals as "12.5".
func unscale(n int64, decimals int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n, 10)
	if decimals == 0 {
		return sign + s
	}
	if len(s) <= decimals {
		s = strings.Repeat("0", decimals+1-len(s)) + s
	}
	part := strings.TrimRight(s[len(s)-decimals:], "0")
	if s = sign + s[:len(s)-decimals]; part != "" {
		s += "." + part
	}
	return s
}

// slotted is the value of the field's slot, or nil.
func (f *Field) slotted(v any) any {
	switch x := v.(type) {
	case json.Number:
		if f.Type == Number {
			if n, ok := scale(x.String(), f.Decimals); ok {
				return n
			}
			return nil
		}
		n, err := x.Int64()
		if err != nil {
			return nil
		}
		return n
	case []any:
		if f.Type == File {
			return slottedFiles(x)
		}
		return several(x)
	case string:
		return x
	}
	return nil
}

// several is the form in which a slot holds several choices: "|a|b|", where "|a|" finds one of them.
func several(list []any) any {
	if len(list) == 0 {
		return nil
	}
	var b strings.Builder
	for _, v := range list {
		b.WriteByte('|')
		_, _ = fmt.Fprint(&b, v)
	}
	b.WriteByte('|')
	return b.String()
}
