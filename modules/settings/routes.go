package settings

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

type listInput struct {
	Unit string `query:"unit" maxLength:"36" doc:"A company; absent: the group, or one's own company for those who read no more"`
}

type listOutput struct{ Body List }

// ByKey takes the key of a parameter from the path.
type ByKey struct {
	Key string `path:"key" maxLength:"60"`
}

type setInput struct {
	ByKey
	rest.Version
	Body struct {
		UnitID string `json:"unitId,omitempty" format:"uuid" maxLength:"36" doc:"A company; absent: the group"`
		Value  any    `json:"value" doc:"By the parameter's type: true, 7, \"100.00\", \"text\""`
		Locked bool   `json:"locked,omitempty" doc:"Holds every level below to this value"`
	}
}

type unsetInput struct {
	ByKey
	rest.Version
	Unit string `query:"unit" maxLength:"36" doc:"A company; absent: the group"`
}

type setPlatformInput struct {
	ByKey
	rest.Version
	Body struct {
		Value  any  `json:"value" doc:"By the parameter's type: true, 7, \"100.00\", \"text\""`
		Locked bool `json:"locked,omitempty" doc:"Holds every group and company to this value"`
	}
}

type settingOutput struct{ Body Setting }

type historyOutput struct {
	Body struct {
		Items []Change `json:"items"`
	}
}

type platformOutput struct {
	Body struct {
		Items []Setting `json:"items"`
	}
}

func answer(s Setting, err error) (*settingOutput, error) {
	if err != nil {
		return nil, err
	}
	return &settingOutput{s}, nil
}

// raw is a decoded value as JSON again.
func raw(value any) (json.RawMessage, error) { return json.Marshal(value) }

// Routes registers the operations.
func (s *Service) Routes(api *rest.API) {
	op := func(id, method, path string, p access.Permission, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: path, Permission: p, Summary: summary}
	}
	rest.Register(api, op("list-parameters", http.MethodGet, "/parameters", "parameter:read", "Every parameter as it stands in the group or a company, and where its value comes from"),
		func(ctx context.Context, in *listInput) (*listOutput, error) {
			unit, err := unitID(in.Unit, "unit")
			if err != nil {
				return nil, err
			}
			list, err := s.List(ctx, tenants.ActorOf(ctx), unit)
			return &listOutput{list}, err
		})
	rest.Register(api, op("parameter-history", http.MethodGet, "/parameters/{key}/history", "parameter:read", "Who decided a parameter when, newest first"),
		func(ctx context.Context, in *ByKey) (*historyOutput, error) {
			out := &historyOutput{}
			var err error
			out.Body.Items, err = s.History(ctx, tenants.ActorOf(ctx), in.Key)
			return out, err
		})
	rest.Register(api, op("set-parameter", http.MethodPut, "/parameters/{key}", "parameter:edit", "Decide a parameter for the group or a company"),
		func(ctx context.Context, in *setInput) (*settingOutput, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			d := Decision{Locked: in.Body.Locked}
			if d.Unit, err = unitID(in.Body.UnitID, "unitId"); err != nil {
				return nil, err
			}
			if d.Value, err = raw(in.Body.Value); err != nil {
				return nil, err
			}
			return answer(s.Set(ctx, tenants.ActorOf(ctx), in.Key, version, d))
		})
	rest.Register(api, op("unset-parameter", http.MethodDelete, "/parameters/{key}", "parameter:edit", "Take a decision of the group or a company back"),
		func(ctx context.Context, in *unsetInput) (*settingOutput, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			unit, err := unitID(in.Unit, "unit")
			if err != nil {
				return nil, err
			}
			return answer(s.Unset(ctx, tenants.ActorOf(ctx), in.Key, version, unit))
		})
	s.platformRoutes(api)
}

func (s *Service) platformRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-platform-parameters", Method: http.MethodGet, Path: "/platform/parameters", Permission: rest.Operator, Summary: "Every parameter as the platform has decided it"},
		func(ctx context.Context, _ *struct{}) (*platformOutput, error) {
			out := &platformOutput{}
			var err error
			out.Body.Items, err = s.PlatformList(ctx)
			return out, err
		})
	rest.Register(api, rest.Operation{ID: "set-platform-parameter", Method: http.MethodPut, Path: "/platform/parameters/{key}", Permission: rest.Operator, Summary: "Decide a parameter for every group"},
		func(ctx context.Context, in *setPlatformInput) (*settingOutput, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			d := Decision{Unit: uuid.Nil, Locked: in.Body.Locked}
			if d.Value, err = raw(in.Body.Value); err != nil {
				return nil, err
			}
			return answer(s.SetPlatform(ctx, in.Key, version, &d))
		})
	rest.Register(api, rest.Operation{ID: "unset-platform-parameter", Method: http.MethodDelete, Path: "/platform/parameters/{key}", Permission: rest.Operator, Summary: "Take a decision of the platform back"},
		func(ctx context.Context, in *struct {
			ByKey
			rest.Version
		}) (*settingOutput, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			return answer(s.SetPlatform(ctx, in.Key, version, nil))
		})
}

// at puts a fault of a value at its field.
func at(err error, field string) error {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.At(field)
	}
	return err
}
