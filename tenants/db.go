// Package tenants keeps dealer groups apart: tenant, org tree, user, posting, session, and the one way to a tenant's data.
package tenants

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// ErrSuspended refuses changes of a tenant that may only read.
var ErrSuspended = fault.New(fault.Denied, "tenant.suspended", "账套已停用，只能查询", "This account set is suspended; it can only be read")

// Actor is who acts, in which posting, with which rights. It is made at sign-in or for a job, shared, and never changed.
type Actor struct {
	Tenant    Tenant
	User      uuid.UUID // uuid.Nil: a worker of the product itself
	Name      string
	Login     string
	Session   uuid.UUID
	Posting   Posting
	Set       *access.Set
	Address   string
	TwoStep   bool              // they have a second step
	MustSetUp bool              // they have none, and their group demands one
	Support   *Support          // nil: one of the tenant's own people
	program   *program          // nil: a person who signed in
	token     [sha256.Size]byte // hash of what the session is known by; zero: none
}

// Tenant is a dealer group as the running program needs it.
type Tenant struct {
	ID     uuid.UUID
	Code   string
	Name   string
	Status string
	Demo   bool
	Zone   *time.Location
	Offset time.Duration // how far a demo tenant's clock was moved on
	// Version grows with every change of grants, postings, sessions and own fields.
	Version int64

	EndsOn    clock.Day // the last day of a trial or of what was paid for; empty: no end
	CallsMost int64     // API calls a minute; 0: no limit
}

// Now returns the tenant's time.
func (t Tenant) Now() time.Time { return clock.Now().Add(t.Offset) }

// endOf returns the instant of the machine's clock at which the tenant's day d is over.
func (t Tenant) endOf(d clock.Day) time.Time { return d.Add(1).Start(t.Zone).Add(-t.Offset) }

// Posting is a place in the org tree with roles.
type Posting struct {
	ID         uuid.UUID
	Unit       uuid.UUID
	UnitName   string
	Company    uuid.UUID // uuid.Nil above all companies
	Department uuid.UUID // uuid.Nil at a company itself
	Title      string
	Roles      []string
	MustChange bool // its holder changes their password before they do anything in it
}

// View is what lists and pages show to a.
func (a Actor) View(language string) record.View {
	return record.View{Tenant: a.Tenant.ID, User: a.User, Company: a.Posting.Company, Department: a.Posting.Department,
		Now: a.Tenant.Now(), Zone: a.Tenant.Zone, Set: a.Set, Version: a.Tenant.Version, Roles: a.Posting.Roles, Language: language}
}

// Worker is the actor of a job: no person, and no limit but the tenant.
func Worker(t Tenant, job string) Actor {
	return Actor{Tenant: t, Name: job, Set: nil, Address: "worker"}
}

// Tx is a transaction of an actor in their tenant.
type Tx struct {
	database.Tx
	Actor Actor
}

// Can returns the rows that the actor's grant p covers, or a denied fault. A worker covers all.
func (t Tx) Can(p access.Permission) (access.Scope, error) { return t.Actor.Can(p) }

// Can returns the rows that the grant p covers, or a denied fault, among them ErrChangeNeeded and ErrSecondStepNeeded.
func (a Actor) Can(p access.Permission) (access.Scope, error) {
	if a.User == uuid.Nil {
		return access.Scope{All: true}, nil
	}
	if a.Posting.MustChange {
		return access.Scope{}, ErrChangeNeeded
	}
	if a.MustSetUp {
		return access.Scope{}, ErrSecondStepNeeded
	}
	scope, ok := a.Set.Scope(p)
	if !ok {
		return access.Scope{}, rest.ErrDenied.Because(fmt.Errorf("%s lacks %s", a.Login, p))
	}
	return scope, nil
}

// DB is the only way to tenant data.
type DB struct {
	bun      *bun.DB
	announce func(tenant uuid.UUID, touched []database.Touch)
}

// NewDB wraps a pool of kernel/database. announce is told after COMMIT what changed; it must not block.
func NewDB(pool *sql.DB, announce func(uuid.UUID, []database.Touch)) *DB {
	return &DB{bun.NewDB(pool, pgdialect.New()), announce}
}

// Pool returns the pool, for the kernel's own reads.
func (d *DB) Pool() *sql.DB { return d.bun.DB }

