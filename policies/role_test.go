package policies_test

import (
	"errors"
	"testing"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/policies"
	"forecourt/policies/policiestest"
)

func TestRoles(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	name := fault.Text{Zh: "二手车顾问", En: "Used-car consultant"}
	must(t, env.Policies.CreateRole(t.Context(), env.Admin, policies.RoleInput{Code: "used_consultant", Name: name, From: "sales_consultant"}))

	for what, c := range map[string]struct {
		in   policies.RoleInput
		want error
	}{
		"CodeTaken":   {policies.RoleInput{Code: "used_consultant", Name: name}, policies.ErrRoleCode},
		"ShippedCode": {policies.RoleInput{Code: "cashier", Name: name}, policies.ErrRoleCode},
		"NoSuchRole":  {policies.RoleInput{Code: "other", Name: name, From: "nobody"}, policies.ErrNoRole},
		"NoName":      {policies.RoleInput{Code: "other"}, record.ErrNeeded},
	} {
		if err := env.Policies.CreateRole(t.Context(), env.Admin, c.in); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
	}
	if err := env.Policies.CreateRole(t.Context(), env.Sales, policies.RoleInput{Code: "mine", Name: name}); !errors.Is(err, rest.ErrDenied) {
		t.Errorf("a consultant makes a role: %v", err)
	}
	if err := env.Policies.SetGrants(t.Context(), env.Admin, "other", nil); !errors.Is(err, policies.ErrNoRole) {
		t.Errorf("the refused role is there: %v", err)
	}

	if err := env.Policies.DeleteRole(t.Context(), env.Admin, "cashier"); !errors.Is(err, policies.ErrRoleShipped) {
		t.Errorf("delete a shipped role: %v", err)
	}
	if err := env.Policies.DeleteRole(t.Context(), env.Sales, "used_consultant"); !errors.Is(err, rest.ErrDenied) {
		t.Errorf("a consultant deletes a role: %v", err)
	}
	must(t, env.Policies.DeleteRole(t.Context(), env.Admin, "used_consultant"))
	if err := env.Policies.DeleteRole(t.Context(), env.Admin, "used_consultant"); !errors.Is(err, policies.ErrNoRole) {
		t.Errorf("delete it again: %v", err)
	}
}

func TestHeldRoleIsNotDeleted(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	must(t, env.Policies.CreateRole(t.Context(), env.Admin, policies.RoleInput{Code: "greeter", Name: fault.Text{Zh: "接待"}}))
	env.Hire(t, "newcomer", "新人", env.Department, "接待", "greeter")
	if err := env.Policies.DeleteRole(t.Context(), env.Admin, "greeter"); !errors.Is(err, policies.ErrRoleHeld) {
		t.Errorf("got %v, want ErrRoleHeld", err)
	}
}
