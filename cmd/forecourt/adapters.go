package main

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/money"
	"forecourt/modules/callback"
	"forecourt/modules/cash"
	"forecourt/modules/catalogue"
	"forecourt/modules/contract"
	"forecourt/modules/customer"
	"forecourt/modules/delivery"
	"forecourt/modules/intent"
	"forecourt/modules/invoice"
	"forecourt/modules/vehicle"
	"forecourt/modules/visit"
	"forecourt/tenants"
)

// visitCustomers lets a visit find or make its customer.
type visitCustomers struct{ *customer.Service }

func (c visitCustomers) Ensure(ctx context.Context, tx tenants.Tx, in visit.EnsureCustomer) (uuid.UUID, error) {
	found, _, err := c.Service.Ensure(ctx, tx, customer.EnsureInput(in))
	if err != nil {
		return uuid.Nil, err
	}
	return found.ID, nil
}

// visitIntents lets a visit end as an intent.
type visitIntents struct{ *intent.Service }

func (i visitIntents) Open(ctx context.Context, tx tenants.Tx, in visit.OpenIntent) (uuid.UUID, error) {
	return i.Service.Open(ctx, tx, intent.OpenInput(in))
}

// contractStock is the stock as contracts see it.
type contractStock struct{ *vehicle.Service }

func (s contractStock) Offer(ctx context.Context, tx tenants.Tx, id uuid.UUID) (contract.Offer, error) {
	o, err := s.Service.Offer(ctx, tx, id)
	return contract.Offer{Company: o.Company, Model: o.ModelID, ModelName: o.ModelName, VIN: o.VIN, Price: o.Price, Cost: o.Cost}, err
}

func (s contractStock) Reserve(ctx context.Context, tx tenants.Tx, r contract.Reservation) error {
	return s.Service.Reserve(ctx, tx, r.Vehicle, r.Contract, r.Number)
}

func (s contractStock) Release(ctx context.Context, tx tenants.Tx, r contract.Reservation) error {
	return s.Service.Release(ctx, tx, r.Vehicle, r.Contract, r.Number)
}

// saleStock is the stock as invoices and deliveries see it.
type saleStock struct{ *vehicle.Service }

func (s saleStock) VIN(ctx context.Context, tx tenants.Tx, id uuid.UUID) (string, error) {
	v, err := vehicle.Kind.Peek(ctx, tx.Tx, access.Scope{All: true}, id)
	if err != nil {
		return "", err
	}
	return v.VIN, nil
}

// contractCustomers is the buyers of contracts.
type contractCustomers struct{ *customer.Service }

func (c contractCustomers) Info(ctx context.Context, tx tenants.Tx, id uuid.UUID) (contract.CustomerInfo, error) {
	i, err := c.Service.Info(ctx, tx, id)
	return contract.CustomerInfo{ID: i.ID, Name: i.Name}, err
}

// contractIntents is the wishes that contracts fulfil.
type contractIntents struct{ *intent.Service }

func (i contractIntents) Customer(ctx context.Context, tx tenants.Tx, id uuid.UUID) (uuid.UUID, error) {
	info, err := i.Service.Info(ctx, tx, id)
	return info.Customer, err
}

// contractCatalogue is the list prices of contracts.
type contractCatalogue struct{ *catalogue.Service }

func (c contractCatalogue) AccessoryPrice(ctx context.Context, tx tenants.Tx, id uuid.UUID) (string, money.Amount, error) {
	a, err := c.Accessory(ctx, tx, id)
	return a.Name, a.Price, err
}

func (c contractCatalogue) ModelPrice(ctx context.Context, tx tenants.Tx, model, company uuid.UUID) (money.Amount, bool, error) {
	return c.Price(ctx, tx, model, company, "retail")
}

// cashContracts is what receipts are for.
type cashContracts struct{ *contract.Service }

func (c cashContracts) Payable(ctx context.Context, tx tenants.Tx, id uuid.UUID) (cash.Payable, error) {
	p, err := c.Service.Payable(ctx, tx, id)
	return cash.Payable(p), err
}

// invoiceContracts is what invoices are for.
type invoiceContracts struct{ *contract.Service }

func (c invoiceContracts) Sold(ctx context.Context, tx tenants.Tx, id uuid.UUID) (invoice.Sold, error) {
	s, err := c.Service.Sold(ctx, tx, id)
	return invoice.Sold(s), err
}

func (c invoiceContracts) Invoiced(ctx context.Context, tx tenants.Tx, id uuid.UUID, number string) (invoice.Sold, error) {
	s, err := c.Service.Invoiced(ctx, tx, id, number)
	return invoice.Sold(s), err
}

// deliveryContracts is what is delivered.
type deliveryContracts struct{ *contract.Service }

func (c deliveryContracts) Sold(ctx context.Context, tx tenants.Tx, id uuid.UUID) (delivery.Sold, error) {
	s, err := c.Service.Sold(ctx, tx, id)
	return delivery.Sold(s), err
}

func (c deliveryContracts) Outbound(ctx context.Context, tx tenants.Tx, id uuid.UUID, number string) (delivery.Sold, error) {
	s, err := c.Service.Outbound(ctx, tx, id, number)
	return delivery.Sold(s), err
}

func (c deliveryContracts) HandedOver(ctx context.Context, tx tenants.Tx, id uuid.UUID, number string) (delivery.Sold, error) {
	s, err := c.Service.HandedOver(ctx, tx, id, number)
	return delivery.Sold(s), err
}

// callbackHandovers tells callbacks what a handover was about.
type callbackHandovers struct{ *delivery.Service }

func (h callbackHandovers) Sale(ctx context.Context, tx tenants.Tx, handover uuid.UUID) (callback.Sale, error) {
	s, err := h.Service.Sale(ctx, tx, handover)
	return callback.Sale(s), err
}
