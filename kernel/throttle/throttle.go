// Package throttle counts what went wrong by whom, in Redis for all replicas together. Without Redis each process counts for
// itself: a limit grows by the number of replicas, and is never none.
package throttle

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"forecourt/kernel/clock"
)

// patience is how long a call waits for Redis: whoever signs in must not wait for a server that is away.
const patience = 300 * time.Millisecond

// pause is how long a Redis that did not answer is not asked.
const pause = 2 * time.Second

// most is how many names a process keeps by itself.
const most = 50_000

// Limit is how many counts a name has in a window, which begins with the first of them.
type Limit struct {
	name   string
	most   int
	window time.Duration
	client redis.UniversalClient
	away   atomic.Int64 // Redis did not answer: until when it is not asked, in Unix milliseconds; 0: it answers

	mu   sync.Mutex
	here map[string]tally
}

type tally struct {
	n    int
	ends time.Time
}

// New makes a limit of most counts within window. name keeps it apart from others. client nil: this process alone.
func New(client redis.UniversalClient, name string, most int, window time.Duration) *Limit {
	return &Limit{name: name, most: most, window: window, client: client, here: map[string]tally{}}
}

func (l *Limit) key(who string) string { return "forecourt:limit:" + l.name + ":" + who }

// Wait returns how long who has to wait; 0: not at all.
func (l *Limit) Wait(ctx context.Context, who string) time.Duration {
	n, left := l.local(who)
	if l.asks() {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		var count *redis.StringCmd
		var ttl *redis.DurationCmd
		_, err := l.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			count, ttl = p.Get(ctx, l.key(who)), p.PTTL(ctx, l.key(who))
			return nil
		})
		if l.answered(err) {
			if shared, err := count.Int(); err == nil && shared >= n {
				n, left = shared, ttl.Val()
			}
		}
	}
	if n < l.most {
		return 0
	}
	return max(left, time.Second)
}

// counts adds one, and lets the first of a window end it.
var counts = redis.NewScript(`local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return n`)

// Count adds one to who. Both places count, so that a Redis that goes away or forgets leaves nobody a fresh start.
func (l *Limit) Count(ctx context.Context, who string) {
	l.countHere(who)
	if !l.asks() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	l.answered(counts.Run(ctx, l.client, []string{l.key(who)}, l.window.Milliseconds()).Err())
}

// answered reports whether Redis answered, and logs when that changes.
func (l *Limit) answered(err error) bool {
	if ok := err == nil || errors.Is(err, redis.Nil); ok {
		if l.away.Swap(0) != 0 {
			slog.Info("limits are counted in Redis again", "limit", l.name)
		}
		return true
	}
	if l.away.Swap(clock.Now().Add(pause).UnixMilli()) == 0 {
		slog.Warn("limits are counted in this process alone: Redis does not answer", "limit", l.name, "error", err)
	}
	return false
}

func (l *Limit) asks() bool { return l.client != nil && l.away.Load() <= clock.Now().UnixMilli() }

func (l *Limit) local(who string) (n int, left time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.here[who]
	if left = t.ends.Sub(clock.Now()); !ok || left <= 0 {
		return 0, 0
	}
	return t.n, left
}

func (l *Limit) countHere(who string) {
	now := clock.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	t, ok := l.here[who]
	if !ok || !t.ends.After(now) {
		if len(l.here) >= most {
			l.forget(now)
		}
		t = tally{ends: now.Add(l.window)}
	}
	t.n++
	l.here[who] = t
}

// forget makes room: what is over first, else any one.
func (l *Limit) forget(now time.Time) {
	for who, t := range l.here {
		if !t.ends.After(now) {
			delete(l.here, who)
		}
	}
	for who := range l.here {
		if len(l.here) < most {
			return
		}
		delete(l.here, who)
	}
}
