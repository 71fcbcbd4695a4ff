package customer

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// EditInput is what changes; a field that is absent stays, an empty text clears.
type EditInput struct {
	Type               *Type      `json:"type,omitempty" enum:"individual,enterprise"`
	Stage              *Stage     `json:"stage,omitempty" enum:"potential,formal,base,vip"`
	Name               *string    `json:"name,omitempty" minLength:"1" maxLength:"100"`
	Mobile             *string    `json:"mobile,omitempty" maxLength:"30"`
	IDNumber           *string    `json:"idNumber,omitempty" maxLength:"30"`
	Gender             *string    `json:"gender,omitempty" enum:"male,female,"`
	Birthday           *clock.Day `json:"birthday,omitempty"`
	Email              *string    `json:"email,omitempty" maxLength:"100"`
	Address            *string    `json:"address,omitempty" maxLength:"200"`
	Employer           *string    `json:"employer,omitempty" maxLength:"100"`
	RegistrationNumber *string    `json:"registrationNumber,omitempty" maxLength:"30"`
	Source             *string    `json:"source,omitempty" enum:"walk_in,call,online,maker,referral,activity,repeat,other,"`
	Level              *string    `json:"level,omitempty" enum:"A,B,C,"`
	Note               *string    `json:"note,omitempty" maxLength:"2000"`
}

// Edit changes a customer. It returns record.ErrMissing, record.ErrStale, ErrExists, a denied fault, or a fault with every mistake.
func (s *Service) Edit(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in EditInput) (*Customer, error) {
	var c *Customer
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if c, err = Kind.Lock(ctx, tx.Tx, tx, "customer:edit", id, version); err != nil {
			return err
		}
		before := *c
		in.apply(c)
		if err := c.settle(clock.DayOf(tx.Now, tx.Zone)); err != nil {
			return err
		}
		if err := unique(ctx, tx, &before, c); err != nil {
			return err
		}
		if err := Kind.Save(ctx, tx.Tx, &before, c, "edit"); err != nil {
			return taken(err)
		}
		if c.Level == before.Level {
			return nil
		}
		return tx.Later(ctx, "UPDATE customer_relations SET level = nullif(?, '') WHERE tenant_id = ? AND customer_id = ? AND company_id = ?",
			c.Level, tx.Tenant, c.ID, a.Posting.Company)
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (in EditInput) apply(c *Customer) {
	put(&c.Type, in.Type)
	put(&c.Stage, in.Stage)
	put(&c.Name, in.Name)
	putUnmasked(&c.Mobile, in.Mobile, record.MaskMobile)
	putUnmasked(&c.IDNumber, in.IDNumber, record.MaskID)
	put(&c.Gender, in.Gender)
	put(&c.Birthday, in.Birthday)
	put(&c.Email, in.Email)
	putUnmasked(&c.Address, in.Address, maskAddress)
	put(&c.Employer, in.Employer)
	put(&c.RegistrationNumber, in.RegistrationNumber)
	put(&c.Source, in.Source)
	put(&c.Level, in.Level)
	put(&c.Note, in.Note)
}

func put[T any](to *T, given *T) {
	if given != nil {
		*to = *given
	}
}

// putUnmasked leaves the value when a form sends back the mask that it was shown.
func putUnmasked(to, given *string, mask func(string) string) {
	if given != nil && (*to == "" || *given != mask(*to)) {
		*to = *given
	}
}

// MakeFormal notes that a contract of the customer became effective. A customer who is more than potential stays as they are.
func (s *Service) MakeFormal(ctx context.Context, tx tenants.Tx, id uuid.UUID) error {
	c, err := Kind.Find(ctx, tx.Tx, access.Scope{All: true}, id)
	if err != nil {
		return err
	}
	if c.Stage != StagePotential {
		return nil
	}
	before := *c
	c.Stage = StageFormal
	return Kind.Save(ctx, tx.Tx, &before, c, "make_formal")
}
