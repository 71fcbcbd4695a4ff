package policies

import (
	"context"
	"net/http"
	"sort"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type explainInput struct {
	User       string `query:"user" maxLength:"36" doc:"Empty: oneself"`
	Permission string `query:"permission" required:"true" minLength:"3" maxLength:"80"`
	Kind       string `query:"kind" maxLength:"60"`
	ID         string `query:"id" maxLength:"36"`
}

var errID = fault.New(fault.Invalid, "access.id", "标识格式不对", "This is no valid id")

// RoleInfo is a role with its grants.
type RoleInfo struct {
	Code    string      `json:"code"`
	Name    fault.Text  `json:"name"`
	Shipped bool        `json:"shipped"`
	GivenBy string      `json:"givenBy" enum:"group,company" doc:"Who gives it: the group alone, or a company's administrators too"`
	MayGive bool        `json:"mayGive" doc:"Whether the reader may give it, somewhere in their company"`
	Grants  []Grant     `json:"grants"`
	Fields  []FieldRule `json:"fields"`
}

type explainOutput struct{ Body *Explanation }

// grantInWords is one of the reader's own grants.
type grantInWords struct {
	Grant
	ResourceLabel fault.Text `json:"resourceLabel"`
	Label         fault.Text `json:"label"`
}

type grantsOutput struct {
	Body struct {
		Items []grantInWords `json:"items"`
	}
}

type rolesOutput struct {
	Body struct {
		Items []RoleInfo `json:"items"`
	}
}

type setGrantsInput struct {
	ByCode
	Body struct {
		Grants []Grant `json:"grants" maxItems:"500"`
	}
}

// Routes registers the operations.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "own-grants", Method: http.MethodGet, Path: "/access/grants", Permission: rest.SignedIn, Summary: "One's own grants, by permission"},
		func(ctx context.Context, _ *struct{}) (*grantsOutput, error) {
			out := &grantsOutput{}
			out.Body.Items = []grantInWords{}
			for p, level := range tenants.ActorOf(ctx).Set.Levels {
				w, _ := wordsOf(p)
				out.Body.Items = append(out.Body.Items, grantInWords{Grant{string(p), level}, w.ResourceLabel, w.Label})
			}
			sort.Slice(out.Body.Items, func(i, j int) bool { return out.Body.Items[i].Permission < out.Body.Items[j].Permission })
			return out, nil
		})
	rest.Register(api, rest.Operation{ID: "explain-access", Method: http.MethodGet, Path: "/access/explain", Permission: rest.SignedIn, Summary: "Why a user may or may not do a thing to a record"}, s.explain)
	s.roleRoutes(api)
	rest.Register(api, rest.Operation{ID: "list-roles", Method: http.MethodGet, Path: "/roles", Permission: "role:read", Summary: "Roles and their grants"}, s.listRoles)
	rest.Register(api, rest.Operation{ID: "set-grants", Method: http.MethodPut, Path: "/roles/{code}/grants", Permission: "role:manage", Summary: "Replace what a role may do"},
		func(ctx context.Context, in *setGrantsInput) (*struct{}, error) {
			return nil, s.SetGrants(ctx, tenants.ActorOf(ctx), in.Code, in.Body.Grants)
		})
}

func (s *Service) explain(ctx context.Context, in *explainInput) (*explainOutput, error) {
	a := tenants.ActorOf(ctx)
	user, id := a.User, uuid.Nil
	var err error
	if in.User != "" {
		if user, err = uuid.Parse(in.User); err != nil {
			return nil, errID.At("user").Because(err)
		}
	}
	if in.Kind != "" {
		if id, err = uuid.Parse(in.ID); err != nil {
			return nil, errID.At("id").Because(err)
		}
	}
	e, err := s.Explain(ctx, a, user, access.Permission(in.Permission), in.Kind, id)
	return &explainOutput{e}, err
}

func (s *Service) listRoles(ctx context.Context, _ *struct{}) (*rolesOutput, error) {
	out := &rolesOutput{}
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
			info := RoleInfo{Code: r.Code, Name: fault.Text{Zh: r.NameZh, En: r.NameEn}, Shipped: r.Shipped, GivenBy: r.GivenBy, Grants: []Grant{}}
			var err error
			if info.Fields, err = fieldsOf(ctx, tx, r.Code); err != nil {
				return err
			}
			if info.MayGive, err = s.mayGive(ctx, tx, r); err != nil {
				return err
			}
			for _, g := range rules {
				if g.V0 == r.Code {
					info.Grants = append(info.Grants, Grant{g.V1, g.V2})
				}
			}
			out.Body.Items = append(out.Body.Items, info)
		}
		return nil
	})
	return out, err
}
