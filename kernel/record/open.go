package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/flow"
)

// Open reads one record with its lines and what the reader may do to it, as JSON. It returns ErrDenied or ErrMissing.
func (s *Spec) Open(ctx context.Context, db *sql.DB, r *Registry, v View, id uuid.UUID) (body []byte, version int, err error) {
	scope, ok := v.Set.Scope(s.Read)
	if !ok {
		return nil, 0, ErrDenied.With(s.Label)
	}
	if s, err = r.Mine(ctx, db, v, s); err != nil {
		return nil, 0, err
	}
	fields := s.seen(v)
	var q SQL
	q.WriteString("SELECT t.id")
	r.columns(&q, fields)
	s.from(&q, v, scope)
	q.WriteString(" AND t.id = ")
	q.Arg(id)
	queries := []database.Query{{SQL: q.String(), Args: q.Args}}
	partFields := make([][]*Field, len(s.parts))
	for i, p := range s.parts {
		partFields[i] = p.spec.seen(v)
		var q SQL
		q.WriteString("SELECT t.tenant_id")
		r.columns(&q, partFields[i])
		q.WriteString(" FROM " + p.spec.table + " t WHERE t.tenant_id = ")
		q.Arg(v.Tenant)
		q.WriteString(" AND t." + p.parent + " = ")
		q.Arg(id)
		q.WriteString(" ORDER BY t." + p.spec.by[p.spec.sort].column)
		queries = append(queries, database.Query{SQL: q.String(), Args: q.Args})
	}
	var row Row
	parts := make([][]json.RawMessage, len(s.parts))
	err = database.Read(ctx, db, v.Tenant, queries, func(i int, values [][]byte) error {
		if i == 0 {
			body = r.appendJSON(nil, v, fields, values[1:])
			row = s.scopeRow(fields, values[1:])
			return nil
		}
		parts[i-1] = append(parts[i-1], r.appendJSON(nil, v, partFields[i-1], values[1:]))
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	if body == nil {
		return nil, 0, ErrMissing
	}
	body = body[:len(body)-1]
	for i, p := range s.parts {
		b, err := json.Marshal(append([]json.RawMessage{}, parts[i]...))
		if err != nil {
			return nil, 0, err
		}
		body = append(key(body, p.Name), b...)
	}
	actions, err := json.Marshal(s.actionsFor(r, v, row))
	if err != nil {
		return nil, 0, err
	}
	body = append(key(body, "actions"), actions...)
	body = strconv.AppendBool(key(body, "canEdit"), s.mayEdit(v, row))
	if s.filling.do != nil {
		body = strconv.AppendBool(key(body, "canFill"), s.mayFill(v, row))
	}
	return append(body, '}'), row.Version, nil
}

// Row is what decides who may do what to a record.
type Row struct {
	Company, Department, Owner uuid.UUID
	Status                     string
	Version                    int
}

func (s *Spec) scopeRow(fields []*Field, values [][]byte) Row {
	var row Row
	n := 0
	for _, f := range fields {
		value := string(values[n])
		n++
		if f.Type == Ref {
			n++
		}
		switch f.Name {
		case "companyId":
			row.Company, _ = uuid.Parse(value)
		case "departmentId":
			row.Department, _ = uuid.Parse(value)
		case "ownerId":
			row.Owner, _ = uuid.Parse(value)
		case "version":
			row.Version, _ = strconv.Atoi(value)
		case s.status:
			row.Status = value
		}
	}
	return row
}

func (s *Spec) seen(v View) []*Field {
	fields := make([]*Field, 0, len(s.Fields))
	for _, f := range s.Fields {
		if v.See(f) != access.Hidden {
			fields = append(fields, f)
		}
	}
	return fields
}

// offered is an action that the reader can take now.
type offered struct {
	flow.Action
	Form []FieldInfo `json:"form,omitempty"`
}

func (s *Spec) actionsFor(r *Registry, v View, row Row) []offered {
	out := []offered{}
	if s.machine == nil {
		return out
	}
	for _, a := range s.machine.Actions() {
		if !slices.Contains(a.From, row.Status) || !covers(s, v, a.Permission, row) {
			continue
		}
		o := offered{Action: a}
		for _, f := range s.asks[a.Name] {
			o.Form = append(o.Form, f.info(v, r))
		}
		out = append(out, o)
	}
	return out
}

func covers(s *Spec, v View, p access.Permission, row Row) bool {
	scope, ok := v.Set.Scope(p)
	if !ok {
		return false
	}
	return s.scope != scopeColumns || scope.Covers(row.Company, row.Department, row.Owner)
}

func (s *Spec) mayEdit(v View, row Row) bool {
	if len(s.form) == 0 || s.editIn != nil && !slices.Contains(s.editIn, row.Status) {
		return false
	}
	return covers(s, v, access.Permission(s.Name+":edit"), row)
}

// RowOf reads what decides who may do what to a record, if the reader may see it. It returns ErrDenied or ErrMissing.
func (s *Spec) RowOf(ctx context.Context, db *sql.DB, r *Registry, v View, id uuid.UUID) (Row, error) {
	scope, ok := v.Set.Scope(s.Read)
	if !ok {
		return Row{}, ErrDenied.With(s.Label)
	}
	var fields []*Field
	for _, name := range []string{"companyId", "departmentId", "ownerId", "version", s.status} {
		if f := s.by[name]; f != nil {
			fields = append(fields, f)
		}
	}
	var q SQL
	q.WriteString("SELECT t.id")
	r.columns(&q, fields)
	s.from(&q, v, scope)
	q.WriteString(" AND t.id = ")
	q.Arg(id)
	row, found := Row{}, false
	err := database.Read(ctx, db, v.Tenant, []database.Query{{SQL: q.String(), Args: q.Args}}, func(_ int, values [][]byte) error {
		row, found = s.scopeRow(fields, values[1:]), true
		return nil
	})
	if err == nil && !found {
		return Row{}, ErrMissing
	}
	return row, err
}
