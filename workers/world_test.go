package workers_test

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/redis/go-redis/v9"

	"forecourt/kernel/database"
	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/kernel/testdb"
	"forecourt/tenants"
	"forecourt/workers"
)

// patience is when a test gives up waiting; nothing here should take a tenth of it.
const patience = 90 * time.Second

// Effects are what handlers leave behind. The key makes an effect safe twice; the sum would show one that was not.
const effectsSQL = `CREATE TABLE effects (tenant_id uuid NOT NULL, key text NOT NULL, at bigserial, PRIMARY KEY (tenant_id, key));
CREATE TABLE sums (tenant_id uuid PRIMARY KEY, n int NOT NULL DEFAULT 0);
SELECT tenant_table('effects'), tenant_table('sums');
GRANT USAGE ON SEQUENCE effects_at_seq TO forecourt_app`

// world is a database and a Redis of one test.
type world struct {
	*testing.T
	owner   *sql.DB
	appURL  string
	db      *tenants.DB
	socket  string
	redis   *redisServer
	tenants []uuid.UUID
}

func newWorld(t *testing.T, tenants int) *world {
	t.Helper()
	t.Parallel()
	fresh := testdb.New(t)
	owner, err := sql.Open("pgx", fresh.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, owner: owner, appURL: fresh.AppURL, db: open(t, fresh.AppURL), socket: filepath.Join(t.TempDir(), "redis")}
	t.Cleanup(func() { _ = owner.Close() })
	w.exec(effectsSQL)
	for range tenants {
		tenant := id.New()
		w.exec("INSERT INTO tenants (id, code, name, start_date) VALUES ($1, $2, '晨星汽车', '2026-01-01')", tenant, tenant.String())
		w.exec("INSERT INTO sums (tenant_id) VALUES ($1)", tenant)
		w.tenants = append(w.tenants, tenant)
	}
	w.startRedis()
	w.Cleanup(func() { w.redis.kill() }) // the last one started, and after the workers stopped
	return w
}

func open(t testing.TB, url string) *tenants.DB {
	pool, err := database.Open(url, 12)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return tenants.NewDB(pool, nil)
}

func (w *world) exec(q string, args ...any) {
	w.Helper()
	if _, err := w.owner.Exec(q, args...); err != nil {
		w.Fatalf("%s: %v", q, err)
	}
}

func (w *world) count(q string, args ...any) (n int) {
	w.Helper()
	if err := w.owner.QueryRow(q, args...).Scan(&n); err != nil {
		w.Fatalf("%s: %v", q, err)
	}
	return n
}

// plan adds n due tasks of kind to a tenant.
func (w *world) plan(tenant uuid.UUID, kind string, n int) {
	w.exec(`INSERT INTO due_tasks (tenant_id, id, kind, key, body, due_at)
		SELECT $1, gen_random_uuid(), $2, 'k' || nextval('effects_at_seq'), '{}', now() - interval '1 minute' FROM generate_series(1, $3)`, tenant, kind, n)
}

func (w *world) publish(tenant uuid.UUID, kind string) {
	w.exec("INSERT INTO outbox (tenant_id, id, kind, body) VALUES ($1, $2, $3, '{}')", tenant, id.New(), kind)
}

func (w *world) actor(tenant uuid.UUID) tenants.Actor {
	t, err := w.db.Tenant(w.Context(), tenant)
	if err != nil {
		w.Fatal(err)
	}
	return tenants.Worker(t, "test")
}

const (
	openSQL    = "SELECT (SELECT count(*) FROM due_tasks WHERE done_at IS NULL) + (SELECT count(*) FROM outbox WHERE done_at IS NULL)"
	effectsNow = "SELECT count(*) FROM effects"
)

// until waits for a condition on the database.
func (w *world) until(what string, met func() bool) {
	w.Helper()
	for end := time.Now().Add(patience); !met(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			w.Fatalf("waited in vain until %s; open rows: %d, effects: %d", what, w.count(openSQL), w.count(effectsNow))
		}
	}
}

// allOnce waits until no row is open and checks that n effects happened, each once.
func (w *world) allOnce(n int) {
	w.Helper()
	w.until("every row is done", func() bool { return w.count(openSQL) == 0 })
	if got, sum := w.count(effectsNow), w.count("SELECT sum(n) FROM sums"); got != n || sum != n {
		w.Errorf("effects: %d, counted %d times; want %d once each", got, sum, n)
	}
}

// effect is a handler that is safe twice. It dwells after its commit, where a dying process hurts most.
func effect(db *tenants.DB, dwell time.Duration) job.Handler {
	return func(ctx context.Context, t job.Task) error {
		tenant, err := db.Tenant(ctx, t.Tenant)
		if err != nil {
			return err
		}
		err = db.Do(ctx, tenants.Worker(tenant, t.Kind), func(tx tenants.Tx) error {
			done, err := tx.ExecContext(ctx, "INSERT INTO effects (tenant_id, key) VALUES (?, ?) ON CONFLICT (tenant_id, key) DO NOTHING", tx.Tenant, t.ID.String())
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil || n == 0 {
				return err
			}
			_, err = tx.ExecContext(ctx, "UPDATE sums SET n = n + 1 WHERE tenant_id = ?", tx.Tenant)
			return err
		})
		time.Sleep(dwell)
		return err
	}
}

func quick() workers.Options {
	return workers.Options{Concurrency: 4, Stale: time.Second, Look: 200 * time.Millisecond, Clean: 200 * time.Millisecond, Log: slog.New(slog.DiscardHandler), Backoff: func(int) time.Duration { return time.Millisecond }}
}

// run starts workers and returns them with the function that stops them.
func (w *world) run(h job.Handlers, o workers.Options) (*workers.Workers, func()) {
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: w.socket})
	made := workers.New(w.db, client, h, o)
	ctx, cancel := context.WithCancel(w.Context())
	ended := make(chan error, 1)
	go func() { ended <- made.Run(ctx) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			w.Error(err)
		}
		_ = client.Close()
	}
	w.Cleanup(stop)
	return made, stop
}

type redisServer struct{ *exec.Cmd }

func (w *world) startRedis() {
	w.Helper()
	_ = os.Remove(w.socket)
	c := exec.Command("redis-server", "--port", "0", "--unixsocket", w.socket, "--save", "", "--dir", filepath.Dir(w.socket))
	if err := c.Start(); err != nil {
		w.Fatal(err)
	}
	w.redis = &redisServer{c}
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: w.socket})
	defer func() { _ = client.Close() }()
	w.until("Redis answers", func() bool { return client.Ping(w.Context()).Err() == nil })
}

// kill ends the server and everything that it held.
func (r *redisServer) kill() {
	if r.ProcessState == nil {
		_ = r.Process.Kill()
		_ = r.Wait()
	}
}

func (w *world) flush() {
	w.Helper()
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: w.socket})
	defer func() { _ = client.Close() }()
	if err := client.FlushAll(w.Context()).Err(); err != nil {
		w.Fatal(err)
	}
}
