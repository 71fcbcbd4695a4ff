package testdb_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"forecourt/kernel/migrate"
	"forecourt/kernel/testdb"
	"forecourt/migrations"
)

func TestNew(t *testing.T) {
	t.Parallel()
	first := testdb.New(t)
	began := time.Now()
	second := testdb.New(t)
	t.Logf("a database took %s", time.Since(began).Round(time.Millisecond))
	if first == second {
		t.Fatal("two tests share a database")
	}
	if err := migrate.Check(t.Context(), first.AppURL, migrations.Files); err != nil {
		t.Fatal(err)
	}
	if err := migrate.Guard(t.Context(), first.AppURL, migrations.Platform); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), first.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if _, err := conn.Exec(t.Context(), "CREATE TABLE mine ()"); err != nil {
		t.Fatal(err)
	}
	other, err := pgx.Connect(t.Context(), second.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close(t.Context()) }()
	var seen bool
	if err := other.QueryRow(t.Context(), "SELECT to_regclass('mine') IS NOT NULL").Scan(&seen); err != nil || seen {
		t.Fatalf("the other database has the table: %v, %v", seen, err)
	}
}

func TestRedis(t *testing.T) {
	t.Parallel()
	a, b := redis.NewClient(testdb.Redis(t)), redis.NewClient(testdb.Redis(t))
	defer func() { _, _ = a.Close(), b.Close() }()
	if err := a.Set(t.Context(), "word", "mine", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Exists(t.Context(), "word").Result(); err != nil || n != 0 {
		t.Fatalf("the other database has the key: %d, %v", n, err)
	}
}
