package tenants

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
)

// newcomer is a line of the file as it would be imported.
type newcomer struct {
	user, posting uuid.UUID
	in            UserInput
	place         PostingInput
}

// checking holds the lines of a file against the tenant.
type checking struct {
	o     *Org
	tx    Tx
	scope access.Scope
	units map[string]Posting // by code; those that are open
	roles map[string]string  // code by code and by name
	taken map[string]bool
	lines map[string]int   // by login
	gives map[string]error // by place and roles
}

// check returns the newcomers of a file, who can be imported when nothing is reported. What is wrong with a line goes to report, field by field.
func (o *Org) check(ctx context.Context, tx Tx, rows []sheetRow, report func(line int, f *fault.Fault)) ([]newcomer, error) {
	scope, err := tx.Can("user:manage")
	if err != nil {
		return nil, err
	}
	c := &checking{o: o, tx: tx, scope: scope, lines: map[string]int{}, gives: map[string]error{}}
	if err := c.load(ctx, rows); err != nil {
		return nil, err
	}
	out := make([]newcomer, 0, len(rows))
	for _, r := range rows {
		n, wrong, err := c.line(ctx, r)
		if err != nil {
			return nil, err
		}
		for _, f := range wrong {
			report(r.line, f)
		}
		out = append(out, n)
	}
	return out, nil
}

// load reads what the lines are held against, in one query a table.
func (c *checking) load(ctx context.Context, rows []sheetRow) error {
	var units []struct {
		ID, CompanyID, DepartmentID uuid.UUID
		Code                        string
	}
	err := c.tx.NewSelect().TableExpr("org_units").ColumnExpr("id, company_id, CASE kind WHEN 'department' THEN id WHEN 'team' THEN parent_id END AS department_id, code").
		Where("tenant_id = ? AND status = 'open'", c.tx.Tenant).Scan(ctx, &units)
	if err != nil {
		return fmt.Errorf("units of import: %w", err)
	}
	c.units = map[string]Posting{}
	for _, u := range units {
		c.units[u.Code] = Posting{Unit: u.ID, Company: u.CompanyID, Department: u.DepartmentID}
	}
	var roles []struct{ Code, NameZh, NameEn string }
	if err := c.tx.NewSelect().TableExpr("roles").ColumnExpr("code, name_zh, name_en").Where("tenant_id = ?", c.tx.Tenant).OrderExpr("shipped, code DESC").Scan(ctx, &roles); err != nil {
		return fmt.Errorf("roles of import: %w", err)
	}
	c.roles = map[string]string{}
	for _, r := range roles { // shipped ones last: of two with one name theirs counts, and a code counts before any name
		c.roles[r.NameZh], c.roles[strings.ToLower(r.NameEn)] = r.Code, r.Code
	}
	for _, r := range roles {
		c.roles[r.Code] = r.Code
	}
	logins := make([]string, len(rows))
	for i, r := range rows {
		logins[i] = r.login
	}
	var taken []string
	if err := c.tx.NewSelect().TableExpr("users").ColumnExpr("login").Where("tenant_id = ? AND login IN ?", c.tx.Tenant, bun.Tuple(logins)).Scan(ctx, &taken); err != nil {
		return fmt.Errorf("logins of import: %w", err)
	}
	c.taken = map[string]bool{}
	for _, l := range taken {
		c.taken[l] = true
	}
	return nil
}
