package tenants

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type createdOutput struct {
	Body struct {
		ID uuid.UUID `json:"id"`
	}
}

func created(id uuid.UUID, err error) (*createdOutput, error) {
	out := &createdOutput{}
	out.Body.ID = id
	return out, err
}

type unitInput struct {
	Body struct {
		ParentID string `json:"parentId" format:"uuid" minLength:"36" maxLength:"36"`
		Kind     string `json:"kind" enum:"region,company,department,team"`
		Code     string `json:"code" minLength:"1" maxLength:"20" pattern:"^[A-Za-z0-9]+$"`
		Name     string `json:"name" minLength:"1" maxLength:"60"`
	}
}

type userInput struct {
	Body struct {
		Login    string `json:"login" minLength:"3" maxLength:"40"`
		Name     string `json:"name" minLength:"1" maxLength:"60"`
		Password string `json:"password" minLength:"8" maxLength:"200"`
	}
}

type newPostingInput struct {
	record.ByID
	Body struct {
		UnitID string   `json:"unitId" format:"uuid" minLength:"36" maxLength:"36"`
		Title  string   `json:"title" minLength:"1" maxLength:"60"`
		Roles  []string `json:"roles" minItems:"1" maxItems:"20"`
	}
}

type ownPasswordInput struct {
	Body struct {
		Current  string `json:"current" minLength:"1" maxLength:"200"`
		Password string `json:"password" minLength:"8" maxLength:"200"`
	}
}

type passwordInput struct {
	record.ByID
	Body struct {
		Password string `json:"password" minLength:"8" maxLength:"200"`
	}
}

// Routes registers building the organisation.
func (o *Org) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "create-unit", Method: http.MethodPost, Path: "/org-units", Permission: "org:manage", Status: 201, Summary: "Add an org unit"},
		func(ctx context.Context, in *unitInput) (*createdOutput, error) {
			parent, err := uuid.Parse(in.Body.ParentID)
			if err != nil {
				return nil, ErrParent.At("parentId").Because(err)
			}
			return created(o.AddUnit(ctx, ActorOf(ctx), UnitInput{parent, in.Body.Kind, in.Body.Code, in.Body.Name}))
		})
	rest.Register(api, rest.Operation{ID: "create-user", Method: http.MethodPost, Path: "/users", Permission: "user:manage", Status: 201, Summary: "Add a user"},
		func(ctx context.Context, in *userInput) (*createdOutput, error) {
			return created(o.AddUser(ctx, ActorOf(ctx), UserInput{in.Body.Login, in.Body.Name, in.Body.Password}))
		})
	rest.Register(api, rest.Operation{ID: "create-posting", Method: http.MethodPost, Path: "/users/{id}/postings", Permission: "user:manage", Status: 201, Summary: "Place a user in a unit with roles"},
		func(ctx context.Context, in *newPostingInput) (*createdOutput, error) {
			unit, err := uuid.Parse(in.Body.UnitID)
			if err != nil {
				return nil, ErrParent.At("unitId").Because(err)
			}
			return created(o.AddPosting(ctx, ActorOf(ctx), PostingInput{in.Key(), unit, in.Body.Title, in.Body.Roles}))
		})
	rest.Register(api, rest.Operation{ID: "disable-user", Method: http.MethodPost, Path: "/users/{id}/disable", Permission: "user:manage", Summary: "End a user's access"},
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, o.DisableUser(ctx, ActorOf(ctx), in.Key())
		})
	rest.Register(api, rest.Operation{ID: "end-posting", Method: http.MethodPost, Path: "/postings/{id}/end", Permission: "user:manage", Summary: "End a posting and what its roles give"},
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, o.EndPosting(ctx, ActorOf(ctx), in.Key())
		})
	rest.Register(api, rest.Operation{ID: "set-password", Method: http.MethodPost, Path: "/users/{id}/password", Permission: "user:manage", Summary: "Give a user a new password"},
		func(ctx context.Context, in *passwordInput) (*struct{}, error) {
			if in.Key() == ActorOf(ctx).User { // one's own takes the current one
				return nil, ErrCurrent.At("current")
			}
			return nil, o.SetPassword(ctx, ActorOf(ctx), PasswordInput{User: in.Key(), Password: in.Body.Password})
		})
	rest.Register(api, rest.Operation{ID: "set-own-password", Method: http.MethodPut, Path: "/session/password", Permission: rest.SignedIn, Summary: "Change one's own password"},
		func(ctx context.Context, in *ownPasswordInput) (*struct{}, error) {
			a := ActorOf(ctx)
			return nil, o.SetPassword(ctx, a, PasswordInput{a.User, in.Body.Current, in.Body.Password})
		})
	o.groupRoutes(api)
	rest.Register(api, rest.Operation{ID: "move-demo-clock", Method: http.MethodPost, Path: "/demo/clock", Permission: "demo:clock", Summary: "Move a demo tenant's clock on"}, o.moveClock)
}
