package contract

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
	rest.Register(api, rest.Operation{ID: "create-contract", Method: http.MethodPost, Path: "/contracts", Permission: "contract:create", Status: http.StatusCreated, Summary: "Draft a contract"}, s.create)
	rest.Register(api, rest.Operation{ID: "edit-contract", Method: http.MethodPatch, Path: "/contracts/{id}", Permission: "contract:edit", Summary: "Change a draft; lines are replaced as a whole"}, s.edit)
	rest.Register(api, op(ActionSubmit, "Hand a draft to the sales manager"), plain(s.Submit))
	rest.Register(api, op(ActionApprove, "The sales manager's yes; a discount beyond the limit goes on to the group"), plain(s.Approve))
	rest.Register(api, op(ActionReject, "Give a contract back with the reason"), reasoned(s.Reject))
	rest.Register(api, op(ActionApproveGroup, "The group's yes"), plain(s.ApproveGroup))
	rest.Register(api, op(ActionRejectGroup, "The group's no, with the reason"), reasoned(s.RejectGroup))
	rest.Register(api, op(ActionReserve, "Reserve the vehicle"), s.reserve)
	rest.Register(api, op(ActionRelease, "Give the reserved vehicle back to the stock"), plain(s.Release))
	rest.Register(api, op(ActionClose, "End a contract that is handed over"), plain(s.Close))
	rest.Register(api, op(ActionCancel, "Cancel a contract that holds no money"), reasoned(s.Cancel))
}

func op(a Action, summary string) rest.Operation {
	return rest.Operation{ID: string(a) + "-contract", Method: http.MethodPost, Path: "/contracts/{id}/" + string(a), Permission: Flow.Permission(a), Summary: summary}
}

type output struct {
	Body struct {
		ID      uuid.UUID `json:"id"`
		Number  string    `json:"number"`
		Version int       `json:"version"`
		Status  Status    `json:"status"`
	}
}

func answer(m *Contract, err error) (*output, error) {
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

type editRequest struct {
	record.ByID
	rest.Version
	Body struct{ EditInput }
}

func (s *Service) edit(ctx context.Context, in *editRequest) (*output, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Edit(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.EditInput))
}

type actRequest struct {
	record.ByID
	rest.Version
}

// plain serves an action that asks nothing.
func plain(do func(context.Context, tenants.Actor, uuid.UUID, int) (*Contract, error)) func(context.Context, *actRequest) (*output, error) {
	return func(ctx context.Context, in *actRequest) (*output, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		return answer(do(ctx, tenants.ActorOf(ctx), in.Key(), version))
	}
}

type reasonRequest struct {
	record.ByID
	rest.Version
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

// reasoned serves an action that asks for the reason.
func reasoned(do func(context.Context, tenants.Actor, uuid.UUID, int, string) (*Contract, error)) func(context.Context, *reasonRequest) (*output, error) {
	return func(ctx context.Context, in *reasonRequest) (*output, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		return answer(do(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.Reason))
	}
}

type reserveRequest struct {
	record.ByID
	rest.Version
	Body *struct { // may be left out
		VehicleID string `json:"vehicleId,omitempty" maxLength:"36" doc:"Empty: the one that the contract has"`
	}
}

func (s *Service) reserve(ctx context.Context, in *reserveRequest) (*output, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	vehicle := ""
	if in.Body != nil {
		vehicle = in.Body.VehicleID
	}
	return answer(s.Reserve(ctx, tenants.ActorOf(ctx), in.Key(), version, vehicle))
}
