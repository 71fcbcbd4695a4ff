package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/tenants"
)

const (
	relayName    = "relay"
	tenantsATime = 50
	// breath keeps a busy relay from asking PostgreSQL more often than this.
	breath = 20 * time.Millisecond
	// longestPause is how long an unreachable server is left alone at most.
	longestPause = 2 * time.Second
)

// errQueue marks an error of Redis: it concerns all tenants, so the round ends.
var errQueue = errors.New("queue out of reach")

// relay looks for work until ctx ends.
func (w *Workers) relay(ctx context.Context) {
	pause := w.o.Every
	for {
		err := w.round(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			if pause < longestPause { // a long outage needs no line for every look
				w.o.Log.Warn("relay waits", "error", err, "pause", pause)
			}
			if !sleep(ctx, pause) {
				return
			}
			pause = min(2*pause, longestPause)
			continue
		}
		if pause > w.o.Every {
			w.o.Log.Info("relay goes on")
			pause = w.o.Every
		}
		if !sleep(ctx, breath) {
			return
		}
		timer := time.NewTimer(w.o.Every)
		select {
		case <-ctx.Done():
		case <-w.kick:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// round serves every tenant with work once. Nothing is claimed while Redis is away: the claim would only have to be undone.
// Neither is it during maintenance: rows wait where they are, and what was handed out before is finished.
func (w *Workers) round(ctx context.Context) error {
	if w.o.Paused() {
		return nil
	}
	if err := w.redis.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("%w: %w", errQueue, err)
	}
	var ids []uuid.UUID
	err := w.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.NewRaw("SELECT tenants_with_work(?::interval, ?)", interval(w.o.Stale), tenantsATime).Scan(ctx, &ids)
	})
	if err != nil {
		return fmt.Errorf("ask for tenants with work: %w", err)
	}
	w.hungry.Store(len(ids) > 0)
	for _, id := range ids {
		err := w.serve(ctx, id)
		if errors.Is(err, errQueue) || ctx.Err() != nil {
			return err
		}
		if err != nil {
			w.o.Log.Error("relay of a tenant", "tenant", id, "error", err)
		}
	}
	if len(ids) == tenantsATime {
		w.Kick()
	}
	return nil
}

// serve claims and enqueues one share of a tenant. A suspended tenant's rows wait until it is active again.
func (w *Workers) serve(ctx context.Context, id uuid.UUID) error {
	t, err := w.db.Tenant(ctx, id)
	if err != nil {
		return err
	}
	actor := tenants.Worker(t, relayName)
	claimed, err := w.claim(ctx, actor)
	if errors.Is(err, tenants.ErrSuspended) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("claim: %w", err)
	}
	for i, r := range claimed {
		if err := w.enqueue(ctx, r); err != nil {
			return errors.Join(fmt.Errorf("%w: %w", errQueue, err), w.giveBack(ctx, actor, claimed[i:]))
		}
	}
	return nil
}
