package live_test

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"forecourt/kernel/database"
	"forecourt/kernel/live"
)

const patience = 30 * time.Second

// start runs a redis-server on socket and returns what kills it.
func start(t *testing.T, socket string) func() {
	t.Helper()
	_ = os.Remove(socket)
	c := exec.Command("redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", filepath.Dir(socket))
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func() {
		if c.ProcessState == nil {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	}
	t.Cleanup(kill)
	return kill
}

// replica is a hub as another process has it.
func replica(t *testing.T, socket string) *live.Hub {
	client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket})
	h := live.New(client, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		_ = client.Close()
	})
	return h
}

// meet waits until a hears b.
func meet(t *testing.T, a, b *live.Hub) {
	t.Helper()
	tenant := uuid.New()
	heard, leave := a.Subscribe(tenant, uuid.New())
	defer leave()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		b.Announce(tenant, []database.Touch{{Kind: "hello", ID: uuid.New()}})
		select {
		case <-heard:
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Fatal("two replicas never heard of each other")
}

func next(t *testing.T, in <-chan live.Message) live.Message {
	t.Helper()
	select {
	case m := <-in:
		return m
	case <-time.After(patience):
		t.Fatal("nothing was heard")
		return live.Message{}
	}
}

func nothing(t *testing.T, in <-chan live.Message) {
	t.Helper()
	select {
	case m := <-in:
		t.Errorf("heard %+v", m)
	default:
	}
}

func TestLive(t *testing.T) {
	t.Run("ReachesTenantAndUserInEveryReplicaOnce", func(t *testing.T) {
		t.Parallel()
		socket := filepath.Join(t.TempDir(), "redis")
		start(t, socket)
		a, b := replica(t, socket), replica(t, socket)
		meet(t, a, b)
		meet(t, b, a)
		tenant, user, record := uuid.New(), uuid.New(), uuid.New()
		here, leaveHere := a.Subscribe(tenant, user)
		defer leaveHere()
		there, leaveThere := b.Subscribe(tenant, user)
		defer leaveThere()
		colleague, leaveColleague := b.Subscribe(tenant, uuid.New())
		defer leaveColleague()
		stranger, leaveStranger := b.Subscribe(uuid.New(), user)
		defer leaveStranger()

		a.Announce(tenant, []database.Touch{{Kind: "customer", ID: record}})
		a.Notice(tenant, user)
		a.Announce(tenant, []database.Touch{{Kind: "last", ID: record}})
		change, last := live.Message{Type: live.TypeChange, Kind: "customer", ID: record}, live.Message{Type: live.TypeChange, Kind: "last", ID: record}
		for name, want := range map[string][]live.Message{"here": {change, {Type: live.TypeNotice}, last}, "there": {change, {Type: live.TypeNotice}, last}, "colleague": {change, last}} {
			in := map[string]<-chan live.Message{"here": here, "there": there, "colleague": colleague}[name]
			for _, m := range want {
				if got := next(t, in); got != m {
					t.Errorf("%s heard %+v, want %+v", name, got, m)
				}
			}
			nothing(t, in)
		}
		nothing(t, stranger)
	})

	t.Run("StaleIsCalledHereAndThere", func(t *testing.T) {
		t.Parallel()
		socket := filepath.Join(t.TempDir(), "redis")
		start(t, socket)
		a, b := replica(t, socket), replica(t, socket)
		meet(t, b, a)
		tenant := uuid.New()
		var here atomic.Int32
		a.OnStale(func(uuid.UUID) { here.Add(1) })
		there := make(chan uuid.UUID, 1)
		b.OnStale(func(t uuid.UUID) { there <- t })
		a.Stale(tenant)
		if here.Load() != 1 {
			t.Error("this process did not know when Stale returned")
		}
		select {
		case got := <-there:
			if got != tenant {
				t.Errorf("stale: %s, want %s", got, tenant)
			}
		case <-time.After(patience):
			t.Error("the other process never knew")
		}
	})

	t.Run("WithoutRedisThisProcessStillHears", func(t *testing.T) {
		t.Parallel()
		socket := filepath.Join(t.TempDir(), "redis")
		a := replica(t, socket)
		tenant := uuid.New()
		heard, leave := a.Subscribe(tenant, uuid.New())
		defer leave()
		for range 5000 { // more than any buffer holds
			a.Announce(tenant, []database.Touch{{Kind: "vehicle", ID: uuid.New()}})
			next(t, heard)
		}
	})

	t.Run("ReplicasMeetAgainAfterAnOutage", func(t *testing.T) {
		t.Parallel()
		socket := filepath.Join(t.TempDir(), "redis")
		kill := start(t, socket)
		a, b := replica(t, socket), replica(t, socket)
		meet(t, a, b)
		kill()
		a.Announce(uuid.New(), []database.Touch{{Kind: "vehicle", ID: uuid.New()}})
		start(t, socket)
		meet(t, a, b)
		meet(t, b, a)
	})

	t.Run("SlowScreenLosesTheOldest", func(t *testing.T) {
		t.Parallel()
		h := live.New(redis.NewClient(&redis.Options{}), slog.New(slog.DiscardHandler))
		tenant, last := uuid.New(), uuid.New()
		heard, leave := h.Subscribe(tenant, uuid.New())
		for range 1000 {
			h.Announce(tenant, []database.Touch{{Kind: "vehicle", ID: uuid.New()}})
		}
		h.Announce(tenant, []database.Touch{{Kind: "vehicle", ID: last}})
		leave()
		leave()
		var got live.Message
		for m := range heard {
			got = m
		}
		if got.ID != last {
			t.Error("the newest message was lost")
		}
	})
}

func TestACloseEndsEveryScreenAndThoseToCome(t *testing.T) {
	h := live.New(redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"}), slog.New(slog.DiscardHandler))
	tenant := uuid.New()
	first, leave := h.Subscribe(tenant, uuid.New())
	second, _ := h.Subscribe(uuid.New(), uuid.New())
	h.Close()
	late, leaveLate := h.Subscribe(tenant, uuid.New())
	for name, heard := range map[string]<-chan live.Message{"first": first, "second": second, "late": late} {
		if _, open := <-heard; open {
			t.Errorf("%s goes on", name)
		}
	}
	leave()
	leaveLate()
	h.Close()
	h.Announce(tenant, []database.Touch{{Kind: "hello", ID: uuid.New()}})
}
