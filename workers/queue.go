package workers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
)

// The queues by urgency. They are served 6 : 3 : 1, so that none starves.
const (
	QueueCritical = "critical"
	QueueDefault  = "default"
	QueueLow      = "low"
)

const (
	taskType = "run"
	// manyRetries leaves giving up to PostgreSQL. A task that Asynq gave up on would keep its id taken for months.
	manyRetries = 1 << 20
)

// enqueue hands r to Redis. The same run again counts as delivered: the earlier task is still waiting or running.
func (w *Workers) enqueue(ctx context.Context, r run) error {
	payload, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write task: %w", err)
	}
	_, err = w.client.EnqueueContext(ctx, asynq.NewTask(taskType, payload), asynq.Queue(w.o.Queue(r.Kind)),
		asynq.TaskID(fmt.Sprintf("%s:%d", r.ID, r.Attempts)), asynq.MaxRetry(manyRetries), asynq.Timeout(w.o.Timeout))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return fmt.Errorf("enqueue: %w", err)
	}
	return nil
}

// server makes an Asynq server whose handlers run under base.
func (w *Workers) server(base context.Context) *asynq.Server {
	return asynq.NewServerFromRedisClient(w.redis, asynq.Config{
		Concurrency:              w.o.Concurrency,
		BaseContext:              func() context.Context { return base },
		Queues:                   map[string]int{QueueCritical: 6, QueueDefault: 3, QueueLow: 1},
		TaskCheckInterval:        200 * time.Millisecond, // an idle server takes up a task in 0.15 s; by default in 0.9 s
		DelayedTaskCheckInterval: time.Second,
		RetryDelayFunc:           func(int, error, *asynq.Task) time.Duration { return time.Second },
		ShutdownTimeout:          w.o.Grace,
		Logger:                   queueLog{newQuietLog(w.o.Log, "asynq")},
		LogLevel:                 asynq.WarnLevel,
	})
}
