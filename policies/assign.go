package policies

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"forecourt/tenants"
)

// Who gives a role.
const (
	byGroup   = "group"   // those who manage the users of the whole group
	byCompany = "company" // also those who manage the users of a company, within it
)

// companyRoles are the shipped roles of the daily work in a company.
var companyRoles = map[string]bool{"sales_manager": true, "sales_consultant": true, "cashier": true, "warehouse_keeper": true, "invoice_clerk": true, "service_adviser": true, "customer_care_agent": true}

func givenBy(role string) string {
	if companyRoles[role] {
		return byCompany
	}
	return byGroup
}

// Assignable reports whether the actor, who manages the users of a company, may give a role at a place in it: one that a company
// gives, or one all of whose grants they hold. It returns tenants.ErrNoRole.
func (s *Service) Assignable(ctx context.Context, tx tenants.Tx, role string, at tenants.Posting) (bool, error) {
	var by string
	err := tx.QueryRowContext(ctx, "SELECT given_by FROM roles WHERE tenant_id = ? AND code = ?", tx.Tenant, role).Scan(&by)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, tenants.ErrNoRole.With(role).At("roles")
	case err != nil:
		return false, fmt.Errorf("who gives %s: %w", role, err)
	case by == byCompany:
		return true, nil
	}
	return s.holds(ctx, tx, role, at)
}

// Take takes roles from a subject.
func (s *Service) Take(ctx context.Context, tx tenants.Tx, subject string, roles ...string) error {
	rules := make([][]string, len(roles))
	for i, role := range roles {
		rules[i] = []string{subject, role, tx.Tenant.String()}
	}
	return (&adapter{ctx, tx}).RemovePolicies("g", "g", rules)
}

// mayGive reports whether the reader may give a role at all: at the unit of their own company.
func (s *Service) mayGive(ctx context.Context, tx tenants.Tx, r roleRow) (bool, error) {
	scope, ok := tx.Actor.Set.Scope("user:manage")
	switch {
	case !ok || !scope.All && len(scope.Companies) == 0:
		return false, nil
	case scope.All || r.GivenBy == byCompany:
		return true, nil
	}
	company := tx.Actor.Posting.Company
	return s.holds(ctx, tx, r.Code, tenants.Posting{Unit: company, Company: company})
}
