package tenants

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
)

// keepPeriod writes how a unit stands from a day on; what was known of later days is void. It comes after the change itself.
func keepPeriod(ctx context.Context, tx Tx, unit uuid.UUID, from clock.Day) error {
	if err := tx.Later(ctx, "DELETE FROM unit_periods WHERE tenant_id = ? AND unit_id = ? AND from_day >= ?::date", tx.Tenant, unit, from); err != nil {
		return err
	}
	return tx.Later(ctx, "INSERT INTO unit_periods (tenant_id, unit_id, from_day, parent_id, code, name, status) SELECT tenant_id, id, ?::date, parent_id, code, name, status FROM org_units WHERE tenant_id = ? AND id = ?",
		from, tx.Tenant, unit)
}

// PastUnit is a unit as it stood on a day.
type PastUnit struct {
	ID        uuid.UUID  `json:"id"`
	ParentID  *uuid.UUID `json:"parentId,omitempty"`
	CompanyID *uuid.UUID `json:"companyId,omitempty"`
	Kind      string     `json:"kind" enum:"group,region,company,department,team"`
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	Status    string     `json:"status" enum:"open,closed"`
	Version   int        `json:"version" doc:"Of the unit as it stands now"`
}

// TreeAt reads the units that were there on a day, by code, as they stood then; an empty day is today.
func (o *Org) TreeAt(ctx context.Context, a Actor, on clock.Day) ([]PastUnit, error) {
	out := []PastUnit{}
	err := o.db.Read(ctx, a, func(tx Tx) error {
		if on == "" {
			on = clock.Day(tx.today())
		}
		err := tx.NewRaw(`SELECT u.id, p.parent_id, u.company_id, u.kind, p.code, p.name, p.status, u.version FROM org_units u
			JOIN LATERAL (SELECT * FROM unit_periods p WHERE p.tenant_id = u.tenant_id AND p.unit_id = u.id AND p.from_day <= ?::date ORDER BY p.from_day DESC LIMIT 1) p ON true
			WHERE u.tenant_id = ? AND p.status = 'open' ORDER BY p.code`, on, tx.Tenant).Scan(ctx, &out)
		if err != nil {
			return fmt.Errorf("tree at %s: %w", on, err)
		}
		return nil
	})
	return out, err
}
