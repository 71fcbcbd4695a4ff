package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

const redisSocket = "redis.sock"

// Redis is a private Redis: redis-server where it is installed, else one inside this process that forgets with it. Nothing
// in it is a fact, so either will do.
type Redis struct {
	url    string
	socket string // empty inside the process
	log    *slog.Logger
	lock   *lock
	server *process
	inside *inside
	asked  atomic.Bool // Stop was called
}

// StartRedis runs a Redis on the data in dir and returns when it answers. ctx bounds the start only. It returns ErrBusy or
// ErrDiskFull.
func StartRedis(ctx context.Context, dir string, log *slog.Logger, opts ...Option) (*Redis, error) {
	r, err := startRedis(ctx, dir, log, chosen(opts))
	if err != nil {
		return nil, fmt.Errorf("private Redis: %w", diskFull(err))
	}
	return r, nil
}

func startRedis(ctx context.Context, dir string, log *slog.Logger, o options) (*Redis, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return startInside(log)
	}
	dir, err = filepath.Abs(dir)
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
	r := &Redis{log: log, lock: l}
	err = r.start(ctx, program, dir, o)
	if err != nil && r.server != nil && !r.server.running() && setAside(dir, log) {
		err = r.start(ctx, program, dir, o)
	}
	if err != nil {
		return nil, errors.Join(err, r.Stop(context.WithoutCancel(ctx)))
	}
	go r.watch()
	return r, nil
}

func (r *Redis) start(ctx context.Context, program, dir string, o options) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 60*time.Second, errors.New("redis-server did not answer in time"))
	defer cancel()
	var same *account // Redis doesn't mind being root
	folder, err := socketFolder(dir, redisSocket, same)
	if err != nil {
		return err
	}
	r.socket = filepath.Join(folder, redisSocket)
	r.url = (&url.URL{Scheme: "unix", Path: r.socket}).String()
	if err := stopRedisSurvivor(ctx, r.socket, r.log); err != nil {
		return err
	}
	logFile := filepath.Join(dir, "log")
	out, err := openLog(logFile)
	if err != nil {
		return err
	}
	defer func() { _ = out.Close() }()
	from, err := out.Seek(0, 2)
	if err != nil {
		return fmt.Errorf("read %s: %w", logFile, err)
	}
	cmd := same.as(exec.Command(program, redisSettings(dir, r.socket, o)...))
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = out, out
	if r.server, err = launch(cmd, syscall.SIGTERM); err != nil {
		return err
	}
	for !answers(ctx, r.socket) {
		if !r.server.running() {
			return fmt.Errorf("redis-server ended at once: %s (see %s)", lastWords(logFile, from).line, logFile)
		}
		if err := wait(ctx, 3*time.Millisecond); err != nil {
			return err
		}
	}
	r.log.Info("private Redis is running", "data", dir, "process", r.server.pid)
	return nil
}

func redisSettings(dir, socket string, o options) []string {
	keep, databases := "yes", 16
	if o.throwaway {
		keep, databases = "no", 10000
	}
	return []string{
		"--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--dir", dir, "--daemonize", "no",
		"--appendonly", keep, "--appendfsync", "everysec", "--save", "", "--databases", strconv.Itoa(databases),
	}
}

// answers says that a server listens at socket and has loaded its data.
func answers(ctx context.Context, socket string) bool {
	if !listens(socket) {
		return false // the client below would log a line at every try
	}
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: -1})
	defer func() { _ = c.Close() }()
	return c.Ping(ctx).Err() == nil
}

// stopRedisSurvivor ends a server that outlived its program. The folder's lock is ours, so nobody else wants it.
func stopRedisSurvivor(ctx context.Context, socket string, log *slog.Logger) error {
	for told := false; listens(socket); told = true {
		if !told {
			log.Info("stopping the Redis of a program that was killed", "socket", socket)
			c := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, MaxRetries: -1})
			_ = c.Shutdown(ctx).Err() // the connection breaks in any case
			_ = c.Close()
		}
		if err := wait(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func listens(socket string) bool {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// setAside moves data that Redis can't read out of the way: everything in it can be made again from PostgreSQL.
func setAside(dir string, log *slog.Logger) bool {
	from, to := filepath.Join(dir, "appendonlydir"), filepath.Join(dir, "appendonlydir.unreadable")
	if _, err := os.Stat(from); err != nil {
		return false
	}
	if os.RemoveAll(to) != nil || os.Rename(from, to) != nil {
		return false
	}
	log.Warn("Redis can't read its data, starting an empty one", "kept_as", to)
	return true
}

func (r *Redis) watch() {
	<-r.server.done
	if !r.asked.Load() {
		r.log.Error("private Redis ended", "cause", r.server.err)
	}
}

// URL is what redis.ParseURL of go-redis reads.
func (r *Redis) URL() string { return r.url }

// Stop ends the server and waits for it, saving what it holds. Stop is safe twice.
func (r *Redis) Stop(ctx context.Context) error {
	if r.asked.Swap(true) {
		return nil
	}
	if r.inside != nil {
		r.inside.stop()
		return nil
	}
	var err error
	if r.server != nil {
		ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
		defer cancel()
		err = r.server.stop(ctx, syscall.SIGTERM, syscall.SIGKILL)
	}
	_ = os.Remove(filepath.Dir(r.socket)) // it may be outside the data folder; one that still holds something stays
	return errors.Join(err, r.lock.release())
}
