package testdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"forecourt/kernel/embedded"
)

// Servers are a PostgreSQL and a Redis for tests. They end with the process that started them, even when it is killed.
type Servers struct {
	postgres *embedded.Postgres
	redis    *embedded.Redis
}

// Start runs servers in the first free one of a few folders below the system's temporary folder. A folder is kept for the
// next run, which then needs neither a new cluster nor a new template.
func Start(ctx context.Context, log *slog.Logger) (*Servers, error) {
	const folders = 64
	for i := range folders {
		dir := filepath.Join(os.TempDir(), fmt.Sprintf("forecourt-test-%d-%d", os.Geteuid(), i))
		s, err := startIn(ctx, dir, log)
		if !errors.Is(err, embedded.ErrBusy) {
			return s, err
		}
	}
	return nil, fmt.Errorf("all %d folders for test servers are in use", folders)
}

func startIn(ctx context.Context, dir string, log *slog.Logger) (*Servers, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make a folder for test servers: %w", err)
	}
	pg, err := embedded.StartPostgres(ctx, filepath.Join(dir, "postgres"), log, embedded.Throwaway)
	if err != nil {
		return nil, err
	}
	s := &Servers{postgres: pg}
	if err := s.sweep(ctx); err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	if s.redis, err = embedded.StartRedis(ctx, filepath.Join(dir, "redis"), log, embedded.Throwaway); err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// sweep drops what tests that were killed left behind, and the templates of all but the last few states of the migrations.
func (s *Servers) sweep(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.DatabaseURL())
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	const left = `SELECT datname FROM (SELECT datname, row_number() OVER (PARTITION BY datname LIKE 'template\_%' ORDER BY oid DESC) AS age
		FROM pg_database WHERE datname ~ '^(test|template)_') d WHERE datname LIKE 'test\_%' OR age > 3`
	rows, err := conn.Query(ctx, left)
	if err != nil {
		return fmt.Errorf("look for old test databases: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for old test databases: %w", err)
	}
	for _, name := range names {
		if _, err := conn.Exec(ctx, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err != nil {
			return fmt.Errorf("drop an old test database: %w", err)
		}
	}
	return nil
}

// DatabaseURL leads to PostgreSQL as superuser.
func (s *Servers) DatabaseURL() string { return s.postgres.AdminURL() }

// RedisURL leads to Redis, database 0.
func (s *Servers) RedisURL() string { return s.redis.URL() }

// Stop ends both servers.
func (s *Servers) Stop(ctx context.Context) error {
	var err error
	if s.redis != nil {
		err = s.redis.Stop(ctx)
	}
	return errors.Join(err, s.postgres.Stop(ctx))
}

// own runs servers for this test binary alone. Nobody stops them: they end with it.
var own = sync.OnceValues(func() (*Servers, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	said := new(strings.Builder)
	s, err := Start(ctx, slog.New(slog.NewTextHandler(said, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil && said.Len() > 0 {
		err = fmt.Errorf("%w (%s)", err, strings.TrimSpace(said.String()))
	}
	return s, err
})
