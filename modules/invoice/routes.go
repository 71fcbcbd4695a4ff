package invoice

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "issue-invoice", Method: http.MethodPost, Path: "/invoices", Permission: "invoice:issue", Status: http.StatusCreated, Summary: "Invoice a contract whose vehicle is reserved"}, s.issue)
}

type output struct {
	Body struct {
		ID      uuid.UUID `json:"id"`
		Number  string    `json:"number"`
		Version int       `json:"version"`
		Status  Status    `json:"status"`
	}
}

func (s *Service) issue(ctx context.Context, in *struct{ Body struct{ IssueInput } }) (*output, error) {
	m, err := s.Issue(ctx, tenants.ActorOf(ctx), in.Body.IssueInput)
	if err != nil {
		return nil, err
	}
	var out output
	out.Body.ID, out.Body.Number, out.Body.Version, out.Body.Status = m.ID, m.Number, m.Version, m.Status
	return &out, nil
}
