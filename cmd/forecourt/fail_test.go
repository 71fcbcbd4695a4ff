package main

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"forecourt/kernel/embedded"
	"forecourt/kernel/migrate"
)

// Whoever starts the program reads one line that says what to do.
func TestExplain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"BusyPort":      {fmt.Errorf("listen: %w", syscall.EADDRINUSE), "set FORECOURT_ADDR"},
		"FullDisk":      {fmt.Errorf("write: %w", syscall.ENOSPC), "free some space"},
		"FullDatabase":  {fmt.Errorf("create the database: %w", &pgconn.PgError{Severity: "ERROR", Code: "53100", Message: "could not extend file"}), "free some space"},
		"FullAtStart":   {fmt.Errorf("private PostgreSQL: %w", embedded.ErrDiskFull), "free some space"},
		"OtherVersion":  {fmt.Errorf("private PostgreSQL: %w", embedded.ErrVersion), "start it with that version"},
		"FolderInUse":   {fmt.Errorf("private PostgreSQL: %w", embedded.ErrBusy), "stop that one"},
		"NewerDatabase": {fmt.Errorf("migrate: %w", migrate.ErrNewer), "use the newer program"},
		"NoDatabase":    {fmt.Errorf("open the database: %w", &pgconn.ConnectError{Config: &pgconn.Config{}}), "check DATABASE_URL"},
		"NoRedis":       {fmt.Errorf("redis: %w", &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}), "check REDIS_URL"},
		"TwoLines":      {errors.New("first\nsecond"), "first; second"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := explain(c.err)
			if !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
				t.Errorf("got %q, want one line with %q", got, c.want)
			}
		})
	}
}
