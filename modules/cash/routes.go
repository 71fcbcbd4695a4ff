package cash

import (
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make.
func (s *Service) Routes(api *rest.API) {
	r := record.NewRouter(api, Kind, tenants.ActorOf)
	record.Create(r, "create", "Record money on a contract", s.Create)
	record.Act(r, ActionConfirm, "Book a receipt on its contract", s.Confirm)
	record.Ask(r, ActionVoid, "Take a confirmed receipt back by a reversing entry", s.Void)
	record.Ask(r, ActionWithdraw, "Take back a receipt that nobody confirmed", s.Withdraw)
}
