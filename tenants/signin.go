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
	"forecourt/kernel/rest"
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

// Entry is how far a sign-in came: to the token of a session, or to a challenge that a code answers.
type Entry struct{ Token, Challenge string }

// SignIn opens a session for whoever has no second step. It returns what Begin does, and ErrCodeNeeded.
func (s *Sessions) SignIn(ctx context.Context, in SignInput) (token string, a Actor, err error) {
	e, err := s.Begin(ctx, in)
	if err != nil {
		return "", Actor{}, err
	}
	if e.Token == "" {
		return "", Actor{}, ErrCodeNeeded
	}
	a, err = s.Actor(ctx, e.Token, in.Address)
	return e.Token, a, err
}

// Begin opens a session, or a challenge for whoever has a second step. It returns ErrSignIn, ErrLocked, ErrAddress, ErrClosed,
// ErrUserEnded, ErrPasswordOff or ErrNoPosting.
func (s *Sessions) Begin(ctx context.Context, in SignInput) (Entry, error) {
	return s.failures.attempt(ctx, in.Address, func() (Entry, error) { return s.signInAs(ctx, in) })
}

func (s *Sessions) signInAs(ctx context.Context, in SignInput) (Entry, error) {
	t, err := s.db.TenantByCode(ctx, in.Tenant)
	if errors.Is(err, ErrNoTenant) {
		_, err := passwordFits(ctx, in.Password, nobody)
		return Entry{}, ErrSignIn.Because(err)
	}
	if err != nil {
		return Entry{}, err
	}
	door := doorOf(t, in.Address)
	u, err := s.account(ctx, door, in.Login)
	if err != nil {
		return Entry{}, err
	}
	fits, err := passwordFits(ctx, in.Password, u.hash)
	if err != nil {
		return Entry{}, err
	}
	if err := s.failures.open(ctx, in.Address); err != nil { // of guesses that were sent at once, too
		return Entry{}, err
	}
	switch {
	case u.locked:
		return Entry{}, errors.Join(ErrLocked.After(lockFor), refuse(ctx, s.db, door, u.id, "locked"))
	case !fits || u.status != "active":
		return Entry{}, errors.Join(ErrSignIn, refuse(ctx, s.db, door, u.id, "wrong"))
	case t.Status == "closed":
		return Entry{}, errors.Join(ErrClosed, refuse(ctx, s.db, door, u.id, "closed"))
	}
	return s.open(ctx, door, u.id, in, byPassword, nil)
}

// doorOf is who writes at the door of a tenant before anybody is known. In a suspended tenant one may sign in to read.
func doorOf(t Tenant, address string) Actor {
	return reading(Actor{Tenant: t, Name: "sign_in", Address: address})
}

// way is how somebody proves who they are.
type way string

const (
	byPassword way = "password"
	byCode     way = "code" // after the password
	byProvider way = "provider"
)

// open lets a user in whose way has proven who they are, as far as prove, asked in the same transaction, agrees. A refusal is
// written into the log.
func (s *Sessions) open(ctx context.Context, door Actor, user uuid.UUID, in SignInput, by way, prove func(tx Tx) error) (e Entry, err error) {
	err = s.db.Do(ctx, door, func(tx Tx) error {
		e, err = openSession(ctx, tx, user, in, by, prove)
		return err
	})
	for _, r := range refusals {
		if errors.Is(err, r.fault) {
			return Entry{}, errors.Join(err, refuse(ctx, s.db, door, user, r.why))
		}
	}
	return e, err
}

// refusals are what keeps out somebody who knows their password, and what the log says of it.
var refusals = []struct {
	fault *fault.Fault
	why   string
}{{ErrLocked, "locked"}, {ErrSignIn, "disabled"}, {ErrUserEnded, "ended"}, {ErrNoPosting, "no_posting"}, {ErrCode, "wrong_code"}, {ErrPasswordOff, "password_off"}}

