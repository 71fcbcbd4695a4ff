package tenants

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
)

// Faults of signing in by a group's provider.
var (
	ErrNoProvider = fault.New(fault.Invalid, "session.no_provider", "企业代码不对，或没有启用企业账号登录", "Wrong company code, or it has no company account")
	ErrProvider   = fault.New(fault.Unavailable, "session.provider", "企业账号服务没有响应，请稍后再试", "The company account service does not answer; try again")
	ErrFlow       = fault.New(fault.Unauthenticated, "session.provider_flow", "登录超时或已在别处打开，请重新登录", "This sign-in took too long or began elsewhere; begin again")
	ErrUnmatched  = fault.New(fault.Denied, "session.unmatched", "企业账号“%s”没有对应的用户，请联系管理员", "The company account “%s” belongs to no user here; ask your administrator")
	ErrNoClaim    = fault.New(fault.Denied, "session.no_claim", "企业账号没有提供可识别的账号信息，请联系管理员", "The company account says nothing that names a user; ask your administrator")
	ErrOrigin     = fault.New(fault.Invalid, "session.origin", "应为网站的地址", "This is no address of a web site")
)

const (
	errandLife = 10 * time.Minute
	// providerReturn is the page to which a provider sends people back; it must be registered there.
	providerReturn = "/signin/return"
)

// Ways are the ways in that a group has. One that does not exist has those of most.
type Ways struct {
	Password string       `json:"password" enum:"all,administrators"`
	Provider *ProviderWay `json:"provider,omitempty"`
}

// ProviderWay is the button that leads to a group's provider.
type ProviderWay struct {
	Label string `json:"label"`
}

// Ways reads the ways in of the tenant with a code. An unknown one costs the same questions.
func (s *Sessions) Ways(ctx context.Context, code string) (w Ways, err error) {
	t, err := s.db.TenantByCode(ctx, code)
	if errors.Is(err, ErrNoTenant) {
		t, err = Tenant{Zone: time.UTC}, nil
	}
	if err != nil {
		return w, err
	}
	err = s.db.Read(ctx, doorOf(t, ""), func(tx Tx) error {
		settings, err := signInSettings(ctx, tx)
		if err != nil {
			return err
		}
		p, err := provider(ctx, tx)
		if w.Password = settings.PasswordFor; p.Enabled {
			w.Provider = &ProviderWay{p.Label}
		}
		return err
	})
	return w, err
}

// errand is what the browser keeps, sealed, while a person is at the provider.
type errand struct {
	Tenant   uuid.UUID `json:"t"`
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Return   string    `json:"r"`
	Until    int64     `json:"u"`
}

const errandAt = "provider sign-in"

// BeginProvider returns the address of the tenant's provider that a person is sent to, and what their browser keeps meanwhile. origin
// is that of the page. It returns ErrNoProvider at tenant, ErrOrigin, ErrProvider or secret.ErrNoKey.
func (s *Sessions) BeginProvider(ctx context.Context, code, origin string) (address, kept string, err error) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", "", ErrOrigin.At("origin").Because(err)
	}
	t, err := s.db.TenantByCode(ctx, code)
	if errors.Is(err, ErrNoTenant) {
		return "", "", ErrNoProvider.At("tenant")
	}
	if err != nil {
		return "", "", err
	}
	f := errand{t.ID, rand.Text(), rand.Text(), oauth2.GenerateVerifier(), origin + providerReturn, clock.Now().Add(errandLife).Unix()}
	config, _, err := s.configOf(ctx, t, f)
	if err != nil {
		return "", "", err
	}
	plain, err := json.Marshal(f)
	if err != nil {
		return "", "", err
	}
	sealed, err := s.box.Seal(plain, errandAt)
	if err != nil {
		return "", "", err
	}
	return config.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), base64.RawURLEncoding.EncodeToString(sealed), nil
}

// known is a provider with what the tenant decided about it.
type known struct {
	Provider
	oidc *oidc.Provider
}

