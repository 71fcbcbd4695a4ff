package policies

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/tenants"
)

// Holds reports whether the actor themselves may do all that a role would allow at a place: nobody gives what they do not have. It
// returns tenants.ErrNoRole.
func (s *Service) Holds(ctx context.Context, tx tenants.Tx, role string, at tenants.Posting) (bool, error) {
	if err := roleExists(ctx, tx, role); err != nil {
		return false, err
	}
	return s.holds(ctx, tx, role, at)
}

func (s *Service) holds(ctx context.Context, tx tenants.Tx, role string, at tenants.Posting) (bool, error) {
	p, err := s.policyOf(ctx, tx)
	if err != nil {
		return false, err
	}
	grants, err := p.ofRole(role, tx.Tenant)
	if err != nil {
		return false, err
	}
	for _, g := range grants {
		scope, err := p.tree.scope(g.scope, uuid.Nil, &at)
		if err != nil {
			return false, err
		}
		mine, ok := tx.Actor.Set.Scope(g.permission)
		if !ok || !p.tree.within(scope, mine) {
			return false, nil
		}
	}
	return true, nil
}

// Outranks reports whether the actor may do all that a user may, in any of their postings.
func (s *Service) Outranks(ctx context.Context, tx tenants.Tx, user uuid.UUID) (bool, error) {
	p, err := s.policyOf(ctx, tx)
	if err != nil {
		return false, err
	}
	postings, err := tenants.PostingsOf(ctx, tx, user)
	if err != nil {
		return false, err
	}
	for _, posting := range postings {
		set, err := s.Compile(ctx, tx, user, &posting)
		if err != nil {
			return false, err
		}
		for permission, scope := range set.Scopes {
			mine, ok := tx.Actor.Set.Scope(permission)
			if !ok || !p.tree.within(scope, mine) {
				return false, nil
			}
		}
	}
	return true, nil
}

// within reports whether a covers no row that b does not. One's own rows are left out: whoever holds a permission at all holds it
// for their own.
func (t *tree) within(a, b access.Scope) bool {
	if a.All || b.All {
		return b.All
	}
	inside := func(company uuid.UUID) bool { return slices.Contains(b.Companies, company) }
	for _, c := range a.Companies {
		if !inside(c) {
			return false
		}
	}
	for _, d := range a.Departments {
		if !slices.Contains(b.Departments, d) && !inside(t.units[d].company) {
			return false
		}
	}
	return true
}
