package migrate_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"forecourt/kernel/migrate"
	"forecourt/kernel/testdb"
	"forecourt/migrations"
)

// before are the migrations up to, and without, one.
func before(t *testing.T, name string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	entries, err := fs.ReadDir(migrations.Files, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() < name {
			b, err := fs.ReadFile(migrations.Files, e.Name())
			if err != nil {
				t.Fatal(err)
			}
			out[e.Name()] = &fstest.MapFile{Data: b}
		}
	}
	return out
}

func TestWhatAGroupDecidedIsCarriedIntoParameters(t *testing.T) {
	t.Parallel()
	db := testdb.NewEmpty(t)
	if _, err := migrate.Up(t.Context(), db.OwnerURL, before(t, "0020")); err != nil {
		t.Fatal(err)
	}
	exec1(t, db.OwnerURL, `
		INSERT INTO tenants (id, code, name, start_date) VALUES ('01a21027-0000-7000-8000-000000000001', 'a', 'A', '2026-03-15'), ('01a21027-0000-7000-8000-000000000002', 'b', 'B', '2026-01-01');
		INSERT INTO org_units (tenant_id, id, kind, code, name) SELECT id, id, 'group', '0', name FROM tenants;
		INSERT INTO org_units (tenant_id, id, parent_id, company_id, kind, code, name)
			SELECT t.id, u.id::uuid, t.id, u.id::uuid, 'company', u.code, u.code FROM tenants t, (VALUES ('01a21027-0000-7000-8000-00000000000c', 'C1'), ('01a21027-0000-7000-8000-00000000000d', 'C2')) u (id, code) WHERE t.code = 'a';
		INSERT INTO counters (tenant_id, company_id, kind, month, last) SELECT tenant_id, id, 'contract', 202604, 7 FROM org_units WHERE code = 'C1';
		INSERT INTO contract_settings (tenant_id, manager_discount_bp, version) SELECT id, 550, 4 FROM tenants WHERE code = 'a';
		INSERT INTO roles (tenant_id, code, name_zh, name_en, shipped) SELECT id, r, r, r, r <> 'own' FROM tenants, unnest(ARRAY['group_administrator', 'own']) r WHERE tenants.code = 'a';
		INSERT INTO policy_rules (tenant_id, ptype, v0, v1, v2) SELECT tenant_id, 'p', code, 'contract_settings:edit', 'group' FROM roles;
		INSERT INTO callback_rules (tenant_id, id, name_zh, name_en, event, days, deadline_days, script_zh, script_en)
			SELECT id, gen_random_uuid(), n, n, 'handover.create', d, 2, '', '' FROM tenants, (VALUES ('交车后三天回访', 3), ('交车后三十天回访', 30), ('自己的', 7)) r (n, d) WHERE code = 'a'`)
	if _, err := migrate.Up(t.Context(), db.OwnerURL, migrations.Files); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), db.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for q, want := range map[string]string{
		"SELECT string_agg(key || ' ' || level || ' ' || value || ' ' || version || ' ' || (unit_id = tenant_id), ',') FROM parameters":                                        "contract.manager_discount group 550 4 true",
		"SELECT string_agg(v0 || ' ' || v1, ',' ORDER BY v0, v1) FROM policy_rules WHERE v1 LIKE 'parameter:edit' OR v1 LIKE 'contract\\_settings%'":                           "group_administrator parameter:edit,own parameter:edit",
		"SELECT string_agg(days || ' ' || coalesce(parameter, name_zh), ',' ORDER BY days) FROM callback_rules":                                                                "3 callback.first_days,7 自己的,30 callback.second_days",
		"SELECT string_agg(code || ' ' || coalesce(start_month::text, '-') || ' ' || coalesce(opened_on::text, '-'), ',' ORDER BY code) FROM org_units WHERE kind = 'company'": "C1 2026-03-01 2026-03-15,C2 - -",
		"SELECT count(*)::text FROM unit_periods WHERE status = 'open'":                                                                                                        "4",
	} {
		var got string
		if err := conn.QueryRow(t.Context(), q).Scan(&got); err != nil || got != want {
			t.Errorf("%s\n%s, want %s (%v)", q, got, want, err)
		}
	}
	if exists(t, db.OwnerURL, "contract_settings") {
		t.Error("the old table is still there")
	}
}
