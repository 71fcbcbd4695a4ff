package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// ready waits until the server takes connections, past its recovery, or has ended. It reads what the server writes about itself,
// as pg_ctl does: each connection that comes too early costs the server a process and the log a line.
func (pg *Postgres) ready(ctx context.Context) error {
	for pg.server.running() {
		raw, err := os.ReadFile(filepath.Join(pg.data, "postmaster.pid"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("read postmaster.pid: %w", err)
		}
		const number, state = 0, 7 // the lines of the file
		lines := strings.Split(string(raw), "\n")
		if len(lines) > state && lines[number] == strconv.Itoa(pg.server.pid) && strings.TrimSpace(lines[state]) == "ready" {
			return nil
		}
		if err := wait(ctx, 2*time.Millisecond); err != nil {
			return err
		}
	}
	return errEnded
}

var errEnded = errors.New("the server ended")

// prepare makes the roles and the database. It runs at every start, because a first one may have been killed half-way.
func prepare(ctx context.Context, pg *Postgres) error {
	conn, err := pgx.Connect(ctx, pg.AdminURL())
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := MakeRoles(ctx, conn); err != nil {
		return err
	}
	var exists bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&exists); err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+database+" OWNER "+owner); err != nil {
		return fmt.Errorf("create the database: %w", err)
	}
	return nil
}

// MakeRoles makes the owner of the tables and the application's role on a server where conn is superuser. It may run again.
func MakeRoles(ctx context.Context, conn *pgx.Conn) error {
	// Custom plans cost more than they save where every query is one tenant's.
	const roles = `DO $$ BEGIN
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'forecourt_owner') THEN
			CREATE ROLE forecourt_owner LOGIN NOSUPERUSER NOBYPASSRLS CREATEROLE;
		END IF;
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'forecourt_app') THEN
			CREATE ROLE forecourt_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
			ALTER ROLE forecourt_app SET plan_cache_mode = force_generic_plan;
		END IF;
	END $$`
	if _, err := conn.Exec(ctx, roles); err != nil {
		return fmt.Errorf("create the roles: %w", err)
	}
	return nil
}
