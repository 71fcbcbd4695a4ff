package invoice

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Faults of issuing.
var (
	ErrNoVehicle = fault.New(fault.Conflict, "invoice.no_vehicle", "合同还没有预留车辆，不能开票", "The contract has no reserved vehicle to invoice")
	ErrIssued    = fault.New(fault.Conflict, "invoice.issued", "该合同已开票", "This contract is invoiced already")
)

// IssueInput is what an invoice needs beside its contract.
type IssueInput struct {
	ContractID string `json:"contractId" format:"uuid"`
	Title      string `json:"title" minLength:"1" maxLength:"100" doc:"The buyer as the invoice names them"`
}

// Issue invoices the total of a contract whose vehicle is reserved, and moves contract and vehicle on. It returns ErrNoVehicle,
// ErrIssued, flow.ErrNotAllowed, record.ErrTarget at contractId, what the stock refuses, or a denied fault.
func (s *Service) Issue(ctx context.Context, a tenants.Actor, in IssueInput) (*Invoice, error) {
	var m *Invoice
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		scope, err := tx.Can("invoice:issue")
		if err != nil {
			return err
		}
		id, err := uuid.Parse(in.ContractID)
		if err != nil {
			return record.ErrTarget.At("contractId").Because(err)
		}
		c, err := s.contracts.Sold(ctx, tx, id)
		if err != nil {
			return err
		}
		if !scope.Covers(c.Company, c.Department, c.Owner) {
			return rest.ErrDenied
		}
		if c.Vehicle == uuid.Nil {
			return ErrNoVehicle.At("contractId")
		}
		m = &Invoice{ContractID: c.ID, CustomerID: c.Customer, VehicleID: c.Vehicle, Title: in.Title, Amount: c.Total, IssuedOn: clock.DayOf(tx.Now, tx.Zone), Status: StatusIssued}
		m.CompanyID, m.DepartmentID, m.OwnerID = c.Company, c.Department, c.Owner
		return s.write(ctx, tx, m)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// write numbers m and tells contract and stock.
func (s *Service) write(ctx context.Context, tx tenants.Tx, m *Invoice) error {
	var err error
	if m.VIN, err = s.stock.VIN(ctx, tx, m.VehicleID); err != nil {
		return err
	}
	if err := Kind.Create(ctx, tx.Tx, m); err != nil {
		if database.Violates(err, "invoices_contract") {
			return ErrIssued.At("contractId").Because(err)
		}
		return err
	}
	if _, err := s.contracts.Invoiced(ctx, tx, m.ContractID, m.Number); err != nil {
		return err
	}
	return s.stock.Invoice(ctx, tx, m.VehicleID, m.ContractID, m.Number)
}
