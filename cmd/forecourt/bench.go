package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"strings"
	"time"
)

var errBenchUse = errors.New("usage: forecourt bench seed [--tenants 20] [--customers 50000] [--more] | bench load [--seconds 10] [--connections 16]")

// benchCommand fills a database with bench tenants, or loads the API with their people.
func benchCommand(ctx context.Context, args []string, out io.Writer) (err error) {
	if len(args) == 0 {
		return errBenchUse
	}
	flags := flag.NewFlagSet("bench "+args[0], flag.ContinueOnError)
	flags.SetOutput(out)
	command := strings.Join(append([]string{"bench"}, args...), " ")
	var run func(s *servers) error
	switch args[0] {
	case "seed":
		var in seedInput
		flags.IntVar(&in.Tenants, "tenants", 20, "tenants to make; the first is the largest")
		flags.IntVar(&in.Customers, "customers", 50_000, "customers of all of them together")
		flags.BoolVar(&in.More, "more", false, "add to bench tenants that are there")
		run = func(s *servers) error { return s.seed(ctx, in, out, command) }
	case "load":
		var in loadInput
		seconds := flags.Int("seconds", 10, "for each kind of request, and again for its floor")
		flags.IntVar(&in.Connections, "connections", 16, "connections to the API, and then to PostgreSQL")
		run = func(s *servers) error {
			in.For = time.Duration(*seconds) * time.Second
			return s.load(ctx, in, out, command)
		}
	default:
		return errBenchUse
	}
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errBenchUse
	}
	s, err := open(ctx, slog.Default())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(ctx)) }()
	return run(s)
}
