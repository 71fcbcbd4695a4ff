package vehicle

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
	act := func(action Action, path, id, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: http.MethodPost, Path: "/vehicles/{id}/" + path, Permission: Flow.Permission(action), Summary: summary}
	}
	rest.Register(api, rest.Operation{ID: "receive-vehicle", Method: http.MethodPost, Path: "/vehicles", Permission: "vehicle:receive", Status: http.StatusCreated, Summary: "Take a vehicle into the books, to be inspected"}, s.receive)
	rest.Register(api, rest.Operation{ID: "edit-vehicle", Method: http.MethodPatch, Path: "/vehicles/{id}", Permission: "vehicle:edit", Summary: "Change a vehicle that has not left"}, s.edit)
	rest.Register(api, act(ActionPassPDI, "pass_pdi", "pass-vehicle-pdi", "The inspection was passed"), s.passPDI)
	rest.Register(api, act(ActionFailPDI, "fail_pdi", "fail-vehicle-pdi", "The inspection was not passed"), s.failPDI)
	rest.Register(api, act(ActionHold, "hold", "hold-vehicle", "Hold an available vehicle for seven days at most"), s.hold)
	rest.Register(api, act(ActionRelease, "release", "release-vehicle", "End a hold"), s.release)
	rest.Register(api, act(ActionReturn, "return", "return-vehicle", "Return a vehicle to its maker"), s.giveBack)
}

type output struct {
	Body struct {
		ID      uuid.UUID `json:"id"`
		Number  string    `json:"number"`
		Version int       `json:"version"`
		Status  Status    `json:"status"`
	}
}

func answer(v *Vehicle, err error) (*output, error) {
	if err != nil {
		return nil, err
	}
	var out output
	out.Body.ID, out.Body.Number, out.Body.Version, out.Body.Status = v.ID, v.Number, v.Version, v.Status
	return &out, nil
}

func (s *Service) receive(ctx context.Context, in *struct{ Body struct{ ReceiveInput } }) (*output, error) {
	return answer(s.Receive(ctx, tenants.ActorOf(ctx), in.Body.ReceiveInput))
}

type editRequest struct {
	record.ByID
	rest.Version
	Body struct{ EditInput }
}

func (s *Service) edit(ctx context.Context, in *editRequest) (*output, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Edit(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.EditInput))
}

type passRequest struct {
	record.ByID
	rest.Version
	Body struct {
		Mileage int    `json:"mileage" minimum:"0" maximum:"1000000" doc:"Kilometres"`
		Note    string `json:"note,omitempty" maxLength:"200"`
	}
}

func (s *Service) passPDI(ctx context.Context, in *passRequest) (*output, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.PassPDI(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.Mileage, in.Body.Note))
}

type reasonRequest struct {
	record.ByID
	rest.Version
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200"`
	}
}

func (s *Service) failPDI(ctx context.Context, in *reasonRequest) (*output, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.FailPDI(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.Reason))
}

func (s *Service) giveBack(ctx context.Context, in *reasonRequest) (*output, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Return(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.Reason))
}

type holdRequest struct {
	record.ByID
	rest.Version
	Body struct {
		Until clock.Day `json:"until"`
		Note  string    `json:"note,omitempty" maxLength:"200"`
	}
}

func (s *Service) hold(ctx context.Context, in *holdRequest) (*output, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Hold(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.Until, in.Body.Note))
}

type releaseRequest struct {
	record.ByID
	rest.Version
}

func (s *Service) release(ctx context.Context, in *releaseRequest) (*output, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.EndHold(ctx, tenants.ActorOf(ctx), in.Key(), version))
}
