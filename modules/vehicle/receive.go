package vehicle

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Faults of entering a vehicle.
var (
	ErrNoCompany = fault.New(fault.Invalid, "vehicle.no_company", "当前任职不属于任何公司，请切换到公司任职后再入库", "Your posting belongs to no company; switch to one that does")
	ErrVINTaken  = fault.New(fault.Conflict, "vehicle.vin_taken", "车架号 %s 已在库中", "The VIN %s is in the books already")
	ErrSum       = fault.New(fault.Invalid, "vehicle.sum", "金额不能为负", "A sum is not negative")
	ErrReceived  = fault.New(fault.Invalid, "vehicle.received_on", "入库日期不能晚于今天", "A vehicle is not received after today")
)

// ReceiveInput is a vehicle as it comes in. Force takes a VIN whose check digit is wrong, for whoever holds vehicle:force.
type ReceiveInput struct {
	VIN        string        `json:"vin" minLength:"1" maxLength:"40"`
	Force      bool          `json:"force,omitempty" doc:"Take a VIN whose check digit is wrong; needs vehicle:force"`
	ModelID    string        `json:"modelId" format:"uuid"`
	Color      string        `json:"color,omitempty" maxLength:"40"`
	Location   string        `json:"location,omitempty" maxLength:"60"`
	Cost       money.Amount  `json:"cost,omitempty"`
	Price      *money.Amount `json:"price,omitempty" doc:"The marked price; absent: today's retail price of the price list"`
	ReceivedOn *clock.Day    `json:"receivedOn,omitempty" doc:"Absent: today"`
}

// Receive takes a vehicle into the books of the actor's company, to be inspected. It returns ErrNoCompany, ErrVINLength,
// ErrVINCharacter, ErrVINCheck, ErrVINTaken, ErrSum, ErrReceived, record.ErrTarget at modelId, or a denied fault.
func (s *Service) Receive(ctx context.Context, a tenants.Actor, in ReceiveInput) (*Vehicle, error) {
	var v *Vehicle
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		scope, err := tx.Can("vehicle:receive")
		if err != nil {
			return err
		}
		if a.Posting.Company == uuid.Nil {
			return ErrNoCompany.At("companyId")
		}
		v = &Vehicle{Color: in.Color, Location: in.Location, Cost: in.Cost, Status: StatusInspecting}
		v.CompanyID, v.DepartmentID, v.OwnerID = a.Posting.Company, a.Posting.Department, a.User
		if !scope.Covers(v.CompanyID, v.DepartmentID, v.OwnerID) {
			return rest.ErrDenied
		}
		today := clock.DayOf(tx.Now, tx.Zone)
		v.ReceivedOn = today
		if in.ReceivedOn != nil && *in.ReceivedOn != "" {
			v.ReceivedOn = *in.ReceivedOn
		}
		if v.ReceivedOn > today {
			return ErrReceived.At("receivedOn")
		}
		if err := v.setVIN(tx, in.VIN, in.Force); err != nil {
			return err
		}
		if err := s.setModel(ctx, tx, v, in.ModelID); err != nil {
			return err
		}
		if in.Price != nil {
			v.Price = *in.Price
		} else if v.Price, _, err = s.catalogue.Price(ctx, tx, v.ModelID, v.CompanyID, "retail"); err != nil {
			return err
		}
		if err := v.checkSums(); err != nil {
			return err
		}
		if err := v.taken(Kind.Create(ctx, tx.Tx, v)); err != nil {
			return err
		}
		return write(ctx, tx, v.ID, eventReceive, "", "", v.Status)
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// setVIN takes a VIN. Only its check digit can be forced.
func (v *Vehicle) setVIN(tx tenants.Tx, given string, force bool) error {
	vin := TidyVIN(given)
	err := CheckVIN(vin)
	var f *fault.Fault
	switch {
	case errors.Is(err, ErrVINCheck) && force:
		scope, err := tx.Can("vehicle:force")
		if err != nil {
			return err
		}
		if !scope.Covers(v.CompanyID, v.DepartmentID, v.OwnerID) {
			return rest.ErrDenied
		}
	case errors.As(err, &f):
		return f.At("vin")
	}
	v.VIN, v.VINForced = vin, err != nil
	return nil
}

func (s *Service) setModel(ctx context.Context, tx tenants.Tx, v *Vehicle, given string) error {
	id, err := uuid.Parse(given)
	if err != nil {
		return record.ErrTarget.At("modelId").Because(err)
	}
	name, err := s.catalogue.ModelName(ctx, tx, id)
	if errors.Is(err, record.ErrTarget) {
		return record.ErrTarget.At("modelId").Because(err)
	}
	v.ModelID, v.Model = id, name
	return err
}

func (v *Vehicle) checkSums() error {
	var wrong []*fault.Fault
	if v.Price < 0 {
		wrong = append(wrong, ErrSum.At("price"))
	}
	if v.Cost < 0 {
		wrong = append(wrong, ErrSum.At("cost"))
	}
	return fault.Join(wrong...)
}

func (v *Vehicle) taken(err error) error {
	if database.Violates(err, "vehicles_vin") {
		return ErrVINTaken.With(v.VIN).At("vin").Because(err)
	}
	return err
}
