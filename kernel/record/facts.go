package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
)

// Snapshot is a record as it stood at one instant, without masks: what others agreed to, and what rules are held against. It is stored as
// JSON and leaves through Show alone, which masks it for its reader. Values are PostgreSQL's text; an empty one is absent.
type Snapshot struct {
	Fields map[string]string     `json:"fields"`
	Titles map[string]string     `json:"titles"` // of the targets of references, by the field
	Parts  map[string][]Snapshot `json:"parts,omitempty"`
}

// Fact describes what a rule may ask about a record of a kind.
type Fact struct {
	Name    string
	Label   fault.Text
	Type    Type
	Format  string
	Options []Option
	RefKind string
	Fields  []Fact // of lines
	Hidden  bool   // field rules apply to it
	Entered bool   // people enter it in a form
}

// Lines is the type of the fact that a table of lines is.
const Lines Type = "lines"

// Facts describes what rules may ask about records of the kind, as tx's tenant has it: its fields but for bookkeeping, its lines, and
// those that only its module knows.
func (s *Spec) Facts(a *Approval) []Fact {
	var out []Fact
	can := s.formable()
	for _, f := range s.Fields {
		if f.Type != ID && f.Type != JSON && f.Name != "version" && f.Name != "updatedAt" && !f.Retired {
			x := f.fact()
			x.Entered = can[f.Name]
			out = append(out, x)
		}
	}
	for _, p := range s.parts {
		x := Fact{Name: p.Name, Label: p.Label, Type: Lines}
		for _, f := range p.spec.Fields {
			if f.Type != ID && f.Type != JSON {
				x.Fields = append(x.Fields, f.fact())
			}
		}
		out = append(out, x)
	}
	if a != nil {
		for _, f := range a.Facts {
			out = append(out, f.fact())
		}
	}
	return out
}

func (f *Field) fact() Fact {
	return Fact{Name: f.Name, Label: f.Label, Type: f.Type, Format: f.Format, Options: f.Options, RefKind: f.RefKind, Hidden: f.Protected()}
}

