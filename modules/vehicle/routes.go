package vehicle

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
	record.Create(r, "receive", "Take a vehicle into the books, to be inspected", s.Receive)
	record.Edit(r, "Change a vehicle that has not left", s.Edit)
	record.Ask(r.Named("pass-vehicle-pdi"), ActionPassPDI, "The inspection was passed", s.passPDI)
	record.Ask(r.Named("fail-vehicle-pdi"), ActionFailPDI, "The inspection was not passed", s.FailPDI)
	record.Ask(r, ActionHold, "Hold an available vehicle for a few days", s.Hold)
	record.Act(r, ActionRelease, "End a hold", s.EndHold)
	record.Ask(r, ActionReturn, "Return a vehicle to its maker", s.Return)
}

type passInput struct {
	Mileage int    `json:"mileage" minimum:"0" maximum:"1000000" doc:"Kilometres"`
	Note    string `json:"note,omitempty" maxLength:"200"`
}

func (s *Service) passPDI(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in passInput) (*Vehicle, error) {
	return s.PassPDI(ctx, a, id, version, in.Mileage, in.Note)
}
