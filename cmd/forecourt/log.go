package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"forecourt/kernel/database"
	"forecourt/modules/audit"
	"forecourt/tenants"
)

// logCommand forgets what no tenant keeps of the system log any more.
func logCommand(ctx context.Context, args []string, out io.Writer) (err error) {
	dry := len(args) == 2 && args[1] == "--dry-run"
	if len(args) == 0 || args[0] != "forget" || len(args) > 1 && !dry {
		return errors.New("usage: forecourt log forget [--dry-run]")
	}
	s, err := open(ctx, slog.Default())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(ctx)) }()
	if s.ownerURL == "" {
		return errors.New("set DATABASE_OWNER_URL to the owner of the tables; the application's role may not delete history")
	}
	pool, err := database.Open(s.ownerURL, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	f, err := audit.Forget(ctx, tenants.NewDB(pool, nil), dry)
	say(f, dry, out)
	return err
}

// say prints a line for each tenant that loses something.
func say(f audit.Forgetting, dry bool, out io.Writer) {
	verb, lines := "forgot", int64(0)
	if dry {
		verb = "would forget"
	}
	for _, t := range f.Tenants {
		if t.Lines > 0 {
			_, _ = fmt.Fprintf(out, "%-20s keeps %d months: %s %d lines before %s\n", t.Code, t.Months, verb, t.Lines, t.Before.Format(time.DateOnly))
		}
		lines += t.Lines
	}
	if len(f.Dropped) > 0 {
		_, _ = fmt.Fprintf(out, "whole months: %s\n", strings.Join(f.Dropped, ", "))
	}
	_, _ = fmt.Fprintf(out, "%s %d lines of %d tenants\n", verb, lines, len(f.Tenants))
}
