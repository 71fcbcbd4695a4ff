package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// Faults of setting up one's second step.
var (
	ErrSecondStepOn    = fault.New(fault.Conflict, "two_step.on", "两步验证已开启，要换手机请先关闭", "Your second step is on; turn it off first to change the phone")
	ErrSecondStepOff   = fault.New(fault.Conflict, "two_step.off", "两步验证没有开启", "Your second step is not on")
	ErrSecondStepBegin = fault.New(fault.Conflict, "two_step.begin", "请重新开始设置", "Begin to set it up once more")
	// ErrOwnCode is ErrCode to whoever is signed in already.
	ErrOwnCode = fault.New(fault.Invalid, "two_step.code", "验证码不对或已用过", "The code is wrong or was used before")
)

// SecondStep is how it stands with a person's second step.
type SecondStep struct {
	On        bool       `json:"on"`
	Since     *time.Time `json:"since,omitempty"`
	Demanded  bool       `json:"demanded" doc:"The group demands it of this person"`
	CodesLeft int        `json:"codesLeft" doc:"Recovery codes that were not used"`
}

// SecondStep reads the actor's own.
func (s *Sessions) SecondStep(ctx context.Context, a Actor) (now SecondStep, err error) {
	err = s.db.Read(ctx, a, func(tx Tx) error {
		var since sql.NullTime
		err := tx.QueryRowContext(ctx, `SELECT (SELECT confirmed_at FROM second_steps WHERE tenant_id = ? AND user_id = ?), (SELECT count(*) FROM recovery_codes WHERE tenant_id = ? AND user_id = ?)`,
			tx.Tenant, a.User, tx.Tenant, a.User).Scan(&since, &now.CodesLeft)
		if err != nil {
			return fmt.Errorf("own second step: %w", err)
		}
		if since.Valid {
			at := since.Time.UTC()
			now.On, now.Since = true, &at
		}
		now.Demanded, err = demanded(ctx, tx, a.User)
		return err
	})
	return now, err
}

// SetUp is what goes into the phone.
type SetUp struct {
	Secret string `json:"secret" doc:"For typing, in base 32"`
	URI    string `json:"uri" doc:"The same as otpauth://, for a QR code"`
}

