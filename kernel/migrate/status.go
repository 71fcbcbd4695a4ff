package migrate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun/migrate"
)

var (
	// ErrNewer says that a later release has already changed this database.
	ErrNewer = errors.New("the database is newer than this program; start the newer program")
	// ErrOlder says that migrations are missing.
	ErrOlder = errors.New("the database is older than this program; run forecourt migrate up with DATABASE_OWNER_URL")
)

// Migration is one step of the schema.
type Migration struct {
	Number    string // "0001", as it is stored
	What      string // "core"; empty when this program doesn't know it
	AppliedAt time.Time
	Known     bool
}

// Applied says that the database has it.
func (m Migration) Applied() bool { return !m.AppliedAt.IsZero() }

// Name returns the name of its file without the ending.
func (m Migration) Name() string { return fileName(m.Number, m.What) }

// Status lists what the program knows and what the database has, by number. It changes nothing, and the application's role
// may ask as well as the owner.
func Status(ctx context.Context, url string, files fs.FS) (all []Migration, err error) {
	known, err := load(files)
	if err != nil {
		return nil, err
	}
	db, err := open(url)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return status(ctx, db, known)
}

// Check returns nil when the database has exactly what the program knows, else ErrNewer or ErrOlder with the names.
func Check(ctx context.Context, url string, files fs.FS) error {
	all, err := Status(ctx, url, files)
	if err != nil {
		return err
	}
	if err := newer(all); err != nil {
		return err
	}
	return some(all, ErrOlder, func(m Migration) bool { return !m.Applied() })
}

func newer(all []Migration) error {
	return some(all, ErrNewer, func(m Migration) bool { return !m.Known })
}

func some(all []Migration, err error, is func(Migration) bool) error {
	var names []string
	for _, m := range all {
		if is(m) {
			names = append(names, m.Name())
		}
	}
	if names == nil {
		return nil
	}
	return fmt.Errorf("%w (%s)", err, strings.Join(names, ", "))
}

func status(ctx context.Context, db *sql.DB, known *migrate.Migrations) ([]Migration, error) {
	at, err := appliedAt(ctx, db)
	if err != nil {
		return nil, err
	}
	all := make([]Migration, 0, len(at))
	for _, m := range known.Sorted() {
		all = append(all, Migration{Number: m.Name, What: m.Comment, AppliedAt: at[m.Name], Known: true})
		delete(at, m.Name)
	}
	for number, t := range at {
		all = append(all, Migration{Number: number, AppliedAt: t})
	}
	slices.SortFunc(all, func(a, b Migration) int { return strings.Compare(a.Number, b.Number) })
	return all, nil
}

func appliedAt(ctx context.Context, db *sql.DB) (at map[string]time.Time, err error) {
	at = map[string]time.Time{}
	var exists bool
	if err := db.QueryRowContext(ctx, "SELECT to_regclass('bun_migrations') IS NOT NULL").Scan(&exists); err != nil {
		return nil, fmt.Errorf("look for the migration table: %w", err)
	}
	if !exists {
		return at, nil
	}
	rows, err := db.QueryContext(ctx, "SELECT name, migrated_at FROM bun_migrations")
	if err != nil {
		return nil, fmt.Errorf("read the migration table: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var number string
		var t time.Time
		if err := rows.Scan(&number, &t); err != nil {
			return nil, fmt.Errorf("read the migration table: %w", err)
		}
		at[number] = t
	}
	return at, rows.Err()
}
