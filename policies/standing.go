package policies

import (
	"context"
	"fmt"
	"sync"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/tenants"
)

// Standing tells how somebody stands to a thing that they might be asked to do.
type Standing string

// The standings, from the farthest.
const (
	StandingGone      Standing = "gone"      // no such person, disabled, or their account is over
	StandingUnposted  Standing = "unposted"  // no posting today
	StandingNoGrant   Standing = "no_grant"  // none of their roles gives the permission
	StandingUncovered Standing = "uncovered" // it is given, but not for this record
	StandingMay       Standing = "may"       // they may
)

// Candidate is a person with their postings of today, each with the grants that it gives.
type Candidate struct {
	ID       uuid.UUID
	Name     string
	Postings []tenants.Posting // with their roles

	active   bool
	holdings [][]holding // by posting
	tree     *tree
}

// May tells how a person stands to p on a record; covers says whether a scope covers that record.
func (c *Candidate) May(p access.Permission, covers func(access.Scope) (bool, error)) (Standing, error) {
	switch {
	case c == nil || !c.active:
		return StandingGone, nil
	case len(c.Postings) == 0:
		return StandingUnposted, nil
	}
	standing := StandingNoGrant
	for i := range c.Postings {
		for _, h := range c.holdings[i] {
			if h.permission != p {
				continue
			}
			standing = StandingUncovered
			scope, err := c.tree.scope(h.scope, c.ID, &c.Postings[i])
			if err != nil {
				return standing, err
			}
			if ok, err := covers(scope); ok || err != nil {
				return StandingMay, err
			}
		}
	}
	return standing, nil
}

// Candidates reads people with what they may do today, over all of their postings, by their ids: two statements, however many they are.
func (s *Service) Candidates(ctx context.Context, tx tenants.Tx, users []uuid.UUID) (map[uuid.UUID]*Candidate, error) {
	out := make(map[uuid.UUID]*Candidate, len(users))
	if len(users) == 0 {
		return out, nil
	}
	p, err := s.policyOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	today := string(clock.DayOf(tx.Now, tx.Zone))
	rows, err := tx.QueryContext(ctx, `SELECT h.id, h.name, h.status = 'active' AND (h.valid_to IS NULL OR h.valid_to >= ?0::date), p.id, p.unit_id, u.name, u.company_id, p.title,
			CASE u.kind WHEN 'department' THEN u.id WHEN 'team' THEN u.parent_id END,
			ARRAY(SELECT m.group_id::text FROM user_group_members m WHERE m.tenant_id = h.tenant_id AND m.user_id = h.id)
		FROM users h LEFT JOIN postings p ON p.tenant_id = h.tenant_id AND p.user_id = h.id AND p.valid_from <= ?0::date AND (p.valid_to IS NULL OR p.valid_to >= ?0::date)
		LEFT JOIN org_units u ON u.tenant_id = p.tenant_id AND u.id = p.unit_id
		WHERE h.tenant_id = ?1 AND h.id = ANY (?2::uuid[]) ORDER BY h.id, p.id`, today, tx.Tenant, pgdialect.Array(texts(users)))
	if err != nil {
		return nil, fmt.Errorf("candidates: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c Candidate
		var posting, unit, company, department uuid.NullUUID
		var unitName, title *string
		var groups []string
		if err := rows.Scan(&c.ID, &c.Name, &c.active, &posting, &unit, &unitName, &company, &title, &department, pgdialect.Array(&groups)); err != nil {
			return nil, fmt.Errorf("candidates: %w", err)
		}
		known := out[c.ID]
		if known == nil {
			c.tree = p.tree
			known = &c
			out[c.ID] = known
		}
		if !posting.Valid {
			continue
		}
		held, err := p.heldBy(tx.Tenant, posting.UUID, groups)
		if err != nil {
			return nil, err
		}
		at := tenants.Posting{ID: posting.UUID, Unit: unit.UUID, UnitName: *unitName, Company: company.UUID, Department: department.UUID, Title: *title, Roles: rolesIn(held)}
		known.Postings, known.holdings = append(known.Postings, at), append(known.holdings, held)
	}
	return out, rows.Err()
}

func texts(ids []uuid.UUID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

func rolesIn(held []holding) []string {
	out := []string{}
	seen := map[string]bool{}
	for _, h := range held {
		if !seen[h.role] {
			seen[h.role] = true
			out = append(out, h.role)
		}
	}
	return out
}

// heldBy is what a posting and its holder's user groups give. A tenant's rules of one version never change, so each subject is looked
// up once: whoever decides on an approval is asked about here.
func (p *policy) heldBy(tenant, posting uuid.UUID, groups []string) ([]holding, error) {
	out, err := p.known("posting:"+posting.String(), tenant, uuid.Nil)
	for _, g := range groups {
		if err != nil {
			return nil, err
		}
		group, wrong := uuid.Parse(g)
		if wrong != nil {
			return nil, fmt.Errorf("user group %q: %w", g, wrong)
		}
		var through []holding
		through, err = p.known("group:"+g, tenant, group)
		out = append(out[:len(out):len(out)], through...)
	}
	return out, err
}

// remembered are the grants of subjects that were asked for, by subject.
type remembered struct{ sync.Map }

func (p *policy) known(subject string, tenant, group uuid.UUID) ([]holding, error) {
	if v, ok := p.seen.Load(subject); ok {
		held, _ := v.([]holding)
		return held, nil
	}
	held, err := p.grants(subject, tenant, group)
	if err == nil {
		p.seen.Store(subject, held)
	}
	return held, err
}

// Holding finds the active people who hold a role today in a posting that at names by a condition on its unit o: by the posting, by a
// role of a role, or by a user group. The condition may use ?3, which is about.
func Holding(ctx context.Context, tx tenants.Tx, role, at string, about uuid.UUID) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.NewRaw(`WITH RECURSIVE held (subject) AS (
			SELECT ?0::text UNION SELECT r.v0 FROM held h JOIN policy_rules r ON r.tenant_id = ?1 AND r.ptype = 'g' AND r.v1 = h.subject)
		SELECT u.id FROM users u WHERE u.tenant_id = ?1 AND u.status = 'active' AND EXISTS (
			SELECT FROM postings p JOIN org_units o ON o.tenant_id = p.tenant_id AND o.id = p.unit_id
			WHERE p.tenant_id = u.tenant_id AND p.user_id = u.id AND p.valid_from <= ?2::date AND (p.valid_to IS NULL OR p.valid_to >= ?2::date) AND `+at+`
				AND ('posting:' || p.id IN (SELECT subject FROM held)
					OR EXISTS (SELECT FROM user_group_members m WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id AND 'group:' || m.group_id IN (SELECT subject FROM held))))
		ORDER BY u.name, u.id`, role, tx.Tenant, string(clock.DayOf(tx.Now, tx.Zone)), about).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("who holds %s: %w", role, err)
	}
	return ids, nil
}

