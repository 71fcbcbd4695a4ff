package contract

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make.
func (s *Service) Routes(api *rest.API) {
	r := record.NewRouter(api, Kind, tenants.ActorOf)
	record.Create(r, "create", "Draft a contract", s.Create)
	record.Edit(r, "Change a draft; lines are replaced as a whole", s.Edit)
	record.Act(r, ActionSubmit, "Hand a draft to those who must agree; it takes effect at once where nobody must", s.Submit)
	record.Ask(r, ActionReserve, "Reserve the vehicle", s.reserve)
	record.Act(r, ActionRelease, "Give the reserved vehicle back to the stock", s.Release)
	record.Act(r, ActionClose, "End a contract that is handed over", s.Close)
	record.Ask(r, ActionCancel, "Cancel a contract that holds no money", s.Cancel)
}

// reserveInput may be left out as a whole.
type reserveInput struct {
	VehicleID string `json:"vehicleId,omitempty" maxLength:"36" doc:"Empty: the one that the contract has"`
}

func (s *Service) reserve(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in *reserveInput) (*Contract, error) {
	if in == nil {
		in = &reserveInput{}
	}
	return s.Reserve(ctx, a, id, version, in.VehicleID)
}
