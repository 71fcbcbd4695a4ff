package tenants

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// ErrMerge refuses two units that cannot become one.
var ErrMerge = fault.New(fault.Invalid, "org.merge", "只能并入同一家公司里同类的组织，或把公司并入另一家公司，且双方都未关闭", "A unit merges into an open one of the same kind and company, a company into another company")

// MergeAmounts is what a merger would move.
type MergeAmounts struct {
	Postings int      `json:"postings" doc:"People who move along, now or later"`
	Units    int      `json:"units" doc:"Units below it, which move along or, of a company, are closed"`
	Items    []Amount `json:"items" doc:"Open work that moves along, by kind"`
	Stays    bool     `json:"stays" doc:"A company's documents stay in it and are read by those of the other one"`
}

// merger is two units that become one.
type merger struct{ from, into unitRow }

// merging reads and locks both units. It returns rest.ErrMissing, record.ErrStale, ErrBeyond or ErrMerge at intoId.
func merging(ctx context.Context, tx Tx, unit, into uuid.UUID, version int) (m merger, err error) {
	if err := lockTree(ctx, tx); err != nil {
		return m, err
	}
	from, scope, err := lockUnit(ctx, tx, unit, version)
	if err != nil {
		return m, err
	}
	if from.kind == "company" && !scope.All {
		return m, ErrBeyond
	}
	m.from = from
	if m.into, _, err = lockUnit(ctx, tx, into, 0); err != nil {
		return m, ErrMerge.At("intoId").Because(err)
	}
	same := m.from.kind == m.into.kind && m.from.id != m.into.id && m.from.status == "open" && m.into.status == "open"
	switch m.from.kind {
	case "company":
	case "department", "team":
		same = same && m.from.company == m.into.company
	default:
		same = false
	}
	if !same {
		return m, ErrMerge.At("intoId")
	}
	return m, nil
}

// held is the open work that moves along: a department's. A team's is its department's already, and a company's stays.
func (m merger) held() (h record.Held, moves bool) {
	return record.Held{Department: m.from.id}, m.from.kind == "department"
}

// MergePreview counts what a merger would move. It returns the errors of MergeUnit.
func (o *Org) MergePreview(ctx context.Context, a Actor, unit, into uuid.UUID) (n MergeAmounts, err error) {
	n.Items = []Amount{}
	err = o.db.Do(ctx, a, func(tx Tx) error { // it locks as the merger does, so that both answer alike
		m, err := merging(ctx, tx, unit, into, 0)
		if err != nil {
			return err
		}
		n.Stays = m.from.kind == "company"
		err = tx.QueryRowContext(ctx, `WITH RECURSIVE below AS (SELECT id FROM org_units WHERE tenant_id = ?0 AND id = ?1
				UNION SELECT o.id FROM below b JOIN org_units o ON o.tenant_id = ?0 AND o.parent_id = b.id AND o.status = 'open')
			SELECT (SELECT count(*) FROM below) - 1, (SELECT count(*) FROM postings WHERE tenant_id = ?0 AND unit_id IN (SELECT id FROM below) AND (valid_to IS NULL OR valid_to >= ?2::date))`,
			tx.Tenant, unit, tx.today()).Scan(&n.Units, &n.Postings)
		if err != nil {
			return fmt.Errorf("count unit %s: %w", unit, err)
		}
		h, moves := m.held()
		for _, e := range o.joined.Estates {
			if !moves {
				break
			}
			c, _, err := e.Count(ctx, tx, h)
			if err != nil {
				return err
			}
			n.Items = append(n.Items, Amount{e.Kind(), e.Label(), c})
		}
		return nil
	})
	return n, err
}

// MergeUnit makes a unit part of another one of its kind, and closes it. Postings that are not over move along. Of a department,
// the teams and the open work move too, and what is closed stays in the department where it was made. Of a company, all units
// below are closed with it, people come to the department of the same name or to the company itself, and its customers are
// looked after by the other company from now on; its documents stay, and whoever covers the other company covers them (policies). It
// returns rest.ErrMissing, record.ErrStale, ErrBeyond or ErrMerge.
func (o *Org) MergeUnit(ctx context.Context, a Actor, unit, into uuid.UUID, version int) error {
	return o.change(ctx, a, func(tx Tx) error {
		m, err := merging(ctx, tx, unit, into, version)
		if err != nil {
			return err
		}
		if m.from.kind == "company" {
			err = o.dissolve(ctx, tx, m)
		} else {
			err = o.absorb(ctx, tx, m)
		}
		if err != nil {
			return err
		}
		return closeMerged(ctx, tx, m.from, m.into)
	})
}

