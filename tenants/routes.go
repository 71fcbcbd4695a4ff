package tenants

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// RoleName is a role in words.
type RoleName struct {
	Code string     `json:"code"`
	Name fault.Text `json:"name"`
}

// PostingInfo is a posting as its holder reads it.
type PostingInfo struct {
	ID           uuid.UUID  `json:"id"`
	UnitID       uuid.UUID  `json:"unitId"`
	UnitName     string     `json:"unitName"`
	CompanyID    *uuid.UUID `json:"companyId,omitempty"`
	CompanyName  string     `json:"companyName"`
	DepartmentID *uuid.UUID `json:"departmentId,omitempty"`
	Title        string     `json:"title"`
	Roles        []RoleName `json:"roles"`
}

// Me is the reader themselves.
type Me struct {
	User struct {
		ID    uuid.UUID `json:"id"`
		Login string    `json:"login"`
		Name  string    `json:"name"`
	} `json:"user"`
	Tenant struct {
		ID     uuid.UUID `json:"id"`
		Code   string    `json:"code"`
		Name   string    `json:"name"`
		Status string    `json:"status"`
		Demo   bool      `json:"demo"`
		Now    time.Time `json:"now"`
	} `json:"tenant"`
	Posting  PostingInfo                  `json:"posting"`
	Postings []PostingInfo                `json:"postings"`
	Grants   map[access.Permission]string `json:"grants"`
	CSRF     string                       `json:"csrf,omitempty"`
}

// Me says who the actor is.
func (s *Sessions) Me(ctx context.Context, a Actor) (*Me, error) {
	m := &Me{Postings: []PostingInfo{}, Grants: a.Set.Levels}
	m.User.ID, m.User.Login, m.User.Name = a.User, a.Login, a.Name
	m.Tenant.ID, m.Tenant.Code, m.Tenant.Name, m.Tenant.Status, m.Tenant.Demo, m.Tenant.Now = a.Tenant.ID, a.Tenant.Code, a.Tenant.Name, a.Tenant.Status, a.Tenant.Demo, a.Tenant.Now().UTC()
	err := s.db.Read(ctx, a, func(tx Tx) error {
		all, err := PostingsOf(ctx, tx, a.User)
		if err != nil {
			return err
		}
		for _, p := range all {
			info := PostingInfo{ID: p.ID, UnitID: p.Unit, UnitName: p.UnitName, Title: p.Title, Roles: []RoleName{}}
			if p.Company != uuid.Nil {
				info.CompanyID = &p.Company
				if err := tx.QueryRowContext(ctx, "SELECT name FROM org_units WHERE tenant_id = ? AND id = ?", tx.Tenant, p.Company).Scan(&info.CompanyName); err != nil {
					return err
				}
			}
			if p.Department != uuid.Nil {
				info.DepartmentID = &p.Department
			}
			if err := rolesOf(ctx, tx, &info); err != nil {
				return err
			}
			m.Postings = append(m.Postings, info)
			if p.ID == a.Posting.ID {
				m.Posting = info
			}
		}
		return nil
	})
	return m, err
}

func rolesOf(ctx context.Context, tx Tx, p *PostingInfo) error {
	rows, err := tx.QueryContext(ctx, "SELECT r.code, r.name_zh, r.name_en FROM policy_rules g JOIN roles r ON r.tenant_id = g.tenant_id AND r.code = g.v1 WHERE g.tenant_id = ? AND g.ptype = 'g' AND g.v0 = ? ORDER BY r.code", tx.Tenant, "posting:"+p.ID.String())
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r RoleName
		if err := rows.Scan(&r.Code, &r.Name.Zh, &r.Name.En); err != nil {
			return err
		}
		p.Roles = append(p.Roles, r)
	}
	return rows.Err()
}

type signInInput struct {
	Body struct {
		Tenant   string `json:"tenant" minLength:"1" maxLength:"40"`
		Login    string `json:"login" minLength:"1" maxLength:"40"`
		Password string `json:"password" minLength:"1" maxLength:"200"`
		Mode     string `json:"mode,omitempty" enum:"cookie,bearer" default:"cookie"`
	}
}

type signInOutput struct {
	Body struct {
		Token string `json:"token,omitempty"`
		Me    *Me    `json:"me"`
	}
}

type meOutput struct{ Body *Me }

type postingInput struct {
	Body struct {
		PostingID string `json:"postingId" format:"uuid" maxLength:"36"`
	}
}

// Routes registers signing in and out.
func (s *Sessions) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "sign-in", Method: http.MethodPost, Path: "/session", Permission: rest.Public, Summary: "Sign in", Errors: []int{429}}, s.signIn)
	rest.Register(api, rest.Operation{ID: "me", Method: http.MethodGet, Path: "/session", Permission: rest.SignedIn, Summary: "Who one is"},
		func(ctx context.Context, _ *struct{}) (*meOutput, error) {
			m, err := s.Me(ctx, ActorOf(ctx))
			if r := rest.RequestOf(ctx); err == nil && r.ByCookie {
				m.CSRF = csrfOf(r.Token)
			}
			return &meOutput{m}, err
		})
	rest.Register(api, rest.Operation{ID: "act-as", Method: http.MethodPut, Path: "/session/posting", Permission: rest.SignedIn, Summary: "Act in another of one's postings"}, s.actAs)
	rest.Register(api, rest.Operation{ID: "sign-out", Method: http.MethodDelete, Path: "/session", Permission: rest.SignedIn, Summary: "Sign out"},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			past := time.Unix(0, 0)
			rest.SetCookie(ctx, rest.SessionCookie, "", past, false)
			rest.SetCookie(ctx, rest.CSRFCookie, "", past, true)
			return nil, s.SignOut(ctx, ActorOf(ctx))
		})
}

