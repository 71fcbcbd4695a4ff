package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// manageIdentity is the permission to decide how a group signs in.
const manageIdentity access.Permission = "identity:manage"

// Faults of deciding how a group signs in.
var (
	ErrPasswordOff = fault.New(fault.Denied, "session.password_off", "贵公司已停用密码登录，请用企业账号登录", "Your company has turned passwords off; sign in with your company account")
	ErrNoWay       = fault.New(fault.Conflict, "sign_in_settings.no_way", "请先配置并启用企业账号登录，再停用密码登录", "Set up and enable the company account first, then turn passwords off")
	ErrRoleNeeded  = fault.New(fault.Invalid, "sign_in_settings.role_needed", "请至少选择一个角色", "Choose at least one role")
)

// Who must have a second step.
const (
	twoStepFree  = "free"
	twoStepRoles = "roles"
	twoStepAll   = "all"
)

// SignInSettings is what a group demands at its door.
type SignInSettings struct {
	TwoStep      string   `json:"twoStep" enum:"free,roles,all" doc:"Who must have a second step; free: whoever wants one"`
	TwoStepRoles []string `json:"twoStepRoles" maxItems:"100" doc:"With roles: whoever holds one of these, in any posting"`
	PasswordFor  string   `json:"passwordFor" enum:"all,administrators" doc:"Who may sign in with a password; administrators: who manages the users of the whole group"`
	Version      int      `json:"version"`
}

// signInSettings reads the tenant's settings, version 1 where it never made any.
func signInSettings(ctx context.Context, tx Tx) (SignInSettings, error) {
	s := SignInSettings{TwoStep: twoStepFree, TwoStepRoles: []string{}, PasswordFor: "all", Version: 1}
	err := tx.QueryRowContext(ctx, "SELECT two_step, two_step_roles, password_for, version FROM sign_in_settings WHERE tenant_id = ?", tx.Tenant).
		Scan(&s.TwoStep, pgdialect.Array(&s.TwoStepRoles), &s.PasswordFor, &s.Version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return s, fmt.Errorf("sign-in settings: %w", err)
	}
	return s, nil
}

// SignInSettings reads what the actor's group demands. It returns a denied fault.
func (s *Sessions) SignInSettings(ctx context.Context, a Actor) (now SignInSettings, err error) {
	err = s.db.Read(ctx, a, func(tx Tx) error {
		if err := decidesIdentity(tx); err != nil {
			return err
		}
		now, err = signInSettings(ctx, tx)
		return err
	})
	return now, err
}

// decidesIdentity refuses whoever does not decide for the whole group.
func decidesIdentity(tx Tx) error {
	if scope, err := tx.Can(manageIdentity); err != nil || !scope.All {
		return rest.ErrDenied.Because(err)
	}
	return nil
}

// EditSignInSettings changes what the group demands, at once and for those who are signed in too. It returns record.ErrStale,
// ErrRoleNeeded or ErrNoRole at twoStepRoles, ErrNoWay or a denied fault.
func (s *Sessions) EditSignInSettings(ctx context.Context, a Actor, version int, in SignInSettings) (now SignInSettings, err error) {
	if in.TwoStep != twoStepRoles {
		in.TwoStepRoles = []string{}
	} else if len(in.TwoStepRoles) == 0 {
		return now, ErrRoleNeeded.At("twoStepRoles")
	}
	slices.Sort(in.TwoStepRoles)
	in.TwoStepRoles = slices.Compact(in.TwoStepRoles)
	err = s.db.Do(ctx, a, func(tx Tx) error {
		if err := decidesIdentity(tx); err != nil {
			return err
		}
		if err := lockDoor(ctx, tx); err != nil {
			return err
		}
		was, err := signInSettings(ctx, tx)
		switch {
		case err != nil:
			return err
		case was.Version != version:
			return record.ErrStale
		}
		if err := in.check(ctx, tx); err != nil {
			return err
		}
		now = in
		err = tx.NewRaw(`INSERT INTO sign_in_settings AS s (tenant_id, version, two_step, two_step_roles, password_for) VALUES (?, 2, ?, ?, ?)
			ON CONFLICT (tenant_id) DO UPDATE SET version = s.version + 1, two_step = excluded.two_step, two_step_roles = excluded.two_step_roles, password_for = excluded.password_for
			WHERE s.version = ? RETURNING version`, tx.Tenant, in.TwoStep, pgdialect.Array(in.TwoStepRoles), in.PasswordFor, version).Scan(ctx, &now.Version)
		if errors.Is(err, sql.ErrNoRows) { // somebody was faster
			return record.ErrStale
		}
		if err != nil {
			return fmt.Errorf("write sign-in settings: %w", err)
		}
		if err := Bump(ctx, tx); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "sign_in_settings", tx.Tenant, 0, "edit", was.facts(), now.facts())
	})
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return now, err
}

