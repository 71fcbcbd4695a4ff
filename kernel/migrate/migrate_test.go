package migrate_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"forecourt/kernel/migrate"
	"forecourt/kernel/testdb"
	"forecourt/migrations"
)

// asChild makes the test binary migrate one database, as another replica would.
const asChild = "FORECOURT_TEST_MIGRATE"

func TestMain(m *testing.M) {
	if url := os.Getenv(asChild); url != "" {
		applied, err := migrate.Up(context.Background(), url, migrations.Files)
		if err != nil {
			_, _ = os.Stdout.WriteString("error: " + err.Error())
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString(strings.Join(applied, ","))
		return
	}
	os.Exit(m.Run())
}

func files(sql ...string) fstest.MapFS {
	fs := fstest.MapFS{}
	for i, s := range sql {
		fs[[]string{"0001_one", "0002_two", "0003_three"}[i]+".tx.up.sql"] = &fstest.MapFile{Data: []byte(s)}
	}
	return fs
}

func exec1(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func exists(t *testing.T, url, table string) bool {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var yes bool
	if err := conn.QueryRow(t.Context(), "SELECT to_regclass($1) IS NOT NULL", table).Scan(&yes); err != nil {
		t.Fatal(err)
	}
	return yes
}

func TestUp(t *testing.T) {
	t.Parallel()
	t.Run("SecondTimeDoesNothing", func(t *testing.T) {
		t.Parallel()
		db := testdb.NewEmpty(t)
		two := files("CREATE TABLE a (); CREATE TABLE b ()", "CREATE TABLE c ()")
		applied, err := migrate.Up(t.Context(), db.OwnerURL, two)
		if err != nil || !slices.Equal(applied, []string{"0001_one", "0002_two"}) {
			t.Fatalf("got %v, %v", applied, err)
		}
		applied, err = migrate.Up(t.Context(), db.OwnerURL, two)
		if err != nil || len(applied) != 0 {
			t.Fatalf("got %v, %v", applied, err)
		}
		if err := migrate.Check(t.Context(), db.AppURL, two); err != nil {
			t.Fatal(err)
		}
	})

	t.Run("ManyAtOnceMigrateOnce", func(t *testing.T) {
		t.Parallel()
		db := testdb.NewEmpty(t)
		var runs sync.WaitGroup
		said := make([]string, 6)
		for i := range said {
			runs.Go(func() {
				if i%2 == 0 {
					applied, err := migrate.Up(t.Context(), db.OwnerURL, migrations.Files)
					if err != nil {
						t.Error(err)
					}
					said[i] = strings.Join(applied, ",")
					return
				}
				child := exec.Command(os.Args[0])
				child.Env = append(os.Environ(), asChild+"="+db.OwnerURL)
				out, err := child.CombinedOutput()
				if err != nil {
					t.Errorf("%v: %s", err, out)
				}
				said[i] = string(out)
			})
		}
		runs.Wait()
		worked := slices.DeleteFunc(said, func(s string) bool { return s == "" })
		if len(worked) != 1 || !strings.HasPrefix(worked[0], "0001_core") {
			t.Fatalf("these migrated: %q", worked)
		}
	})

	t.Run("FailedOneLeavesNothing", func(t *testing.T) {
		t.Parallel()
		db := testdb.NewEmpty(t)
		broken := files("CREATE TABLE a ()", "CREATE TABLE b (); SELECT 1/0", "CREATE TABLE c ()")
		applied, err := migrate.Up(t.Context(), db.OwnerURL, broken)
		if err == nil || !strings.Contains(err.Error(), "0002") || !slices.Equal(applied, []string{"0001_one"}) {
			t.Fatalf("got %v, %v", applied, err)
		}
		if !exists(t, db.OwnerURL, "a") || exists(t, db.OwnerURL, "b") || exists(t, db.OwnerURL, "c") {
			t.Fatal("want the first table and no other")
		}
		if err := migrate.Check(t.Context(), db.OwnerURL, broken); !errors.Is(err, migrate.ErrOlder) {
			t.Fatalf("got %v, want ErrOlder", err)
		}
		repaired := files("CREATE TABLE a ()", "CREATE TABLE b ()", "CREATE TABLE c ()")
		applied, err = migrate.Up(t.Context(), db.OwnerURL, repaired)
		if err != nil || !slices.Equal(applied, []string{"0002_two", "0003_three"}) {
			t.Fatalf("got %v, %v", applied, err)
		}
	})

	t.Run("NewerDatabaseIsLeftAlone", func(t *testing.T) {
		t.Parallel()
		db := testdb.NewEmpty(t)
		if _, err := migrate.Up(t.Context(), db.OwnerURL, files("SELECT 1", "SELECT 2")); err != nil {
			t.Fatal(err)
		}
		old := files("SELECT 1")
		if _, err := migrate.Up(t.Context(), db.OwnerURL, old); !errors.Is(err, migrate.ErrNewer) || !strings.Contains(err.Error(), "0002") {
			t.Fatalf("got %v, want ErrNewer with the number", err)
		}
		if err := migrate.Check(t.Context(), db.OwnerURL, old); !errors.Is(err, migrate.ErrNewer) {
			t.Fatalf("got %v, want ErrNewer", err)
		}
	})

	t.Run("StatusOfEmptyDatabaseChangesNothing", func(t *testing.T) {
		t.Parallel()
		db := testdb.NewEmpty(t)
		all, err := migrate.Status(t.Context(), db.OwnerURL, files("SELECT 1"))
		if err != nil || len(all) != 1 || all[0].Applied() || all[0].Name() != "0001_one" {
			t.Fatalf("got %+v, %v", all, err)
		}
		if exists(t, db.OwnerURL, "bun_migrations") {
			t.Fatal("asking made a table")
		}
	})

	t.Run("FileOutsideATransactionIsRefused", func(t *testing.T) {
		t.Parallel()
		wrong := fstest.MapFS{"0001_one.up.sql": &fstest.MapFile{Data: []byte("SELECT 1")}}
		if _, err := migrate.Up(t.Context(), "postgres://nowhere/x", wrong); err == nil || !strings.Contains(err.Error(), "0001_one.up.sql") {
			t.Fatalf("got %v", err)
		}
	})
}
