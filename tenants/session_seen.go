package tenants

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/clock"
)

const (
	// seenEvery is how old what the monitor says can be: requests in between cost no write.
	seenEvery = 3 * time.Second
	// seenAtOnce is how many sessions one statement writes.
	seenAtOnce = 500
)

// background are the calls that a page makes by itself: they say that somebody is there, not what they do.
var background = map[string]bool{"live": true, "list-notices": true, "me": true, "list-kinds": true, "get-kind": true}

// sight is the last that a session did, and when.
type sight struct {
	seen, began time.Time
	operation   string // the last that is not in the background; empty: none since the last write
}

// sights are what came through this process's door since they were last written, by tenant and session.
type sights struct {
	mu sync.Mutex
	by map[uuid.UUID]*tenantSights
}

type tenantSights struct {
	tenant   Tenant
	sessions map[uuid.UUID]sight
}

func newSights() *sights { return &sights{by: map[uuid.UUID]*tenantSights{}} }

func (s *sights) note(a Actor, operation string) {
	now := clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.by[a.Tenant.ID]
	if t == nil {
		t = &tenantSights{a.Tenant, map[uuid.UUID]sight{}}
		s.by[a.Tenant.ID] = t
	}
	x := t.sessions[a.Session]
	x.seen = now
	if operation != "" && !background[operation] {
		x.operation, x.began = operation, now
	}
	t.sessions[a.Session] = x
}

func (s *sights) take() map[uuid.UUID]*tenantSights {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.by
	s.by = map[uuid.UUID]*tenantSights{}
	return all
}

// keepSeen writes what was seen every few seconds until ctx ends, and once more then. It needs nothing but the database, so the
// monitor of every replica knows of all of them.
func (s *Sessions) keepSeen(ctx context.Context) {
	tick := time.NewTicker(seenEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), seenEvery)
		if err := s.WriteSeen(writing); err != nil {
			slog.Warn("what sessions do is not written", "error", err)
		}
		cancel()
	}
}

// WriteSeen writes what came through this process's door since the last time. Run calls it; what fails is not tried again: whoever
// is there will be seen again.
func (s *Sessions) WriteSeen(ctx context.Context) error {
	failed := []error{s.used.write(ctx, s.db)}
	for _, t := range s.seen.take() {
		failed = append(failed, s.writeSeen(ctx, t))
	}
	return errors.Join(failed...)
}

// The times are compared, because another replica may have written a later one.
const seenSQL = `UPDATE sessions s SET seen_at = greatest(s.seen_at, v.seen),
		operation = CASE WHEN v.operation <> '' AND v.began >= coalesce(s.operation_at, v.began) THEN v.operation ELSE s.operation END,
		operation_at = CASE WHEN v.operation <> '' THEN greatest(s.operation_at, v.began) ELSE s.operation_at END
	FROM unnest(?::uuid[], ?::timestamptz[], ?::text[], ?::timestamptz[]) v(id, seen, operation, began)
	WHERE s.tenant_id = ? AND s.id = v.id`

func (s *Sessions) writeSeen(ctx context.Context, t *tenantSights) error {
	var ids, seen, operations, began []string
	write := func() error {
		if len(ids) == 0 {
			return nil
		}
		err := s.db.Do(ctx, reading(Actor{Tenant: t.tenant, Name: "seen"}), func(tx Tx) error {
			_, err := tx.ExecContext(ctx, seenSQL, pgdialect.Array(ids), pgdialect.Array(seen), pgdialect.Array(operations), pgdialect.Array(began), tx.Tenant)
			return err
		})
		ids, seen, operations, began = nil, nil, nil, nil
		return err
	}
	for id, x := range t.sessions {
		if x.operation == "" {
			x.began = x.seen
		}
		ids, seen = append(ids, id.String()), append(seen, x.seen.UTC().Format(time.RFC3339Nano))
		operations, began = append(operations, x.operation), append(began, x.began.UTC().Format(time.RFC3339Nano))
		if len(ids) == seenAtOnce {
			if err := write(); err != nil {
				return err
			}
		}
	}
	return write()
}
