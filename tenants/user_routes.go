package tenants

import (
	"context"
	"net/http"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type userInput struct {
	Body struct {
		Login      string    `json:"login" minLength:"3" maxLength:"40"`
		Name       string    `json:"name" minLength:"1" maxLength:"60"`
		Password   string    `json:"password" minLength:"8" maxLength:"200"`
		Mobile     string    `json:"mobile,omitempty" maxLength:"11"`
		Email      string    `json:"email,omitempty" maxLength:"100"`
		ValidTo    clock.Day `json:"validTo,omitempty" doc:"The last day on which they may sign in; absent: no end"`
		MustChange *bool     `json:"mustChange,omitempty" doc:"Whether the first sign-in changes the password; absent: yes"`
	}
}

type userEditInput struct {
	record.ByID
	rest.Version
	Body struct {
		Name    *string   `json:"name,omitempty" minLength:"1" maxLength:"60"`
		Mobile  *string   `json:"mobile,omitempty" maxLength:"11" doc:"Empty: none"`
		Email   *string   `json:"email,omitempty" maxLength:"100" doc:"Empty: none"`
		ValidTo DayChange `json:"validTo,omitempty" doc:"The last day on which they may sign in; null: no end"`
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

func (o *Org) userRoutes(api *rest.API) {
	op := func(id, method, path, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/users" + path, Permission: "user:manage", Summary: summary}
	}
	create := op("create-user", http.MethodPost, "", "Add a user")
	create.Status, create.Personal = http.StatusCreated, true // it sets a password
	rest.Register(api, create, func(ctx context.Context, in *userInput) (*createdOutput, error) {
		b := in.Body
		return created(o.AddUser(ctx, ActorOf(ctx), UserInput{Login: b.Login, Name: b.Name, Password: b.Password, Mobile: b.Mobile, Email: b.Email, ValidTo: b.ValidTo, MustChange: b.MustChange == nil || *b.MustChange}))
	})
	rest.Register(api, op("edit-user", http.MethodPatch, "/{id}", "Change what is known of a user"), func(ctx context.Context, in *userEditInput) (*struct{}, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		return nil, o.EditUser(ctx, ActorOf(ctx), in.Key(), version, UserEdit{in.Body.Name, in.Body.Mobile, in.Body.Email, in.Body.ValidTo})
	})
	rest.Register(api, op("disable-user", http.MethodPost, "/{id}/disable", "End a user's access"), func(ctx context.Context, in *record.ByID) (*struct{}, error) {
		return nil, o.DisableUser(ctx, ActorOf(ctx), in.Key())
	})
	rest.Register(api, op("enable-user", http.MethodPost, "/{id}/enable", "Let a disabled user sign in again"), func(ctx context.Context, in *record.ByID) (*struct{}, error) {
		return nil, o.EnableUser(ctx, ActorOf(ctx), in.Key())
	})
	rest.Register(api, op("unlock-user", http.MethodPost, "/{id}/unlock", "End the lock that wrong passwords put on an account"), func(ctx context.Context, in *record.ByID) (*struct{}, error) {
		return nil, o.UnlockUser(ctx, ActorOf(ctx), in.Key())
	})
	set := op("set-password", http.MethodPost, "/{id}/password", "Give a user a new password, good for one sign-in, which changes it")
	set.Personal = true
	rest.Register(api, set, func(ctx context.Context, in *passwordInput) (*struct{}, error) {
		if in.Key() == ActorOf(ctx).User { // one's own takes the current one
			return nil, ErrCurrent.At("current")
		}
		return nil, o.SetPassword(ctx, ActorOf(ctx), PasswordInput{User: in.Key(), Password: in.Body.Password})
	})
	rest.Register(api, rest.Operation{ID: "set-own-password", Method: http.MethodPut, Path: "/session/password", Permission: rest.SignedIn, Personal: true, Errors: []int{429}, Summary: "Change one's own password"},
		func(ctx context.Context, in *ownPasswordInput) (*struct{}, error) {
			a := ActorOf(ctx)
			return nil, o.SetPassword(ctx, a, PasswordInput{a.User, in.Body.Current, in.Body.Password})
		})
}
