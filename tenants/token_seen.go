package tenants

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/clock"
)

// use is when and from where a token was used last.
type use struct {
	at   time.Time
	from string
}

// uses are the tokens that came through this process's door since they were last written, by tenant.
type uses struct {
	mu sync.Mutex
	by map[uuid.UUID]*tenantUses
}

type tenantUses struct {
	tenant Tenant
	tokens map[uuid.UUID]use
}

func (u *uses) note(a Actor, from string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.by == nil {
		u.by = map[uuid.UUID]*tenantUses{}
	}
	t := u.by[a.Tenant.ID]
	if t == nil {
		t = &tenantUses{a.Tenant, map[uuid.UUID]use{}}
		u.by[a.Tenant.ID] = t
	}
	t.tokens[a.program.id] = use{clock.Now(), from}
}

// write writes and forgets them. The times are compared, because another replica may have written a later one.
func (u *uses) write(ctx context.Context, db *DB) error {
	u.mu.Lock()
	all := u.by
	u.by = nil
	u.mu.Unlock()
	var failed []error
	for _, t := range all {
		var ids, at, from []string
		for id, x := range t.tokens {
			ids, at, from = append(ids, id.String()), append(at, x.at.UTC().Format(time.RFC3339Nano)), append(from, x.from)
		}
		failed = append(failed, db.Do(ctx, reading(Actor{Tenant: t.tenant, Name: "seen"}), func(tx Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE api_tokens t SET used_at = v.at, used_from = v.place FROM unnest(?::uuid[], ?::timestamptz[], ?::text[]) v(id, at, place)
				WHERE t.tenant_id = ? AND t.id = v.id AND coalesce(t.used_at, v.at) <= v.at`, pgdialect.Array(ids), pgdialect.Array(at), pgdialect.Array(from), tx.Tenant)
			return err
		}))
	}
	return errors.Join(failed...)
}
