package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"

	"github.com/uptrace/bun"
)

// firstOperator lets somebody into an installation without a demo: when there is no platform operator yet, it makes one and prints
// their password, once and nowhere else.
func (a *application) firstOperator(ctx context.Context, out io.Writer) error {
	var n int
	err := a.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT count(*) FROM operators").Scan(&n)
	})
	if err != nil || n > 0 {
		return err
	}
	password := rand.Text()
	if err := a.platform.CreateOperator(ctx, operatorLogin, "平台运营", password); err != nil {
		return fmt.Errorf("first operator: %w", err)
	}
	_, _ = fmt.Fprintf(out, "\nFirst platform operator, shown only now: %s  %s  (sign in at /platform and open a tenant)\n", operatorLogin, password)
	return nil
}
