package policies

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"sort"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Reason is one grant that speaks for an answer: through which posting or group, by which role, with which scope.
type Reason struct {
	Role    fault.Text `json:"role"`
	Posting string     `json:"posting"`
	Scope   string     `json:"scope"`
	Covers  bool       `json:"covers" doc:"Whether the scope covers the record"`
	Text    fault.Text `json:"text"`
}

// Explanation is the answer and its reasons; without any, no role gives the permission.
type Explanation struct {
	Allowed bool     `json:"allowed"`
	Reasons []Reason `json:"reasons"`
}

var scopeWords = map[string]fault.Text{"self": {Zh: "本人", En: "own records"}, "department": {Zh: "本部门", En: "the department"}, "company": {Zh: "本公司", En: "the company"},
	"subtree": {Zh: "本级及下级", En: "the unit and all below it"}, "group": {Zh: "全集团", En: "the whole group"}, "units": {Zh: "指定组织", En: "named units"}}

// Explain says why a user may or may not use a permission on a record (kind "" for any record), over all of their postings. Only
// a record that the asker may read is explained.
func (s *Service) Explain(ctx context.Context, a tenants.Actor, user uuid.UUID, p access.Permission, kind string, id uuid.UUID) (*Explanation, error) {
	out := &Explanation{Reasons: []Reason{}}
	var row record.Row
	if kind != "" {
		k := s.kinds.Kind(kind)
		if k == nil {
			return nil, record.ErrMissing
		}
		var err error
		if row, err = k.RowOf(ctx, s.db.Pool(), s.kinds, a.View("zh"), id); err != nil {
			return nil, err
		}
	}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		e, err := enforcer(ctx, tx)
		if err != nil {
			return err
		}
		t, err := loadTree(ctx, tx)
		if err != nil {
			return err
		}
		postings, err := tenants.PostingsOf(ctx, tx, user)
		if err != nil {
			return err
		}
		for _, posting := range postings {
			held, err := s.holdings(ctx, tx, e, user, &posting)
			if err != nil {
				return err
			}
			for _, h := range held {
				if h.permission != p {
					continue
				}
				scope, err := t.scope(h.scope, user, &posting)
				if err != nil {
					return err
				}
				r := Reason{Posting: posting.UnitName + " " + posting.Title, Scope: h.scope, Covers: kind == "" || scope.Covers(row.Company, row.Department, row.Owner)}
				if r.Role, err = roleName(ctx, tx, h.role); err != nil {
					return err
				}
				level, _, _ := parseScope(h.scope)
				w := scopeWords[level]
				r.Text = fault.Text{Zh: fmt.Sprintf("角色「%s」给予%s范围", r.Role.Zh, w.Zh), En: fmt.Sprintf("Role %q gives it for %s", r.Role.En, w.En)}
				out.Allowed = out.Allowed || r.Covers
				out.Reasons = append(out.Reasons, r)
			}
		}
		return nil
	})
	return out, err
}

func roleName(ctx context.Context, tx tenants.Tx, code string) (t fault.Text, err error) {
	err = tx.QueryRowContext(ctx, "SELECT name_zh, name_en FROM roles WHERE tenant_id = ? AND code = ?", tx.Tenant, code).Scan(&t.Zh, &t.En)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Text{Zh: code, En: code}, nil
	}
	return t, err
}

type explainInput struct {
	User       string `query:"user" maxLength:"36" doc:"Empty: oneself"`
	Permission string `query:"permission" required:"true" minLength:"3" maxLength:"80"`
	Kind       string `query:"kind" maxLength:"60"`
	ID         string `query:"id" maxLength:"36"`
}

var errID = fault.New(fault.Invalid, "access.id", "标识格式不对", "This is no valid id")

// RoleInfo is a role with its grants.
type RoleInfo struct {
	Code    string     `json:"code"`
	Name    fault.Text `json:"name"`
	Shipped bool       `json:"shipped"`
	Grants  []Grant    `json:"grants"`
}

// Routes registers the operations.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "own-grants", Method: http.MethodGet, Path: "/access/grants", Permission: rest.SignedIn, Summary: "One's own grants, by permission"},
		func(ctx context.Context, _ *struct{}) (*struct {
			Body struct {
				Items []Grant `json:"items"`
			}
		}, error) {
			var out struct {
				Body struct {
					Items []Grant `json:"items"`
				}
			}
			out.Body.Items = []Grant{}
			for p, level := range tenants.ActorOf(ctx).Set.Levels {
				out.Body.Items = append(out.Body.Items, Grant{string(p), level})
			}
			sort.Slice(out.Body.Items, func(i, j int) bool { return out.Body.Items[i].Permission < out.Body.Items[j].Permission })
			return &out, nil
		})
	rest.Register(api, rest.Operation{ID: "explain-access", Method: http.MethodGet, Path: "/access/explain", Permission: rest.SignedIn, Summary: "Why a user may or may not do a thing to a record"}, s.explain)
	rest.Register(api, rest.Operation{ID: "list-roles", Method: http.MethodGet, Path: "/roles", Permission: "role:read", Summary: "Roles and their grants"}, s.listRoles)
	rest.Register(api, rest.Operation{ID: "set-grants", Method: http.MethodPut, Path: "/roles/{code}/grants", Permission: "role:manage", Summary: "Replace what a role may do"},
		func(ctx context.Context, in *struct {
			Code string `path:"code" maxLength:"60"`
			Body struct {
				Grants []Grant `json:"grants" maxItems:"500"`
			}
		}) (*struct{}, error) {
			return nil, s.SetGrants(ctx, tenants.ActorOf(ctx), in.Code, in.Body.Grants)
		})
}

func (s *Service) explain(ctx context.Context, in *explainInput) (*struct{ Body *Explanation }, error) {
	a := tenants.ActorOf(ctx)
	user, id := a.User, uuid.Nil
	var err error
	if in.User != "" {
		if user, err = uuid.Parse(in.User); err != nil {
			return nil, errID.At("user").Because(err)
		}
	}
	if user != a.User {
		if _, err := a.Can("role:read"); err != nil {
			return nil, err
		}
	}
	if in.Kind != "" {
		if id, err = uuid.Parse(in.ID); err != nil {
			return nil, errID.At("id").Because(err)
		}
	}
	e, err := s.Explain(ctx, a, user, access.Permission(in.Permission), in.Kind, id)
	return &struct{ Body *Explanation }{e}, err
}

func (s *Service) listRoles(ctx context.Context, _ *struct{}) (*struct {
	Body struct {
		Items []RoleInfo `json:"items"`
	}
}, error) {
	var out struct {
		Body struct {
			Items []RoleInfo `json:"items"`
		}
	}
	out.Body.Items = []RoleInfo{}
	err := s.db.Read(ctx, tenants.ActorOf(ctx), func(tx tenants.Tx) error {
		var roles []roleRow
		if err := tx.NewSelect().Model(&roles).Where("tenant_id = ?", tx.Tenant).Order("code").Scan(ctx); err != nil {
			return err
		}
		var rules []ruleRow
		if err := tx.NewSelect().Model(&rules).Where("tenant_id = ? AND ptype = 'p'", tx.Tenant).Order("v1").Scan(ctx); err != nil {
			return err
		}
		for _, r := range roles {
			info := RoleInfo{r.Code, fault.Text{Zh: r.NameZh, En: r.NameEn}, r.Shipped, []Grant{}}
			for _, g := range rules {
				if g.V0 == r.Code {
					info.Grants = append(info.Grants, Grant{g.V1, g.V2})
				}
			}
			out.Body.Items = append(out.Body.Items, info)
		}
		return nil
	})
	return &out, err
}
