package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
)

// serve answers until ctx ends. With --role all, the default, one process does everything.
func serve(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	role := flags.String("role", "all", "all, api or worker")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *role != "all" && *role != "api" && *role != "worker" {
		return fmt.Errorf("role %q: want all, api or worker", *role)
	}
	log := slog.Default()
	s, err := open(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(ctx)) }()
	app, err := build(s, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.close()) }()
	if *role != "worker" {
		if err := app.begin(ctx, s.cfg.Demo, out); err != nil {
			return err
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return ended(app.hub.Run(ctx)) })
	g.Go(func() error { return ended(app.tenants.Run(ctx)) })
	g.Go(func() error { return ended(app.closed.Run(ctx)) })
	if *role != "api" {
		g.Go(func() error { return ended(app.workers.Run(ctx)) })
	}
	if *role != "worker" {
		l, err := net.Listen("tcp", s.cfg.Addr)
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}
		g.Go(func() error { return app.http.Listener(l) })
		g.Go(func() error {
			<-ctx.Done()
			if err := app.http.ShutdownWithTimeout(3 * time.Second); !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
			return nil // event streams never end by themselves
		})
		data, _ := filepath.Abs(s.cfg.Data)
		_, _ = fmt.Fprintf(out, "\nForecourt 车枢  http://%s\n", l.Addr())
		if s.cfg.Demo {
			listDemo(out)
		}
		_, _ = fmt.Fprintf(out, "Data: %s   Stop with Ctrl-C\n", data)
	}
	return g.Wait()
}

// begin fills an empty database: with the demo, or with the one operator who opens the first tenant.
func (a *application) begin(ctx context.Context, demo bool, out io.Writer) error {
	if !demo {
		return a.firstOperator(ctx, out)
	}
	if err := a.demo(ctx); err != nil {
		return fmt.Errorf("demo data: %w", err)
	}
	return nil
}

// ended takes the end of ctx for what it is: no error.
func ended(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