// absorb moves the people, teams and open work of a department or team.
func (o *Org) absorb(ctx context.Context, tx Tx, m merger) error {
	if err := movePostings(ctx, tx, m.from, m.into.id); err != nil {
		return err
	}
	var teams []unitRow
	err := eachUnit(ctx, tx, "parent_id = ? AND status = 'open'", m.from.id, func(u unitRow) { teams = append(teams, u) })
	if err != nil {
		return err
	}
	for _, u := range teams {
		if err := tx.Later(ctx, "UPDATE org_units SET parent_id = ?, version = version + 1 WHERE tenant_id = ? AND id = ?", m.into.id, tx.Tenant, u.id); err != nil {
			return err
		}
		if err := keepPeriod(ctx, tx, u.id, clock.Day(tx.today())); err != nil {
			return err
		}
		if err := u.history(ctx, tx, "move", map[string]any{"parentId": m.from.id}, map[string]any{"parentId": m.into.id}); err != nil {
			return err
		}
	}
	h, moves := m.held()
	if !moves {
		return nil
	}
	for _, e := range o.joined.Estates {
		if _, err := e.Move(ctx, tx, h, m.into.id, "move_unit"); err != nil {
			return err
		}
	}
	return nil
}

// dissolve moves the people of a company to departments of the same name or to the other company itself, closes what was below, and
// lets the other company look after its customers.
func (o *Org) dissolve(ctx context.Context, tx Tx, m merger) error {
	var below []unitRow
	if err := eachUnit(ctx, tx, "company_id = ? AND kind <> 'company' AND status = 'open'", m.from.id, func(u unitRow) { below = append(below, u) }); err != nil {
		return err
	}
	names := map[string]uuid.UUID{}
	if err := eachUnit(ctx, tx, "company_id = ? AND kind = 'department' AND status = 'open'", m.into.id, func(u unitRow) { names[u.name] = u.id }); err != nil {
		return err
	}
	for _, u := range below {
		target, named := names[u.name]
		if u.kind != "department" || !named {
			target = m.into.id
		}
		if err := movePostings(ctx, tx, u, target); err != nil {
			return err
		}
		if err := closeMerged(ctx, tx, u, m.into); err != nil {
			return err
		}
	}
	if err := movePostings(ctx, tx, m.from, m.into.id); err != nil {
		return err
	}
	for _, e := range o.joined.Estates {
		if c, ok := e.(CompanyEstate); ok {
			if err := c.MoveCompany(ctx, tx, m.from.id, m.into.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// CompanyEstate is an Estate that goes to the other company when two merge.
type CompanyEstate interface {
	MoveCompany(ctx context.Context, tx Tx, from, into uuid.UUID) error
}

// eachUnit reads units of a condition on one id.
func eachUnit(ctx context.Context, tx Tx, where string, id uuid.UUID, visit func(unitRow)) error {
	rows, err := tx.QueryContext(ctx, "SELECT id, version, kind, code, name, status FROM org_units WHERE tenant_id = ? AND "+where+" ORDER BY code FOR UPDATE", tx.Tenant, id)
	if err != nil {
		return fmt.Errorf("units of %s: %w", id, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var u unitRow
		if err := rows.Scan(&u.id, &u.version, &u.kind, &u.code, &u.name, &u.status); err != nil {
			return fmt.Errorf("units of %s: %w", id, err)
		}
		visit(u)
	}
	return rows.Err()
}

// movePostings puts the postings in a unit that are not over into another one, with a line in the history of each person.
func movePostings(ctx context.Context, tx Tx, from unitRow, to uuid.UUID) error {
	var holders []uuid.UUID
	err := tx.NewRaw("UPDATE postings SET unit_id = ? WHERE tenant_id = ? AND unit_id = ? AND (valid_to IS NULL OR valid_to >= ?::date) RETURNING user_id", to, tx.Tenant, from.id, tx.today()).Scan(ctx, &holders)
	if err != nil {
		return fmt.Errorf("move postings of %s: %w", from.id, err)
	}
	for _, user := range holders {
		version, err := raise(ctx, tx, user)
		if err != nil {
			return err
		}
		if err := record.WriteHistory(ctx, tx.Tx, UserKind.Name, user, version, "edit_posting", map[string]any{"unitId": from.id}, map[string]any{"unitId": to}); err != nil {
			return err
		}
	}
	return nil
}

// closeMerged ends a unit today; from tomorrow the tree does not hold it.
func closeMerged(ctx context.Context, tx Tx, u, into unitRow) error {
	if err := tx.Later(ctx, "UPDATE org_units SET status = 'closed', valid_to = greatest(valid_from, ?::date), merged_into = ?, version = version + 1 WHERE tenant_id = ? AND id = ?", tx.today(), into.id, tx.Tenant, u.id); err != nil {
		return err
	}
	if err := keepPeriod(ctx, tx, u.id, clock.Day(tx.today()).Add(1)); err != nil {
		return err
	}
	return u.history(ctx, tx, "merge", map[string]any{"status": "open"}, map[string]any{"status": "closed", "mergedIntoId": into.id, "validTo": tx.today()})
}
