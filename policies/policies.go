// Package policies says who may do what: roles and grants in Casbin, with the tenant as domain; data scopes as sets of
// companies, departments and owners; field rules. Casbin answers why; the hot path asks a map that was compiled from it.
package policies

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Service keeps and compiles policies.
type Service struct {
	db    *tenants.DB
	stale func(uuid.UUID)
	kinds *record.Registry
	cache *cache
}

// New makes the service. stale is told after every change.
func New(db *tenants.DB, kinds *record.Registry, stale func(uuid.UUID)) *Service {
	return &Service{db, stale, kinds, newCache()}
}

// Compile makes the grants of a user in a posting: those of the posting's roles and of their groups' roles. It fills the
// posting's roles.
func (s *Service) Compile(ctx context.Context, tx tenants.Tx, user uuid.UUID, p *tenants.Posting) (*access.Set, error) {
	rules, err := s.policyOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	return rules.compile(ctx, tx, user, p)
}

func (p *policy) compile(ctx context.Context, tx tenants.Tx, user uuid.UUID, posting *tenants.Posting) (*access.Set, error) {
	held, err := p.holdings(ctx, tx, user, posting)
	if err != nil {
		return nil, err
	}
	set := &access.Set{Scopes: map[access.Permission]access.Scope{}, Fields: map[string]access.Visibility{}, Levels: map[access.Permission]string{}}
	posting.Roles = []string{}
	for _, h := range held {
		scope, err := p.tree.scope(h.scope, user, posting)
		if err != nil {
			return nil, err
		}
		set.Scopes[h.permission] = set.Scopes[h.permission].Union(scope)
		if wider(h.scope, set.Levels[h.permission]) {
			set.Levels[h.permission] = h.scope
		}
		if !slices.Contains(posting.Roles, h.role) {
			posting.Roles = append(posting.Roles, h.role)
		}
	}
	return set, fieldRules(ctx, tx, posting.Roles, set)
}

// holding is one grant and where it comes from.
type holding struct {
	permission access.Permission
	scope      string
	role       string
	group      uuid.UUID // uuid.Nil: the posting itself
}

func (p *policy) holdings(ctx context.Context, tx tenants.Tx, user uuid.UUID, posting *tenants.Posting) ([]holding, error) {
	groups, err := groupsOf(ctx, tx, user)
	if err != nil {
		return nil, err
	}
	out, err := p.grants("posting:"+posting.ID.String(), tx.Tenant, uuid.Nil)
	for _, g := range groups {
		if err != nil {
			return nil, err
		}
		var through []holding
		through, err = p.grants("group:"+g.String(), tx.Tenant, g)
		out = append(out, through...)
	}
	return out, err
}

// grants returns what a subject's roles give, and the roles of those roles.
func (p *policy) grants(subject string, tenant, group uuid.UUID) ([]holding, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	domain := tenant.String()
	roles, err := p.enforcer.GetImplicitRolesForUser(subject, domain)
	if err != nil {
		return nil, fmt.Errorf("roles of %s: %w", subject, err)
	}
	var out []holding
	for _, role := range roles {
		rules, err := p.enforcer.GetFilteredPolicy(0, role, domain)
		if err != nil {
			return nil, fmt.Errorf("grants of %s: %w", role, err)
		}
		for _, r := range rules {
			out = append(out, holding{access.Permission(r[2]), r[3], role, group})
		}
	}
	return out, nil
}

// ofRole returns what a role gives, with the roles it has itself.
func (p *policy) ofRole(role string, tenant uuid.UUID) ([]holding, error) {
	out, err := p.grants(role, tenant, uuid.Nil)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	rules, err := p.enforcer.GetFilteredPolicy(0, role, tenant.String())
	if err != nil {
		return nil, fmt.Errorf("grants of %s: %w", role, err)
	}
	for _, r := range rules {
		out = append(out, holding{access.Permission(r[2]), r[3], role, uuid.Nil})
	}
	return out, nil
}

var width = map[string]int{"": 0, "self": 1, "department": 2, "units": 3, "company": 4, "subtree": 5, "group": 6}

func wider(a, b string) bool {
	return width[strings.SplitN(a, ":", 2)[0]] > width[strings.SplitN(b, ":", 2)[0]]
}

// Give gives roles to a subject. It returns tenants.ErrNoRole for a role that the tenant does not have.
func (s *Service) Give(ctx context.Context, tx tenants.Tx, subject string, roles ...string) error {
	return Give(ctx, tx, subject, roles...)
}
