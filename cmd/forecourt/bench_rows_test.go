package main

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/record"
	"forecourt/modules/callback"
	"forecourt/modules/cash"
	"forecourt/modules/catalogue"
	"forecourt/modules/contract"
	"forecourt/modules/customer"
	"forecourt/modules/delivery"
	"forecourt/modules/intent"
	"forecourt/modules/invoice"
	"forecourt/modules/vehicle"
	"forecourt/tenants"
)

func platformContext() context.Context { return database.WithPlatform(context.Background()) }

// asWritten saves every record of a kind with a small change. The product writes the whole row and its search keys again: what the bench
// wrote must pass the declaration's checks and the database's, and give the same keys.
func asWritten[T any](t *testing.T, b *benched, tenant tenants.Tenant, k *record.Kind[T], touch func(*T)) {
	t.Run(k.Name, func(t *testing.T) {
		ctx, a := context.Background(), tenants.Worker(tenant, "test")
		var ids []uuid.UUID
		err := b.app.db.Read(ctx, a, func(tx tenants.Tx) error {
			return tx.NewSelect().TableExpr(k.Table()).ColumnExpr("id").Where("tenant_id = ?", tx.Tenant).Scan(ctx, &ids)
		})
		if err != nil || len(ids) == 0 {
			t.Fatalf("%d records: %v", len(ids), err)
		}
		for _, id := range ids {
			err := b.app.db.Do(ctx, a, func(tx tenants.Tx) error {
				keys := func() (keys []string) {
					if err := tx.NewSelect().TableExpr(k.Table()).ColumnExpr("grams").Where("tenant_id = ? AND id = ?", tx.Tenant, id).Scan(ctx, pgdialect.Array(&keys)); err != nil {
						t.Error(err)
					}
					slices.Sort(keys)
					return slices.Compact(keys)
				}
				m, err := k.Find(ctx, tx.Tx, access.Scope{All: true}, id)
				if err != nil {
					return err
				}
				was, before := keys(), *m
				touch(m)
				if err := k.Save(ctx, tx.Tx, &before, m, "edit"); err != nil {
					return err
				}
				if now := keys(); !slices.Equal(was, now) {
					t.Errorf("%s: the bench wrote the keys %q, the product %q", id, was, now)
				}
				return nil
			})
			if err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
	})
}

func TestBenchRowsAreAsTheProductWritesThem(t *testing.T) {
	b := newBenched(t, 600)
	tenant := b.seats(t)[0].tenant
	// Before anything is changed: what must hold between rows, as one count of what does not.
	owner, err := b.copier(1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close() }()
	db := bun.NewDB(owner, pgdialect.New())
	for what, q := range map[string]string{
		"a contract's sums are those of its lines": `SELECT count(*) FROM contracts c WHERE total <> (SELECT sum(amount) FROM contract_lines l WHERE l.tenant_id = c.tenant_id AND l.contract_id = c.id)`,
		"money paid was received":                  `SELECT count(*) FROM contracts c WHERE paid <> (SELECT coalesce(sum(amount), 0) FROM receipts r WHERE r.tenant_id = c.tenant_id AND r.contract_id = c.id AND status = 'confirmed')`,
		"a customer has the relation of its company": `SELECT count(*) FROM customers c WHERE NOT EXISTS (SELECT FROM customer_relations r
			WHERE r.tenant_id = c.tenant_id AND r.customer_id = c.id AND r.company_id = c.company_id AND r.owner_id = c.owner_id)`,
		"the buyer of a contract in effect is formal": `SELECT count(*) FROM contracts c JOIN customers p ON p.tenant_id = c.tenant_id AND p.id = c.customer_id
			WHERE c.status NOT IN ('draft', 'in_review', 'cancelled') AND p.stage = 'potential'`,
		"a vehicle stands where its contract says": `SELECT count(*) FROM contracts c JOIN vehicles v ON v.tenant_id = c.tenant_id AND v.id = c.vehicle_id
			WHERE v.status <> CASE c.status WHEN 'reserved' THEN 'reserved' WHEN 'invoiced' THEN 'invoiced' WHEN 'outbound' THEN 'delivered' WHEN 'handed_over' THEN 'delivered' WHEN 'closed' THEN 'delivered' ELSE 'available' END`,
		"a vehicle's last line of life is its status": `SELECT count(*) FROM vehicles v WHERE status <> (SELECT to_status FROM vehicle_events e WHERE e.tenant_id = v.tenant_id AND e.vehicle_id = v.id ORDER BY e.id DESC LIMIT 1)`,
		"a counter has given the last number": `SELECT count(*) FROM counters k WHERE k.kind = 'customer' AND k.last <> (SELECT max(right(number, 4)::int) FROM customers c
			WHERE c.tenant_id = k.tenant_id AND c.company_id = k.company_id AND c.number LIKE '%-' || k.month || '-%')`,
		"a hold has its end planned":     `SELECT count(*) FROM vehicles v WHERE status = 'held' AND NOT EXISTS (SELECT FROM due_tasks d WHERE d.tenant_id = v.tenant_id AND d.kind = 'vehicle.hold_expires' AND d.key = v.id || '/' || v.version AND done_at IS NULL)`,
		"nothing waits in the outbox":    `SELECT count(*) FROM outbox WHERE done_at IS NULL`,
		"nothing happens in the future":  `SELECT count(*) FROM history WHERE at > now()`,
		"history lies in its partitions": `SELECT count(*) FROM history_rest`,
	} {
		var n int
		if err := db.QueryRowContext(platformContext(), q).Scan(&n); err != nil || n > 0 {
			t.Errorf("%s: not so %d times (%v)", what, n, err)
		}
	}
	for _, k := range b.app.kinds.Kinds() { // every version of every record has its line of history
		if record := k.Table(); record != "vehicle_models" && k.Name != "visit" {
			var n int
			q := "SELECT count(*) FROM " + record + " r WHERE version <> (SELECT count(*) FROM history h WHERE h.tenant_id = r.tenant_id AND h.kind = '" + k.Name + "' AND h.record_id = r.id AND h.action <> 'relate')"
			if err := db.QueryRowContext(platformContext(), q).Scan(&n); err != nil || n > 0 {
				t.Errorf("%s: %d records lack lines of history (%v)", k.Name, n, err)
			}
		}
	}
	asWritten(t, b, tenant, customer.Kind, func(m *customer.Customer) { m.Note += "。" })
	asWritten(t, b, tenant, intent.Kind, func(m *intent.Intent) { m.Note += "。" })
	asWritten(t, b, tenant, vehicle.Kind, func(m *vehicle.Vehicle) { m.Location = "B区" })
	asWritten(t, b, tenant, contract.Kind, func(m *contract.Contract) { m.Remark += "。" })
	asWritten(t, b, tenant, cash.Kind, func(m *cash.Receipt) { m.Note += "。" })
	asWritten(t, b, tenant, invoice.Kind, func(m *invoice.Invoice) { m.IssuedOn = m.IssuedOn.Add(-1) })
	asWritten(t, b, tenant, delivery.OutboundKind, func(m *delivery.Outbound) { m.At = m.At.Add(-hour) })
	asWritten(t, b, tenant, delivery.HandoverKind, func(m *delivery.Handover) { m.Note += "。" })
	asWritten(t, b, tenant, callback.Kind, func(m *callback.Callback) { m.Answer += "。" })
	asWritten(t, b, tenant, catalogue.PriceKind, func(m *catalogue.Price) { m.ValidTo = clock.Day("2199-01-01") })
	asWritten(t, b, tenant, catalogue.AccessoryKind, func(m *catalogue.Accessory) { m.Unit = "件" })
}

// TestBenchTenantHasWhatAnOpenedOneHas fails when the platform's desk gives a new tenant something that the bench does not.
func TestBenchTenantHasWhatAnOpenedOneHas(t *testing.T) {
	ctx := context.Background()
	b := newBenched(t, 100)
	opened, err := b.app.platform.Open(ctx, tenants.OpenInput{Code: "opened", Name: "新集团", Administrator: tenants.UserInput{Login: "admin", Name: "陈立", Password: demoPassword}})
	if err != nil {
		t.Fatal(err)
	}
	seeded := b.seats(t)[0].tenant
	owner, err := b.copier(1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close() }()
	db := bun.NewDB(owner, pgdialect.New())
	var tables []string
	if err := db.NewRaw("SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace").Scan(platformContext(), &tables); err != nil {
		t.Fatal(err)
	}
	same := map[string]string{"roles": "t.code || t.name_zh", "policy_rules": "t.ptype || t.v0 || t.v1 || t.v2", "field_rules": "t.role || t.kind || t.field || t.visibility", "callback_rules": "t.event || t.days || t.script_zh"}
	for _, table := range tables {
		var ours, theirs, missing int
		q := "SELECT count(*) FILTER (WHERE tenant_id = ?0), count(*) FILTER (WHERE tenant_id = ?1) FROM ?2"
		if err := db.NewRaw(q, opened.ID, seeded.ID, bun.Ident(table)).Scan(platformContext(), &ours, &theirs); err != nil {
			t.Fatal(err)
		}
		if ours > 0 && theirs == 0 {
			t.Errorf("an opened tenant has %d rows in %s, a bench tenant none", ours, table)
		}
		if key := same[table]; key != "" {
			q := "SELECT count(*) FROM (SELECT " + key + " AS k FROM ?2 t WHERE tenant_id = ?0 EXCEPT SELECT " + key + " FROM ?2 t WHERE tenant_id = ?1) x WHERE k NOT LIKE 'gposting:%'"
			if err := db.NewRaw(q, opened.ID, seeded.ID, bun.Ident(table)).Scan(platformContext(), &missing); err != nil || missing > 0 {
				t.Errorf("%s: a bench tenant lacks %d of the rows of an opened one (%v)", table, missing, err)
			}
		}
	}
}
