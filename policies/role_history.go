package policies

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"forecourt/tenants"
)

// RoleEvent is one change of a role.
type RoleEvent struct {
	At     time.Time      `json:"at"`
	By     string         `json:"by" doc:"Empty: the product itself"`
	Action string         `json:"action" enum:"create,edit,set_grants,set_fields,delete"`
	Grants []GrantChange  `json:"grants"`
	Fields []FieldChanged `json:"fields"`
	Facts  []RoleFact     `json:"facts"`
}

// RoleFact is a name, or who gives the role, before and after.
type RoleFact struct {
	What string `json:"what" enum:"name,givenBy,from"`
	Was  string `json:"was"`
	Now  string `json:"now"`
}

type roleState struct {
	Grants  []Grant     `json:"grants"`
	Fields  []FieldRule `json:"fields"`
	Name    string      `json:"name"`
	GivenBy string      `json:"givenBy"`
	From    string      `json:"from"`
}

// RoleHistory reads what happened to a role, newest first, at most 100 changes. It returns ErrNoRole.
func (s *Service) RoleHistory(ctx context.Context, a tenants.Actor, code string) ([]RoleEvent, error) {
	out := []RoleEvent{}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		if err := roleThere(ctx, tx, code); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT h.at, coalesce(u.name, ''), h.action, h.was::text, h.now::text FROM history h LEFT JOIN users u ON u.tenant_id = h.tenant_id AND u.id = h.user_id
			WHERE h.tenant_id = ? AND h.kind = 'role' AND h.record_id = ? ORDER BY h.at DESC, h.id DESC LIMIT 100`, tx.Tenant, roleID(tx.Tenant, code))
		if err != nil {
			return fmt.Errorf("history of role: %w", err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			e := RoleEvent{}
			var was, now string
			if err := rows.Scan(&e.At, &e.By, &e.Action, &was, &now); err != nil {
				return fmt.Errorf("history of role: %w", err)
			}
			e.At = e.At.UTC()
			var before, after roleState
			if err := json.Unmarshal([]byte(was), &before); err != nil {
				return fmt.Errorf("history of role: %w", err)
			}
			if err := json.Unmarshal([]byte(now), &after); err != nil {
				return fmt.Errorf("history of role: %w", err)
			}
			e.Grants, e.Fields, e.Facts = grantChanges(before.Grants, after.Grants), fieldChanges(before.Fields, after.Fields), facts(before, after)
			out = append(out, e)
		}
		return rows.Err()
	})
	return out, err
}

func facts(before, after roleState) []RoleFact {
	out := []RoleFact{}
	for _, f := range []RoleFact{{"name", before.Name, after.Name}, {"givenBy", before.GivenBy, after.GivenBy}, {"from", before.From, after.From}} {
		if f.Was != f.Now {
			out = append(out, f)
		}
	}
	return out
}

func grantChanges(was, now []Grant) []GrantChange {
	out := []GrantChange{}
	for _, d := range difference(was, now, func(g Grant) (string, string) { return g.Permission, g.Scope }) {
		out = append(out, GrantChange{d[0], d[1], d[2]})
	}
	return out
}

func fieldChanges(was, now []FieldRule) []FieldChanged {
	out := []FieldChanged{}
	for _, d := range difference(was, now, func(r FieldRule) (string, string) { return r.Kind + "." + r.Field, r.Visibility }) {
		kind, field, _ := strings.Cut(d[0], ".")
		out = append(out, FieldChanged{kind, field, d[1], d[2]})
	}
	return out
}

// difference returns what has another value before and after, by name: name, before, after. Several values of one name are joined.
func difference[T any](was, now []T, read func(T) (name, value string)) [][3]string {
	values := func(list []T) map[string]string {
		m := map[string]string{}
		for _, x := range list {
			name, value := read(x)
			if m[name] != "" {
				value = m[name] + "+" + value
			}
			m[name] = value
		}
		return m
	}
	before, after := values(was), values(now)
	var out [][3]string
	for name, b := range before {
		if after[name] != b {
			out = append(out, [3]string{name, b, after[name]})
		}
	}
	for name, a := range after {
		if _, had := before[name]; !had {
			out = append(out, [3]string{name, "", a})
		}
	}
	slices.SortFunc(out, func(a, b [3]string) int { return strings.Compare(a[0], b[0]) })
	return out
}
