package approval

import (
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/modules/approval/engine"
	"forecourt/policies"
	"forecourt/tenants"
)

// people answers the engine from the organisation as it is now.
type people struct {
	*document
	seen map[uuid.UUID]*policies.Candidate // nil: there is no such person
}

func newPeople(d *document) *people { return &people{d, map[uuid.UUID]*policies.Candidate{}} }

// load reads those who were not asked about yet, together.
func (p *people) load(users ...uuid.UUID) error {
	var missing []uuid.UUID
	for _, u := range users {
		if _, ok := p.seen[u]; !ok && u != uuid.Nil {
			missing = append(missing, u)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := p.s.grants.Candidates(p.ctx, p.tx, missing)
	if err != nil {
		return err
	}
	for _, u := range missing {
		p.seen[u] = found[u]
	}
	return nil
}

// standing tells how somebody stands to the decision.
func (p *people) standing(user uuid.UUID) (policies.Standing, error) {
	if user == uuid.Nil {
		return policies.StandingGone, nil
	}
	if err := p.load(user); err != nil {
		return "", err
	}
	if !p.matter.ready() { // nobody holds the permission of a document that does not exist yet
		if c := p.seen[user]; c != nil && len(c.Postings) > 0 {
			return policies.StandingMay, nil
		}
		return policies.StandingGone, nil
	}
	return p.seen[user].May(p.matter.permission(), p.covers)
}

// May reports whether a person may decide about the document.
func (p *people) May(user uuid.UUID) (bool, error) {
	standing, err := p.standing(user)
	return standing == policies.StandingMay, err
}

var droppedWords = map[policies.Standing]fault.Text{
	policies.StandingGone:      {Zh: "账号已停用、到期或不存在", En: "the account is disabled, over, or not there"},
	policies.StandingUnposted:  {Zh: "目前没有任职", En: "they have no posting today"},
	policies.StandingNoGrant:   {Zh: "没有审批这类单据的权限", En: "none of their roles lets them decide about such documents"},
	policies.StandingUncovered: {Zh: "有审批权限，但不包含这张单据", En: "they may decide, but not about this document"},
}

// Find returns whom the rules of a node find, each person once, with why they get no task if they do not.
func (p *people) Find(n *engine.Node, run *engine.Run) ([]engine.Person, error) {
	var found []engine.Person
	have := map[uuid.UUID]bool{}
	for i := range n.Approvers {
		ids, why, err := p.byRule(&n.Approvers[i], n, run)
		if err != nil {
			return nil, fmt.Errorf("approvers of %s: %w", n.ID, err)
		}
		for _, id := range ids {
			if id != uuid.Nil && !have[id] {
				have[id] = true
				found = append(found, engine.Person{ID: id, Why: why})
			}
		}
	}
	all := make([]uuid.UUID, len(found))
	for i := range found {
		all[i] = found[i].ID
	}
	if err := p.load(all...); err != nil {
		return nil, err
	}
	for i := range found {
		standing, err := p.standing(found[i].ID)
		if err != nil {
			return nil, err
		}
		if n.Kind == engine.NodeCopy && (standing == policies.StandingNoGrant || standing == policies.StandingUncovered) {
			continue // who is only told need not be able to decide
		}
		found[i].Dropped = droppedWords[standing]
	}
	return found, nil
}

// byRule finds the people of one rule, and says why in words.
func (p *people) byRule(r *engine.Rule, n *engine.Node, run *engine.Run) (ids []uuid.UUID, why fault.Text, err error) {
	switch r.Rule {
	case engine.RuleUsers:
		return r.Users, fault.Text{Zh: "流程指定的人", En: "named by the flow"}, nil
	case engine.RuleRoleCompany, engine.RuleRoleGroup, engine.RuleRoleUnit:
		return p.byRole(r)
	case engine.RulePosting:
		return p.postedIn(r.Unit)
	case engine.RuleHead, engine.RuleHeads:
		return p.heads(r)
	case engine.RuleSubmitterChoice:
		return run.Chosen[n.ID], fault.Text{Zh: "提交人选定", En: "named by the submitter"}, nil
	case engine.RulePreviousChoice:
		return run.Chosen[n.ID], fault.Text{Zh: "上一步审批人选定", En: "named by the approver before"}, nil
	case engine.RuleField:
		return p.inField(r.Field)
	case engine.RuleUserGroup:
		return p.inGroup(r.Group)
	case engine.RuleExpression:
		return p.byExpression(r.CEL)
	}
	return nil, why, nil
}

func (p *people) byRole(r *engine.Rule) (ids []uuid.UUID, why fault.Text, err error) {
	code, name, err := p.role(r)
	if err != nil || code == "" {
		return nil, why, err
	}
	at, about, place := policies.AtGroup, p.company, fault.Text{Zh: "集团", En: "the group"}
	switch r.Rule {
	case engine.RuleRoleCompany:
		at, place = policies.AtCompany, fault.Text{Zh: "单据所属公司", En: "the document's company"}
	case engine.RuleRoleUnit:
		at, about = policies.AtUnit, r.Unit
		if place, err = p.unitName(r.Unit); err != nil {
			return nil, why, err
		}
	}
	ids, err = policies.Holding(p.ctx, p.tx, code, at, about)
	return ids, fault.Text{Zh: place.Zh + "的" + name.Zh, En: name.En + " of " + place.En}, err
}

// role returns the code and the name of a rule's role; an empty code when there is none any more.
func (p *people) role(r *engine.Rule) (code string, name fault.Text, err error) {
	rows, err := p.tx.QueryContext(p.ctx, "SELECT code, name_zh, name_en FROM roles WHERE tenant_id = ?", p.tx.Tenant)
	if err != nil {
		return "", name, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c string
		var words fault.Text
		if err := rows.Scan(&c, &words.Zh, &words.En); err != nil {
			return "", name, err
		}
		if r.Code != "" && c == r.Code || r.Code == "" && policies.RoleID(p.tx.Tenant, c) == r.Role {
			code, name = c, words
		}
	}
	return code, name, rows.Err()
}

func (p *people) unitName(unit uuid.UUID) (fault.Text, error) {
	var name string
	err := p.tx.NewSelect().TableExpr("org_units").ColumnExpr("coalesce(max(name), '')").Where("tenant_id = ? AND id = ?", p.tx.Tenant, unit).Scan(p.ctx, &name)
	return fault.Text{Zh: name, En: name}, err
}

func (p *people) today() string { return string(clock.DayOf(p.tx.Now, p.tx.Zone)) }

func (p *people) postedIn(unit uuid.UUID) (ids []uuid.UUID, why fault.Text, err error) {
	name, err := p.unitName(unit)
	if err != nil {
		return nil, why, err
	}
	err = p.tx.NewRaw(`SELECT u.id FROM users u WHERE u.tenant_id = ?0 AND EXISTS (SELECT FROM postings p WHERE p.tenant_id = u.tenant_id AND p.user_id = u.id AND p.unit_id = ?1
		AND p.valid_from <= ?2::date AND (p.valid_to IS NULL OR p.valid_to >= ?2::date)) ORDER BY u.name, u.id`, p.tx.Tenant, unit, p.today()).Scan(p.ctx, &ids)
	return ids, fault.Text{Zh: "在" + name.Zh + "任职", En: "posted in " + name.En}, err
}

func (p *people) inGroup(group uuid.UUID) (ids []uuid.UUID, why fault.Text, err error) {
	var name string
	if err := p.tx.NewSelect().TableExpr("user_groups").ColumnExpr("coalesce(max(name), '')").Where("tenant_id = ? AND id = ?", p.tx.Tenant, group).Scan(p.ctx, &name); err != nil {
		return nil, why, err
	}
	err = p.tx.NewRaw("SELECT u.id FROM user_group_members m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id WHERE m.tenant_id = ? AND m.group_id = ? ORDER BY u.name, u.id", p.tx.Tenant, group).Scan(p.ctx, &ids)
	return ids, fault.Text{Zh: "用户组“" + name + "”", En: "in the user group “" + name + "”"}, err
}

func (p *people) inField(field string) (ids []uuid.UUID, why fault.Text, err error) {
	label := fault.Text{Zh: field, En: field}
	if p.matter.ready() {
		spec, err := p.matter.Spec.Of(p.ctx, p.tx.Tx)
		if err != nil {
			return nil, why, err
		}
		if f := spec.Field(field); f != nil {
			label = f.Label
		}
	}
	if _, err := p.about(); err != nil {
		return nil, why, err
	}
	named, _ := p.values[field].(string) // empty: nobody is in the field
	if id, err := uuid.Parse(named); err == nil {
		ids = []uuid.UUID{id}
	}
	return ids, fault.Text{Zh: "单据上的" + label.Zh, En: label.En + " of the document"}, nil
}

// byExpression evaluates an expression; one that fails finds nobody, and the step goes where its flow says for that.
func (p *people) byExpression(cel string) (ids []uuid.UUID, why fault.Text, err error) {
	facts, err := p.about()
	if err != nil {
		return nil, why, err
	}
	ids, wrong := facts.Users(cel)
	if wrong != nil {
		ids = nil
	}
	return ids, fault.Text{Zh: "由表达式算出", En: "found by an expression"}, nil
}

// unitUp is a unit on the way up from another one.
type unitUp struct {
	ID, Head uuid.UUID
	Name     string
}

// up reads a unit and those above it.
func (p *people) up(unit uuid.UUID) ([]unitUp, error) {
	rows, err := p.tx.QueryContext(p.ctx, `WITH RECURSIVE up AS (SELECT id, parent_id, head_id, name, 0 AS n FROM org_units WHERE tenant_id = ?0 AND id = ?1
		UNION ALL SELECT o.id, o.parent_id, o.head_id, o.name, n + 1 FROM up JOIN org_units o ON o.tenant_id = ?0 AND o.id = up.parent_id WHERE n < 30)
		SELECT id, head_id, name FROM up ORDER BY n`, p.tx.Tenant, unit)
	if err != nil {
		return nil, fmt.Errorf("units above %s: %w", unit, err)
	}
	defer func() { _ = rows.Close() }()
	var out []unitUp
	for rows.Next() {
		var u unitUp
		var head uuid.NullUUID
		if err := rows.Scan(&u.ID, &head, &u.Name); err != nil {
			return nil, fmt.Errorf("units above %s: %w", unit, err)
		}
		u.Head = head.UUID
		out = append(out, u)
	}
	return out, rows.Err()
}

// home is the department in which somebody has to do with the document, or the unit of a posting above departments.
func (p *people) home(user uuid.UUID) (uuid.UUID, error) {
	if err := p.load(user); err != nil {
		return uuid.Nil, err
	}
	c := p.seen[user]
	if c == nil {
		return uuid.Nil, nil
	}
	at := p.place(c.Postings)
	switch {
	case at == nil:
		return uuid.Nil, nil
	case at.Department != uuid.Nil:
		return at.Department, nil
	}
	return at.Unit, nil
}

func (p *people) heads(r *engine.Rule) (ids []uuid.UUID, why fault.Text, err error) {
	from := p.unit
	if from == uuid.Nil {
		if from, err = p.home(p.submitter); err != nil {
			return nil, why, err
		}
	}
	units, err := p.up(from)
	if err != nil {
		return nil, why, err
	}
	why = fault.Text{Zh: "提交人部门的负责人", En: "head of the submitter's department"}
	if r.Rule == engine.RuleHeads {
		why = fault.Text{Zh: "提交人逐级负责人", En: "a head on the way up from the submitter"}
	}
	for i, u := range units {
		if u.Head != uuid.Nil && (i == r.Levels || r.Rule == engine.RuleHeads && i <= r.Levels) {
			ids = append(ids, u.Head)
			if r.Rule == engine.RuleHead {
				why = fault.Text{Zh: u.Name + "的负责人", En: "head of " + u.Name}
			}
		}
	}
	return ids, why, nil
}

// Head returns who stands above a person and may decide about the document, or the zero id.
func (p *people) Head(user uuid.UUID) (uuid.UUID, error) {
	from, err := p.home(user)
	if err != nil || from == uuid.Nil {
		return uuid.Nil, err
	}
	units, err := p.up(from)
	if err != nil {
		return uuid.Nil, err
	}
	for _, u := range units {
		if u.Head == uuid.Nil || u.Head == user {
			continue
		}
		if ok, err := p.May(u.Head); ok || err != nil {
			return u.Head, err
		}
	}
	return uuid.Nil, nil
}

// StandsIn reports whether somebody is today's deputy of a user.
func (p *people) StandsIn(by, user uuid.UUID) (bool, error) {
	deputy, err := tenants.DeputyOf(p.ctx, p.tx, user)
	return deputy == by && by != uuid.Nil, err
}

// Administrators returns who administers approvals of the document's company, or else of the group.
func (p *people) Administrators() ([]uuid.UUID, error) {
	ids, err := policies.Holders(p.ctx, p.tx, Manage)
	if err != nil {
		return nil, err
	}
	if err := p.load(ids...); err != nil {
		return nil, err
	}
	var near, far []uuid.UUID
	for _, id := range ids {
		standing, err := p.seen[id].May(Manage, func(s access.Scope) (bool, error) {
			return s.All || s.Covers(p.company, uuid.Nil, uuid.Nil) && p.company != uuid.Nil, nil
		})
		if err != nil {
			return nil, err
		}
		if standing != policies.StandingMay {
			continue
		}
		if p.company != uuid.Nil && slices.ContainsFunc(p.seen[id].Postings, func(x tenants.Posting) bool { return x.Company == p.company }) {
			near = append(near, id)
		} else {
			far = append(far, id)
		}
	}
	if len(near) > 0 {
		return near, nil
	}
	return far, nil
}
