package embedded_test

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"forecourt/kernel/embedded"
)

// asChild makes the test binary run a server until it is killed, as the program would.
const asChild = "FORECOURT_TEST_RUN_SERVER_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asChild); dir != "" {
		runUntilKilled(dir)
	}
	os.Exit(m.Run())
}

func runUntilKilled(dir string) {
	pg, err := embedded.StartPostgres(context.Background(), filepath.Join(dir, "postgres"), slog.New(slog.DiscardHandler))
	if err == nil {
		_, err = embedded.StartRedis(context.Background(), filepath.Join(dir, "redis"), slog.New(slog.DiscardHandler))
	}
	if err != nil {
		_, _ = os.Stdout.WriteString("error: " + err.Error() + "\n")
		os.Exit(1)
	}
	_, _ = os.Stdout.WriteString(pg.AppURL() + "\n")
	select {}
}

// folder is one that an unprivileged account can enter; t.TempDir is closed to it.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "embedded-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, dir string) *embedded.Postgres {
	t.Helper()
	began := time.Now()
	pg, err := embedded.StartPostgres(t.Context(), dir, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("started in %s", time.Since(began).Round(time.Millisecond))
	t.Cleanup(func() { stop(t, pg) })
	return pg
}

func stop(t *testing.T, pg *embedded.Postgres) {
	t.Helper()
	if err := pg.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// run sends SQL and returns its first value as text.
func run(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(t.Context(), sql, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var first string
	if rows.Next() {
		v, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := v[0].(string); ok {
			first = s
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return first
}

const (
	keep  = "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('safe'); GRANT SELECT ON kept TO forecourt_app"
	kept  = "SELECT word FROM kept"
	about = `SELECT concat_ws(' ', current_user, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
		pg_catalog.pg_get_userbyid((SELECT datdba FROM pg_database WHERE datname = current_database())),
		current_setting('plan_cache_mode'), current_setting('server_encoding'), current_setting('listen_addresses') = '',
		(SELECT datcollate FROM pg_database WHERE datname = current_database()), current_setting('fsync'))
		FROM pg_roles WHERE rolname = current_user`
)

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "postgres")
	pg := start(t, dir)
	if got := run(t, pg.AppURL(), about); !strings.HasPrefix(got, "forecourt_app f f f f forecourt_owner force_generic_plan UTF8 t C") || !strings.HasSuffix(got, " on") {
		t.Fatalf("application's role: %s", got)
	}
	if got := run(t, pg.OwnerURL(), about); !strings.HasPrefix(got, "forecourt_owner f f t f forecourt_owner auto") {
		t.Fatalf("owner's role: %s", got)
	}
	again := func() { pg = start(t, dir) } // stopped at the end of the whole test, whichever part started it
	run(t, pg.OwnerURL(), "CREATE EXTENSION btree_gin")
	run(t, pg.OwnerURL(), keep)

	t.Run("FolderInUseIsBusy", func(t *testing.T) {
		_, err := embedded.StartPostgres(t.Context(), dir, slog.New(slog.DiscardHandler))
		if !errors.Is(err, embedded.ErrBusy) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
			t.Fatalf("got %v, want ErrBusy with the process", err)
		}
		run(t, pg.AppURL(), kept)
	})
	t.Run("SecondStartIsQuickAndKeepsRows", func(t *testing.T) {
		stop(t, pg)
		select {
		case <-pg.Done():
		default:
			t.Fatal("Done is open after Stop")
		}
		began := time.Now()
		again()
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("took %s", took)
		}
		if got := run(t, pg.AppURL(), kept); got != "safe" {
			t.Fatalf("got %q", got)
		}
	})
	t.Run("KilledPostmasterKeepsCommittedRows", func(t *testing.T) {
		busy, err := pgx.Connect(t.Context(), pg.OwnerURL()) // a backend that is still at work when the postmaster dies
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = busy.Exec(context.Background(), "SELECT count(*) FROM generate_series(1, 5000000)") }()
		run(t, pg.OwnerURL(), "INSERT INTO kept VALUES ('committed')")
		if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-pg.Done()
		stop(t, pg)
		again()
		if got := run(t, pg.AppURL(), "SELECT count(*)::text FROM kept"); got != "2" {
			t.Fatalf("got %s rows, want 2", got)
		}
	})
	t.Run("StrangersNumberInPidFileAndSocketLock", func(t *testing.T) {
		socket := socketOf(t, pg)
		stop(t, pg)
		sleeper := exec.Command("sleep", "60")
		if uid, gid := ownerOf(t, filepath.Join(dir, "data")); os.Geteuid() == 0 { // PostgreSQL ignores a process of another user by itself
			sleeper.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		}
		if err := sleeper.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() }()
		stale := strconv.Itoa(sleeper.Process.Pid) + "\n" + filepath.Join(dir, "data") + "\n1700000000\n5432\n/nowhere\n\n"
		writeAsOwner(t, filepath.Join(dir, "data", "postmaster.pid"), stale, filepath.Join(dir, "data", "PG_VERSION"))
		if err := os.MkdirAll(socket, 0o700); err != nil { // an orderly stop takes the folder with it, a kill leaves it
			t.Fatal(err)
		}
		writeAsOwner(t, filepath.Join(socket, ".s.PGSQL.5432.lock"), stale, filepath.Join(dir, "data", "PG_VERSION"))
		again()
		if err := sleeper.Process.Signal(syscall.Signal(0)); err != nil {
			t.Fatalf("the stranger was stopped: %v", err)
		}
	})
	t.Run("EmptyPidFile", func(t *testing.T) {
		stop(t, pg)
		writeAsOwner(t, filepath.Join(dir, "data", "postmaster.pid"), "", filepath.Join(dir, "data", "PG_VERSION"))
		again()
	})
	t.Run("OtherVersionIsLeftAlone", func(t *testing.T) {
		stop(t, pg)
		version := filepath.Join(dir, "data", "PG_VERSION")
		real, err := os.ReadFile(version)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(version, []byte("9\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		before := listing(t, filepath.Join(dir, "data"))
		_, err = embedded.StartPostgres(t.Context(), dir, slog.New(slog.DiscardHandler))
		if !errors.Is(err, embedded.ErrVersion) || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "version 9") {
			t.Fatalf("got %v, want one line of ErrVersion", err)
		}
		if after := listing(t, filepath.Join(dir, "data")); after != before {
			t.Fatal("the data was touched")
		}
		if err := os.WriteFile(version, real, 0o600); err != nil {
			t.Fatal(err)
		}
		start(t, dir)
	})
}

