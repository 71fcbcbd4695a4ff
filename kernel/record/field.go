package record

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/money"
)

// Type is what a field holds, for the database, the API and the web alike.
type Type string

// The types of fields. Money is fen in the database and a decimal string in the API.
const (
	Text   Type = "text"
	Int    Type = "int"
	Money  Type = "money"
	Date   Type = "date"
	Time   Type = "time"
	Bool   Type = "bool"
	Choice Type = "choice"
	Ref    Type = "ref"
	ID     Type = "id"
	JSON   Type = "json"
	Number Type = "number" // with decimals; only a group's own fields have it
	Multi  Type = "multi"  // several choices; only a group's own fields have it
	File   Type = "file"   // several files; only a group's own fields have it
)

// Option is one value of a choice.
type Option struct {
	Value string     `json:"value"`
	Label fault.Text `json:"label"`
	Tone  flow.Tone  `json:"tone,omitempty"`
	Off   bool       `json:"off,omitempty" doc:"Readable, and not chosen any more"`
}

// Of makes an Option.
func Of(value, zh, en string) Option {
	return Option{Value: value, Label: fault.Text{Zh: zh, En: en}}
}

// Field is one field of a kind. Everything else, from SQL to the web's forms, reads only this.
type Field struct {
	Name       string
	Label      fault.Text
	Type       Type
	Required   bool
	Sortable   bool
	Searchable bool
	ReadOnly   bool
	Personal   bool
	Cost       bool
	MaxLength  int
	Options    []Option
	RefKind    string
	Format     string
	Start      string
	Help       fault.Text
	Decimals   int
	Own        bool // the group added it
	Retired    bool
	MaxFiles   int
	Accept     []string // kinds of file; empty: all that are let in

	column string
	slot   string // of an own field: the column that filters and sorts read
	index  []int
	mask   func(string) string
	spec   *Spec
}

// Must makes the field required on create.
func (f *Field) Must() *Field { f.Required = true; return f }

// Sort allows sorting; an index on (tenant_id, column) must exist, and is checked at start-up.
func (f *Field) Sort() *Field { f.Sortable = true; return f }

// Search puts the field's text into the search index.
func (f *Field) Search() *Field { f.Searchable = true; return f }

// Max limits the text to n characters.
func (f *Field) Max(n int) *Field { f.MaxLength = n; return f }

// Fixed makes the field read-only in forms: its module sets it.
func (f *Field) Fixed() *Field { f.ReadOnly = true; return f }

// Begin says what a new form holds in this field: a value in the form of the API, @now or @today.
func (f *Field) Begin(value string) *Field { f.Start = value; return f }

// As names how the web shows the value: mobile, vin, plate, basis_points, multiline.
func (f *Field) As(format string) *Field { f.Format = format; return f }

// Secret marks personal data: shown masked unless a field rule says otherwise.
func (f *Field) Secret(mask func(string) string) *Field { f.Personal, f.mask = true, mask; return f }

// Internal marks cost and margin: hidden unless a field rule says otherwise.
func (f *Field) Internal() *Field { f.Cost = true; return f }

// Protected reports whether field rules apply.
func (f *Field) Protected() bool { return f.Personal || f.Cost }

// Default is the field's visibility for a reader without a field rule.
func (f *Field) Default() access.Visibility {
	switch {
	case f.Cost:
		return access.Hidden
	case f.Personal:
		return access.Masked
	}
	return access.Shown
}

var operators = map[Type][]string{
	Text:   {"=", "!=", "in", "null"},
	Choice: {"=", "!=", "in", "null"},
	Ref:    {"=", "!=", "in", "null"},
	ID:     {"=", "in"},
	Bool:   {"="},
	Int:    {"=", "<", "<=", ">", ">=", "in", "null"},
	Money:  {"=", "<", "<=", ">", ">=", "null"},
	Date:   {"=", "<", "<=", ">", ">=", "null"},
	Time:   {"<", "<=", ">", ">=", "null"},
	Number: {"=", "<", "<=", ">", ">=", "null"},
	Multi:  {"has", "null"},
	File:   {"null"},
}

// Operators returns what a filter may ask of the field.
func (f *Field) Operators() []string {
	if f.Own && f.slot == "" {
		return []string{}
	}
	return slices.Clone(operators[f.Type])
}

