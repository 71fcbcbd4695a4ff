package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"time"

	"golang.org/x/sys/unix"

	"forecourt/kernel/database"
	"forecourt/kernel/migrate"
	"forecourt/migrations"
)

// check is one question of the doctor: what it asks, and what is wrong.
type check struct {
	name string
	ask  func(ctx context.Context) (found string, err error)
}

// doctor asks everything that must hold, prints a line for each, and fails when one does not.
func doctor(ctx context.Context, _ []string, out io.Writer) (err error) {
	s, err := open(ctx, slog.Default())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(ctx)) }()
	pool, err := database.Open(s.appURL, 2)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	bad := 0
	for _, c := range s.checks(pool) {
		found, err := c.ask(ctx)
		if err != nil {
			bad++
			_, _ = fmt.Fprintf(out, "BAD  %-10s %s\n", c.name, explain(err))
			continue
		}
		_, _ = fmt.Fprintf(out, "ok   %-10s %s\n", c.name, found)
	}
	if bad > 0 {
		return fmt.Errorf("%d of the checks failed", bad)
	}
	return nil
}

func (s *servers) checks(pool *sql.DB) []check {
	return []check{
		{"database", func(ctx context.Context) (string, error) {
			var version string
			err := pool.QueryRowContext(database.WithPlatform(ctx), "SHOW server_version").Scan(&version)
			return "PostgreSQL " + version, err
		}},
		{"schema", func(ctx context.Context) (string, error) {
			return "at this program's version", migrate.Check(ctx, s.appURL, migrations.Files)
		}},
		{"rights", func(ctx context.Context) (string, error) {
			return "the application's role owns and bypasses nothing; every tenant table has its policy", migrate.Guard(ctx, s.appURL, migrations.Platform)
		}},
		{"isolation", func(ctx context.Context) (string, error) {
			var users int
			if err := pool.QueryRowContext(database.WithPlatform(ctx), "SELECT count(*) FROM users").Scan(&users); err != nil {
				return "", err
			}
			if users > 0 {
				return "", fmt.Errorf("%d users are visible outside of any tenant", users)
			}
			return "outside a tenant no row is visible", nil
		}},
		{"queue", s.checkQueue},
		{"overdue", func(ctx context.Context) (string, error) {
			var n int
			if err := pool.QueryRowContext(database.WithPlatform(ctx), "SELECT count(*) FROM tenants_with_work('10 minutes', 1000)").Scan(&n); err != nil {
				return "", err
			}
			return fmt.Sprintf("%d tenants have work waiting", n), nil
		}},
		{"clock", func(ctx context.Context) (string, error) {
			var theirs time.Time
			if err := pool.QueryRowContext(database.WithPlatform(ctx), "SELECT now()").Scan(&theirs); err != nil {
				return "", err
			}
			apart := time.Since(theirs)
			if math.Abs(apart.Seconds()) > 2 {
				return "", fmt.Errorf("this machine and the database are %s apart; set both clocks by NTP", apart.Round(time.Millisecond))
			}
			return "agrees with the database", nil
		}},
		{"disk", func(context.Context) (string, error) {
			var st unix.Statfs_t
			if err := unix.Statfs(s.cfg.Data, &st); err != nil {
				return "", err
			}
			free := st.Bavail * uint64(st.Bsize) >> 30 //nolint:gosec // a block size is positive
			if free < 1 {
				return "", errors.New("less than 1 GB free in FORECOURT_DATA")
			}
			return fmt.Sprintf("%d GB free", free), nil
		}},
	}
}

func (s *servers) checkQueue(ctx context.Context) (found string, err error) {
	client, err := s.redis()
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	start := time.Now()
	if err := client.Ping(ctx).Err(); err != nil {
		return "", err
	}
	return "Redis answers in " + time.Since(start).Round(time.Microsecond).String(), nil
}
