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
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/kernel/search"
)

// Faults of users.
var (
	ErrLogin  = fault.New(fault.Conflict, "user.login_taken", "登录名已存在", "This login is taken")
	ErrNoUser = fault.New(fault.Missing, "user.missing", "用户不存在", "There is no such user")
)

// UserInput describes a new user.
type UserInput struct {
	Login, Name, Password string
	Mobile, Email         string
	ValidTo               clock.Day // the last day on which they may sign in; empty: no end
	MustChange            bool      // the password is good for one sign-in, which changes it
}

// AddUser adds a user without any posting. It returns ErrLogin, ErrLoginForm, ErrPassword, ErrMobile, ErrEmail or ErrQuota.
func (o *Org) AddUser(ctx context.Context, a Actor, in UserInput) (user uuid.UUID, err error) {
	if _, err := a.Can("user:manage"); err != nil {
		return uuid.Nil, err
	}
	if err := errors.Join(checkSecret(in.Login, in.Password), checkContact(in.Mobile, in.Email)); err != nil {
		return uuid.Nil, err
	}
	hash, err := o.hashing.hash(ctx, in.Password)
	if err != nil {
		return uuid.Nil, err
	}
	user = id.New()
	return user, o.change(ctx, a, func(tx Tx) error {
		if err := Room(ctx, tx.Tx, Users, 1); err != nil {
			return err
		}
		return insertUser(ctx, tx, user, in, hash)
	})
}

func insertUser(ctx context.Context, tx Tx, user uuid.UUID, in UserInput, hash string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO users (tenant_id, id, login, name, mobile, email, valid_to, must_change, password_hash, grams) VALUES (?, ?, ?, ?, nullif(?, ''), nullif(?, ''), ?::date, ?, ?, ?)",
		tx.Tenant, user, in.Login, in.Name, in.Mobile, in.Email, in.ValidTo, in.MustChange, hash, userGrams(in.Name, in.Login))
	if database.Violates(err, "users_login") {
		return ErrLogin.At("login")
	}
	if err != nil {
		return fmt.Errorf("add user %s: %w", in.Login, err)
	}
	now := map[string]any{"login": in.Login, "name": in.Name}
	for field, value := range map[string]string{"mobile": in.Mobile, "email": in.Email, "validTo": string(in.ValidTo)} {
		if value != "" {
			now[field] = value
		}
	}
	return record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, 1, "create", nil, now)
}

// userGrams are the keys by which a user is found, as UserKind declares: users are written by hand, not through it.
func userGrams(name, login string) any {
	return pgdialect.Array(search.Unique(append(search.Keys(name), search.Keys(login)...)))
}

// raise gives a user their next version, and locks them. It returns ErrNoUser, also for the account of an operator, which nobody
// here may change.
func raise(ctx context.Context, tx Tx, user uuid.UUID) (version int, err error) {
	err = tx.QueryRowContext(ctx, "UPDATE users SET version = version + 1 WHERE tenant_id = ? AND id = ? AND operator_id IS NULL RETURNING version", tx.Tenant, user).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, ErrNoUser
	}
	if err != nil {
		return 0, fmt.Errorf("change user %s: %w", user, err)
	}
	return version, nil
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
	return len(held) > 0 && !outside(held, scope), nil
}

func outside(held []Posting, scope access.Scope) bool {
	return slices.ContainsFunc(held, func(p Posting) bool { return !slices.Contains(scope.Companies, p.Company) })
}

// userExists returns ErrNoUser for somebody whom the tenant does not know.
func userExists(ctx context.Context, tx Tx, user uuid.UUID) error {
	exists, err := tx.NewSelect().TableExpr("users").Where("tenant_id = ? AND id = ?", tx.Tenant, user).Exists(ctx)
	if err != nil {
		return fmt.Errorf("user %s: %w", user, err)
	}
	if !exists {
		return ErrNoUser
	}
	return nil
}