func socketOf(t *testing.T, pg *embedded.Postgres) string {
	t.Helper()
	u, err := url.Parse(pg.AppURL())
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("host")
}

// writeAsOwner makes a file that belongs to whoever owns like.
func writeAsOwner(t *testing.T, name, text, like string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	uid, gid := ownerOf(t, like)
	if err := os.Chown(name, uid, gid); err != nil {
		t.Fatal(err)
	}
}

func ownerOf(t *testing.T, name string) (uid, gid int) {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatalf("%s has no owner", name)
	}
	return int(s.Uid), int(s.Gid)
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		b.WriteString(path + info.ModTime().String() + info.Mode().String() + "\n")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// startChild runs a program with servers in dir and returns the address of its database.
func startChild(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), asChild+"="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(url, "postgres://") {
		t.Fatalf("child said %q, %v", url, err)
	}
	return child, strings.TrimSpace(url)
}

func TestKilledProgram(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	child, url := startChild(t, dir)
	url = strings.Replace(url, "forecourt_app", "forecourt_owner", 1)
	run(t, url, keep)
	pid := postmaster(t, filepath.Join(dir, "postgres"))

	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	pg := start(t, filepath.Join(dir, "postgres")) // at once, while the old one may still be ending
	if got := run(t, pg.AppURL(), kept); got != "safe" {
		t.Fatalf("got %q", got)
	}
	if now := postmaster(t, filepath.Join(dir, "postgres")); now == pid {
		t.Fatalf("process %d still serves", pid)
	}
	r, err := embedded.StartRedis(t.Context(), filepath.Join(dir, "redis"), slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestFolders(t *testing.T) {
	t.Parallel()
	t.Run("LongPath", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(folder(t), strings.Repeat("long-name/", 15), "postgres")
		pg := start(t, dir)
		run(t, pg.OwnerURL(), keep)
		stop(t, pg)
		pg = start(t, dir)
		run(t, pg.AppURL(), kept)
	})
	t.Run("PathWithBlanksAndQuotes", func(t *testing.T) {
		t.Parallel()
		run(t, start(t, filepath.Join(folder(t), `车枢, "test" dir's`)).OwnerURL(), keep)
	})
	t.Run("ParentClosedToTheServersUser", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(t.TempDir(), "postgres") // its parent has mode 0700
		if err := os.Chmod(filepath.Dir(dir), 0o700); err != nil {
			t.Fatal(err)
		}
		pg := start(t, dir)
		t.Cleanup(func() { removeMoved(t, dir) })
		run(t, pg.OwnerURL(), keep)
		stop(t, pg)
		pg = start(t, dir)
		run(t, pg.AppURL(), kept)
		stop(t, pg)
	})
	t.Run("ForeignFilesAreKept", func(t *testing.T) {
		t.Parallel()
		dir := folder(t)
		photo := filepath.Join(dir, "data", "photo.jpg")
		if err := os.Mkdir(filepath.Dir(photo), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(photo, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := embedded.StartPostgres(t.Context(), dir, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "move them away") {
			t.Fatalf("got %v", err)
		}
		if _, err := os.Stat(photo); err != nil {
			t.Fatal(err)
		}
	})
}

func removeMoved(t *testing.T, dir string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "moved-to"))
	if errors.Is(err, fs.ErrNotExist) {
		return // not root: nothing had to move
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(strings.TrimSpace(string(raw))); err != nil {
		t.Error(err)
	}
}
