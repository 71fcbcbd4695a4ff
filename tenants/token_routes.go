package tenants

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type tokenInput struct {
	Body struct {
		Name        string              `json:"name" minLength:"1" maxLength:"60"`
		ReadOnly    bool                `json:"readOnly,omitempty" doc:"Whatever its maker may read, and no change at all"`
		Permissions []access.Permission `json:"permissions,omitempty" maxItems:"300" doc:"Of those that its maker holds; with readOnly none"`
		Networks    []string            `json:"networks,omitempty" maxItems:"20" doc:"Addresses or networks (CIDR) from which it may be used; none: from everywhere"`
		ExpiresOn   clock.Day           `json:"expiresOn" doc:"Its last day, within a year"`
	}
}

type tokenOutput struct {
	Body struct {
		ID    uuid.UUID `json:"id"`
		Token string    `json:"token" doc:"Shown this once"`
	}
}

type tokensOutput struct {
	Body struct {
		Items []Token `json:"items"`
	}
}

func listed(items []Token, err error) (*tokensOutput, error) {
	out := &tokensOutput{}
	out.Body.Items = items
	return out, err
}

func (s *Sessions) tokenRoutes(api *rest.API) {
	op := func(id, method, path string, p access.Permission, summary string) rest.Operation {
		return rest.Operation{ID: id, Method: method, Path: path, Permission: p, Personal: true, Unkept: true, Summary: summary}
	}
	create := op("create-token", http.MethodPost, "/session/tokens", rest.SignedIn, "Make an API token, for oneself in one's present posting")
	create.Status = http.StatusCreated
	rest.Register(api, create, func(ctx context.Context, in *tokenInput) (*tokenOutput, error) {
		b := in.Body
		token, id, err := s.MakeToken(ctx, ActorOf(ctx), TokenInput{b.Name, b.ReadOnly, b.Permissions, b.Networks, b.ExpiresOn})
		out := &tokenOutput{}
		out.Body.ID, out.Body.Token = id, token
		return out, err
	})
	rest.Register(api, op("list-own-tokens", http.MethodGet, "/session/tokens", rest.SignedIn, "One's own API tokens"),
		func(ctx context.Context, _ *struct{}) (*tokensOutput, error) {
			return listed(s.OwnTokens(ctx, ActorOf(ctx)))
		})
	rest.Register(api, op("revoke-own-token", http.MethodDelete, "/session/tokens/{id}", rest.SignedIn, "Revoke one of one's own API tokens"),
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, s.RevokeOwnToken(ctx, ActorOf(ctx), in.Key())
		})
	rest.Register(api, op("list-tokens", http.MethodGet, "/tokens", manageTokens, "Everybody's API tokens"),
		func(ctx context.Context, _ *struct{}) (*tokensOutput, error) {
			return listed(s.Tokens(ctx, ActorOf(ctx)))
		})
	rest.Register(api, op("revoke-token", http.MethodPost, "/tokens/{id}/revoke", manageTokens, "Revoke somebody's API token"),
		func(ctx context.Context, in *record.ByID) (*struct{}, error) {
			return nil, s.RevokeToken(ctx, ActorOf(ctx), in.Key())
		})
}
