package tenants

import (
	"context"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type amountsOutput struct {
	Body struct {
		Items []Amount `json:"items"`
	}
}

func amounts(items []Amount, err error) (*amountsOutput, error) {
	out := &amountsOutput{}
	out.Body.Items = items
	return out, err
}

type handoverInput struct {
	record.ByID
	Body struct {
		SuccessorID string `json:"successorId" format:"uuid" minLength:"36" maxLength:"36" doc:"Who takes over every kind of work that is not listed"`
		Kinds       []struct {
			Kind        string `json:"kind" minLength:"1" maxLength:"40"`
			SuccessorID string `json:"successorId" format:"uuid" minLength:"36" maxLength:"36"`
		} `json:"kinds,omitempty" maxItems:"20"`
		Disable bool `json:"disable,omitempty" doc:"End the user's access as well"`
	}
}

type absenceBody struct {
	DeputyID string    `json:"deputyId" format:"uuid" minLength:"36" maxLength:"36"`
	From     clock.Day `json:"from"`
	To       clock.Day `json:"to" doc:"The last day"`
}

type absencesOutput struct {
	Body struct {
		Items []Absence `json:"items"`
	}
}

func absences(items []Absence, err error) (*absencesOutput, error) {
	out := &absencesOutput{}
	out.Body.Items = items
	return out, err
}

func (o *Org) handoverRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "preview-handover", Method: http.MethodGet, Path: "/users/{id}/handover", Permission: "user:manage", Summary: "How much open work a user would hand over, by kind"},
		func(ctx context.Context, in *record.ByID) (*amountsOutput, error) {
			return amounts(o.HandoverPreview(ctx, ActorOf(ctx), in.Key()))
		})
	rest.Register(api, rest.Operation{ID: "hand-over", Method: http.MethodPost, Path: "/users/{id}/handover", Permission: "user:manage", Summary: "Give a user's open work to successors, all or none"},
		func(ctx context.Context, in *handoverInput) (*amountsOutput, error) {
			h := HandoverInput{User: in.Key(), Disable: in.Body.Disable}
			var err error
			if h.Successor, err = uuid.Parse(in.Body.SuccessorID); err != nil {
				return nil, ErrSuccessor.At("successorId").Because(err)
			}
			for i, k := range in.Body.Kinds {
				to, err := uuid.Parse(k.SuccessorID)
				if err != nil {
					return nil, ErrSuccessor.At("kinds[" + strconv.Itoa(i) + "].successorId").Because(err)
				}
				h.Kinds = append(h.Kinds, Successor{k.Kind, to})
			}
			return amounts(o.HandOver(ctx, ActorOf(ctx), h))
		})
	o.absenceRoutes(api)
}

func (o *Org) absenceRoutes(api *rest.API) {
	add := func(ctx context.Context, user uuid.UUID, b absenceBody) (*createdOutput, error) {
		deputy, err := uuid.Parse(b.DeputyID)
		if err != nil {
			return nil, ErrDeputy.At("deputyId").Because(err)
		}
		return created(o.AddAbsence(ctx, ActorOf(ctx), AbsenceInput{user, deputy, b.From, b.To}))
	}
	rest.Register(api, rest.Operation{ID: "list-own-absences", Method: http.MethodGet, Path: "/session/absences", Permission: rest.SignedIn, Summary: "When one is away, and for whom one stands in"},
		func(ctx context.Context, _ *struct{}) (*absencesOutput, error) {
			a := ActorOf(ctx)
			return absences(o.Absences(ctx, a, a.User))
		})
	rest.Register(api, rest.Operation{ID: "create-own-absence", Method: http.MethodPost, Path: "/session/absences", Permission: rest.SignedIn, Status: http.StatusCreated, Summary: "Note when one is away and who stands in"},
		func(ctx context.Context, in *struct{ Body absenceBody }) (*createdOutput, error) {
			return add(ctx, ActorOf(ctx).User, in.Body)
		})
	rest.Register(api, rest.Operation{ID: "list-absences", Method: http.MethodGet, Path: "/users/{id}/absences", Permission: "user:manage", Summary: "When a user is away"},
		func(ctx context.Context, in *record.ByID) (*absencesOutput, error) {
			return absences(o.Absences(ctx, ActorOf(ctx), in.Key()))
		})
	rest.Register(api, rest.Operation{ID: "create-absence", Method: http.MethodPost, Path: "/users/{id}/absences", Permission: "user:manage", Status: http.StatusCreated, Summary: "Note when a user is away and who stands in"},
		func(ctx context.Context, in *struct {
			record.ByID
			Body absenceBody
		}) (*createdOutput, error) {
			return add(ctx, in.Key(), in.Body)
		})
	rest.Register(api, rest.Operation{ID: "end-absence", Method: http.MethodDelete, Path: "/absences/{id}", Permission: rest.SignedIn, Summary: "Take an absence back; one's own, or that of a user whom one manages"},
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, o.EndAbsence(ctx, ActorOf(ctx), in.Key())
		})
}
