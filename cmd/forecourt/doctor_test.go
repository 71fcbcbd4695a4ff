package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"forecourt/kernel/id"
	"forecourt/kernel/migrate"
	"forecourt/kernel/secret"
	"forecourt/kernel/testdb"
	"forecourt/migrations"
)

var checkNames = []string{"database", "schema", "rights", "isolation", "secret", "queue", "overdue", "history", "clock", "disk"}

// finding is what the doctor said: the status of the process, and the line of each check by its name.
type finding struct {
	status int
	lines  map[string]string
	all    string
}

// patient is what the doctor is shown. It travels in the environment, as for the program itself, so these tests take turns.
type patient struct{ database, owner, redis, data, secret string }

func healthy(t *testing.T) (patient, testdb.DB) {
	t.Helper()
	db, o := testdb.New(t), testdb.Redis(t)
	u := url.URL{Scheme: "redis", User: url.UserPassword(o.Username, o.Password), Host: o.Addr}
	if o.Network == "unix" {
		u = url.URL{Scheme: "unix", User: u.User, Path: o.Addr}
	}
	return patient{database: db.AppURL, redis: u.String(), data: t.TempDir(), secret: "a key that all replicas are given"}, db
}

// set puts what the patient is into the environment.
func (p patient) set(t *testing.T) {
	t.Helper()
	t.Setenv("DATABASE_URL", p.database)
	t.Setenv("DATABASE_OWNER_URL", p.owner)
	t.Setenv("REDIS_URL", p.redis)
	t.Setenv("FORECOURT_DATA", p.data)
	t.Setenv("FORECOURT_SECRET", p.secret)
}

func (p patient) see(t *testing.T) finding {
	t.Helper()
	p.set(t)
	var out, errs bytes.Buffer
	v := finding{lines: map[string]string{}}
	v.status = dispatch(t.Context(), []string{"doctor"}, &out, &errs)
	v.all = out.String() + errs.String()
	for line := range strings.Lines(out.String()) {
		if words := strings.Fields(line); len(words) > 1 {
			v.lines[words[1]] = strings.TrimSpace(line)
		}
	}
	if n := strings.Count(out.String(), "\n"); n != len(checkNames) || len(v.lines) != n {
		t.Errorf("%d lines, want one a check:\n%s", n, out.String())
	}
	return v
}

// bad demands that these checks failed, each with all the words in its line, and no other.
func (v finding) bad(t *testing.T, want map[string][]string) {
	t.Helper()
	if v.status == 0 {
		t.Error("exit status 0")
	}
	for _, name := range checkNames {
		words, sick := want[name]
		if got := strings.HasPrefix(v.lines[name], "BAD "); got != sick {
			t.Errorf("%s: BAD %v, want %v", name, got, sick)
		}
		for _, w := range words {
			if !strings.Contains(v.lines[name], w) {
				t.Errorf("%s does not say %q", name, w)
			}
		}
	}
	if t.Failed() {
		t.Log(v.all)
	}
}

