package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

const (
	// tokenPrefix tells a program's token from a session's, for the door and for whoever finds one in a file.
	tokenPrefix  = "fct_"
	longestToken = 365 // days
	tokenKind    = "api_token"
	// tokensOfOne is how many live tokens a person has at most.
	tokensOfOne = 50
)

// Faults of API tokens.
var (
	ErrNoToken       = fault.New(fault.Missing, "api_token.missing", "令牌不存在或已吊销", "There is no such token, or it was revoked")
	ErrTokenGrant    = fault.New(fault.Invalid, "api_token.permission", "你没有这个权限：%s", "You do not hold this permission: %s")
	ErrTokenEmpty    = fault.New(fault.Invalid, "api_token.empty", "请选择权限，或设为只读", "Choose permissions, or make it read-only")
	ErrTokenEnds     = fault.New(fault.Invalid, "api_token.expires", "到期日须在今天之后、一年之内", "It ends after today and within a year")
	ErrTokenNetwork  = fault.New(fault.Invalid, "api_token.network", "应为 IP 地址或网段，如 203.0.113.0/24", "This is no address or network such as 203.0.113.0/24")
	ErrTokenMany     = fault.New(fault.Conflict, "api_token.many", "最多 50 个有效令牌，请先吊销不用的", "You have 50 tokens; revoke those that you do not need")
	ErrTokenAddress  = fault.New(fault.Denied, "api_token.address", "这个地址不能使用该令牌", "This token may not be used from here")
	ErrTokenReadOnly = fault.New(fault.Denied, "api_token.read_only", "该令牌只能查询", "This token only reads")
	ErrTokenPersonal = fault.New(fault.Denied, "api_token.personal", "此操作须本人登录后办理，不能用令牌", "This is done by a person who signed in, not with a token")
)

// TokenInput describes a new token.
type TokenInput struct {
	Name        string
	ReadOnly    bool
	Permissions []access.Permission
	Networks    []string
	ExpiresOn   clock.Day // its last day
}

// MakeToken makes a token for the actor in their present posting, and returns it this once. It never may do more than they may when it
// is used. It returns ErrTokenGrant, ErrTokenEmpty, ErrTokenEnds, ErrTokenNetwork or ErrTokenMany.
func (s *Sessions) MakeToken(ctx context.Context, a Actor, in TokenInput) (token string, made uuid.UUID, err error) {
	networks, err := in.check(a)
	if err != nil {
		return "", uuid.Nil, err
	}
	bare, _, err := newToken(a.Tenant.ID)
	if err != nil {
		return "", uuid.Nil, err
	}
	token, made = tokenPrefix+bare, id.New()
	sum := hashOf(token)
	expires := a.Tenant.endOf(in.ExpiresOn)
	err = s.db.Do(ctx, a, func(tx Tx) error {
		var live int
		if err := tx.QueryRowContext(ctx, "SELECT id FROM users WHERE tenant_id = ? AND id = ? FOR UPDATE", tx.Tenant, a.User).Scan(&uuid.UUID{}); err != nil {
			return fmt.Errorf("maker of token: %w", err)
		}
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM api_tokens WHERE tenant_id = ? AND user_id = ? AND revoked_at IS NULL AND expires_at > now()", tx.Tenant, a.User).Scan(&live); err != nil {
			return fmt.Errorf("own tokens: %w", err)
		}
		if live >= tokensOfOne {
			return ErrTokenMany
		}
		if err := tx.Later(ctx, "INSERT INTO api_tokens (tenant_id, id, hash, user_id, posting_id, name, read_only, permissions, networks, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::timestamptz)",
			tx.Tenant, made, sum[:], a.User, a.Posting.ID, in.Name, in.ReadOnly, pgdialect.Array(words(in.Permissions)), pgdialect.Array(networks), expires); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, tokenKind, made, 1, "create", nil, map[string]any{"name": in.Name, "readOnly": in.ReadOnly, "permissions": in.Permissions, "networks": networks, "expiresAt": in.ExpiresOn})
	})
	return token, made, err
}

func words(permissions []access.Permission) []string {
	out := make([]string, len(permissions))
	for i, p := range permissions {
		out[i] = string(p)
	}
	return out
}

