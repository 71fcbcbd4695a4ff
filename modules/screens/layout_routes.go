package screens

import (
	"context"
	"net/http"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type layoutsOutput struct {
	Body struct {
		Items []PlaceVersions `json:"items"`
	}
}

type viewsOutput struct {
	Body struct {
		Items []View `json:"items"`
	}
}

type viewOutput struct{ Body *View }

func viewAnswer(v *View, err error) (*viewOutput, error) {
	if err != nil {
		return nil, err
	}
	return &viewOutput{v}, nil
}

type placeInput struct {
	KindPath
	Body Place
}

func (s *Service) layoutRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-layouts", Method: http.MethodGet, Path: "/screens/{kind}/layouts", Permission: Read, Summary: "The layouts of a kind or of the menu, their drafts and earlier versions"},
		func(ctx context.Context, in *KindPath) (*layoutsOutput, error) {
			out := &layoutsOutput{}
			var err error
			out.Body.Items, err = s.Layouts(ctx, tenants.ActorOf(ctx), in.Kind)
			return out, err
		})
	rest.Register(api, rest.Operation{ID: "save-layout-draft", Method: http.MethodPut, Path: "/screens/{kind}/draft", Permission: Edit, Summary: "Keep a layout that is being edited"},
		func(ctx context.Context, in *struct {
			KindPath
			Body Draft
		}) (*struct{}, error) {
			return nil, s.SaveDraft(ctx, tenants.ActorOf(ctx), in.Kind, in.Body)
		})
	for _, o := range []struct {
		verb, summary string
		do            func(context.Context, tenants.Actor, string, Place) error
	}{{"publish", "Make the draft the layout that counts", s.Publish}, {"undo", "Make the version before count again", s.Undo}, {"discard", "Drop the draft", s.Discard}} {
		rest.Register(api, rest.Operation{ID: o.verb + "-layout", Method: http.MethodPost, Path: "/screens/{kind}/" + o.verb, Permission: Edit, Summary: o.summary},
			func(ctx context.Context, in *placeInput) (*struct{}, error) {
				return nil, o.do(ctx, tenants.ActorOf(ctx), in.Kind, in.Body)
			})
	}
}

func (s *Service) viewRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-saved-views", Method: http.MethodGet, Path: "/saved-views", Permission: rest.SignedIn, Summary: "The lists that one keeps or that are shared with one"},
		func(ctx context.Context, in *struct {
			Kind string `query:"kind" maxLength:"60" required:"true"`
		}) (*viewsOutput, error) {
			out := &viewsOutput{}
			var err error
			out.Body.Items, err = s.Views(ctx, tenants.ActorOf(ctx), record.ViewOf(ctx), in.Kind)
			return out, err
		})
	rest.Register(api, rest.Operation{ID: "save-view", Method: http.MethodPost, Path: "/saved-views/{kind}", Permission: rest.SignedIn, Status: http.StatusCreated, Summary: "Keep a list under a name"},
		func(ctx context.Context, in *struct {
			KindPath
			Body ViewInput
		}) (*viewOutput, error) {
			return viewAnswer(s.SaveView(ctx, tenants.ActorOf(ctx), record.ViewOf(ctx), in.Kind, in.Body))
		})
	rest.Register(api, rest.Operation{ID: "edit-view", Method: http.MethodPatch, Path: "/saved-views/{id}", Permission: rest.SignedIn, Summary: "Change a list of one's own"},
		func(ctx context.Context, in *struct {
			Versioned
			Body ViewInput
		}) (*viewOutput, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			return viewAnswer(s.EditView(ctx, tenants.ActorOf(ctx), record.ViewOf(ctx), in.Key(), version, in.Body))
		})
	rest.Register(api, rest.Operation{ID: "delete-view", Method: http.MethodDelete, Path: "/saved-views/{id}", Permission: rest.SignedIn, Summary: "Delete a list of one's own"},
		func(ctx context.Context, in *Versioned) (*struct{}, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			return nil, s.DeleteView(ctx, tenants.ActorOf(ctx), in.Key(), version)
		})
}
