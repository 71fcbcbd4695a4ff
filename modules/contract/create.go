package contract

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// CreateInput is a new contract as somebody enters it.
type CreateInput struct {
	CustomerID string       `json:"customerId" format:"uuid"`
	IntentID   string       `json:"intentId,omitempty" format:"uuid"`
	VehicleID  string       `json:"vehicleId,omitempty" format:"uuid"`
	PriceType  PriceType    `json:"priceType" enum:"retail,wholesale"`
	Deposit    money.Amount `json:"deposit"`
	Remark     string       `json:"remark,omitempty" maxLength:"2000"`
	Lines      []LineInput  `json:"lines" minItems:"1" maxItems:"50"`
}

// Create drafts a contract that the actor owns. It returns ErrNoCompany, ErrIntent, ErrElsewhere, ErrDeposit, record.ErrTarget at customerId,
// intentId, vehicleId or an item, the faults of lines, or a denied fault.
func (s *Service) Create(ctx context.Context, a tenants.Actor, in CreateInput) (*Contract, error) {
	var m *Contract
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if _, err := tx.Can("contract:create"); err != nil {
			return err
		}
		if a.Posting.Company == uuid.Nil {
			return ErrNoCompany.At("companyId")
		}
		m = &Contract{PriceType: in.PriceType, Deposit: in.Deposit, Remark: in.Remark, Revision: 1, Status: StatusDraft}
		m.CompanyID, m.DepartmentID, m.OwnerID = a.Posting.Company, a.Posting.Department, a.User
		if err := s.setCustomer(ctx, tx, m, in.CustomerID, in.IntentID); err != nil {
			return err
		}
		offer, err := s.setVehicle(ctx, tx, m, in.VehicleID)
		if err != nil {
			return err
		}
		p, err := s.price(ctx, tx, m, offer, in.Lines)
		if err != nil {
			return err
		}
		if len(p.lines) == 0 {
			return ErrNoLines.At("lines")
		}
		if err := m.carry(p, offer); err != nil {
			return err
		}
		if err := Kind.Create(ctx, tx.Tx, m); err != nil {
			return err
		}
		return writeLines(ctx, tx, m, nil, p.lines)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// setCustomer takes a customer whom the actor may read, and one of that customer's intents; "" is no intent.
func (s *Service) setCustomer(ctx context.Context, tx tenants.Tx, m *Contract, customer, intent string) error {
	id, err := uuid.Parse(customer)
	if err != nil {
		return record.ErrTarget.At("customerId").Because(err)
	}
	if _, err := s.customers.Info(ctx, tx, id); err != nil {
		return target(err, "customerId")
	}
	m.CustomerID, m.IntentID = id, uuid.Nil
	if intent == "" {
		return nil
	}
	if id, err = uuid.Parse(intent); err != nil {
		return record.ErrTarget.At("intentId").Because(err)
	}
	of, err := s.intents.Customer(ctx, tx, id)
	if err != nil {
		return target(err, "intentId")
	}
	if of != m.CustomerID {
		return ErrIntent.At("intentId")
	}
	m.IntentID = id
	return nil
}

// setVehicle takes a vehicle of the contract's company that the actor may read; "" is none yet.
func (s *Service) setVehicle(ctx context.Context, tx tenants.Tx, m *Contract, vehicle string) (*Offer, error) {
	m.VehicleID = uuid.Nil
	if vehicle == "" {
		return nil, nil
	}
	id, err := uuid.Parse(vehicle)
	if err != nil {
		return nil, record.ErrTarget.At("vehicleId").Because(err)
	}
	offer, err := s.stock.Offer(ctx, tx, id)
	if err != nil {
		return nil, target(err, "vehicleId")
	}
	if offer.Company != m.CompanyID {
		return nil, ErrElsewhere.At("vehicleId")
	}
	m.VehicleID = id
	return &offer, nil
}
