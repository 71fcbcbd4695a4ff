package tenants

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// ErrCSRF refuses a change that the page itself did not send.
var ErrCSRF = fault.New(fault.Denied, "session.csrf", "页面已过期，请刷新后再试", "This page is out of date; reload it and try again")

// Enter lets a user of a tenant in. It is the Tenant door of rest.
func (s *Sessions) Enter(ctx context.Context, r rest.Request) (context.Context, error) {
	if r.Token == "" || r.ByCookie && strings.HasPrefix(r.Token, tokenPrefix) {
		return ctx, rest.ErrUnauthenticated
	}
	a, err := s.Actor(ctx, r.Token, r.Address)
	if errors.Is(err, ErrSignIn) {
		return ctx, rest.ErrUnauthenticated.Because(err)
	}
	if err != nil {
		return ctx, err
	}
	if r.ByCookie && r.Writes && subtle.ConstantTimeCompare([]byte(r.CSRF), []byte(csrfOf(r.Token))) != 1 {
		return ctx, ErrCSRF
	}
	if err := a.Ready(ctx); err != nil {
		return ctx, err
	}
	if err := s.calls.enter(ctx, a.Tenant); err != nil {
		return ctx, err
	}
	switch {
	case a.program != nil:
		if err := a.program.admits(r); err != nil {
			return ctx, err
		}
		s.used.note(a, r.Address)
	case a.Support != nil:
		if err := s.called(ctx, a, r); err != nil {
			return ctx, err
		}
	default:
		s.seen.note(a, rest.OperationOf(ctx))
	}
	return record.WithView(WithActor(ctx, a), a.View(rest.LanguageOf(ctx))), nil
}

// Allow checks that the actor of ctx holds p for any row at all. Which rows is the use case's question.
func Allow(ctx context.Context, p access.Permission) error {
	a := ActorOf(ctx)
	if a.User == uuid.Nil { // a worker may do all, but no worker comes through the door
		return rest.ErrUnauthenticated
	}
	_, err := a.Can(p)
	return err
}

// Find returns what a request with this key was answered before.
func (d *DB) Find(ctx context.Context, key string) (*rest.Answer, error) {
	a := ActorOf(ctx)
	var found *rest.Answer
	err := d.Read(ctx, a, func(tx Tx) error {
		x := rest.Answer{}
		var status sql.NullInt64
		var request, body string
		err := tx.QueryRowContext(ctx, "SELECT encode(request, 'base64'), status, coalesce(encode(answer, 'base64'), '') FROM idempotency WHERE tenant_id = ? AND user_id = ? AND key = ?", tx.Tenant, a.User, key).
			Scan(&request, &status, &body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		x.Status = int(status.Int64)
		if x.Request, err = base64.StdEncoding.DecodeString(strings.ReplaceAll(request, "\n", "")); err != nil {
			return err
		}
		x.Body, err = base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
		found = &x
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("look for key: %w", err)
	}
	return found, nil
}

// Store keeps the answer of a request whose key did its work.
func (d *DB) Store(ctx context.Context, key string, status int, body []byte) error {
	a := ActorOf(ctx)
	return d.once(rest.Forget(ctx), a, nil, func(tx Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE idempotency SET status = ?, answer = ? WHERE tenant_id = ? AND user_id = ? AND key = ?", status, body, tx.Tenant, a.User, key)
		return err
	})
}

// Write runs fn in a transaction of whoever ctx belongs to: the kernel's own writes.
func (d *DB) Write(ctx context.Context, fn func(tx database.Tx) error) error {
	return d.Do(ctx, ActorOf(ctx), func(tx Tx) error { return fn(tx.Tx) })
}
