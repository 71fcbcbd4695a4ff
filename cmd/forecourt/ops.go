package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"forecourt/kernel/config"
	"forecourt/kernel/migrate"
	"forecourt/migrations"
)

// The paths of the door for the machinery around the program.
const (
	alivePath   = "/livez"   // the process answers
	readyPath   = "/readyz"  // it may be sent requests
	metricsPath = "/metrics" // for Prometheus
)

// phase is where a process stands between its start and its end.
type phase int32

const (
	starting phase = iota
	serving
	leaving
)

// ops answers probes and metrics, at an address of its own.
type ops struct {
	phase   atomic.Int32
	metrics *metrics
	appURL  string
}

func (o *ops) now(p phase) { o.phase.Store(int32(p)) }

// ready says why this process may not be sent requests, or nil. Redis is no reason: without it nothing is lost. Neither is a database
// of a later release: while replicas are replaced one after the other, the former ones work on.
func (o *ops) ready(ctx context.Context) error {
	switch phase(o.phase.Load()) {
	case starting:
		return errors.New("starting")
	case leaving:
		return errors.New("leaving")
	}
	ctx, cancel := context.WithTimeout(ctx, oneLook)
	defer cancel()
	err := migrate.Check(ctx, o.appURL, migrations.Files)
	switch {
	case err == nil, errors.Is(err, migrate.ErrNewer):
		return nil
	case errors.Is(err, migrate.ErrOlder):
		return migrate.ErrOlder
	}
	slog.Warn("not ready", "error", err)
	return errors.New("the database does not answer")
}

func (o *ops) handler() http.Handler {
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, err error) {
		w.Header().Set("Cache-Control", "no-store")
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, "ok")
	}
	mux.HandleFunc("GET "+alivePath, func(w http.ResponseWriter, _ *http.Request) { say(w, nil) })
	mux.HandleFunc("GET "+readyPath, func(w http.ResponseWriter, r *http.Request) { say(w, o.ready(r.Context())) })
	mux.Handle("GET "+metricsPath, promhttp.HandlerFor(o.metrics.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 3, Timeout: 2 * oneLook,
	}))
	return mux
}

// run answers until ctx ends.
func (o *ops) run(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: o.handler(), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		<-ctx.Done()
		_ = server.Close()
	}()
	err := server.Serve(l)
	if !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-stopped
	return nil
}

// probeCommand asks a process on this machine whether it is ready: an image without a shell has nothing else to ask with.
func probeCommand(ctx context.Context, _ []string, out io.Writer) (err error) {
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	if cfg.OpsAddr == "" {
		return errors.New("set FORECOURT_OPS_ADDR to where the process answers probes")
	}
	host, port, err := net.SplitHostPort(cfg.OpsAddr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, oneLook)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+readyPath, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("nothing answers: %w", err)
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	said, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(said)))
	}
	_, err = out.Write(said)
	return err
}
