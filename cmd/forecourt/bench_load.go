package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/database"
)

// loadInput is how long and how hard each request is driven.
type loadInput struct {
	For         time.Duration
	Connections int
}

// validate returns an error for what cannot be driven.
func (in loadInput) validate() error {
	if in.For <= 0 || in.For > 10*time.Minute || in.Connections < 1 || in.Connections > 256 {
		return fmt.Errorf("%s at %d connections: want up to 600 seconds and 1 to 256 connections", in.For, in.Connections)
	}
	return nil
}

// loader drives the API of this process over the loopback interface, and the same statements without it.
type loader struct {
	app     *application
	address string // of the program's door
	tap     *tap
	tapped  *caller // of a second program, whose statements are written down
	owner   *bun.DB // copies drafts in
	sheets  *sheets
	in      loadInput
	appURL  string
	seats   []*seat
	closers []func() error
}

// errFailed says that an answer was not 2xx.
var errFailed = errors.New("some requests failed")

// load signs consultants in and drives their requests one kind after another, each followed by its floor, and prints a table. It
// returns errNoBench, errNoOwner, or errFailed when a request was not answered with 2xx.
func (s *servers) load(ctx context.Context, in loadInput, out io.Writer, command string) (err error) {
	if err := in.validate(); err != nil {
		return err
	}
	if s.ownerURL == "" {
		return errNoOwner
	}
	l := &loader{in: in, sheets: newSheets(), appURL: s.appURL}
	defer func() { err = errors.Join(err, l.close()) }()
	if err := l.start(ctx, s); err != nil {
		return err
	}
	head, err := machine(ctx, l.app.db.Pool(), command)
	if err != nil {
		return err
	}
	var tenants, customers int
	if err := l.owner.QueryRowContext(database.WithPlatform(ctx), "SELECT (SELECT count(*) FROM tenants), (SELECT reltuples::bigint FROM pg_class WHERE oid = 'customers'::regclass)").Scan(&tenants, &customers); err != nil {
		return fmt.Errorf("count: %w", err)
	}
	_, _ = fmt.Fprintf(out, "%s. %d tenants, %d customers, %d consultants at %d connections, %s each.\n\n%s\n", head, tenants, customers, len(l.seats), in.Connections, in.For, rowHead)
	failed := 0
	var first error
	for _, w := range workloads {
		got, floor, err := l.measure(ctx, w)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		_, _ = fmt.Fprintln(out, tableRow(w.name, got, floor))
		failed += got.errors + floor.errors
		for _, e := range []error{got.first, floor.first} {
			if first == nil && e != nil {
				first = fmt.Errorf("%s: %w", w.name, e)
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d: %w, such as %w", failed, errFailed, first)
	}
	return ctx.Err()
}

// start builds the program twice, once as it is and once with the tap before its database, opens both doors and signs everybody in.
func (l *loader) start(ctx context.Context, s *servers) error {
	own := *s
	own.cfg.Connections = max(own.cfg.Connections, l.in.Connections)
	var err error
	if l.app, l.address, err = l.door(ctx, &own); err != nil {
		return err
	}
	if l.tap, err = newTap(ctx, s.appURL); err != nil {
		return err
	}
	l.closers = append(l.closers, l.tap.close)
	heard := *s
	heard.cfg.Connections = 1
	if heard.appURL, err = l.tap.through(); err != nil {
		return err
	}
	_, address, err := l.door(ctx, &heard)
	if err != nil {
		return err
	}
	if l.tapped, err = dial(ctx, address); err != nil {
		return err
	}
	pool, err := s.copier(2)
	if err != nil {
		return err
	}
	l.closers = append(l.closers, pool.Close)
	l.owner = bun.NewDB(pool, pgdialect.New())
	if err := waiting(ctx, l.owner, shortList); err != nil {
		return err
	}
	if l.seats, err = l.app.seats(ctx, 4*l.in.Connections); err != nil {
		return err
	}
	c, err := dial(ctx, l.address)
	if err != nil {
		return err
	}
	defer func() { _ = c.conn.Close() }()
	for _, x := range l.seats {
		if x.pass, err = c.signIn(x.tenant.Code, x.login, benchPassword); err != nil {
			return err
		}
		if err := l.app.sessionOf(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

// door builds the program and lets it listen on the loopback interface.
func (l *loader) door(ctx context.Context, s *servers) (*application, string, error) {
	app, err := build(s, slog.Default())
	if err != nil {
		return nil, "", err
	}
	l.closers = append(l.closers, app.close)
	var c net.ListenConfig
	listen, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", fmt.Errorf("listen: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	go func() { _ = app.hub.Run(ctx) }()
	if s.cfg.Connections > 1 { // what the tap hears is requests alone
		go func() { _ = app.tenants.Run(ctx) }()
	}
	go func() { _ = app.http.Listener(listen) }()
	l.closers = append(l.closers, func() error { stop(); return app.http.ShutdownWithTimeout(time.Second) })
	return app, listen.Addr().String(), nil
}

// close ends what start began, the last first.
func (l *loader) close() error {
	var errs []error
	if l.tapped != nil {
		errs = append(errs, l.tapped.conn.Close())
	}
	for i := len(l.closers) - 1; i >= 0; i-- {
		errs = append(errs, l.closers[i]())
	}
	return errors.Join(errs...)
}
