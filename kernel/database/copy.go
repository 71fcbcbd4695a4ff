package database

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Copy sends rows to table with COPY, the way for tens of thousands of them, and returns how many it sent. It works in the
// transaction that conn has open. next gives one row's values, in the order of columns, and nil after the last.
func Copy(ctx context.Context, conn *sql.Conn, table string, columns []string, next func() ([]any, error)) (n int64, err error) {
	err = conn.Raw(func(d any) error {
		c, ok := d.(*Conn)
		if !ok {
			return fmt.Errorf("database: unexpected driver %T", d)
		}
		if err := c.allowed(ctx); err != nil {
			return err
		}
		if c.skip > 0 { // BEGIN still waits
			q, _ := c.take("")
			if _, err := c.run(ctx, q); err != nil {
				return err
			}
		}
		n, err = c.Conn.Conn().CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(next))
		return err
	})
	if err != nil {
		return n, fmt.Errorf("copy into %s: %w", table, err)
	}
	return n, nil
}
