package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

const (
	maxFailed = 5
	lockFor   = 5 * time.Minute
	// refusedAfter is when a refusal is told, whichever way led to it: its time must not say what was wrong.
	refusedAfter = 150 * time.Millisecond
)

// SignInput is what a person types, and where from.
type SignInput struct{ Tenant, Login, Password, Address, Agent string }

// ErrUserEnded tells whoever knows the password that their account's last day is over.
var ErrUserEnded = fault.New(fault.Denied, "session.user_ended", "账号有效期至 %s，已不能登录，请联系管理员", "Your account ended with %s; ask your administrator")

// SignIn opens a session. It returns ErrSignIn, ErrLocked, ErrClosed, ErrUserEnded or ErrNoPosting.
func (s *Sessions) SignIn(ctx context.Context, in SignInput) (token string, a Actor, err error) {
	tell := time.NewTimer(refusedAfter)
	defer tell.Stop()
	token, err = s.signInAs(ctx, in)
	if err == nil {
		a, err = s.Actor(ctx, token, in.Address)
		return token, a, err
	}
	select {
	case <-tell.C:
	case <-ctx.Done():
	}
	return "", Actor{}, err
}

func (s *Sessions) signInAs(ctx context.Context, in SignInput) (token string, err error) {
	t, err := s.db.TenantByCode(ctx, in.Tenant)
	if errors.Is(err, ErrNoTenant) {
		_, err := passwordFits(ctx, in.Password, nobody)
		return "", ErrSignIn.Because(err)
	}
	if err != nil {
		return "", err
	}
	door := Actor{Tenant: t, Name: "sign_in", Address: in.Address}
	door.Tenant.Status = "active" // in a suspended tenant one may sign in to read
	u, err := s.account(ctx, door, in.Login)
	if err != nil {
		return "", err
	}
	fits, err := passwordFits(ctx, in.Password, u.hash)
	switch {
	case err != nil:
		return "", err
	case u.locked:
		return "", errors.Join(ErrLocked, s.refuse(ctx, door, u, "locked"))
	case !fits || u.status != "active":
		return "", errors.Join(ErrSignIn, s.refuse(ctx, door, u, "wrong"))
	case t.Status == "closed":
		return "", errors.Join(ErrClosed, s.refuse(ctx, door, u, "closed"))
	}
	token, hash, err := newToken(t.ID)
	if err != nil {
		return "", err
	}
	err = s.db.Do(ctx, door, func(tx Tx) error { return openSession(ctx, tx, u.id, hash, in) })
	for _, r := range refusals {
		if errors.Is(err, r.fault) {
			return "", errors.Join(err, s.refuse(ctx, door, u, r.why))
		}
	}
	return token, err
}

// refusals are what keeps out somebody who knows their password, and what the log says of it.
var refusals = []struct {
	fault *fault.Fault
	why   string
}{{ErrLocked, "locked"}, {ErrSignIn, "disabled"}, {ErrUserEnded, "ended"}, {ErrNoPosting, "no_posting"}}

// openSession writes the session. The account is looked at again under its lock: of many guesses sent at once, those after the
// fifth wrong one must not get in.
func openSession(ctx context.Context, tx Tx, user uuid.UUID, hash []byte, in SignInput) error {
	tx.By.User = user
	var status string
	var locked bool
	var last clock.Day
	err := tx.QueryRowContext(ctx, "SELECT status, coalesce(locked_until > now(), false), valid_to FROM users WHERE tenant_id = ? AND id = ? FOR UPDATE", tx.Tenant, user).Scan(&status, &locked, &last)
	switch {
	case err != nil:
		return fmt.Errorf("account at sign-in: %w", err)
	case locked:
		return ErrLocked
	case status != "active":
		return ErrSignIn
	case last != "" && string(last) < tx.today():
		return ErrUserEnded.With(string(last))
	}
	held, err := PostingsOf(ctx, tx, user)
	if err != nil {
		return err
	}
	if len(held) == 0 {
		return ErrNoPosting
	}
	if err := tx.Later(ctx, "UPDATE users SET failed = 0, locked_until = NULL WHERE tenant_id = ? AND id = ? AND (failed > 0 OR locked_until IS NOT NULL)", tx.Tenant, user); err != nil {
		return err
	}
	if err := tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ? AND expires_at < now()", tx.Tenant, user); err != nil {
		return err
	}
	session := id.New()
	if err := tx.Later(ctx, "INSERT INTO sessions (tenant_id, id, token_hash, user_id, posting_id, address, agent, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, now() + ?::interval)",
		tx.Tenant, session, hash, user, held[0].ID, in.Address, clip(in.Agent, 300), seconds(sessionLife)); err != nil {
		return err
	}
	if err := endSessions(ctx, tx, user, last); err != nil {
		return err
	}
	return record.WriteHistory(ctx, tx.Tx, "session", session, 1, "sign_in", nil, map[string]any{"agent": clip(in.Agent, 300)})
}

func seconds(d time.Duration) string { return fmt.Sprintf("%d seconds", int(d.Seconds())) }

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

type account struct {
	id     uuid.UUID
	hash   string
	status string
	locked bool
}

func (s *Sessions) account(ctx context.Context, door Actor, login string) (u account, err error) {
	u.hash = nobody
	err = s.db.Read(ctx, door, func(tx Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT id, password_hash, status, coalesce(locked_until > now(), false) FROM users WHERE tenant_id = ? AND login = ?", tx.Tenant, login).
			Scan(&u.id, &u.hash, &u.status, &u.locked)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return account{}, fmt.Errorf("account at sign-in: %w", err)
	}
	return u, nil
}

// refuse writes a refusal into the log, counts a wrong password, and locks the account at the fifth. What was typed as the login of
// nobody is not written: people type passwords there.
func (s *Sessions) refuse(ctx context.Context, door Actor, u account, why string) error {
	return s.db.Do(ctx, door, func(tx Tx) error {
		who := u.id
		if who == uuid.Nil {
			who = tx.Tenant
		}
		tx.By.User = u.id
		if why == "wrong" {
			if err := tx.Later(ctx, "UPDATE users SET failed = CASE WHEN failed + 1 >= ? THEN 0 ELSE failed + 1 END, locked_until = CASE WHEN failed + 1 >= ? THEN now() + ?::interval ELSE locked_until END WHERE tenant_id = ? AND id = ?",
				maxFailed, maxFailed, seconds(lockFor), tx.Tenant, u.id); err != nil {
				return err
			}
		}
		return record.WriteHistory(ctx, tx.Tx, "session", who, 1, "refused", nil, map[string]any{"why": why})
	})
}
