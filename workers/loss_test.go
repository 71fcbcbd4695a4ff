package workers_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"forecourt/kernel/database"
	"forecourt/kernel/job"
	"forecourt/tenants"
	"forecourt/workers"
)

const kind = "test.effect"

func handlers(fn job.Handler) job.Handlers {
	h := job.Handlers{}
	h.On(kind, "test", fn)
	return h
}

func TestNothingIsLost(t *testing.T) {
	t.Run("RedisIsEmptiedInTheMiddle", func(t *testing.T) {
		w := newWorld(t, 3)
		for _, tenant := range w.tenants {
			w.plan(tenant, kind, 100)
		}
		w.run(handlers(effect(w.db, 20*time.Millisecond)), quick())
		for _, n := range []int{40, 120, 200} {
			w.until("some are handled", func() bool { return w.count(effectsNow) >= n })
			w.flush()
		}
		w.allOnce(300)
	})

	t.Run("RedisIsDownForTenSeconds", func(t *testing.T) {
		w := newWorld(t, 3)
		for _, tenant := range w.tenants {
			w.plan(tenant, kind, 100)
		}
		w.run(handlers(effect(w.db, 20*time.Millisecond)), quick())
		w.until("some are handled", func() bool { return w.count(effectsNow) >= 60 })
		w.redis.kill()
		w.publish(w.tenants[0], kind)
		time.Sleep(10 * time.Second)
		if w.count(openSQL) == 0 {
			t.Fatal("everything was done before Redis went down")
		}
		w.startRedis()
		w.allOnce(301)
		if n := w.count("SELECT count(*) FROM due_tasks WHERE attempts > 1"); n > 8 {
			t.Errorf("%d rows were run again; an outage should cost attempts only of what was running", n)
		}
	})

	t.Run("RedisIsDownAtStart", func(t *testing.T) {
		w := newWorld(t, 1)
		w.redis.kill()
		w.plan(w.tenants[0], kind, 5)
		w.run(handlers(effect(w.db, 0)), quick())
		time.Sleep(time.Second)
		w.startRedis()
		w.allOnce(5)
	})

	t.Run("WorkerIsKilledInTheMiddle", func(t *testing.T) {
		w := newWorld(t, 3)
		for _, tenant := range w.tenants {
			w.plan(tenant, kind, 40)
		}
		for _, n := range []int{15, 40, 70} {
			child := w.child()
			w.until("some are handled", func() bool { return w.count(effectsNow) >= n })
			child.kill()
		}
		if n := w.count("SELECT count(*) FROM due_tasks d JOIN effects e ON e.key = d.id::text WHERE d.done_at IS NULL"); n == 0 {
			t.Fatal("no handler was cut off after its commit")
		}
		w.child()
		w.allOnce(120)
		if n := w.count("SELECT count(*) FROM due_tasks WHERE attempts > 1"); n == 0 {
			t.Error("no row was run again")
		}
	})
}

func TestOutageIsALineAndNoFlood(t *testing.T) {
	w := newWorld(t, 1)
	w.redis.kill()
	child := w.child()
	w.until("the relay has tried again and again", func() bool { return strings.Count(child.out.String(), "relay waits") >= 4 })
	said := child.out.String()
	for _, who := range []string{"redis", "asynq"} {
		if n := strings.Count(said, "level=WARN msg="+who+" "); n != 1 {
			t.Errorf("%s is heard %d times in a few seconds, want once", who, n)
		}
	}
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, "time=") {
			t.Errorf("not from our log: %s", line)
		}
	}
}

// TestMain is also the worker process that a test kills.
func TestMain(m *testing.M) {
	if url := os.Getenv("WORKERS_TEST_DATABASE"); url != "" {
		os.Exit(work(url, os.Getenv("WORKERS_TEST_REDIS")))
	}
	os.Exit(m.Run())
}

func work(url, socket string) int {
	pool, err := database.Open(url, 10)
	if err != nil {
		return 1
	}
	db := tenants.NewDB(pool, nil)
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	o := quick()
	o.Log = slog.New(slog.NewTextHandler(os.Stdout, nil))
	if workers.New(db, client, handlers(effect(db, 100*time.Millisecond)), o).Run(context.Background()) != nil {
		return 1
	}
	return 0
}

type childProcess struct {
	*exec.Cmd
	out *output
}

// output is what a child wrote so far.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func (w *world) child() *childProcess {
	w.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "WORKERS_TEST_DATABASE="+w.appURL, "WORKERS_TEST_REDIS="+w.socket)
	out := &output{}
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		w.Fatal(err)
	}
	p := &childProcess{c, out}
	w.Cleanup(func() {
		p.kill()
		if w.Failed() {
			w.Log(out)
		}
	})
	return p
}

// kill is kill -9: nothing in the process gets to tidy up.
func (p *childProcess) kill() {
	if p.ProcessState == nil {
		_ = p.Process.Kill()
		_ = p.Wait()
	}
}
