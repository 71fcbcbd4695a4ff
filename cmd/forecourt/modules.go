package main

import (
	"context"
	"maps"

	"forecourt/kernel/fault"
	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/announcement"
	"forecourt/modules/approval"
	"forecourt/modules/audit"
	"forecourt/modules/callback"
	"forecourt/modules/cash"
	"forecourt/modules/catalogue"
	"forecourt/modules/contract"
	"forecourt/modules/customer"
	"forecourt/modules/delivery"
	"forecourt/modules/intent"
	"forecourt/modules/invoice"
	"forecourt/modules/notice"
	"forecourt/modules/settings"
	"forecourt/modules/vehicle"
	"forecourt/modules/visit"
	"forecourt/policies"
	"forecourt/tenants"
)

// kinds is every kind of record, one line each.
func kinds() []*record.Spec {
	return []*record.Spec{
		visit.Kind.Spec,
		intent.Kind.Spec,
		contract.Kind.Spec,
		customer.Kind.Spec,
		vehicle.Kind.Spec,
		catalogue.ModelKind.Spec,
		catalogue.AccessoryKind.Spec,
		catalogue.PriceKind.Spec,
		cash.Kind.Spec,
		invoice.Kind.Spec,
		delivery.OutboundKind.Spec,
		delivery.HandoverKind.Spec,
		approval.Kind.Spec,
		approval.TaskKind.Spec,
		callback.Kind.Spec,
		tenants.UserKind.Spec,
		tenants.UnitKind.Spec,
	}
}

// seeds are what modules put into a new tenant.
func seeds() []func(context.Context, tenants.Tx) error {
	return []func(context.Context, tenants.Tx) error{callback.Seed, audit.Seed}
}

// modules is the list of modules, joined by adapters.go.
type modules struct {
	announced *announcement.Service
	approval  *approval.Service
	notice    *notice.Service
	catalogue *catalogue.Service
	customer  *customer.Service
	intent    *intent.Service
	visit     *visit.Service
	vehicle   *vehicle.Service
	contract  *contract.Service
	cash      *cash.Service
	invoice   *invoice.Service
	delivery  *delivery.Service
	settings  *settings.Service
	callback  *callback.Service
	audit     *audit.Service
}

func newModules(db *tenants.DB, grants *policies.Service) *modules {
	m := &modules{announced: announcement.New(db), notice: notice.New(db), catalogue: catalogue.New(db), customer: customer.New(db), settings: settings.New(db), audit: audit.New(db, kinds()...)}
	m.approval = approval.New(db, grants, m.notice)
	m.intent = intent.New(db, m.customer, catalogue.ModelKind.Spec)
	m.visit = visit.New(db, policies.People{}, visitCustomers{m.customer}, visitIntents{m.intent}, catalogue.ModelKind.Spec, m.notice)
	m.vehicle = vehicle.New(db, m.catalogue)
	m.contract = contract.New(db, contractStock{m.vehicle}, contractCustomers{m.customer}, contractIntents{m.intent}, contractCatalogue{m.catalogue}, m.notice)
	m.cash = cash.New(db, cashContracts{m.contract})
	m.invoice = invoice.New(db, invoiceContracts{m.contract}, saleStock{m.vehicle})
	m.delivery = delivery.New(db, deliveryContracts{m.contract}, saleStock{m.vehicle})
	m.callback = callback.New(db, callbackHandovers{m.delivery}, m.notice)
	return m
}

func (m *modules) routes(api *rest.API) {
	for _, module := range []interface{ Routes(api *rest.API) }{m.announced, m.approval, m.notice, m.settings, m.catalogue, m.customer, m.intent, m.visit, m.vehicle, m.contract, m.cash, m.invoice, m.delivery, m.callback, m.audit} {
		module.Routes(api)
	}
}

// jobWords says what each handler does, by its name.
func jobWords() map[string]fault.Text {
	out := map[string]fault.Text{}
	for _, words := range []map[string]fault.Text{vehicle.JobWords, approval.JobWords, callback.JobWords, audit.JobWords} {
		maps.Copy(out, words)
	}
	return out
}

func (m *modules) handle(h job.Handlers) {
	m.vehicle.Handlers(h)
	m.approval.Handlers(h)
	m.callback.Handlers(h)
	m.audit.Handlers(h)
}
