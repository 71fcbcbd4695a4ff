// Package workers does what modules left for later: it relays rows of outbox and due_tasks to Asynq, runs their handlers,
// and records how it went. PostgreSQL holds the truth; Redis may lose everything at any time.
package workers

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/job"
	"forecourt/tenants"
)

// Options are the settings of a process. A zero field takes the value in its comment.
type Options struct {
	Log         *slog.Logger                     // slog.Default
	Concurrency int                              // 10 handlers at once in this process
	Share       int                              // 64 rows of a tenant in flight, a table
	Stale       time.Duration                    // 30 s without a sign of life, then a row in flight is claimed again
	Every       time.Duration                    // 200 ms between two looks for work
	Timeout     time.Duration                    // 10 min, then a run's context ends
	Grace       time.Duration                    // 20 s for handlers to end when the process stops
	Keep        time.Duration                    // 7 days, then a row that is done is deleted
	Clean       time.Duration                    // 10 min between two clean-ups
	Count       time.Duration                    // 1 h between two counts of what tenants use today
	Overlap     time.Duration                    // 1 h in which programs of two releases may run side by side
	Look        time.Duration                    // 10 s between two looks for what another release did not hear
	Backoff     func(attempts int) time.Duration // 2 s doubled with every failed run, an hour at most
	Queue       func(kind string) string         // QueueDefault for all
	Paused      func() bool                      // never; while it says so, nothing is handed out
	Words       map[string]fault.Text            // what each handler does, by its name; for people
}

// Workers relays and handles. One process makes one.
type Workers struct {
	db       *tenants.DB
	redis    redis.UniversalClient
	client   *asynq.Client
	handlers job.Handlers
	known    []string        // the kinds that this program handles
	told     map[string]bool // the kinds of records whose events it handles
	o        Options
	kick     chan struct{}
	hungry   atomic.Bool // the last look found work, so a finished run makes room for more
}

// New makes workers for handlers, which must not change afterwards. It connects to nothing; client stays the caller's to
// close, after Run has returned.
func New(db *tenants.DB, client redis.UniversalClient, handlers job.Handlers, o Options) *Workers {
	w := &Workers{db: db, redis: client, client: asynq.NewClientFromRedisClient(client), handlers: handlers, known: []string{}, told: map[string]bool{}, o: o.filled(), kick: make(chan struct{}, 1)}
	LogRedis(w.o.Log)
	for kind := range handlers {
		w.known = append(w.known, kind)
		record, _, _ := strings.Cut(kind, ".")
		w.told[record] = true
	}
	return w
}

func (o Options) filled() Options {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Concurrency == 0 {
		o.Concurrency = 10
	}
	if o.Share == 0 {
		o.Share = 64
	}
	if o.Stale == 0 {
		o.Stale = 30 * time.Second
	}
	if o.Every == 0 {
		o.Every = 200 * time.Millisecond
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.Grace == 0 {
		o.Grace = 20 * time.Second
	}
	if o.Keep == 0 {
		o.Keep = 7 * 24 * time.Hour
	}
	if o.Clean == 0 {
		o.Clean = 10 * time.Minute
	}
	if o.Count == 0 {
		o.Count = time.Hour
	}
	if o.Overlap == 0 {
		o.Overlap = time.Hour
	}
	if o.Look == 0 {
		o.Look = 10 * time.Second
	}
	if o.Backoff == nil {
		o.Backoff = func(attempts int) time.Duration { return min(time.Hour, time.Second<<min(attempts, 12)) }
	}
	if o.Queue == nil {
		o.Queue = func(string) string { return QueueDefault }
	}
	if o.Paused == nil {
		o.Paused = func() bool { return false }
	}
	return o
}

// Run relays and handles until ctx ends, then lets running handlers end and returns. Servers that can't be reached are
// tried again for as long as it takes. It returns an error only when Asynq refuses its settings.
func (w *Workers) Run(ctx context.Context) error {
	server := w.server(context.WithoutCancel(ctx))
	if err := server.Start(asynq.HandlerFunc(w.process)); err != nil {
		return fmt.Errorf("start asynq: %w", err)
	}
	var background sync.WaitGroup
	w.upkeep(ctx, &background)
	w.relay(ctx)
	server.Stop()
	server.Shutdown()
	background.Wait()
	return nil
}

// Kick makes the relay look for work now instead of at its next turn. It never blocks.
func (w *Workers) Kick() {
	select {
	case w.kick <- struct{}{}:
	default:
	}
}

// Touched kicks the relay after a commit that changed a record whose events somebody here handles: a callback or a notice then
// follows in a moment instead of at the next turn. It fits tenants.NewDB, and never blocks.
func (w *Workers) Touched(_ uuid.UUID, touched []database.Touch) {
	if slices.ContainsFunc(touched, func(t database.Touch) bool { return w.told[t.Kind] }) {
		w.Kick()
	}
}

// sleep waits for d and reports whether ctx still lives.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
