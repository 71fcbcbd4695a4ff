package customer

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make. It comes before the kernel's own routes, or /customers/{id} would take /match.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "match-customer", Method: http.MethodGet, Path: "/customers/match", Permission: "customer:create",
		Summary: "Whether the group has a customer with this mobile, and who looks after it"}, s.match)
	rest.Register(api, rest.Operation{ID: "create-customer", Method: http.MethodPost, Path: "/customers", Permission: "customer:create", Status: http.StatusCreated,
		Summary: "Enter a customer"}, s.create)
	rest.Register(api, rest.Operation{ID: "edit-customer", Method: http.MethodPatch, Path: "/customers/{id}", Permission: "customer:edit",
		Summary: "Change a customer"}, s.edit)
}

// savedCustomer and the other bodies carry the record's name: the OpenAPI document knows a body by the name of its type alone.
type savedCustomer struct {
	Body struct {
		ID      uuid.UUID `json:"id"`
		Number  string    `json:"number"`
		Version int       `json:"version"`
		Status  string    `json:"status" doc:"The customer's stage"`
	}
}

func answer(c *Customer, err error) (*savedCustomer, error) {
	if err != nil {
		return nil, err
	}
	var out savedCustomer
	out.Body.ID, out.Body.Number, out.Body.Version, out.Body.Status = c.ID, c.Number, c.Version, string(c.Stage)
	return &out, nil
}

func (s *Service) create(ctx context.Context, in *struct{ Body struct{ CreateInput } }) (*savedCustomer, error) {
	return answer(s.Create(ctx, tenants.ActorOf(ctx), in.Body.CreateInput))
}

type editCustomer struct {
	record.ByID
	rest.Version
	Body struct{ EditInput }
}

func (s *Service) edit(ctx context.Context, in *editCustomer) (*savedCustomer, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Edit(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.EditInput))
}

type matchCustomer struct {
	Mobile string `query:"mobile" required:"true" minLength:"1" maxLength:"30"`
}

type matchedCustomers struct {
	Body struct {
		Items []Matched `json:"items"`
	}
}

func (s *Service) match(ctx context.Context, in *matchCustomer) (*matchedCustomers, error) {
	found, err := s.FindMatches(ctx, tenants.ActorOf(ctx), in.Mobile)
	if err != nil {
		return nil, err
	}
	var out matchedCustomers
	out.Body.Items = found
	return &out, nil
}
