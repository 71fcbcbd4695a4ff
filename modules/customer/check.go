package customer

import (
	"context"
	"fmt"
	"net/mail"
	"strings"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/tenants"
)

// Faults of what a customer may hold.
var (
	ErrExists       = fault.New(fault.Conflict, "customer.exists", "客户已存在：%s（%s）", "This customer exists already: %s (%s)")
	ErrMobileNeeded = fault.New(fault.Invalid, "customer.mobile_needed", "个人客户必须填写手机号", "An individual needs a mobile number")
	ErrEmail        = fault.New(fault.Invalid, "customer.email", "邮箱格式不对", "This is no e-mail address")
	ErrBirthday     = fault.New(fault.Invalid, "customer.birthday", "生日不能晚于今天", "A birthday is not after today")
	ErrNoCompany    = fault.New(fault.Invalid, "customer.no_company", "当前任职不属于任何公司，请切换到公司任职后再新建", "Your posting belongs to no company; switch to one that does")

	errTaken = fault.New(fault.Conflict, "customer.exists", "客户已存在", "This customer exists already")
)

// settle brings the texts of c to their normal form and fills in what an ID number tells. It returns one fault with every mistake.
func (c *Customer) settle(today clock.Day) error {
	var wrong []*fault.Fault
	note := func(err error) {
		if f, ok := err.(*fault.Fault); ok { //nolint:errorlint // the parsers return bare faults
			wrong = append(wrong, f)
		}
	}
	var err error
	c.Name, c.Email = strings.TrimSpace(c.Name), strings.TrimSpace(c.Email)
	if c.Mobile != "" {
		if c.Mobile, err = normalMobile(c.Mobile); err != nil {
			note(err)
		}
	} else if c.Type == TypeIndividual {
		note(ErrMobileNeeded.At("mobile"))
	}
	if c.IDNumber != "" {
		who, err := parseIdentity(c.IDNumber)
		switch {
		case err != nil:
			note(err)
		case who.birthday > today:
			note(ErrIDNumber.At("idNumber"))
		default:
			c.IDNumber = who.number
			if c.Birthday == "" {
				c.Birthday = who.birthday
			}
			if c.Gender == "" {
				c.Gender = who.gender
			}
		}
	}
	if c.RegistrationNumber != "" {
		if c.RegistrationNumber, err = parseRegistration(c.RegistrationNumber); err != nil {
			note(err)
		}
	}
	if c.Email != "" {
		if a, err := mail.ParseAddress(c.Email); err != nil || a.Address != c.Email {
			note(ErrEmail.At("email"))
		}
	}
	if c.Birthday > today {
		note(ErrBirthday.At("birthday"))
	}
	return fault.Join(wrong...)
}

// unique makes those who enter the same mobile, ID number or registration number wait for one another, and refuses what the group
// already has. It returns ErrExists with number and name of who has it, at the field.
func unique(ctx context.Context, tx tenants.Tx, before, c *Customer) error {
	for _, x := range []struct{ column, field, was, now string }{
		{"mobile", "mobile", before.Mobile, c.Mobile},
		{"id_number", "idNumber", before.IDNumber, c.IDNumber},
		{"registration_number", "registrationNumber", before.RegistrationNumber, c.RegistrationNumber},
	} {
		if x.now == "" || x.now == x.was {
			continue
		}
		if err := hold(ctx, tx, x.column, x.now); err != nil {
			return err
		}
		other, err := by(ctx, tx, x.column, x.now)
		if err != nil {
			return err
		}
		if other != nil && other.ID != c.ID {
			return ErrExists.With(other.Number, other.Name).At(x.field)
		}
	}
	return nil
}

// hold lets one transaction at a time decide about a value. A breach of the unique constraint would end the transaction before
// it could say who has the value.
func hold(ctx context.Context, tx tenants.Tx, column, value string) error {
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "customer "+column+" "+tx.Tenant.String()+" "+value); err != nil {
		return fmt.Errorf("wait for customer: %w", err)
	}
	return nil
}

// taken maps the constraints that forbid doubles to their fault.
func taken(err error) error {
	for constraint, field := range map[string]string{"customers_mobile": "mobile", "customers_id_number": "idNumber", "customers_registration": "registrationNumber"} {
		if database.Violates(err, constraint) {
			return errTaken.At(field).Because(err)
		}
	}
	return err
}
