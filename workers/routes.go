package workers

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type parkedOutput struct {
	Body struct {
		Items []ParkedRow `json:"items"`
	}
}

type parkedPath struct {
	record.ByID
	Row string `path:"row" format:"uuid" minLength:"36" maxLength:"36"`
}

// Routes registers what operators do about parked rows. They see kinds and errors, never what a row is about.
func (w *Workers) Routes(api *rest.API) {
	w.jobRoutes(api)
	rest.Register(api, rest.Operation{ID: "list-parked", Method: http.MethodGet, Path: "/platform/parked", Permission: rest.Operator, Summary: "Events and due tasks of all tenants that failed too often, at most 500"},
		func(ctx context.Context, _ *struct{}) (*parkedOutput, error) {
			return answer(w.AllParked(ctx))
		})
	rest.Register(api, rest.Operation{ID: "list-parked-of-tenant", Method: http.MethodGet, Path: "/platform/tenants/{id}/parked", Permission: rest.Operator, Summary: "Those of one tenant, oldest first"},
		func(ctx context.Context, in *record.ByID) (*parkedOutput, error) {
			t, err := w.tenant(ctx, in.Key())
			if err != nil {
				return nil, err
			}
			return answer(w.Parked(ctx, tenants.Worker(t, relayName)))
		})
	rest.Register(api, rest.Operation{ID: "retry-parked", Method: http.MethodPost, Path: "/platform/tenants/{id}/parked/{row}/retry", Permission: rest.Operator, Summary: "Let a parked row run again"},
		func(ctx context.Context, in *parkedPath) (*struct{}, error) {
			row, err := uuid.Parse(in.Row)
			if err != nil {
				return nil, ErrNotParked.Because(err)
			}
			return nil, w.Retry(ctx, in.Key(), row)
		})
}

func answer(parked []ParkedRow, err error) (*parkedOutput, error) {
	out := &parkedOutput{}
	out.Body.Items = parked
	return out, err
}
