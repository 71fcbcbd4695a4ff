// Command testservers runs a command beside a PostgreSQL and a Redis for tests, and stops both afterwards:
//
//	go run ./cmd/testservers -- go test ./...
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"forecourt/kernel/testdb"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: testservers -- command …")
		os.Exit(2)
	}
	code, err := run(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testservers:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// run returns the exit code of the command. Servers that the environment already names are used as they are.
func run(args []string) (code int, err error) {
	// The command hears Ctrl-C as well; this process waits for it, so that its output comes before the servers end.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if os.Getenv(testdb.DatabaseVariable) == "" || os.Getenv(testdb.RedisVariable) == "" {
		servers, failed := testdb.Start(ctx, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
		if failed != nil {
			return 1, failed
		}
		defer func() {
			stopping, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			err = errors.Join(err, servers.Stop(stopping))
		}()
		setDefault(testdb.DatabaseVariable, servers.DatabaseURL())
		setDefault(testdb.RedisVariable, servers.RedisURL())
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

func setDefault(name, value string) {
	if os.Getenv(name) == "" {
		_ = os.Setenv(name, value) // fails only for a malformed name
	}
}
