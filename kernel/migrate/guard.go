package migrate

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"strings"
)

// ErrUnsafe says that the application could reach rows of another tenant.
var ErrUnsafe = errors.New("row security would not keep tenants apart")

//go:embed guard.sql
var guardSQL string

// Guard asks, as the application's role, whether row security holds for everything it can reach: the role is no superuser,
// bypasses nothing and is no owner; every table with a tenant_id has row security and only policies that ask for the tenant;
// every other table is one of platform; views look with the reader's rights. It returns ErrUnsafe with every finding.
func Guard(ctx context.Context, appURL string, platform []string) (err error) {
	db, err := open(appURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	found, err := findings(ctx, db, platform)
	if err != nil {
		return fmt.Errorf("look for gaps in row security: %w", err)
	}
	if len(found) > 0 {
		return fmt.Errorf("%w: %s", ErrUnsafe, strings.Join(found, "; "))
	}
	return nil
}

func findings(ctx context.Context, db *sql.DB, platform []string) (found []string, err error) {
	rows, err := db.QueryContext(ctx, guardSQL, platform)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	return found, rows.Err()
}