// Take reads a record with its lines and the titles of what it refers to, whoever may see it. It returns ErrMissing.
func (s *Spec) Take(ctx context.Context, tx database.Tx, id uuid.UUID) (*Snapshot, error) {
	r := s.Registry()
	if r == nil {
		return nil, fmt.Errorf("snapshot of %s: the kind is in no registry", s.Name)
	}
	s, err := s.Of(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := s.take(ctx, tx, r, "id", id, "")
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrMissing
	}
	out := &rows[0]
	out.Parts = map[string][]Snapshot{}
	for _, p := range s.parts {
		if out.Parts[p.Name], err = p.spec.take(ctx, tx, r, p.parent, id, " ORDER BY t."+p.spec.by[p.spec.sort].column); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Spec) take(ctx context.Context, tx database.Tx, r *Registry, by string, id uuid.UUID, order string) ([]Snapshot, error) {
	var q SQL
	for _, f := range s.Fields {
		q.WriteString(", (" + f.shown("t") + ")::text") // the form in which lists read it
		if f.Type == Ref {
			q.WriteString(", " + r.titled(f))
		}
	}
	text := "SELECT " + strings.TrimPrefix(q.String(), ", ") + " FROM " + s.table + " t WHERE t.tenant_id = ? AND t." + by + " = ?" + order
	rows, err := tx.QueryContext(ctx, text, tx.Tenant, id)
	if err != nil {
		return nil, fmt.Errorf("snapshot of %s %s: %w", s.Name, id, err)
	}
	defer func() { _ = rows.Close() }()
	out := []Snapshot{}
	values, into := make([]sql.NullString, 2*len(s.Fields)), []any{}
	columns, err := rows.Columns()
	if err != nil {
		return nil, fmt.Errorf("snapshot of %s %s: %w", s.Name, id, err)
	}
	for i := range columns {
		into = append(into, &values[i])
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("snapshot of %s %s: %w", s.Name, id, err)
		}
		one := Snapshot{Fields: map[string]string{}, Titles: map[string]string{}}
		n := 0
		for _, f := range s.Fields {
			if values[n].Valid {
				one.Fields[f.Name] = values[n].String
			}
			n++
			if f.Type == Ref {
				if values[n].Valid {
					one.Titles[f.Name] = values[n].String
				}
				n++
			}
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

// Values are a record's facts as rules read them: int64 for whole numbers, fen and basis points, float64 for numbers, bool, time.Time for
// days (00:00 UTC) and times, []string for several choices, string for the rest, nil for what is empty; lines are lists of such maps.
func (s *Spec) Values(snap *Snapshot) (map[string]any, error) {
	out, err := values(s.Fields, snap)
	if err != nil {
		return nil, fmt.Errorf("facts of %s: %w", s.Name, err)
	}
	for _, p := range s.parts {
		lines := make([]map[string]any, 0, len(snap.Parts[p.Name]))
		for _, l := range snap.Parts[p.Name] {
			one, err := values(p.spec.Fields, &l)
			if err != nil {
				return nil, fmt.Errorf("facts of %s.%s: %w", s.Name, p.Name, err)
			}
			lines = append(lines, one)
		}
		out[p.Name] = lines
	}
	return out, nil
}

func values(fields []*Field, snap *Snapshot) (map[string]any, error) {
	out := make(map[string]any, len(fields))
	for _, f := range fields {
		text, ok := snap.Fields[f.Name]
		if f.Type == JSON || f.Type == ID {
			continue
		}
		if !ok || text == "" {
			out[f.Name] = nil
			continue
		}
		v, err := f.typed(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		out[f.Name] = v
	}
	return out, nil
}

func (f *Field) typed(text string) (any, error) {
	switch f.Type {
	case Int, Money:
		return strconv.ParseInt(text, 10, 64)
	case Number:
		return strconv.ParseFloat(text, 64)
	case Bool:
		return text == "true", nil
	case Date:
		return time.Parse(time.DateOnly, text)
	case Time:
		var t time.Time
		return t, t.UnmarshalJSON(appendTime(nil, []byte(text)))
	case Multi:
		var list []string
		return list, json.Unmarshal([]byte(text), &list)
	}
	return text, nil
}

// ShownField is a field of a record beside what it was in a snapshot.
type ShownField struct {
	Name          string          `json:"name"`
	Label         fault.Text      `json:"label"`
	Type          Type            `json:"type"`
	Format        string          `json:"format,omitempty"`
	Options       []Option        `json:"options,omitempty"`
	Ref           string          `json:"ref,omitempty"`
	RefPath       string          `json:"refPath,omitempty"`
	Value         json.RawMessage `json:"value,omitempty" doc:"As a list answers it; absent: empty"`
	Text          string          `json:"text" doc:"The same as people read it"`
	Submitted     json.RawMessage `json:"submitted,omitempty"`
	SubmittedText string          `json:"submittedText,omitempty"`
	Changed       bool            `json:"changed"`
}

// ShownPart is a table of lines beside what it was in a snapshot.
type ShownPart struct {
	Name          string            `json:"name"`
	Label         fault.Text        `json:"label"`
	Fields        []FieldInfo       `json:"fields"`
	Rows          []json.RawMessage `json:"rows"`
	SubmittedRows []json.RawMessage `json:"submittedRows,omitempty"`
	Changed       bool              `json:"changed"`
}

// Shown is a record as it is now, beside what it was.
type Shown struct {
	Fields []ShownField `json:"fields"`
	Parts  []ShownPart  `json:"parts"`
}

// Show renders a record for its reader beside an older snapshot (nil: none), through the masks of every list. What hide names is left out.
func (s *Spec) Show(ctx context.Context, db *sql.DB, r *Registry, v View, now, was *Snapshot, hide []string) (*Shown, error) {
	s, err := r.Mine(ctx, db, v, s)
	if err != nil {
		return nil, err
	}
	hidden := map[string]bool{}
	for _, name := range hide {
		hidden[name] = true
	}
	out := &Shown{Fields: []ShownField{}, Parts: []ShownPart{}}
	for _, f := range s.seen(v) {
		if f.Type == ID || f.Type == JSON || f.Name == "version" || f.Name == "updatedAt" || hidden[f.Name] {
			continue
		}
		x := ShownField{Name: f.Name, Label: f.Label, Type: f.Type, Format: f.Format, Options: f.Options, Ref: f.RefKind}
		if target := r.by[f.RefKind]; target != nil {
			x.RefPath = target.Path
		}
		x.Value, x.Text = f.render(v, now)
		if was != nil {
			x.Submitted, x.SubmittedText = f.render(v, was)
			x.Changed = now.Fields[f.Name] != was.Fields[f.Name] && f.Name != s.status
		}
		out.Fields = append(out.Fields, x)
	}
	for _, p := range s.parts {
		if hidden[p.Name] {
			continue
		}
		x := ShownPart{Name: p.Name, Label: p.Label, Fields: p.spec.infos(v, r), Rows: p.spec.rows(v, now.Parts[p.Name])}
		if was != nil {
			x.SubmittedRows = p.spec.rows(v, was.Parts[p.Name])
			x.Changed = !sameLines(now.Parts[p.Name], was.Parts[p.Name])
		}
		out.Parts = append(out.Parts, x)
	}
	return out, nil
}

func sameLines(a, b []Snapshot) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if len(a[i].Fields) != len(b[i].Fields) {
			return false
		}
		for name, value := range a[i].Fields {
			if name != "id" && b[i].Fields[name] != value {
				return false
			}
		}
	}
	return true
}

func (s *Spec) rows(v View, lines []Snapshot) []json.RawMessage {
	out := make([]json.RawMessage, 0, len(lines))
	for _, l := range lines {
		b := []byte{'{'}
		for _, f := range s.seen(v) {
			value, _ := f.render(v, &l)
			if value == nil {
				continue
			}
			b = append(key(b, f.Name), value...)
			if title := l.Titles[f.Name]; f.Type == Ref && title != "" {
				b = quote(key(b, f.TitleName()), title)
			}
		}
		out = append(out, append(b, '}'))
	}
	return out
}

// render is a value as lists answer it and as people read it, masked for the reader; nil for an empty one.
func (f *Field) render(v View, snap *Snapshot) (json.RawMessage, string) {
	text, ok := snap.Fields[f.Name]
	if !ok || v.See(f) == access.Hidden {
		return nil, ""
	}
	value := f.appendValue(nil, []byte(text), v)
	return value, f.Said(text, snap.Titles[f.Name], v)
}

// Said puts a value of a snapshot into words, masked for the reader. title is that of a reference's target.
func (f *Field) Said(text, title string, v View) string {
	switch {
	case text == "":
		return ""
	case f.Type == Ref:
		return title
	case f.Type == Money:
		n, _ := strconv.ParseInt(text, 10, 64) // a bigint column
		return money.Amount(n).Words()
	case f.Format == "basis_points":
		n, _ := strconv.ParseInt(text, 10, 64) // an int column
		return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) + "%"
	case f.Type == Time:
		var t time.Time
		if t.UnmarshalJSON(appendTime(nil, []byte(text))) != nil {
			return text
		}
		return t.In(v.Zone).Format("2006-01-02 15:04")
	case f.Type == Bool:
		return f.text(map[string]any{f.Name: text == "true"}, v)
	case f.Type == Multi:
		var list []any
		if json.Unmarshal([]byte(text), &list) != nil {
			return ""
		}
		return f.text(map[string]any{f.Name: list}, v)
	case f.Personal && v.See(f) == access.Masked:
		return f.mask(text)
	case f.Type == Choice:
		return f.text(map[string]any{f.Name: text}, v)
	}
	return text
}

// Registry returns all kinds that the program declares, or nil before there are any.
func (s *Spec) Registry() *Registry { return s.home.registry.Load() }

// Titles names the fields by which people know a record: its title and the one beneath it, which may be empty.
func (s *Spec) Titles() (title, subtitle string) { return s.title, s.subtitle }

// Columns names the default columns of the kind's list.
func (s *Spec) Columns() []string { return s.list }

// Words returns an action in words, as the history says it.
func (s *Spec) Words(action string) fault.Text { return s.actionLabel(action) }

// RelatedKinds are the lists of records that belong to one of the kind.
func (s *Spec) RelatedKinds() []Related { return s.related }

// ScopeOf returns the company, department and owner of a record in a snapshot; each may be empty.
func (snap *Snapshot) ScopeOf() (company, department, owner uuid.UUID) {
	for name, to := range map[string]*uuid.UUID{"companyId": &company, "departmentId": &department, "ownerId": &owner} {
		if id, err := uuid.Parse(snap.Fields[name]); err == nil {
			*to = id
		}
	}
	return company, department, owner
}

// Covers reports whether a scope covers the record of a snapshot; where other rows decide about that, the database is asked.
func (s *Spec) Covers(ctx context.Context, tx database.Tx, snap *Snapshot, id uuid.UUID, scope access.Scope) (bool, error) {
	switch s.scope {
	case scopeColumns:
		return scope.Covers(snap.ScopeOf()), nil
	case scopeThrough:
		err := s.Exists(ctx, tx, scope, id, "")
		if errors.Is(err, ErrTarget) {
			return false, nil
		}
		return err == nil, err
	}
	return true, nil
}

// NamesOf reads the titles of records by their ids, whoever may read them: titles are shown to everyone.
func (s *Spec) NamesOf(ctx context.Context, tx database.Tx, ids []string) (map[string]string, error) {
	out := map[string]string{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := tx.QueryContext(ctx, "SELECT t.id::text, coalesce(t."+s.by[s.title].column+", '') FROM "+s.table+" t WHERE t.tenant_id = ? AND t.id = ANY (?::uuid[])", tx.Tenant, pgdialect.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("names of %s: %w", s.Name, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, fmt.Errorf("names of %s: %w", s.Name, err)
		}
		out[id] = name
	}
	return out, rows.Err()
}

// Whole reads a whole number or a sum, in fen, from the text of a snapshot.
func (f *Field) Whole(text string) (int64, error) { return strconv.ParseInt(text, 10, 64) }

// IsStatus reports whether the field is the one that the state table moves.
func (f *Field) IsStatus() bool { return f.spec != nil && f.spec.status == f.Name }
