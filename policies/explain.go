package policies

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Reason is one grant that speaks for an answer: through which posting or group, by which role, with which scope.
type Reason struct {
	Role      fault.Text `json:"role"`
	PostingID uuid.UUID  `json:"postingId"`
	Posting   string     `json:"posting"`
	Group     string     `json:"group,omitempty" doc:"The user group that has the role; empty: the posting has it"`
	Scope     string     `json:"scope"`
	Covers    bool       `json:"covers" doc:"Whether the scope covers the record"`
	Text      fault.Text `json:"text"`
}

// Explanation is the answer and its reasons; without any, no role gives the permission.
type Explanation struct {
	Allowed bool        `json:"allowed"`
	Name    string      `json:"name" doc:"Who is asked about"`
	Text    fault.Text  `json:"text" doc:"The answer in a sentence"`
	Reasons []Reason    `json:"reasons"`
	Givers  []Giver     `json:"givers" doc:"All roles that give the permission"`
	Fields  []FieldSeen `json:"fields" doc:"How they see the protected fields of the kind, in the posting that shows most"`
}

// Giver is a role that gives a permission.
type Giver struct {
	Code string     `json:"code"`
	Name fault.Text `json:"name"`
}

// FieldSeen is how somebody sees a protected field, and by which of their roles.
type FieldSeen struct {
	Field      string       `json:"field"`
	Label      fault.Text   `json:"label"`
	Visibility string       `json:"visibility" enum:"hidden,masked,shown,editable"`
	Roles      []fault.Text `json:"roles" doc:"Empty: no rule speaks, and the field's default counts"`
}

var scopeWords = map[string]fault.Text{"self": {Zh: "本人", En: "own records"}, "department": {Zh: "本部门", En: "the department"}, "company": {Zh: "本公司", En: "the company"},
	"subtree": {Zh: "本级及下级", En: "the unit and all below it"}, "group": {Zh: "全集团", En: "the whole group"}, "units": {Zh: "指定组织", En: "named units"}}

// reach puts a scope into words, with the unit that it means in a posting: 本公司（恒通丰田福田店）.
func (t *tree) reach(scope string, p *tenants.Posting) fault.Text {
	level, units, _ := parseScope(scope)
	w := scopeWords[level]
	switch level {
	case "department":
		units = []uuid.UUID{p.Department}
	case "company":
		units = []uuid.UUID{p.Company}
	case "subtree":
		units = []uuid.UUID{p.Unit}
	}
	var names []string
	for _, u := range units {
		if name := t.units[u].name; name != "" {
			names = append(names, name)
		}
	}
	switch {
	case len(names) > 0:
		return fault.Text{Zh: w.Zh + "（" + strings.Join(names, "、") + "）", En: w.En + " (" + strings.Join(names, ", ") + ")"}
	case len(units) > 0: // the posting is above all companies
		return scopeWords["self"]
	}
	return w
}

// words tells the reason in a sentence.
func (r Reason) words(reach fault.Text, aboutRecord bool) fault.Text {
	t := fault.Text{Zh: fmt.Sprintf("任职「%s」的角色「%s」给予%s范围", r.Posting, r.Role.Zh, reach.Zh), En: fmt.Sprintf("In the posting %q the role %q gives it for %s", r.Posting, r.Role.En, reach.En)}
	if r.Group != "" {
		t = fault.Text{Zh: fmt.Sprintf("用户组「%s」的角色「%s」给予%s范围（任职「%s」）", r.Group, r.Role.Zh, reach.Zh, r.Posting), En: fmt.Sprintf("The user group %q has the role %q, which gives it for %s in the posting %q", r.Group, r.Role.En, reach.En, r.Posting)}
	}
	switch {
	case !aboutRecord:
	case r.Covers:
		t.Zh, t.En = t.Zh+"，包含这条记录", t.En+", this record among them"
	default:
		t.Zh, t.En = t.Zh+"，不包含这条记录", t.En+", but this record is not among them"
	}
	return t
}

