package customer

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Relation is a company's own dealing with a customer.
type Relation struct {
	bun.BaseModel `bun:"table:customer_relations"`
	ID            uuid.UUID `bun:"id,type:uuid" json:"id"`
	CustomerID    uuid.UUID `bun:"customer_id,pk,type:uuid" json:"customerId"`
	CompanyID     uuid.UUID `bun:"company_id,pk,type:uuid" json:"companyId"`
	DepartmentID  uuid.UUID `bun:"department_id,type:uuid,nullzero" json:"departmentId"`
	OwnerID       uuid.UUID `bun:"owner_id,type:uuid,nullzero" json:"ownerId"`
	Level         string    `bun:"level,nullzero" json:"level"`
	Source        string    `bun:"source,nullzero" json:"source"`
	FirstContact  time.Time `bun:"first_contact" json:"firstContact"`
	LastContact   time.Time `bun:"last_contact" json:"lastContact"`
}

// RelationKind declares the lines that a customer's page shows: which company deals with it, and who there.
var RelationKind = record.New("customer_relation", "", "公司关系", "Company relation", func(m *Relation, k *record.Kind[Relation]) {
	k.ID(&m.ID, "标识", "ID")
	k.ID(&m.CustomerID, "客户", "Customer")
	k.Ref(&m.CompanyID, "org_unit", "公司", "Company").Fixed()
	k.Ref(&m.DepartmentID, "org_unit", "部门", "Department").Fixed()
	k.Ref(&m.OwnerID, "user", "负责人", "Owner").Fixed()
	k.Choice(&m.Level, "级别", "Level", record.Of("A", "A 级", "A"), record.Of("B", "B 级", "B"), record.Of("C", "C 级", "C")).Fixed()
	k.Choice(&m.Source, "来源", "Source", Sources...).Fixed()
	k.Time(&m.FirstContact, "首次接触", "First contact").Fixed()
	k.Time(&m.LastContact, "最近接触", "Last contact").Fixed()
	k.List("firstContact", "companyId", "ownerId", "level", "source", "firstContact", "lastContact")
})

// relate writes the company's row, or notes the contact in the one that is there. What stands in it already stays: a second
// consultant does not take a customer by meeting them.
func relate(ctx context.Context, tx tenants.Tx, c *Customer, r Relation) error {
	null := func(u uuid.UUID) any {
		if u == uuid.Nil {
			return nil
		}
		return u
	}
	var fresh bool
	err := tx.NewRaw(`INSERT INTO customer_relations AS r (tenant_id, id, customer_id, company_id, department_id, owner_id, level, source, first_contact, last_contact)
		VALUES (?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''), ?, ?)
		ON CONFLICT (tenant_id, customer_id, company_id) DO UPDATE SET last_contact = greatest(r.last_contact, excluded.last_contact),
			department_id = CASE WHEN r.owner_id IS NULL THEN excluded.department_id ELSE r.department_id END,
			owner_id = coalesce(r.owner_id, excluded.owner_id), source = coalesce(r.source, excluded.source)
		RETURNING xmax = 0`,
		tx.Tenant, id.New(), c.ID, r.CompanyID, null(r.DepartmentID), null(r.OwnerID), r.Level, r.Source, tx.Now, tx.Now).Scan(ctx, &fresh)
	if err != nil {
		return fmt.Errorf("relate customer %s to company %s: %w", c.ID, r.CompanyID, err)
	}
	if !fresh || c.Version == 1 && c.CreatedAt.Equal(tx.Now) { // the row that comes with a new customer is no news
		tx.Tx.Touch(Kind.Name, c.ID)
		return nil
	}
	return record.WriteHistory(ctx, tx.Tx, Kind.Name, c.ID, c.Version, "relate", nil, nil)
}

// Touch notes a contact with the customer now, in the row of the actor's company. Somebody above all companies, or a worker,
// touches every company's row.
func (s *Service) Touch(ctx context.Context, tx tenants.Tx, id uuid.UUID) error {
	tx.Tx.Touch(Kind.Name, id)
	q, args := "UPDATE customer_relations SET last_contact = greatest(last_contact, ?) WHERE tenant_id = ? AND customer_id = ?", []any{tx.Now, tx.Tenant, id}
	if company := tx.Actor.Posting.Company; company != uuid.Nil {
		q, args = q+" AND company_id = ?", append(args, company)
	}
	return tx.Later(ctx, q, args...)
}
