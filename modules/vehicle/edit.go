package vehicle

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of changing a vehicle.
var (
	ErrGone    = fault.New(fault.Conflict, "vehicle.gone", "车辆已出库或退厂，不能修改", "This vehicle has left and cannot be changed")
	ErrOnPaper = fault.New(fault.Conflict, "vehicle.on_paper", "车辆已有合同，不能修改车架号和车型", "A contract has this vehicle; its VIN and model stay")
)

// editable are the states in which a vehicle is changed.
var editable = []string{string(StatusPlanned), string(StatusOrdered), string(StatusInTransit), string(StatusInspecting), string(StatusPDIFailed),
	string(StatusAvailable), string(StatusHeld), string(StatusReserved), string(StatusInvoiced)}

// EditInput is what changes; a field that is absent stays, an empty text clears.
type EditInput struct {
	VIN        *string       `json:"vin,omitempty" minLength:"1" maxLength:"40"`
	Force      bool          `json:"force,omitempty" doc:"Take a VIN whose check digit is wrong; needs vehicle:force"`
	ModelID    *string       `json:"modelId,omitempty" format:"uuid"`
	Color      *string       `json:"color,omitempty" maxLength:"40"`
	Location   *string       `json:"location,omitempty" maxLength:"60"`
	Cost       *money.Amount `json:"cost,omitempty" doc:"Only for who sees the cost"`
	Price      *money.Amount `json:"price,omitempty"`
	ReceivedOn *clock.Day    `json:"receivedOn,omitempty"`
}

// Edit changes a vehicle that has not left. It returns record.ErrMissing, record.ErrStale, ErrGone, ErrOnPaper, record.ErrField at
// cost for who does not see it, the errors of Receive, or a denied fault.
func (s *Service) Edit(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in EditInput) (*Vehicle, error) {
	var v *Vehicle
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if v, err = Kind.Lock(ctx, tx.Tx, tx, "vehicle:edit", id, version); err != nil {
			return err
		}
		if !slices.Contains(editable, string(v.Status)) {
			return ErrGone
		}
		before := *v
		if err := s.take(ctx, tx, v, in); err != nil {
			return err
		}
		return v.taken(Kind.Save(ctx, tx.Tx, &before, v, "edit"))
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (s *Service) take(ctx context.Context, tx tenants.Tx, v *Vehicle, in EditInput) error {
	onPaper := v.Status == StatusReserved || v.Status == StatusInvoiced
	if in.VIN != nil && TidyVIN(*in.VIN) != v.VIN {
		if onPaper {
			return ErrOnPaper.At("vin")
		}
		if err := v.setVIN(tx, *in.VIN, in.Force); err != nil {
			return err
		}
	}
	if in.ModelID != nil && *in.ModelID != v.ModelID.String() {
		if onPaper {
			return ErrOnPaper.At("modelId")
		}
		if err := s.setModel(ctx, tx, v, *in.ModelID); err != nil {
			return err
		}
	}
	if in.Cost != nil {
		if tx.Actor.User != uuid.Nil && tx.Actor.Set.Field(Kind.Name, "cost", access.Hidden) < access.Shown {
			return record.ErrField.At("cost")
		}
		v.Cost = *in.Cost
	}
	if in.ReceivedOn != nil && *in.ReceivedOn != "" {
		if *in.ReceivedOn > clock.DayOf(tx.Now, tx.Zone) {
			return ErrReceived.At("receivedOn")
		}
		v.ReceivedOn = *in.ReceivedOn
	}
	put(&v.Color, in.Color)
	put(&v.Location, in.Location)
	put(&v.Price, in.Price)
	return v.checkSums()
}

func put[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}
