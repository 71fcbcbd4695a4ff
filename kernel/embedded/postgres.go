package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	socketFile = ".s.PGSQL.5432" // the port is only a part of the socket's name
	superuser  = "postgres"
	owner      = "forecourt_owner"
	app        = "forecourt_app"
	database   = "forecourt"
)

// Postgres is a running private server.
type Postgres struct {
	data   string
	socket string
	log    *slog.Logger
	lock   *lock
	server *process
	asked  atomic.Bool // Stop was called
}

type options struct{ throwaway bool }

// Option changes how a server is run.
type Option func(*options)

// Throwaway trades safety for speed, for data that nobody misses: tests.
func Throwaway(o *options) { o.throwaway = true }

func chosen(opts []Option) (o options) {
	for _, set := range opts {
		set(&o)
	}
	return o
}

// StartPostgres runs a server on the data in dir, which it makes when there is none, and returns when it answers. A server
// that outlived a killed program is stopped first. ctx bounds the start only. It returns ErrBusy, ErrNoPostgres, ErrVersion or
// ErrDiskFull, each with a line for the person who started the program.
func StartPostgres(ctx context.Context, dir string, log *slog.Logger, opts ...Option) (*Postgres, error) {
	pg, err := startPostgres(ctx, dir, log, chosen(opts))
	if err != nil {
		return nil, fmt.Errorf("private PostgreSQL: %w", diskFull(err))
	}
	return pg, nil
}

func startPostgres(ctx context.Context, dir string, log *slog.Logger, o options) (*Postgres, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	l, err := hold(dir)
	if err != nil {
		return nil, err
	}
	pg := &Postgres{log: log, lock: l}
	err = pg.start(ctx, dir, o)
	if err != nil && o.throwaway && pg.data != "" && ctx.Err() == nil {
		// Such data may not survive a crash of the machine, and another version can't read it. It is worth nothing.
		log.Warn("throwing away data that PostgreSQL can't use", "data", pg.data, "cause", err)
		if err = errors.Join(pg.halt(ctx), os.RemoveAll(pg.data)); err == nil {
			err = pg.start(ctx, dir, o)
		}
	}
	if err != nil {
		return nil, errors.Join(err, pg.Stop(context.WithoutCancel(ctx)))
	}
	go pg.watch()
	return pg, nil
}

func (pg *Postgres) start(ctx context.Context, dir string, o options) error {
	place, err := settle(ctx, dir, unprivileged(filepath.Join(dir, "data")), pg.log)
	if err != nil {
		return err
	}
	pg.data = filepath.Join(place, "data")
	a := unprivileged(pg.data)
	bin, err := find(ctx, pg.data, filepath.Dir(dir), a)
	if err != nil {
		return err
	}
	if err := stopSurvivor(ctx, pg.data, pg.log); err != nil {
		return err
	}
	if err := bin.makeData(ctx, pg.data, a, o); err != nil {
		return err
	}
	if pg.socket, err = socketFolder(place, socketFile, a); err != nil {
		return err
	}
	if err := pg.launch(ctx, filepath.Join(dir, "log"), bin, a, o); err != nil {
		return err
	}
	if err := prepare(ctx, pg); err != nil {
		return err
	}
	pg.log.Info("private PostgreSQL is running", "version", bin.major, "data", pg.data, "user", a.String(), "process", pg.server.pid)
	return nil
}

// watch reports a server that ended while nobody had asked it to.
func (pg *Postgres) watch() {
	<-pg.server.done
	if !pg.asked.Load() {
		pg.log.Error("private PostgreSQL ended", "cause", pg.server.err)
	}
}

// launch starts the server and waits until it takes connections. It tries again while processes of a killed server still hold
// its memory: PostgreSQL refuses to start beside them, and so it should.
func (pg *Postgres) launch(ctx context.Context, logFile string, bin binaries, a *account, o options) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 90*time.Second, errors.New("PostgreSQL did not answer in time, see "+logFile))
	defer cancel()
	out, err := openLog(logFile)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }() // the server has its own descriptor
	for {
		if err := claim(pg.data, filepath.Join(pg.socket, socketFile+".lock")); err != nil {
			return err
		}
		from, err := out.Seek(0, 2)
		if err != nil {
			return fmt.Errorf("read %s: %w", logFile, err)
		}
		cmd := a.as(exec.Command(filepath.Join(bin.dir, "postgres"), pg.settings(o)...))
		cmd.Dir = "/"
		cmd.Stdout, cmd.Stderr = out, out
		if pg.server, err = launch(cmd, syscall.SIGINT); err != nil {
			return err
		}
		if err := pg.ready(ctx); !errors.Is(err, errEnded) {
			return err
		}
		said := lastWords(logFile, from)
		if !said.heldMemory {
			return fmt.Errorf("PostgreSQL ended at once: %s (see %s)", said.line, logFile)
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

func (pg *Postgres) settings(o options) []string {
	args := []string{"-D", pg.data}
	set := func(name, value string) { args = append(args, "-c", name+"="+value) }
	set("listen_addresses", "")
	set("port", "5432")
	set("unix_socket_directories", `"`+pg.socket+`"`)
	set("unix_socket_permissions", "0700")
	set("shared_buffers", "256MB")
	set("max_connections", "200")
	set("max_wal_size", "2GB")
	set("checkpoint_timeout", "15min")
	set("random_page_cost", "1.1")
	set("jit", "off")
	set("timezone", "UTC")
	set("log_timezone", "UTC")
	set("logging_collector", "off")
	set("lc_messages", "C")
	if o.throwaway {
		set("max_connections", "400")
		set("fsync", "off")
		set("synchronous_commit", "off")
		set("full_page_writes", "off")
		set("autovacuum_naptime", "5min")
	}
	return args
}

// AdminURL leads to the maintenance database as the superuser: for tests and for looking around, never for serving.
func (pg *Postgres) AdminURL() string { return pg.url(superuser, "postgres") }

// OwnerURL leads to the program's database as the owner of its tables, who migrates.
func (pg *Postgres) OwnerURL() string { return pg.url(owner, database) }

// AppURL leads to the program's database as the application's role, which owns nothing and bypasses nothing.
func (pg *Postgres) AppURL() string { return pg.url(app, database) }

func (pg *Postgres) url(role, db string) string {
	q := url.Values{"host": {pg.socket}, "port": {strconv.Itoa(5432)}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + db, RawQuery: q.Encode()}).String()
}

// Done is closed when the server ended, whoever ended it.
func (pg *Postgres) Done() <-chan struct{} { return pg.server.done }

// Stop ends the server and waits for it. Open connections are cut and what they did not commit is rolled back. When ctx ends
// first, the server stops without tidying up, which only makes the next start slower. Stop is safe twice.
func (pg *Postgres) Stop(ctx context.Context) error {
	if pg.asked.Swap(true) {
		return nil
	}
	err := pg.halt(ctx)
	_ = os.Remove(pg.socket) // it may be outside the data folder; one that still holds something stays
	return errors.Join(err, pg.lock.release())
}

func (pg *Postgres) halt(ctx context.Context) error {
	if pg.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return pg.server.stop(ctx, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL)
}
