package catalogue

import (
	"context"
	"fmt"
	"mime/multipart"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

const maxFile = 64 << 20

// Routes registers what the kernel does not make.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "preview-catalogue", Method: http.MethodPost, Path: "/platform/catalogue/preview", Permission: rest.Operator, MaxBody: maxFile, Summary: "What a file of vehicle models would change; multipart field file, CSV or gzip"}, s.preview)
	rest.Register(api, rest.Operation{ID: "import-catalogue", Method: http.MethodPost, Path: "/platform/catalogue/import", Permission: rest.Operator, MaxBody: maxFile, Summary: "Import a file of vehicle models, all or nothing; multipart field file, CSV or gzip"}, s.importFile)
	rest.Register(api, rest.Operation{ID: "list-brands", Method: http.MethodGet, Path: "/catalogue/brands", Permission: "catalogue:subscribe", Summary: "The brands of the platform's catalogue and whether the group subscribes to them"}, s.brands)
	rest.Register(api, rest.Operation{ID: "subscribe-brands", Method: http.MethodPut, Path: "/catalogue/brands", Permission: "catalogue:subscribe", Summary: "Subscribe to these brands and to no other"}, s.subscribe)
	rest.Register(api, rest.Operation{ID: "create-accessory", Method: http.MethodPost, Path: "/accessories", Permission: "accessory:create", Status: http.StatusCreated, Summary: "Add an accessory"}, s.createAccessory)
	rest.Register(api, rest.Operation{ID: "edit-accessory", Method: http.MethodPatch, Path: "/accessories/{id}", Permission: "accessory:edit", Summary: "Change an accessory"}, s.editAccessory)
	rest.Register(api, rest.Operation{ID: "create-price", Method: http.MethodPost, Path: "/prices", Permission: "price:create", Status: http.StatusCreated, Summary: "Add an entry to the price list"}, s.createPrice)
	rest.Register(api, rest.Operation{ID: "edit-price", Method: http.MethodPatch, Path: "/prices/{id}", Permission: "price:edit", Summary: "Change an entry of the price list"}, s.editPrice)
}

type output struct {
	Body struct {
		ID      uuid.UUID `json:"id"`
		Number  string    `json:"number"`
		Version int       `json:"version"`
		Status  string    `json:"status"`
	}
}

func answer(b record.Base, status Status) *output {
	var out output
	out.Body.ID, out.Body.Number, out.Body.Version, out.Body.Status = b.ID, b.Number, b.Version, string(status)
	return &out
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

func (s *Service) createAccessory(ctx context.Context, in *struct{ Body struct{ AccessoryInput } }) (*output, error) {
	m, err := s.CreateAccessory(ctx, tenants.ActorOf(ctx), in.Body.AccessoryInput)
	if err != nil {
		return nil, err
	}
	return answer(m.Base, m.Status), nil
}

type editAccessoryRequest struct {
	record.ByID
	rest.Version
	Body struct{ AccessoryEdit }
}

func (s *Service) editAccessory(ctx context.Context, in *editAccessoryRequest) (*output, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	m, err := s.EditAccessory(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.AccessoryEdit)
	if err != nil {
		return nil, err
	}
	return answer(m.Base, m.Status), nil
}

func (s *Service) createPrice(ctx context.Context, in *struct{ Body struct{ PriceInput } }) (*output, error) {
	m, err := s.CreatePrice(ctx, tenants.ActorOf(ctx), in.Body.PriceInput)
	if err != nil {
		return nil, err
	}
	return answer(m.Base, ""), nil
}

type editPriceRequest struct {
	record.ByID
	rest.Version
	Body struct{ PriceEdit }
}

func (s *Service) editPrice(ctx context.Context, in *editPriceRequest) (*output, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	m, err := s.EditPrice(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.PriceEdit)
	if err != nil {
		return nil, err
	}
	return answer(m.Base, ""), nil
}
