package customer_test

import (
	"context"
	"testing"
	"time"

	"forecourt/kernel/record"
	"forecourt/modules/customer"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// env is a demo group and, in the same database, another tenant.
type env struct {
	*policiestest.Env
	s        *customer.Service
	neighbor tenants.Actor // of the group's other company, edits it
	above    tenants.Actor // a consultant above all companies
	stranger tenants.Actor // of the other tenant
}

func newEnv(t *testing.T) *env {
	t.Helper()
	e := &env{Env: policiestest.New(t)}
	e.s = customer.New(e.DB)
	e.Hire(t, "neighbor", "赵云", e.OtherCompany, "服务顾问", "service_adviser")
	e.Hire(t, "above", "陈总", e.Root, "销售顾问", "sales_consultant")
	e.neighbor, e.above = e.SignIn(t, "neighbor"), e.SignIn(t, "above")
	e.stranger = e.OtherTenant(t).Manager
	return e
}

func (e *env) do(t *testing.T, a tenants.Actor, fn func(ctx context.Context, tx tenants.Tx) error) error {
	t.Helper()
	return e.DB.Do(t.Context(), a, func(tx tenants.Tx) error { return fn(t.Context(), tx) })
}

func later(a tenants.Actor, d time.Duration) tenants.Actor {
	a.Tenant.Offset += d
	return a
}

func registry(t *testing.T) *record.Registry {
	t.Helper()
	kinds, err := record.NewRegistry(customer.Kind.Spec, tenants.UserKind.Spec, tenants.UnitKind.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}
