// Package delivery takes a sold vehicle out of the store (出库) and gives it to its buyer with papers and keys (交车).
package delivery

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// ErrNoVehicle refuses to deliver nothing.
var ErrNoVehicle = fault.New(fault.Conflict, "delivery.no_vehicle", "合同还没有车辆", "The contract has no vehicle yet")

// Service is what can be done with deliveries.
type Service struct {
	db        *tenants.DB
	contracts Contracts
	stock     Stock
}

// New makes the service.
func New(db *tenants.DB, contracts Contracts, stock Stock) *Service {
	return &Service{db, contracts, stock}
}

// contract locks the contract that the actor delivers under p. It returns record.ErrTarget at contractId, ErrNoVehicle or a
// denied fault.
func (s *Service) contract(ctx context.Context, tx tenants.Tx, p access.Permission, given string) (Sold, error) {
	scope, err := tx.Can(p)
	if err != nil {
		return Sold{}, err
	}
	id, err := uuid.Parse(given)
	if err != nil {
		return Sold{}, record.ErrTarget.At("contractId").Because(err)
	}
	c, err := s.contracts.Sold(ctx, tx, id)
	switch {
	case err != nil:
		return Sold{}, err
	case !scope.Covers(c.Company, c.Department, c.Owner):
		return Sold{}, rest.ErrDenied
	case c.Vehicle == uuid.Nil:
		return Sold{}, ErrNoVehicle.At("contractId")
	}
	return c, nil
}

// of is the Base of a document that belongs to c's company and owner.
func of(c Sold) record.Base {
	return record.Base{CompanyID: c.Company, DepartmentID: c.Department, OwnerID: c.Owner}
}
