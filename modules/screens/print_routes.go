package screens

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type renameInput struct {
	KindPath
	Body struct {
		Place
		To string `json:"to" minLength:"1" maxLength:"40"`
	}
}

type previewInput struct {
	KindPath
	Body struct {
		Print  record.PrintLayout `json:"print"`
		Record uuid.UUID          `json:"record,omitzero" required:"false" format:"uuid" doc:"Empty: an example"`
	}
}

func (s *Service) printRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "rename-layout", Method: http.MethodPost, Path: "/screens/{kind}/rename", Permission: Edit, Summary: "Give a print layout another name"},
		func(ctx context.Context, in *renameInput) (*struct{}, error) {
			return nil, s.Rename(ctx, tenants.ActorOf(ctx), in.Kind, in.Body.Place, in.Body.To)
		})
	rest.Register(api, rest.Operation{ID: "get-shipped-print", Method: http.MethodGet, Path: "/screens/{kind}/shipped-print", Permission: Read, Summary: "The print layout that the product ships for a kind"},
		func(ctx context.Context, in *KindPath) (*struct{ Body *record.PrintLayout }, error) {
			l, err := s.Shipped(ctx, record.ViewOf(ctx), in.Kind)
			if err != nil {
				return nil, err
			}
			return &struct{ Body *record.PrintLayout }{l}, nil
		})
	rest.Register(api, rest.Operation{ID: "preview-print", Method: http.MethodPost, Path: "/screens/{kind}/print-preview", Permission: Read, Summary: "What a print layout that is being edited would print"},
		func(ctx context.Context, in *previewInput) (*struct{ Body *record.Sheet }, error) {
			sheet, err := s.Preview(ctx, record.ViewOf(ctx), in.Kind, in.Body.Record, in.Body.Print)
			if err != nil {
				return nil, err
			}
			return &struct{ Body *record.Sheet }{sheet}, nil
		})
}
