package tenants

import (
	"context"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// UserTemplate makes the empty sheet for ImportUsers, with the tenant's open units and its roles on sheets beside it.
func (o *Org) UserTemplate(ctx context.Context, a Actor) (content []byte, err error) {
	units, roles := [][]any{{"组织编码", "名称"}}, [][]any{{"角色", "名称"}}
	err = o.db.Read(ctx, a, func(tx Tx) error {
		for query, rows := range map[string]*[][]any{
			"SELECT code, name FROM org_units WHERE tenant_id = ? AND status = 'open' ORDER BY code": &units,
			"SELECT code, name_zh FROM roles WHERE tenant_id = ? ORDER BY code":                      &roles,
		} {
			var found []struct{ Code, Name string }
			if err := tx.NewRaw("SELECT code, name FROM ("+query+") AS t (code, name)", tx.Tenant).Scan(ctx, &found); err != nil {
				return fmt.Errorf("template of users: %w", err)
			}
			for _, f := range found {
				*rows = append(*rows, []any{f.Code, f.Name})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	head := make([]any, len(columns))
	for i, c := range columns {
		head[i] = c.heading
	}
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if err := f.SetSheetName("Sheet1", "用户"); err != nil {
		return nil, err
	}
	for _, s := range []struct {
		name string
		rows [][]any
	}{{"用户", [][]any{head}}, {"组织", units}, {"角色", roles}} {
		if err := writeSheet(f, s.name, s.rows); err != nil {
			return nil, fmt.Errorf("template of users: %w", err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return nil, fmt.Errorf("template of users: %w", err)
	}
	return b.Bytes(), nil
}

func writeSheet(f *excelize.File, name string, rows [][]any) error {
	if i, err := f.GetSheetIndex(name); err != nil || i < 0 {
		if _, err := f.NewSheet(name); err != nil {
			return err
		}
	}
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := f.SetSheetRow(name, cell, &row); err != nil {
			return err
		}
	}
	return f.SetColWidth(name, "A", "F", 20)
}
