package tenants

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
)

// Faults of signing in. Who is wrong about the account set, the login or the password learns the same.
var (
	ErrSignIn    = fault.New(fault.Unauthenticated, "session.wrong", "账套、登录名或密码不对", "Account set, login or password is wrong")
	ErrLocked    = fault.New(fault.TooMany, "session.locked", "密码多次输错，请 5 分钟后再试", "Too many wrong passwords; try again in 5 minutes")
	ErrNoPosting = fault.New(fault.Denied, "session.no_posting", "你还没有任职，请联系管理员", "You have no posting yet; ask your administrator")
	ErrClosed    = fault.New(fault.Denied, "session.closed", "账套已关闭", "This account set is closed")
)

const (
	sessionLife = 12 * time.Hour
	maxFailed   = 5
	lockFor     = 5 * time.Minute
)

// Compiler makes the grants of a user in a posting. policies implements it.
type Compiler interface {
	Compile(ctx context.Context, tx Tx, user uuid.UUID, p *Posting) (*access.Set, error)
}

// Sessions signs people in and knows who is behind a token.
type Sessions struct {
	db       *DB
	compiler Compiler
	cache    *cache
	stale    func(uuid.UUID)
}

// NewSessions makes the service. stale announces a tenant whose actors changed.
func NewSessions(db *DB, c Compiler, stale func(uuid.UUID)) *Sessions {
	return &Sessions{db, c, newCache(), stale}
}

// Token is the tenant's id and 32 random bytes: the tenant is known before any row is read.
func newToken(tenant uuid.UUID) (token string, hash []byte, err error) {
	b := make([]byte, 48)
	copy(b, tenant[:])
	if _, err := rand.Read(b[16:]); err != nil {
		return "", nil, fmt.Errorf("make token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(b)
	sum := sha256.Sum256([]byte(token))
	return token, sum[:], nil
}

func tenantOfToken(token string) (uuid.UUID, bool) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != 48 {
		return uuid.Nil, false
	}
	return uuid.UUID(b[:16]), true
}

// csrfOf is bound to the token, so nothing is stored for it.
func csrfOf(token string) string {
	m := hmac.New(sha256.New, []byte(token))
	_, _ = m.Write([]byte("csrf"))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// SignInput is what a person types, and where from.
type SignInput struct{ Tenant, Login, Password, Address, Agent string }

// SignIn opens a session. It returns ErrSignIn, ErrLocked, ErrClosed or ErrNoPosting.
func (s *Sessions) SignIn(ctx context.Context, in SignInput) (token string, a Actor, err error) {
	t, err := s.db.TenantByCode(ctx, in.Tenant)
	if errors.Is(err, ErrNoTenant) {
		_, err := passwordFits(ctx, in.Password, nobody)
		return "", Actor{}, ErrSignIn.Because(err)
	}
	if err != nil {
		return "", Actor{}, err
	}
	door := Actor{Tenant: t, Name: "sign_in", Address: in.Address}
	u, err := s.account(ctx, door, in.Login)
	if err != nil {
		return "", Actor{}, err
	}
	fits, err := passwordFits(ctx, in.Password, u.hash)
	if err != nil {
		return "", Actor{}, err
	}
	switch {
	case u.locked:
		return "", Actor{}, ErrLocked
	case !fits || u.status != "active":
		return "", Actor{}, errors.Join(ErrSignIn, s.failed(ctx, door, u))
	case t.Status == "closed":
		return "", Actor{}, ErrClosed
	}
	token, hash, err := newToken(t.ID)
	if err != nil {
		return "", Actor{}, err
	}
	open := door
	open.Tenant.Status = "active" // a suspended tenant may sign in to read
	session := id.New()
	err = s.db.Do(ctx, open, func(tx Tx) error {
		tx.By.User = u.id
		var posting uuid.UUID
		err := tx.QueryRowContext(ctx, "SELECT id FROM postings WHERE tenant_id = ? AND user_id = ? AND valid_from <= ?::date AND (valid_to IS NULL OR valid_to >= ?::date) ORDER BY id LIMIT 1", t.ID, u.id, tx.Now, tx.Now).Scan(&posting)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoPosting
		}
		if err != nil {
			return fmt.Errorf("posting at sign-in: %w", err)
		}
		if err := tx.Later(ctx, "UPDATE users SET failed = 0, locked_until = NULL WHERE tenant_id = ? AND id = ? AND (failed > 0 OR locked_until IS NOT NULL)", t.ID, u.id); err != nil {
			return err
		}
		if err := tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND user_id = ? AND expires_at < now()", t.ID, u.id); err != nil {
			return err
		}
		if err := tx.Later(ctx, "INSERT INTO sessions (tenant_id, id, token_hash, user_id, posting_id, address, agent, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, now() + ?::interval)",
			t.ID, session, hash, u.id, posting, in.Address, clip(in.Agent, 300), fmt.Sprintf("%d seconds", int(sessionLife.Seconds()))); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "session", session, 1, "sign_in", nil, map[string]any{"agent": clip(in.Agent, 300)})
	})
	if err != nil {
		return "", Actor{}, err
	}
	a, err = s.Actor(ctx, token, in.Address)
	return token, a, err
}

func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

type account struct {
	id     uuid.UUID
	hash   string
	status string
	locked bool
}

