package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

// Faults of users.
var (
	ErrLogin   = fault.New(fault.Conflict, "user.login_taken", "登录名已存在", "This login is taken")
	ErrNoUser  = fault.New(fault.Missing, "user.missing", "用户不存在", "There is no such user")
	ErrCurrent = fault.New(fault.Invalid, "user.current", "当前密码不对", "The current password is wrong")
)

// UserInput describes a new user.
type UserInput struct{ Login, Name, Password string }

// AddUser adds a user without any posting. It returns ErrLogin, ErrLoginForm or ErrPassword.
func (o *Org) AddUser(ctx context.Context, a Actor, in UserInput) (user uuid.UUID, err error) {
	if _, err := a.Can("user:manage"); err != nil {
		return uuid.Nil, err
	}
	if err := checkSecret(in.Login, in.Password); err != nil {
		return uuid.Nil, err
	}
	hash, err := o.hashing.hash(ctx, in.Password)
	if err != nil {
		return uuid.Nil, err
	}
	user = id.New()
	return user, o.change(ctx, a, func(tx Tx) error { return insertUser(ctx, tx, user, in, hash) })
}

func insertUser(ctx context.Context, tx Tx, user uuid.UUID, in UserInput, hash string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES (?, ?, ?, ?, ?)", tx.Tenant, user, in.Login, in.Name, hash)
	if database.Violates(err, "users_login") {
		return ErrLogin.At("login")
	}
	if err != nil {
		return fmt.Errorf("add user %s: %w", in.Login, err)
	}
	return record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, 1, "create", nil, map[string]any{"login": in.Login, "name": in.Name})
}

// raise gives a user their next version, and locks them. It returns ErrNoUser.
func raise(ctx context.Context, tx Tx, user uuid.UUID) (version int, err error) {
	err = tx.QueryRowContext(ctx, "UPDATE users SET version = version + 1 WHERE tenant_id = ? AND id = ? RETURNING version", tx.Tenant, user).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNoUser
	}
	if err != nil {
		return 0, fmt.Errorf("change user %s: %w", user, err)
	}
	return version, nil
}

// PasswordInput sets a password. Current is asked of those who change their own.
type PasswordInput struct {
	User              uuid.UUID
	Current, Password string
}

// SetPassword gives a user a password and ends their other sessions. For another user it needs user:manage, and all of their
// rights: who may set a password may act as its owner. It returns ErrNoUser, ErrCurrent, ErrPassword or ErrBeyond.
func (o *Org) SetPassword(ctx context.Context, a Actor, in PasswordInput) error {
	own := in.User == a.User
	if !own {
		if _, err := a.Can("user:manage"); err != nil {
			return err
		}
	}
	login, old, err := o.secretOf(ctx, a, in.User)
	if err != nil {
		return err
	}
	if err := checkSecret(login, in.Password); err != nil {
		return err
	}
	if own {
		fits, err := passwordFits(ctx, in.Current, old)
		if err != nil {
			return err
		}
		if !fits {
			return ErrCurrent.At("current")
		}
	}
	hash, err := o.hashing.hash(ctx, in.Password)
	if err != nil {
		return err
	}
	return o.change(ctx, a, func(tx Tx) error {
		if !own {
			if err := o.mayManage(ctx, tx, in.User, true); err != nil {
				return err
			}
		}
		version, err := raise(ctx, tx, in.User)
		if err != nil {
			return err
		}
		if err := tx.Later(ctx, "UPDATE users SET password_hash = ?, failed = 0, locked_until = NULL WHERE tenant_id = ? AND id = ?", hash, tx.Tenant, in.User); err != nil {
			return err
		}
		if err := tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ? AND id <> ?", tx.Tenant, in.User, a.Session); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, UserKind.Name, in.User, version, "set_password", nil, nil)
	})
}

func (o *Org) secretOf(ctx context.Context, a Actor, user uuid.UUID) (login, hash string, err error) {
	err = o.db.Read(ctx, a, func(tx Tx) error {
		return tx.QueryRowContext(ctx, "SELECT login, password_hash FROM users WHERE tenant_id = ? AND id = ?", tx.Tenant, user).Scan(&login, &hash)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", ErrNoUser
	}
	if err != nil {
		return "", "", fmt.Errorf("password of user %s: %w", user, err)
	}
	return login, hash, nil
}

// DisableUser ends a user's access at once: their sessions go with it. Nobody disables themselves: ErrBeyond, and so the last
// administrator stays. It returns ErrNoUser too.
func (o *Org) DisableUser(ctx context.Context, a Actor, user uuid.UUID) error {
	return o.change(ctx, a, func(tx Tx) error {
		if user == a.User {
			return ErrBeyond
		}
		if err := o.mayManage(ctx, tx, user, false); err != nil {
			return err
		}
		version, err := raise(ctx, tx, user)
		if err != nil {
			return err
		}
		if err := tx.Later(ctx, "UPDATE users SET status = 'disabled' WHERE tenant_id = ? AND id = ?", tx.Tenant, user); err != nil {
			return err
		}
		if err := tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ?", tx.Tenant, user); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, version, "disable", map[string]any{"status": "active"}, map[string]any{"status": "disabled"})
	})
}

// mayManage refuses whoever is not of the whole group a user of another company and, where it is asked, one with more rights.
func (o *Org) mayManage(ctx context.Context, tx Tx, user uuid.UUID, outrank bool) error {
	scope, err := tx.Can("user:manage")
	if err != nil || scope.All {
		return err
	}
	inside, err := Within(ctx, tx, user, scope)
	if err != nil {
		return err
	}
	if !inside {
		return ErrBeyond
	}
	if !outrank {
		return nil
	}
	ranks, err := o.roles.Outranks(ctx, tx, user)
	if err == nil && !ranks {
		return ErrBeyond
	}
	return err
}

// Within reports whether a user has postings, and all of them in companies of scope: the user's other company decides about them too.
func Within(ctx context.Context, tx Tx, user uuid.UUID, scope access.Scope) (bool, error) {
	held, err := PostingsOf(ctx, tx, user)
	if err != nil || scope.All {
		return scope.All, err
	}
	outside := slices.ContainsFunc(held, func(p Posting) bool { return !slices.Contains(scope.Companies, p.Company) })
	return len(held) > 0 && !outside, nil
}
