package visit

import (
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make.
func (s *Service) Routes(api *rest.API) {
	r := record.NewRouter(api, Kind, tenants.ActorOf)
	record.Create(r, "create", "Log a visit", s.Create)
	record.Edit(r, "Change a visit that is not closed", s.Edit)
	record.Ask(r, ActionAssign, "Give a visit to a consultant", s.Assign)
	record.Ask(r, ActionClose, "Close a visit with its result", s.Close)
	record.Ask(r.Named("make-intent-of-visit"), ActionMakeIntent, "Close a visit and open its intent", s.MakeIntent)
}