// Explain says why a user may or may not use a permission on a record (kind "" for any record), over all of their postings. Only
// a record that the asker may read is explained, and only a user the asker may ask about. It returns record.ErrMissing,
// tenants.ErrNoUser or a denied fault.
func (s *Service) Explain(ctx context.Context, a tenants.Actor, user uuid.UUID, p access.Permission, kind string, id uuid.UUID) (*Explanation, error) {
	out := &Explanation{Reasons: []Reason{}, Givers: []Giver{}, Fields: []FieldSeen{}}
	if kind != "" {
		k := s.kinds.Kind(kind)
		if k == nil {
			return nil, record.ErrMissing
		}
		if err := k.Visible(ctx, s.db.Pool(), a.View("zh"), id); err != nil {
			return nil, err
		}
	}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		if err := mayAsk(ctx, tx, user); err != nil {
			return err
		}
		account, err := accountOf(ctx, tx, user)
		if err != nil {
			return err
		}
		rules, err := s.policyOf(ctx, tx)
		if err != nil {
			return err
		}
		postings, err := tenants.PostingsOf(ctx, tx, user)
		if err != nil {
			return err
		}
		seen := map[string]fieldSaid{}
		for _, posting := range postings {
			held, err := rules.holdings(ctx, tx, user, &posting)
			if err != nil {
				return err
			}
			if err := s.said(ctx, tx, held, seen); err != nil {
				return err
			}
			for _, h := range held {
				if h.permission != p {
					continue
				}
				scope, err := rules.tree.scope(h.scope, user, &posting)
				if err != nil {
					return err
				}
				covers, err := s.covers(ctx, tx, kind, id, scope)
				if err != nil {
					return err
				}
				r := Reason{PostingID: posting.ID, Posting: posting.UnitName + " " + posting.Title, Scope: h.scope, Covers: covers}
				if r.Role, err = roleName(ctx, tx, h.role); err != nil {
					return err
				}
				if r.Group, err = groupName(ctx, tx, h.group); err != nil {
					return err
				}
				r.Text = r.words(rules.tree.reach(h.scope, &posting), kind != "")
				out.Allowed = out.Allowed || r.Covers
				out.Reasons = append(out.Reasons, r)
			}
		}
		out.Name, out.Allowed = account.name, out.Allowed && account.open
		if out.Fields, err = s.fieldsSeen(ctx, tx, p, kind, seen); err != nil {
			return err
		}
		if out.Givers, err = givers(ctx, tx, p); err != nil {
			return err
		}
		out.Text = out.sentence(p, account, len(postings), kind != "")
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// covers reports whether a scope covers a record, or any at all for kind "".
func (s *Service) covers(ctx context.Context, tx tenants.Tx, kind string, id uuid.UUID, scope access.Scope) (bool, error) {
	if kind == "" {
		return true, nil
	}
	err := s.kinds.Kind(kind).Exists(ctx, tx.Tx, scope, id, "")
	if errors.Is(err, record.ErrTarget) {
		return false, nil
	}
	return err == nil, err
}

// sentence is the answer, and what it hangs on first of all.
func (e *Explanation) sentence(p access.Permission, a account, postings int, aboutRecord bool) fault.Text {
	info, _ := wordsOf(p)
	what := fault.Text{Zh: info.ResourceLabel.Zh + " · " + info.Label.Zh, En: info.ResourceLabel.En + " · " + info.Label.En}
	text := func(zh, en string) fault.Text {
		return fault.Text{Zh: a.name + zh + "「" + what.Zh + "」", En: a.name + en + " “" + what.En + "”"}
	}
	switch {
	case e.Allowed && aboutRecord:
		return text("可以对这条记录做", " may do this to the record:")
	case e.Allowed:
		return text("可以", " may")
	}
	t := text("不可以", " may not")
	if aboutRecord {
		t = text("不可以对这条记录做", " may not do this to the record:")
	}
	why := fault.Text{Zh: "没有任何角色给予这个权限", En: "none of their roles gives it"}
	switch {
	case !a.open:
		why = fault.Text{Zh: "账号已停用或已到期", En: "the account is disabled or over"}
	case postings == 0:
		why = fault.Text{Zh: "目前没有任职", En: "they have no posting today"}
	case len(e.Reasons) > 0:
		why = fault.Text{Zh: "有这个权限，但范围不包含这条记录", En: "they hold it, but not for this record"}
	}
	return fault.Text{Zh: t.Zh + "：" + why.Zh, En: t.En + ": " + why.En}
}

type account struct {
	name string
	open bool
}

func accountOf(ctx context.Context, tx tenants.Tx, user uuid.UUID) (a account, err error) {
	today := string(clock.DayOf(tx.Now, tx.Zone))
	err = tx.QueryRowContext(ctx, "SELECT name, status = 'active' AND (valid_to IS NULL OR valid_to >= ?::date) FROM users WHERE tenant_id = ? AND id = ?", today, tx.Tenant, user).Scan(&a.name, &a.open)
	if errors.Is(err, sql.ErrNoRows) {
		return a, tenants.ErrNoUser
	}
	if err != nil {
		return a, fmt.Errorf("account of %s: %w", user, err)
	}
	return a, nil
}

func givers(ctx context.Context, tx tenants.Tx, p access.Permission) ([]Giver, error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT r.code, r.name_zh, r.name_en FROM roles r JOIN policy_rules p ON p.tenant_id = r.tenant_id AND p.ptype = 'p' AND p.v0 = r.code
		WHERE r.tenant_id = ? AND p.v1 = ? ORDER BY r.code`, tx.Tenant, string(p))
	if err != nil {
		return nil, fmt.Errorf("who gives %s: %w", p, err)
	}
	defer func() { _ = rows.Close() }()
	out := []Giver{}
	for rows.Next() {
		var g Giver
		if err := rows.Scan(&g.Code, &g.Name.Zh, &g.Name.En); err != nil {
			return nil, fmt.Errorf("who gives %s: %w", p, err)
		}
		out = append(out, g)
	}
	return out, rows.Err()
}

// fieldSaid is the widest that rules say of a field, and the roles that say it.
type fieldSaid struct {
	visibility access.Visibility
	roles      []fault.Text
}

// said adds what the rules of the roles that are held say of fields.
func (s *Service) said(ctx context.Context, tx tenants.Tx, held []holding, seen map[string]fieldSaid) error {
	var roles []string
	for _, h := range held {
		if !slices.Contains(roles, h.role) {
			roles = append(roles, h.role)
		}
	}
	for _, role := range roles {
		name, err := roleName(ctx, tx, role)
		if err != nil {
			return err
		}
		rules, err := fieldsOf(ctx, tx, role)
		if err != nil {
			return err
		}
		for _, r := range rules {
			key, v := r.Kind+"."+r.Field, visibilities[r.Visibility]
			switch x, ruled := seen[key]; {
			case !ruled || v > x.visibility:
				seen[key] = fieldSaid{v, []fault.Text{name}}
			case v == x.visibility && !slices.Contains(x.roles, name):
				seen[key] = fieldSaid{v, append(x.roles, name)}
			}
		}
	}
	return nil
}

// fieldsSeen are the protected fields of the kind asked about, or of the one that the permission is for.
func (s *Service) fieldsSeen(ctx context.Context, tx tenants.Tx, p access.Permission, kind string, seen map[string]fieldSaid) ([]FieldSeen, error) {
	if kind == "" {
		kind, _, _ = strings.Cut(string(p), ":")
	}
	out := []FieldSeen{}
	fields, err := s.kinds.Protected(ctx, tx.Tx)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		if f.Kind != kind {
			continue
		}
		x := FieldSeen{Field: f.Field, Label: f.Label, Visibility: f.Default, Roles: []fault.Text{}}
		if said, ruled := seen[f.Kind+"."+f.Field]; ruled {
			x.Visibility = seenBy(&access.Set{Fields: map[string]access.Visibility{f.Kind + "." + f.Field: said.visibility}}, f)
			x.Roles = said.roles
		}
		out = append(out, x)
	}
	return out, nil
}

func roleName(ctx context.Context, tx tenants.Tx, code string) (t fault.Text, err error) {
	err = tx.QueryRowContext(ctx, "SELECT name_zh, name_en FROM roles WHERE tenant_id = ? AND code = ?", tx.Tenant, code).Scan(&t.Zh, &t.En)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Text{Zh: code, En: code}, nil
	}
	return t, err
}

// mayAsk lets everyone ask about themselves, and whoever reads roles about the users of their companies.
func mayAsk(ctx context.Context, tx tenants.Tx, user uuid.UUID) error {
	if user == tx.Actor.User {
		return nil
	}
	scope, err := tx.Can("role:read")
	if err != nil {
		return err
	}
	inside, err := tenants.Within(ctx, tx, user, scope)
	if err == nil && !inside {
		return tenants.ErrNoUser
	}
	return err
}

func groupName(ctx context.Context, tx tenants.Tx, group uuid.UUID) (name string, err error) {
	if group == uuid.Nil {
		return "", nil
	}
	err = tx.QueryRowContext(ctx, "SELECT name FROM user_groups WHERE tenant_id = ? AND id = ?", tx.Tenant, group).Scan(&name)
	return name, err
}