func execute(t *testing.T, url string, statements ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context()) // it also cleans up
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestDoctor(t *testing.T) {
	t.Run("Healthy", func(t *testing.T) {
		p, _ := healthy(t)
		v := p.see(t)
		if v.status != 0 {
			t.Errorf("exit status %d", v.status)
		}
		for _, name := range checkNames {
			if !strings.HasPrefix(v.lines[name], "ok ") {
				t.Errorf("%s: %s", name, v.all)
			}
		}
		if left, err := os.ReadDir(p.data); err != nil || len(left) != 0 {
			t.Errorf("it left %v, %v", left, err)
		}
	})

	t.Run("Superuser", func(t *testing.T) {
		p, db := healthy(t)
		p.database = testdb.AdminURL(t, db)
		execute(t, db.OwnerURL, aTenantWithAUser)
		p.see(t).bad(t, map[string][]string{"rights": {"is superuser", "name a role in DATABASE_URL"}, "isolation": {"1 users are visible outside of any tenant", "stop every replica"}})
	})

	t.Run("RoleThatBypasses", func(t *testing.T) {
		p, db := healthy(t)
		admin, role := testdb.AdminURL(t, db), "bypass_"+strings.ReplaceAll(id.New().String(), "-", "")
		as, err := url.Parse(admin)
		if err != nil {
			t.Fatal(err)
		}
		password, _ := as.User.Password()
		execute(t, admin, "CREATE ROLE "+role+" LOGIN BYPASSRLS IN ROLE forecourt_app PASSWORD '"+strings.ReplaceAll(password, "'", "''")+"'")
		t.Cleanup(func() { execute(t, admin, "DROP ROLE "+role) })
		as.User = url.UserPassword(role, password)
		p.database = as.String()
		p.see(t).bad(t, map[string][]string{"rights": {"has BYPASSRLS", "neither superuser nor BYPASSRLS"}})
	})

	t.Run("OwnerOfTheTables", func(t *testing.T) {
		p, db := healthy(t)
		p.database = db.OwnerURL
		p.see(t).bad(t, map[string][]string{"rights": {"role forecourt_owner owns", "that owns nothing"}})
	})

	t.Run("DroppedPolicy", func(t *testing.T) {
		p, db := healthy(t)
		execute(t, db.OwnerURL, "DROP POLICY tenant_rows ON customers")
		p.see(t).bad(t, map[string][]string{"rights": {"table customers has no policy", "SELECT tenant_rows('table')"}})
		execute(t, db.OwnerURL, "SELECT tenant_rows('customers')") // the cure
		if v := p.see(t); v.status != 0 {
			t.Errorf("what it says to do does not help:\n%s", v.all)
		}
	})

	t.Run("RowSecurityOff", func(t *testing.T) {
		p, db := healthy(t)
		execute(t, db.OwnerURL, aTenantWithAUser, "ALTER TABLE users DISABLE ROW LEVEL SECURITY")
		p.see(t).bad(t, map[string][]string{"rights": {"table users has no row level security"}, "isolation": {"1 users are visible"}})
	})

	t.Run("OlderDatabase", func(t *testing.T) {
		p, _ := healthy(t)
		db, files := testdb.NewEmpty(t), migrationFiles(t)
		last := slices.Max(files)
		older := fstest.MapFS{}
		for _, name := range files {
			text, err := migrations.Files.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if name != last {
				older[name] = &fstest.MapFile{Data: text}
			}
		}
		if _, err := migrate.Up(t.Context(), db.OwnerURL, older); err != nil {
			t.Fatal(err)
		}
		p.database, p.owner = db.AppURL, db.OwnerURL
		p.see(t)
		v := p.see(t) // it did not migrate the first time, though it could have
		v.bad(t, map[string][]string{"schema": {"older than this program", "run forecourt migrate up", strings.TrimSuffix(last, ".tx.up.sql")}})
		if !strings.Contains(v.lines["rights"], "not asked: see schema") {
			t.Error(v.lines["rights"])
		}
	})

	t.Run("EmptyDatabase", func(t *testing.T) {
		p, _ := healthy(t)
		p.database = testdb.NewEmpty(t).AppURL
		p.see(t).bad(t, map[string][]string{"schema": {"older than this program", "run forecourt migrate up", "0001_core"}})
	})

	t.Run("NewerDatabase", func(t *testing.T) {
		p, db := healthy(t)
		execute(t, db.OwnerURL, "INSERT INTO bun_migrations (name, group_id) VALUES ('9999', 99)")
		p.see(t).bad(t, map[string][]string{"schema": {"newer than this program", "start the newer program", "9999"}})
	})

	t.Run("NoDatabase", func(t *testing.T) {
		p, _ := healthy(t)
		p.database = "postgres://forecourt_app@127.0.0.1:1/forecourt"
		v := p.see(t)
		v.bad(t, map[string][]string{"database": {"refused", "check DATABASE_URL and that PostgreSQL runs"}})
		for _, name := range []string{"schema", "rights", "isolation", "secret", "overdue", "clock"} {
			if !strings.HasPrefix(v.lines[name], "? ") {
				t.Errorf("%s: %s", name, v.lines[name])
			}
		}
	})

	t.Run("NoKey", func(t *testing.T) {
		p, _ := healthy(t)
		p.secret = ""
		p.see(t).bad(t, map[string][]string{"secret": {"no key", "set FORECOURT_SECRET", "the same for every replica"}})
	})

	t.Run("AnotherKey", func(t *testing.T) {
		p, db := healthy(t)
		former, err := secret.New(p.secret)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := former.Seal([]byte("x"), "y")
		if err != nil {
			t.Fatal(err)
		}
		execute(t, db.OwnerURL, aTenantWithAUser, fmt.Sprintf(`INSERT INTO second_steps (tenant_id, user_id, secret) SELECT tenant_id, id, '\x%x' FROM users`, sealed))
		if v := p.see(t); v.status != 0 || !strings.Contains(v.lines["secret"], "1 sealed secrets, and the key to them") {
			t.Error(v.all)
		}
		was := p.secret
		p.secret = "a key that this process alone has got"
		p.see(t).bad(t, map[string][]string{"secret": {"1 of 1 sealed secrets are under another key", "keep the former key"}})
		p.secret += "," + was // the cure
		if v := p.see(t); v.status != 0 {
			t.Errorf("what it says to do does not help:\n%s", v.all)
		}
	})

	t.Run("NoRedis", func(t *testing.T) {
		p, _ := healthy(t)
		p.redis = "redis://127.0.0.1:1"
		p.see(t).bad(t, map[string][]string{"queue": {"refused", "check REDIS_URL and that Redis runs"}})
	})

	t.Run("DataCannotBeWritten", func(t *testing.T) {
		p, _ := healthy(t)
		p.data = filepath.Join(p.data, "taken")
		if err := os.WriteFile(p.data, nil, 0o600); err != nil { // no folder, which stops even root
			t.Fatal(err)
		}
		p.see(t).bad(t, map[string][]string{"disk": {"FORECOURT_DATA cannot be written", "name a folder"}})
	})

	t.Run("ParkedRowsAreCounted", func(t *testing.T) {
		p, db := healthy(t)
		execute(t, db.OwnerURL, aTenantWithAUser, `INSERT INTO outbox (tenant_id, id, kind, body, claimed_at, attempts, error)
			SELECT id, gen_random_uuid(), 'a.b', '{}', now() + interval '100 years', 10, 'x' FROM tenants`)
		if v := p.see(t); v.status != 0 || !strings.Contains(v.lines["overdue"], "0 tenants have work waiting, 1 have parked rows") {
			t.Error(v.all)
		}
	})
}

// TestDoctorNeedsRoom asks for more than any disk has, since a full disk cannot be had everywhere.
func TestDoctorNeedsRoom(t *testing.T) {
	t.Parallel()
	if _, err := checkFolder(t.TempDir(), 1<<62); err == nil || !strings.Contains(err.Error(), "MB free in FORECOURT_DATA, less than") || !strings.Contains(err.Error(), "make room") {
		t.Errorf("got %v", err)
	}
}

const aTenantWithAUser = `INSERT INTO tenants (id, code, name, start_date) VALUES ('01a21027-0000-7000-8000-000000000001', 'a', '晨星汽车', '2026-01-01');
	INSERT INTO users (tenant_id, id, login, name, password_hash) SELECT id, id, 'wangmin', '王敏', '' FROM tenants`

func migrationFiles(t *testing.T) []string {
	t.Helper()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil || len(names) < 2 {
		t.Fatalf("%v %v", names, err)
	}
	return names
}
