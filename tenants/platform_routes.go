package tenants

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// TenantInfo is a tenant as operators see it.
type TenantInfo struct {
	ID        uuid.UUID `json:"id"`
	Code      string    `json:"code"`
	Name      string    `json:"name"`
	Status    string    `json:"status"`
	StartDate clock.Day `json:"startDate"`
	CreatedAt time.Time `json:"createdAt"`
}

type openBody struct {
	Body struct {
		Code          string    `json:"code" minLength:"3" maxLength:"31"`
		Name          string    `json:"name" minLength:"1" maxLength:"60"`
		StartDate     clock.Day `json:"startDate"`
		Administrator struct {
			Login    string `json:"login" minLength:"3" maxLength:"40"`
			Name     string `json:"name" minLength:"1" maxLength:"60"`
			Password string `json:"password" minLength:"8" maxLength:"200"`
		} `json:"administrator"`
	}
}

// Routes registers the operators' own door and desk.
func (p *Platform) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "operator-sign-in", Method: http.MethodPost, Path: "/platform/session", Permission: rest.Public, Summary: "Sign in as an operator of the platform"}, p.signIn)
	rest.Register(api, rest.Operation{ID: "operator-me", Method: http.MethodGet, Path: "/platform/session", Permission: rest.Operator, Summary: "Which operator one is"}, p.me)
	rest.Register(api, rest.Operation{ID: "operator-sign-out", Method: http.MethodDelete, Path: "/platform/session", Permission: rest.Operator, Summary: "Sign out"}, p.signOut)
	rest.Register(api, rest.Operation{ID: "list-tenants", Method: http.MethodGet, Path: "/platform/tenants", Permission: rest.Operator, Summary: "All tenants"}, p.list)
	rest.Register(api, rest.Operation{ID: "open-tenant", Method: http.MethodPost, Path: "/platform/tenants", Permission: rest.Operator, Status: 201, Summary: "Open a tenant"},
		func(ctx context.Context, in *openBody) (*createdOutput, error) {
			b := in.Body
			t, err := p.Open(ctx, OpenInput{Code: b.Code, Name: b.Name, StartDate: b.StartDate, Administrator: UserInput{Login: b.Administrator.Login, Name: b.Administrator.Name, Password: b.Administrator.Password, MustChange: true}})
			return created(t.ID, err)
		})
	p.supportRoutes(api)
	for action, status := range map[string]string{"suspend": "suspended", "resume": "active"} {
		rest.Register(api, rest.Operation{ID: action + "-tenant", Method: http.MethodPost, Path: "/platform/tenants/{id}/" + action, Permission: rest.Operator, Summary: "Set the status of a tenant"},
			func(ctx context.Context, in *record.ByID) (*struct{}, error) {
				return nil, p.SetStatus(ctx, in.Key(), status)
			})
	}
}

type tenantsOutput struct {
	Body struct {
		Items []TenantInfo `json:"items"`
	}
}

func (p *Platform) list(ctx context.Context, _ *struct{}) (*tenantsOutput, error) {
	out := &tenantsOutput{}
	out.Body.Items = []TenantInfo{}
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT id, code, name, status, start_date, created_at FROM tenants ORDER BY created_at DESC LIMIT 1000")
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var t TenantInfo
			if err := rows.Scan(&t.ID, &t.Code, &t.Name, &t.Status, &t.StartDate, &t.CreatedAt); err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, t)
		}
		return rows.Err()
	})
	return out, err
}
