package testdb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5"

	"forecourt/kernel/embedded"
	"forecourt/kernel/migrate"
	"forecourt/migrations"
)

// makeTemplate returns the database with these very migrations, and makes it when no test on this server did before. It takes
// its name last, so that one with that name is whole.
func makeTemplate(ctx context.Context, admin string) (name string, err error) {
	sum, err := hash(migrations.Files)
	if err != nil {
		return "", err
	}
	name = "template_" + sum
	return name, alone(ctx, admin, func(conn *pgx.Conn) error {
		var exists bool
		if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil || exists {
			return err
		}
		unfinished := name + "_unfinished"
		if err := run(ctx, conn, "DROP DATABASE IF EXISTS "+unfinished+" WITH (FORCE)", "CREATE DATABASE "+unfinished+" OWNER forecourt_owner"); err != nil {
			return err
		}
		if _, err := migrate.Up(ctx, at(admin, "forecourt_owner", unfinished), migrations.Files); err != nil {
			return err
		}
		return run(ctx, conn, "ALTER DATABASE "+unfinished+" ALLOW_CONNECTIONS false", "ALTER DATABASE "+unfinished+" RENAME TO "+name)
	})
}

// alone runs fn while no other test binary prepares this server, with both roles made.
func alone(ctx context.Context, admin string, fn func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // gives the lock back
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(7305808869231650925)"); err != nil {
		return fmt.Errorf("wait for the template: %w", err)
	}
	if err := roles(ctx, conn, admin); err != nil {
		return err
	}
	return fn(conn)
}

func run(ctx context.Context, conn *pgx.Conn, sql ...string) error {
	for _, s := range sql {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// roles makes the two roles. On a server that asks for passwords they get the superuser's.
func roles(ctx context.Context, conn *pgx.Conn, admin string) error {
	if err := embedded.MakeRoles(ctx, conn); err != nil {
		return err
	}
	u, err := url.Parse(admin)
	if err != nil {
		return fmt.Errorf("%s: %w", DatabaseVariable, err)
	}
	password, ok := u.User.Password()
	if !ok {
		return nil
	}
	for _, role := range []string{"forecourt_owner", "forecourt_app"} {
		if _, err := conn.Exec(ctx, "ALTER ROLE "+role+" LOGIN PASSWORD '"+strings.ReplaceAll(password, "'", "''")+"'"); err != nil {
			return fmt.Errorf("give %s a password: %w", role, err)
		}
	}
	return nil
}

func hash(files fs.FS) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("read migrations: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}
