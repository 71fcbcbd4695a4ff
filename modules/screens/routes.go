package screens

import (
	"context"
	"net/http"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// KindPath is the path of a kind.
type KindPath struct {
	Kind string `path:"kind" maxLength:"60"`
}

type fieldsOutput struct{ Body *Fields }

type fieldOutput struct{ Body *Field }

func fieldAnswer(f *Field, err error) (*fieldOutput, error) {
	if err != nil {
		return nil, err
	}
	return &fieldOutput{f}, nil
}

// Versioned is a record of this version.
type Versioned struct {
	record.ByID
	rest.Version
}

// Routes registers the operations.
func (s *Service) Routes(api *rest.API) {
	s.layoutRoutes(api)
	s.printRoutes(api)
	s.viewRoutes(api)
	s.menuRoutes(api)
	rest.Register(api, rest.Operation{ID: "list-own-fields", Method: http.MethodGet, Path: "/screens/{kind}/fields", Permission: Read, Summary: "The fields that the group added to a kind"},
		func(ctx context.Context, in *KindPath) (*fieldsOutput, error) {
			list, err := s.Fields(ctx, tenants.ActorOf(ctx), in.Kind)
			return &fieldsOutput{list}, err
		})
	rest.Register(api, rest.Operation{ID: "add-own-field", Method: http.MethodPost, Path: "/screens/{kind}/fields", Permission: Edit, Status: http.StatusCreated, Summary: "Add a field to a kind"},
		func(ctx context.Context, in *struct {
			KindPath
			Body NewField
		}) (*fieldOutput, error) {
			return fieldAnswer(s.AddField(ctx, tenants.ActorOf(ctx), in.Kind, in.Body))
		})
	rest.Register(api, rest.Operation{ID: "order-own-fields", Method: http.MethodPut, Path: "/screens/{kind}/field-order", Permission: Edit, Summary: "Put the fields of a kind into an order"},
		func(ctx context.Context, in *struct {
			KindPath
			Body struct {
				Keys []string `json:"keys" maxItems:"60"`
			}
		}) (*struct{}, error) {
			return nil, s.OrderFields(ctx, tenants.ActorOf(ctx), in.Kind, in.Body.Keys)
		})
	rest.Register(api, rest.Operation{ID: "edit-own-field", Method: http.MethodPatch, Path: "/own-fields/{id}", Permission: Edit, Summary: "Change a field"},
		func(ctx context.Context, in *struct {
			Versioned
			Body FieldInput
		}) (*fieldOutput, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			return fieldAnswer(s.EditField(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body))
		})
	rest.Register(api, rest.Operation{ID: "retire-own-field", Method: http.MethodPost, Path: "/own-fields/{id}/retire", Permission: Edit, Summary: "End a field; old values can be read"},
		func(ctx context.Context, in *Versioned) (*fieldOutput, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			return fieldAnswer(s.Retire(ctx, tenants.ActorOf(ctx), in.Key(), version))
		})
	rest.Register(api, rest.Operation{ID: "restore-own-field", Method: http.MethodPost, Path: "/own-fields/{id}/restore", Permission: Edit, Summary: "Take a retired field up again"},
		func(ctx context.Context, in *Versioned) (*fieldOutput, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			return fieldAnswer(s.Restore(ctx, tenants.ActorOf(ctx), in.Key(), version))
		})
	rest.Register(api, rest.Operation{ID: "remove-own-field", Method: http.MethodDelete, Path: "/own-fields/{id}", Permission: Edit, Summary: "Remove a field that holds no values"},
		func(ctx context.Context, in *Versioned) (*struct{}, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			return nil, s.Remove(ctx, tenants.ActorOf(ctx), in.Key(), version)
		})
}
