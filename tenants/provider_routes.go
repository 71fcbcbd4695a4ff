package tenants

import (
	"context"
	"net/http"
	"time"

	"forecourt/kernel/clock"
	"forecourt/kernel/rest"
)

type waysInput struct {
	Tenant string `query:"tenant" required:"true" minLength:"1" maxLength:"40"`
}

type waysOutput struct{ Body Ways }

type beginProviderInput struct {
	Body struct {
		Tenant string `json:"tenant" minLength:"1" maxLength:"40"`
		Origin string `json:"origin" minLength:"1" maxLength:"200" doc:"Of the page, such as https://forecourt.example.com; the provider sends back to /signin/return there"`
	}
}

type beginProviderOutput struct {
	Body struct {
		URL string `json:"url" doc:"Where the browser goes"`
	}
}

type finishProviderInput struct {
	Body struct {
		State string `json:"state" minLength:"1" maxLength:"200"`
		Code  string `json:"code" minLength:"1" maxLength:"4000"`
		Mode  string `json:"mode,omitempty" enum:"cookie,bearer" default:"cookie"`
	}
}

type providerBody struct {
	Issuer       string `json:"issuer" minLength:"1" maxLength:"300"`
	ClientID     string `json:"clientId" minLength:"1" maxLength:"300"`
	ClientSecret string `json:"clientSecret,omitempty" maxLength:"1000" doc:"Absent: the present one, for the same issuer"`
	Claim        string `json:"claim" minLength:"1" maxLength:"100"`
	Matches      string `json:"matches" enum:"login,email"`
	Label        string `json:"label" minLength:"1" maxLength:"30"`
	Enabled      bool   `json:"enabled"`
}

func (b providerBody) input() ProviderInput {
	return ProviderInput{b.Issuer, b.ClientID, b.ClientSecret, b.Claim, b.Matches, b.Label, b.Enabled}
}

type providerInput struct {
	rest.Version
	Body providerBody
}

type testProviderInput struct{ Body providerBody }

type providerOutput struct{ Body Provider }

type versionInput struct{ rest.Version }

func (s *Sessions) providerRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "sign-in-ways", Method: http.MethodGet, Path: "/session/ways", Permission: rest.Public, Summary: "How people of a group sign in"},
		func(ctx context.Context, in *waysInput) (*waysOutput, error) {
			w, err := s.Ways(ctx, in.Tenant)
			return &waysOutput{w}, err
		})
	rest.Register(api, rest.Operation{ID: "begin-provider-sign-in", Method: http.MethodPost, Path: "/session/provider", Permission: rest.Public, Summary: "Sign in by the company account: where to go"},
		func(ctx context.Context, in *beginProviderInput) (*beginProviderOutput, error) {
			address, kept, err := s.BeginProvider(ctx, in.Body.Tenant, in.Body.Origin)
			if err != nil {
				return nil, err
			}
			rest.SetCookie(ctx, rest.ProviderCookie, kept, clock.Now().Add(errandLife), false)
			out := &beginProviderOutput{}
			out.Body.URL = address
			return out, nil
		})
	rest.Register(api, rest.Operation{ID: "finish-provider-sign-in", Method: http.MethodPost, Path: "/session/provider/code", Permission: rest.Public, Summary: "Sign in by the company account: back from there"},
		func(ctx context.Context, in *finishProviderInput) (*signInOutput, error) {
			r := rest.RequestOf(ctx)
			kept := rest.Cookie(ctx, rest.ProviderCookie)
			rest.SetCookie(ctx, rest.ProviderCookie, "", time.Unix(0, 0), false)
			e, err := s.FinishProvider(ctx, ProviderAnswer{kept, in.Body.State, in.Body.Code, r.Address, r.Agent})
			if err != nil {
				return nil, err
			}
			return s.entered(ctx, e, in.Body.Mode)
		})
	op := func(id, method, path, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: "/sign-in/provider" + path, Permission: manageIdentity, Personal: true, Summary: summary}
	}
	rest.Register(api, op("identity-provider", http.MethodGet, "", "The group's identity provider"), func(ctx context.Context, _ *struct{}) (*providerOutput, error) {
		p, err := s.Provider(ctx, ActorOf(ctx))
		return &providerOutput{p}, err
	})
	rest.Register(api, op("edit-identity-provider", http.MethodPut, "", "Change the group's identity provider"), func(ctx context.Context, in *providerInput) (*providerOutput, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		p, err := s.EditProvider(ctx, ActorOf(ctx), version, in.Body.input())
		return &providerOutput{p}, err
	})
	rest.Register(api, op("delete-identity-provider", http.MethodDelete, "", "Take the group's identity provider away"), func(ctx context.Context, in *versionInput) (*struct{}, error) {
		version, err := in.Want()
		if err != nil {
			return nil, err
		}
		return nil, s.DeleteProvider(ctx, ActorOf(ctx), version)
	})
	rest.Register(api, op("test-identity-provider", http.MethodPost, "/test", "Ask an identity provider whether it is there and knows the client"), func(ctx context.Context, in *testProviderInput) (*struct{}, error) {
		return nil, s.TestProvider(ctx, ActorOf(ctx), in.Body.input())
	})
}