// check returns the networks as they are kept.
func (in *TokenInput) check(a Actor) (networks []string, err error) {
	var wrong []*fault.Fault
	today := clock.DayOf(a.Tenant.Now(), a.Tenant.Zone)
	if in.ExpiresOn <= today || in.ExpiresOn > today.Add(longestToken) {
		wrong = append(wrong, ErrTokenEnds.At("expiresOn"))
	}
	if in.ReadOnly == (len(in.Permissions) > 0) {
		wrong = append(wrong, ErrTokenEmpty.At("permissions"))
	}
	slices.Sort(in.Permissions)
	in.Permissions = slices.Compact(in.Permissions)
	for _, p := range in.Permissions {
		if !a.Set.Has(p) {
			wrong = append(wrong, ErrTokenGrant.With(string(p)).At("permissions"))
		}
	}
	networks = []string{}
	for i, n := range in.Networks {
		p, err := rest.ParseNetwork(n)
		if err != nil {
			wrong = append(wrong, ErrTokenNetwork.At(fmt.Sprintf("networks[%d]", i)))
		}
		networks = append(networks, p.String())
	}
	return networks, fault.Join(wrong...)
}

// program is what an actor is by a token instead of a session. It is shared, and never changed.
type program struct {
	id       uuid.UUID
	readOnly bool
	networks []netip.Prefix
}

// admits returns ErrTokenAddress, ErrTokenPersonal or ErrTokenReadOnly for what a token may not be used for, whatever its permissions.
func (p *program) admits(r rest.Request) error {
	switch {
	case len(p.networks) > 0 && !rest.InNetworks(r.Address, p.networks):
		return ErrTokenAddress
	case r.Personal:
		return ErrTokenPersonal
	case p.readOnly && r.Writes:
		return ErrTokenReadOnly
	}
	return nil
}

const tokenSQL = `SELECT t.id, t.user_id, t.posting_id, t.expires_at, t.read_only, t.permissions, t.networks, u.name, u.login, u.valid_to
	FROM api_tokens t JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.user_id
	WHERE t.tenant_id = ? AND t.hash = ? AND t.expires_at > now() AND t.revoked_at IS NULL AND u.status = 'active'`

// byToken fills a with who is behind a token: its maker in the posting in which they made it, with those of their present grants that
// the token was given. What a person must do before anything else is theirs, not the token's. It returns ErrSignIn.
func (s *Sessions) byToken(ctx context.Context, tx Tx, a *Actor) (expires time.Time, err error) {
	p := &program{}
	var posting uuid.UUID
	var permissions, networks []string
	var last clock.Day
	err = tx.QueryRowContext(ctx, tokenSQL, tx.Tenant, a.token[:]).Scan(&p.id, &a.User, &posting, &expires, &p.readOnly, pgdialect.Array(&permissions), pgdialect.Array(&networks), &a.Name, &a.Login, &last)
	if errors.Is(err, sql.ErrNoRows) || err == nil && last != "" && string(last) < tx.today() {
		return expires, ErrSignIn
	}
	if err != nil {
		return expires, err
	}
	if last != "" && tx.Actor.Tenant.endOf(last).Before(expires) {
		expires = tx.Actor.Tenant.endOf(last)
	}
	for _, n := range networks {
		network, err := netip.ParsePrefix(n)
		if err != nil {
			return expires, fmt.Errorf("network of token %s: %w", p.id, err)
		}
		p.networks = append(p.networks, network)
	}
	held, err := PostingsOf(ctx, tx, a.User)
	if err != nil {
		return expires, err
	}
	i := slices.IndexFunc(held, func(h Posting) bool { return h.ID == posting })
	if i < 0 {
		return expires, ErrSignIn
	}
	a.Session, a.Posting, a.program = p.id, held[i], p
	a.Posting.MustChange = false
	set, err := s.compiler.Compile(ctx, tx, a.User, &a.Posting)
	if err != nil {
		return expires, err
	}
	a.Set = only(set, p.readOnly, permissions)
	return expires, nil
}

// only is what is left of a set for a token: never a permission that its maker does not hold.
func only(set *access.Set, readOnly bool, permissions []string) *access.Set {
	out := &access.Set{Scopes: map[access.Permission]access.Scope{}, Fields: set.Fields, Levels: map[access.Permission]string{}}
	for p, scope := range set.Scopes {
		if readOnly && strings.HasSuffix(string(p), ":read") || !readOnly && slices.Contains(permissions, string(p)) {
			out.Scopes[p], out.Levels[p] = scope, set.Levels[p]
		}
	}
	return out
}
