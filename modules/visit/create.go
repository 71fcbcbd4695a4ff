package visit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/parameter"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of logging a visit.
var (
	ErrNoCompany = fault.New(fault.Invalid, "visit.no_company", "当前任职不属于任何公司，请切换到公司任职后再登记", "Your posting belongs to no company; switch to one that does")
	ErrFuture    = fault.New(fault.Invalid, "visit.future", "来访时间不能晚于现在", "A visit is not in the future")
	ErrTooOld    = fault.New(fault.Invalid, "visit.too_old", "来访时间太早，请核对", "This time is too long ago; check it")
)

// CreateInput is a visit as the reception logs it.
type CreateInput struct {
	Mode         string    `json:"mode" enum:"call,walk_in"`
	At           time.Time `json:"at" required:"false" doc:"Empty: now"`
	Name         string    `json:"name" minLength:"1" maxLength:"100"`
	Mobile       string    `json:"mobile,omitempty" maxLength:"30"`
	PartySize    int       `json:"partySize" required:"false" default:"1" minimum:"1" maximum:"100"`
	ModelID      string    `json:"modelId,omitempty" format:"uuid"`
	Source       string    `json:"source,omitempty" enum:"walk_in,call,online,maker,referral,activity,repeat,other,"`
	ConsultantID string    `json:"consultantId,omitempty" format:"uuid" doc:"Empty: the consultant whose turn it is"`
	Note         string    `json:"note,omitempty" maxLength:"2000"`
}

// Create logs a visit, finds or makes its customer and gives it to a consultant. It returns ErrNoCompany, ErrFuture,
// ErrNotConsultant, record.ErrTarget at modelId or consultantId, or a denied fault.
func (s *Service) Create(ctx context.Context, a tenants.Actor, in CreateInput) (*Visit, error) {
	var v *Visit
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if _, err := tx.Can("visit:create"); err != nil {
			return err
		}
		v = &Visit{Mode: in.Mode, At: in.At.UTC(), Name: strings.TrimSpace(in.Name), PartySize: max(in.PartySize, 1), Source: in.Source, Note: in.Note, Status: StatusLogged}
		v.CompanyID, v.DepartmentID, v.OwnerID = a.Posting.Company, a.Posting.Department, a.User
		if v.CompanyID == uuid.Nil {
			return ErrNoCompany.At("companyId")
		}
		if in.At.IsZero() {
			v.At = tx.Now
		}
		if err := s.setModel(ctx, tx, v, in.ModelID); err != nil {
			return err
		}
		consultant, err := s.choose(ctx, tx, v.CompanyID, in.ConsultantID)
		if err != nil {
			return err
		}
		if err := s.identify(ctx, tx, v, in.Mobile, consultant); err != nil {
			return err
		}
		if err := Kind.Create(ctx, tx.Tx, v); err != nil {
			return err
		}
		if consultant == uuid.Nil {
			return nil
		}
		return s.assign(ctx, tx, v, consultant)
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// earliest is where a year is a slip of the finger.
const earliest = 20 * 366 * 24 * time.Hour

// identify checks the time, finds or makes the customer of the mobile, and tells a first visit from a later one.
func (s *Service) identify(ctx context.Context, tx tenants.Tx, v *Visit, mobile string, consultant uuid.UUID) error {
	const skew = time.Minute // between the clock of a browser and ours
	switch {
	case v.At.After(tx.Now.Add(skew)):
		return ErrFuture.At("at")
	case v.At.Before(tx.Now.Add(-earliest)):
		return ErrTooOld.At("at")
	}
	v.Mobile, v.First = "", true
	if mobile == "" {
		return nil
	}
	var err error
	if v.Mobile, err = s.customers.Mobile(mobile); err != nil {
		return err
	}
	if consultant == uuid.Nil {
		consultant = v.OwnerID
	}
	v.CustomerID, err = s.customers.Ensure(ctx, tx, EnsureCustomer{v.Name, v.Mobile, v.Source, consultant, v.CompanyID, v.DepartmentID})
	if err != nil {
		return err
	}
	v.First, err = first(ctx, tx, v)
	return err
}

// againDays is how long a person's next visit is no first one.
var againDays = parameter.Days("visit.again_days", 30, "再次来店天数", "Days in which a visit is no first one").In("来电来店", "Visits").Between(1, 365).
	Says("同一手机号在这个天数内再来，不算首次来店", "A visit by the same mobile within this many days is no first visit")

// first reports whether nobody with this mobile visited in the days before v that visit.again_days says. Ensure holds the mobile, so two visits at once
// are not both first.
func first(ctx context.Context, tx tenants.Tx, v *Visit) (bool, error) {
	days, err := againDays.Get(ctx, tx.Tx, v.CompanyID)
	if err != nil {
		return false, err
	}
	again := time.Duration(days) * 24 * time.Hour
	seen, err := tx.NewSelect().TableExpr("visits").ColumnExpr("1").
		Where("tenant_id = ? AND mobile = ? AND at > ? AND at <= ? AND id <> ?", tx.Tenant, v.Mobile, v.At.Add(-again), v.At, v.ID).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("earlier visits: %w", err)
	}
	return !seen, nil
}

// setModel takes a vehicle model that the actor may see; "" is none.
func (s *Service) setModel(ctx context.Context, tx tenants.Tx, v *Visit, id string) error {
	model, err := s.model(ctx, tx, id)
	v.ModelID = model
	return err
}

func (s *Service) model(ctx context.Context, tx tenants.Tx, given string) (uuid.UUID, error) {
	if given == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(given)
	if err != nil {
		return uuid.Nil, record.ErrTarget.At("modelId").Because(err)
	}
	scope, err := tx.Can("vehicle_model:read")
	if err != nil {
		return uuid.Nil, record.ErrTarget.At("modelId").Because(err)
	}
	return id, s.models.Exists(ctx, tx.Tx, scope, id, "modelId")
}
