package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"forecourt/kernel/clock"
)

var goTypes = map[Type][]reflect.Type{Date: {reflect.TypeFor[clock.Day]()}}

// check collects the mistakes that the compiler cannot see.
func (s *Spec) check(model reflect.Type) {
	wrong := func(format string, a ...any) { s.mistakes = append(s.mistakes, fmt.Sprintf(format, a...)) }
	if s.table == "" {
		wrong("the model has no bun.BaseModel with a table")
	}
	declared := map[string]bool{"tenant_id": true, "own": s.owns}
	for _, f := range s.Fields {
		declared[f.column] = true
		switch {
		case f.Label.Zh == "" || f.Label.En == "":
			wrong("%s: label missing", f.Name)
		case f.Searchable && f.Type != Text:
			wrong("%s: only text is searched", f.Name)
		case f.Sortable && f.Type == JSON:
			wrong("%s: cannot be sorted", f.Name)
		case f.Type == Ref && !strings.HasSuffix(f.Name, "Id") && !strings.HasSuffix(f.Name, "By"):
			wrong("%s: the name of a reference ends in Id or By", f.Name)
		case f.Type == Choice && len(f.Options) == 0:
			wrong("%s: a choice without options", f.Name)
		case f.Type == Choice && f.Start != "" && !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == f.Start }):
			wrong("%s: begins with %s, which is no option", f.Name, f.Start)
		case f.Personal && f.Type != Text:
			wrong("%s: only text can be masked", f.Name)
		}
		if want := goTypes[f.Type]; want != nil && f.index != nil && model.FieldByIndex(f.index).Type != want[0] {
			wrong("%s: a %s is a %s in Go", f.Name, f.Type, want[0])
		}
	}
	walk(model, nil, func(_ reflect.StructField, column string, _ []int) {
		if !declared[column] {
			wrong("column %s is not declared", column)
		}
	})
	s.checkNames(wrong)
}

func (s *Spec) checkNames(wrong func(string, ...any)) {
	known := func(where string, names ...string) {
		for _, n := range names {
			if n != "" && s.by[n] == nil {
				wrong("%s: no field %s", where, n)
			}
		}
	}
	s.checkWork(wrong)
	s.checkPaper(known, wrong)
	known("title", s.title, s.subtitle)
	known("list", s.list...)
	known("sort", strings.TrimPrefix(s.sort, "-"))
	for _, f := range s.form {
		known("form", f.Fields...)
	}
	if t := s.by[s.title]; t != nil && t.Protected() {
		wrong("title: %s is protected, and titles are shown to everyone", s.title)
	}
	for _, v := range s.views {
		var q SQL
		if !json.Valid(v.Filter) {
			wrong("view %s: the filter is no JSON", v.Name)
		} else if err := s.filter(&q, string(v.Filter), View{Zone: clock.China}, true); err != nil {
			wrong("view %s: %v", v.Name, err)
		}
		known("view "+v.Name, strings.TrimPrefix(v.Sort, "-"))
	}
}

// Registry is all kinds of the program.
type Registry struct {
	kinds  []*Spec
	by     map[string]*Spec
	tailor *tailor
}

// NewRegistry checks that names are unique and every reference has a target.
func NewRegistry(kinds ...*Spec) (*Registry, error) {
	r := &Registry{by: map[string]*Spec{}, tailor: newTailor()}
	var mistakes []string
	for _, k := range kinds {
		if r.by[k.Name] != nil {
			mistakes = append(mistakes, k.Name+": declared twice")
		}
		r.kinds, r.by[k.Name] = append(r.kinds, k), k
	}
	for _, k := range kinds {
		fields := k.Fields
		for _, p := range k.parts {
			fields = append(fields[:len(fields):len(fields)], p.spec.Fields...)
		}
		for _, f := range fields {
			if f.Type == Ref && r.by[f.RefKind] == nil {
				mistakes = append(mistakes, k.Name+"."+f.Name+": no kind "+f.RefKind)
			}
		}
	}
	if len(mistakes) > 0 {
		return nil, fmt.Errorf("kinds of record: %s", strings.Join(mistakes, "; "))
	}
	for _, k := range kinds {
		if k.home != nil {
			k.home.registry.Store(r)
		}
	}
	return r, nil
}

// Kind returns a kind by its name, or nil.
func (r *Registry) Kind(name string) *Spec { return r.by[name] }

// Kinds returns all kinds.
func (r *Registry) Kinds() []*Spec { return r.kinds }

// CheckIndexes reports every sortable field that no index on (tenant_id, column, …) serves: a sort without one reads the whole table.
func (r *Registry) CheckIndexes(ctx context.Context, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, `SELECT t.relname, string_agg(a.attname, ',' ORDER BY k.n) FROM pg_index i
		JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace AND s.nspname = 'public'
		CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(att, n)
		JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.att GROUP BY t.relname, i.indexrelid`)
	if err != nil {
		return fmt.Errorf("read indexes: %w", err)
	}
	defer func() { _ = rows.Close() }()
	have := map[string]bool{}
	for rows.Next() {
		var table, columns string
		if err := rows.Scan(&table, &columns); err != nil {
			return fmt.Errorf("read indexes: %w", err)
		}
		parts := strings.SplitN(columns, ",", 3)
		if len(parts) > 1 && parts[0] == "tenant_id" {
			have[table+"."+parts[1]], have[table] = true, true
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read indexes: %w", err)
	}
	var missing []string
	for _, k := range r.kinds {
		for _, f := range k.Fields {
			if f.Sortable && have[k.table] && !have[k.table+"."+f.column] { // a view has no index of its own
				missing = append(missing, k.table+"("+f.column+")")
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("sortable without an index on (tenant_id, column): %s", strings.Join(missing, ", "))
	}
	return nil
}
