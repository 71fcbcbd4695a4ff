package migrate_test

import (
	"errors"
	"strings"
	"testing"

	"forecourt/kernel/migrate"
	"forecourt/kernel/testdb"
	"forecourt/migrations"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	const tenant = "(tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::uuid))"
	for _, c := range []struct{ name, sql, want string }{
		{"Clean", "CREATE TABLE deals (tenant_id uuid); ALTER TABLE deals ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON deals USING " + tenant, ""},
		{"NoPolicy", "CREATE TABLE deals (tenant_id uuid); ALTER TABLE deals ENABLE ROW LEVEL SECURITY", "table deals has no policy"},
		{"PolicyButNoSecurity", "CREATE TABLE deals (tenant_id uuid); CREATE POLICY p ON deals USING " + tenant, "table deals has no row level security"},
		{"PolicyForEverybody", "CREATE TABLE deals (tenant_id uuid); ALTER TABLE deals ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON deals USING " + tenant +
			"; CREATE POLICY q ON deals USING (true)", "policy q of table deals does not ask for the tenant"},
		{"PartitionWithoutPolicy", "CREATE TABLE deals (tenant_id uuid, at date) PARTITION BY RANGE (at); ALTER TABLE deals ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON deals USING " + tenant +
			"; CREATE TABLE deals_rest PARTITION OF deals DEFAULT", "table deals_rest has no row level security"},
		{"OtherSchema", "CREATE SCHEMA reports; CREATE TABLE reports.deals (tenant_id uuid)", "table reports.deals has no row level security"},
		{"NoTenant", "CREATE TABLE deals (id uuid)", "table deals has no tenant_id and is not a platform table"},
		{"ApplicationOwns", "GRANT forecourt_app TO forecourt_owner; GRANT CREATE ON SCHEMA public TO forecourt_app; CREATE TABLE deals (tenant_id uuid); ALTER TABLE deals OWNER TO forecourt_app",
			"role forecourt_app owns deals"},
		{"ViewWithOwnersRights", "CREATE VIEW people AS SELECT * FROM users; GRANT SELECT ON people TO forecourt_app", "view people reads with its owner's rights"},
		{"ViewWithReadersRights", "CREATE VIEW people WITH (security_invoker = true) AS SELECT * FROM users; GRANT SELECT ON people TO forecourt_app", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := testdb.New(t)
			exec1(t, db.OwnerURL, c.sql)
			err := migrate.Guard(t.Context(), db.AppURL, migrations.Platform)
			if c.want == "" && err != nil {
				t.Fatal(err)
			}
			if c.want != "" && (!errors.Is(err, migrate.ErrUnsafe) || !strings.Contains(err.Error(), c.want)) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}

	t.Run("OwnerAsApplication", func(t *testing.T) {
		t.Parallel()
		db := testdb.New(t)
		err := migrate.Guard(t.Context(), db.OwnerURL, migrations.Platform)
		if !errors.Is(err, migrate.ErrUnsafe) || !strings.Contains(err.Error(), "role forecourt_owner owns") {
			t.Fatalf("got %v", err)
		}
	})
	t.Run("SuperuserAsApplication", func(t *testing.T) {
		t.Parallel()
		db := testdb.New(t)
		err := migrate.Guard(t.Context(), testdb.AdminURL(t, db), migrations.Platform)
		if !errors.Is(err, migrate.ErrUnsafe) || !strings.Contains(err.Error(), "is superuser") {
			t.Fatalf("got %v", err)
		}
	})
}
