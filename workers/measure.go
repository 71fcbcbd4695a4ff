package workers

import (
	"context"
	"fmt"
	"slices"

	"github.com/hibiken/asynq"
	"github.com/uptrace/bun"
)

// Open is how many open rows of one table stand in one state, over all tenants that work, and for how long the oldest has waited since it
// was written or fell due.
type Open struct {
	Source string // outbox or due_tasks
	State  State
	N      int64
	Waits  float64 // in seconds
}

// Queue is what lies in one queue of Redis.
type Queue struct {
	Name                               string
	Waiting, Running, Planned, Retried int
}

// OpenWork counts the open rows of all tenants without naming one.
func (w *Workers) OpenWork(ctx context.Context) (rows []Open, err error) {
	err = w.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.NewRaw("SELECT source, state, n, waits FROM work_open(?::interval)", interval(w.o.Stale)).Scan(ctx, &rows)
	})
	if err != nil {
		return nil, fmt.Errorf("count open work: %w", err)
	}
	return rows, nil
}

// Queues counts what was handed to Redis. A queue that was never used is empty.
func (w *Workers) Queues() (all []Queue, err error) {
	inspector := asynq.NewInspectorFromRedisClient(w.redis)
	used, err := inspector.Queues()
	if err != nil {
		return nil, fmt.Errorf("ask for the queues: %w", err)
	}
	for _, name := range []string{QueueCritical, QueueDefault, QueueLow} {
		q := Queue{Name: name}
		if slices.Contains(used, name) {
			info, err := inspector.GetQueueInfo(name)
			if err != nil {
				return nil, fmt.Errorf("ask queue %s: %w", name, err)
			}
			q.Waiting, q.Running, q.Planned, q.Retried = info.Pending, info.Active, info.Scheduled, info.Retry
		}
		all = append(all, q)
	}
	return all, nil
}
