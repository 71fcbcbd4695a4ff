package approval

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/modules/approval/engine"
	"forecourt/policies"
	"forecourt/tenants"
)

// program answers conditions over the facts of a subject's documents.
func (s *Service) program(ctx context.Context, tx tenants.Tx, m *matter) (*engine.Program, error) {
	key := programKey{tx.Tenant, tx.Version, m.name()}
	if p, ok := s.programs.Get(key); ok {
		return p, nil
	}
	facts, err := s.facts(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	p, err := engine.Compile(engine.Known{Facts: s.engineFacts(facts)})
	if err != nil {
		return nil, fmt.Errorf("facts of %s: %w", m.name(), err)
	}
	s.programs.Add(key, p)
	return p, nil
}

// known is all that a flow of a subject may name, as far as this one names it.
func (s *Service) known(ctx context.Context, tx tenants.Tx, m *matter, f *engine.Flow) (engine.Known, error) {
	k := engine.Known{Roles: map[uuid.UUID]string{}, Codes: map[string]string{}, Units: map[uuid.UUID]string{}, Groups: map[uuid.UUID]string{}, Users: map[uuid.UUID]string{}, Refs: map[string]string{}}
	facts, err := s.facts(ctx, tx, m)
	if err != nil {
		return k, err
	}
	k.Facts, k.Editable, k.Hideable = s.engineFacts(facts), m.editable(), hideable(facts)
	named := f.Mentions(k)
	rows, err := tx.QueryContext(ctx, `SELECT 'role', code, name_zh FROM roles WHERE tenant_id = ?0
		UNION ALL SELECT 'unit', id::text, name FROM org_units WHERE tenant_id = ?0 AND status = 'open' AND id = ANY (?1::uuid[])
		UNION ALL SELECT 'group', id::text, name FROM user_groups WHERE tenant_id = ?0 AND id = ANY (?2::uuid[])
		UNION ALL SELECT 'user', id::text, name FROM users WHERE tenant_id = ?0 AND status = 'active' AND id = ANY (?3::uuid[])`,
		tx.Tenant, array(named.Units), array(named.Groups), array(named.Users))
	if err != nil {
		return k, fmt.Errorf("what a flow names: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var what, key, name string
		if err := rows.Scan(&what, &key, &name); err != nil {
			return k, fmt.Errorf("what a flow names: %w", err)
		}
		id, _ := uuid.Parse(key) // a role's is its code
		switch what {
		case "role":
			k.Codes[key], k.Roles[policies.RoleID(tx.Tenant, key)] = name, name
		case "unit":
			k.Units[id] = name
		case "group":
			k.Groups[id] = name
		case "user":
			k.Users[id] = name
		}
	}
	if err := rows.Err(); err != nil {
		return k, fmt.Errorf("what a flow names: %w", err)
	}
	return k, s.targets(ctx, tx, facts, named.Refs, k.Refs)
}

// targets reads the titles of records that conditions compare with.
func (s *Service) targets(ctx context.Context, tx tenants.Tx, facts []record.Fact, refs []string, into map[string]string) error {
	if len(refs) == 0 {
		return nil
	}
	ids := slices.DeleteFunc(slices.Clone(refs), func(r string) bool { _, err := uuid.Parse(r); return err != nil })
	kinds := map[string]bool{"user": true, "org_unit": true}
	var walk func([]record.Fact)
	walk = func(list []record.Fact) {
		for _, f := range list {
			if f.RefKind != "" {
				kinds[f.RefKind] = true
			}
			walk(f.Fields)
		}
	}
	walk(facts)
	for kind := range kinds {
		target := s.registry().Kind(kind)
		if target == nil {
			continue
		}
		found, err := target.NamesOf(ctx, tx.Tx, ids)
		if err != nil {
			return err
		}
		for id, name := range found {
			into[id] = name
		}
	}
	return nil
}

func array(ids []uuid.UUID) any {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return pgdialect.Array(out)
}

// checkWhen holds the condition that chooses a flow against the subject. It returns ErrProblems at when.
func (s *Service) checkWhen(ctx context.Context, tx tenants.Tx, m *matter, when *engine.Condition) error {
	if when == nil || m == nil {
		return nil
	}
	k, err := s.known(ctx, tx, m, &engine.Flow{Lines: []engine.Line{{When: when}}})
	if err != nil {
		return err
	}
	return refusal(engine.CheckCondition(when, k), "when")
}

// refusal makes a fault of those problems that keep a flow from being published, each at its place: nodes[a1].approvers, lines[l2].when.
func refusal(problems []engine.Problem, place string) error {
	var wrong []*fault.Fault
	for _, p := range problems {
		if p.Severity != engine.SeverityError {
			continue
		}
		at := place
		switch {
		case p.Node != "":
			at = "nodes[" + p.Node + "]"
		case p.Line != "":
			at = "lines[" + p.Line + "]"
		}
		if p.Field != "" {
			if at != "" {
				at += "."
			}
			at += p.Field
		}
		if at == "" {
			at = "definition"
		}
		wrong = append(wrong, ErrProblems.With(p.Text).At(at))
	}
	return fault.Join(wrong...)
}

// Check returns what is wrong with a definition. It returns ErrSubject.
func (s *Service) Check(ctx context.Context, a tenants.Actor, kind, action string, f *engine.Flow) (problems []engine.Problem, err error) {
	m := s.matter(kind, action)
	if m == nil {
		return nil, ErrSubject.At("kind")
	}
	err = s.db.Read(ctx, a, func(tx tenants.Tx) error {
		k, err := s.known(ctx, tx, m, f)
		problems = engine.Check(f, k)
		return err
	})
	if problems == nil {
		problems = []engine.Problem{}
	}
	return problems, err
}

// Complete returns how an expression may go on at a cursor. It returns ErrSubject.
func (s *Service) Complete(ctx context.Context, a tenants.Actor, kind, action, text string, cursor int) (out []engine.Completion, err error) {
	m := s.matter(kind, action)
	if m == nil {
		return nil, ErrSubject.At("kind")
	}
	err = s.db.Read(ctx, a, func(tx tenants.Tx) error {
		facts, err := s.facts(ctx, tx, m)
		out = engine.Completions(engine.Known{Facts: s.engineFacts(facts)}, text, cursor)
		return err
	})
	if out == nil {
		out = []engine.Completion{}
	}
	return out, err
}
