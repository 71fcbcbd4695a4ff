package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"forecourt/kernel/config"
	"forecourt/kernel/database"
	"forecourt/kernel/embedded"
	"forecourt/kernel/migrate"
	"forecourt/migrations"
	"forecourt/modules/audit"
	"forecourt/workers"
)

// check is one question of the doctor.
type check struct {
	name  string
	after string // the check that must hold for this one to mean anything
	ask   func(ctx context.Context) (found string, err error)
	cure  string // what to do, where the error itself does not say it
}

const (
	oneCheck  = 15 * time.Second
	leastFree = 1 << 30
)

// doctor asks everything that must hold, prints a line for each, and fails when one does not. Named servers are only asked: it
// neither migrates nor repairs.
func doctor(ctx context.Context, _ []string, out io.Writer) (err error) {
	workers.LogRedis(slog.New(slog.DiscardHandler)) // what is wrong with Redis is a line of its own
	s, err := admit(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(ctx)) }()
	pool, err := database.Open(s.appURL, 2)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	return examine(ctx, s.checks(pool), out)
}

// admit starts the private servers, as serve would, and leaves named ones as they are.
func admit(ctx context.Context) (*servers, error) {
	cfg, err := config.Load()
	if err != nil {
		return nil, err
	}
	if cfg.PrivatePostgres() {
		return open(ctx, slog.Default())
	}
	s := &servers{cfg: cfg, appURL: cfg.DatabaseURL, redisURL: cfg.RedisURL}
	if cfg.PrivateRedis() {
		if s.red, err = embedded.StartRedis(ctx, filepath.Join(cfg.Data, "redis"), slog.Default()); err != nil {
			return nil, err
		}
		s.redisURL = s.red.URL()
	}
	return s, nil
}

func examine(ctx context.Context, checks []check, out io.Writer) error {
	wrong := map[string]bool{}
	bad := 0
	for _, c := range checks {
		if wrong[c.after] {
			wrong[c.name] = true
			_, _ = fmt.Fprintf(out, "?    %-10s not asked: see %s\n", c.name, c.after)
			continue
		}
		found, err := c.asked(ctx)
		if err == nil {
			_, _ = fmt.Fprintf(out, "ok   %-10s %s\n", c.name, found)
			continue
		}
		wrong[c.name] = true
		bad++
		line := strings.Join(strings.Fields(err.Error()), " ")
		if c.cure != "" {
			line += " — " + c.cure
		}
		_, _ = fmt.Fprintf(out, "BAD  %-10s %s\n", c.name, line)
	}
	if bad > 0 {
		return fmt.Errorf("%d of the checks failed", bad)
	}
	return nil
}

func (c check) asked(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, oneCheck)
	defer cancel()
	return c.ask(ctx)
}

func (s *servers) checks(pool *sql.DB) []check {
	return []check{
		{"database", "", func(ctx context.Context) (string, error) {
			version, err := scan[string](ctx, pool, "SHOW server_version")
			return "PostgreSQL " + version, err
		}, "check DATABASE_URL and that PostgreSQL runs"},
		{"schema", "database", func(ctx context.Context) (string, error) {
			return "at this program's version", migrate.Check(ctx, s.appURL, migrations.Files)
		}, ""},
		{"rights", "schema", func(ctx context.Context) (string, error) {
			return "the application's role owns and bypasses nothing; every tenant table has its policy", migrate.Guard(ctx, s.appURL, migrations.Platform)
		}, "name a role in DATABASE_URL that owns nothing and is neither superuser nor BYPASSRLS; give a table its policy back, as the owner, with SELECT tenant_rows('table')"},
		{"isolation", "schema", func(ctx context.Context) (string, error) {
			users, err := scan[int](ctx, pool, "SELECT count(*) FROM users")
			if err == nil && users > 0 {
				err = fmt.Errorf("%d users are visible outside of any tenant", users)
			}
			return "outside a tenant no row is visible", err
		}, "stop every replica until rights is ok"},
		{"secret", "schema", func(ctx context.Context) (string, error) { return s.checkSecret(ctx, pool) },
			"set FORECOURT_SECRET to at least 32 characters, the same for every replica; after a change keep the former key behind a comma"},
		{"queue", "", s.checkQueue, "check REDIS_URL and that Redis runs; nothing is lost meanwhile, it waits in the database"},
		{"overdue", "schema", func(ctx context.Context) (string, error) {
			waiting, err := scan[int](ctx, pool, "SELECT count(*) FROM tenants_with_work('10 minutes', 1000)")
			if err != nil {
				return "", err
			}
			parked, err := scan[int](ctx, pool, "SELECT count(*) FROM tenants_with_parked(1000)")
			return fmt.Sprintf("%d tenants have work waiting, %d have parked rows", waiting, parked), err
		}, ""},
		{"history", "schema", func(ctx context.Context) (string, error) { return audit.VerifyAll(ctx, pool, 1) },
			"someone changed the log behind the application: keep the database as it is and compare it with a backup"},
		{"clock", "database", func(ctx context.Context) (string, error) {
			theirs, err := scan[time.Time](ctx, pool, "SELECT now()")
			if err != nil {
				return "", err
			}
			apart := time.Since(theirs)
			if math.Abs(apart.Seconds()) > 2 {
				return "", fmt.Errorf("this machine and the database are %s apart", apart.Round(time.Millisecond))
			}
			return "agrees with the database", nil
		}, "set both clocks by NTP"},
		{"disk", "", func(context.Context) (string, error) { return checkFolder(s.cfg.Data, leastFree) }, ""},
	}
}

// scan asks for one value, outside of any tenant.
func scan[T any](ctx context.Context, pool *sql.DB, q string) (v T, err error) {
	err = pool.QueryRowContext(database.WithPlatform(ctx), q).Scan(&v)
	return v, err
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

// checkSecret looks whether this process opens what is sealed in the database.
func (s *servers) checkSecret(ctx context.Context, pool *sql.DB) (string, error) {
	box, err := s.box()
	if err != nil {
		return "", err
	}
	if box == nil {
		return "", errors.New("no key: second steps and identity providers cannot be set up")
	}
	rows, err := pool.QueryContext(database.WithPlatform(ctx), "SELECT key, sealed FROM sealed_under()")
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	sealed, shut := 0, 0
	for rows.Next() {
		var key string
		var n int
		if err := rows.Scan(&key, &n); err != nil {
			return "", err
		}
		sealed += n
		if !slices.Contains(box.IDs(), key) {
			shut += n
		}
	}
	if shut > 0 {
		return "", errors.Join(fmt.Errorf("%d of %d sealed secrets are under another key", shut, sealed), rows.Err())
	}
	return fmt.Sprintf("%d sealed secrets, and the key to them", sealed), rows.Err()
}

// checkFolder writes a file into the folder of data and looks how much room is left.
func checkFolder(dir string, least uint64) (string, error) {
	if err := tryWrite(dir); err != nil {
		return "", fmt.Errorf("FORECOURT_DATA cannot be written: %w — name a folder there that belongs to the user of this program, with room in it", err)
	}
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return "", fmt.Errorf("FORECOURT_DATA: %w", err)
	}
	free := st.Bavail * uint64(st.Bsize) //nolint:gosec // a block size is positive
	if free < least {
		return "", fmt.Errorf("%d MB free in FORECOURT_DATA, less than %d — make room, or name a folder on a larger disk", free>>20, least>>20)
	}
	return fmt.Sprintf("%d GB free, and it can be written", free>>30), nil
}

func tryWrite(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString("forecourt")
	return errors.Join(err, f.Close())
}
