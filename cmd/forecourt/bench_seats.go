package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/tenants"
)

// errNoBench asks for tenants to work in.
var errNoBench = errors.New("there is no bench tenant; run forecourt bench seed first")

// seat is a signed-in consultant of a bench tenant, with some of the customers that they may read.
type seat struct {
	tenant                             tenants.Tenant
	user, session, company, department uuid.UUID
	login, code                        string // code is the company's
	pass                               pass
	people                             []known
	mobiles                            *atomic.Int64 // the tenant's next one
	drafts                             []known       // contracts to submit; ID and Name, which is the number
	model                              string        // that they sell
}

// known is a record that a seat knows.
type known struct {
	ID     uuid.UUID
	Name   string
	Mobile string
}

// variants is how many customers a seat knows: reading goes through all of them in turn. Those whom a load entered are all of one name,
// so none of them is among these.
const variants = 32

// newMobile is a mobile that no customer of the tenant has.
func (s *seat) newMobile() string { return fmt.Sprintf("199%08d", s.mobiles.Add(1)) }

// seats takes n consultants from the largest bench tenants, a company of each tenant in turn.
func (a *application) seats(ctx context.Context, n int) ([]*seat, error) {
	const among = 16
	var codes []string
	err := a.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.NewRaw("SELECT code FROM tenants WHERE code ~ ? AND status = 'active' ORDER BY code LIMIT ?", "^"+benchCode+"[0-9]{4}$", among).Scan(ctx, &codes)
	})
	if err != nil {
		return nil, fmt.Errorf("look for bench tenants: %w", err)
	}
	if len(codes) == 0 {
		return nil, errNoBench
	}
	var groups [][]*seat
	for _, code := range codes {
		t, err := a.db.TenantByCode(ctx, code)
		if err != nil {
			return nil, err
		}
		group, err := a.consultants(ctx, t, n/len(codes)+1)
		if err != nil {
			return nil, fmt.Errorf("consultants of %s: %w", code, err)
		}
		groups = append(groups, group)
	}
	var all []*seat
	for row := 0; len(all) < n; row++ {
		before := len(all)
		for _, g := range groups {
			if row < len(g) && len(all) < n {
				all = append(all, g[row])
			}
		}
		if len(all) == before {
			break
		}
	}
	return all, nil
}

// consultants reads up to n consultants of a tenant, first one of each company.
func (a *application) consultants(ctx context.Context, t tenants.Tenant, n int) ([]*seat, error) {
	var group []*seat
	err := a.db.Read(ctx, tenants.Worker(t, "bench_load"), func(tx tenants.Tx) error {
		var rows []struct {
			ID, Company, Department uuid.UUID
			Login, Code             string
		}
		if err := tx.NewRaw(`SELECT u.id, u.login, d.company_id AS company, d.id AS department, c.code
			FROM users u JOIN postings p ON p.tenant_id = u.tenant_id AND p.user_id = u.id JOIN org_units d ON d.tenant_id = p.tenant_id AND d.id = p.unit_id
			JOIN org_units c ON c.tenant_id = d.tenant_id AND c.id = d.company_id
			WHERE u.tenant_id = ? AND u.login LIKE 'sales%' ORDER BY split_part(u.login, '-', 1), c.code LIMIT ?`, tx.Tenant, n).Scan(ctx, &rows); err != nil {
			return err
		}
		var last int64
		if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(substr(mobile, 4)::bigint), 0) FROM customers WHERE tenant_id = ? AND mobile BETWEEN '19900000000' AND '19999999999'", tx.Tenant).Scan(&last); err != nil {
			return err
		}
		mobiles := new(atomic.Int64)
		mobiles.Store(last)
		for _, r := range rows {
			s := &seat{tenant: t, user: r.ID, company: r.Company, department: r.Department, login: r.Login, code: r.Code, mobiles: mobiles}
			if err := tx.NewRaw(`SELECT c.id, c.name, c.mobile FROM customers c JOIN customer_relations r ON r.tenant_id = c.tenant_id AND r.customer_id = c.id
				WHERE c.tenant_id = ? AND r.company_id = ? AND c.type = 'individual' AND c.mobile < '199' ORDER BY hashtext(c.id::text) LIMIT ?`, tx.Tenant, r.Company, variants).Scan(ctx, &s.people); err != nil {
				return err
			}
			if len(s.people) > 0 {
				group = append(group, s)
			}
		}
		return nil
	})
	return group, err
}

// sessionOf finds the session that a seat was given.
func (a *application) sessionOf(ctx context.Context, s *seat) error {
	err := a.db.Read(ctx, tenants.Worker(s.tenant, "bench_load"), func(tx tenants.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT id FROM sessions WHERE tenant_id = ? AND user_id = ? ORDER BY created_at DESC LIMIT 1", tx.Tenant, s.user).Scan(&s.session)
	})
	if err != nil {
		return fmt.Errorf("session of %s / %s: %w", s.tenant.Code, s.login, err)
	}
	return nil
}
