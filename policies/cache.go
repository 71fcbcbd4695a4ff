package policies

import (
	"context"
	"fmt"
	"sync"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"

	"forecourt/tenants"
)

// A rule p gives a role a permission with a scope; a rule g gives a posting, a user group or another role a role.
const casbinModel = `
[request_definition]
r = sub, dom, perm
[policy_definition]
p = sub, dom, perm, scope
[role_definition]
g = _, _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = g(r.sub, p.sub, r.dom) && r.dom == p.dom && r.perm == p.perm`

// keep is how many tenants' policies a process keeps: those whose people work now.
const keep = 256

// policy is one tenant's rules and tree, of one version of the tenant.
type policy struct {
	version  int64
	tree     *tree
	mu       sync.Mutex // Casbin's role manager writes while it reads
	enforcer *casbin.Enforcer
	seen     remembered
}

type cache = lru.Cache[uuid.UUID, *policy]

func newCache() *cache {
	c, err := lru.New[uuid.UUID, *policy](keep)
	if err != nil {
		panic(err) // keep is positive
	}
	return c
}

// policyOf returns the policy of tx's tenant, loaded when nobody did since the tenant's version last rose. What changes a rule raises
// the version in the same transaction, so an announcement that is lost costs nothing here. A transaction asks before it writes
// rules of its own, which nobody else may see yet.
func (s *Service) policyOf(ctx context.Context, tx tenants.Tx) (*policy, error) {
	var version int64
	if err := tx.QueryRowContext(ctx, "SELECT version FROM tenants WHERE id = ?", tx.Tenant).Scan(&version); err != nil {
		return nil, fmt.Errorf("version of tenant: %w", err)
	}
	if p, ok := s.cache.Get(tx.Tenant); ok && p.version == version {
		return p, nil
	}
	p, err := load(ctx, tx, version)
	if err == nil {
		s.cache.Add(tx.Tenant, p)
	}
	return p, err
}

// load reads the rules and the tree as tx sees them, what it wrote itself among them.
func load(ctx context.Context, tx tenants.Tx, version int64) (*policy, error) {
	m, err := model.NewModelFromString(casbinModel)
	if err != nil {
		return nil, fmt.Errorf("casbin model: %w", err)
	}
	a := &adapter{ctx, tx}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, fmt.Errorf("casbin: %w", err)
	}
	if err := a.LoadPolicy(e.GetModel()); err != nil {
		return nil, err
	}
	if err := e.BuildRoleLinks(); err != nil {
		return nil, fmt.Errorf("casbin roles: %w", err)
	}
	t, err := loadTree(ctx, tx)
	if err != nil {
		return nil, err
	}
	return &policy{version: version, tree: t, enforcer: e}, nil
}

// Stale drops what is kept of a tenant.
func (s *Service) Stale(tenant uuid.UUID) { s.cache.Remove(tenant) }