func (s *Sessions) signIn(ctx context.Context, in *signInInput) (*signInOutput, error) {
	r := rest.RequestOf(ctx)
	token, a, err := s.SignIn(ctx, SignInput{in.Body.Tenant, in.Body.Login, in.Body.Password, r.Address, r.Agent})
	if err != nil {
		return nil, err
	}
	m, err := s.Me(ctx, a)
	if err != nil {
		return nil, err
	}
	out := &signInOutput{}
	out.Body.Me = m
	if in.Body.Mode == "bearer" {
		out.Body.Token = token
		return out, nil
	}
	m.CSRF = csrfOf(token)
	expires := time.Now().Add(sessionLife)
	rest.SetCookie(ctx, rest.SessionCookie, token, expires, false)
	rest.SetCookie(ctx, rest.CSRFCookie, m.CSRF, expires, true)
	return out, nil
}

func (s *Sessions) actAs(ctx context.Context, in *postingInput) (*meOutput, error) {
	posting, err := uuid.Parse(in.Body.PostingID)
	if err != nil {
		return nil, ErrPosting.At("postingId").Because(err)
	}
	if err := s.ActAs(ctx, ActorOf(ctx), posting); err != nil {
		return nil, err
	}
	r := rest.RequestOf(ctx)
	a, err := s.Actor(ctx, r.Token, r.Address)
	if err != nil {
		return nil, err
	}
	m, err := s.Me(ctx, a)
	return &meOutput{m}, err
}

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

type unitInput struct {
	Body struct {
		ParentID string `json:"parentId" format:"uuid" minLength:"36" maxLength:"36"`
		Kind     string `json:"kind" enum:"region,company,department,team"`
		Code     string `json:"code" minLength:"1" maxLength:"20" pattern:"^[A-Za-z0-9]+$"`
		Name     string `json:"name" minLength:"1" maxLength:"60"`
	}
}

type userInput struct {
	Body struct {
		Login    string `json:"login" minLength:"3" maxLength:"40"`
		Name     string `json:"name" minLength:"1" maxLength:"60"`
		Password string `json:"password" minLength:"8" maxLength:"200"`
	}
}

type newPostingInput struct {
	record.ByID
	Body struct {
		UnitID string   `json:"unitId" format:"uuid" minLength:"36" maxLength:"36"`
		Title  string   `json:"title" minLength:"1" maxLength:"60"`
		Roles  []string `json:"roles" minItems:"1" maxItems:"20"`
	}
}

// Routes registers building the organisation.
func (o *Org) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "create-unit", Method: http.MethodPost, Path: "/org-units", Permission: "org:manage", Status: 201, Summary: "Add an org unit"},
		func(ctx context.Context, in *unitInput) (*createdOutput, error) {
			parent, err := uuid.Parse(in.Body.ParentID)
			if err != nil {
				return nil, ErrParent.At("parentId").Because(err)
			}
			return created(o.AddUnit(ctx, ActorOf(ctx), UnitInput{parent, in.Body.Kind, in.Body.Code, in.Body.Name}))
		})
	rest.Register(api, rest.Operation{ID: "create-user", Method: http.MethodPost, Path: "/users", Permission: "user:manage", Status: 201, Summary: "Add a user"},
		func(ctx context.Context, in *userInput) (*createdOutput, error) {
			return created(o.AddUser(ctx, ActorOf(ctx), UserInput{in.Body.Login, in.Body.Name, in.Body.Password}))
		})
	rest.Register(api, rest.Operation{ID: "create-posting", Method: http.MethodPost, Path: "/users/{id}/postings", Permission: "user:manage", Status: 201, Summary: "Place a user in a unit with roles"},
		func(ctx context.Context, in *newPostingInput) (*createdOutput, error) {
			unit, err := uuid.Parse(in.Body.UnitID)
			if err != nil {
				return nil, ErrParent.At("unitId").Because(err)
			}
			return created(o.AddPosting(ctx, ActorOf(ctx), PostingInput{in.Key(), unit, in.Body.Title, in.Body.Roles}))
		})
	rest.Register(api, rest.Operation{ID: "disable-user", Method: http.MethodPost, Path: "/users/{id}/disable", Permission: "user:manage", Summary: "End a user's access"},
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, o.DisableUser(ctx, ActorOf(ctx), in.Key())
		})
	rest.Register(api, rest.Operation{ID: "move-demo-clock", Method: http.MethodPost, Path: "/demo/clock", Permission: "demo:clock", Summary: "Move a demo tenant's clock on"}, o.moveClock)
}

// ErrNoDemo refuses to move the clock of a real tenant.
var ErrNoDemo = fault.New(fault.Denied, "demo.only", "只有演示账套可以移动时钟", "Only the clock of a demo account set can be moved")

func (o *Org) moveClock(ctx context.Context, in *struct {
	Body struct {
		Days int `json:"days" minimum:"1" maximum:"400"`
	}
}) (*struct{}, error) {
	a := ActorOf(ctx)
	if !a.Tenant.Demo {
		return nil, ErrNoDemo
	}
	return nil, o.change(ctx, a, func(tx Tx) error {
		if err := tx.Later(ctx, "UPDATE tenants SET clock_offset = clock_offset + make_interval(days => ?) WHERE id = ?", in.Body.Days, tx.Tenant); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "tenant", tx.Tenant, 1, "move_clock", nil, map[string]any{"days": in.Body.Days})
	})
}
