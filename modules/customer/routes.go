package customer

import (
	"context"
	"net/http"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make. It comes before the kernel's own routes, or /customers/{id} would take /match.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "match-customer", Method: http.MethodGet, Path: "/customers/match", Permission: "customer:create",
		Summary: "Whether the group has a customer with this mobile, and who looks after it"}, s.match)
	r := record.NewRouter(api, Kind, tenants.ActorOf).Answers(func(c *Customer) string { return string(c.Stage) })
	record.Create(r, "create", "Enter a customer", s.Create)
	record.Edit(r, "Change a customer", s.Edit)
}

// The bodies carry the record's name: the OpenAPI document knows a body by the name of its type alone.
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
