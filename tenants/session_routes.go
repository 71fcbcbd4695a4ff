package tenants

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

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
		Token     string `json:"token,omitempty"`
		Challenge string `json:"challenge,omitempty" doc:"A code is owed: POST /session/code, within 5 minutes. Nothing else is told before"`
		Me        *Me    `json:"me,omitempty"`
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
	rest.Register(api, rest.Operation{ID: "act-as", Method: http.MethodPut, Path: "/session/posting", Permission: rest.SignedIn, Personal: true, Summary: "Act in another of one's postings"}, s.actAs)
	rest.Register(api, rest.Operation{ID: "sign-out", Method: http.MethodDelete, Path: "/session", Permission: rest.SignedIn, Personal: true, Summary: "Sign out"},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			past := time.Unix(0, 0)
			rest.SetCookie(ctx, rest.SessionCookie, "", past, false)
			rest.SetCookie(ctx, rest.CSRFCookie, "", past, true)
			return nil, s.SignOut(ctx, ActorOf(ctx))
		})
	s.liveRoutes(api)
	s.secondStepRoutes(api)
	s.tokenRoutes(api)
	s.providerRoutes(api)
	s.signInSettingsRoutes(api)
	s.supportRoutes(api)
}

type liveOutput struct {
	Body struct {
		Items []Seen `json:"items"`
	}
}

type ownOutput struct {
	Body struct {
		Items []OwnSession `json:"items"`
	}
}

// liveRoutes registers the monitor and what a person sees of their own sessions.
func (s *Sessions) liveRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "list-sessions", Method: http.MethodGet, Path: "/monitor/sessions", Permission: readMonitor, Summary: "Live sessions and what each runs"},
		func(ctx context.Context, _ *struct{}) (*liveOutput, error) {
			var out liveOutput
			var err error
			out.Body.Items, err = s.Live(ctx, ActorOf(ctx))
			return &out, err
		})
	rest.Register(api, rest.Operation{ID: "end-session", Method: http.MethodPost, Path: "/monitor/sessions/{id}/end", Permission: endMonitor, Summary: "End a session"},
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, s.End(ctx, ActorOf(ctx), in.Key())
		})
	rest.Register(api, rest.Operation{ID: "list-own-sessions", Method: http.MethodGet, Path: "/session/list", Permission: rest.SignedIn, Summary: "One's own live sessions"},
		func(ctx context.Context, _ *struct{}) (*ownOutput, error) {
			var out ownOutput
			var err error
			out.Body.Items, err = s.Own(ctx, ActorOf(ctx))
			return &out, err
		})
	rest.Register(api, rest.Operation{ID: "end-own-session", Method: http.MethodDelete, Path: "/session/list/{id}", Permission: rest.SignedIn, Personal: true, Summary: "End one of one's own sessions"},
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, s.EndOwn(ctx, ActorOf(ctx), in.Key())
		})
}

func (s *Sessions) signIn(ctx context.Context, in *signInInput) (*signInOutput, error) {
	r := rest.RequestOf(ctx)
	e, err := s.Begin(ctx, SignInput{in.Body.Tenant, in.Body.Login, in.Body.Password, r.Address, r.Agent})
	if err != nil {
		return nil, err
	}
	return s.entered(ctx, e, in.Body.Mode)
}

// entered answers a sign-in: with the session in cookies or, in mode bearer, as a token; or with what is still owed.
func (s *Sessions) entered(ctx context.Context, e Entry, mode string) (*signInOutput, error) {
	out := &signInOutput{}
	if e.Token == "" {
		out.Body.Challenge = e.Challenge
		return out, nil
	}
	a, err := s.Actor(ctx, e.Token, rest.RequestOf(ctx).Address)
	if err != nil {
		return nil, err
	}
	m, err := s.Me(ctx, a)
	if err != nil {
		return nil, err
	}
	out.Body.Me = m
	if mode == "bearer" {
		out.Body.Token = e.Token
		return out, nil
	}
	m.CSRF = csrfOf(e.Token)
	expires := clock.Now().Add(sessionLife)
	rest.SetCookie(ctx, rest.SessionCookie, e.Token, expires, false)
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
