package main

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"forecourt/kernel/clock"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/search"
)

// sheet turns models into rows for COPY. It reads the struct tags and the declaration that the product itself writes by, so a
// field that a module gains reaches the bench's rows, search keys and history without a word here.
type sheet[T any] struct {
	table   string
	name    string // of the kind
	columns []string
	cells   []func(reflect.Value) any
	facts   []fact
	found   []fact // what search keys are made of
}

// fact is a declared field: what the history keeps of it, and how it is found.
type fact struct {
	name      string
	at        []int
	money     bool // no money is a sum, too, so the history keeps a zero
	protected bool
}

// bookkeeping is what the history does not repeat. A number is given after the line of the creation is written.
var bookkeeping = []string{"id", "version", "createdAt", "createdBy", "updatedAt", "number"}

func newSheet[T any](k *record.Kind[T]) *sheet[T] {
	s := &sheet[T]{table: k.Table(), name: k.Name}
	at := map[string][]int{}
	walkColumns(reflect.TypeFor[T](), nil, func(f reflect.StructField, path []int) {
		column, options, _ := strings.Cut(f.Tag.Get("bun"), ",")
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			name = column
		}
		at[name] = path
		s.columns = append(s.columns, column)
		s.cells = append(s.cells, cellOf(path, f.Type, column, strings.Contains(options, "nullzero")))
	})
	for _, f := range k.Fields {
		x := fact{f.Name, at[f.Name], f.Type == record.Money, f.Protected()}
		if !slices.Contains(bookkeeping, f.Name) {
			s.facts = append(s.facts, x)
		}
		if f.Searchable {
			s.found = append(s.found, x)
		}
	}
	if len(s.found) > 0 {
		s.columns = append(s.columns, "grams")
	}
	return s
}

func walkColumns(t reflect.Type, at []int, visit func(reflect.StructField, []int)) {
	for i := range t.NumField() {
		f := t.Field(i)
		path := append(slices.Clone(at), i)
		switch column, _, _ := strings.Cut(f.Tag.Get("bun"), ","); {
		case f.Name == "BaseModel" || column == "-":
		case f.Anonymous:
			walkColumns(f.Type, path, visit)
		default:
			visit(f, path)
		}
	}
}

// cellOf reads one column's value in a form that pgx encodes without looking twice. nullzero makes a zero NULL.
func cellOf(path []int, t reflect.Type, column string, nullzero bool) func(reflect.Value) any {
	read := func(v reflect.Value) any { return v.FieldByIndex(path).Interface() }
	switch {
	case t == reflect.TypeFor[uuid.UUID]():
		read = func(v reflect.Value) any {
			u, _ := v.FieldByIndex(path).Interface().(uuid.UUID) // the case is the type
			return pgtype.UUID{Bytes: u, Valid: true}
		}
	case t == reflect.TypeFor[clock.Day]():
		read = func(v reflect.Value) any { return date(clock.Day(v.FieldByIndex(path).String())) }
	case t.Kind() == reflect.String && strings.HasSuffix(column, "_id"): // an id that the API knows as a text
		read = func(v reflect.Value) any {
			return pgtype.UUID{Bytes: uuid.MustParse(v.FieldByIndex(path).String()), Valid: true}
		}
	case t.Kind() == reflect.String:
		read = func(v reflect.Value) any { return v.FieldByIndex(path).String() }
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
		read = func(v reflect.Value) any { return v.FieldByIndex(path).Int() }
	}
	if !nullzero {
		return read
	}
	return func(v reflect.Value) any {
		if v.FieldByIndex(path).IsZero() {
			return nil
		}
		return read(v)
	}
}

func date(d clock.Day) any {
	if d == "" {
		return nil
	}
	return pgtype.Date{Time: d.Start(time.UTC), Valid: true}
}

// row is m as COPY takes it, with its search keys.
func (s *sheet[T]) row(m *T) []any {
	v := reflect.ValueOf(m).Elem()
	row := make([]any, 0, len(s.columns))
	for _, c := range s.cells {
		row = append(row, c(v))
	}
	if len(s.found) > 0 {
		row = append(row, s.keys(m))
	}
	return row
}

// keys are the search keys of m: any part of an open field, and only the whole or the tail of a protected one.
func (s *sheet[T]) keys(m *T) []string {
	v := reflect.ValueOf(m).Elem()
	keys := make([]string, 0, 48)
	for _, f := range s.found {
		text := v.FieldByIndex(f.at).String()
		switch {
		case text == "":
		case f.protected:
			keys = append(keys, search.Whole(text)...)
		default:
			keys = append(keys, search.Keys(text)...)
		}
	}
	return search.Unique(keys)
}

// values is what the history's line of a creation holds of m.
func (s *sheet[T]) values(m *T) []byte {
	v := reflect.ValueOf(m).Elem()
	b := append(make([]byte, 0, 512), '{')
	for _, f := range s.facts {
		if x := v.FieldByIndex(f.at); f.money || !x.IsZero() {
			b = appendFact(b, f.name, x)
		}
	}
	return append(b, '}')
}

// diff is what the history's line of a change holds: the changed fields before and after.
func (s *sheet[T]) diff(before, after *T) (was, now []byte) {
	v, w := reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem()
	was, now = []byte{'{'}, []byte{'{'}
	for _, f := range s.facts {
		x, y := v.FieldByIndex(f.at), w.FieldByIndex(f.at)
		if x.Equal(y) {
			continue
		}
		if f.money || !x.IsZero() {
			was = appendFact(was, f.name, x)
		}
		if f.money || !y.IsZero() {
			now = appendFact(now, f.name, y)
		}
	}
	return append(was, '}'), append(now, '}')
}

func appendFact(b []byte, name string, v reflect.Value) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = append(append(append(b, '"'), name...), '"', ':')
	switch x := v.Interface().(type) {
	case uuid.UUID:
		return append(append(append(b, '"'), x.String()...), '"')
	case money.Amount:
		return append(x.Append(append(b, '"')), '"')
	case time.Time:
		return append(x.AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
	}
	switch v.Kind() {
	case reflect.String:
		return appendText(b, v.String())
	case reflect.Int, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10)
	}
	j, err := json.Marshal(v.Interface())
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, j...)
}

func appendText(b []byte, s string) []byte {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' }) {
		j, err := json.Marshal(s)
		if err != nil {
			return append(b, `""`...)
		}
		return append(b, j...)
	}
	return append(append(append(b, '"'), s...), '"')
}
