package tenants

import (
	"context"
	"net/http"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type consentInput struct {
	Body struct {
		Hours   int    `json:"hours" minimum:"1" maximum:"72"`
		Writing bool   `json:"writing,omitempty" doc:"False: support only reads"`
		Reason  string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

type consentsOutput struct {
	Body struct {
		Items []SupportGrant `json:"items"`
	}
}

type doorsOutput struct {
	Body struct {
		Items []SupportDoor `json:"items"`
	}
}

// supportRoutes registers a tenant's consents.
func (s *Sessions) supportRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-support-grants", Method: http.MethodGet, Path: "/support/grants", Permission: grantSupport, Summary: "Consents to support, and what was done under each"},
		func(ctx context.Context, _ *struct{}) (*consentsOutput, error) {
			out := &consentsOutput{}
			var err error
			out.Body.Items, err = s.ListSupport(ctx, ActorOf(ctx))
			return out, err
		})
	rest.Register(api, rest.Operation{ID: "grant-support", Method: http.MethodPost, Path: "/support/grants", Permission: grantSupport, Status: 201, Summary: "Let the platform's support in for some hours"},
		func(ctx context.Context, in *consentInput) (*createdOutput, error) {
			return created(s.GrantSupport(ctx, ActorOf(ctx), SupportInput(in.Body)))
		})
	rest.Register(api, rest.Operation{ID: "revoke-support", Method: http.MethodPost, Path: "/support/grants/{id}/revoke", Permission: grantSupport, Summary: "Take a consent back; sessions under it end at once"},
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, s.RevokeSupport(ctx, ActorOf(ctx), in.Key())
		})
}

// supportRoutes registers the operators' side.
func (p *Platform) supportRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-support-doors", Method: http.MethodGet, Path: "/platform/support", Permission: rest.Operator, Summary: "Tenants that let support in now"},
		func(ctx context.Context, _ *struct{}) (*doorsOutput, error) {
			out := &doorsOutput{}
			var err error
			out.Body.Items, err = p.SupportDoors(ctx)
			return out, err
		})
	rest.Register(api, rest.Operation{ID: "open-support", Method: http.MethodPost, Path: "/platform/tenants/{id}/support", Permission: rest.Operator, Summary: "Open a session in a tenant that consented"}, p.enterSupport)
}
