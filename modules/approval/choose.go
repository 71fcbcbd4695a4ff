package approval

import (
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// candidate is a flow that was looked at for a document, and whether it fits.
type candidate struct {
	row     *flowRow
	matched bool
	why     fault.Text
}

// choose looks for the flow of a document: the nearest unit's first, then, of one unit's, the first in their order whose condition holds.
// matched is nil when none fits; any tells whether there is a flow for the subject at all.
func (s *Service) choose(d *document) (matched *flowRow, all []candidate, any bool, err error) {
	list, err := flowsBy(d.ctx, d.tx, "f.kind = ? AND f.action = ? AND f.enabled AND f.published > 0 ORDER BY f.position, f.id", d.matter.kind, d.matter.action)
	if err != nil || len(list) == 0 {
		return nil, nil, false, err
	}
	units, err := d.units(list)
	if err != nil {
		return nil, nil, true, err
	}
	rest := make([]*flowRow, len(list))
	for i := range list {
		rest[i] = &list[i]
	}
	for _, unit := range units {
		for i, f := range rest {
			if f == nil || f.Unit != unit {
				continue
			}
			rest[i] = nil
			c := d.fits(f)
			if matched != nil {
				c = candidate{row: f, why: fault.Text{Zh: "前面的流程已适用", En: "a flow before it fits"}}
			}
			all = append(all, c)
			if c.matched {
				matched = f
			}
		}
	}
	for _, f := range rest {
		if f != nil {
			all = append(all, candidate{row: f, why: fault.Say("只适用于%s", "it is for %s alone", plainly(f.UnitName))})
		}
	}
	return matched, all, true, nil
}

// fits holds a flow's condition against the document; one that cannot be answered does not hold.
func (d *document) fits(f *flowRow) candidate {
	if f.When == nil {
		return candidate{f, true, fault.Text{Zh: "适用于所有单据", En: "it is for all documents"}}
	}
	holds, err := d.Holds(f.When)
	said := d.Explain(f.When)
	switch {
	case err != nil:
		return candidate{row: f, why: fault.Text{Zh: "条件无法判断", En: "its condition cannot be answered"}}
	case holds:
		return candidate{f, true, fault.Say("条件成立：%s", "its condition holds: %s", said)}
	}
	return candidate{row: f, why: fault.Say("条件不成立：%s", "its condition does not hold: %s", said)}
}

// units are those of the document from its own up, and above them the whole group. When every flow is the group's, the tree is not read.
func (d *document) units(list []flowRow) ([]uuid.UUID, error) {
	far := []uuid.UUID{uuid.Nil}
	local := false
	for _, f := range list {
		local = local || f.Unit != uuid.Nil
	}
	from := d.department
	if from == uuid.Nil {
		from = d.company
	}
	if !local || from == uuid.Nil {
		return far, nil
	}
	way, err := newPeople(d).up(from)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, 0, len(way)+1)
	for _, u := range way {
		ids = append(ids, u.ID)
	}
	return append(ids, far...), nil
}

// answer is what happens to a document that no flow fits.
func answer(d *document, tx tenants.Tx, any bool) (string, error) {
	var said string
	err := tx.NewSelect().TableExpr("approval_defaults").ColumnExpr("coalesce(max(answer), '')").Where("tenant_id = ? AND kind = ? AND action = ?", tx.Tenant, d.matter.kind, d.matter.action).Scan(d.ctx, &said)
	if err != nil {
		return "", fmt.Errorf("default of %s: %w", d.matter.name(), err)
	}
	switch {
	case said != "":
		return said, nil
	case any:
		return DefaultAdministrator, nil
	}
	return DefaultPass, nil
}

// unplanned is the way of a document that no flow fits: an administrator names who decides.
func unplanned() *engine.Flow {
	return linear(engine.Node{ID: "a1", Kind: engine.NodeApprove, Name: fault.Text{Zh: "管理员指定审批人", En: "An administrator names the approver"}, Mode: engine.ModeAny,
		Empty: engine.EmptyAdministrator, Self: engine.SelfHead, Comment: engine.CommentOnReject})
}
