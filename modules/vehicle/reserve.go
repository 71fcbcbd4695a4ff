package vehicle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of reserving a vehicle. ErrTaken names the contract and its person.
var (
	ErrTaken       = fault.New(fault.Conflict, "vehicle.taken", "车辆已被 %s 预留，请换车或联系 %s", "Contract %s has reserved this vehicle; choose another or talk to %s")
	ErrNotReserved = fault.New(fault.Conflict, "vehicle.not_reserved", "车辆未由该合同预留", "This contract has not reserved the vehicle")
)

// Offer is what a contract needs to know of a vehicle.
type Offer struct {
	ID        uuid.UUID
	VIN       string
	ModelID   uuid.UUID
	ModelName string
	Price     money.Amount // marked, or of the price list; 0: none
	Cost      money.Amount
	Status    string
	Company   uuid.UUID
}

// Offer reads a vehicle that the actor may read. It returns record.ErrTarget.
func (s *Service) Offer(ctx context.Context, tx tenants.Tx, vehicle uuid.UUID) (Offer, error) {
	scope, err := tx.Can(Kind.Read)
	if err != nil {
		return Offer{}, record.ErrTarget.Because(err)
	}
	v, err := Kind.Peek(ctx, tx.Tx, scope, vehicle)
	if err != nil {
		return Offer{}, target(err)
	}
	o := Offer{v.ID, v.VIN, v.ModelID, v.Model, v.Price, v.Cost, string(v.Status), v.CompanyID}
	if o.Price == 0 {
		o.Price, _, err = s.catalogue.Price(ctx, tx, v.ModelID, v.CompanyID, "retail")
	}
	return o, err
}

// target puts record.ErrMissing into the words of a reference.
func target(err error) error {
	if errors.Is(err, record.ErrMissing) {
		return record.ErrTarget.Because(err)
	}
	return err
}

// Reserve gives an available vehicle, or one that the actor holds, to a contract; again for the same contract it does nothing. It
// returns ErrTaken with who has it, ErrHeld, flow.ErrNotAllowed, or record.ErrTarget.
func (s *Service) Reserve(ctx context.Context, tx tenants.Tx, vehicle, contract uuid.UUID, contractNumber string) error {
	v, err := Kind.Find(ctx, tx.Tx, all, vehicle)
	if err != nil {
		return target(err)
	}
	r, err := tx.ExecContext(ctx, `INSERT INTO vehicle_reservations (tenant_id, id, vehicle_id, contract_id, contract_number, reserved_by, reserved_at) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, vehicle_id) WHERE released_at IS NULL DO NOTHING`, tx.Tenant, id.New(), vehicle, contract, contractNumber, person(tx), tx.Now)
	if err != nil {
		return fmt.Errorf("reserve vehicle %s: %w", vehicle, err)
	}
	switch n, err := r.RowsAffected(); {
	case err != nil:
		return fmt.Errorf("reserve vehicle %s: %w", vehicle, err)
	case n == 0:
		return taken(ctx, tx, vehicle, contract)
	}
	if _, err := Flow.Next(v.Status, ActionReserve); err != nil {
		return err
	}
	if err := mayLift(ctx, tx, v); err != nil {
		return err
	}
	return step(ctx, tx, v, ActionReserve, contractNumber, func() { v.ContractNumber = contractNumber })
}

// taken returns nil when contract itself has the vehicle, and otherwise ErrTaken.
func taken(ctx context.Context, tx tenants.Tx, vehicle, contract uuid.UUID) error {
	var by uuid.UUID
	var number, name string
	err := tx.QueryRowContext(ctx, `SELECT r.contract_id, r.contract_number, coalesce(u.name, '') FROM vehicle_reservations r
		LEFT JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.reserved_by WHERE r.tenant_id = ? AND r.vehicle_id = ? AND r.released_at IS NULL`, tx.Tenant, vehicle).
		Scan(&by, &number, &name)
	if err != nil {
		return fmt.Errorf("holder of vehicle %s: %w", vehicle, err)
	}
	if by == contract {
		return nil
	}
	if name == "" {
		return ErrTaken.With(number, fault.Text{Zh: "系统管理员", En: "the administrator"})
	}
	return ErrTaken.With(number, name)
}

// Release gives a vehicle back that a contract has reserved or was invoiced for. It returns ErrNotReserved, flow.ErrNotAllowed or
// record.ErrTarget.
func (s *Service) Release(ctx context.Context, tx tenants.Tx, vehicle, contract uuid.UUID, reason string) error {
	v, err := Kind.Find(ctx, tx.Tx, all, vehicle)
	if err != nil {
		return target(err)
	}
	if _, err := Flow.Next(v.Status, ActionReleaseReservation); err != nil {
		return err
	}
	r, err := tx.ExecContext(ctx, "UPDATE vehicle_reservations SET released_at = greatest(?, reserved_at) WHERE tenant_id = ? AND vehicle_id = ? AND contract_id = ? AND released_at IS NULL",
		tx.Now, tx.Tenant, vehicle, contract)
	if err != nil {
		return fmt.Errorf("release vehicle %s: %w", vehicle, err)
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return ErrNotReserved.Because(err)
	}
	document := v.ContractNumber
	if reason != "" {
		document += " " + reason
	}
	return step(ctx, tx, v, ActionReleaseReservation, document, func() { v.ContractNumber = "" })
}

// Invoice notes that the contract's vehicle was invoiced. document is the invoice's number. It returns ErrNotReserved,
// flow.ErrNotAllowed or record.ErrTarget.
func (s *Service) Invoice(ctx context.Context, tx tenants.Tx, vehicle, contract uuid.UUID, document string) error {
	return s.advance(ctx, tx, vehicle, contract, ActionInvoice, document)
}

// Deliver notes that the contract's vehicle left the store. document is the outbound's number. It returns the errors of Invoice.
func (s *Service) Deliver(ctx context.Context, tx tenants.Tx, vehicle, contract uuid.UUID, document string) error {
	return s.advance(ctx, tx, vehicle, contract, ActionDeliver, document)
}

func (s *Service) advance(ctx context.Context, tx tenants.Tx, vehicle, contract uuid.UUID, action Action, document string) error {
	v, err := Kind.Find(ctx, tx.Tx, all, vehicle)
	if err != nil {
		return target(err)
	}
	if err := reservedFor(ctx, tx, vehicle, contract); err != nil {
		return err
	}
	return step(ctx, tx, v, action, document, func() {})
}

// HandOver adds the last line to the life of the contract's vehicle; its status stays. It returns ErrNotReserved or record.ErrTarget.
func (s *Service) HandOver(ctx context.Context, tx tenants.Tx, vehicle, contract uuid.UUID, document string) error {
	v, err := Kind.Find(ctx, tx.Tx, all, vehicle)
	if err != nil {
		return target(err)
	}
	if err := reservedFor(ctx, tx, vehicle, contract); err != nil {
		return err
	}
	tx.Touch(Kind.Name, v.ID)
	return write(ctx, tx, v.ID, eventHandOver, document, v.Status, v.Status)
}

func reservedFor(ctx context.Context, tx tenants.Tx, vehicle, contract uuid.UUID) error {
	var one int
	err := tx.QueryRowContext(ctx, "SELECT 1 FROM vehicle_reservations WHERE tenant_id = ? AND vehicle_id = ? AND contract_id = ? AND released_at IS NULL", tx.Tenant, vehicle, contract).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotReserved
	}
	if err != nil {
		return fmt.Errorf("reservation of vehicle %s: %w", vehicle, err)
	}
	return nil
}
