package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// ErrNoSession says that no such session is live, or not for this reader.
var ErrNoSession = fault.New(fault.Missing, "session.missing", "会话不存在或已结束", "There is no such session, or it has ended")

// Permissions of the monitor.
const (
	readMonitor access.Permission = "monitor:read"
	endMonitor  access.Permission = "monitor:end"
)

// Seen is a live session as the monitor shows it.
type Seen struct {
	ID          uuid.UUID  `json:"id"`
	UserID      uuid.UUID  `json:"userId"`
	Name        string     `json:"name"`
	Login       string     `json:"login"`
	UnitName    string     `json:"unitName"`
	Title       string     `json:"title"`
	Address     string     `json:"address"`
	Agent       string     `json:"agent"`
	StartedAt   time.Time  `json:"startedAt"`
	SeenAt      time.Time  `json:"seenAt" doc:"A few seconds old at most"`
	Operation   string     `json:"operation" doc:"The id of the last operation; empty: none yet"`
	OperationAt *time.Time `json:"operationAt,omitempty"`
}

// mostSeen is how many live sessions the monitor shows, those who did something last before the others.
const mostSeen = 1000

const liveSQL = `SELECT s.id, s.user_id, u.name, u.login, o.name, p.title, s.address, s.agent, s.created_at, coalesce(s.seen_at, s.created_at), coalesce(s.operation, ''), s.operation_at
	FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id JOIN postings p ON p.tenant_id = s.tenant_id AND p.id = s.posting_id
	JOIN org_units o ON o.tenant_id = p.tenant_id AND o.id = p.unit_id
	WHERE s.tenant_id = ? AND s.expires_at > now() AND u.status = 'active' AND (? OR ` + inScope + `)
	ORDER BY coalesce(s.seen_at, s.created_at) DESC, s.id LIMIT ?`

// inScope asks whether a session is in a scope: the posting in one of its companies, departments or their teams, or the user themselves.
// With the question for all rows before it, it takes scopeArgs.
const inScope = `o.company_id = ANY(?::uuid[]) OR o.id = ANY(?::uuid[]) OR o.parent_id = ANY(?::uuid[]) AND o.kind = 'team' OR s.user_id = ?`

func scopeArgs(s access.Scope) []any {
	return []any{s.All, pgdialect.Array(texts(s.Companies)), pgdialect.Array(texts(s.Departments)), pgdialect.Array(texts(s.Departments)), s.Owner}
}

func texts(ids []uuid.UUID) []string {
	out := make([]string, 0, len(ids))
	for _, id := range ids {
		out = append(out, id.String())
	}
	return out
}

// Live reads the live sessions that the actor's monitor:read covers, those who did something last first. It returns rest.ErrDenied.
func (s *Sessions) Live(ctx context.Context, a Actor) ([]Seen, error) {
	out := []Seen{}
	err := s.db.Read(ctx, a, func(tx Tx) error {
		scope, err := tx.Can(readMonitor)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, liveSQL, append(append([]any{tx.Tenant}, scopeArgs(scope)...), mostSeen)...)
		if err != nil {
			return fmt.Errorf("live sessions: %w", err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var x Seen
			var began sql.NullTime
			if err := rows.Scan(&x.ID, &x.UserID, &x.Name, &x.Login, &x.UnitName, &x.Title, &x.Address, &x.Agent, &x.StartedAt, &x.SeenAt, &x.Operation, &began); err != nil {
				return fmt.Errorf("live sessions: %w", err)
			}
			x.StartedAt, x.SeenAt = x.StartedAt.UTC(), x.SeenAt.UTC()
			if began.Valid {
				at := began.Time.UTC()
				x.OperationAt = &at
			}
			out = append(out, x)
		}
		return rows.Err()
	})
	return out, err
}

// End ends a session that the actor's monitor:read and monitor:end cover, on every replica. It returns ErrNoSession or
// rest.ErrDenied.
func (s *Sessions) End(ctx context.Context, a Actor, session uuid.UUID) error {
	return s.end(ctx, a, session, func(tx Tx) (name string, err error) {
		reads, err := tx.Can(readMonitor)
		if err != nil {
			return "", err
		}
		ends, err := tx.Can(endMonitor)
		if err != nil {
			return "", err
		}
		const q = `SELECT u.name, (? OR ` + inScope + `) FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
			JOIN postings p ON p.tenant_id = s.tenant_id AND p.id = s.posting_id JOIN org_units o ON o.tenant_id = p.tenant_id AND o.id = p.unit_id
			WHERE (? OR ` + inScope + `) AND s.tenant_id = ? AND s.id = ? AND s.expires_at > now() FOR UPDATE OF s`
		may := false
		args := append(append(scopeArgs(ends), scopeArgs(reads)...), tx.Tenant, session)
		if err := tx.QueryRowContext(ctx, q, args...).Scan(&name, &may); err != nil {
			return "", err
		}
		if !may {
			return "", rest.ErrDenied
		}
		return name, nil
	})
}

// end deletes a session that find locks and names its user of, and announces it. find's sql.ErrNoRows becomes ErrNoSession.
func (s *Sessions) end(ctx context.Context, a Actor, session uuid.UUID, find func(tx Tx) (user string, err error)) error {
	err := s.db.Do(ctx, a, func(tx Tx) error {
		name, err := find(tx)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoSession
		}
		if err != nil {
			return fmt.Errorf("end session %s: %w", session, err)
		}
		if err := tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND id = ?", tx.Tenant, session); err != nil {
			return err
		}
		if err := Bump(ctx, tx); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "session", session, 1, "end", map[string]any{"user": name}, nil)
	})
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return err
}
