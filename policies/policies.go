// Package policies says who may do what: roles and grants in Casbin, with the tenant as domain; data scopes as sets of
// companies, departments and owners; field rules. Casbin answers why; the hot path asks a map that was compiled from it.
package policies

import (
	"context"
	"fmt"
	"strings"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// A rule p gives a role a permission with a scope; a rule g gives a posting or a user group a role.
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

// Faults of roles.
var (
	ErrScope     = fault.New(fault.Invalid, "role.scope", "数据范围不对：%s", "There is no such data scope: %s")
	ErrGrantForm = fault.New(fault.Invalid, "role.grant", "权限格式应为 资源:动作，如 contract:submit", "A permission is resource:action, such as contract:submit")
	ErrNoRole    = fault.New(fault.Missing, "role.missing", "角色不存在", "There is no such role")
	ErrLastAdmin = fault.New(fault.Conflict, "role.last_administrator", "集团管理员必须保留管理角色的权限，否则没有人能再改回来", "The group administrator keeps the right to manage roles, or nobody could ever undo this")
)

// Service keeps and compiles policies.
type Service struct {
	db    *tenants.DB
	stale func(uuid.UUID)
	kinds *record.Registry
}

// New makes the service. stale is told after every change.
func New(db *tenants.DB, kinds *record.Registry, stale func(uuid.UUID)) *Service {
	return &Service{db, stale, kinds}
}

// enforcer loads one tenant's rules into Casbin, as the transaction sees them.
func enforcer(ctx context.Context, tx tenants.Tx) (*casbin.Enforcer, error) {
	m, err := model.NewModelFromString(casbinModel)
	if err != nil {
		return nil, fmt.Errorf("casbin model: %w", err)
	}
	e, err := casbin.NewEnforcer(m, &adapter{ctx, tx})
	if err != nil {
		return nil, fmt.Errorf("load policies: %w", err)
	}
	return e, nil
}

// Compile makes the grants of a user in a posting: those of the posting's roles and of their groups' roles. It fills the
// posting's roles.
func (s *Service) Compile(ctx context.Context, tx tenants.Tx, user uuid.UUID, p *tenants.Posting) (*access.Set, error) {
	e, err := enforcer(ctx, tx)
	if err != nil {
		return nil, err
	}
	held, err := s.holdings(ctx, tx, e, user, p)
	if err != nil {
		return nil, err
	}
	t, err := loadTree(ctx, tx)
	if err != nil {
		return nil, err
	}
	set := &access.Set{Scopes: map[access.Permission]access.Scope{}, Fields: map[string]access.Visibility{}, Levels: map[access.Permission]string{}}
	roles := map[string]bool{}
	for _, h := range held {
		scope, err := t.scope(h.scope, user, p)
		if err != nil {
			return nil, err
		}
		set.Scopes[h.permission] = set.Scopes[h.permission].Union(scope)
		if wider(h.scope, set.Levels[h.permission]) {
			set.Levels[h.permission] = h.scope
		}
		if !roles[h.role] {
			roles[h.role] = true
			p.Roles = append(p.Roles, h.role)
		}
	}
	return set, fieldRules(ctx, tx, p.Roles, set)
}

// holding is one grant and the role it comes from.
type holding struct {
	permission access.Permission
	scope      string
	role       string
	through    string // "posting:…" or "group:…"
}

func (s *Service) holdings(ctx context.Context, tx tenants.Tx, e *casbin.Enforcer, user uuid.UUID, p *tenants.Posting) ([]holding, error) {
	subjects, err := groupsOf(ctx, tx, user)
	if err != nil {
		return nil, err
	}
	domain := tx.Tenant.String()
	var out []holding
	for _, subject := range append([]string{"posting:" + p.ID.String()}, subjects...) {
		roles, err := e.GetImplicitRolesForUser(subject, domain)
		if err != nil {
			return nil, fmt.Errorf("roles of %s: %w", subject, err)
		}
		for _, role := range roles {
			rules, err := e.GetFilteredPolicy(0, role, domain)
			if err != nil {
				return nil, fmt.Errorf("grants of %s: %w", role, err)
			}
			for _, r := range rules {
				out = append(out, holding{access.Permission(r[2]), r[3], role, subject})
			}
		}
	}
	return out, nil
}

var width = map[string]int{"": 0, "self": 1, "department": 2, "units": 3, "company": 4, "subtree": 5, "group": 6}

func wider(a, b string) bool {
	return width[strings.SplitN(a, ":", 2)[0]] > width[strings.SplitN(b, ":", 2)[0]]
}

// Seed gives a tenant the shipped roles. Run again, it adds what is missing.
func (s *Service) Seed(ctx context.Context, tx tenants.Tx) error { return Seed(ctx, tx) }

// Give gives roles to a subject. It returns tenants.ErrNoRole for a role that the tenant does not have.
func (s *Service) Give(ctx context.Context, tx tenants.Tx, subject string, roles ...string) error {
	return Give(ctx, tx, subject, roles...)
}

// Holds reports whether the actor holds every grant of a role at least as widely: nobody gives what they do not have.
func (s *Service) Holds(ctx context.Context, tx tenants.Tx, role string) (bool, error) {
	e, err := enforcer(ctx, tx)
	if err != nil {
		return false, err
	}
	rules, err := e.GetFilteredPolicy(0, role, tx.Tenant.String())
	if err != nil {
		return false, fmt.Errorf("grants of %s: %w", role, err)
	}
	if len(rules) == 0 {
		return false, tenants.ErrNoRole.With(role).At("roles")
	}
	for _, r := range rules {
		mine, ok := tx.Actor.Set.Levels[access.Permission(r[2])]
		if !ok || wider(r[3], mine) {
			return false, nil
		}
	}
	return true, nil
}

// Grant is a permission with its scope.
type Grant struct {
	Permission string `json:"permission" minLength:"3" maxLength:"80"`
	Scope      string `json:"scope" minLength:"1" maxLength:"400"`
}

// SetGrants replaces what a role may do. It acts at once. It returns ErrNoRole, ErrScope, ErrGrantForm or ErrLastAdmin.
func (s *Service) SetGrants(ctx context.Context, a tenants.Actor, role string, grants []Grant) error {
	if err := checkGrants(role, grants); err != nil {
		return err
	}
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if scope, err := tx.Can("role:manage"); err != nil || !scope.All {
			return rest.ErrDenied.Because(err)
		}
		if err := replaceGrants(ctx, tx, role, grants); err != nil {
			return err
		}
		if err := tenants.Bump(ctx, tx); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "role", tx.Tenant, 1, "set_grants", nil, map[string]any{"role": role, "grants": grants})
	})
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return err
}

func checkGrants(role string, grants []Grant) error {
	manages := false
	for i, g := range grants {
		resource, action, ok := strings.Cut(g.Permission, ":")
		if !ok || resource == "" || action == "" || strings.ContainsAny(g.Permission, " ,'\"") {
			return ErrGrantForm.At(fmt.Sprintf("grants[%d].permission", i))
		}
		if _, _, err := parseScope(g.Scope); err != nil {
			return ErrScope.With(g.Scope).At(fmt.Sprintf("grants[%d].scope", i))
		}
		manages = manages || g.Permission == "role:manage" && g.Scope == "group"
	}
	if role == "group_administrator" && !manages {
		return ErrLastAdmin
	}
	return nil
}
