package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// Faults of support.
var (
	ErrNoConsent       = fault.New(fault.Denied, "support.no_consent", "该企业没有授权平台支持，或授权已到期、已撤销", "This tenant has not consented to support, or the consent has ended")
	ErrSupportReadOnly = fault.New(fault.Denied, "support.read_only", "平台支持只能查看，不能修改", "This support session can only read")
	ErrSupportPersonal = fault.New(fault.Denied, "support.personal", "平台支持不能代替本人操作账号", "Support does not act on anybody's account")
	ErrSupportEnded    = fault.New(fault.Conflict, "support.ended", "授权已到期或已撤销", "This consent has ended already")
)

const grantSupport access.Permission = "support:grant"

// supportKind is the kind of the lines of history, whose record is the consent.
const supportKind = "support"

// Support says that an actor is an operator who acts with a tenant's consent.
type Support struct {
	Grant   uuid.UUID `json:"-"`
	Writing bool      `json:"writing"`
	Until   time.Time `json:"until"`
	Reason  string    `json:"reason"`
}

// SupportInput is what an administrator consents to.
type SupportInput struct {
	Hours   int
	Writing bool
	Reason  string
}

// GrantSupport lets operators into the actor's tenant for some hours, with the rights of the actor in their posting at most. It
// returns rest.ErrDenied.
func (s *Sessions) GrantSupport(ctx context.Context, a Actor, in SupportInput) (grant uuid.UUID, err error) {
	grant = id.New()
	err = s.db.Do(ctx, a, func(tx Tx) error {
		if err := wholeGroup(tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO support_grants (tenant_id, id, reason, writing, created_by, posting_id, expires_at) VALUES (?, ?, ?, ?, ?, ?, now() + ?::interval)",
			tx.Tenant, grant, in.Reason, in.Writing, a.User, a.Posting.ID, seconds(time.Duration(in.Hours)*time.Hour)); err != nil {
			return fmt.Errorf("consent to support: %w", err)
		}
		return record.WriteHistory(ctx, tx.Tx, supportKind, grant, 1, "grant", nil, map[string]any{"hours": in.Hours, "writing": in.Writing, "reason": in.Reason})
	})
	return grant, err
}

// wholeGroup refuses whoever may consent for a part of the tenant only: support sees what the consenter sees, and a part has no door.
func wholeGroup(tx Tx) error {
	scope, err := tx.Can(grantSupport)
	if err == nil && !scope.All {
		err = rest.ErrDenied
	}
	return err
}

// RevokeSupport ends a consent and every session under it, on every replica. It returns rest.ErrMissing, ErrSupportEnded or
// rest.ErrDenied.
func (s *Sessions) RevokeSupport(ctx context.Context, a Actor, grant uuid.UUID) error {
	err := s.db.Do(ctx, reading(a), func(tx Tx) error { // a suspended tenant takes its consent back, too
		if err := wholeGroup(tx); err != nil {
			return err
		}
		var over bool
		err := tx.QueryRowContext(ctx, "SELECT revoked_at IS NOT NULL OR expires_at <= now() FROM support_grants WHERE tenant_id = ? AND id = ? FOR UPDATE", tx.Tenant, grant).Scan(&over)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return rest.ErrMissing
		case err != nil:
			return fmt.Errorf("revoke support: %w", err)
		case over:
			return ErrSupportEnded
		}
		if err := tx.Later(ctx, "UPDATE support_grants SET revoked_at = now(), revoked_by = ? WHERE tenant_id = ? AND id = ?", a.User, tx.Tenant, grant); err != nil {
			return err
		}
		if err := tx.Later(ctx, "UPDATE support_sessions SET ended_at = now() WHERE tenant_id = ? AND grant_id = ? AND ended_at IS NULL AND expires_at > now()", tx.Tenant, grant); err != nil {
			return err
		}
		if err := Bump(ctx, tx); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, supportKind, grant, 2, "revoke", nil, nil)
	})
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return err
}

