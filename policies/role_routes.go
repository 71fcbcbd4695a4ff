package policies

import (
	"context"
	"net/http"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type permissionsOutput struct {
	Body struct {
		Items []PermissionInfo `json:"items"`
	}
}

// ByCode is the path of one role.
type ByCode struct {
	Code string `path:"code" maxLength:"60"`
}

type setFieldsInput struct {
	ByCode
	Body struct {
		Fields []FieldRule `json:"fields" maxItems:"200"`
	}
}

type fieldsOutput struct {
	Body struct {
		Items []record.ProtectedField `json:"items"`
	}
}

type roleHistoryOutput struct {
	Body struct {
		Items []RoleEvent `json:"items"`
	}
}

// fieldRoutes registers field rules, what a change would mean, and what changed.
func (s *Service) fieldRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-protected-fields", Method: http.MethodGet, Path: "/access/fields", Permission: "role:read", Summary: "All fields that rules apply to, in words"},
		func(ctx context.Context, _ *struct{}) (out *fieldsOutput, err error) {
			out = &fieldsOutput{}
			out.Body.Items, err = s.ProtectedFields(ctx, tenants.ActorOf(ctx))
			return out, err
		})
	rest.Register(api, rest.Operation{ID: "set-fields", Method: http.MethodPut, Path: "/roles/{code}/fields", Permission: "role:manage", Summary: "Replace how a role sees protected fields"},
		func(ctx context.Context, in *setFieldsInput) (*struct{}, error) {
			return nil, s.SetFields(ctx, tenants.ActorOf(ctx), in.Code, in.Body.Fields)
		})
	rest.Register(api, rest.Operation{ID: "edit-role", Method: http.MethodPatch, Path: "/roles/{code}", Permission: "role:manage", Summary: "Rename a role that the group made, or let companies give it"},
		func(ctx context.Context, in *struct {
			ByCode
			Body RoleEdit
		}) (*struct{}, error) {
			return nil, s.EditRole(ctx, tenants.ActorOf(ctx), in.Code, in.Body)
		})
	rest.Register(api, rest.Operation{ID: "preview-role", Method: http.MethodPost, Path: "/roles/{code}/preview", Permission: "role:manage", Summary: "Who would gain and lose what, if a role became this"},
		func(ctx context.Context, in *struct {
			ByCode
			Body PreviewInput
		}) (*struct{ Body *Preview }, error) {
			p, err := s.Preview(ctx, tenants.ActorOf(ctx), in.Code, in.Body)
			return &struct{ Body *Preview }{p}, err
		})
	rest.Register(api, rest.Operation{ID: "role-history", Method: http.MethodGet, Path: "/roles/{code}/history", Permission: "role:read", Summary: "What changed of a role, newest first"},
		func(ctx context.Context, in *ByCode) (*roleHistoryOutput, error) {
			items, err := s.RoleHistory(ctx, tenants.ActorOf(ctx), in.Code)
			out := &roleHistoryOutput{}
			out.Body.Items = items
			return out, err
		})
}

type operationsOutput struct {
	Body struct {
		Items []OperationInfo `json:"items"`
	}
}

// roleRoutes registers making roles, and the words of the matrix.
func (s *Service) roleRoutes(api *rest.API) {
	s.fieldRoutes(api)
	rest.Register(api, rest.Operation{ID: "list-operations", Method: http.MethodGet, Path: "/access/operations", Permission: rest.SignedIn, Summary: "What every operation is called"},
		func(context.Context, *struct{}) (*operationsOutput, error) {
			out := &operationsOutput{}
			out.Body.Items, _ = Operations(api)
			return out, nil
		})
	rest.Register(api, rest.Operation{ID: "list-permissions", Method: http.MethodGet, Path: "/access/permissions", Permission: "role:read", Summary: "All that can be granted, in words"},
		func(context.Context, *struct{}) (*permissionsOutput, error) {
			out := &permissionsOutput{}
			out.Body.Items = Permissions(api.Permissions())
			return out, nil
		})
	rest.Register(api, rest.Operation{ID: "create-role", Method: http.MethodPost, Path: "/roles", Permission: "role:manage", Status: http.StatusNoContent, Summary: "Make a role, alone or as a copy of another"},
		func(ctx context.Context, in *struct{ Body RoleInput }) (*struct{}, error) {
			return nil, s.CreateRole(ctx, tenants.ActorOf(ctx), in.Body)
		})
	rest.Register(api, rest.Operation{ID: "delete-role", Method: http.MethodDelete, Path: "/roles/{code}", Permission: "role:manage", Summary: "Delete a role that nobody has"},
		func(ctx context.Context, in *ByCode) (*struct{}, error) {
			return nil, s.DeleteRole(ctx, tenants.ActorOf(ctx), in.Code)
		})
}
