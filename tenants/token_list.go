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
	"forecourt/kernel/record"
)

// manageTokens is the permission to see and revoke other people's tokens.
const manageTokens access.Permission = "token:manage"

// Token is an API token as people see it; what a program shows is not kept.
type Token struct {
	ID          uuid.UUID           `json:"id"`
	Name        string              `json:"name"`
	UserID      uuid.UUID           `json:"userId"`
	UserName    string              `json:"userName"`
	UnitName    string              `json:"unitName"`
	Title       string              `json:"title" doc:"Of the posting that it acts in"`
	ReadOnly    bool                `json:"readOnly"`
	Permissions []access.Permission `json:"permissions" doc:"Empty with readOnly: whatever its maker may read"`
	Networks    []string            `json:"networks" doc:"Empty: from everywhere"`
	CreatedAt   time.Time           `json:"createdAt"`
	ExpiresAt   time.Time           `json:"expiresAt"`
	UsedAt      *time.Time          `json:"usedAt,omitempty" doc:"A few seconds old at most; absent: never"`
	UsedFrom    string              `json:"usedFrom,omitempty"`
	Status      string              `json:"status" enum:"live,expired,revoked,ended" doc:"ended: its maker or their posting did"`
}

// mostTokens is how many tokens a list shows, those that still work before the others.
const mostTokens = 1000

const tokensSQL = `SELECT x.* FROM (SELECT t.id, t.name, t.user_id, u.name AS maker, o.name AS unit, p.title, t.read_only, t.permissions, t.networks, t.created_at, t.expires_at, t.used_at, coalesce(t.used_from, ''),
		CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.expires_at <= now() THEN 'expired'
			WHEN u.status <> 'active' OR u.valid_to < ?::date OR p.valid_to < ?::date THEN 'ended' ELSE 'live' END AS status
	FROM api_tokens t JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.user_id JOIN postings p ON p.tenant_id = t.tenant_id AND p.id = t.posting_id
	JOIN org_units o ON o.tenant_id = p.tenant_id AND o.id = p.unit_id
	WHERE t.tenant_id = ? AND `

// OwnTokens reads the actor's tokens, the newest first.
func (s *Sessions) OwnTokens(ctx context.Context, a Actor) ([]Token, error) {
	return s.tokens(ctx, a, func(Tx) (string, []any, error) { return "t.user_id = ?", []any{a.User}, nil })
}

// Tokens reads all tokens that the actor's token:manage covers. It returns rest.ErrDenied.
func (s *Sessions) Tokens(ctx context.Context, a Actor) ([]Token, error) {
	return s.tokens(ctx, a, func(tx Tx) (string, []any, error) {
		scope, err := tx.Can(manageTokens)
		return "(? OR " + tokenInScope + ")", scopeArgs(scope), err
	})
}

// tokenInScope is inScope, asked of a token.
const tokenInScope = `o.company_id = ANY(?::uuid[]) OR o.id = ANY(?::uuid[]) OR o.parent_id = ANY(?::uuid[]) AND o.kind = 'team' OR t.user_id = ?`

func (s *Sessions) tokens(ctx context.Context, a Actor, which func(tx Tx) (where string, args []any, err error)) ([]Token, error) {
	out := []Token{}
	err := s.db.Read(ctx, a, func(tx Tx) error {
		where, args, err := which(tx)
		if err != nil {
			return err
		}
		args = append([]any{tx.today(), tx.today(), tx.Tenant}, args...)
		rows, err := tx.QueryContext(ctx, tokensSQL+where+") x ORDER BY x.status = 'live' DESC, x.id DESC LIMIT ?", append(args, mostTokens)...)
		if err != nil {
			return fmt.Errorf("tokens: %w", err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			x := Token{Permissions: []access.Permission{}, Networks: []string{}}
			var used sql.NullTime
			var permissions []string
			if err := rows.Scan(&x.ID, &x.Name, &x.UserID, &x.UserName, &x.UnitName, &x.Title, &x.ReadOnly, pgdialect.Array(&permissions), pgdialect.Array(&x.Networks), &x.CreatedAt, &x.ExpiresAt, &used, &x.UsedFrom, &x.Status); err != nil {
				return fmt.Errorf("tokens: %w", err)
			}
			for _, p := range permissions {
				x.Permissions = append(x.Permissions, access.Permission(p))
			}
			x.CreatedAt, x.ExpiresAt = x.CreatedAt.UTC(), x.ExpiresAt.UTC()
			if used.Valid {
				at := used.Time.UTC()
				x.UsedAt = &at
			}
			out = append(out, x)
		}
		return rows.Err()
	})
	return out, err
}

// RevokeOwnToken ends one of the actor's tokens, on every replica. It returns ErrNoToken.
func (s *Sessions) RevokeOwnToken(ctx context.Context, a Actor, token uuid.UUID) error {
	return s.revoke(ctx, reading(a), token, func(Tx) (string, []any, error) { return "t.user_id = ?", []any{a.User}, nil })
}

// RevokeToken ends a token that the actor's token:manage covers, on every replica. It returns ErrNoToken or rest.ErrDenied.
func (s *Sessions) RevokeToken(ctx context.Context, a Actor, token uuid.UUID) error {
	return s.revoke(ctx, a, token, func(tx Tx) (string, []any, error) {
		scope, err := tx.Can(manageTokens)
		return "(? OR " + tokenInScope + ")", scopeArgs(scope), err
	})
}

func (s *Sessions) revoke(ctx context.Context, a Actor, token uuid.UUID, which func(tx Tx) (where string, args []any, err error)) error {
	err := s.db.Do(ctx, a, func(tx Tx) error {
		where, args, err := which(tx)
		if err != nil {
			return err
		}
		var name, user string
		err = tx.QueryRowContext(ctx, `SELECT t.name, u.name FROM api_tokens t JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.user_id
			JOIN postings p ON p.tenant_id = t.tenant_id AND p.id = t.posting_id JOIN org_units o ON o.tenant_id = p.tenant_id AND o.id = p.unit_id
			WHERE t.tenant_id = ? AND t.id = ? AND t.revoked_at IS NULL AND `+where+" FOR UPDATE OF t", append([]any{tx.Tenant, token}, args...)...).Scan(&name, &user)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoToken
		}
		if err != nil {
			return fmt.Errorf("revoke token %s: %w", token, err)
		}
		if err := tx.Later(ctx, "UPDATE api_tokens SET revoked_at = now() WHERE tenant_id = ? AND id = ?", tx.Tenant, token); err != nil {
			return err
		}
		if err := Bump(ctx, tx); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, tokenKind, token, 1, "revoke", map[string]any{"name": name, "user": user}, nil)
	})
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return err
}
