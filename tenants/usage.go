package tenants

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/rest"
)

// UsageDay is what a tenant used on one of its days. What was not counted yet is null.
type UsageDay struct {
	Day         clock.Day `json:"day"`
	Companies   *int64    `json:"companies"`
	Users       *int64    `json:"users"`
	ActiveUsers *int64    `json:"activeUsers" doc:"Who signed in, changed something or was seen"`
	Storage     *int64    `json:"storageBytes"`
	Changes     *int64    `json:"changes" doc:"Lines of history"`
	Calls       int64     `json:"calls" doc:"API calls"`
}

// WriteUsage counts what every tenant uses on its day. Run again, it writes the same rows with the numbers of now, so that every
// replica may do it.
func WriteUsage(ctx context.Context, db *DB) error {
	return db.Platform(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "SELECT write_usage()")
		return err
	})
}

// Usage lists the last days of a tenant, newest first. It returns rest.ErrMissing.
func (p *Platform) Usage(ctx context.Context, tenant uuid.UUID, days int) ([]UsageDay, error) {
	if _, err := p.tenant(ctx, tenant); err != nil {
		return nil, err
	}
	out := []UsageDay{}
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT day, companies, users, active_users, storage, changes, calls FROM usage_of(?, ?)", tenant, days)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var d UsageDay
			if err := rows.Scan(&d.Day, &d.Companies, &d.Users, &d.ActiveUsers, &d.Storage, &d.Changes, &d.Calls); err != nil {
				return err
			}
			out = append(out, d)
		}
		return rows.Err()
	})
	return out, err
}

// Use is one resource of a tenant: what is used and what may be.
type Use struct {
	Resource Resource `json:"resource"`
	Used     *int64   `json:"used" doc:"null for calls, which are limited by the minute"`
	Most     *int64   `json:"most" doc:"null: no limit"`
	Own      *int64   `json:"own" doc:"The tenant's own limit; null: the plan's"`
}

// TenantInfo is a tenant as operators see it.
type TenantInfo struct {
	ID        uuid.UUID  `json:"id"`
	Code      string     `json:"code"`
	Name      string     `json:"name"`
	Status    Status     `json:"status"`
	StartDate clock.Day  `json:"startDate"`
	EndsOn    clock.Day  `json:"endsOn,omitempty" doc:"The last day; absent: until further notice"`
	Zone      string     `json:"zone"`
	Demo      bool       `json:"demo"`
	Plan      string     `json:"plan"`
	PlanName  fault.Text `json:"planName"`
	CreatedAt time.Time  `json:"createdAt"`
	Uses      []Use      `json:"uses"`
}

// TenantPage is a tenant with what can be done to it now.
type TenantPage struct {
	TenantInfo
	Today   clock.Day    `json:"today" doc:"The tenant's day"`
	Actions []TenantMove `json:"actions"`
}

// TenantMove is a move that the status allows.
type TenantMove struct {
	Name     Move       `json:"name"`
	Label    fault.Text `json:"label"`
	To       Status     `json:"to"`
	Danger   bool       `json:"danger"`
	TakesEnd bool       `json:"takesEnd" doc:"It comes with a last day"`
	NeedsEnd bool       `json:"needsEnd" doc:"And cannot do without one"`
}

const tenantsSQL = `SELECT t.id, t.code, t.name, t.status, t.start_date, t.ends_on, t.zone, t.demo, t.plan, p.name_zh, p.name_en, t.created_at,
	u.companies, u.users, u.storage, p.companies, p.users, p.storage, p.calls, t.own_companies, t.own_users, t.own_storage, t.own_calls
	FROM tenants t JOIN plans p ON p.code = t.plan JOIN tenant_usage(?) u ON u.tenant_id = t.id ORDER BY t.created_at DESC LIMIT 1000`

// infos reads one tenant, or all of them when one is nil.
func (p *Platform) infos(ctx context.Context, one *uuid.UUID) ([]TenantInfo, error) {
	out := []TenantInfo{}
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		rows, err := tx.QueryContext(ctx, tenantsSQL, one)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			t, err := scanInfo(rows)
			if err != nil {
				return err
			}
			out = append(out, t)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read tenants: %w", err)
	}
	return out, nil
}

func scanInfo(rows *sql.Rows) (t TenantInfo, err error) {
	var companies, users, storage int64
	var plan, own Quotas
	err = rows.Scan(&t.ID, &t.Code, &t.Name, &t.Status, &t.StartDate, &t.EndsOn, &t.Zone, &t.Demo, &t.Plan, &t.PlanName.Zh, &t.PlanName.En, &t.CreatedAt,
		&companies, &users, &storage, &plan.Companies, &plan.Users, &plan.Storage, &plan.Calls, &own.Companies, &own.Users, &own.Storage, &own.Calls)
	if err != nil {
		return t, err
	}
	used := map[Resource]*int64{Companies: &companies, Users: &users, Storage: &storage}
	for _, r := range []Resource{Companies, Users, Storage, Calls} {
		u := Use{r, used[r], own.of(r), own.of(r)}
		if u.Most == nil {
			u.Most = plan.of(r)
		}
		t.Uses = append(t.Uses, u)
	}
	return t, nil
}

// Page reads a tenant and what can be done to it. It returns rest.ErrMissing.
func (p *Platform) Page(ctx context.Context, tenant uuid.UUID) (*TenantPage, error) {
	t, err := p.tenant(ctx, tenant)
	if err != nil {
		return nil, err
	}
	found, err := p.infos(ctx, &tenant)
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, rest.ErrMissing
	}
	page := &TenantPage{TenantInfo: found[0], Today: clock.DayOf(t.Now(), t.Zone), Actions: []TenantMove{}}
	for _, a := range Life.Actions() {
		move := Move(a.Name)
		if next, err := Life.Next(page.Status, move); err == nil {
			page.Actions = append(page.Actions, TenantMove{move, a.Label, next.To, a.Danger, takesEnd[move], needsEnd[move]})
		}
	}
	return page, nil
}

// LogLine is what an operator, or the program itself, did to a tenant.
type LogLine struct {
	At      time.Time       `json:"at"`
	By      string          `json:"by,omitempty" doc:"Absent: the program itself"`
	Action  string          `json:"action"`
	Detail  json.RawMessage `json:"detail"`
	Address string          `json:"address"`
}

// Log lists what was done to a tenant, newest first, at most 200 lines. It returns rest.ErrMissing.
func (p *Platform) Log(ctx context.Context, tenant uuid.UUID) ([]LogLine, error) {
	if _, err := p.tenant(ctx, tenant); err != nil {
		return nil, err
	}
	out := []LogLine{}
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT l.at, coalesce(o.name, ''), l.action, l.detail, l.address FROM operator_log l LEFT JOIN operators o ON o.id = l.operator_id
			WHERE l.detail ->> 'tenant' = ? ORDER BY l.at DESC, l.id DESC LIMIT 200`, tenant.String())
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var l LogLine
			var detail string
			if err := rows.Scan(&l.At, &l.By, &l.Action, &detail, &l.Address); err != nil {
				return err
			}
			l.Detail = json.RawMessage(detail)
			out = append(out, l)
		}
		return errors.Join(rows.Err(), rows.Close())
	})
	return out, err
}
