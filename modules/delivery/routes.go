package delivery

import (
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make. A delivery has no life after it is written: it is done.
func (s *Service) Routes(api *rest.API) {
	out := record.NewRouter(api, OutboundKind, tenants.ActorOf).Answers(func(*Outbound) string { return "done" })
	record.Create(out, "create", "Take the vehicle of a paid contract out of the store", s.Deliver)
	over := record.NewRouter(api, HandoverKind, tenants.ActorOf).Answers(func(*Handover) string { return "done" })
	record.Create(over, "create", "Give the vehicle to its buyer", s.HandOver)
}
