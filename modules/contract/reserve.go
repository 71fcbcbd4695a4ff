package contract

import (
	"context"

	"github.com/google/uuid"

	"forecourt/tenants"
)

// Reserve keeps a vehicle for a contract whose deposit is paid: the given one, which is of the contract's model, or with "" the
// one that the contract has. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed, ErrNoCar, ErrVehicle, ErrModel,
// ErrReserved, record.ErrTarget at vehicleId, what the stock refuses, or a denied fault.
func (s *Service) Reserve(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, vehicle string) (*Contract, error) {
	return s.act(ctx, a, id, version, ActionReserve, func(tx tenants.Tx, m *Contract) error {
		if vehicle == "" {
			vehicle = text(m.VehicleID)
		}
		if vehicle == "" {
			return ErrVehicle.At("vehicleId")
		}
		offer, err := s.setVehicle(ctx, tx, m, vehicle)
		if err != nil {
			return err
		}
		if err := s.fits(ctx, tx, m, offer.Model); err != nil {
			return err
		}
		m.earn(offer)
		return s.stock.Reserve(ctx, tx, m.reservation())
	})
}

// fits checks that the contract sells a vehicle of this model.
func (s *Service) fits(ctx context.Context, tx tenants.Tx, m *Contract, model uuid.UUID) error {
	lines, err := linesOf(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	for _, l := range lines {
		if l.Kind != SortVehicle {
			continue
		}
		if l.ItemID != model.String() {
			return ErrModel.At("vehicleId")
		}
		return nil
	}
	return ErrNoCar.At("lines")
}

// Release gives the reserved vehicle back to the stock; the deposit stays. Afterwards another vehicle can be reserved, or the
// money returned. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed or a denied fault.
func (s *Service) Release(ctx context.Context, a tenants.Actor, id uuid.UUID, version int) (*Contract, error) {
	return s.act(ctx, a, id, version, ActionRelease, func(tx tenants.Tx, m *Contract) error {
		return s.stock.Release(ctx, tx, m.reservation())
	})
}

func (m *Contract) reservation() Reservation {
	return Reservation{Vehicle: m.VehicleID, Contract: m.ID, Number: m.Number}
}
