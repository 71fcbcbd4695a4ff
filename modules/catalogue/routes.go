package catalogue

import (
	"context"
	"fmt"
	"mime/multipart"
	"net/http"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

const maxFile = 64 << 20

// Routes registers what the kernel does not make.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "preview-catalogue", Method: http.MethodPost, Path: "/platform/catalogue/import/preview", Permission: rest.Operator, MaxBody: maxFile, Summary: "What a file of vehicle models would change; multipart field file, CSV or gzip"}, s.preview)
	rest.Register(api, rest.Operation{ID: "import-catalogue", Method: http.MethodPost, Path: "/platform/catalogue/import", Permission: rest.Operator, MaxBody: maxFile, Summary: "Import a file of vehicle models, all or nothing; multipart field file, CSV or gzip"}, s.importFile)
	rest.Register(api, rest.Operation{ID: "list-brands", Method: http.MethodGet, Path: "/catalogue/brands", Permission: "catalogue:subscribe", Summary: "The brands of the platform's catalogue and whether the group subscribes to them"}, s.brands)
	rest.Register(api, rest.Operation{ID: "subscribe-brands", Method: http.MethodPut, Path: "/catalogue/brands", Permission: "catalogue:subscribe", Summary: "Subscribe to these brands and to no other"}, s.subscribe)
	accessories := record.NewRouter(api, AccessoryKind, tenants.ActorOf)
	record.Create(accessories, "create", "Add an accessory", s.CreateAccessory)
	record.Edit(accessories, "Change an accessory", s.EditAccessory)
	prices := record.NewRouter(api, PriceKind, tenants.ActorOf)
	record.Create(prices, "create", "Add an entry to the price list", s.CreatePrice)
	record.Edit(prices, "Change an entry of the price list", s.EditPrice)
}

type fileRequest struct{ RawBody multipart.Form }

type reportOutput struct{ Body Report }

func (s *Service) preview(ctx context.Context, in *fileRequest) (*reportOutput, error) {
	return s.take(ctx, in, true)
}

func (s *Service) importFile(ctx context.Context, in *fileRequest) (*reportOutput, error) {
	return s.take(ctx, in, false)
}

func (s *Service) take(ctx context.Context, in *fileRequest, dry bool) (*reportOutput, error) {
	heads := in.RawBody.File["file"]
	if len(heads) != 1 {
		return nil, ErrFileNone.At("file")
	}
	f, err := heads[0].Open()
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	defer func() { _ = f.Close() }()
	report, err := s.ImportModels(ctx, f, dry)
	if err != nil {
		return nil, err
	}
	return &reportOutput{report}, nil
}

type brandsOutput struct {
	Body struct {
		Items []Brand `json:"items"`
	}
}

func (s *Service) brands(ctx context.Context, _ *struct{}) (*brandsOutput, error) {
	items, err := s.Brands(ctx, tenants.ActorOf(ctx))
	if err != nil {
		return nil, err
	}
	var out brandsOutput
	out.Body.Items = items
	return &out, nil
}

type subscribeRequest struct {
	Body struct {
		Brands []string `json:"brands" maxItems:"1000" maxLength:"200"`
	}
}

func (s *Service) subscribe(ctx context.Context, in *subscribeRequest) (*brandsOutput, error) {
	if err := s.Subscribe(ctx, tenants.ActorOf(ctx), in.Body.Brands); err != nil {
		return nil, err
	}
	return s.brands(ctx, nil)
}
