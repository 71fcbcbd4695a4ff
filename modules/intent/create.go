package intent

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of entering an intent.
var (
	ErrNoCompany = fault.New(fault.Invalid, "intent.no_company", "当前任职不属于任何公司，请切换到公司任职后再新建", "Your posting belongs to no company; switch to one that does")
	ErrBudget    = fault.New(fault.Invalid, "intent.budget", "预算不能为负", "A budget is not negative")
)

// CreateInput is a new intent as somebody enters it.
type CreateInput struct {
	CustomerID   string       `json:"customerId" format:"uuid"`
	ModelID      string       `json:"modelId,omitempty" format:"uuid"`
	ModelText    string       `json:"modelText,omitempty" maxLength:"200"`
	Stage        Stage        `json:"stage" enum:"H,A,B,C"`
	Budget       money.Amount `json:"budget,omitempty"`
	Source       string       `json:"source,omitempty" enum:"walk_in,call,online,maker,referral,activity,repeat,other,"`
	NextFollowUp clock.Day    `json:"nextFollowUp"`
	Note         string       `json:"note,omitempty" maxLength:"2000"`
}

// Create opens an intent that the actor owns. It returns ErrNoCompany, ErrBudget, ErrFollowUpNeeded, ErrFollowUpPast,
// record.ErrTarget at customerId or modelId, or a denied fault.
func (s *Service) Create(ctx context.Context, a tenants.Actor, in CreateInput) (*Intent, error) {
	var m *Intent
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if _, err := tx.Can("intent:create"); err != nil {
			return err
		}
		if a.Posting.Company == uuid.Nil {
			return ErrNoCompany.At("companyId")
		}
		m = &Intent{ModelText: in.ModelText, Stage: in.Stage, Source: in.Source, NextFollowUp: in.NextFollowUp, Note: in.Note}
		m.CompanyID, m.DepartmentID, m.OwnerID = a.Posting.Company, a.Posting.Department, a.User
		if err := m.setBudget(in.Budget); err != nil {
			return err
		}
		if err := s.setCustomer(ctx, tx, m, in.CustomerID); err != nil {
			return err
		}
		if err := s.setModel(ctx, tx, m, in.ModelID); err != nil {
			return err
		}
		return s.open(ctx, tx, m)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// OpenInput is an intent that another document opens; its references are checked already.
type OpenInput struct {
	Customer     uuid.UUID
	Model        uuid.UUID
	Stage        string
	NextFollowUp clock.Day
	Source       string
	Owner        uuid.UUID
	Company      uuid.UUID
	Department   uuid.UUID
}

// Open opens an intent within tx and returns its id; without an owner the actor owns it. It returns ErrFollowUpNeeded, ErrFollowUpPast or record.ErrChoice.
func (s *Service) Open(ctx context.Context, tx tenants.Tx, in OpenInput) (uuid.UUID, error) {
	m := &Intent{CustomerID: in.Customer, ModelID: in.Model, Stage: Stage(in.Stage), NextFollowUp: in.NextFollowUp, Source: in.Source}
	m.CompanyID, m.DepartmentID, m.OwnerID = in.Company, in.Department, in.Owner
	if m.OwnerID == uuid.Nil {
		m.OwnerID = tx.Actor.User
	}
	if err := s.open(ctx, tx, m); err != nil {
		return uuid.Nil, err
	}
	return m.ID, nil
}

func (s *Service) open(ctx context.Context, tx tenants.Tx, m *Intent) error {
	if err := followOn(tx, m.NextFollowUp); err != nil {
		return err
	}
	m.Status, m.LastContact = StatusOpen, tx.Now
	if err := Kind.Create(ctx, tx.Tx, m); err != nil {
		return err
	}
	return s.customers.Touch(ctx, tx, m.CustomerID)
}

func (m *Intent) setBudget(sum money.Amount) error {
	if sum < 0 {
		return ErrBudget.At("budget")
	}
	m.Budget = sum
	return nil
}

func (s *Service) setCustomer(ctx context.Context, tx tenants.Tx, m *Intent, given string) error {
	id, err := uuid.Parse(given)
	if err != nil {
		return record.ErrTarget.At("customerId").Because(err)
	}
	m.CustomerID = id
	return s.customers.Exists(ctx, tx, id, "customerId")
}

// setModel takes a vehicle model that the actor may see; "" is none.
func (s *Service) setModel(ctx context.Context, tx tenants.Tx, m *Intent, given string) error {
	if given == "" {
		m.ModelID = uuid.Nil
		return nil
	}
	id, err := uuid.Parse(given)
	if err != nil {
		return record.ErrTarget.At("modelId").Because(err)
	}
	scope, err := tx.Can("vehicle_model:read")
	if err != nil {
		return record.ErrTarget.At("modelId").Because(err)
	}
	m.ModelID = id
	return s.models.Exists(ctx, tx.Tx, scope, id, "modelId")
}
