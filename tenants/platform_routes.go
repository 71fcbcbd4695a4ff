package tenants

import (
	"context"
	"net/http"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type openBody struct {
	Body struct {
		Code          string       `json:"code" minLength:"3" maxLength:"31"`
		Name          string       `json:"name" minLength:"1" maxLength:"60"`
		StartDate     clock.Day    `json:"startDate"`
		Zone          string       `json:"zone,omitempty" maxLength:"40" doc:"IANA name; absent: Asia/Shanghai"`
		Template      string       `json:"template,omitempty" maxLength:"40" doc:"One of /platform/templates; absent: the group alone"`
		Units         []UnitChoice `json:"units,omitempty" maxItems:"100" doc:"Other codes and names for units of the template"`
		Plan          string       `json:"plan,omitempty" maxLength:"40" doc:"One of /platform/plans; absent: standard"`
		Status        Status       `json:"status,omitempty" enum:"trial,active" doc:"Absent: active"`
		EndsOn        clock.Day    `json:"endsOn,omitempty" doc:"The last day; a trial needs one"`
		Administrator struct {
			Login    string `json:"login" minLength:"3" maxLength:"40"`
			Name     string `json:"name" minLength:"1" maxLength:"60"`
			Password string `json:"password" minLength:"8" maxLength:"200"`
		} `json:"administrator"`
	}
}

type templatesOutput struct {
	Body struct {
		Items []Template `json:"items"`
	}
}

type tenantsOutput struct {
	Body struct {
		Items []TenantInfo `json:"items"`
	}
}

type tenantOutput struct{ Body *TenantPage }

type usageInput struct {
	record.ByID
	Days int `query:"days" minimum:"1" maximum:"400" default:"90"`
}

type usageOutput struct {
	Body struct {
		Items []UsageDay `json:"items"`
	}
}

type logOutput struct {
	Body struct {
		Items []LogLine `json:"items"`
	}
}

type setPlanInput struct {
	record.ByID
	Body struct {
		Plan   string `json:"plan" minLength:"1" maxLength:"40"`
		Quotas Quotas `json:"quotas" doc:"Limits of its own; what is null is the plan's"`
	}
}

type addPlanInput struct {
	Body struct {
		Code   string     `json:"code" minLength:"2" maxLength:"31" pattern:"^[a-z][a-z0-9_]*$"`
		Name   fault.Text `json:"name"`
		Quotas Quotas     `json:"quotas"`
	}
}

type editPlanInput struct {
	rest.Version
	Code string `path:"code" maxLength:"40"`
	Body struct {
		Name   fault.Text `json:"name"`
		Quotas Quotas     `json:"quotas"`
	}
}

type moveInput struct {
	record.ByID
	Body *struct {
		EndsOn clock.Day `json:"endsOn,omitempty" doc:"The last day; absent, where it may be: until further notice"`
	}
}

type plansOutput struct {
	Body struct {
		Items []Plan `json:"items"`
	}
}

// Routes registers the operators' own door and desk.
func (p *Platform) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "operator-sign-in", Method: http.MethodPost, Path: "/platform/session", Permission: rest.Public, Summary: "Sign in as an operator of the platform"}, p.signIn)
	rest.Register(api, rest.Operation{ID: "operator-me", Method: http.MethodGet, Path: "/platform/session", Permission: rest.Operator, Summary: "Which operator one is"}, p.me)
	rest.Register(api, rest.Operation{ID: "operator-sign-out", Method: http.MethodDelete, Path: "/platform/session", Permission: rest.Operator, Summary: "Sign out"}, p.signOut)
	p.tenantRoutes(api)
	p.planRoutes(api)
	p.supportRoutes(api)
}

func deskOp(id, method, path, summary string) rest.Operation {
	return rest.Operation{ID: id, Method: method, Path: "/platform" + path, Permission: rest.Operator, Summary: summary}
}

