package tenants

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/rest"
)

// Faults of the platform.
var (
	ErrTenantCode = fault.New(fault.Conflict, "tenant.code_taken", "账套编码已存在", "This code is taken")
	ErrTenantForm = fault.New(fault.Invalid, "tenant.code_form", "编码为 3 到 31 个小写字母、数字或横线，以字母开头", "A code has 3 to 31 small letters, digits or dashes and begins with a letter")
	codeForm      = regexp.MustCompile(`^[a-z][a-z0-9-]{2,30}$`)
)

// Platform is the desk of the operators: it opens and suspends tenants, and has no way to their business.
type Platform struct {
	db       *DB
	org      *Org
	seeds    []func(context.Context, Tx) error
	failures *Failures
}

// NewPlatform makes the desk. seeds are run in every new tenant.
func NewPlatform(db *DB, org *Org, seeds ...func(context.Context, Tx) error) *Platform {
	return &Platform{db, org, seeds, NewFailures(nil)}
}

// Guarded gives p a count of failures that it shares with others, before it is used.
func (p *Platform) Guarded(failures *Failures) *Platform { p.failures = failures; return p }

// OpenInput describes a new tenant and its first administrator.
type OpenInput struct {
	Code, Name    string
	StartDate     clock.Day
	Demo          bool
	Administrator UserInput
}

// Open makes a tenant with its root unit, the shipped roles and an administrator, in one transaction of that tenant. It
// returns ErrTenantCode, ErrTenantForm, ErrLoginForm or ErrPassword.
func (p *Platform) Open(ctx context.Context, in OpenInput) (Tenant, error) {
	if !codeForm.MatchString(in.Code) {
		return Tenant{}, ErrTenantForm.At("code")
	}
	if err := checkSecret(in.Administrator.Login, in.Administrator.Password); err != nil {
		var f *fault.Fault
		if errors.As(err, &f) {
			return Tenant{}, f.At("administrator." + f.Field)
		}
		return Tenant{}, err
	}
	hash, err := p.org.hashing.hash(ctx, in.Administrator.Password)
	if err != nil {
		return Tenant{}, err
	}
	if in.StartDate == "" {
		in.StartDate = clock.DayOf(clock.Now(), clock.China)
	}
	t := Tenant{ID: id.New(), Code: in.Code, Name: in.Name, Status: "active", Demo: in.Demo, Zone: clock.China}
	err = p.db.Do(ctx, Worker(t, "open_tenant"), func(tx Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO tenants (id, code, name, start_date, demo) VALUES (?, ?, ?, ?, ?)", t.ID, t.Code, t.Name, string(in.StartDate), t.Demo); err != nil {
			if database.Violates(err, "tenants_code") {
				return ErrTenantCode.At("code")
			}
			return fmt.Errorf("open tenant: %w", err)
		}
		for _, seed := range p.seeds {
			if err := seed(ctx, tx); err != nil {
				return err
			}
		}
		root, user := id.New(), id.New()
		if err := insertUnit(ctx, tx, root, uuid.Nil, UnitInput{Kind: "group", Code: "0", Name: in.Name}); err != nil {
			return err
		}
		if err := insertUser(ctx, tx, user, in.Administrator, hash); err != nil {
			return err
		}
		if err := p.org.insertPosting(ctx, tx, id.New(), PostingInput{User: user, Unit: root, Title: "集团管理员", Roles: []string{"group_administrator"}}); err != nil {
			return err
		}
		return LogOperator(ctx, tx, "open_tenant", map[string]any{"code": t.Code, "name": t.Name})
	})
	return t, err
}

// SetStatus suspends or resumes a tenant.
func (p *Platform) SetStatus(ctx context.Context, tenant uuid.UUID, status string) error {
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		r, err := tx.ExecContext(ctx, "UPDATE tenants SET status = ?, version = version + 1, changed_at = clock_timestamp() WHERE id = ? AND status <> 'closed'", status, tenant)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 {
			return rest.ErrMissing.Because(err)
		}
		return LogOperator(ctx, tx, status, map[string]any{"tenant": tenant})
	})
	if err == nil {
		p.org.stale(tenant)
	}
	return err
}
