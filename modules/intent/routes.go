package intent

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make.
func (s *Service) Routes(api *rest.API) {
	post := func(id, path string, o rest.Operation) rest.Operation {
		o.ID, o.Method, o.Path = id, http.MethodPost, "/intents/{id}/"+path
		return o
	}
	rest.Register(api, rest.Operation{ID: "create-intent", Method: http.MethodPost, Path: "/intents", Permission: "intent:create", Status: http.StatusCreated, Summary: "Open an intent"}, s.create)
	rest.Register(api, rest.Operation{ID: "edit-intent", Method: http.MethodPatch, Path: "/intents/{id}", Permission: "intent:edit", Summary: "Change an open intent"}, s.edit)
	rest.Register(api, post("move-intent", "move", rest.Operation{Permission: "intent:move", Summary: "Put an open intent into another stage"}), s.move)
	rest.Register(api, post("follow-intent", "follow", rest.Operation{Permission: "intent:edit", Summary: "Write down a talk and the next follow-up"}), s.follow)
	rest.Register(api, post("lose-intent", "lose", rest.Operation{Permission: Flow.Permission(ActionLose), Summary: "Give an intent up"}), s.lose)
	rest.Register(api, post("sleep-intent", "sleep", rest.Operation{Permission: Flow.Permission(ActionSleep), Summary: "Stop following up for now"}), s.sleep)
	rest.Register(api, post("wake-intent", "wake", rest.Operation{Permission: Flow.Permission(ActionWake), Summary: "Take up a dormant intent again"}), s.wake)
}

// savedIntent and the other bodies carry the record's name: the OpenAPI document knows a body by the name of its type alone.
type savedIntent struct {
	Body struct {
		ID      uuid.UUID `json:"id"`
		Number  string    `json:"number"`
		Version int       `json:"version"`
		Status  Status    `json:"status"`
	}
}

func answer(m *Intent, err error) (*savedIntent, error) {
	if err != nil {
		return nil, err
	}
	var out savedIntent
	out.Body.ID, out.Body.Number, out.Body.Version, out.Body.Status = m.ID, m.Number, m.Version, m.Status
	return &out, nil
}

func (s *Service) create(ctx context.Context, in *struct{ Body struct{ CreateInput } }) (*savedIntent, error) {
	return answer(s.Create(ctx, tenants.ActorOf(ctx), in.Body.CreateInput))
}

type editIntent struct {
	record.ByID
	rest.Version
	Body struct{ EditInput }
}

func (s *Service) edit(ctx context.Context, in *editIntent) (*savedIntent, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Edit(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.EditInput))
}

type moveIntent struct {
	record.ByID
	rest.Version
	Body struct{ MoveInput }
}

func (s *Service) move(ctx context.Context, in *moveIntent) (*savedIntent, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Move(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.MoveInput))
}

type followIntent struct {
	record.ByID
	rest.Version
	Body struct{ FollowInput }
}

func (s *Service) follow(ctx context.Context, in *followIntent) (*savedIntent, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Follow(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.FollowInput))
}

type loseIntent struct {
	record.ByID
	rest.Version
	Body struct {
		Reason     Reason `json:"reason" enum:"price,competitor,dealer,no_money,other"`
		Competitor string `json:"competitor,omitempty" maxLength:"100"`
	}
}

func (s *Service) lose(ctx context.Context, in *loseIntent) (*savedIntent, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Lose(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.Reason, in.Body.Competitor))
}

type sleepIntent struct {
	record.ByID
	rest.Version
}

func (s *Service) sleep(ctx context.Context, in *sleepIntent) (*savedIntent, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Sleep(ctx, tenants.ActorOf(ctx), in.Key(), version))
}

type wakeIntent struct {
	record.ByID
	rest.Version
	Body struct {
		NextFollowUp clock.Day `json:"nextFollowUp"`
	}
}

func (s *Service) wake(ctx context.Context, in *wakeIntent) (*savedIntent, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Wake(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.NextFollowUp))
}
