// Package migrate brings a database to the schema of this program, says whether it is there, and refuses a database in which
// the application's role could see more than one tenant.
package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/migrate"
)

const (
	suffix = ".tx.up.sql"
	// lockKey is the advisory lock that every release takes; a migrator that used another would run beside this one.
	lockKey int64 = 0x666f7265636f7572
)

// Up applies what is missing and returns the names of what it applied. Of several processes one migrates and the rest wait;
// a killed one leaves no lock. A migration that fails leaves nothing of itself, those before it stay. ownerURL must lead to
// PostgreSQL itself, since a pooler would lose the lock. It returns ErrNewer without touching such a database.
func Up(ctx context.Context, ownerURL string, files fs.FS) (applied []string, err error) {
	known, err := load(files)
	if err != nil {
		return nil, err
	}
	db, err := open(ownerURL)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	lock, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect as owner: %w", err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }() // ends the session with the pool, and with it the lock
	if _, err := lock.ExecContext(ctx, "SELECT pg_advisory_lock($1)", lockKey); err != nil {
		return nil, fmt.Errorf("wait for the migration lock: %w", err)
	}
	all, err := status(ctx, db, known)
	if err != nil {
		return nil, err
	}
	if err := newer(all); err != nil {
		return nil, err
	}
	return up(ctx, db, known)
}

func up(ctx context.Context, db *sql.DB, known *migrate.Migrations) ([]string, error) {
	// The mark goes into the migration's own transaction, so that a process killed after COMMIT does not run it twice. bun
	// marks it once more afterwards, which the upsert makes harmless.
	mark := func(ctx context.Context, tx bun.IConn, m *migrate.Migration) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO bun_migrations (name, group_id) VALUES (?, ?)", m.Name, m.GroupID)
		return err
	}
	m := migrate.NewMigrator(bun.NewDB(db, pgdialect.New()), known,
		migrate.WithMarkAppliedOnSuccess(true), migrate.WithUpsert(true), migrate.AfterMigration(mark))
	if err := m.Init(ctx); err != nil {
		return nil, fmt.Errorf("create the migration table: %w", err)
	}
	group, err := m.Migrate(ctx)
	var applied []string
	for _, done := range group.Migrations {
		applied = append(applied, fileName(done.Name, done.Comment))
	}
	if err != nil {
		if len(applied) > 0 {
			applied = applied[:len(applied)-1] // the last one is the one that failed
		}
		return applied, fmt.Errorf("migrate: %w", err)
	}
	return applied, shareStatus(ctx, db)
}

// shareStatus lets the application's role read which migrations ran, so that a process without the owner's URL can Check.
func shareStatus(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `DO $$ BEGIN
		IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'forecourt_app') THEN GRANT SELECT ON bun_migrations TO forecourt_app; END IF;
	END $$`)
	if err != nil {
		return fmt.Errorf("let the application read the migrations: %w", err)
	}
	return nil
}

func open(url string) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	return stdlib.OpenDB(*cfg), nil
}

// load refuses a file that bun would skip in silence or run outside a transaction.
func load(files fs.FS) (*migrate.Migrations, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	for _, name := range names {
		if !strings.HasSuffix(name, suffix) {
			return nil, fmt.Errorf("migration %s: want a name like 0001_what%s", name, suffix)
		}
	}
	known := migrate.NewMigrations()
	if err := known.Discover(files); err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return known, nil
}

func fileName(number, what string) string { return strings.TrimSuffix(number+"_"+what, "_") }
