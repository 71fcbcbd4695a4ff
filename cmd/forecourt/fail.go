package main

import (
	"errors"
	"net"
	"strings"
	"syscall"

	"forecourt/kernel/embedded"
	"forecourt/kernel/migrate"

	"github.com/jackc/pgx/v5/pgconn"
)

// explain turns an error of start-up into one line that says what to do.
func explain(err error) string {
	line := strings.Join(strings.Fields(strings.ReplaceAll(err.Error(), "\n", "; ")), " ")
	var connect *pgconn.ConnectError
	var op *net.OpError
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return line + " — another program listens there; set FORECOURT_ADDR to a free address, such as 127.0.0.1:8081"
	case errors.Is(err, embedded.ErrDiskFull), errors.Is(err, syscall.ENOSPC), errors.As(err, &pg) && pg.Code == "53100":
		return line + " — free some space and start again; nothing was lost"
	case errors.Is(err, embedded.ErrVersion):
		return line + " — start it with that version of PostgreSQL, or set FORECOURT_DATA to an empty folder"
	case errors.Is(err, embedded.ErrBusy):
		return line + " — stop that one, or set FORECOURT_DATA to another folder"
	case errors.Is(err, migrate.ErrNewer):
		return line + " — use the newer program"
	case errors.As(err, &connect):
		return line + " — check DATABASE_URL and that the server runs"
	case errors.As(err, &op) && op.Op == "dial": // PostgreSQL's is a ConnectError
		return line + " — check REDIS_URL and that the server runs"
	}
	return line
}
