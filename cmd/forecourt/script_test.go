package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
)

// tryScript runs a script of deploy/ with an owner's database and a folder of data.
func tryScript(name, owner, data, arg string) (string, error) {
	c := exec.Command("sh", filepath.Join(deployed, name), arg)
	c.Env = append(os.Environ(), "DATABASE_OWNER_URL="+owner, "FORECOURT_DATA="+data)
	said, err := c.CombinedOutput()
	return string(said), err
}

func runScript(t *testing.T, name, owner, data, arg string) {
	t.Helper()
	if said, err := tryScript(name, owner, data, arg); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, said)
	}
}

// rowsOfAll counts the rows of every table, as the owner.
func rowsOfAll(t *testing.T, owner string) map[string]int {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, owner)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace")
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int{}
	for _, table := range tables {
		var n int
		if err := conn.QueryRow(ctx, fmt.Sprintf("SELECT count(*) FROM %s", table)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		all[table] = n
	}
	return all
}
