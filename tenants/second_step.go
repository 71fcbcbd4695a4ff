package tenants

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// Faults of the second step.
var (
	ErrCodeNeeded = fault.New(fault.Unauthenticated, "session.code_needed", "还需要输入动态验证码", "A code of your second step is needed, too")
	ErrCode       = fault.New(fault.Unauthenticated, "session.code", "验证码不对或已用过", "The code is wrong or was used before")
	ErrChallenge  = fault.New(fault.Unauthenticated, "session.challenge", "验证超时，请重新输入密码", "That took too long; enter your password again")
)

const (
	codePeriod = 30 // seconds
	codeSkew   = 1  // periods that a phone's clock may be off, either way
	// recoveryCodes is how many codes a person gets for the day on which the phone is lost.
	recoveryCodes = 10
	// recoverySize is how many letters each has: 80 bits, which nobody tries out, so that a plain hash of it is enough.
	recoverySize = 16
)

var sixDigits = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// stepOf returns the period whose code this is, or 0. Only those after the last that was taken count.
func stepOf(code, key string, last int64) (step int64, err error) {
	now := clock.Now().Unix() / codePeriod
	for step := max(now-codeSkew, last+1); step <= now+codeSkew; step++ {
		fits, err := hotp.ValidateCustom(code, uint64(step), key, sixDigits) //nolint:gosec // a time after 1970
		if err != nil {
			return 0, fmt.Errorf("compare code: %w", err)
		}
		if fits {
			return step, nil
		}
	}
	return 0, nil
}

// secondStepAt names the place of a person's secret, for which alone it opens.
func secondStepAt(tenant, user uuid.UUID) string {
	return "second_steps " + tenant.String() + " " + user.String()
}

// sealedBytes reads bytea, which comes as text here: bun writes its arguments into the query.
type sealedBytes []byte

// Scan takes what PostgreSQL wrote.
func (s *sealedBytes) Scan(src any) (err error) {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("sealed value is %T", src)
	}
	*s, err = hex.DecodeString(strings.TrimPrefix(text, `\x`))
	return err
}

// hasSecondStep reports whether a person's sign-in owes a code.
func hasSecondStep(ctx context.Context, tx Tx, user uuid.UUID) (bool, error) {
	has, err := tx.NewSelect().TableExpr("second_steps").Where("tenant_id = ? AND user_id = ? AND confirmed_at IS NOT NULL", tx.Tenant, user).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("second step: %w", err)
	}
	return has, nil
}

// takeCode takes a code of a person's second step, or a recovery code, each once. The account is locked. It returns ErrCode, and
// ErrChallenge for whoever has no second step any more.
func (s *Sessions) takeCode(ctx context.Context, tx Tx, user uuid.UUID, code string) error {
	var sealed sealedBytes
	var last int64
	err := tx.QueryRowContext(ctx, "SELECT secret, last_step FROM second_steps WHERE tenant_id = ? AND user_id = ? AND confirmed_at IS NOT NULL FOR UPDATE", tx.Tenant, user).Scan(&sealed, &last)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrChallenge
	case err != nil:
		return fmt.Errorf("second step: %w", err)
	}
	code = plainCode(code)
	if len(code) == recoverySize {
		return takeRecovery(ctx, tx, user, code)
	}
	return s.takeStep(ctx, tx, user, sealed, last, code)
}

func (s *Sessions) takeStep(ctx context.Context, tx Tx, user uuid.UUID, sealed []byte, last int64, code string) error {
	if len(code) != sixDigits.Digits.Length() {
		return ErrCode
	}
	key, err := s.box.Open(sealed, secondStepAt(tx.Tenant, user))
	if err != nil {
		return fmt.Errorf("second step of user %s: %w", user, err)
	}
	step, err := stepOf(code, string(key), last)
	if err != nil {
		return err
	}
	if step == 0 {
		return ErrCode
	}
	return tx.Later(ctx, "UPDATE second_steps SET last_step = ?, confirmed_at = coalesce(confirmed_at, now()) WHERE tenant_id = ? AND user_id = ?", step, tx.Tenant, user)
}

func takeRecovery(ctx context.Context, tx Tx, user uuid.UUID, code string) error {
	sum := sha256.Sum256([]byte(code))
	r, err := tx.ExecContext(ctx, "DELETE FROM recovery_codes WHERE tenant_id = ? AND user_id = ? AND hash = ?", tx.Tenant, user, sum[:])
	if err != nil {
		return fmt.Errorf("recovery code: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return ErrCode.Because(err)
	}
	return record.WriteHistory(ctx, tx.Tx, "session", user, 1, "recovery_code", nil, nil)
}

// plainCode is a code as it was made: people type spaces, dashes and small letters.
func plainCode(code string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, code))
}

// newRecoveryCodes replaces a person's recovery codes and returns them, in groups of four.
func newRecoveryCodes(ctx context.Context, tx Tx, user uuid.UUID) ([]string, error) {
	if err := tx.Later(ctx, "DELETE FROM recovery_codes WHERE tenant_id = ? AND user_id = ?", tx.Tenant, user); err != nil {
		return nil, err
	}
	codes := make([]string, 0, recoveryCodes)
	for range recoveryCodes {
		code := rand.Text()[:recoverySize]
		sum := sha256.Sum256([]byte(code))
		if err := tx.Later(ctx, "INSERT INTO recovery_codes (tenant_id, user_id, hash) VALUES (?, ?, ?)", tx.Tenant, user, sum[:]); err != nil {
			return nil, err
		}
		codes = append(codes, code[:4]+"-"+code[4:8]+"-"+code[8:12]+"-"+code[12:])
	}
	return codes, nil
}
