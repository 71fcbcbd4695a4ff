package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
)

// Event is one line of a record's history.
type Event struct {
	At        time.Time  `json:"at"`
	By        string     `json:"by" doc:"The person's name; empty for a worker"`
	Token     string     `json:"token,omitempty" doc:"The API token by whose means they did it"`
	Address   string     `json:"address" doc:"Where the person sat; empty for a reader without history:read"`
	Operation string     `json:"operation"`
	Action    fault.Text `json:"action"`
	Version   int        `json:"version"`
	Changes   []Change   `json:"changes"`
}

// Change is one field before and after, as the reader may see it.
type Change struct {
	Field string          `json:"field"`
	Label fault.Text      `json:"label"`
	Was   json.RawMessage `json:"was,omitempty"`
	Now   json.RawMessage `json:"now,omitempty"`
}

const historyCap = 200

// ReadHistory is the permission to see from which address something was done; what was done, whoever sees the record reads.
const ReadHistory access.Permission = "history:read"

// History reads what happened to a record, newest first. Whoever may see the record sees its history, through the same masks.
func (s *Spec) History(ctx context.Context, db *sql.DB, r *Registry, v View, id uuid.UUID) ([]Event, error) {
	s, err := r.Mine(ctx, db, v, s)
	if err != nil {
		return nil, err
	}
	exists, err := s.visible(v, id)
	if err != nil {
		return nil, err
	}
	var q SQL
	q.WriteString("SELECT h.at, u.name, h.address, h.operation, h.action, h.version, h.was, h.now, k.name FROM history h LEFT JOIN users u ON u.tenant_id = h.tenant_id AND u.id = h.user_id LEFT JOIN api_tokens k ON k.tenant_id = h.tenant_id AND k.id = h.session_id WHERE h.tenant_id = ")
	q.Arg(v.Tenant)
	q.WriteString(" AND h.kind = ")
	q.Arg(s.Name)
	q.WriteString(" AND h.record_id = ")
	q.Arg(id)
	q.WriteString(" ORDER BY h.at DESC, h.version DESC LIMIT ")
	q.Arg(historyCap)
	_, addresses := v.Set.Scope(ReadHistory)
	found := false
	events := []Event{}
	targets := titles{}
	err = database.Read(ctx, db, v.Tenant, []database.Query{exists, {SQL: q.String(), Args: q.Args}}, func(i int, row [][]byte) error {
		if i == 0 {
			found = true
			return nil
		}
		e := Event{By: string(row[1]), Token: string(row[8]), Address: string(row[2]), Operation: string(row[3]), Action: s.actionLabel(string(row[4]))}
		if !addresses {
			e.Address = ""
		}
		if err := json.Unmarshal(appendTime(nil, row[0]), &e.At); err != nil {
			return err
		}
		if err := json.Unmarshal(row[5], &e.Version); err != nil {
			return err
		}
		e.Changes, err = s.changes(v, row[6], row[7], targets)
		events = append(events, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, ErrMissing
	}
	if err := r.name(ctx, db, v, targets); err != nil {
		return nil, err
	}
	for _, e := range events {
		s.retitle(e.Changes, targets)
	}
	return events, nil
}

// visible is the query that answers one row when the reader may see the record.
func (s *Spec) visible(v View, id uuid.UUID) (database.Query, error) {
	scope, ok := v.Set.Scope(s.Read)
	if !ok {
		return database.Query{}, ErrDenied.With(s.Label)
	}
	var q SQL
	q.WriteString("SELECT 1")
	s.from(&q, v, scope)
	q.WriteString(" AND t.id = ")
	q.Arg(id)
	return database.Query{SQL: q.String(), Args: q.Args}, nil
}

// Visible returns ErrMissing or ErrDenied unless the reader may see the record.
func (s *Spec) Visible(ctx context.Context, db *sql.DB, v View, id uuid.UUID) error {
	q, err := s.visible(v, id)
	if err != nil {
		return err
	}
	found := false
	err = database.Read(ctx, db, v.Tenant, []database.Query{q}, func(int, [][]byte) error { found = true; return nil })
	if err == nil && !found {
		return ErrMissing
	}
	return err
}

func (s *Spec) changes(v View, was, now []byte, targets titles) ([]Change, error) {
	var before, after map[string]json.RawMessage
	if err := json.Unmarshal(was, &before); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(now, &after); err != nil {
		return nil, err
	}
	out := []Change{}
	for _, f := range s.Fields {
		b, hadBefore := before[f.Name]
		a, hasAfter := after[f.Name]
		see := v.See(f)
		if !hadBefore && !hasAfter || v.unseen(f) {
			continue
		}
		if f.Personal && see == access.Masked {
			b, a = f.maskJSON(b), f.maskJSON(a)
		}
		if f.Type == Ref {
			targets.want(f.RefKind, b, a)
		}
		out = append(out, Change{f.Name, f.Label, b, a})
	}
	for _, p := range s.parts {
		if b, a := before[p.Name], after[p.Name]; b != nil || a != nil {
			out = append(out, Change{p.Name, p.Label, p.mask(v, b), p.mask(v, a)})
		}
	}
	return out, nil
}

// mask takes what the reader may not see out of the lines that a history holds.
func (p Part) mask(v View, raw json.RawMessage) json.RawMessage {
	var lines []map[string]json.RawMessage
	if raw == nil || json.Unmarshal(raw, &lines) != nil {
		return nil
	}
	for _, l := range lines {
		for name, value := range l {
			switch f := p.spec.by[name]; {
			case f == nil || v.See(f) == access.Hidden:
				delete(l, name)
			case f.Personal && v.See(f) == access.Masked:
				l[name] = f.maskJSON(value)
			}
		}
	}
	b, err := json.Marshal(lines)
	if err != nil {
		return nil
	}
	return b
}

func (f *Field) maskJSON(raw json.RawMessage) json.RawMessage {
	var s string
	if raw == nil || json.Unmarshal(raw, &s) != nil {
		return nil
	}
	return quote(nil, f.mask(s))
}

// titles collects the ids that a history shows, by kind, and then their titles.
type titles map[string]map[string]string

func (t titles) want(kind string, values ...json.RawMessage) {
	for _, raw := range values {
		var id string
		if raw == nil || json.Unmarshal(raw, &id) != nil || len(id) != 36 {
			continue
		}
		if t[kind] == nil {
			t[kind] = map[string]string{}
		}
		t[kind][id] = ""
	}
}

// name reads the titles of the targets.
func (r *Registry) name(ctx context.Context, db *sql.DB, v View, targets titles) error {
	var queries []database.Query
	var kinds []string
	for kind, ids := range targets {
		target := r.by[kind]
		list := make([]string, 0, len(ids))
		for id := range ids {
			list = append(list, id)
		}
		slices.Sort(list)
		var q SQL
		q.WriteString("SELECT t.id, t." + target.by[target.title].column + " FROM " + target.table + " t WHERE t.tenant_id = ")
		q.Arg(v.Tenant)
		q.WriteString(" AND t.id = ANY(")
		q.Arg(list)
		q.WriteByte(')')
		queries, kinds = append(queries, database.Query{SQL: q.String(), Args: q.Args}), append(kinds, kind)
	}
	if len(queries) == 0 {
		return nil
	}
	return database.Read(ctx, db, v.Tenant, queries, func(i int, row [][]byte) error {
		targets[kinds[i]][string(row[0])] = string(row[1])
		return nil
	})
}

// retitle replaces the ids of references by the titles of their targets.
func (s *Spec) retitle(changes []Change, targets titles) {
	title := func(f *Field, raw json.RawMessage) json.RawMessage {
		var id string
		if raw == nil || json.Unmarshal(raw, &id) != nil {
			return raw
		}
		return quote(nil, targets[f.RefKind][id])
	}
	for i := range changes {
		c := &changes[i]
		if f := s.by[c.Field]; f != nil && f.Type == Ref {
			c.Was, c.Now = title(f, c.Was), title(f, c.Now)
		}
	}
}
