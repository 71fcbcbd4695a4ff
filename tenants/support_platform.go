package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// supportName is how an operator is called in a tenant.
const supportName = "平台支持·"

// OpenSupport opens a session of the operator of ctx in a tenant that consented: with writing where some consent covers it, and
// for as long as that one lasts. It returns rest.ErrMissing, ErrClosed or ErrNoConsent.
func (p *Platform) OpenSupport(ctx context.Context, tenant uuid.UUID) (token string, expires time.Time, err error) {
	t, err := p.db.Tenant(ctx, tenant)
	switch {
	case errors.Is(err, ErrNoTenant):
		return "", expires, rest.ErrMissing.Because(err)
	case err != nil:
		return "", expires, err
	case t.Status == "closed":
		return "", expires, ErrClosed
	}
	token, hash, err := newToken(t.ID)
	if err != nil {
		return "", expires, err
	}
	door := reading(Actor{Tenant: t, Name: "open_support", Address: rest.RequestOf(ctx).Address})
	err = p.db.Do(ctx, door, func(tx Tx) error {
		expires, err = openSupport(ctx, tx, hash)
		return err
	})
	return token, expires, err
}

func openSupport(ctx context.Context, tx Tx, hash []byte) (expires time.Time, err error) {
	var grant uuid.UUID
	err = tx.QueryRowContext(ctx, `SELECT g.id, g.expires_at FROM support_grants g JOIN users u ON u.tenant_id = g.tenant_id AND u.id = g.created_by
		WHERE g.tenant_id = ? AND g.revoked_at IS NULL AND g.expires_at > now() AND u.status = 'active' ORDER BY g.writing DESC, g.expires_at DESC LIMIT 1 FOR SHARE OF g`, tx.Tenant).Scan(&grant, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return expires, ErrNoConsent
	}
	if err != nil {
		return expires, fmt.Errorf("consent: %w", err)
	}
	user, err := supportAccount(ctx, tx)
	if err != nil {
		return expires, fmt.Errorf("support account: %w", err)
	}
	session := id.New()
	if err := tx.Later(ctx, "INSERT INTO support_sessions (tenant_id, id, grant_id, token_hash, user_id, address, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Tenant, session, grant, hash, user, tx.By.Address, expires); err != nil {
		return expires, err
	}
	if err := LogOperator(ctx, tx, "open_support", map[string]any{"tenant": tx.Tenant, "grant": grant, "session": session}); err != nil {
		return expires, err
	}
	tx.By.User, tx.By.Session, tx.By.Operation = user, session, rest.OperationOf(ctx)
	return expires, record.WriteHistory(ctx, tx.Tx, supportKind, grant, 1, "open", nil, nil)
}

// supportAccount is the account that stands for the operator of ctx in the tenant's history. Its login has a form that no person's has,
// and no password fits it.
func supportAccount(ctx context.Context, tx Tx) (user uuid.UUID, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO users (tenant_id, id, login, name, password_hash, status, operator_id)
		SELECT ?, ?, 'platform/' || o.login, ? || o.name, ?, 'disabled', o.id FROM operators o WHERE o.id = ?
		ON CONFLICT (tenant_id, operator_id) DO UPDATE SET name = excluded.name RETURNING id`, tx.Tenant, id.New(), supportName, nobody, operatorOf(ctx)).Scan(&user)
	return user, err
}

// SupportDoor is a tenant that lets support in now.
type SupportDoor struct {
	TenantID uuid.UUID `json:"tenantId"`
	Writing  bool      `json:"writing"`
	Until    time.Time `json:"until"`
	Reason   string    `json:"reason"`
}

// SupportDoors reads which tenants let support in now.
func (p *Platform) SupportDoors(ctx context.Context) ([]SupportDoor, error) {
	out := []SupportDoor{}
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT tenant_id, writing, until, reason FROM tenants_with_support()")
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var d SupportDoor
			if err := rows.Scan(&d.TenantID, &d.Writing, &d.Until, &d.Reason); err != nil {
				return err
			}
			d.Until = d.Until.UTC()
			out = append(out, d)
		}
		return rows.Err()
	})
	return out, err
}

type supportInput struct {
	record.ByID
	Body struct {
		Mode string `json:"mode,omitempty" enum:"cookie,bearer" default:"cookie"`
	}
}

type supportOutput struct {
	Body struct {
		Token string    `json:"token,omitempty"`
		Until time.Time `json:"until"`
	}
}

// enterSupport gives the operator's browser the tenant's cookies beside their own.
func (p *Platform) enterSupport(ctx context.Context, in *supportInput) (*supportOutput, error) {
	token, expires, err := p.OpenSupport(ctx, in.Key())
	if err != nil {
		return nil, err
	}
	out := &supportOutput{}
	out.Body.Until = expires.UTC()
	if in.Body.Mode == "bearer" {
		out.Body.Token = token
		return out, nil
	}
	expires = clock.Now().Add(min(sessionLife, expires.Sub(clock.Now())))
	rest.SetCookie(ctx, rest.SessionCookie, token, expires, false)
	rest.SetCookie(ctx, rest.CSRFCookie, csrfOf(token), expires, true)
	return out, nil
}