func (s *Sessions) configOf(ctx context.Context, t Tenant, f errand) (*oauth2.Config, *known, error) {
	var k known
	err := s.db.Read(ctx, doorOf(t, ""), func(tx Tx) (err error) {
		k.Provider, err = provider(ctx, tx)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	if !k.Enabled {
		return nil, nil, ErrNoProvider.At("tenant")
	}
	key, err := s.box.Open(k.sealed, providerAt(t.ID))
	if err != nil {
		return nil, nil, fmt.Errorf("identity provider of %s: %w", t.Code, err)
	}
	if k.oidc, err = s.issuers.find(ctx, k.Issuer); err != nil {
		return nil, nil, ErrProvider.Because(err)
	}
	return &oauth2.Config{ClientID: k.ClientID, ClientSecret: string(key), Endpoint: endpointOf(k.oidc), RedirectURL: f.Return, Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}, &k, nil
}

// ProviderAnswer is with what a person comes back from the provider.
type ProviderAnswer struct{ Kept, State, Code, Address, Agent string }

// FinishProvider opens the session of whoever the tenant's provider knows. It makes no user. It returns ErrFlow, ErrProvider,
// ErrUnmatched, ErrNoClaim, ErrNoProvider, ErrClosed, ErrSignIn, ErrUserEnded or ErrNoPosting.
func (s *Sessions) FinishProvider(ctx context.Context, in ProviderAnswer) (Entry, error) {
	f, err := s.errandOf(in)
	if err != nil {
		return Entry{}, err
	}
	t, err := s.db.Tenant(ctx, f.Tenant)
	if err != nil {
		return Entry{}, err
	}
	config, k, err := s.configOf(ctx, t, f)
	if err != nil {
		return Entry{}, err
	}
	name, err := s.named(ctx, config, k, f, in.Code)
	if err != nil {
		return Entry{}, err
	}
	door := doorOf(t, in.Address)
	user, err := s.matched(ctx, door, k.Matches, name)
	switch {
	case err != nil:
		return Entry{}, err
	case user == uuid.Nil:
		return Entry{}, errors.Join(ErrUnmatched.With(name), refuse(ctx, s.db, door, uuid.Nil, "unmatched"))
	case t.Status == "closed":
		return Entry{}, errors.Join(ErrClosed, refuse(ctx, s.db, door, user, "closed"))
	}
	return s.open(ctx, door, user, SignInput{Address: in.Address, Agent: in.Agent}, byProvider, nil)
}

// errandOf opens what the browser kept. It returns ErrFlow for an answer to another question.
func (s *Sessions) errandOf(in ProviderAnswer) (f errand, err error) {
	sealed, err := base64.RawURLEncoding.DecodeString(in.Kept)
	if err != nil || len(sealed) == 0 {
		return f, ErrFlow.Because(err)
	}
	plain, err := s.box.Open(sealed, errandAt)
	if err != nil {
		return f, ErrFlow.Because(err)
	}
	if err := json.Unmarshal(plain, &f); err != nil {
		return f, ErrFlow.Because(err)
	}
	if clock.Now().Unix() > f.Until || subtle.ConstantTimeCompare([]byte(f.State), []byte(in.State)) != 1 {
		return f, ErrFlow
	}
	return f, nil
}

// named redeems the code and returns what the provider says of the person in the tenant's claim: signed, for this client and this
// flow. A claim that is not in the token is asked for. An e-mail address that the provider does not vouch for names nobody.
func (s *Sessions) named(ctx context.Context, config *oauth2.Config, k *known, f errand, code string) (string, error) {
	ctx = s.issuers.context(ctx)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return "", notTheirs(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := k.oidc.Verifier(&oidc.Config{ClientID: k.ClientID, Now: clock.Now}).Verify(ctx, raw)
	if err != nil {
		return "", ErrFlow.Because(err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1 {
		return "", ErrFlow.Because(errors.New("nonce of another flow"))
	}
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return "", ErrNoClaim.Because(err)
	}
	if _, told := claims[k.Claim]; !told && k.oidc.UserInfoEndpoint() != "" {
		more, err := k.oidc.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return "", notTheirs(err)
		}
		if more.Subject != id.Subject {
			return "", ErrFlow.Because(errors.New("user info of another person"))
		}
		if err := more.Claims(&claims); err != nil {
			return "", ErrNoClaim.Because(err)
		}
	}
	name, _ := claims[k.Claim].(string)
	if verified, said := claims["email_verified"].(bool); name == "" || k.Claim == "email" && said && !verified {
		return "", ErrNoClaim
	}
	return clip(name, 200), nil
}

// notTheirs is a provider's refusal of what the person brought, or that it does not answer.
func notTheirs(err error) error {
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) && answer.ErrorCode == "invalid_grant" {
		return ErrFlow.Because(err)
	}
	return ErrProvider.Because(err)
}

// matched returns the one user whom a name names, or uuid.Nil: of two with one e-mail address, neither.
func (s *Sessions) matched(ctx context.Context, door Actor, by, name string) (user uuid.UUID, err error) {
	where := "login = ?"
	if by == "email" {
		where = "lower(email) = lower(?)"
	}
	var found []uuid.UUID
	err = s.db.Read(ctx, door, func(tx Tx) error {
		return tx.NewSelect().TableExpr("users").ColumnExpr("id").Where("tenant_id = ?", tx.Tenant).Where(where, name).Limit(2).Scan(ctx, &found)
	})
	if err != nil {
		return uuid.Nil, fmt.Errorf("user of company account: %w", err)
	}
	if len(found) != 1 {
		return uuid.Nil, nil
	}
	return found[0], nil
}
