// Package testdb gives every test its own PostgreSQL database, migrated, in about a tenth of a second, and its own Redis
// database. The servers come from FORECOURT_TEST_DATABASE_URL and FORECOURT_TEST_REDIS_URL, which make test sets; without
// them each test binary runs its own. A server that can't be had fails the test; nothing is skipped.
package testdb

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The variables that name servers which are already running. The database's one leads to a superuser.
const (
	DatabaseVariable = "FORECOURT_TEST_DATABASE_URL"
	RedisVariable    = "FORECOURT_TEST_REDIS_URL"
)

// DB is the database of one test. It has every migration and no row that a migration did not write.
type DB struct {
	OwnerURL string // as the owner of the tables, who sees all rows
	AppURL   string // as the application's role, under row security
}

// New makes a database that is dropped when t ends.
func New(t testing.TB) DB {
	t.Helper()
	return copyOf(t, migrated)
}

// NewEmpty makes a database without any migration, for tests of migrations.
func NewEmpty(t testing.TB) DB {
	t.Helper()
	return copyOf(t, bare)
}

// AdminURL leads to db as the server's superuser, for tests of what such a role must not do.
func AdminURL(t testing.TB, db DB) string {
	t.Helper()
	admin, err := database()
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	as, err := url.Parse(admin)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	in, err := url.Parse(db.OwnerURL)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	as.Path = in.Path
	return as.String()
}

func copyOf(t testing.TB, template func(ctx context.Context, admin string) (string, error)) DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	admin, err := database()
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	from, err := template(ctx, admin)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	name := "test_" + strings.ToLower(rand.Text()[:16])
	if err := exec(ctx, admin, "CREATE DATABASE "+name+" OWNER forecourt_owner TEMPLATE "+from); err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := exec(ctx, admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("test database: %v", err)
		}
	})
	return DB{OwnerURL: at(admin, "forecourt_owner", name), AppURL: at(admin, "forecourt_app", name)}
}

// migrated and bare prepare the server once in a test binary.
var (
	migrated = once(makeTemplate)
	bare     = once(func(ctx context.Context, admin string) (string, error) {
		return "template1", alone(ctx, admin, func(*pgx.Conn) error { return nil })
	})
)

// once keeps the first success; after an error the next test tries again and tells its own.
func once(make func(ctx context.Context, admin string) (string, error)) func(context.Context, string) (string, error) {
	var one sync.Mutex
	var done string
	return func(ctx context.Context, admin string) (string, error) {
		one.Lock()
		defer one.Unlock()
		if done != "" {
			return done, nil
		}
		name, err := make(ctx, admin)
		if err == nil {
			done = name
		}
		return name, err
	}
}

var database = sync.OnceValues(func() (string, error) {
	if named := os.Getenv(DatabaseVariable); named != "" {
		return named, nil
	}
	s, err := own()
	if err != nil {
		return "", err
	}
	return s.DatabaseURL(), nil
})

// at leads to database on the server of admin as role. The roles have the superuser's password, when it has one.
func at(admin, role, database string) string {
	u, err := url.Parse(admin)
	if err != nil {
		return admin // pgx has read it before
	}
	if password, ok := u.User.Password(); ok {
		u.User = url.UserPassword(role, password)
	} else {
		u.User = url.User(role)
	}
	u.Path = "/" + database
	return u.String()
}

func exec(ctx context.Context, url, sql string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}
