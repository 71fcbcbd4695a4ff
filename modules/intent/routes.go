package intent

import (
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make.
func (s *Service) Routes(api *rest.API) {
	r := record.NewRouter(api, Kind, tenants.ActorOf)
	record.Create(r, "create", "Open an intent", s.Create)
	record.Edit(r, "Change an open intent", s.Edit)
	record.Ask(r, ActionMove, "Put an open intent into another stage", s.Move)
	record.Ask(r, ActionFollow, "Write down a talk and the next follow-up", s.Follow)
	record.Ask(r, ActionLose, "Give an intent up", s.Lose)
	record.Act(r, ActionSleep, "Stop following up for now", s.Sleep)
	record.Ask(r, ActionWake, "Take up a dormant intent again", s.Wake)
}
