package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

// Faults of changing a password.
var (
	ErrCurrent      = fault.New(fault.Invalid, "user.current", "当前密码不对", "The current password is wrong")
	ErrPasswordUsed = fault.New(fault.Invalid, "user.password_used", "不能使用最近 5 次用过的密码", "This is one of the last 5 passwords")
)

// remembered is how many passwords before the present one are kept: with it, the last five.
const remembered = 4

// PasswordInput sets a password. Current is asked of those who change their own.
type PasswordInput struct {
	User              uuid.UUID
	Current, Password string
}

// SetPassword gives a user a password and ends their other sessions. Another user must change it when they sign in next. For another
// user it needs user:manage, and that all their roles are given by companies or held: who may set a password may act as its owner. It
// returns ErrNoUser, ErrCurrent, ErrLocked, ErrPassword, ErrPasswordUsed or ErrBeyond.
func (o *Org) SetPassword(ctx context.Context, a Actor, in PasswordInput) error {
	own := in.User == a.User
	login, hashes, err := o.secretsOf(ctx, a, in.User)
	if err != nil {
		return err
	}
	if own {
		if err := prove(ctx, o.db, a, in.Current, "current"); err != nil {
			return err
		}
	}
	if err := checkSecret(login, in.Password); err != nil {
		return err
	}
	for _, h := range hashes {
		if fits, err := passwordFits(ctx, in.Password, h); err != nil {
			return err
		} else if fits {
			return ErrPasswordUsed.At("password")
		}
	}
	hash, err := o.hashing.hash(ctx, in.Password)
	if err != nil {
		return err
	}
	return o.change(ctx, a, func(tx Tx) error {
		version, err := raise(ctx, tx, in.User)
		if err != nil {
			return err
		}
		if !own {
			if err := o.mayManage(ctx, tx, in.User, true); err != nil {
				return err
			}
		}
		if err := replacePassword(ctx, tx, in.User, hash, !own); err != nil {
			return err
		}
		if err := tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ? AND id <> ?", tx.Tenant, in.User, a.Session); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, UserKind.Name, in.User, version, "set_password", nil, nil)
	})
}

// replacePassword keeps the hash that was and forgets what is older than it needs. The user is locked.
func replacePassword(ctx context.Context, tx Tx, user uuid.UUID, hash string, mustChange bool) error {
	if err := tx.Later(ctx, "INSERT INTO former_passwords (tenant_id, id, user_id, hash) SELECT tenant_id, ?, id, password_hash FROM users WHERE tenant_id = ? AND id = ?", id.New(), tx.Tenant, user); err != nil {
		return err
	}
	if err := tx.Later(ctx, "DELETE FROM former_passwords WHERE tenant_id = ? AND id IN (SELECT id FROM former_passwords WHERE tenant_id = ? AND user_id = ? ORDER BY id DESC OFFSET ?)", tx.Tenant, tx.Tenant, user, remembered); err != nil {
		return err
	}
	if err := tx.Later(ctx, "DELETE FROM sign_in_challenges WHERE tenant_id = ? AND user_id = ?", tx.Tenant, user); err != nil {
		return err
	}
	return tx.Later(ctx, "UPDATE users SET password_hash = ?, must_change = ?, failed = 0, locked_until = NULL WHERE tenant_id = ? AND id = ?", hash, mustChange, tx.Tenant, user)
}

// secretsOf reads a user's login and the hashes of their last passwords, the present one first. Whoever asks about another user
// needs user:manage over them, so that the answer to a guess is nobody else's.
func (o *Org) secretsOf(ctx context.Context, a Actor, user uuid.UUID) (login string, hashes []string, err error) {
	err = o.db.Read(ctx, a, func(tx Tx) error {
		var present string
		err := tx.QueryRowContext(ctx, "SELECT login, password_hash FROM users WHERE tenant_id = ? AND id = ? AND operator_id IS NULL", tx.Tenant, user).Scan(&login, &present)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoUser
		}
		if err != nil {
			return fmt.Errorf("password of user %s: %w", user, err)
		}
		if user != a.User {
			if err := o.mayManage(ctx, tx, user, true); err != nil {
				return err
			}
		}
		var former []string
		if err := tx.NewSelect().TableExpr("former_passwords").ColumnExpr("hash").Where("tenant_id = ? AND user_id = ?", tx.Tenant, user).OrderExpr("id DESC").Limit(remembered).Scan(ctx, &former); err != nil {
			return fmt.Errorf("former passwords of user %s: %w", user, err)
		}
		hashes = append([]string{present}, former...)
		return nil
	})
	return login, hashes, err
}
