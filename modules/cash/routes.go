package cash

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
	op := func(a Action, summary string) rest.Operation {
		return rest.Operation{ID: string(a) + "-receipt", Method: http.MethodPost, Path: "/receipts/{id}/" + string(a), Permission: Flow.Permission(a), Summary: summary}
	}
	rest.Register(api, rest.Operation{ID: "create-receipt", Method: http.MethodPost, Path: "/receipts", Permission: "receipt:create", Status: http.StatusCreated, Summary: "Record money on a contract"}, s.create)
	rest.Register(api, op(ActionConfirm, "Book a receipt on its contract"), s.confirm)
	rest.Register(api, op(ActionVoid, "Take a confirmed receipt back by a reversing entry"), reasoned(s.Void))
	rest.Register(api, op(ActionWithdraw, "Take back a receipt that nobody confirmed"), reasoned(s.Withdraw))
}

type output struct {
	Body struct {
		ID      uuid.UUID `json:"id"`
		Number  string    `json:"number"`
		Version int       `json:"version"`
		Status  Status    `json:"status"`
	}
}

func answer(m *Receipt, err error) (*output, error) {
	if err != nil {
		return nil, err
	}
	var out output
	out.Body.ID, out.Body.Number, out.Body.Version, out.Body.Status = m.ID, m.Number, m.Version, m.Status
	return &out, nil
}

func (s *Service) create(ctx context.Context, in *struct{ Body struct{ CreateInput } }) (*output, error) {
	return answer(s.Create(ctx, tenants.ActorOf(ctx), in.Body.CreateInput))
}

type confirmRequest struct {
	record.ByID
	rest.Version
}

func (s *Service) confirm(ctx context.Context, in *confirmRequest) (*output, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Confirm(ctx, tenants.ActorOf(ctx), in.Key(), version))
}

type reasonRequest struct {
	record.ByID
	rest.Version
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

// reasoned serves an action that asks for the reason.
func reasoned(do func(context.Context, tenants.Actor, uuid.UUID, int, string) (*Receipt, error)) func(context.Context, *reasonRequest) (*output, error) {
	return func(ctx context.Context, in *reasonRequest) (*output, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		return answer(do(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.Reason))
	}
}
