package tenants

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type groupInput struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"60"`
	}
}

type memberInput struct {
	record.ByID
	Body struct {
		UserID uuid.UUID `json:"userId" format:"uuid"`
	}
}

type memberPath struct {
	record.ByID
	User string `path:"user" format:"uuid" minLength:"36" maxLength:"36"`
}

type groupRoleInput struct {
	record.ByID
	Body struct {
		Role string `json:"role" minLength:"1" maxLength:"60"`
	}
}

type groupRolePath struct {
	record.ByID
	Role string `path:"role" minLength:"1" maxLength:"60"`
}

type renameGroupInput struct {
	record.ByID
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"60"`
	}
}

type groupsOutput struct {
	Body struct {
		Items []Group `json:"items"`
	}
}

func (o *Org) groupRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-user-groups", Method: http.MethodGet, Path: "/user-groups", Permission: "user_group:read", Summary: "User groups, their members and roles"},
		func(ctx context.Context, _ *struct{}) (*groupsOutput, error) {
			groups, err := o.Groups(ctx, ActorOf(ctx))
			out := &groupsOutput{}
			out.Body.Items = groups
			return out, err
		})
	rest.Register(api, rest.Operation{ID: "create-user-group", Method: http.MethodPost, Path: "/user-groups", Permission: "user_group:manage", Status: 201, Summary: "Add a user group"},
		func(ctx context.Context, in *groupInput) (*createdOutput, error) {
			return created(o.AddGroup(ctx, ActorOf(ctx), in.Body.Name))
		})
	rest.Register(api, rest.Operation{ID: "add-member", Method: http.MethodPost, Path: "/user-groups/{id}/members", Permission: "user_group:manage", Summary: "Put a user into a group"},
		func(ctx context.Context, in *memberInput) (*struct{}, error) {
			return nil, o.AddMember(ctx, ActorOf(ctx), in.Key(), in.Body.UserID)
		})
	rest.Register(api, rest.Operation{ID: "remove-member", Method: http.MethodDelete, Path: "/user-groups/{id}/members/{user}", Permission: "user_group:manage", Summary: "Take a user out of a group"},
		func(ctx context.Context, in *memberPath) (*struct{}, error) {
			user, err := uuid.Parse(in.User)
			if err != nil {
				return nil, ErrNoUser.Because(err)
			}
			return nil, o.RemoveMember(ctx, ActorOf(ctx), in.Key(), user)
		})
	rest.Register(api, rest.Operation{ID: "give-role-to-group", Method: http.MethodPost, Path: "/user-groups/{id}/roles", Permission: "user_group:manage", Summary: "Give a role to all members of a group"},
		func(ctx context.Context, in *groupRoleInput) (*struct{}, error) {
			return nil, o.GiveGroup(ctx, ActorOf(ctx), in.Key(), in.Body.Role)
		})
	rest.Register(api, rest.Operation{ID: "take-role-from-group", Method: http.MethodDelete, Path: "/user-groups/{id}/roles/{role}", Permission: "user_group:manage", Summary: "Take a role from all members of a group"},
		func(ctx context.Context, in *groupRolePath) (*struct{}, error) {
			return nil, o.TakeGroup(ctx, ActorOf(ctx), in.Key(), in.Role)
		})
	rest.Register(api, rest.Operation{ID: "edit-user-group", Method: http.MethodPatch, Path: "/user-groups/{id}", Permission: "user_group:manage", Summary: "Give a user group another name"},
		func(ctx context.Context, in *renameGroupInput) (*struct{}, error) {
			return nil, o.RenameGroup(ctx, ActorOf(ctx), in.Key(), in.Body.Name)
		})
	rest.Register(api, rest.Operation{ID: "delete-user-group", Method: http.MethodDelete, Path: "/user-groups/{id}", Permission: "user_group:manage", Summary: "Delete a user group that has neither members nor roles"},
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, o.DeleteGroup(ctx, ActorOf(ctx), in.Key())
		})
}
