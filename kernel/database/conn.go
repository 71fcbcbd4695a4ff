// Package database is a driver.Conn over pgx that spends as few round trips as the work allows. BEGIN and the tenant's
// SET LOCAL wait for the first statement; what nobody waits for (history, outbox) waits for COMMIT. bun notices nothing.
// A statement outside a tenant or platform scope is refused here, before it reaches PostgreSQL.
package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// ErrNoScope says that a statement was neither in a tenant nor declared as the platform's.
var ErrNoScope = errors.New("database: no tenant in the context")

// errRolledBack stands for a COMMIT that PostgreSQL answered with ROLLBACK, because an earlier error was swallowed.
var errRolledBack = errors.New("database: transaction was rolled back at commit")

// Open connects to url with at most n connections. The pool is lazy: a server that is down shows at the first query.
func Open(url string, n int) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol // bun inlines its arguments
	cfg.RuntimeParams["timezone"] = "UTC"
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 5 * time.Second
	}
	db := sql.OpenDB(connector{stdlib.GetConnector(*cfg)})
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxIdleTime(10 * time.Minute)
	return db, nil
}

type connector struct{ driver.Connector }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	dc, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	sc, ok := dc.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("database: unexpected driver %T", dc)
	}
	return &Conn{Conn: sc, pg: sc.Conn().PgConn(), prepared: newPrepared()}, nil
}

// Conn is one connection. It is used by database/sql, which never shares it between goroutines.
type Conn struct {
	*stdlib.Conn
	pg       *pgconn.PgConn
	waiting  strings.Builder // SQL not sent yet
	skip     int             // results that belong to what waits
	later    bool            // something beside the head waits, so COMMIT must be sent
	inTx     bool
	begun    bool // the server has seen BEGIN
	prepared *prepared
}

type scope struct {
	tenant   uuid.UUID
	platform bool
}

type (
	scopeKey struct{}
	laterKey struct{}
)

// WithTenant puts every statement under ctx into tenant's rows.
func WithTenant(ctx context.Context, tenant uuid.UUID) context.Context {
	return context.WithValue(ctx, scopeKey{}, scope{tenant: tenant})
}

// WithPlatform lets statements under ctx reach platform tables. Row security shows them no tenant's row.
func WithPlatform(ctx context.Context) context.Context {
	return context.WithValue(ctx, scopeKey{}, scope{platform: true})
}

// WithLater marks a statement whose result nobody waits for: it travels with the next one, or with COMMIT.
func WithLater(ctx context.Context) context.Context { return context.WithValue(ctx, laterKey{}, true) }

func setTenant(t uuid.UUID) string { return "SET LOCAL app.tenant='" + t.String() + "'" }

// BeginTx opens a transaction without a round trip: as the server does it, or REPEATABLE READ.
func (c *Conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	s, ok := ctx.Value(scopeKey{}).(scope)
	if !ok {
		return nil, ErrNoScope
	}
	c.reset()
	c.inTx = true
	begin := "BEGIN"
	if sql.IsolationLevel(o.Isolation) == sql.LevelRepeatableRead {
		begin += " ISOLATION LEVEL REPEATABLE READ"
	}
	if o.ReadOnly {
		begin += " READ ONLY"
	}
	c.wait(begin)
	if !s.platform {
		c.wait(setTenant(s.tenant))
	}
	return &tx{c, context.WithoutCancel(ctx)}, nil
}

func (c *Conn) reset() {
	c.waiting.Reset()
	c.skip, c.later, c.inTx, c.begun = 0, false, false, false
}

func (c *Conn) wait(q string) {
	c.waiting.WriteString(q)
	c.waiting.WriteByte(';')
	c.skip++
}

// take returns q behind everything that waited, and how many results come before its own.
func (c *Conn) take(q string) (all string, skip int) {
	if c.skip == 0 {
		return q, 0
	}
	all, skip = c.waiting.String()+q, c.skip
	c.waiting.Reset()
	c.skip, c.later, c.begun = 0, false, true
	return all, skip
}

type tx struct {
	c   *Conn
	ctx context.Context // survives the caller's cancellation, so that a transaction always ends
}

// Commit sends what still waits. A transaction that asked nothing sends nothing.
func (t *tx) Commit() error {
	c := t.c
	defer c.reset()
	if !c.begun && !c.later {
		return nil
	}
	q, _ := c.take("COMMIT")
	last, err := c.run(t.ctx, q)
	if err == nil && last != "COMMIT" {
		err = errRolledBack
	}
	return c.settle(t.ctx, err)
}

// Rollback ends the transaction if the server has one.
func (t *tx) Rollback() error {
	t.c.reset()
	return t.c.settle(t.ctx, nil)
}

// settle rolls back unless the connection is idle, whatever went wrong before.
func (c *Conn) settle(ctx context.Context, err error) error {
	if c.pg.IsClosed() || c.pg.TxStatus() == 'I' {
		return err
	}
	_, rollback := c.run(context.WithoutCancel(ctx), "ROLLBACK")
	return errors.Join(err, rollback)
}

// run sends q and returns the tag of its last command.
func (c *Conn) run(ctx context.Context, q string) (tag string, err error) {
	m := c.pg.Exec(ctx, q)
	for m.NextResult() {
		t, _ := m.ResultReader().Close()
		tag = t.String()
	}
	return tag, m.Close()
}

// ExecContext runs q, or keeps it for later when ctx says so.
func (c *Conn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) > 0 {
		return nil, errors.New("database: arguments belong into the statement; use bun")
	}
	if err := c.allowed(ctx); err != nil {
		return nil, err
	}
	if c.inTx && ctx.Value(laterKey{}) != nil {
		c.wait(q)
		c.later = true
		return driver.RowsAffected(1), nil
	}
	q, _ = c.take(q)
	m := c.pg.Exec(ctx, q)
	var n int64
	for m.NextResult() {
		t, _ := m.ResultReader().Close()
		n = t.RowsAffected()
	}
	return driver.RowsAffected(n), m.Close()
}

func (c *Conn) allowed(ctx context.Context) error {
	if c.inTx {
		return nil
	}
	if s, _ := ctx.Value(scopeKey{}).(scope); s.platform {
		return nil
	}
	return ErrNoScope
}

// QueryContext runs q and gives its rows as PostgreSQL's text.
func (c *Conn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	if len(args) > 0 {
		return nil, errors.New("database: arguments belong into the statement; use bun")
	}
	if err := c.allowed(ctx); err != nil {
		return nil, err
	}
	q, skip := c.take(q)
	m := c.pg.Exec(ctx, q)
	for i := 0; m.NextResult(); i++ {
		if i < skip {
			_, _ = m.ResultReader().Close() // an error shows at m.Close
			continue
		}
		return &rows{result: m.ResultReader(), done: m.Close}, nil
	}
	return nil, m.Close()
}