// BeginSecondStep makes a secret for the actor's phone. It counts for nothing before ConfirmSecondStep; beginning again replaces it.
// It returns ErrCurrent at password, ErrLocked, ErrSecondStepOn or secret.ErrNoKey.
func (s *Sessions) BeginSecondStep(ctx context.Context, a Actor, password string) (SetUp, error) {
	if err := prove(ctx, s.db, a, password, "password"); err != nil {
		return SetUp{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Forecourt 车枢", AccountName: a.Login + "@" + a.Tenant.Code, Period: codePeriod, Digits: sixDigits.Digits, Algorithm: sixDigits.Algorithm})
	if err != nil {
		return SetUp{}, fmt.Errorf("make second step: %w", err)
	}
	sealed, err := s.box.Seal([]byte(key.Secret()), secondStepAt(a.Tenant.ID, a.User))
	if err != nil {
		return SetUp{}, err
	}
	err = s.db.Do(ctx, reading(a), func(tx Tx) error {
		r, err := tx.ExecContext(ctx, `INSERT INTO second_steps AS x (tenant_id, user_id, secret) VALUES (?, ?, ?)
			ON CONFLICT (tenant_id, user_id) DO UPDATE SET secret = excluded.secret WHERE x.confirmed_at IS NULL`, tx.Tenant, a.User, sealed)
		if err != nil {
			return fmt.Errorf("begin second step: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 {
			return ErrSecondStepOn.Because(err)
		}
		return record.WriteHistory(ctx, tx.Tx, "session", a.User, 1, "two_step_begin", nil, nil)
	})
	return SetUp{Secret: key.Secret(), URI: key.URL()}, err
}

// ConfirmSecondStep turns the actor's second step on with a code of the phone, ends their other sessions, and returns recovery codes,
// which are shown this once. It returns ErrOwnCode at code, ErrLocked, ErrSecondStepBegin or ErrSecondStepOn.
func (s *Sessions) ConfirmSecondStep(ctx context.Context, a Actor, code string) (codes []string, err error) {
	err = s.ownStep(ctx, a, "two_step_on", func(tx Tx) error {
		var sealed sealedBytes
		var last int64
		var on bool
		err := tx.QueryRowContext(ctx, "SELECT secret, last_step, confirmed_at IS NOT NULL FROM second_steps WHERE tenant_id = ? AND user_id = ? FOR UPDATE", tx.Tenant, a.User).Scan(&sealed, &last, &on)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrSecondStepBegin
		case err != nil:
			return fmt.Errorf("confirm second step: %w", err)
		case on:
			return ErrSecondStepOn
		}
		if err := s.takeStep(ctx, tx, a.User, sealed, last, plainCode(code)); err != nil {
			return err
		}
		if err := tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ? AND id <> ?", tx.Tenant, a.User, a.Session); err != nil {
			return err
		}
		codes, err = newRecoveryCodes(ctx, tx, a.User)
		return err
	})
	return codes, err
}

// OwnProof is what changes one's second step: the password and a code.
type OwnProof struct{ Password, Code string }

// RenewRecoveryCodes replaces the actor's recovery codes. It returns ErrCurrent at password, ErrOwnCode at code, ErrLocked or
// ErrSecondStepOff.
func (s *Sessions) RenewRecoveryCodes(ctx context.Context, a Actor, in OwnProof) (codes []string, err error) {
	err = s.proven(ctx, a, in, "recovery_codes", func(tx Tx) error {
		codes, err = newRecoveryCodes(ctx, tx, a.User)
		return err
	})
	return codes, err
}

// EndSecondStep turns the actor's second step off. It returns what RenewRecoveryCodes does.
func (s *Sessions) EndSecondStep(ctx context.Context, a Actor, in OwnProof) error {
	return s.proven(ctx, a, in, "two_step_off", func(tx Tx) error { return dropSecondStep(ctx, tx, a.User) })
}

func (s *Sessions) proven(ctx context.Context, a Actor, in OwnProof, action string, fn func(tx Tx) error) error {
	if err := prove(ctx, s.db, a, in.Password, "password"); err != nil {
		return err
	}
	return s.ownStep(ctx, a, action, func(tx Tx) error {
		err := s.takeCode(ctx, tx, a.User, in.Code)
		if errors.Is(err, ErrChallenge) {
			return ErrSecondStepOff
		}
		if err != nil {
			return err
		}
		return fn(tx)
	})
}

// ownStep changes the actor's second step under the lock of their account, with a line in their history. A wrong code counts as at
// sign-in.
func (s *Sessions) ownStep(ctx context.Context, a Actor, action string, fn func(tx Tx) error) error {
	err := s.db.Do(ctx, reading(a), func(tx Tx) error {
		var locked bool
		if err := tx.QueryRowContext(ctx, "SELECT coalesce(locked_until > now(), false) FROM users WHERE tenant_id = ? AND id = ? FOR UPDATE", tx.Tenant, a.User).Scan(&locked); err != nil {
			return fmt.Errorf("own second step: %w", err)
		}
		if locked {
			return ErrLocked.After(lockFor)
		}
		if err := fn(tx); err != nil {
			return err
		}
		version, err := raise(ctx, tx, a.User)
		if err != nil {
			return err
		}
		if err := Bump(ctx, tx); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, UserKind.Name, a.User, version, action, nil, nil)
	})
	if errors.Is(err, ErrCode) {
		return errors.Join(ErrOwnCode.At("code"), refuse(ctx, s.db, reading(a), a.User, "wrong_code"))
	}
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return err
}

func dropSecondStep(ctx context.Context, tx Tx, user uuid.UUID) error {
	return tx.Later(ctx, "DELETE FROM second_steps WHERE tenant_id = ? AND user_id = ?", tx.Tenant, user)
}

// ResetSecondStep takes the second step from somebody who lost their phone and their recovery codes, and ends their sessions. It needs
// what setting their password needs. It returns ErrNoUser, ErrBeyond, ErrOwn or ErrSecondStepOff; one's own is turned off by EndSecondStep.
func (o *Org) ResetSecondStep(ctx context.Context, a Actor, user uuid.UUID) error {
	if user == a.User {
		return ErrOwn
	}
	return o.change(ctx, a, func(tx Tx) error {
		version, err := raise(ctx, tx, user)
		if err != nil {
			return err
		}
		if err := o.mayManage(ctx, tx, user, true); err != nil {
			return err
		}
		if has, err := hasSecondStep(ctx, tx, user); err != nil {
			return err
		} else if !has {
			return ErrOtherStepOff
		}
		if err := dropSecondStep(ctx, tx, user); err != nil {
			return err
		}
		if err := tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ?", tx.Tenant, user); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, version, "two_step_reset", nil, nil)
	})
}

// ErrOtherStepOff says that there is nothing to take from somebody.
var ErrOtherStepOff = fault.New(fault.Conflict, "two_step.other_off", "对方没有开启两步验证", "This person has no second step")
