package tenants

import (
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/rest"
)

type createdOutput struct {
	Body struct {
		ID uuid.UUID `json:"id"`
	}
}

func created(id uuid.UUID, err error) (*createdOutput, error) {
	out := &createdOutput{}
	out.Body.ID = id
	return out, err
}

// Routes registers building the organisation.
func (o *Org) Routes(api *rest.API) {
	o.companyRoutes(api)
	o.unitRoutes(api)
	o.colleagueRoute(api)
	o.importRoutes(api) // before the users: its path is not to be taken for an id
	o.userRoutes(api)
	o.secondStepRoute(api)
	o.handoverRoutes(api)
	o.profileRoutes(api)
	o.postingRoutes(api)
	o.groupRoutes(api)
	rest.Register(api, rest.Operation{ID: "move-demo-clock", Method: http.MethodPost, Path: "/demo/clock", Permission: "demo:clock", Summary: "Move a demo tenant's clock on"}, o.moveClock)
}
