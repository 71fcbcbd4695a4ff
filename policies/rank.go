package policies

import (
	"context"
	"fmt"
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

// Outranks reports whether the actor may act for a user: in each of their postings, every role is one that companies give, or one all of
// whose grants the actor holds.
func (s *Service) Outranks(ctx context.Context, tx tenants.Tx, user uuid.UUID) (bool, error) {
	p, err := s.policyOf(ctx, tx)
	if err != nil {
		return false, err
	}
	var given []string
	if err := tx.NewSelect().TableExpr("roles").ColumnExpr("code").Where("tenant_id = ? AND given_by = ?", tx.Tenant, byCompany).Scan(ctx, &given); err != nil {
		return false, fmt.Errorf("roles that companies give: %w", err)
	}
	postings, err := tenants.PostingsOf(ctx, tx, user)
	if err != nil {
		return false, err
	}
	for _, posting := range postings {
		held, err := p.holdings(ctx, tx, user, &posting)
		if err != nil {
			return false, err
		}
		for _, h := range held {
			if slices.Contains(given, h.role) {
				continue
			}
			scope, err := p.tree.scope(h.scope, user, &posting)
			if err != nil {
				return false, err
			}
			mine, ok := tx.Actor.Set.Scope(h.permission)
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
