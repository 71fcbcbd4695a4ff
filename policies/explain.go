package policies

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/access"
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
	Allowed bool     `json:"allowed"`
	Reasons []Reason `json:"reasons"`
}

var scopeWords = map[string]fault.Text{"self": {Zh: "本人", En: "own records"}, "department": {Zh: "本部门", En: "the department"}, "company": {Zh: "本公司", En: "the company"},
	"subtree": {Zh: "本级及下级", En: "the unit and all below it"}, "group": {Zh: "全集团", En: "the whole group"}, "units": {Zh: "指定组织", En: "named units"}}

// words tells the reason in a sentence.
func (r Reason) words(aboutRecord bool) fault.Text {
	level, _, _ := parseScope(r.Scope)
	w := scopeWords[level]
	t := fault.Text{Zh: fmt.Sprintf("任职「%s」的角色「%s」给予%s范围", r.Posting, r.Role.Zh, w.Zh), En: fmt.Sprintf("In the posting %q the role %q gives it for %s", r.Posting, r.Role.En, w.En)}
	if r.Group != "" {
		t = fault.Text{Zh: fmt.Sprintf("用户组「%s」的角色「%s」给予%s范围（任职「%s」）", r.Group, r.Role.Zh, w.Zh, r.Posting), En: fmt.Sprintf("The user group %q has the role %q, which gives it for %s in the posting %q", r.Group, r.Role.En, w.En, r.Posting)}
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
	out := &Explanation{Reasons: []Reason{}}
	var row record.Row
	if kind != "" {
		k := s.kinds.Kind(kind)
		if k == nil {
			return nil, record.ErrMissing
		}
		var err error
		if row, err = k.RowOf(ctx, s.db.Pool(), s.kinds, a.View("zh"), id); err != nil {
			return nil, err
		}
	}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		if err := mayAsk(ctx, tx, user); err != nil {
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
		for _, posting := range postings {
			held, err := rules.holdings(ctx, tx, user, &posting)
			if err != nil {
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
				r := Reason{PostingID: posting.ID, Posting: posting.UnitName + " " + posting.Title, Scope: h.scope, Covers: kind == "" || scope.Covers(row.Company, row.Department, row.Owner)}
				if r.Role, err = roleName(ctx, tx, h.role); err != nil {
					return err
				}
				if r.Group, err = groupName(ctx, tx, h.group); err != nil {
					return err
				}
				r.Text = r.words(kind != "")
				out.Allowed = out.Allowed || r.Covers
				out.Reasons = append(out.Reasons, r)
			}
		}
		return nil
	})
	return out, err
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
