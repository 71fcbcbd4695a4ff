package tenants

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type unitInput struct {
	Body struct {
		ParentID string `json:"parentId" format:"uuid" minLength:"36" maxLength:"36"`
		Kind     string `json:"kind" enum:"region,company,department,team"`
		Code     string `json:"code" minLength:"1" maxLength:"20" pattern:"^[A-Za-z0-9]+$"`
		Name     string `json:"name" minLength:"1" maxLength:"60"`
	}
}

type unitEditInput struct {
	record.ByID
	rest.Version
	Body struct {
		Name       *string `json:"name,omitempty" minLength:"1" maxLength:"60"`
		Code       *string `json:"code,omitempty" minLength:"1" maxLength:"20" pattern:"^[A-Za-z0-9]+$"`
		StartMonth *string `json:"startMonth,omitempty" minLength:"7" maxLength:"7" pattern:"^[0-9]{4}-[0-9]{2}$" doc:"The first month of a company's books, 2026-12"`
		HeadID     *string `json:"headId,omitempty" maxLength:"36" doc:"Who stands at its head; empty: nobody"`
	}
}

type unitMoveInput struct {
	record.ByID
	rest.Version
	Body struct {
		ParentID string `json:"parentId" format:"uuid" minLength:"36" maxLength:"36"`
	}
}

type unitCloseInput struct {
	record.ByID
	rest.Version
	Body *struct {
		On clock.Day `json:"on,omitempty" doc:"The last day; absent: today"`
	}
}

type unitReopenInput struct {
	record.ByID
	rest.Version
}

// anyVersion is the version in If-Match, or 0 when there is none: what is closed or opened is not a matter of a form that grew old.
func anyVersion(v rest.Version) (int, error) {
	if v.IfMatch == "" {
		return 0, nil
	}
	return v.Want()
}

func (o *Org) unitRoutes(api *rest.API) {
	op := func(id, method, path, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/org-units" + path, Permission: "org:manage", Summary: summary}
	}
	create := op("create-unit", http.MethodPost, "", "Add an org unit")
	create.Status = http.StatusCreated
	rest.Register(api, create, func(ctx context.Context, in *unitInput) (*createdOutput, error) {
		parent, err := uuid.Parse(in.Body.ParentID)
		if err != nil {
			return nil, ErrParent.At("parentId").Because(err)
		}
		return created(o.AddUnit(ctx, ActorOf(ctx), UnitInput{parent, in.Body.Kind, in.Body.Code, in.Body.Name}))
	})
	rest.Register(api, op("edit-unit", http.MethodPatch, "/{id}", "Rename an org unit or give it another code"), func(ctx context.Context, in *unitEditInput) (*struct{}, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		return nil, o.EditUnit(ctx, ActorOf(ctx), in.Key(), version, UnitEdit{in.Body.Name, in.Body.Code, in.Body.StartMonth, in.Body.HeadID})
	})
	rest.Register(api, op("move-unit", http.MethodPost, "/{id}/move", "Put an org unit and all below it under another one"), func(ctx context.Context, in *unitMoveInput) (*struct{}, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		parent, err := uuid.Parse(in.Body.ParentID)
		if err != nil {
			return nil, ErrParent.At("parentId").Because(err)
		}
		return nil, o.MoveUnit(ctx, ActorOf(ctx), in.Key(), version, parent)
	})
	rest.Register(api, op("close-unit", http.MethodPost, "/{id}/close", "Close an org unit; its documents stay"), func(ctx context.Context, in *unitCloseInput) (*struct{}, error) {
		version, err := anyVersion(in.Version)
		if err != nil {
			return nil, err
		}
		var on clock.Day
		if in.Body != nil {
			on = in.Body.On
		}
		return nil, o.CloseUnit(ctx, ActorOf(ctx), in.Key(), version, on)
	})
	rest.Register(api, op("reopen-unit", http.MethodPost, "/{id}/reopen", "Open a closed org unit again"), func(ctx context.Context, in *unitReopenInput) (*struct{}, error) {
		version, err := anyVersion(in.Version)
		if err != nil {
			return nil, err
		}
		return nil, o.ReopenUnit(ctx, ActorOf(ctx), in.Key(), version)
	})
}
