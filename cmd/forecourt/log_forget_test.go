package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"forecourt/kernel/config"
	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/kernel/parameter"
	"forecourt/kernel/testdb"
)

// TestTheDoctorAfterForgetting walks the owner's path: look, forget, and ask the doctor; then somebody changes what is left.
func TestTheDoctorAfterForgetting(t *testing.T) {
	p, db := healthy(t)
	p.owner = db.OwnerURL
	tenant := aged(t, db)
	forget := func(args ...string) string {
		t.Helper()
		p.see(t) // it names the servers in the environment
		var out bytes.Buffer
		if status := dispatch(t.Context(), append([]string{"log", "forget"}, args...), &out, &out); status != 0 {
			t.Fatal(out.String())
		}
		return out.String()
	}
	if said := forget("--dry-run"); !strings.Contains(said, "would forget 3 lines before") || !strings.Contains(said, "whole months: history_") {
		t.Error(said)
	}
	if said := forget(); !strings.Contains(said, "keeps 36 months: forgot 3 lines before") || !strings.Contains(said, "whole months: history_") {
		t.Error(said)
	}
	if said := forget(); !strings.Contains(said, "forgot 0 lines") {
		t.Error(said)
	}
	v := p.see(t)
	if v.status != 0 || !strings.Contains(v.lines["history"], "the newest 2 lines of 1 of 1 tenants fit") {
		t.Errorf("after forgetting:\n%s", v.all)
	}
	execute(t, db.OwnerURL, "UPDATE history SET address = '192.0.2.200' WHERE tenant_id = '"+tenant+"' AND action = 'kept'")
	p.see(t).bad(t, map[string][]string{"history": {"does not fit its chain", "compare it with a backup"}})

	p.owner = ""
	p.see(t)
	var out bytes.Buffer
	if status := dispatch(t.Context(), []string{"log", "forget"}, &out, &out); status == 0 || !strings.Contains(out.String(), "DATABASE_OWNER_URL") {
		t.Errorf("without the owner: %d %s", status, out.String())
	}
	out.Reset()
	if status := dispatch(t.Context(), []string{"log"}, &out, &out); status == 0 || !strings.Contains(out.String(), "usage: forecourt log forget") {
		t.Errorf("%d %s", status, out.String())
	}
}

// aged makes a tenant whose log has three lines of 40 months ago and two of an hour ago, under links.
func aged(t *testing.T, db testdb.DB) string {
	t.Helper()
	s := &servers{cfg: config.Config{Data: t.TempDir(), Connections: 2}, appURL: db.AppURL, ownerURL: db.OwnerURL, redisURL: "redis://127.0.0.1:1"}
	app, err := build(s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.close() })
	group := id.New()
	tenant := group.String()
	line := func(action, at string) string {
		return `INSERT INTO history (tenant_id, id, at, kind, record_id, version, action, address, operation) SELECT '` + tenant + `', (lpad(to_hex((extract(epoch FROM ` + at + `) * 1000)::bigint), 12, '0')
			|| right(replace(gen_random_uuid()::text, '-', ''), 20))::uuid, ` + at + `, 'tenant', '` + tenant + `', 1, '` + action + `', '', ''`
	}
	then, now := "date_trunc('month', now()) - interval '40 months' + interval '3 days'", "now() - interval '1 hour'"
	execute(t, db.OwnerURL, "INSERT INTO tenants (id, code, name, start_date) VALUES ('"+tenant+"', 'old', '老店', '2020-01-01')",
		"SELECT history_months((date_trunc('month', now()) - interval '41 months')::date, 3)", line("old", then), line("old", then), line("old", then), line("kept", now), line("kept", now))
	handlers := job.Handlers{}
	app.modules.handle(handlers)
	if err := handlers["audit.chain"]["audit.chain"](t.Context(), job.Task{Tenant: group, ID: id.New(), Kind: "audit.chain"}); err != nil {
		t.Fatal(err)
	}
	return tenant
}

// TestFloorsAgree holds the parameters that are only lengthened against the function that the database answers by.
func TestFloorsAgree(t *testing.T) {
	_, db := healthy(t)
	conn, err := pgx.Connect(t.Context(), db.AppURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	floors := 0
	for _, s := range parameter.Declared() {
		var floor *string
		if err := conn.QueryRow(t.Context(), "SELECT parameter_floor($1)::text", s.Key).Scan(&floor); err != nil {
			t.Fatal(err)
		}
		if s.OnlyMore != (floor != nil) || floor != nil && *floor != string(s.Standard()) {
			t.Errorf("%s: OnlyMore %t, shipped %s, parameter_floor %v", s.Key, s.OnlyMore, s.Standard(), floor)
		}
		if s.OnlyMore {
			floors++
		}
	}
	if floors == 0 {
		t.Error("no parameter has a floor")
	}
}
