package workers

import (
	"database/sql"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the owner fills the tables
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/database"
	"forecourt/kernel/id"
	"forecourt/kernel/testdb"
	"forecourt/tenants"
)

// TestUpkeepReadsIndexes asks PostgreSQL, as the application's role, how it would find the few rows among many.
func TestUpkeepReadsIndexes(t *testing.T) {
	t.Parallel()
	urls := testdb.New(t)
	owner, err := sql.Open("pgx", urls.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close() })
	pool, err := database.Open(urls.AppURL, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	tenant := id.New()
	for _, q := range []string{
		"INSERT INTO tenants (id, code, name, start_date) VALUES ('" + tenant.String() + "', 'a', '晨星汽车', '2026-01-01')",
		`INSERT INTO outbox (tenant_id, id, kind, body, done_at, heard_by) SELECT '` + tenant.String() + `', gen_random_uuid(), 'a.b', '{}', now() - make_interval(secs => n * 30), '{}' FROM generate_series(1, 25000) n`,
		`INSERT INTO outbox (tenant_id, id, kind, body) SELECT '` + tenant.String() + `', gen_random_uuid(), 'a.b', '{}' FROM generate_series(1, 5000)`,
		`UPDATE outbox SET error = 'x', claimed_at = now() + interval '100 years' WHERE id IN (SELECT id FROM outbox WHERE done_at IS NULL LIMIT 5)`,
		"ANALYZE outbox",
	} {
		if _, err := owner.ExecContext(t.Context(), q); err != nil {
			t.Fatalf("%.80s: %v", q, err)
		}
	}
	db := tenants.NewDB(pool, nil)
	is, err := db.Tenant(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	kinds := pgdialect.Array([]string{"a.b"})
	for _, c := range []struct {
		name, q string
		args    []any
		indexes []string
	}{
		{"Clean", outbox.sqlFor(cleanSQL), []any{tenant, "7 days", cleanBatch}, []string{"outbox_done"}},
		{"Missed", outbox.sqlFor(missedSQL), []any{tenant, "1 minute", kinds, kinds}, []string{"outbox_done", "outbox_failed"}},
		{"Parked", parkedSQL, []any{tenant, mostParked}, []string{"outbox_failed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var lines []string
			err := db.Do(t.Context(), tenants.Worker(is, "test"), func(tx tenants.Tx) error {
				return tx.NewRaw("EXPLAIN "+c.q, c.args...).Scan(t.Context(), &lines)
			})
			plan := strings.Join(lines, "\n")
			if err != nil || strings.Contains(plan, "Seq Scan on outbox") {
				t.Errorf("%v\n%s", err, plan)
			}
			for _, name := range c.indexes {
				if !strings.Contains(plan, name) {
					t.Errorf("without %s:\n%s", name, plan)
				}
			}
		})
	}
}
