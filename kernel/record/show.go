package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
)

// Line is a line of the history as it is stored, for a log that holds lines of many kinds. Show fills the rest.
type Line struct {
	Kind     string
	Record   uuid.UUID
	Action   string
	Was, Now []byte

	Label   fault.Text // the action in words
	Title   string     // of a record that the reader may see
	Changes []Change
}

// Show puts lines into words, through the same field rules as a record's own history. A record that the reader may not see
// gives neither title nor changes. Lines of a kind that is not declared are left as they are.
func (r *Registry) Show(ctx context.Context, db *sql.DB, v View, lines []*Line) error {
	seen, err := r.titlesOf(ctx, db, v, lines)
	if err != nil {
		return err
	}
	targets := titles{}
	specs := map[string]*Spec{}
	for _, l := range lines {
		s := r.by[l.Kind]
		if s == nil {
			continue
		}
		if s, err = r.Mine(ctx, db, v, s); err != nil {
			return err
		}
		specs[l.Kind] = s
		l.Label, l.Changes = s.actionLabel(l.Action), []Change{}
		title, ok := seen[l.Kind][l.Record.String()]
		switch {
		case l.Action == "export" && v.Set.Has(s.Read):
			l.Changes, err = s.exportChanges(v, l.Now)
		case ok:
			l.Title = title
			l.Changes, err = s.changes(v, l.Was, l.Now, targets)
		}
		if err != nil {
			return err
		}
	}
	if err := r.name(ctx, db, v, targets); err != nil {
		return err
	}
	for _, l := range lines {
		if s := specs[l.Kind]; s != nil {
			s.retitle(l.Changes, targets)
		}
	}
	return nil
}

// titlesOf reads the titles of those records that the reader may see, by kind and id.
func (r *Registry) titlesOf(ctx context.Context, db *sql.DB, v View, lines []*Line) (titles, error) {
	wanted := map[string][]uuid.UUID{}
	for _, l := range lines {
		if r.by[l.Kind] != nil && l.Record != uuid.Nil && !slices.Contains(wanted[l.Kind], l.Record) {
			wanted[l.Kind] = append(wanted[l.Kind], l.Record)
		}
	}
	var queries []database.Query
	var specs []*Spec
	found := titles{}
	for _, s := range r.kinds {
		scope, may := v.Set.Scope(s.Read)
		if !may || len(wanted[s.Name]) == 0 {
			continue
		}
		found[s.Name] = map[string]string{}
		var q SQL
		q.WriteString("SELECT t.id, t." + s.by[s.title].column)
		s.from(&q, v, scope)
		q.WriteString(" AND t.id = ANY(")
		q.Arg(wanted[s.Name])
		q.WriteByte(')')
		queries, specs = append(queries, database.Query{SQL: q.String(), Args: q.Args}), append(specs, s)
	}
	if len(queries) == 0 {
		return found, nil
	}
	return found, database.Read(ctx, db, v.Tenant, queries, func(i int, row [][]byte) error {
		s, text := specs[i], string(row[1])
		switch f := s.by[s.title]; {
		case v.See(f) == access.Hidden:
			text = ""
		case f.Personal && v.See(f) == access.Masked:
			text = f.mask(text)
		}
		found[s.Name][string(row[0])] = text
		return nil
	})
}

// unshown stands for what somebody typed and this reader may not read.
const unshown = "•••"

// exportChanges are what an export's line holds: how many rows, and by which filter and search. Whoever exported may have been
// allowed to look for values that this reader sees masked.
func (s *Spec) exportChanges(v View, now []byte) ([]Change, error) {
	var e struct {
		Rows   int    `json:"rows"`
		Filter string `json:"filter"`
		Q      string `json:"q"`
	}
	if err := json.Unmarshal(now, &e); err != nil {
		return nil, err
	}
	if s.filter(&SQL{}, e.Filter, v, false) != nil {
		e.Filter = unshown
	}
	masked := func(f *Field) bool { return f.Searchable && v.See(f) < access.Shown }
	if e.Q != "" && slices.ContainsFunc(s.Fields, masked) {
		e.Q = unshown
	}
	rows, err := json.Marshal(e.Rows)
	if err != nil {
		return nil, err
	}
	out := []Change{{Field: "rows", Label: fault.Text{Zh: "行数", En: "Rows"}, Now: rows}}
	if e.Filter != "" {
		out = append(out, Change{Field: "filter", Label: fault.Text{Zh: "筛选", En: "Filter"}, Now: quote(nil, e.Filter)})
	}
	if e.Q != "" {
		out = append(out, Change{Field: "q", Label: fault.Text{Zh: "搜索", En: "Search"}, Now: quote(nil, e.Q)})
	}
	return out, nil
}
