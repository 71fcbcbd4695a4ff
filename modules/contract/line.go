package contract

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/id"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Sort is what a line sells.
type Sort string

// The sorts of lines.
const (
	SortVehicle   Sort = "vehicle"
	SortAccessory Sort = "accessory"
	SortService   Sort = "service"
	SortInsurance Sort = "insurance"
)

// Line is one thing sold. ItemID is the model of a vehicle line and the accessory of an accessory line.
type Line struct {
	bun.BaseModel `bun:"table:contract_lines"`
	TenantID      uuid.UUID    `bun:"tenant_id,pk,type:uuid" json:"-"`
	ID            uuid.UUID    `bun:"id,pk,type:uuid" json:"id"`
	ContractID    uuid.UUID    `bun:"contract_id,type:uuid" json:"contractId"`
	No            int          `bun:"no" json:"no"`
	Kind          Sort         `bun:"kind" json:"kind"`
	ItemID        string       `bun:"item_id,nullzero" json:"itemId"`
	Name          string       `bun:"name" json:"name"`
	Quantity      int          `bun:"quantity" json:"quantity"`
	ListPrice     money.Amount `bun:"list_price" json:"listPrice"`
	Price         money.Amount `bun:"price" json:"price"`
	Amount        money.Amount `bun:"amount" json:"amount"`
}

// LineKind declares the lines, which are given and read with their contract.
var LineKind = record.New("contract_line", "", "合同明细", "Contract line", func(m *Line, k *record.Kind[Line]) {
	k.ID(&m.ID, "标识", "ID")
	k.ID(&m.ContractID, "合同", "Contract")
	k.Int(&m.No, "行号", "No.").Fixed()
	k.Choice(&m.Kind, "类别", "Kind", record.Of(string(SortVehicle), "车辆", "Vehicle"), record.Of(string(SortAccessory), "装饰", "Accessory"),
		record.Of(string(SortService), "服务", "Service"), record.Of(string(SortInsurance), "保险", "Insurance")).Must()
	k.Text(&m.ItemID, "商品", "Item").Max(36)
	k.Text(&m.Name, "名称", "Name").Max(200)
	k.Int(&m.Quantity, "数量", "Quantity").Must().Begin("1")
	k.Money(&m.ListPrice, "标价", "List price").Fixed()
	k.Money(&m.Price, "成交单价", "Price")
	k.Money(&m.Amount, "金额", "Amount").Fixed()
	k.List("no", "no", "kind", "name", "quantity", "listPrice", "price", "amount")
})

// facts is a line as the history keeps it.
func (l Line) facts() map[string]any {
	return map[string]any{"no": l.No, "kind": l.Kind, "itemId": l.ItemID, "name": l.Name, "quantity": l.Quantity, "listPrice": l.ListPrice, "price": l.Price, "amount": l.Amount}
}

func facts(lines []Line) []map[string]any {
	out := make([]map[string]any, len(lines))
	for i, l := range lines {
		out[i] = l.facts()
	}
	return out
}

// same reports whether two lists of lines sell the same things at the same prices.
func same(a, b []Line) bool {
	if len(a) != len(b) {
		return false
	}
	for i, x := range a {
		y := b[i]
		y.TenantID, y.ID, y.ContractID = x.TenantID, x.ID, x.ContractID
		if x != y {
			return false
		}
	}
	return true
}

// linesOf reads a contract's lines in their order.
func linesOf(ctx context.Context, tx tenants.Tx, contract uuid.UUID) ([]Line, error) {
	var lines []Line
	err := tx.NewSelect().Model(&lines).Where("tenant_id = ? AND contract_id = ?", tx.Tenant, contract).Order("no").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("lines of contract %s: %w", contract, err)
	}
	return lines, nil
}

// replaceLines puts now in the place of was.
func replaceLines(ctx context.Context, tx tenants.Tx, m *Contract, was, now []Line) error {
	if _, err := tx.NewDelete().Model((*Line)(nil)).Where("tenant_id = ? AND contract_id = ?", tx.Tenant, m.ID).Exec(ctx); err != nil {
		return fmt.Errorf("remove lines of contract %s: %w", m.ID, err)
	}
	return writeLines(ctx, tx, m, was, now)
}

// writeLines writes the lines of a contract that has none, and what was and is into the history.
func writeLines(ctx context.Context, tx tenants.Tx, m *Contract, was, now []Line) error {
	for i := range now {
		l := &now[i]
		l.TenantID, l.ID, l.ContractID = tx.Tenant, id.New(), m.ID
		if err := LineKind.Check(l); err != nil {
			return err
		}
	}
	if _, err := tx.NewInsert().Model(&now).Exec(ctx); err != nil {
		return fmt.Errorf("write lines of contract %s: %w", m.ID, err)
	}
	before := map[string]any{}
	if len(was) > 0 {
		before["lines"] = facts(was)
	}
	return record.WriteHistory(ctx, tx.Tx, Kind.Name, m.ID, m.Version, "lines", before, map[string]any{"lines": facts(now)})
}
