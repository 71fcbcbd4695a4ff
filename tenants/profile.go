package tenants

import (
	"context"
	"fmt"
	"net/http"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// ErrEmailFixed keeps an address that names a person at sign-in in the administrator's hands.
var ErrEmailFixed = fault.New(fault.Denied, "profile.email_fixed", "邮箱用于企业账号登录，请联系管理员修改", "Your e-mail address is your company account; ask your administrator to change it")

// Profile is what a person says about themselves. Name and login are the administrator's.
type Profile struct {
	Mobile     string `json:"mobile"`
	Email      string `json:"email"`
	EmailFixed bool   `json:"emailFixed" doc:"The address names the person at sign-in, so the administrator changes it"`
	Version    int    `json:"version"`
}

// Profile reads the actor's own.
func (o *Org) Profile(ctx context.Context, a Actor) (p Profile, err error) {
	err = o.db.Read(ctx, a, func(tx Tx) error {
		p, err = profile(ctx, tx)
		return err
	})
	return p, err
}

func profile(ctx context.Context, tx Tx) (p Profile, err error) {
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(mobile, ''), coalesce(email, ''), version FROM users WHERE tenant_id = ? AND id = ?", tx.Tenant, tx.Actor.User).Scan(&p.Mobile, &p.Email, &p.Version); err != nil {
		return p, fmt.Errorf("own profile: %w", err)
	}
	by, err := provider(ctx, tx)
	p.EmailFixed = by.Enabled && by.Matches == "email"
	return p, err
}

// EditProfile changes the actor's own. It returns record.ErrStale, ErrMobile, ErrEmail or ErrEmailFixed.
func (o *Org) EditProfile(ctx context.Context, a Actor, version int, mobile, email *string) (p Profile, err error) {
	if err := checkContact(given(mobile), given(email)); err != nil {
		return p, err
	}
	err = o.db.Do(ctx, a, func(tx Tx) error {
		raised, err := raise(ctx, tx, a.User)
		if err != nil {
			return err
		}
		if raised != version+1 {
			return record.ErrStale
		}
		if p, err = profile(ctx, tx); err != nil {
			return err
		}
		was, now := map[string]any{}, map[string]any{}
		if mobile != nil && *mobile != p.Mobile {
			was["mobile"], now["mobile"], p.Mobile = p.Mobile, *mobile, *mobile
		}
		if email != nil && *email != p.Email {
			if p.EmailFixed {
				return ErrEmailFixed.At("email")
			}
			was["email"], now["email"], p.Email = p.Email, *email, *email
		}
		if err := tx.Later(ctx, "UPDATE users SET mobile = nullif(?, ''), email = nullif(?, '') WHERE tenant_id = ? AND id = ?", p.Mobile, p.Email, tx.Tenant, a.User); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, UserKind.Name, a.User, raised, "edit", was, now)
	})
	return p, err
}

type profileOutput struct{ Body Profile }

type profileInput struct {
	rest.Version
	Body struct {
		Mobile *string `json:"mobile,omitempty" maxLength:"11" doc:"Empty: none"`
		Email  *string `json:"email,omitempty" maxLength:"100" doc:"Empty: none"`
	}
}

func (o *Org) profileRoutes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "own-profile", Method: http.MethodGet, Path: "/session/profile", Permission: rest.SignedIn, Summary: "One's own mobile number and e-mail address"},
		func(ctx context.Context, _ *struct{}) (*profileOutput, error) {
			p, err := o.Profile(ctx, ActorOf(ctx))
			return &profileOutput{p}, err
		})
	rest.Register(api, rest.Operation{ID: "edit-own-profile", Method: http.MethodPatch, Path: "/session/profile", Permission: rest.SignedIn, Personal: true, Summary: "Change one's own mobile number and e-mail address"},
		func(ctx context.Context, in *profileInput) (*profileOutput, error) {
			version, err := in.Want()
			if err != nil {
				return nil, err
			}
			p, err := o.EditProfile(ctx, ActorOf(ctx), version, in.Body.Mobile, in.Body.Email)
			return &profileOutput{p}, err
		})
}
