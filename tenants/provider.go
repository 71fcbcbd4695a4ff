package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// Faults of a group's identity provider.
var (
	ErrIssuerForm   = fault.New(fault.Invalid, "identity_provider.issuer_form", "应为 https:// 开头的地址，不带参数", "An address that begins with https://, without parameters")
	ErrSecretNeeded = fault.New(fault.Invalid, "identity_provider.secret_needed", "请填写客户端密钥；更换服务地址时须重新填写", "Enter the client secret; with another issuer, enter it again")
	ErrOnlyWay      = fault.New(fault.Conflict, "identity_provider.only_way", "密码登录已停用，请先恢复密码登录", "Passwords are turned off; turn them on first")
)

// Provider is a group's identity provider (OpenID Connect). Its secret is sealed and never shown.
type Provider struct {
	Issuer    string `json:"issuer" doc:"Empty: the group has none"`
	ClientID  string `json:"clientId"`
	HasSecret bool   `json:"hasSecret"`
	Claim     string `json:"claim" doc:"What the provider says about a person that names the user"`
	Matches   string `json:"matches" enum:"login,email" doc:"What of the user it names"`
	Label     string `json:"label" doc:"Of the button at sign-in"`
	Enabled   bool   `json:"enabled"`
	Version   int    `json:"version"`
	sealed    []byte
}

// ProviderInput is what a group decides about its provider. Without a secret the present one stays, for the same issuer.
type ProviderInput struct {
	Issuer, ClientID, Secret, Claim, Matches, Label string
	Enabled                                         bool
}

const providerKind = "identity_provider"

func providerAt(tenant uuid.UUID) string { return "identity_providers " + tenant.String() }

// provider reads the tenant's, version 1 where it has none.
func provider(ctx context.Context, tx Tx) (Provider, error) {
	p := Provider{Claim: "preferred_username", Matches: "login", Version: 1}
	var sealed sealedBytes
	err := tx.QueryRowContext(ctx, "SELECT issuer, client_id, client_secret, claim, matches, label, enabled, version FROM identity_providers WHERE tenant_id = ?", tx.Tenant).
		Scan(&p.Issuer, &p.ClientID, &sealed, &p.Claim, &p.Matches, &p.Label, &p.Enabled, &p.Version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return p, fmt.Errorf("identity provider: %w", err)
	}
	p.sealed, p.HasSecret = sealed, len(sealed) > 0
	return p, nil
}

// Provider reads the actor's group's. It returns a denied fault.
func (s *Sessions) Provider(ctx context.Context, a Actor) (now Provider, err error) {
	err = s.db.Read(ctx, a, func(tx Tx) error {
		if err := decidesIdentity(tx); err != nil {
			return err
		}
		now, err = provider(ctx, tx)
		return err
	})
	return now, err
}

// secretFor returns the sealed secret that goes with an input: a new one, or the present one as long as it goes to the same issuer. It
// returns ErrSecretNeeded or secret.ErrNoKey.
func (s *Sessions) secretFor(tx Tx, was Provider, in ProviderInput) ([]byte, error) {
	if in.Secret != "" {
		return s.box.Seal([]byte(in.Secret), providerAt(tx.Tenant))
	}
	if !was.HasSecret || was.Issuer != in.Issuer {
		return nil, ErrSecretNeeded.At("clientSecret")
	}
	return was.sealed, nil
}

// check returns ErrIssuerForm for what is no issuer: only one that is read over TLS can be believed.
func (in ProviderInput) check() error {
	u, err := url.Parse(in.Issuer)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return ErrIssuerForm.At("issuer").Because(err)
	}
	return nil
}

// EditProvider changes the group's provider. It returns record.ErrStale, ErrIssuerForm, ErrSecretNeeded, ErrOnlyWay, secret.ErrNoKey
// or a denied fault.
func (s *Sessions) EditProvider(ctx context.Context, a Actor, version int, in ProviderInput) (now Provider, err error) {
	if err := in.check(); err != nil {
		return now, err
	}
	err = s.db.Do(ctx, a, func(tx Tx) error {
		was, err := s.presentProvider(ctx, tx, version)
		if err != nil {
			return err
		}
		if !in.Enabled {
			if err := notOnlyWay(ctx, tx); err != nil {
				return err
			}
		}
		sealed, err := s.secretFor(tx, was, in)
		if err != nil {
			return err
		}
		now = Provider{in.Issuer, in.ClientID, true, in.Claim, in.Matches, in.Label, in.Enabled, 0, sealed}
		err = tx.NewRaw(`INSERT INTO identity_providers AS p (tenant_id, version, issuer, client_id, client_secret, claim, matches, label, enabled) VALUES (?, 2, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (tenant_id) DO UPDATE SET version = p.version + 1, issuer = excluded.issuer, client_id = excluded.client_id, client_secret = excluded.client_secret,
				claim = excluded.claim, matches = excluded.matches, label = excluded.label, enabled = excluded.enabled WHERE p.version = ? RETURNING version`,
			tx.Tenant, now.Issuer, now.ClientID, sealed, now.Claim, now.Matches, now.Label, now.Enabled, version).Scan(ctx, &now.Version)
		if errors.Is(err, sql.ErrNoRows) { // somebody was faster
			return record.ErrStale
		}
		if err != nil {
			return fmt.Errorf("write identity provider: %w", err)
		}
		after := now.facts()
		if in.Secret != "" {
			after["secret"] = "replaced"
		}
		return record.WriteHistory(ctx, tx.Tx, providerKind, tx.Tenant, 0, "edit", was.facts(), after)
	})
	return now, err
}

// DeleteProvider takes the provider away; whoever it let in stays until their session ends. It returns record.ErrStale, ErrOnlyWay or a
// denied fault.
func (s *Sessions) DeleteProvider(ctx context.Context, a Actor, version int) error {
	return s.db.Do(ctx, a, func(tx Tx) error {
		was, err := s.presentProvider(ctx, tx, version)
		if err != nil {
			return err
		}
		if err := notOnlyWay(ctx, tx); err != nil {
			return err
		}
		if err := tx.Later(ctx, "DELETE FROM identity_providers WHERE tenant_id = ? AND version = ?", tx.Tenant, version); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, providerKind, tx.Tenant, 0, "delete", was.facts(), nil)
	})
}

// presentProvider locks the group's door and reads its provider for whoever changes it.
func (s *Sessions) presentProvider(ctx context.Context, tx Tx, version int) (was Provider, err error) {
	if err := decidesIdentity(tx); err != nil {
		return was, err
	}
	if err := lockDoor(ctx, tx); err != nil {
		return was, err
	}
	if was, err = provider(ctx, tx); err == nil && was.Version != version {
		err = record.ErrStale
	}
	return was, err
}

// lockDoor lets one change of how a group signs in happen at a time: nobody turns passwords off while another takes the provider away.
func lockDoor(ctx context.Context, tx Tx) error {
	return tx.Later(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 1))", "sign-in "+tx.Tenant.String())
}

func notOnlyWay(ctx context.Context, tx Tx) error {
	s, err := signInSettings(ctx, tx)
	if err == nil && s.PasswordFor != "all" {
		return ErrOnlyWay
	}
	return err
}

func (p Provider) facts() map[string]any {
	if p.Issuer == "" {
		return nil
	}
	return map[string]any{"issuer": p.Issuer, "clientId": p.ClientID, "claim": p.Claim, "matches": p.Matches, "label": p.Label, "enabled": p.Enabled}
}
