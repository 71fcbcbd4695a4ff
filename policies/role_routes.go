package policies

import (
	"context"
	"net/http"

	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type permissionsOutput struct {
	Body struct {
		Items []PermissionInfo `json:"items"`
	}
}

type deleteRoleInput struct {
	Code string `path:"code" maxLength:"60"`
}

// roleRoutes registers making roles, and the words of the matrix.
func (s *Service) roleRoutes(api *rest.API) {
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
		func(ctx context.Context, in *deleteRoleInput) (*struct{}, error) {
			return nil, s.DeleteRole(ctx, tenants.ActorOf(ctx), in.Code)
		})
}
