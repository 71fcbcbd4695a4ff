package policies

import (
	"context"
	"fmt"
	"slices"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of field rules.
var (
	ErrNoField    = fault.New(fault.Invalid, "role.no_field", "没有这个受保护的字段：%s", "There is no such protected field: %s")
	ErrFieldTwice = fault.New(fault.Invalid, "role.field_twice", "同一个字段只能有一条规则：%s", "A field has one rule: %s")
	ErrFieldLevel = fault.New(fault.Invalid, "role.field_level", "%s不能这样设置", "%s cannot be set to this")
)

// FieldRule says how a role sees a protected field. Without one its declared default counts.
type FieldRule struct {
	Kind       string `json:"kind" minLength:"1" maxLength:"60"`
	Field      string `json:"field" minLength:"1" maxLength:"60"`
	Visibility string `json:"visibility" enum:"hidden,masked,shown,editable"`
}

// ProtectedFields lists what rules apply to, with the group's own fields.
func (s *Service) ProtectedFields(ctx context.Context, a tenants.Actor) (out []record.ProtectedField, err error) {
	err = s.db.Read(ctx, a, func(tx tenants.Tx) error {
		out, err = s.kinds.Protected(ctx, tx.Tx)
		return err
	})
	return out, err
}

// SetFields replaces the field rules of a role. They act at once. It returns ErrNoRole, ErrNoField, ErrFieldTwice, ErrFieldLevel or a
// denied fault.
func (s *Service) SetFields(ctx context.Context, a tenants.Actor, role string, rules []FieldRule) error {
	return s.manageRoles(ctx, a, func(tx tenants.Tx) error {
		was, err := s.replaceFields(ctx, tx, role, rules)
		if err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "role", roleID(tx.Tenant, role), 1, "set_fields", map[string]any{"role": role, "fields": was}, map[string]any{"role": role, "fields": rules})
	})
}

// replaceFields returns the rules that were.
func (s *Service) replaceFields(ctx context.Context, tx tenants.Tx, role string, rules []FieldRule) (was []FieldRule, err error) {
	if _, err := lockRole(ctx, tx, role); err != nil {
		return nil, err
	}
	if err := s.checkFields(ctx, tx, rules); err != nil {
		return nil, err
	}
	if was, err = fieldsOf(ctx, tx, role); err != nil {
		return nil, err
	}
	if err := tx.Later(ctx, "DELETE FROM field_rules WHERE tenant_id = ? AND role = ?", tx.Tenant, role); err != nil {
		return nil, err
	}
	for _, r := range rules {
		if err := tx.Later(ctx, "INSERT INTO field_rules (tenant_id, role, kind, field, visibility) VALUES (?, ?, ?, ?, ?)", tx.Tenant, role, r.Kind, r.Field, r.Visibility); err != nil {
			return nil, err
		}
	}
	return was, nil
}

func (s *Service) checkFields(ctx context.Context, tx tenants.Tx, rules []FieldRule) error {
	known, err := s.kinds.Protected(ctx, tx.Tx)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, r := range rules {
		name, at := r.Kind+"."+r.Field, fmt.Sprintf("fields[%d]", i)
		n := slices.IndexFunc(known, func(p record.ProtectedField) bool { return p.Kind == r.Kind && p.Field == r.Field })
		switch {
		case n < 0:
			return ErrNoField.With(name).At(at + ".field")
		case seen[name]:
			return ErrFieldTwice.With(known[n].Label).At(at + ".field")
		case !known[n].Fits(visibilities[r.Visibility]):
			return ErrFieldLevel.With(known[n].Label).At(at + ".visibility")
		}
		seen[name] = true
	}
	return nil
}

// fieldsOf reads a role's own field rules.
func fieldsOf(ctx context.Context, tx tenants.Tx, role string) ([]FieldRule, error) {
	out := []FieldRule{}
	err := tx.NewSelect().TableExpr("field_rules").ColumnExpr("kind, field, visibility").Where("tenant_id = ? AND role = ?", tx.Tenant, role).OrderExpr("kind, field").Scan(ctx, &out)
	if err != nil {
		return nil, fmt.Errorf("field rules of %s: %w", role, err)
	}
	return out, nil
}