// Faults of lists. Their Field is the parameter or the field asked for.
var (
	ErrField    = fault.New(fault.Invalid, "record.no_such_field", "没有这个字段", "No such field")
	ErrOperator = fault.New(fault.Invalid, "record.operator", "这个字段不支持该条件", "This field has no such operator")
	ErrValue    = fault.New(fault.Invalid, "record.value", "条件的值与字段类型不符", "The value does not fit the type of the field")
	ErrFilter   = fault.New(fault.Invalid, "record.filter", "筛选条件格式不对", "The filter is not an array of [field, operator, value]")
	ErrTooMany  = fault.New(fault.Invalid, "record.filter_size", "筛选条件太多，最多 40 条", "The filter has too many terms; 40 at most")
	ErrSort     = fault.New(fault.Invalid, "record.sort", "不能按这个字段排序", "This field cannot be sorted")
	ErrCursor   = fault.New(fault.Invalid, "record.cursor", "翻页位置无效，请从第一页开始", "The cursor is not valid; begin with the first page")
)

// value reads one JSON value of a filter as an argument for SQL.
func (f *Field) value(raw json.RawMessage, v View) (any, error) {
	wrong := ErrValue.At(f.Name)
	switch f.Type {
	case Int:
		var n int32
		if json.Unmarshal(raw, &n) != nil {
			return nil, wrong
		}
		return n, nil
	case Bool:
		var b bool
		if json.Unmarshal(raw, &b) != nil {
			return nil, wrong
		}
		return b, nil
	case Number:
		n, ok := scale(strings.Trim(string(raw), `"`), f.Decimals)
		if !ok {
			return nil, wrong
		}
		return n, nil
	}
	var s string
	if json.Unmarshal(raw, &s) != nil || len(s) > 400 || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return nil, wrong
	}
	if strings.HasPrefix(s, "@") {
		if arg, ok := v.placeholder(f.Type, s); ok {
			return f.argument(arg), nil
		}
	}
	switch f.Type {
	case Money:
		a, err := money.Parse(s)
		if err != nil {
			return nil, wrong
		}
		return int64(a), nil
	case Date:
		d, err := clock.ParseDay(s)
		if err != nil {
			return nil, wrong
		}
		return string(d), nil
	case Time:
		t, err := time.Parse(time.RFC3339Nano, s)
		if err != nil || t.Year() < 1900 || t.Year() > 2199 {
			return nil, wrong
		}
		return t, nil
	case Ref, ID:
		u, err := uuid.Parse(s)
		if err != nil || len(s) != 36 {
			return nil, wrong
		}
		return f.argument(u), nil
	}
	return s, nil
}

// argument gives an id the form of the column: a slot holds it as text.
func (f *Field) argument(v any) any {
	if id, ok := v.(uuid.UUID); ok && f.Own {
		return id.String()
	}
	return v
}

// View is what a reader may see of a kind, and the words their filters can use for themselves.
type View struct {
	Tenant     uuid.UUID
	User       uuid.UUID
	Company    uuid.UUID
	Department uuid.UUID
	Now        time.Time
	Zone       *time.Location
	Set        *access.Set
	Version    int64    // of the tenant: what is kept of an older one is read again
	Roles      []string // of the posting
	Language   string
}

// placeholder resolves @me, @company, @department, @today, @today+7 and @now. For an instant, a day is its first moment.
func (v View) placeholder(t Type, s string) (any, bool) {
	switch {
	case t == Ref && s == "@me":
		return v.User, true
	case t == Ref && s == "@company":
		return v.Company, true
	case t == Ref && s == "@department":
		return v.Department, true
	case t == Time && s == "@now":
		return v.Now, true
	case (t == Date || t == Time) && strings.HasPrefix(s, "@today"):
		days := 0
		if rest := s[len("@today"):]; rest != "" {
			if _, err := fmt.Sscanf(rest, "%d", &days); err != nil || days < -36500 || days > 36500 {
				return nil, false
			}
		}
		day := clock.DayOf(v.Now, v.Zone).Add(days)
		if t == Time {
			return day.Start(v.Zone), true
		}
		return string(day), true
	}
	return nil, false
}

// See returns how the reader sees f.
func (v View) See(f *Field) access.Visibility {
	if !f.Protected() {
		return access.Shown
	}
	return v.Set.Field(f.spec.Name, f.Name, f.Default())
}

// locked reports whether a field rule keeps the reader from changing f. What a module sets itself is nobody's to change anyway.
func (v View) locked(f *Field) bool {
	return f.Protected() && !f.ReadOnly && v.Set.Locked(f.spec.Name, f.Name)
}
