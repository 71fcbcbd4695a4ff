package tenants

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// Faults of a user's account.
var (
	ErrDisabled = fault.New(fault.Conflict, "user.disabled", "用户已停用", "The user is disabled already")
	ErrEnabled  = fault.New(fault.Conflict, "user.enabled", "用户没有停用", "The user is not disabled")
)

// DisableUser ends a user's access at once: their sessions and tokens go with it. Nobody disables themselves: ErrOwn. It returns
// ErrNoUser, ErrDisabled, ErrBeyond and ErrLastAdministrator too.
func (o *Org) DisableUser(ctx context.Context, a Actor, user uuid.UUID) error {
	if user == a.User {
		return ErrOwn
	}
	return o.change(ctx, a, func(tx Tx) error {
		return KeepingAdministrators(ctx, tx, func() error {
			if err := o.setStatus(ctx, tx, user, "disable", "active", "disabled", ErrDisabled); err != nil {
				return err
			}
			if err := tx.Later(ctx, "UPDATE api_tokens SET revoked_at = now() WHERE tenant_id = ? AND user_id = ? AND revoked_at IS NULL", tx.Tenant, user); err != nil {
				return err
			}
			return tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ?", tx.Tenant, user)
		})
	})
}

// EnableUser lets a disabled user sign in again, with the password they had. It returns ErrNoUser, ErrEnabled, ErrBeyond
// or ErrQuota.
func (o *Org) EnableUser(ctx context.Context, a Actor, user uuid.UUID) error {
	return o.change(ctx, a, func(tx Tx) error {
		if err := lockQuota(ctx, tx.Tx, 0); err != nil {
			return err
		}
		if err := o.setStatus(ctx, tx, user, "enable", "disabled", "active", ErrEnabled); err != nil {
			return err
		}
		return Room(ctx, tx.Tx, Users, 0) // they are counted by now
	})
}

// setStatus moves a user from one status to another; already is what a user who is not in the first is answered.
func (o *Org) setStatus(ctx context.Context, tx Tx, user uuid.UUID, action, from, to string, already *fault.Fault) error {
	version, err := raise(ctx, tx, user)
	if err != nil {
		return err
	}
	if err := o.mayManage(ctx, tx, user, false); err != nil {
		return err
	}
	r, err := tx.ExecContext(ctx, "UPDATE users SET status = ? WHERE tenant_id = ? AND id = ? AND status = ?", to, tx.Tenant, user, from)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return already.Because(err)
	}
	return record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, version, action, map[string]any{"status": from}, map[string]any{"status": to})
}

// UnlockUser ends the lock that wrong passwords put on an account. On one that is not locked it changes nothing but the count of
// wrong passwords. It returns ErrNoUser or ErrBeyond.
func (o *Org) UnlockUser(ctx context.Context, a Actor, user uuid.UUID) error {
	return o.change(ctx, a, func(tx Tx) error {
		version, err := raise(ctx, tx, user)
		if err != nil {
			return err
		}
		if err := o.mayManage(ctx, tx, user, false); err != nil {
			return err
		}
		if err := tx.Later(ctx, "UPDATE users SET failed = 0, locked_until = NULL WHERE tenant_id = ? AND id = ?", tx.Tenant, user); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, version, "unlock", nil, nil)
	})
}
