package tenants

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type treeInput struct {
	At clock.Day `query:"at" doc:"A day; absent: today"`
}

type treeOutput struct {
	Body struct {
		Items []PastUnit `json:"items"`
	}
}

type mergePreviewInput struct {
	record.ByID
	Into string `query:"into" required:"true" format:"uuid" minLength:"36" maxLength:"36"`
}

type mergeInput struct {
	record.ByID
	rest.Version
	Body struct {
		IntoID string `json:"intoId" format:"uuid" minLength:"36" maxLength:"36"`
	}
}

type openingOutput struct{ Body Opening }

type openingsOutput struct {
	Body struct {
		Items []Opening `json:"items"`
	}
}

// companyRoutes comes before the kinds: its fixed paths are not to be taken for ids.
func (o *Org) companyRoutes(api *rest.API) {
	op := func(id, method, path, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/org-units" + path, Permission: "org:manage", Summary: summary}
	}
	tree := op("org-tree", http.MethodGet, "/tree", "The open units as they stood on a day")
	tree.Permission = UnitKind.Read
	rest.Register(api, tree, func(ctx context.Context, in *treeInput) (*treeOutput, error) {
		out := &treeOutput{}
		var err error
		out.Body.Items, err = o.TreeAt(ctx, ActorOf(ctx), in.At)
		return out, err
	})
	rest.Register(api, op("list-openings", http.MethodGet, "/openings", "The companies that are not opened yet, and what each still needs"), func(ctx context.Context, _ *struct{}) (*openingsOutput, error) {
		out := &openingsOutput{}
		var err error
		out.Body.Items, err = o.Openings(ctx, ActorOf(ctx))
		return out, err
	})
	rest.Register(api, op("get-opening", http.MethodGet, "/{id}/opening", "What a company needs before it trades"), func(ctx context.Context, in *record.ByID) (*openingOutput, error) {
		out, err := o.Opening(ctx, ActorOf(ctx), in.Key())
		return &openingOutput{out}, err
	})
	rest.Register(api, op("open-company", http.MethodPost, "/{id}/open", "Declare a company ready to trade"), func(ctx context.Context, in *unitReopenInput) (*struct{}, error) {
		version, err := anyVersion(in.Version)
		if err != nil {
			return nil, err
		}
		return nil, o.OpenCompany(ctx, ActorOf(ctx), in.Key(), version)
	})
	rest.Register(api, op("preview-merge", http.MethodGet, "/{id}/merge", "What would move if the unit were merged into another"), func(ctx context.Context, in *mergePreviewInput) (*struct{ Body MergeAmounts }, error) {
		into, err := uuid.Parse(in.Into)
		if err != nil {
			return nil, ErrMerge.At("into").Because(err)
		}
		n, err := o.MergePreview(ctx, ActorOf(ctx), in.Key(), into)
		return &struct{ Body MergeAmounts }{n}, err
	})
	rest.Register(api, op("merge-unit", http.MethodPost, "/{id}/merge", "Merge a unit into another one, and close it"), func(ctx context.Context, in *mergeInput) (*struct{}, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		into, err := uuid.Parse(in.Body.IntoID)
		if err != nil {
			return nil, ErrMerge.At("intoId").Because(err)
		}
		return nil, o.MergeUnit(ctx, ActorOf(ctx), in.Key(), into, version)
	})
}