// SupportUse is one session of an operator under a consent.
type SupportUse struct {
	ID        uuid.UUID  `json:"id"`
	Name      string     `json:"name"`
	Address   string     `json:"address"`
	StartedAt time.Time  `json:"startedAt"`
	EndedAt   *time.Time `json:"endedAt,omitempty" doc:"Absent: it is open"`
	Calls     int        `json:"calls"`
	LastAt    *time.Time `json:"lastAt,omitempty"`
}

// SupportGrant is a consent as an administrator reads it.
type SupportGrant struct {
	ID        uuid.UUID    `json:"id"`
	Reason    string       `json:"reason"`
	Writing   bool         `json:"writing"`
	By        string       `json:"by"`
	At        time.Time    `json:"at"`
	Until     time.Time    `json:"until"`
	RevokedAt *time.Time   `json:"revokedAt,omitempty"`
	RevokedBy string       `json:"revokedBy,omitempty"`
	Active    bool         `json:"active"`
	Uses      []SupportUse `json:"uses"`
}

const (
	grantsSQL = `SELECT g.id, g.reason, g.writing, u.name, g.created_at, g.expires_at, g.revoked_at, coalesce(r.name, ''), g.revoked_at IS NULL AND g.expires_at > now()
		FROM support_grants g JOIN users u ON u.tenant_id = g.tenant_id AND u.id = g.created_by LEFT JOIN users r ON r.tenant_id = g.tenant_id AND r.id = g.revoked_by
		WHERE g.tenant_id = ? ORDER BY g.created_at DESC, g.id DESC LIMIT 100`
	usesSQL = `SELECT s.grant_id, s.id, u.name, s.address, s.created_at, coalesce(s.ended_at, CASE WHEN s.expires_at <= now() THEN s.expires_at END), h.n, h.last
		FROM support_sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
		CROSS JOIN LATERAL (SELECT count(*) AS n, max(h.at) AS last FROM history h WHERE h.tenant_id = s.tenant_id AND h.kind = 'support' AND h.record_id = s.grant_id AND h.session_id = s.id AND h.action = 'call') h
		WHERE s.tenant_id = ? AND s.grant_id = ANY (SELECT id FROM support_grants WHERE tenant_id = ? ORDER BY created_at DESC, id DESC LIMIT 100) ORDER BY s.created_at DESC, s.id DESC LIMIT 1000`
)

// ListSupport reads the newest hundred consents, each with what was done under it. It returns rest.ErrDenied.
func (s *Sessions) ListSupport(ctx context.Context, a Actor) ([]SupportGrant, error) {
	out := []SupportGrant{}
	err := s.db.Read(ctx, a, func(tx Tx) error {
		if err := wholeGroup(tx); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, grantsSQL, tx.Tenant)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			g := SupportGrant{Uses: []SupportUse{}}
			var revoked sql.NullTime
			if err := rows.Scan(&g.ID, &g.Reason, &g.Writing, &g.By, &g.At, &g.Until, &revoked, &g.RevokedBy, &g.Active); err != nil {
				return err
			}
			g.At, g.Until, g.RevokedAt = g.At.UTC(), g.Until.UTC(), utc(revoked)
			out = append(out, g)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return usesOf(ctx, tx, out)
	})
	if err != nil {
		return nil, fmt.Errorf("consents to support: %w", err)
	}
	return out, nil
}

func usesOf(ctx context.Context, tx Tx, of []SupportGrant) error {
	rows, err := tx.QueryContext(ctx, usesSQL, tx.Tenant, tx.Tenant)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var u SupportUse
		var grant uuid.UUID
		var ended, last sql.NullTime
		if err := rows.Scan(&grant, &u.ID, &u.Name, &u.Address, &u.StartedAt, &ended, &u.Calls, &last); err != nil {
			return err
		}
		u.StartedAt, u.EndedAt, u.LastAt = u.StartedAt.UTC(), utc(ended), utc(last)
		if i := slices.IndexFunc(of, func(g SupportGrant) bool { return g.ID == grant }); i >= 0 {
			of[i].Uses = append(of[i].Uses, u)
		}
	}
	return rows.Err()
}

func utc(t sql.NullTime) *time.Time {
	if !t.Valid {
		return nil
	}
	at := t.Time.UTC()
	return &at
}

