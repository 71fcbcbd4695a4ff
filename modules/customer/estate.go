package customer

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/event"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Estate is whom people look after: a customer goes to a successor, another department or another company by the rows of
// relations, of which each company has its own.
type Estate struct{}

// Kind is that of customers.
func (Estate) Kind() string { return Kind.Name }

// Label is that of customers.
func (Estate) Label() fault.Text { return Kind.Label }

// Personal says that a consultant's customers go to the successor.
func (Estate) Personal() bool { return true }

func held(q *bun.SelectQuery, tx tenants.Tx, h record.Held) *bun.SelectQuery {
	q = q.TableExpr("customer_relations AS r").Where("r.tenant_id = ?", tx.Tenant)
	if h.Owner != uuid.Nil {
		q = q.Where("r.owner_id = ?", h.Owner)
	} else {
		q = q.Where("r.department_id = ?", h.Department)
	}
	if h.Companies != nil {
		q = q.Where("r.company_id IN (?)", bun.List(append([]uuid.UUID{uuid.Nil}, h.Companies...)))
	}
	return q
}

// Count counts customers and lists the companies in which they are looked after.
func (Estate) Count(ctx context.Context, tx tenants.Tx, h record.Held) (n int, companies []uuid.UUID, err error) {
	var rows []struct {
		CompanyID uuid.UUID
		N         int
	}
	if err := held(tx.NewSelect(), tx, h).ColumnExpr("r.company_id, count(*) AS n").GroupExpr("r.company_id").Scan(ctx, &rows); err != nil {
		return 0, nil, fmt.Errorf("customers held: %w", err)
	}
	for _, r := range rows {
		n, companies = n+r.N, append(companies, r.CompanyID)
	}
	return n, companies, nil
}

// Move gives the relations another owner or department, and each customer a line of history.
func (Estate) Move(ctx context.Context, tx tenants.Tx, h record.Held, to uuid.UUID, action string) (int, error) {
	var rows []struct{ CustomerID, CompanyID uuid.UUID }
	if err := held(tx.NewSelect(), tx, h).ColumnExpr("r.customer_id, r.company_id").OrderExpr("r.customer_id").For("UPDATE").Scan(ctx, &rows); err != nil {
		return 0, fmt.Errorf("lock customers: %w", err)
	}
	column, field, from := "owner_id", "ownerId", h.Owner
	if h.Owner == uuid.Nil {
		column, field, from = "department_id", "departmentId", h.Department
	}
	for _, r := range rows {
		if err := tx.Later(ctx, "UPDATE customer_relations SET "+column+" = ? WHERE tenant_id = ? AND customer_id = ? AND company_id = ?", to, tx.Tenant, r.CustomerID, r.CompanyID); err != nil {
			return 0, err
		}
		if err := changed(ctx, tx, r.CustomerID, action, map[string]any{field: from}, map[string]any{field: to}); err != nil {
			return 0, err
		}
	}
	// The customer's own columns name who met them first; they follow, so that a search by owner finds them.
	_, err := tx.ExecContext(ctx, "UPDATE customers SET "+column+" = ? WHERE tenant_id = ? AND "+column+" = ? AND id IN (?)", to, tx.Tenant, from, bun.List(append(idsOf(rows), uuid.Nil)))
	if err != nil {
		return 0, fmt.Errorf("move customers: %w", err)
	}
	return len(rows), nil
}

func idsOf(rows []struct{ CustomerID, CompanyID uuid.UUID }) []uuid.UUID {
	out := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		out[i] = r.CustomerID
	}
	return out
}

// changed gives a customer the next version, with a line of history and its event.
func changed(ctx context.Context, tx tenants.Tx, id uuid.UUID, action string, was, now map[string]any) error {
	var version int
	if err := tx.QueryRowContext(ctx, "UPDATE customers SET version = version + 1, updated_at = ? WHERE tenant_id = ? AND id = ? RETURNING version", tx.Now, tx.Tenant, id).Scan(&version); err != nil {
		return fmt.Errorf("customer %s: %w", id, err)
	}
	if err := record.WriteHistory(ctx, tx.Tx, Kind.Name, id, version, action, was, now); err != nil {
		return err
	}
	return event.Publish(ctx, tx.Tx, Kind.Name+"."+action, record.Changed{ID: id, Version: version})
}

// MoveCompany lets another company look after a company's customers. Where it does already, its own row stays and takes the
// earlier first and the later last contact.
func (Estate) MoveCompany(ctx context.Context, tx tenants.Tx, from, into uuid.UUID) error {
	var customers []uuid.UUID
	if err := tx.NewSelect().TableExpr("customer_relations").ColumnExpr("customer_id").Where("tenant_id = ? AND company_id = ?", tx.Tenant, from).OrderExpr("customer_id").For("UPDATE").Scan(ctx, &customers); err != nil {
		return fmt.Errorf("customers of company %s: %w", from, err)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO customer_relations AS r (tenant_id, customer_id, company_id, owner_id, level, source, first_contact, last_contact)
		SELECT tenant_id, customer_id, ?, owner_id, level, source, first_contact, last_contact FROM customer_relations WHERE tenant_id = ? AND company_id = ?
		ON CONFLICT (tenant_id, customer_id, company_id) DO UPDATE SET first_contact = least(r.first_contact, excluded.first_contact), last_contact = greatest(r.last_contact, excluded.last_contact),
			owner_id = coalesce(r.owner_id, excluded.owner_id), level = coalesce(r.level, excluded.level), source = coalesce(r.source, excluded.source)`, into, tx.Tenant, from)
	if err != nil {
		return fmt.Errorf("customers of company %s: %w", from, err)
	}
	if err := tx.Later(ctx, "DELETE FROM customer_relations WHERE tenant_id = ? AND company_id = ?", tx.Tenant, from); err != nil {
		return err
	}
	for _, id := range customers {
		if err := changed(ctx, tx, id, "move_unit", map[string]any{"companyId": from}, map[string]any{"companyId": into}); err != nil {
			return err
		}
	}
	return nil
}