func (s *Sessions) account(ctx context.Context, door Actor, login string) (u account, err error) {
	u.hash = nobody
	err = s.db.Read(ctx, door, func(tx Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT id, password_hash, status, coalesce(locked_until > now(), false) FROM users WHERE tenant_id = ? AND login = ?", tx.Tenant, login).
			Scan(&u.id, &u.hash, &u.status, &u.locked)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return account{}, fmt.Errorf("account at sign-in: %w", err)
	}
	return u, nil
}

// failed counts a wrong password, and locks the account at the fifth. The refusal is in the log.
func (s *Sessions) failed(ctx context.Context, door Actor, u account) error {
	if u.id == uuid.Nil || door.Tenant.Status == "suspended" || door.Tenant.Status == "closed" {
		return nil
	}
	return s.db.Do(ctx, door, func(tx Tx) error {
		tx.By.User = u.id
		if err := tx.Later(ctx, "UPDATE users SET failed = CASE WHEN failed + 1 >= ? THEN 0 ELSE failed + 1 END, locked_until = CASE WHEN failed + 1 >= ? THEN now() + ?::interval ELSE locked_until END WHERE tenant_id = ? AND id = ?",
			maxFailed, maxFailed, fmt.Sprintf("%d seconds", int(lockFor.Seconds())), tx.Tenant, u.id); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "session", u.id, 1, "refused", nil, map[string]any{})
	})
}

// Actor returns who is behind a token. It returns ErrSignIn for a token that nobody holds any more.
func (s *Sessions) Actor(ctx context.Context, token, address string) (Actor, error) {
	tenant, ok := tenantOfToken(token)
	if !ok {
		return Actor{}, ErrSignIn
	}
	sum := sha256.Sum256([]byte(token))
	if a, ok := s.cache.get(sum); ok {
		a.Address = address
		return a, nil
	}
	generation := s.cache.generation(tenant)
	t, err := s.db.Tenant(ctx, tenant)
	if errors.Is(err, ErrNoTenant) {
		return Actor{}, ErrSignIn
	}
	if err != nil {
		return Actor{}, err
	}
	if t.Status == "closed" {
		return Actor{}, ErrClosed
	}
	a := Actor{Tenant: t, Address: address}
	var expires time.Time
	err = s.db.Read(ctx, Actor{Tenant: t, Name: "session"}, func(tx Tx) error {
		var posting uuid.UUID
		err := tx.QueryRowContext(ctx, `SELECT s.id, s.user_id, s.posting_id, s.expires_at, u.name, u.login FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
			WHERE s.tenant_id = ? AND s.token_hash = ? AND s.expires_at > now() AND u.status = 'active'`, tenant, sum[:]).Scan(&a.Session, &a.User, &posting, &expires, &a.Name, &a.Login)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrSignIn
		}
		if err != nil {
			return err
		}
		all, err := PostingsOf(ctx, tx, a.User)
		if err != nil {
			return err
		}
		for _, p := range all {
			if p.ID == posting || a.Posting.ID == uuid.Nil {
				a.Posting = p
			}
		}
		if a.Posting.ID == uuid.Nil {
			return ErrNoPosting
		}
		a.Set, err = s.compiler.Compile(ctx, tx, a.User, &a.Posting)
		return err
	})
	if err != nil {
		return Actor{}, fmt.Errorf("actor: %w", err)
	}
	s.cache.put(sum, a, expires, generation)
	return a, nil
}

// PostingsOf reads the postings that a user holds today, with the company and department above each.
func PostingsOf(ctx context.Context, tx Tx, user uuid.UUID) ([]Posting, error) {
	rows, err := tx.QueryContext(ctx, `SELECT p.id, p.unit_id, u.name, u.company_id, p.title, CASE u.kind WHEN 'department' THEN u.id WHEN 'team' THEN u.parent_id END
		FROM postings p JOIN org_units u ON u.tenant_id = p.tenant_id AND u.id = p.unit_id
		WHERE p.tenant_id = ? AND p.user_id = ? AND p.valid_from <= ?::date AND (p.valid_to IS NULL OR p.valid_to >= ?::date) ORDER BY p.id`, tx.Tenant, user, tx.Now, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("postings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Posting
	for rows.Next() {
		var p Posting
		var company, department uuid.NullUUID
		if err := rows.Scan(&p.ID, &p.Unit, &p.UnitName, &company, &p.Title, &department); err != nil {
			return nil, fmt.Errorf("postings: %w", err)
		}
		p.Company, p.Department = company.UUID, department.UUID
		out = append(out, p)
	}
	return out, rows.Err()
}

// SignOut ends the actor's session, on every replica.
func (s *Sessions) SignOut(ctx context.Context, a Actor) error {
	open := a
	open.Tenant.Status = "active"
	err := s.db.Do(ctx, open, func(tx Tx) error {
		if err := tx.Later(ctx, "DELETE FROM sessions WHERE tenant_id = ? AND id = ?", tx.Tenant, a.Session); err != nil {
			return err
		}
		if err := Bump(ctx, tx); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "session", a.Session, 1, "sign_out", nil, nil)
	})
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return err
}

// ErrPosting refuses to act in a posting that one does not hold.
var ErrPosting = fault.New(fault.Invalid, "session.posting", "你没有这个任职", "You do not hold this posting")

// ActAs switches the session to another of the user's postings.
func (s *Sessions) ActAs(ctx context.Context, a Actor, posting uuid.UUID) error {
	err := s.db.Do(ctx, a, func(tx Tx) error {
		all, err := PostingsOf(ctx, tx, a.User)
		if err != nil {
			return err
		}
		for _, p := range all {
			if p.ID != posting {
				continue
			}
			if err := tx.Later(ctx, "UPDATE sessions SET posting_id = ? WHERE tenant_id = ? AND id = ?", posting, tx.Tenant, a.Session); err != nil {
				return err
			}
			if err := Bump(ctx, tx); err != nil {
				return err
			}
			return record.WriteHistory(ctx, tx.Tx, "session", a.Session, 1, "act_as", map[string]any{"posting": a.Posting.Title}, map[string]any{"posting": p.Title})
		}
		return ErrPosting.At("postingId")
	})
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return err
}
