package visit

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Routes registers what the kernel does not make.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "create-visit", Method: http.MethodPost, Path: "/visits", Permission: "visit:create", Status: http.StatusCreated, Summary: "Log a visit"}, s.create)
	rest.Register(api, rest.Operation{ID: "edit-visit", Method: http.MethodPatch, Path: "/visits/{id}", Permission: "visit:edit", Summary: "Change a visit that is not closed"}, s.edit)
	act := func(a Action, summary string) rest.Operation {
		id := map[Action]string{ActionAssign: "assign-visit", ActionClose: "close-visit", ActionMakeIntent: "make-intent-of-visit"}[a]
		return rest.Operation{ID: id, Method: http.MethodPost, Path: "/visits/{id}/" + string(a), Permission: Flow.Permission(a), Summary: summary}
	}
	rest.Register(api, act(ActionAssign, "Give a visit to a consultant"), s.assignTo)
	rest.Register(api, act(ActionClose, "Close a visit with its result"), s.close)
	rest.Register(api, act(ActionMakeIntent, "Close a visit and open its intent"), s.makeIntent)
}

// savedVisit and the other bodies carry the record's name: the OpenAPI document knows a body by the name of its type alone.
type savedVisit struct {
	Body struct {
		ID      uuid.UUID `json:"id"`
		Number  string    `json:"number"`
		Version int       `json:"version"`
		Status  Status    `json:"status"`
	}
}

func answer(v *Visit, err error) (*savedVisit, error) {
	if err != nil {
		return nil, err
	}
	var out savedVisit
	out.Body.ID, out.Body.Number, out.Body.Version, out.Body.Status = v.ID, v.Number, v.Version, v.Status
	return &out, nil
}

func (s *Service) create(ctx context.Context, in *struct{ Body struct{ CreateInput } }) (*savedVisit, error) {
	return answer(s.Create(ctx, tenants.ActorOf(ctx), in.Body.CreateInput))
}

type editVisit struct {
	record.ByID
	rest.Version
	Body struct{ EditInput }
}

func (s *Service) edit(ctx context.Context, in *editVisit) (*savedVisit, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Edit(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.EditInput))
}

type assignVisit struct {
	record.ByID
	rest.Version
	Body struct {
		ConsultantID string `json:"consultantId" format:"uuid"`
	}
}

func (s *Service) assignTo(ctx context.Context, in *assignVisit) (*savedVisit, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Assign(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.ConsultantID))
}

type closeVisit struct {
	record.ByID
	rest.Version
	Body struct {
		Result Result `json:"result" enum:"intent,complaint,repair,accessory,nothing"`
		Note   string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (s *Service) close(ctx context.Context, in *closeVisit) (*savedVisit, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.Close(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.Result, in.Body.Note))
}

type intentOfVisit struct {
	record.ByID
	rest.Version
	Body struct{ IntentInput }
}

func (s *Service) makeIntent(ctx context.Context, in *intentOfVisit) (*savedVisit, error) {
	version, err := in.Want()
	if err != nil {
		return nil, err
	}
	return answer(s.MakeIntent(ctx, tenants.ActorOf(ctx), in.Key(), version, in.Body.IntentInput))
}
