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
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/secret"
)

// Faults of signing in. Who is wrong about the account set, the login or the password learns the same.
var (
	ErrSignIn    = fault.New(fault.Unauthenticated, "session.wrong", "账套、登录名或密码不对", "Account set, login or password is wrong")
	ErrLocked    = fault.New(fault.TooMany, "session.locked", "密码多次输错，请 5 分钟后再试", "Too many wrong passwords; try again in 5 minutes")
	ErrNoPosting = fault.New(fault.Denied, "session.no_posting", "你还没有任职，请联系管理员", "You have no posting yet; ask your administrator")
	ErrClosed    = fault.New(fault.Denied, "session.closed", "账套已关闭", "This account set is closed")
)

const sessionLife = 12 * time.Hour

// Compiler makes the grants of a user in a posting. policies implements it.
type Compiler interface {
	Compile(ctx context.Context, tx Tx, user uuid.UUID, p *Posting) (*access.Set, error)
}

// Sessions signs people in and knows who is behind a token.
type Sessions struct {
	db       *DB
	compiler Compiler
	cache    *cache
	seen     *sights
	calls    *calls
	used     *uses
	stale    func(uuid.UUID)
	box      *secret.Box
	failures *Failures
	issuers  *issuers
}

// NewSessions makes the service. stale announces a tenant whose actors changed.
func NewSessions(db *DB, c Compiler, stale func(uuid.UUID)) *Sessions {
	return &Sessions{db: db, compiler: c, cache: newCache(), seen: newSights(), calls: newCalls(), used: &uses{}, stale: stale, failures: NewFailures(nil), issuers: &issuers{client: ProviderClient(false)}}
}

// Guarded gives s the key of this installation and a count of failures that it shares with others, before it is used.
func (s *Sessions) Guarded(box *secret.Box, failures *Failures) *Sessions {
	s.box, s.failures = box, failures
	return s
}

// Asking lets s ask identity providers by client, before it is used.
func (s *Sessions) Asking(client *http.Client) *Sessions { s.issuers.client = client; return s }

// Token is the tenant's id and 32 random bytes: the tenant is known before any row is read.
func newToken(tenant uuid.UUID) (token string, hash []byte, err error) {
	b := make([]byte, 48)
	copy(b, tenant[:])
	if _, err := rand.Read(b[16:]); err != nil {
		return "", nil, fmt.Errorf("make token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(b)
	sum := hashOf(token)
	return token, sum[:], nil
}

// hashOf is what is kept of a token.
func hashOf(token string) [sha256.Size]byte { return sha256.Sum256([]byte(token)) }

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

// Actor returns who is behind a token. It returns ErrSignIn for a token that nobody holds any more.
func (s *Sessions) Actor(ctx context.Context, token, address string) (Actor, error) {
	bare, program := strings.CutPrefix(token, tokenPrefix)
	tenant, ok := tenantOfToken(bare)
	if !ok {
		return Actor{}, ErrSignIn
	}
	return s.actor(ctx, tenant, hashOf(token), address, program)
}

// Watch returns what tells what the caller of ctx may do by now. It returns ErrSignIn for a session that is over, and whatever else
// Actor returns.
func (s *Sessions) Watch(ctx context.Context) func() (*access.Set, error) {
	a := ActorOf(ctx)
	return func() (*access.Set, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), watchWithin)
		defer cancel()
		now, err := s.actor(ctx, a.Tenant.ID, a.token, a.Address, a.program != nil)
		return now.Set, err
	}
}

// watchWithin is how long a look at a session may take.
const watchWithin = 5 * time.Second

func (s *Sessions) actor(ctx context.Context, tenant uuid.UUID, sum [sha256.Size]byte, address string, program bool) (Actor, error) {
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
	a := Actor{Tenant: t, Address: address, token: sum}
	var expires time.Time
	err = s.db.Read(ctx, Actor{Tenant: t, Name: "session"}, func(tx Tx) (err error) {
		if program {
			expires, err = s.byToken(ctx, tx, &a)
		} else {
			expires, err = s.bySession(ctx, tx, &a)
		}
		return err
	})
	if err != nil {
		return Actor{}, fmt.Errorf("actor: %w", err)
	}
	s.cache.put(sum, a, expires, generation)
	return a, nil
}

// bySession fills a with who is behind a session. It returns ErrSignIn or ErrNoPosting.
func (s *Sessions) bySession(ctx context.Context, tx Tx, a *Actor) (expires time.Time, err error) {
	var posting uuid.UUID
	var by way
	err = tx.QueryRowContext(ctx, `SELECT s.id, s.user_id, s.posting_id, s.expires_at, s.way, u.name, u.login FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
			WHERE s.tenant_id = ? AND s.token_hash = ? AND s.expires_at > now() AND u.status = 'active'`, tx.Tenant, a.token[:]).Scan(&a.Session, &a.User, &posting, &expires, &by, &a.Name, &a.Login)
	if errors.Is(err, sql.ErrNoRows) {
		return s.supporter(ctx, tx, a)
	}
	if err != nil {
		return expires, err
	}
	all, err := PostingsOf(ctx, tx, a.User)
	if err != nil {
		return expires, err
	}
	for _, p := range all {
		if p.ID == posting || a.Posting.ID == uuid.Nil {
			a.Posting = p
		}
	}
	if a.Posting.ID == uuid.Nil {
		return expires, ErrNoPosting
	}
	if err := a.demands(ctx, tx, by); err != nil {
		return expires, err
	}
	a.Set, err = s.compiler.Compile(ctx, tx, a.User, &a.Posting)
	return expires, err
}

// demands looks what the actor must do before anything else. Whom the group's provider let in is not asked for our password, nor
// for our second step.
func (a *Actor) demands(ctx context.Context, tx Tx, by way) (err error) {
	if a.TwoStep, err = hasSecondStep(ctx, tx, a.User); err != nil {
		return err
	}
	if by == byProvider {
		a.Posting.MustChange = false
		return nil
	}
	if !a.TwoStep {
		a.MustSetUp, err = demanded(ctx, tx, a.User)
	}
	return err
}

// reading is a, free to handle their own session: a suspended tenant is read, support reads, and reading needs one.
func reading(a Actor) Actor { a.Tenant.Status, a.Support = "active", nil; return a }

// SignOut ends the actor's session, on every replica.
func (s *Sessions) SignOut(ctx context.Context, a Actor) error {
	if a.Support != nil {
		return s.closeSupport(ctx, a)
	}
	err := s.db.Do(ctx, reading(a), func(tx Tx) error {
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
	err := s.db.Do(ctx, reading(a), func(tx Tx) error {
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
