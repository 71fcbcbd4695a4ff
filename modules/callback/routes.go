package callback

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type acted struct {
	Body struct {
		ID      uuid.UUID `json:"id"`
		Number  string    `json:"number"`
		Version int       `json:"version"`
		Status  Status    `json:"status"`
	}
}

type completeInput struct {
	record.ByID
	rest.Version
	Body struct {
		Satisfaction int    `json:"satisfaction" minimum:"1" maximum:"10"`
		VehicleFine  string `json:"vehicleFine" enum:"yes,no"`
		Explained    string `json:"explained" enum:"yes,no"`
		Answer       string `json:"answer,omitempty" maxLength:"1000"`
	}
}

type tryInput struct {
	record.ByID
	rest.Version
	Body struct {
		NextTry clock.Day `json:"nextTry"`
		Answer  string    `json:"answer,omitempty" maxLength:"1000"`
	}
}

type endInput struct {
	record.ByID
	rest.Version
	Body struct {
		Answer string `json:"answer" minLength:"1" maxLength:"1000"`
	}
}

// Routes registers the operations.
func (s *Service) Routes(api *rest.API) {
	op := func(a Action, summary string) rest.Operation {
		return rest.Operation{ID: string(a) + "-callback", Method: http.MethodPost, Path: "/callbacks/{id}/" + string(a), Permission: Flow.Permission(a), Summary: summary}
	}
	rest.Register(api, op(ActionComplete, "Complete with answers"), func(ctx context.Context, in *completeInput) (*acted, error) {
		return s.act(ctx, in.ByID, in.Version, ActInput{Action: ActionComplete, Satisfaction: in.Body.Satisfaction, VehicleFine: in.Body.VehicleFine, Explained: in.Body.Explained, Answer: in.Body.Answer})
	})
	rest.Register(api, op(ActionTry, "Not reached; try again later"), func(ctx context.Context, in *tryInput) (*acted, error) {
		return s.act(ctx, in.ByID, in.Version, ActInput{Action: ActionTry, NextTry: in.Body.NextTry, Answer: in.Body.Answer})
	})
	for _, a := range []Action{ActionGiveUp, ActionCancel} {
		rest.Register(api, op(a, "End without answers"), func(ctx context.Context, in *endInput) (*acted, error) {
			return s.act(ctx, in.ByID, in.Version, ActInput{Action: a, Answer: in.Body.Answer})
		})
	}
}

func (s *Service) act(ctx context.Context, id record.ByID, v rest.Version, in ActInput) (*acted, error) {
	want, err := v.Want()
	if err != nil {
		return nil, err
	}
	in.ID, in.Version = id.Key(), want
	c, err := s.Act(ctx, tenants.ActorOf(ctx), in)
	if err != nil {
		return nil, err
	}
	out := &acted{}
	out.Body.ID, out.Body.Number, out.Body.Version, out.Body.Status = c.ID, c.Number, c.Version, c.Status
	return out, nil
}
