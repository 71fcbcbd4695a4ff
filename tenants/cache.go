package tenants

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
)

const (
	cacheSize = 20_000
	cacheFor  = 5 * time.Minute
	// healEvery is how soon a replica that missed an announcement learns of a change from the database itself.
	healEvery = 500 * time.Millisecond
)

type cached struct {
	actor Actor
	until time.Time
}

// cache holds actors by the hash of their token. A generation a tenant keeps an actor that was read before a change from being
// put back after it.
type cache struct {
	mu          sync.RWMutex
	actors      map[[sha256.Size]byte]cached
	generations map[uuid.UUID]uint64
}

func newCache() *cache {
	return &cache{actors: map[[sha256.Size]byte]cached{}, generations: map[uuid.UUID]uint64{}}
}

func (c *cache) get(k [sha256.Size]byte) (Actor, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.actors[k]
	if !ok || clock.Now().After(e.until) {
		return Actor{}, false
	}
	return e.actor, true
}

func (c *cache) generation(t uuid.UUID) uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.generations[t]
}

func (c *cache) put(k [sha256.Size]byte, a Actor, expires time.Time, generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generations[a.Tenant.ID] != generation {
		return
	}
	if len(c.actors) >= cacheSize {
		for old := range c.actors { // any one: the map is large and actors are cheap to make again
			delete(c.actors, old)
			break
		}
	}
	until := clock.Now().Add(cacheFor)
	if expires.Before(until) {
		until = expires
	}
	c.actors[k] = cached{a, until}
}

func (c *cache) drop(t uuid.UUID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generations[t]++
	for k, e := range c.actors {
		if e.actor.Tenant.ID == t {
			delete(c.actors, k)
		}
	}
}

// Stale drops what this process keeps of a tenant's actors.
func (s *Sessions) Stale(tenant uuid.UUID) { s.cache.drop(tenant) }

// Run looks for tenants that changed, until ctx ends: a lost announcement costs half a second, not a right too many. It looks
// back a minute further than it has read, so that a slow COMMIT or a database that was away hides nothing. Beside that it keeps
// what sessions do and how many calls they make.
func (s *Sessions) Run(ctx context.Context) error {
	var beside sync.WaitGroup
	beside.Go(func() { s.keepSeen(ctx) })
	beside.Go(func() { s.keepCalls(ctx) })
	defer beside.Wait()
	seen, last := map[uuid.UUID]int64{}, clock.Now()
	tick := time.NewTicker(healEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		began := clock.Now()
		now, err := s.versions(ctx, began.Sub(last)+time.Minute)
		if err != nil {
			if ctx.Err() == nil {
				slog.Warn("versions of tenants not read", "error", err)
			}
			continue
		}
		last = began
		for t, v := range now {
			if seen[t] != v {
				seen[t] = v
				s.cache.drop(t)
			}
		}
	}
}

func (s *Sessions) versions(ctx context.Context, within time.Duration) (map[uuid.UUID]int64, error) {
	q := fmt.Sprintf("SELECT id, version FROM tenants WHERE changed_at > now() - interval '%d seconds'", int(within.Seconds()))
	rows, err := s.db.Pool().QueryContext(database.WithPlatform(ctx), q)
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[uuid.UUID]int64{}
	for rows.Next() {
		var t uuid.UUID
		var v int64
		if err := rows.Scan(&t, &v); err != nil {
			return nil, fmt.Errorf("read versions: %w", err)
		}
		out[t] = v
	}
	return out, rows.Err()
}