func (p *Platform) tenantRoutes(api *rest.API) {
	rest.Register(api, deskOp("list-templates", http.MethodGet, "/templates", "What an account set can begin with"), func(context.Context, *struct{}) (*templatesOutput, error) {
		out := &templatesOutput{}
		out.Body.Items = Templates
		return out, nil
	})
	rest.Register(api, deskOp("list-tenants", http.MethodGet, "/tenants", "All tenants"), func(ctx context.Context, _ *struct{}) (*tenantsOutput, error) {
		out := &tenantsOutput{}
		var err error
		out.Body.Items, err = p.infos(ctx, nil)
		return out, err
	})
	open := deskOp("open-tenant", http.MethodPost, "/tenants", "Open a tenant")
	open.Status = http.StatusCreated
	rest.Register(api, open, func(ctx context.Context, in *openBody) (*createdOutput, error) {
		b := in.Body
		t, err := p.Open(ctx, OpenInput{Code: b.Code, Name: b.Name, StartDate: b.StartDate, Zone: b.Zone, Template: b.Template, Units: b.Units, Plan: b.Plan, Status: b.Status, EndsOn: b.EndsOn,
			Administrator: UserInput{Login: b.Administrator.Login, Name: b.Administrator.Name, Password: b.Administrator.Password, MustChange: true}})
		return created(t.ID, err)
	})
	rest.Register(api, deskOp("get-tenant", http.MethodGet, "/tenants/{id}", "A tenant, its quotas, and what can be done to it"), func(ctx context.Context, in *record.ByID) (*tenantOutput, error) {
		page, err := p.Page(ctx, in.Key())
		return &tenantOutput{page}, err
	})
	rest.Register(api, deskOp("get-tenant-usage", http.MethodGet, "/tenants/{id}/usage", "What a tenant used, day by day, newest first"), func(ctx context.Context, in *usageInput) (*usageOutput, error) {
		out := &usageOutput{}
		var err error
		out.Body.Items, err = p.Usage(ctx, in.Key(), in.Days)
		return out, err
	})
	rest.Register(api, deskOp("get-tenant-log", http.MethodGet, "/tenants/{id}/log", "What was done to a tenant, newest first"), func(ctx context.Context, in *record.ByID) (*logOutput, error) {
		out := &logOutput{}
		var err error
		out.Body.Items, err = p.Log(ctx, in.Key())
		return out, err
	})
	rest.Register(api, deskOp("set-tenant-plan", http.MethodPut, "/tenants/{id}/plan", "Give a tenant a plan, and limits of its own"), func(ctx context.Context, in *setPlanInput) (*struct{}, error) {
		return nil, p.SetPlan(ctx, in.Key(), in.Body.Plan, in.Body.Quotas)
	})
	for _, a := range Life.Actions() {
		move, op := Move(a.Name), deskOp(a.Name+"-tenant", http.MethodPost, "/tenants/{id}/"+a.Name, a.Label.En+" a tenant")
		if !takesEnd[move] {
			rest.Register(api, op, func(ctx context.Context, in *record.ByID) (*struct{}, error) {
				return nil, p.Act(ctx, in.Key(), move, "")
			})
			continue
		}
		rest.Register(api, op, func(ctx context.Context, in *moveInput) (*struct{}, error) {
			var ends clock.Day
			if in.Body != nil {
				ends = in.Body.EndsOn
			}
			return nil, p.Act(ctx, in.Key(), move, ends)
		})
	}
}

func (p *Platform) planRoutes(api *rest.API) {
	rest.Register(api, deskOp("list-plans", http.MethodGet, "/plans", "The plans"), func(ctx context.Context, _ *struct{}) (*plansOutput, error) {
		out := &plansOutput{}
		var err error
		out.Body.Items, err = p.Plans(ctx)
		return out, err
	})
	add := deskOp("add-plan", http.MethodPost, "/plans", "Add a plan")
	add.Status = http.StatusCreated
	rest.Register(api, add, func(ctx context.Context, in *addPlanInput) (*struct{}, error) {
		return nil, p.AddPlan(ctx, in.Body.Code, in.Body.Name, in.Body.Quotas)
	})
	rest.Register(api, deskOp("edit-plan", http.MethodPut, "/plans/{code}", "Change a plan for all tenants that have it"), func(ctx context.Context, in *editPlanInput) (*struct{}, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		return nil, p.EditPlan(ctx, in.Code, version, in.Body.Name, in.Body.Quotas)
	})
}