func (s SignInSettings) facts() map[string]any {
	return map[string]any{"twoStep": s.TwoStep, "twoStepRoles": s.TwoStepRoles, "passwordFor": s.PasswordFor}
}

func (s SignInSettings) check(ctx context.Context, tx Tx) error {
	for _, role := range s.TwoStepRoles {
		exists, err := tx.NewSelect().TableExpr("roles").Where("tenant_id = ? AND code = ?", tx.Tenant, role).Exists(ctx)
		if err != nil {
			return fmt.Errorf("role %s: %w", role, err)
		}
		if !exists {
			return ErrNoRole.With(role).At("twoStepRoles")
		}
	}
	if s.PasswordFor == "all" {
		return nil
	}
	enabled, err := tx.NewSelect().TableExpr("identity_providers").Where("tenant_id = ? AND enabled", tx.Tenant).Exists(ctx)
	if err != nil {
		return fmt.Errorf("identity provider: %w", err)
	}
	if !enabled {
		return ErrNoWay.At("passwordFor")
	}
	return nil
}

// passwordAllowed returns ErrPasswordOff for whoever must come in through the group's identity provider. Those who manage the users
// of the whole group keep their password, or a provider that is away would lock out whoever could turn it off.
func passwordAllowed(ctx context.Context, tx Tx, user uuid.UUID) error {
	s, err := signInSettings(ctx, tx)
	if err != nil || s.PasswordFor == "all" {
		return err
	}
	keep, err := administrators(ctx, tx, "user:manage")
	if err == nil && !slices.Contains(keep, user) {
		return ErrPasswordOff
	}
	return err
}

// demanded reports whether the group demands a second step of a user: of everyone, or by a role that they hold in any posting, through
// a user group, or through another role.
func demanded(ctx context.Context, tx Tx, user uuid.UUID) (bool, error) {
	s, err := signInSettings(ctx, tx)
	if err != nil || s.TwoStep != twoStepRoles {
		return s.TwoStep == twoStepAll, err
	}
	var holds bool
	err = tx.NewRaw(`WITH RECURSIVE held (role) AS (
			SELECT r.v1 FROM policy_rules r WHERE r.tenant_id = ? AND r.ptype = 'g' AND (
				r.v0 IN (SELECT 'posting:' || p.id FROM postings p WHERE p.tenant_id = ? AND p.user_id = ? AND p.valid_from <= ?::date AND (p.valid_to IS NULL OR p.valid_to >= ?::date))
				OR r.v0 IN (SELECT 'group:' || m.group_id FROM user_group_members m WHERE m.tenant_id = ? AND m.user_id = ?))
			UNION SELECT r.v1 FROM held h JOIN policy_rules r ON r.tenant_id = ? AND r.ptype = 'g' AND r.v0 = h.role)
		SELECT EXISTS (SELECT FROM held WHERE role = ANY(?::text[]))`,
		tx.Tenant, tx.Tenant, user, tx.today(), tx.today(), tx.Tenant, user, tx.Tenant, pgdialect.Array(s.TwoStepRoles)).Scan(ctx, &holds)
	if err != nil {
		return false, fmt.Errorf("second step by role: %w", err)
	}
	return holds, nil
}