// Holders finds the active people of whose roles today one gives p, whatever its scope.
func Holders(ctx context.Context, tx tenants.Tx, p access.Permission) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := tx.NewRaw(`WITH RECURSIVE giving (subject) AS (
			SELECT v0 FROM policy_rules WHERE tenant_id = ?0 AND ptype = 'p' AND v1 = ?1
			UNION SELECT r.v0 FROM giving g JOIN policy_rules r ON r.tenant_id = ?0 AND r.ptype = 'g' AND r.v1 = g.subject)
		SELECT u.id FROM users u WHERE u.tenant_id = ?0 AND u.status = 'active' AND EXISTS (
			SELECT FROM postings p WHERE p.tenant_id = u.tenant_id AND p.user_id = u.id AND p.valid_from <= ?2::date AND (p.valid_to IS NULL OR p.valid_to >= ?2::date)
				AND ('posting:' || p.id IN (SELECT subject FROM giving)
					OR EXISTS (SELECT FROM user_group_members m WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id AND 'group:' || m.group_id IN (SELECT subject FROM giving))))
		ORDER BY u.name, u.id`, tx.Tenant, string(p), string(clock.DayOf(tx.Now, tx.Zone))).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("who may %s: %w", p, err)
	}
	return ids, nil
}

// Conditions of Holding on a posting's unit.
const (
	AtCompany = "o.company_id = ?3"
	AtGroup   = "o.company_id IS NULL AND ?3::uuid IS NOT NULL"
	AtUnit    = `p.unit_id IN (WITH RECURSIVE below AS (SELECT id FROM org_units WHERE tenant_id = ?1 AND id = ?3
		UNION SELECT b.id FROM below JOIN org_units b ON b.tenant_id = ?1 AND b.parent_id = below.id) SELECT id FROM below)`
)

// RoleID is the key of a role where an id is wanted: a role is known by its code.
func RoleID(tenant uuid.UUID, code string) uuid.UUID { return roleID(tenant, code) }
