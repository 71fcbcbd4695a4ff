package policies

import (
	"context"
	"errors"
	"fmt"

	"github.com/casbin/casbin/v2/model"
	"github.com/casbin/casbin/v2/persist"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/tenants"
)

// adapter keeps Casbin's rules in policy_rules. It lives in one transaction of one tenant, which is its filter and Casbin's domain:
// the domain is no column, so a rule of another tenant can be neither read nor written. A rule is written in the transaction of
// its use case and reaches enforcers with the tenant's next version.
type adapter struct {
	ctx context.Context //nolint:containedctx // Casbin's adapter has no context of its own
	tx  tenants.Tx
}

var (
	_ persist.FilteredAdapter = (*adapter)(nil)
	_ persist.BatchAdapter    = (*adapter)(nil)
)

type ruleRow struct {
	bun.BaseModel `bun:"table:policy_rules"`
	TenantID      uuid.UUID `bun:"tenant_id,type:uuid"`
	PType         string    `bun:"ptype"`
	V0            string    `bun:"v0"`
	V1            string    `bun:"v1"`
	V2            string    `bun:"v2"`
}

// filter narrows what is loaded: the empty one is the whole tenant.
type filter struct{ role string }

var (
	errFilter = errors.New("the filter of policies is a role of the tenant")
	errSave   = errors.New("one tenant's rules are not all rules: they are added and removed, never saved as a whole")
)

// LoadPolicy reads every rule of the tenant.
func (a *adapter) LoadPolicy(m model.Model) error { return a.LoadFilteredPolicy(m, filter{}) }

// LoadFilteredPolicy reads the rules of the tenant that a filter names.
func (a *adapter) LoadFilteredPolicy(m model.Model, by any) error {
	f, ok := by.(filter)
	if !ok {
		return errFilter
	}
	q := a.tx.NewSelect().TableExpr("policy_rules").ColumnExpr("ptype, v0, v1, v2").Where("tenant_id = ?", a.tx.Tenant)
	if f.role != "" {
		q = q.Where("v0 = ?", f.role)
	}
	var rules []ruleRow
	if err := q.Scan(a.ctx, &rules); err != nil {
		return fmt.Errorf("read rules: %w", err)
	}
	domain := a.tx.Tenant.String()
	for _, r := range rules {
		line := []string{r.PType, r.V0, domain, r.V1, r.V2}
		if r.PType == "g" {
			line = []string{r.PType, r.V0, r.V1, domain}
		}
		if err := persist.LoadPolicyArray(line, m); err != nil {
			return fmt.Errorf("load rule: %w", err)
		}
	}
	return nil
}

// IsFiltered says that Casbin never sees all rules there are.
func (a *adapter) IsFiltered() bool { return true }

// SavePolicy is refused.
func (a *adapter) SavePolicy(model.Model) error { return errSave }

// row takes the domain out of a rule: p is role, domain, permission, scope; g is subject, role, domain.
func (a *adapter) row(ptype string, rule []string) (ruleRow, error) {
	r := ruleRow{TenantID: a.tx.Tenant, PType: ptype}
	domain := ""
	switch {
	case ptype == "p" && len(rule) == 4:
		r.V0, domain, r.V1, r.V2 = rule[0], rule[1], rule[2], rule[3]
	case ptype == "g" && len(rule) == 3:
		r.V0, r.V1, domain = rule[0], rule[1], rule[2]
	}
	if domain != a.tx.Tenant.String() {
		return ruleRow{}, fmt.Errorf("rule %s %v: not one of tenant %s", ptype, rule, a.tx.Tenant)
	}
	return r, nil
}

// AddPolicies writes rules in one statement. A rule that exists stays.
func (a *adapter) AddPolicies(_, ptype string, rules [][]string) error {
	rows := make([]ruleRow, len(rules))
	for i, rule := range rules {
		var err error
		if rows[i], err = a.row(ptype, rule); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if _, err := a.tx.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Exec(a.ctx); err != nil {
		return fmt.Errorf("add rules: %w", err)
	}
	return nil
}

// RemovePolicies deletes rules.
func (a *adapter) RemovePolicies(_, ptype string, rules [][]string) error {
	for _, rule := range rules {
		r, err := a.row(ptype, rule)
		if err != nil {
			return err
		}
		if err := a.tx.Later(a.ctx, "DELETE FROM policy_rules WHERE tenant_id = ? AND ptype = ? AND v0 = ? AND v1 = ? AND v2 = ?", r.TenantID, r.PType, r.V0, r.V1, r.V2); err != nil {
			return fmt.Errorf("remove rules: %w", err)
		}
	}
	return nil
}

// AddPolicy writes one rule.
func (a *adapter) AddPolicy(sec, ptype string, rule []string) error {
	return a.AddPolicies(sec, ptype, [][]string{rule})
}

// RemovePolicy deletes one rule.
func (a *adapter) RemovePolicy(sec, ptype string, rule []string) error {
	return a.RemovePolicies(sec, ptype, [][]string{rule})
}

// RemoveFilteredPolicy deletes the rules of a role or subject, its first value; no other filter is needed.
func (a *adapter) RemoveFilteredPolicy(_, ptype string, first int, values ...string) error {
	if first != 0 || len(values) != 1 || values[0] == "" {
		return errFilter
	}
	if _, err := a.tx.ExecContext(a.ctx, "DELETE FROM policy_rules WHERE tenant_id = ? AND ptype = ? AND v0 = ?", a.tx.Tenant, ptype, values[0]); err != nil {
		return fmt.Errorf("remove rules of %s: %w", values[0], err)
	}
	return nil
}
