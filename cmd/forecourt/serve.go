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
	return app.run(ctx, s, *role, out)
}

// farewell is how long a process that stops waits for what it is answering: as long as an operation may take.
const farewell = 30 * time.Second

// run does what role asks until ctx ends, and then leaves in order: probes say so, requests that are still sent meanwhile are answered,
// event streams end, what is being answered and worked on is finished, and only then what all of it stands on.
func (a *application) run(ctx context.Context, s *servers, role string, out io.Writer) (err error) {
	probes := &ops{metrics: a.metrics, appURL: s.appURL}
	var door net.Listener
	if s.cfg.OpsAddr != "" {
		if door, err = net.Listen("tcp", s.cfg.OpsAddr); err != nil {
			return fmt.Errorf("listen for probes: %w", err)
		}
	}
	ground, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	beneath := &errgroup.Group{}
	standing := func(run func(context.Context) error) {
		beneath.Go(func() error {
			defer stop() // without it nothing above is right
			return ended(run(ground))
		})
	}
	standing(a.hub.Run)
	standing(a.tenants.Run)
	standing(a.closed.Run)
	if door != nil {
		a.metrics.watch(a, role != "api")
		_, _ = fmt.Fprintf(out, "Probes and metrics  http://%s\n", door.Addr())
		standing(func(ctx context.Context) error { return probes.run(ctx, door) })
	}
	err = a.work(ctx, s, role, probes, out)
	leave()
	return errors.Join(err, beneath.Wait())
}

// work answers and runs what was left for later, until ctx ends and both are done.
func (a *application) work(ctx context.Context, s *servers, role string, probes *ops, out io.Writer) error {
	g, ctx := errgroup.WithContext(ctx)
	if role != "worker" {
		if err := a.begin(ctx, s.cfg.Demo, out); err != nil {
			return err
		}
		l, err := net.Listen("tcp", s.cfg.Addr)
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}
		g.Go(func() error { return a.http.Listener(l) })
		a.greet(s, l, out)
	}
	probes.now(serving)
	g.Go(func() error {
		<-ctx.Done()
		probes.now(leaving)
		if role == "worker" {
			return nil
		}
		return a.leave(s.cfg.Drain)
	})
	if role != "api" {
		g.Go(func() error { return ended(a.workers.Run(ctx)) })
	}
	return g.Wait()
}

// leave answers on for as long as requests may still be sent here, then ends the event streams, which never end by themselves, and waits
// for what is being answered.
func (a *application) leave(drain time.Duration) error {
	time.Sleep(drain)
	a.hub.Close()
	err := a.http.ShutdownWithTimeout(farewell)
	if errors.Is(err, context.DeadlineExceeded) {
		slog.Warn("stopped before everything was answered", "after", farewell)
		return nil
	}
	return err
}

func (a *application) greet(s *servers, l net.Listener, out io.Writer) {
	data, _ := filepath.Abs(s.cfg.Data)
	_, _ = fmt.Fprintf(out, "\nForecourt 车枢  http://%s\n", l.Addr())
	if s.cfg.Demo {
		listDemo(out)
	}
	_, _ = fmt.Fprintf(out, "Data: %s   Stop with Ctrl-C\n", data)
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
