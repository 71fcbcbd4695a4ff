package policies

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/tenants"
)

type unit struct {
	id, parent, company uuid.UUID
	kind, name          string
}

// tree is a tenant's org units.
type tree struct {
	units    map[uuid.UUID]unit
	children map[uuid.UUID][]uuid.UUID
	merged   map[uuid.UUID][]uuid.UUID // companies, by the one that they were merged into
}

func loadTree(ctx context.Context, tx tenants.Tx) (*tree, error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, parent_id, company_id, kind, name, merged_into FROM org_units WHERE tenant_id = ?", tx.Tenant)
	if err != nil {
		return nil, fmt.Errorf("read org tree: %w", err)
	}
	defer func() { _ = rows.Close() }()
	t := &tree{map[uuid.UUID]unit{}, map[uuid.UUID][]uuid.UUID{}, map[uuid.UUID][]uuid.UUID{}}
	for rows.Next() {
		var u unit
		var parent, company, into uuid.NullUUID
		if err := rows.Scan(&u.id, &parent, &company, &u.kind, &u.name, &into); err != nil {
			return nil, fmt.Errorf("read org tree: %w", err)
		}
		u.parent, u.company = parent.UUID, company.UUID
		t.units[u.id] = u
		if into.Valid && u.kind == "company" {
			t.merged[into.UUID] = append(t.merged[into.UUID], u.id)
		}
		t.children[u.parent] = append(t.children[u.parent], u.id)
	}
	return t, rows.Err()
}

// below visits a unit and everything under it.
func (t *tree) below(from uuid.UUID, visit func(unit)) {
	if u, ok := t.units[from]; ok {
		visit(u)
		for _, c := range t.children[from] {
			t.below(c, visit)
		}
	}
}

// company returns a company and those that were merged into it: their documents are its business now.
func (t *tree) company(id uuid.UUID) []uuid.UUID {
	all := []uuid.UUID{id}
	for i := 0; i < len(all); i++ {
		for _, m := range t.merged[all[i]] {
			if !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}

// parseScope reads "self", "department", "company", "subtree", "group" or "units:<id>,<id>".
func parseScope(s string) (level string, units []uuid.UUID, err error) {
	level, list, named := strings.Cut(s, ":")
	if named != (level == "units") || width[level] == 0 {
		return "", nil, fmt.Errorf("data scope %q: want self, department, company, subtree, group or units:<ids>", s)
	}
	if !named {
		return level, nil, nil
	}
	for _, text := range strings.Split(list, ",") {
		u, err := uuid.Parse(text)
		if err != nil {
			return "", nil, fmt.Errorf("data scope %q: %w", s, err)
		}
		units = append(units, u)
	}
	return level, units, nil
}

// scope turns a grant's scope into rows, for a user in a posting. Above all companies, "company" covers none: whoever is there is
// given subtree or group.
func (t *tree) scope(text string, user uuid.UUID, p *tenants.Posting) (access.Scope, error) {
	level, units, err := parseScope(text)
	if err != nil {
		return access.Scope{}, err
	}
	switch level {
	case "group":
		return access.Scope{All: true}, nil
	case "subtree":
		return t.covering(user, p.Unit), nil
	case "units":
		return t.covering(user, units...), nil
	case "company":
		if p.Company == uuid.Nil {
			return access.Scope{Owner: user}, nil
		}
		return access.Scope{Companies: t.company(p.Company), Owner: user}, nil
	case "department":
		if p.Department == uuid.Nil {
			return access.Scope{Owner: user}, nil
		}
		return access.Scope{Departments: []uuid.UUID{p.Department}, Owner: user}, nil
	}
	return access.Scope{Owner: user}, nil
}

// covering returns the companies at or below units, the departments that are named without their company, and what is one's own.
func (t *tree) covering(user uuid.UUID, units ...uuid.UUID) access.Scope {
	s := access.Scope{Owner: user}
	for _, from := range units {
		t.below(from, func(u unit) {
			switch {
			case u.kind == "company":
				for _, c := range t.company(u.id) {
					if !slices.Contains(s.Companies, c) {
						s.Companies = append(s.Companies, c)
					}
				}
			case u.kind == "department" && !slices.Contains(s.Companies, u.company) && !slices.Contains(s.Departments, u.id):
				s.Departments = append(s.Departments, u.id)
			}
		})
	}
	return s
}
