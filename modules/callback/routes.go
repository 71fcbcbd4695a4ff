package callback

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type completeInput struct {
	Satisfaction int    `json:"satisfaction" minimum:"1" maximum:"10"`
	VehicleFine  string `json:"vehicleFine" enum:"yes,no"`
	Explained    string `json:"explained" enum:"yes,no"`
	Answer       string `json:"answer,omitempty" maxLength:"1000"`
}

type tryInput struct {
	NextTry clock.Day `json:"nextTry"`
	Answer  string    `json:"answer,omitempty" maxLength:"1000"`
}

type endInput struct {
	Answer string `json:"answer" minLength:"1" maxLength:"1000"`
}

// Routes registers the operations.
func (s *Service) Routes(api *rest.API) {
	r := record.NewRouter(api, Kind, tenants.ActorOf)
	ask(s, r, ActionComplete, "Complete with answers", func(in completeInput) ActInput {
		return ActInput{Satisfaction: in.Satisfaction, VehicleFine: in.VehicleFine, Explained: in.Explained, Answer: in.Answer}
	})
	ask(s, r, ActionTry, "Not reached; try again later", func(in tryInput) ActInput {
		return ActInput{NextTry: in.NextTry, Answer: in.Answer}
	})
	for _, a := range []Action{ActionGiveUp, ActionCancel} {
		ask(s, r, a, "End without answers", func(in endInput) ActInput { return ActInput{Answer: in.Answer} })
	}
}

// ask registers an action whose body becomes the answers that answers makes of it.
func ask[In any](s *Service, r record.Router[Callback, tenants.Actor], action Action, summary string, answers func(In) ActInput) {
	record.Ask(r, action, summary, func(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in In) (*Callback, error) {
		given := answers(in)
		given.ID, given.Version, given.Action = id, version, action
		return s.Act(ctx, a, given)
	})
}
