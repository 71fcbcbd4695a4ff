package tenants

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type newPostingInput struct {
	record.ByID
	Body struct {
		UnitID    string    `json:"unitId" format:"uuid" minLength:"36" maxLength:"36"`
		Title     string    `json:"title" minLength:"1" maxLength:"60"`
		Roles     []string  `json:"roles" minItems:"1" maxItems:"20" maxLength:"60"`
		ValidFrom clock.Day `json:"validFrom,omitempty" doc:"The first day; absent: today"`
		ValidTo   clock.Day `json:"validTo,omitempty" doc:"The last day; absent: no end"`
	}
}

type postingEditInput struct {
	record.ByID
	Body struct {
		Title   *string   `json:"title,omitempty" minLength:"1" maxLength:"60"`
		ValidTo DayChange `json:"validTo,omitempty" doc:"The last day; null: no end"`
		Roles   []string  `json:"roles,omitempty" minItems:"1" maxItems:"20" maxLength:"60" doc:"All roles that the posting has from now on"`
	}
}

type heldOutput struct {
	Body struct {
		Items []HeldPosting `json:"items"`
	}
}

func (o *Org) postingRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-postings", Method: http.MethodGet, Path: "/users/{id}/postings", Permission: UserKind.Read, Summary: "Where a user works, worked and will work"},
		func(ctx context.Context, in *record.ByID) (*heldOutput, error) {
			items, err := o.HeldPostings(ctx, ActorOf(ctx), in.Key())
			out := &heldOutput{}
			out.Body.Items = items
			return out, err
		})
	rest.Register(api, rest.Operation{ID: "create-posting", Method: http.MethodPost, Path: "/users/{id}/postings", Permission: "user:manage", Status: http.StatusCreated, Summary: "Place a user in a unit with roles"},
		func(ctx context.Context, in *newPostingInput) (*createdOutput, error) {
			b := in.Body
			unit, err := uuid.Parse(b.UnitID)
			if err != nil {
				return nil, ErrNoUnit.At("unitId").Because(err)
			}
			return created(o.AddPosting(ctx, ActorOf(ctx), PostingInput{User: in.Key(), Unit: unit, Title: b.Title, Roles: b.Roles, ValidFrom: b.ValidFrom, ValidTo: b.ValidTo}))
		})
	rest.Register(api, rest.Operation{ID: "edit-posting", Method: http.MethodPatch, Path: "/postings/{id}", Permission: "user:manage", Summary: "Change a posting's title, end or roles"},
		func(ctx context.Context, in *postingEditInput) (*struct{}, error) {
			return nil, o.EditPosting(ctx, ActorOf(ctx), in.Key(), PostingEdit{in.Body.Title, in.Body.ValidTo, in.Body.Roles})
		})
	rest.Register(api, rest.Operation{ID: "end-posting", Method: http.MethodPost, Path: "/postings/{id}/end", Permission: "user:manage", Summary: "End a posting and what its roles give"},
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, o.EndPosting(ctx, ActorOf(ctx), in.Key())
		})
}
