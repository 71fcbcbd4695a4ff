package tenants

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// OwnSession is one of a person's live sessions.
type OwnSession struct {
	ID        uuid.UUID `json:"id"`
	Address   string    `json:"address"`
	Agent     string    `json:"agent"`
	StartedAt time.Time `json:"startedAt"`
	SeenAt    time.Time `json:"seenAt" doc:"A few seconds old at most"`
	Current   bool      `json:"current" doc:"The one that asks"`
}

// Own reads the actor's live sessions, the newest first.
func (s *Sessions) Own(ctx context.Context, a Actor) ([]OwnSession, error) {
	out := []OwnSession{}
	err := s.db.Read(ctx, a, func(tx Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id, address, agent, created_at, coalesce(seen_at, created_at) FROM sessions
			WHERE tenant_id = ? AND user_id = ? AND expires_at > now() ORDER BY created_at DESC, id LIMIT 200`, tx.Tenant, a.User)
		if err != nil {
			return fmt.Errorf("own sessions: %w", err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var x OwnSession
			if err := rows.Scan(&x.ID, &x.Address, &x.Agent, &x.StartedAt, &x.SeenAt); err != nil {
				return fmt.Errorf("own sessions: %w", err)
			}
			x.StartedAt, x.SeenAt, x.Current = x.StartedAt.UTC(), x.SeenAt.UTC(), x.ID == a.Session
			out = append(out, x)
		}
		return rows.Err()
	})
	return out, err
}

// EndOwn ends one of the actor's own sessions, on every replica. It returns ErrNoSession.
func (s *Sessions) EndOwn(ctx context.Context, a Actor, session uuid.UUID) error {
	return s.end(ctx, reading(a), session, func(tx Tx) (name string, err error) {
		err = tx.QueryRowContext(ctx, "SELECT id FROM sessions WHERE tenant_id = ? AND id = ? AND user_id = ? AND expires_at > now() FOR UPDATE", tx.Tenant, session, a.User).Scan(&session)
		return a.Name, err
	})
}