// supporter makes the actor of a support session. They act in the posting in which the consent was given, with what its holder may
// do there by now: who is disabled or moved lets nobody in any more. It returns ErrSignIn.
func (s *Sessions) supporter(ctx context.Context, tx Tx, a *Actor) (expires time.Time, err error) {
	var consenter, posting uuid.UUID
	g := &Support{}
	err = tx.QueryRowContext(ctx, `SELECT s.id, s.user_id, u.name, u.login, least(s.expires_at, g.expires_at), g.id, g.writing, g.reason, g.created_by, g.posting_id
		FROM support_sessions s JOIN support_grants g ON g.tenant_id = s.tenant_id AND g.id = s.grant_id JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
		JOIN users c ON c.tenant_id = g.tenant_id AND c.id = g.created_by
		WHERE s.tenant_id = ? AND s.token_hash = ? AND s.ended_at IS NULL AND s.expires_at > now() AND g.revoked_at IS NULL AND g.expires_at > now() AND c.status = 'active'`,
		tx.Tenant, a.token[:]).Scan(&a.Session, &a.User, &a.Name, &a.Login, &expires, &g.Grant, &g.Writing, &g.Reason, &consenter, &posting)
	if errors.Is(err, sql.ErrNoRows) {
		return expires, ErrSignIn
	}
	if err != nil {
		return expires, err
	}
	held, err := PostingsOf(ctx, tx, consenter)
	if err != nil {
		return expires, err
	}
	at := slices.IndexFunc(held, func(p Posting) bool { return p.ID == posting })
	if at < 0 {
		return expires, ErrSignIn
	}
	a.Posting = held[at]
	a.Posting.MustChange = false
	set, err := s.compiler.Compile(ctx, tx, consenter, &a.Posting)
	if err != nil {
		return expires, err
	}
	if scope, ok := set.Scope(grantSupport); !ok || !scope.All {
		return expires, ErrSignIn
	}
	g.Until = expires.UTC()
	a.Support, a.Set = g, supported(set, g.Writing)
	return expires, nil
}

// keptBack are the actions that no consent covers: taking data out, unmasking it, and whatever would outlast the consent, such as
// an account, a role or another consent.
var keptBack = []string{"export", "print", "reveal", "manage", "end", "grant"}

// supported is what of a consenter's grants support may use.
func supported(of *access.Set, writing bool) *access.Set {
	set := &access.Set{Scopes: map[access.Permission]access.Scope{}, Fields: of.Fields, Levels: map[access.Permission]string{}}
	for p, scope := range of.Scopes {
		_, action, _ := strings.Cut(string(p), ":")
		if action == "read" || writing && !slices.Contains(keptBack, action) {
			set.Scopes[p], set.Levels[p] = scope, of.Levels[p]
		}
	}
	return set
}

// called writes that support calls an operation, before it runs, and refuses a change that the consent does not cover.
func (s *Sessions) called(ctx context.Context, a Actor, r rest.Request) error {
	err := s.db.Do(rest.Forget(ctx), reading(a), func(tx Tx) error {
		return record.WriteHistory(ctx, tx.Tx, supportKind, a.Support.Grant, 1, "call", nil, map[string]any{"path": r.Path})
	})
	if err != nil {
		return fmt.Errorf("log of support: %w", err)
	}
	switch out := rest.OperationOf(ctx) == "sign-out"; {
	case out:
		return nil
	case r.Personal:
		return ErrSupportPersonal
	case r.Writes && !a.Support.Writing:
		return ErrSupportReadOnly
	}
	return nil
}

// closeSupport ends the actor's own support session.
func (s *Sessions) closeSupport(ctx context.Context, a Actor) error {
	err := s.db.Do(ctx, reading(a), func(tx Tx) error {
		if err := tx.Later(ctx, "UPDATE support_sessions SET ended_at = now() WHERE tenant_id = ? AND id = ? AND ended_at IS NULL", tx.Tenant, a.Session); err != nil {
			return err
		}
		if err := Bump(ctx, tx); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, supportKind, a.Support.Grant, 1, "close", nil, nil)
	})
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return err
}
