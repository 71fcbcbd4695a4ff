package tenants

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/rest"
)

// Faults of the platform.
var (
	ErrZone       = fault.New(fault.Invalid, "tenant.zone", "没有这个时区：%s", "There is no such time zone: %s")
	ErrStartDate  = fault.New(fault.Invalid, "tenant.start_date", "启用日期应在 %s 到 %s 之间", "The start date is between %s and %s")
	ErrOpenStatus = fault.New(fault.Invalid, "tenant.open_status", "开通时只能是试用或正常", "A new account set is on trial or active")
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
	StartDate     clock.Day // empty: today
	Zone          string    // IANA name; empty: China's
	Demo          bool
	Template      string // empty: a root alone
	Units         []UnitChoice
	Plan          string    // empty: the standard one
	Status        Status    // trial, or active, which is also what empty means
	EndsOn        clock.Day // the last day; a trial has one
	Administrator UserInput
}

const (
	// earliestStart and startAhead catch a year that was typed wrongly.
	earliestStart = clock.Day("2000-01-01")
	startAhead    = 366
)

// filled puts in what was left out, and returns ErrTenantForm, ErrZone, ErrStartDate, ErrOpenStatus, ErrEndNeeded, ErrEndPast or
// ErrEndFar for every field that is wrong.
func (in *OpenInput) filled(now time.Time) (zone *time.Location, err error) {
	var wrong []*fault.Fault
	if !codeForm.MatchString(in.Code) {
		wrong = append(wrong, ErrTenantForm.At("code"))
	}
	zone = clock.China
	if in.Zone != "" {
		if zone, err = time.LoadLocation(in.Zone); err != nil || in.Zone == "Local" {
			zone, wrong = clock.China, append(wrong, ErrZone.With(in.Zone).At("zone"))
		}
	}
	today := clock.DayOf(now, zone)
	if in.StartDate == "" {
		in.StartDate = today
	}
	if in.StartDate < earliestStart || in.StartDate > today.Add(startAhead) {
		wrong = append(wrong, ErrStartDate.With(string(earliestStart), string(today.Add(startAhead))).At("startDate"))
	}
	if in.Plan == "" {
		in.Plan = defaultPlan
	}
	if in.Status == "" {
		in.Status = StatusActive
	}
	if in.Status != StatusTrial && in.Status != StatusActive {
		wrong = append(wrong, ErrOpenStatus.At("status"))
	}
	var f *fault.Fault
	switch {
	case in.EndsOn == "" && in.Status == StatusTrial:
		wrong = append(wrong, ErrEndNeeded.At("endsOn"))
	case in.EndsOn != "" && errors.As(checkEnd(in.EndsOn, in.StartDate, today, in.Status), &f):
		wrong = append(wrong, f)
	}
	return zone, fault.Join(wrong...)
}

// Open makes a tenant with its units, the shipped roles and an administrator, in one transaction of that tenant. It returns
// ErrTenantCode, ErrTenantForm, ErrLoginForm, ErrPassword, ErrNoPlan, ErrNoTemplate, ErrQuota at plan when the template needs more
// than the plan gives, what filled does, and what is wrong with the choices of units.
func (p *Platform) Open(ctx context.Context, in OpenInput) (Tenant, error) {
	zone, err := in.filled(clock.Now())
	if err != nil {
		return Tenant{}, err
	}
	template, err := templateOf(in.Template)
	if err != nil {
		return Tenant{}, err
	}
	root := id.New()
	units, err := template.plan(root, in.Units, rest.LanguageOf(ctx))
	if err != nil {
		return Tenant{}, err
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
	t := Tenant{ID: id.New(), Code: in.Code, Name: in.Name, Status: string(in.Status), Demo: in.Demo, Zone: zone, EndsOn: in.EndsOn}
	err = p.db.Do(ctx, Worker(t, "open_tenant"), func(tx Tx) error {
		if err := insertTenant(ctx, tx, in); err != nil {
			return err
		}
		for _, seed := range p.seeds {
			if err := seed(ctx, tx); err != nil {
				return err
			}
		}
		if err := insertUnit(ctx, tx, root, uuid.Nil, UnitInput{Kind: "group", Code: "0", Name: in.Name}); err != nil {
			return err
		}
		if err := build(ctx, tx, units); err != nil {
			return err
		}
		user := id.New()
		if err := insertUser(ctx, tx, user, in.Administrator, hash); err != nil {
			return err
		}
		if err := p.org.insertPosting(ctx, tx, id.New(), PostingInput{User: user, Unit: root, Title: "集团管理员", Roles: []string{"group_administrator"}}); err != nil {
			return err
		}
		if err := planEnd(ctx, tx, in.EndsOn); err != nil {
			return err
		}
		var f *fault.Fault
		if err := fits(ctx, tx.Tx, Companies, 0, ""); errors.As(err, &f) { // nobody else is in there yet
			return f.At("plan")
		} else if err != nil {
			return err
		}
		return LogOperator(ctx, tx, "open_tenant", map[string]any{"tenant": t.ID, "code": t.Code, "name": t.Name, "template": in.Template, "plan": in.Plan, "to": in.Status, "endsOn": in.EndsOn})
	})
	if err != nil {
		return Tenant{}, err
	}
	return t, nil
}

// insertTenant returns ErrNoPlan at plan, and ErrTenantCode at code: of two who take it at once, the second waits for the first to
// commit and then reads this.
func insertTenant(ctx context.Context, tx Tx, in OpenInput) error {
	if _, err := lockPlan(ctx, tx, in.Plan); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO tenants (id, code, name, start_date, zone, demo, plan, status, ends_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::date)",
		tx.Tenant, in.Code, in.Name, string(in.StartDate), tx.Zone.String(), in.Demo, in.Plan, string(in.Status), in.EndsOn)
	if database.Violates(err, "tenants_code") {
		return ErrTenantCode.At("code")
	}
	if err != nil {
		return fmt.Errorf("open tenant: %w", err)
	}
	return nil
}
