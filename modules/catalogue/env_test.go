package catalogue_test

import (
	"errors"
	"testing"

	"forecourt/kernel/fault"
	"forecourt/modules/catalogue"
	"forecourt/policies"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// env is a demo group and, in the same database, another tenant. The company's administrator keeps its prices.
type env struct {
	*policiestest.Env
	s        *catalogue.Service
	neighbor tenants.Actor // of the group's other company, reads
	stranger tenants.Actor // administrator of the other tenant
}

func newEnv(t *testing.T) *env {
	t.Helper()
	e := &env{Env: policiestest.New(t)}
	e.s = catalogue.New(e.DB)
	err := e.Policies.SetGrants(t.Context(), e.Admin, "company_administrator", []policies.Grant{
		{Permission: "price:read", Scope: "group"}, {Permission: "vehicle_model:read", Scope: "group"}, {Permission: "price:create", Scope: "company"}, {Permission: "price:edit", Scope: "company"}})
	if err != nil {
		t.Fatal(err)
	}
	e.CompanyAdmin = e.SignIn(t, "companyadmin")
	e.Hire(t, "neighbor", "赵云", e.OtherCompany, "出纳", "cashier")
	e.neighbor = e.SignIn(t, "neighbor")
	e.stranger = e.OtherTenant(t).Admin
	return e
}

// at demands the fault want at field.
func at(t *testing.T, err, want error, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.Is(err, want) || !errors.As(err, &f) || f.Field != field {
		t.Errorf("got %v, want %v at %s", err, want, field)
	}
}
