package notice

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/tenants"
)

// mark marks the actor's own notices among ids; others are left alone.
func mark(ctx context.Context, tx tenants.Tx, ids []uuid.UUID, now time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE notices SET read_at = ? WHERE tenant_id = ? AND user_id = ? AND read_at IS NULL AND id IN ?", now, tx.Tenant, tx.Actor.User, bun.Tuple(ids))
	return err
}
