package tenants

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/rest"
)

// ErrCalls refuses an API call beyond what the account set may make in a minute.
var ErrCalls = fault.New(fault.TooMany, "tenant.calls", "调用太频繁：每分钟最多 %d 次，请 %d 秒后再试", "Too many calls: at most %d a minute; try again in %d seconds")

const (
	// askFor bounds the question to Redis: a door that waits is worse than one that counts by itself.
	askFor = 100 * time.Millisecond
	// aloneFor is how long a process counts by itself after Redis did not answer, before it asks again.
	aloneFor = 5 * time.Second
	// callsEvery is how often the day's calls are written.
	callsEvery = 15 * time.Second
)

// calls counts the API calls of tenants: in Redis for all replicas together, or in this process while there is no Redis. For the
// bill of the day it counts them for the database.
type calls struct {
	client redis.UniversalClient // nil: this process alone

	mu     sync.Mutex
	minute int64
	alone  map[uuid.UUID]int64 // of the minute, counted here
	until  time.Time           // no question to Redis before
	made   map[uuid.UUID]int64 // since they were last written
}

func newCalls() *calls {
	return &calls{alone: map[uuid.UUID]int64{}, made: map[uuid.UUID]int64{}}
}

// CountCalls lets all processes that share client count the calls of a tenant together. It is called before the first request.
func (s *Sessions) CountCalls(client redis.UniversalClient) { s.calls.client = client }

// enter counts a call of a tenant and returns ErrCalls beyond its limit, with the answer's Retry-After set.
func (c *calls) enter(ctx context.Context, t Tenant) error {
	now := clock.Now()
	minute := now.Unix() / 60
	alone := c.note(t.ID, minute)
	if t.CallsMost == 0 {
		return nil
	}
	n, err := c.together(ctx, t.ID, minute, now)
	if err != nil {
		n = alone
	}
	if n <= t.CallsMost {
		return nil
	}
	wait := 60 - now.Unix()%60
	rest.RetryAfter(ctx, time.Duration(wait)*time.Second)
	return ErrCalls.With(t.CallsMost, wait)
}

// note counts a call in this process and returns how many of this minute it is.
func (c *calls) note(tenant uuid.UUID, minute int64) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.minute != minute {
		c.minute = minute
		clear(c.alone)
	}
	c.alone[tenant]++
	c.made[tenant]++
	return c.alone[tenant]
}

// together counts a call in Redis. It returns an error while Redis is away.
func (c *calls) together(ctx context.Context, tenant uuid.UUID, minute int64, now time.Time) (int64, error) {
	c.mu.Lock()
	away := c.client == nil || now.Before(c.until)
	c.mu.Unlock()
	if away {
		return 0, redis.ErrClosed
	}
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	key := fmt.Sprintf("forecourt:calls:{%s}:%d", tenant, minute)
	pipe := c.client.Pipeline()
	n := pipe.Incr(ctx, key)
	pipe.Expire(ctx, key, 2*time.Minute)
	if _, err := pipe.Exec(ctx); err != nil {
		c.mu.Lock()
		c.until = now.Add(aloneFor)
		c.mu.Unlock()
		slog.Debug("calls are counted in this process alone", "error", err)
		return 0, err
	}
	return n.Val(), nil
}

// take returns what was counted since the last time.
func (c *calls) take() map[uuid.UUID]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	made := c.made
	c.made = map[uuid.UUID]int64{}
	return made
}

func (c *calls) giveBack(made map[uuid.UUID]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for t, n := range made {
		c.made[t] += n
	}
}

// keepCalls writes the calls every few seconds until ctx ends, and once more then.
func (s *Sessions) keepCalls(ctx context.Context) {
	tick := time.NewTicker(callsEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), callsEvery)
		if err := s.WriteCalls(writing); err != nil {
			slog.Warn("calls are not written", "error", err)
		}
		cancel()
	}
}

// WriteCalls adds what came to this process's door to the day of each tenant. What fails is tried again with the next.
func (s *Sessions) WriteCalls(ctx context.Context) error {
	made := s.calls.take()
	if len(made) == 0 {
		return nil
	}
	var ids []string
	var counts []int64
	for _, t := range slices.SortedFunc(maps.Keys(made), func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) }) {
		ids, counts = append(ids, t.String()), append(counts, made[t])
	}
	err := s.db.Platform(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "SELECT add_calls(?::uuid[], ?::bigint[])", pgdialect.Array(ids), pgdialect.Array(counts))
		return err
	})
	if err != nil {
		s.calls.giveBack(made)
		return fmt.Errorf("write calls: %w", err)
	}
	return nil
}
