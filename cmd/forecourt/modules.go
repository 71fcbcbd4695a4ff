package main

import (
	"context"

	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/notice"
	"forecourt/tenants"
)

// kinds is every kind of record, one line each.
func kinds() []*record.Spec {
	return []*record.Spec{
		tenants.UserKind.Spec,
		tenants.UnitKind.Spec,
	}
}

// seeds are what modules put into a new tenant.
func seeds() []func(context.Context, tenants.Tx) error {
	return nil
}

// modules is the list of modules, joined by adapters.go.
type modules struct {
	notice *notice.Service
}

func newModules(db *tenants.DB) *modules {
	m := &modules{notice: notice.New(db)}
	return m
}

func (m *modules) routes(api *rest.API) {
	m.notice.Routes(api)
}

func (m *modules) handle(job.Handlers) {}
