package customer

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/tenants"
)

// CreateInput is a new customer as somebody enters it.
type CreateInput struct {
	Type               Type      `json:"type" enum:"individual,enterprise" required:"false" default:"individual"`
	Stage              Stage     `json:"stage" enum:"potential,formal,base,vip" required:"false" default:"potential"`
	Name               string    `json:"name" minLength:"1" maxLength:"100"`
	Mobile             string    `json:"mobile,omitempty" maxLength:"30" doc:"Needed for an individual"`
	IDNumber           string    `json:"idNumber,omitempty" maxLength:"30"`
	Gender             string    `json:"gender,omitempty" enum:"male,female,"`
	Birthday           clock.Day `json:"birthday,omitempty"`
	Email              string    `json:"email,omitempty" maxLength:"100"`
	Address            string    `json:"address,omitempty" maxLength:"200"`
	Employer           string    `json:"employer,omitempty" maxLength:"100"`
	RegistrationNumber string    `json:"registrationNumber,omitempty" maxLength:"30"`
	Source             string    `json:"source,omitempty" enum:"walk_in,call,online,maker,referral,activity,repeat,other,"`
	Level              string    `json:"level,omitempty" enum:"A,B,C,"`
	Note               string    `json:"note,omitempty" maxLength:"2000"`
}

// Create enters a customer that the group does not have yet, with the relation to the actor's company. It returns ErrExists,
// ErrNoCompany, a denied fault, or a fault with every mistake in the input.
func (s *Service) Create(ctx context.Context, a tenants.Actor, in CreateInput) (*Customer, error) {
	c := &Customer{Type: in.Type, Stage: in.Stage, Name: in.Name, Mobile: in.Mobile, IDNumber: in.IDNumber, Gender: in.Gender, Birthday: in.Birthday,
		Email: in.Email, Address: in.Address, Employer: in.Employer, RegistrationNumber: in.RegistrationNumber, Source: in.Source, Level: in.Level, Note: in.Note}
	c.CompanyID, c.DepartmentID, c.OwnerID = a.Posting.Company, a.Posting.Department, a.User
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if _, err := tx.Can("customer:create"); err != nil {
			return err
		}
		if c.CompanyID == uuid.Nil {
			return ErrNoCompany.At("companyId")
		}
		fresh := *c // a transaction that is tried again begins with what was entered
		if err := insert(ctx, tx, &fresh); err != nil {
			return err
		}
		*c = fresh
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// insert checks and writes a new customer with the relation row of its company.
func insert(ctx context.Context, tx tenants.Tx, c *Customer) error {
	if c.Type == "" {
		c.Type = TypeIndividual
	}
	if c.Stage == "" {
		c.Stage = StagePotential
	}
	if err := c.settle(clock.DayOf(tx.Now, tx.Zone)); err != nil {
		return err
	}
	if err := unique(ctx, tx, &Customer{}, c); err != nil {
		return err
	}
	if err := Kind.Create(ctx, tx.Tx, c); err != nil {
		return taken(err)
	}
	return relate(ctx, tx, c, Relation{CompanyID: c.CompanyID, DepartmentID: c.DepartmentID, OwnerID: c.OwnerID, Level: c.Level, Source: c.Source})
}

// EnsureInput is somebody who came in contact with a company.
type EnsureInput struct {
	Name       string
	Mobile     string
	Source     string
	Owner      uuid.UUID
	Company    uuid.UUID
	Department uuid.UUID
}

// Ensure returns the customer with in's mobile and makes one when the group has none; made tells which. Either way the company has
// its relation row afterwards. Two who ensure the same mobile at once get the same customer. It returns ErrMobile.
func (s *Service) Ensure(ctx context.Context, tx tenants.Tx, in EnsureInput) (c *Customer, made bool, err error) {
	mobile, err := normalMobile(in.Mobile)
	if err != nil {
		return nil, false, err
	}
	if err := hold(ctx, tx, "mobile", mobile); err != nil {
		return nil, false, err
	}
	if c, err = by(ctx, tx, "mobile", mobile); err != nil {
		return nil, false, err
	}
	if c == nil {
		c = &Customer{Name: in.Name, Mobile: mobile, Source: in.Source}
		c.CompanyID, c.DepartmentID, c.OwnerID = in.Company, in.Department, in.Owner
		return c, true, insert(ctx, tx, c)
	}
	return c, false, relate(ctx, tx, c, Relation{CompanyID: in.Company, DepartmentID: in.Department, OwnerID: in.Owner, Source: in.Source})
}