// Do runs fn in one transaction of the actor's tenant. It returns ErrSuspended for a tenant that may only read, ErrSupportReadOnly, what Ready does, and
// rest.ErrAnswered when the request's Idempotency-Key already did its work. A deadlock is tried again.
func (d *DB) Do(ctx context.Context, a Actor, fn func(tx Tx) error) error {
	if a.Tenant.Status == "suspended" || a.Tenant.Status == "closed" {
		return ErrSuspended
	}
	if a.Support != nil && !a.Support.Writing {
		return ErrSupportReadOnly
	}
	if err := a.Ready(ctx); err != nil {
		return err
	}
	for try := 1; ; try++ {
		err := d.once(ctx, a, nil, fn)
		if err == nil || try == 3 || !database.Retryable(err) {
			return err
		}
		slog.Debug("transaction tried again", "error", err)
	}
}

// Read runs fn in a read-only transaction. It returns what Ready does.
func (d *DB) Read(ctx context.Context, a Actor, fn func(tx Tx) error) error {
	if err := a.Ready(ctx); err != nil {
		return err
	}
	return d.once(ctx, a, &sql.TxOptions{ReadOnly: true}, fn)
}

// Snapshot runs fn in one read-only transaction that sees the tenant's rows as they are now, however long it takes.
func (d *DB) Snapshot(ctx context.Context, a Actor, fn func(tx Tx) error) error {
	return d.once(ctx, a, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}, fn)
}

func (d *DB) once(ctx context.Context, a Actor, o *sql.TxOptions, fn func(tx Tx) error) error {
	var touched []database.Touch
	scoped := database.WithTenant(ctx, a.Tenant.ID)
	err := d.bun.RunInTx(scoped, o, func(ctx context.Context, b bun.Tx) error {
		by := database.Author{User: a.User, Session: a.Session, Address: a.Address, Operation: rest.OperationOf(ctx)}
		if a.User == uuid.Nil {
			by.Operation = a.Name
		}
		tx := Tx{database.NewTx(b, a.Tenant.ID, by, a.Tenant.Now(), a.Tenant.Zone), a}
		tx.Version = a.Tenant.Version
		if o == nil {
			if err := rest.Remember(ctx, tx.Tx); err != nil {
				return err
			}
		}
		if err := fn(tx); err != nil {
			return err
		}
		touched = tx.Touched()
		return nil
	})
	if err != nil {
		if database.Violates(err, "idempotency_key") {
			return rest.ErrAnswered.Because(err)
		}
		return err
	}
	if d.announce != nil && len(touched) > 0 {
		d.announce(a.Tenant.ID, touched)
	}
	return nil
}

// Platform runs fn on platform tables; row security shows it no tenant's row.
func (d *DB) Platform(ctx context.Context, fn func(tx bun.Tx) error) error {
	return d.bun.RunInTx(database.WithPlatform(ctx), nil, func(_ context.Context, tx bun.Tx) error { return fn(tx) })
}

// ErrNoTenant says that no tenant has this id or code.
var ErrNoTenant = errors.New("no such tenant")

type tenantRow struct {
	ID      uuid.UUID
	Code    string
	Name    string
	Status  string
	Demo    bool
	Zone    string
	Offset  float64
	EndsOn  clock.Day
	Calls   int64
	Version int64
}

// Tenant reads a tenant by its id. It returns ErrNoTenant.
func (d *DB) Tenant(ctx context.Context, id uuid.UUID) (Tenant, error) {
	return d.tenant(ctx, "t.id = ?", id)
}

// TenantByCode reads a tenant by the code that people type at sign-in. It returns ErrNoTenant.
func (d *DB) TenantByCode(ctx context.Context, code string) (Tenant, error) {
	return d.tenant(ctx, "t.code = ?", code)
}

func (d *DB) tenant(ctx context.Context, where string, arg any) (Tenant, error) {
	var r tenantRow
	err := d.bun.NewSelect().TableExpr("tenants t").Join("JOIN plans p ON p.code = t.plan").
		ColumnExpr("t.id, t.code, t.name, t.status, t.demo, t.zone, extract(epoch FROM t.clock_offset)::float8 AS offset, t.ends_on, coalesce(t.own_calls, p.calls, 0) AS calls, t.version").
		Where(where, arg).Scan(database.WithPlatform(ctx), &r)
	if errors.Is(err, sql.ErrNoRows) {
		return Tenant{}, ErrNoTenant
	}
	if err != nil {
		return Tenant{}, fmt.Errorf("read tenant: %w", err)
	}
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return Tenant{}, fmt.Errorf("tenant %s: %w", r.Code, err)
	}
	return Tenant{ID: r.ID, Code: r.Code, Name: r.Name, Status: r.Status, Demo: r.Demo, Zone: zone, Offset: time.Duration(r.Offset * float64(time.Second)), Version: r.Version, EndsOn: r.EndsOn, CallsMost: r.Calls}, nil
}
