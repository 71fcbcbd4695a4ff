package policies

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// ErrShippedGiver keeps who gives a shipped role.
var ErrShippedGiver = fault.New(fault.Conflict, "role.shipped_edit", "系统自带的角色不能改名，也不能改由谁授予；请复制一个再改", "The name of a shipped role and who gives it stay; copy it and change the copy")

// RoleEdit is what changes of a role that the group made; nil stays.
type RoleEdit struct {
	Name    *fault.Text `json:"name,omitempty"`
	GivenBy *string     `json:"givenBy,omitempty" enum:"group,company" doc:"company: a company's administrators give it, too"`
}

// EditRole renames a role, or lets companies give it. It returns ErrNoRole, ErrShippedGiver, record.ErrNeeded at name, or a denied fault.
func (s *Service) EditRole(ctx context.Context, a tenants.Actor, code string, in RoleEdit) error {
	return s.manageRoles(ctx, a, func(tx tenants.Tx) error {
		row, err := lockRole(ctx, tx, code)
		switch {
		case err != nil:
			return err
		case row.Shipped:
			return ErrShippedGiver
		}
		was, now := map[string]any{"role": code}, map[string]any{"role": code}
		if in.Name != nil {
			if in.Name.Zh == "" {
				return record.ErrNeeded.With(fault.Text{Zh: "名称", En: "Name"}).At("name.zh")
			}
			if in.Name.En == "" {
				in.Name.En = in.Name.Zh
			}
			was["name"], now["name"] = row.NameZh, in.Name.Zh
			row.NameZh, row.NameEn = in.Name.Zh, in.Name.En
		}
		if in.GivenBy != nil {
			was["givenBy"], now["givenBy"] = row.GivenBy, *in.GivenBy
			row.GivenBy = *in.GivenBy
		}
		if err := tx.Later(ctx, "UPDATE roles SET name_zh = ?, name_en = ?, given_by = ? WHERE tenant_id = ? AND code = ?", row.NameZh, row.NameEn, row.GivenBy, tx.Tenant, code); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "role", roleID(tx.Tenant, code), 1, "edit", was, now)
	})
}

// lockRole returns ErrNoRole.
func lockRole(ctx context.Context, tx tenants.Tx, code string) (row roleRow, err error) {
	err = tx.NewSelect().Model(&row).Where("tenant_id = ? AND code = ?", tx.Tenant, code).For("UPDATE").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, ErrNoRole
	}
	if err != nil {
		return row, fmt.Errorf("role %s: %w", code, err)
	}
	return row, nil
}
