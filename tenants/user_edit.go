package tenants

import (
	"context"
	"fmt"
	"regexp"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// Faults of what is known of a user.
var (
	ErrMobile = fault.New(fault.Invalid, "user.mobile_format", "手机号为 1 开头的 11 位数字", "A mobile number has 11 digits and begins with 1")
	ErrEmail  = fault.New(fault.Invalid, "user.email_format", "邮箱格式不对", "This is no valid e-mail address")
)

var (
	mobileForm = regexp.MustCompile(`^1[0-9]{10}$`)
	emailForm  = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
)

// checkContact takes an empty number or address for none.
func checkContact(mobile, email string) error {
	var wrong []*fault.Fault
	if mobile != "" && !mobileForm.MatchString(mobile) {
		wrong = append(wrong, ErrMobile.At("mobile"))
	}
	if email != "" && (len(email) > 100 || !emailForm.MatchString(email)) {
		wrong = append(wrong, ErrEmail.At("email"))
	}
	return fault.Join(wrong...)
}

// UserEdit is what changes of a user; nil stays, an empty mobile number or address is taken away.
type UserEdit struct {
	Name, Mobile, Email *string
	ValidTo             DayChange // the last day on which they may sign in
}

// EditUser changes what is known of a user. After the last day of their account their sessions are over. It returns ErrNoUser,
// ErrBeyond, record.ErrStale, ErrMobile, ErrEmail, ErrEmailTaken or ErrLastAdministrator.
func (o *Org) EditUser(ctx context.Context, a Actor, user uuid.UUID, version int, in UserEdit) error {
	return o.change(ctx, a, func(tx Tx) error {
		return KeepingAdministrators(ctx, tx, func() error { return o.editUser(ctx, tx, user, version, in) })
	})
}

func given(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (o *Org) editUser(ctx context.Context, tx Tx, user uuid.UUID, version int, in UserEdit) error {
	raised, err := raise(ctx, tx, user)
	if err != nil {
		return err
	}
	if err := o.mayManage(ctx, tx, user, false); err != nil {
		return err
	}
	if raised != version+1 {
		return record.ErrStale
	}
	if err := checkContact(given(in.Mobile), given(in.Email)); err != nil {
		return err
	}
	var login, name, mobile, email string
	var validTo clock.Day
	if err := tx.QueryRowContext(ctx, "SELECT login, name, coalesce(mobile, ''), coalesce(email, ''), valid_to FROM users WHERE tenant_id = ? AND id = ?", tx.Tenant, user).Scan(&login, &name, &mobile, &email, &validTo); err != nil {
		return fmt.Errorf("edit user %s: %w", user, err)
	}
	was, now := map[string]any{}, map[string]any{}
	for field, c := range map[string]struct {
		old *string
		new *string
	}{"name": {&name, in.Name}, "mobile": {&mobile, in.Mobile}, "email": {&email, in.Email}} {
		if c.new != nil && *c.new != *c.old {
			was[field], now[field] = *c.old, *c.new
			*c.old = *c.new
		}
	}
	if _, changed := now["email"]; changed {
		if err := o.mayRename(ctx, tx, user, email); err != nil {
			return err
		}
	}
	if in.ValidTo.Set && in.ValidTo.Day != validTo {
		was["validTo"], now["validTo"], validTo = validTo, in.ValidTo.Day, in.ValidTo.Day
		if err := endSessions(ctx, tx, user, validTo); err != nil {
			return err
		}
	}
	if err := tx.Later(ctx, "UPDATE users SET name = ?, mobile = nullif(?, ''), email = nullif(?, ''), valid_to = ?::date, grams = ? WHERE tenant_id = ? AND id = ?", name, mobile, email, validTo, userGrams(name, login), tx.Tenant, user); err != nil {
		return err
	}
	return record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, raised, "edit", was, now)
}

// ErrEmailTaken refuses an e-mail address that names somebody else at sign-in.
var ErrEmailTaken = fault.New(fault.Conflict, "user.email_taken", "邮箱已被其他用户使用，企业账号登录须各不相同", "Another user has this e-mail address, and the company account tells people apart by it")

// mayRename is asked before an e-mail address changes. Where the group's provider names people by it, whoever gives an address gives
// the account: that takes what setting a password takes. It returns ErrBeyond or ErrEmailTaken.
func (o *Org) mayRename(ctx context.Context, tx Tx, user uuid.UUID, email string) error {
	p, err := provider(ctx, tx)
	if err != nil || !p.Enabled || p.Matches != "email" {
		return err
	}
	if err := o.mayManage(ctx, tx, user, true); err != nil {
		return err
	}
	taken, err := tx.NewSelect().TableExpr("users").Where("tenant_id = ? AND lower(email) = lower(?) AND id <> ?", tx.Tenant, email, user).Exists(ctx)
	if err != nil {
		return fmt.Errorf("e-mail address: %w", err)
	}
	if taken && email != "" {
		return ErrEmailTaken.At("email")
	}
	return nil
}

// endSessions lets no session of a user last longer than their last day.
func endSessions(ctx context.Context, tx Tx, user uuid.UUID, last clock.Day) error {
	if last == "" {
		return nil
	}
	return tx.Later(ctx, "UPDATE sessions SET expires_at = least(expires_at, ?::timestamptz) WHERE tenant_id = ? AND user_id = ?", tx.Actor.Tenant.endOf(last), tx.Tenant, user)
}
