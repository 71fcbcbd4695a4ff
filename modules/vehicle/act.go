package vehicle

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/tenants"
)

// ErrReason asks for words.
var ErrReason = fault.New(fault.Invalid, "vehicle.reason", "请填写原因", "Give the reason")

// act makes the move of action on one vehicle. guard may refuse it with a fault; change fills in what the action asked.
func (s *Service) act(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, action Action, document string,
	guard func(tx tenants.Tx, v *Vehicle) error, change func(v *Vehicle),
) (*Vehicle, error) {
	var v *Vehicle
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if v, err = Kind.Lock(ctx, tx.Tx, tx, Flow.Permission(action), id, version); err != nil {
			return err
		}
		if _, err := Flow.Next(v.Status, action); err != nil {
			return err
		}
		if err := guard(tx, v); err != nil {
			return err
		}
		return step(ctx, tx, v, action, document, func() { change(v) })
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

func free(tenants.Tx, *Vehicle) error { return nil }

func same(*Vehicle) {}

// PassPDI makes an inspected vehicle available. mileage is what the meter shows, in kilometres. It returns record.ErrMissing,
// record.ErrStale, flow.ErrNotAllowed or a denied fault.
func (s *Service) PassPDI(ctx context.Context, a tenants.Actor, id uuid.UUID, version, mileage int, note string) (*Vehicle, error) {
	return s.act(ctx, a, id, version, ActionPassPDI, note, free, func(v *Vehicle) { v.Mileage = mileage })
}

// ReasonInput is why a vehicle is not to be sold.
type ReasonInput struct {
	Reason string `json:"reason" minLength:"1" maxLength:"200"`
}

// FailPDI keeps a vehicle from sale until it passes. It returns ErrReason and the errors of PassPDI.
func (s *Service) FailPDI(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in ReasonInput) (*Vehicle, error) {
	return s.act(ctx, a, id, version, ActionFailPDI, strings.TrimSpace(in.Reason), needs(in.Reason), same)
}

// Return gives a vehicle back to its maker. It returns the errors of FailPDI.
func (s *Service) Return(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in ReasonInput) (*Vehicle, error) {
	return s.act(ctx, a, id, version, ActionReturn, strings.TrimSpace(in.Reason), needs(in.Reason), same)
}

func needs(reason string) func(tenants.Tx, *Vehicle) error {
	return func(tenants.Tx, *Vehicle) error {
		if strings.TrimSpace(reason) == "" {
			return ErrReason.At("reason")
		}
		return nil
	}
}
