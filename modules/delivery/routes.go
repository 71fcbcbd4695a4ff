package delivery

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "create-outbound", Method: http.MethodPost, Path: "/outbounds", Permission: "outbound:create", Status: http.StatusCreated, Summary: "Take the vehicle of a paid contract out of the store"}, s.deliver)
	rest.Register(api, rest.Operation{ID: "create-handover", Method: http.MethodPost, Path: "/handovers", Permission: "handover:create", Status: http.StatusCreated, Summary: "Give the vehicle to its buyer"}, s.handOver)
}

// output says status done: a delivery has no life after it is written.
type output struct {
	Body struct {
		ID      uuid.UUID `json:"id"`
		Number  string    `json:"number"`
		Version int       `json:"version"`
		Status  string    `json:"status"`
	}
}

func answer(b record.Base) *output {
	var out output
	out.Body.ID, out.Body.Number, out.Body.Version, out.Body.Status = b.ID, b.Number, b.Version, "done"
	return &out
}

func (s *Service) deliver(ctx context.Context, in *struct{ Body struct{ OutboundInput } }) (*output, error) {
	m, err := s.Deliver(ctx, tenants.ActorOf(ctx), in.Body.OutboundInput)
	if err != nil {
		return nil, err
	}
	return answer(m.Base), nil
}

func (s *Service) handOver(ctx context.Context, in *struct{ Body struct{ HandoverInput } }) (*output, error) {
	m, err := s.HandOver(ctx, tenants.ActorOf(ctx), in.Body.HandoverInput)
	if err != nil {
		return nil, err
	}
	return answer(m.Base), nil
}
