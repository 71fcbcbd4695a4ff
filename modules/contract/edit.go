package contract

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/money"
	"forecourt/tenants"
)

// EditInput is what changes in a draft; a field that is absent stays, an empty text clears. Lines are replaced as a whole.
type EditInput struct {
	CustomerID *string       `json:"customerId,omitempty" format:"uuid"`
	IntentID   *string       `json:"intentId,omitempty" maxLength:"36"`
	VehicleID  *string       `json:"vehicleId,omitempty" maxLength:"36"`
	PriceType  *PriceType    `json:"priceType,omitempty" enum:"retail,wholesale"`
	Deposit    *money.Amount `json:"deposit,omitempty"`
	Remark     *string       `json:"remark,omitempty" maxLength:"2000"`
	Lines      []LineInput   `json:"lines,omitempty" minItems:"1" maxItems:"50"`
}

// Edit changes a draft and prices its lines again. It returns record.ErrMissing, record.ErrStale, ErrNotDraft, a denied fault, or
// the errors of Create.
func (s *Service) Edit(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in EditInput) (*Contract, error) {
	var m *Contract
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if m, err = Kind.Lock(ctx, tx.Tx, tx, "contract:edit", id, version); err != nil {
			return err
		}
		if m.Status != StatusDraft {
			return ErrNotDraft
		}
		before := *m
		put(&m.PriceType, in.PriceType)
		put(&m.Deposit, in.Deposit)
		put(&m.Remark, in.Remark)
		if err := s.editCustomer(ctx, tx, m, in); err != nil {
			return err
		}
		was, now, err := s.editLines(ctx, tx, m, in)
		if err != nil {
			return err
		}
		if same(was, now) {
			return Kind.Save(ctx, tx.Tx, &before, m, "edit")
		}
		m.Revision++
		if err := Kind.Save(ctx, tx.Tx, &before, m, "edit"); err != nil {
			return err
		}
		return replaceLines(ctx, tx, m, was, now)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// editCustomer checks customer and intent together, for an intent belongs to its customer; another customer has none.
func (s *Service) editCustomer(ctx context.Context, tx tenants.Tx, m *Contract, in EditInput) error {
	customer, intent := m.CustomerID.String(), text(m.IntentID)
	if in.CustomerID != nil && *in.CustomerID != customer {
		customer, intent = *in.CustomerID, ""
	}
	put(&intent, in.IntentID)
	if customer == m.CustomerID.String() && intent == text(m.IntentID) {
		return nil
	}
	return s.setCustomer(ctx, tx, m, customer, intent)
}

// editLines prices the lines of m again, the given ones or those it has, and puts their sums on m.
func (s *Service) editLines(ctx context.Context, tx tenants.Tx, m *Contract, in EditInput) (was, now []Line, err error) {
	if was, err = linesOf(ctx, tx, m.ID); err != nil {
		return nil, nil, err
	}
	given, vehicle := in.Lines, text(m.VehicleID)
	put(&vehicle, in.VehicleID)
	if given == nil && vehicle == text(m.VehicleID) { // nothing that has a price changes; the list may have moved since
		if m.Deposit < 0 || m.Deposit > m.Total {
			err = ErrDeposit.With(m.Total).At("deposit")
		}
		return was, was, err
	}
	if given == nil {
		for _, l := range was {
			given = append(given, l.again())
		}
	}
	offer, err := s.setVehicle(ctx, tx, m, vehicle)
	if err != nil {
		return nil, nil, err
	}
	p, err := s.price(ctx, tx, m, offer, given)
	if err != nil {
		return nil, nil, err
	}
	return was, p.lines, m.carry(p, offer)
}

// text is the form of id in a body: "" for none.
func text(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func put[T any](to *T, given *T) {
	if given != nil {
		*to = *given
	}
}
