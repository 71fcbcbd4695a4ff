package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// challengeLife is how long whoever gave the right password may look for their phone.
const challengeLife = 5 * time.Minute

// challengeFor writes that a person owes a code, and returns what they show with it. Empty: they have no second step.
func challengeFor(ctx context.Context, tx Tx, user uuid.UUID) (challenge string, err error) {
	if has, err := hasSecondStep(ctx, tx, user); err != nil || !has {
		return "", err
	}
	challenge, hash, err := newToken(tx.Tenant)
	if err != nil {
		return "", err
	}
	if err := tx.Later(ctx, "DELETE FROM sign_in_challenges WHERE tenant_id = ? AND user_id = ? AND expires_at < now()", tx.Tenant, user); err != nil {
		return "", err
	}
	return challenge, tx.Later(ctx, "INSERT INTO sign_in_challenges (tenant_id, hash, user_id, expires_at) VALUES (?, ?, ?, now() + ?::interval)", tx.Tenant, hash, user, seconds(challengeLife))
}

// CodeInput answers a challenge, with a code of the phone or a recovery code.
type CodeInput struct{ Challenge, Code, Address, Agent string }

// Answer opens the session of a sign-in that owed a code. It returns ErrCode, ErrChallenge and, beside them, what Begin does.
func (s *Sessions) Answer(ctx context.Context, in CodeInput) (Entry, error) {
	return s.failures.attempt(ctx, in.Address, func() (Entry, error) { return s.answer(ctx, in) })
}

func (s *Sessions) answer(ctx context.Context, in CodeInput) (Entry, error) {
	tenant, ok := tenantOfToken(in.Challenge)
	if !ok {
		return Entry{}, ErrChallenge
	}
	t, err := s.db.Tenant(ctx, tenant)
	if errors.Is(err, ErrNoTenant) {
		return Entry{}, ErrChallenge
	}
	if err != nil {
		return Entry{}, err
	}
	door, sum := doorOf(t, in.Address), hashOf(in.Challenge)
	var user uuid.UUID
	err = s.db.Read(ctx, door, func(tx Tx) error {
		return tx.QueryRowContext(ctx, "SELECT user_id FROM sign_in_challenges WHERE tenant_id = ? AND hash = ? AND expires_at > now()", tx.Tenant, sum[:]).Scan(&user)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return Entry{}, ErrChallenge
	}
	if err != nil {
		return Entry{}, fmt.Errorf("challenge: %w", err)
	}
	return s.open(ctx, door, user, SignInput{Address: in.Address, Agent: in.Agent}, byCode, func(tx Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM sign_in_challenges WHERE tenant_id = ? AND hash = ? AND expires_at > now()", tx.Tenant, sum[:])
		if err != nil {
			return fmt.Errorf("challenge: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 { // somebody was faster, or the password changed
			return ErrChallenge.Because(err)
		}
		return s.takeCode(ctx, tx, user, in.Code)
	})
}
