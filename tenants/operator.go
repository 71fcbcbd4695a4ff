package tenants

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/rest"
)

// ErrOperator refuses an operator's sign-in.
var ErrOperator = fault.New(fault.Unauthenticated, "operator.wrong", "登录名或密码不对", "Login or password is wrong")

const operatorLife = 8 * time.Hour

type operatorKey struct{}

func operatorOf(ctx context.Context) uuid.UUID {
	o, _ := ctx.Value(operatorKey{}).(uuid.UUID)
	return o
}

// LogOperator writes what an operator did, in the transaction that did it, with who it was and from where. Without one in ctx
// the program itself did it.
func LogOperator(ctx context.Context, tx bun.IDB, action string, detail any) error {
	b, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("log %s: %w", action, err)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO operator_log (id, operator_id, action, detail, address) VALUES (?, ?, ?, ?, ?)",
		id.New(), null(operatorOf(ctx)), action, string(b), rest.RequestOf(ctx).Address)
	if err != nil {
		return fmt.Errorf("log %s: %w", action, err)
	}
	return nil
}

// CreateOperator adds an operator, unless the login exists.
func (p *Platform) CreateOperator(ctx context.Context, login, name, password string) error {
	if err := checkSecret(login, password); err != nil {
		return err
	}
	hash, err := p.org.hashing.hash(ctx, password)
	if err != nil {
		return err
	}
	return p.db.Platform(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO operators (id, login, name, password_hash) VALUES (?, ?, ?, ?) ON CONFLICT (login) DO NOTHING", id.New(), login, name, hash)
		return err
	})
}

type operator struct {
	id            uuid.UUID
	name, hash    string
	refusedLately int
}

// operator reads who has a login, and how often they were refused since they last got in. The log is the counter.
func (p *Platform) operator(ctx context.Context, login string) (o operator, err error) {
	o.hash = nobody
	err = p.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.QueryRowContext(ctx, `SELECT o.id, o.name, o.password_hash, (SELECT count(*) FROM operator_log l WHERE l.operator_id = o.id AND l.action = 'refused' AND l.at > now() - ?::interval
			AND l.at > coalesce((SELECT max(i.at) FROM operator_log i WHERE i.operator_id = o.id AND i.action = 'sign_in'), '-infinity')) FROM operators o WHERE o.login = ?`, seconds(lockFor), login).
			Scan(&o.id, &o.name, &o.hash, &o.refusedLately)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return o, nil
	}
	return o, err
}

// SignIn opens a session of an operator. It returns ErrOperator, ErrLocked or ErrAddress.
func (p *Platform) SignIn(ctx context.Context, login, password string) (token, name string, err error) {
	e, err := p.failures.attempt(ctx, rest.RequestOf(ctx).Address, func() (e Entry, err error) {
		e.Token, name, err = p.signInAs(ctx, login, password)
		return e, err
	})
	return e.Token, name, err
}

func (p *Platform) signInAs(ctx context.Context, login, password string) (token, name string, err error) {
	o, err := p.operator(ctx, login)
	if err != nil {
		return "", "", fmt.Errorf("operator at sign-in: %w", err)
	}
	fits, err := passwordFits(ctx, password, o.hash)
	if err != nil {
		return "", "", err
	}
	ctx = context.WithValue(ctx, operatorKey{}, o.id)
	if o.refusedLately >= maxFailed {
		return "", "", ErrLocked.After(lockFor)
	}
	if !fits || o.id == uuid.Nil {
		err := p.db.Platform(ctx, func(tx bun.Tx) error { return LogOperator(ctx, tx, "refused", map[string]any{}) })
		return "", "", errors.Join(ErrOperator, err)
	}
	token, sum, err := newToken(o.id)
	if err != nil {
		return "", "", err
	}
	return token, o.name, p.db.Platform(ctx, func(tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO operator_sessions (token_hash, operator_id, address, expires_at) VALUES (?, ?, ?, now() + ?::interval)", sum, o.id, rest.RequestOf(ctx).Address, seconds(operatorLife)); err != nil {
			return err
		}
		return LogOperator(ctx, tx, "sign_in", map[string]any{})
	})
}

// Enter lets an operator in. It is the Operator door of rest.
func (p *Platform) Enter(ctx context.Context, r rest.Request) (context.Context, error) {
	if r.Token == "" {
		return ctx, rest.ErrUnauthenticated
	}
	if r.ByCookie && r.Writes && subtle.ConstantTimeCompare([]byte(r.CSRF), []byte(csrfOf(r.Token))) != 1 {
		return ctx, ErrCSRF
	}
	sum := sha256.Sum256([]byte(r.Token))
	var operator uuid.UUID
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT operator_id FROM operator_sessions WHERE token_hash = ? AND expires_at > now()", sum[:]).Scan(&operator)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return ctx, rest.ErrUnauthenticated
	}
	return context.WithValue(ctx, operatorKey{}, operator), err
}

type operatorInput struct {
	Body struct {
		Login    string `json:"login" minLength:"1" maxLength:"40"`
		Password string `json:"password" minLength:"1" maxLength:"200"`
		Mode     string `json:"mode,omitempty" enum:"cookie,bearer" default:"cookie"`
	}
}

type operatorOutput struct {
	Body struct {
		Token string `json:"token,omitempty"`
		Name  string `json:"name"`
		CSRF  string `json:"csrf,omitempty"`
	}
}

func (p *Platform) signIn(ctx context.Context, in *operatorInput) (*operatorOutput, error) {
	token, name, err := p.SignIn(ctx, in.Body.Login, in.Body.Password)
	if err != nil {
		return nil, err
	}
	out := &operatorOutput{}
	out.Body.Name = name
	if in.Body.Mode == "bearer" {
		out.Body.Token = token
		return out, nil
	}
	out.Body.CSRF = csrfOf(token)
	expires := clock.Now().Add(operatorLife)
	rest.SetCookie(ctx, rest.OperatorCookie, token, expires, false)
	rest.SetCookie(ctx, rest.OperatorCSRF, out.Body.CSRF, expires, true)
	return out, nil
}

func (p *Platform) me(ctx context.Context, _ *struct{}) (*operatorOutput, error) {
	out := &operatorOutput{}
	if r := rest.RequestOf(ctx); r.ByCookie {
		out.Body.CSRF = csrfOf(r.Token)
	}
	return out, p.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT name FROM operators WHERE id = ?", operatorOf(ctx)).Scan(&out.Body.Name)
	})
}

func (p *Platform) signOut(ctx context.Context, _ *struct{}) (*struct{}, error) {
	sum := sha256.Sum256([]byte(rest.RequestOf(ctx).Token))
	rest.SetCookie(ctx, rest.OperatorCookie, "", time.Unix(0, 0), false)
	rest.SetCookie(ctx, rest.OperatorCSRF, "", time.Unix(0, 0), true)
	return nil, p.db.Platform(ctx, func(tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM operator_sessions WHERE token_hash = ?", sum[:]); err != nil {
			return err
		}
		return LogOperator(ctx, tx, "sign_out", map[string]any{})
	})
}
