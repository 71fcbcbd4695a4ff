// Command forecourt is the whole product in one program: API, workers, migrations, demo data, checks and benchmarks.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

type command struct {
	name, use string
	run       func(ctx context.Context, args []string, out io.Writer) error
}

var commands = []command{
	{"serve", "serve [--role all|api|worker]   answer the API and the web, run the workers", serve},
	{"migrate", "migrate up|status                bring the database to this program's version", migrateCommand},
	{"tenant", "tenant export|import|erase       take a tenant out, bring one in, erase one with a certificate", tenantCommand},
	{"log", "log forget [--dry-run]           delete the lines of the system log that are older than each group keeps them", logCommand},
	{"demo", "demo --list                      print the demo sign-ins", demoCommand},
	{"probe", "probe                            ask the process of FORECOURT_OPS_ADDR whether it is ready", probeCommand},
	{"openapi", "openapi                          print the OpenAPI document", openapiCommand},
	{"bench", "bench seed|load                  fill a database with tenants; load the API and measure it", benchCommand},
	{"doctor", "doctor                           check database, rights, isolation, queue, clock and disk", doctor},
}

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo})))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(dispatch(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func dispatch(ctx context.Context, args []string, out, errs io.Writer) int {
	if len(args) > 0 {
		for _, c := range commands {
			if c.name != args[0] {
				continue
			}
			if err := c.run(ctx, args[1:], out); err != nil {
				if errors.Is(err, context.Canceled) {
					return 0
				}
				_, _ = fmt.Fprintln(errs, "forecourt:", explain(err))
				return 1
			}
			return 0
		}
	}
	_, _ = fmt.Fprintln(errs, "usage: forecourt COMMAND")
	for _, c := range commands {
		_, _ = fmt.Fprintln(errs, "  "+c.use)
	}
	return 2
}