// openSession writes the session, or the challenge before it. The account is looked at again under its lock: of many guesses sent
// at once, those after the fifth wrong one must not get in. The lock is for passwords and codes; whoever the provider lets in did not
// guess.
func openSession(ctx context.Context, tx Tx, user uuid.UUID, in SignInput, by way, prove func(tx Tx) error) (e Entry, err error) {
	tx.By.User = user
	held, last, err := admissible(ctx, tx, user, by)
	if err != nil {
		return Entry{}, err
	}
	if prove != nil {
		if err := prove(tx); err != nil {
			return Entry{}, err
		}
	}
	if by == byPassword {
		if e.Challenge, err = challengeFor(ctx, tx, user); err != nil || e.Challenge != "" {
			return e, err
		}
	}
	token, hash, err := newToken(tx.Tenant)
	if err != nil {
		return Entry{}, err
	}
	kept := by
	if by != byProvider {
		kept = byPassword
		if err := tx.Later(ctx, "UPDATE users SET failed = 0, locked_until = NULL WHERE tenant_id = ? AND id = ? AND (failed > 0 OR locked_until IS NOT NULL)", tx.Tenant, user); err != nil {
			return Entry{}, err
		}
	}
	if err := tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ? AND expires_at < now()", tx.Tenant, user); err != nil {
		return Entry{}, err
	}
	session := id.New()
	if err := tx.Later(ctx, "INSERT INTO sessions (tenant_id, id, token_hash, user_id, posting_id, address, agent, way, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, now() + ?::interval)",
		tx.Tenant, session, hash, user, held[0].ID, in.Address, clip(in.Agent, 300), string(kept), seconds(sessionLife)); err != nil {
		return Entry{}, err
	}
	if err := endSessions(ctx, tx, user, last); err != nil {
		return Entry{}, err
	}
	facts := map[string]any{"agent": clip(in.Agent, 300)}
	if by != byPassword {
		facts["way"] = string(by)
	}
	return Entry{Token: token}, record.WriteHistory(ctx, tx.Tx, "session", session, 1, "sign_in", nil, facts)
}

// admissible locks the account, and returns the postings of whoever may come in and their last day.
func admissible(ctx context.Context, tx Tx, user uuid.UUID, by way) (held []Posting, last clock.Day, err error) {
	var status string
	var locked bool
	err = tx.QueryRowContext(ctx, "SELECT status, coalesce(locked_until > now(), false), valid_to FROM users WHERE tenant_id = ? AND id = ? FOR UPDATE", tx.Tenant, user).Scan(&status, &locked, &last)
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("account at sign-in: %w", err)
	case locked && by != byProvider:
		return nil, "", ErrLocked.After(lockFor)
	case status != "active":
		return nil, "", ErrSignIn
	case last != "" && string(last) < tx.today():
		return nil, "", ErrUserEnded.With(string(last))
	}
	if held, err = PostingsOf(ctx, tx, user); err == nil && len(held) == 0 {
		err = ErrNoPosting
	}
	if err == nil && by == byPassword {
		err = passwordAllowed(ctx, tx, user)
	}
	return held, last, err
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

// refuse writes a refusal into the log, counts a wrong password or code, and locks the account at the fifth. What was typed as the login of
// nobody is not written: people type passwords there.
func refuse(ctx context.Context, db *DB, door Actor, user uuid.UUID, why string) error {
	return db.Do(rest.Forget(ctx), door, func(tx Tx) error { // beside the request's own work
		who := user
		if who == uuid.Nil {
			who = tx.Tenant
		}
		tx.By.User = user
		if why == "wrong" || why == "wrong_code" {
			if err := tx.Later(ctx, "UPDATE users SET failed = CASE WHEN failed + 1 >= ? THEN 0 ELSE failed + 1 END, locked_until = CASE WHEN failed + 1 >= ? THEN now() + ?::interval ELSE locked_until END WHERE tenant_id = ? AND id = ?",
				maxFailed, maxFailed, seconds(lockFor), tx.Tenant, user); err != nil {
				return err
			}
		}
		return record.WriteHistory(ctx, tx.Tx, "session", who, 1, "refused", nil, map[string]any{"why": why})
	})
}
