package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// Faults of plans.
var (
	ErrNoPlan    = fault.New(fault.Invalid, "tenant.no_plan", "没有这个套餐：%s", "There is no such plan: %s")
	ErrPlanCode  = fault.New(fault.Conflict, "plan.code_taken", "套餐编码已存在", "This code is taken")
	ErrPlanUsed  = fault.New(fault.Conflict, "plan.used", "账套「%s」的%s已用 %s，套餐不能更低", "%[1]q: %[2]s, %[3]s are used; the plan cannot give less")
	ErrPlanBlank = fault.New(fault.Invalid, "plan.name", "请填写名称", "Give it a name")
)

// defaultPlan is that of an account set which is opened without a word about it.
const defaultPlan = "standard"

// Quotas are limits; nil is none.
type Quotas struct {
	Companies *int64 `json:"companies,omitempty" minimum:"1" maximum:"100000" doc:"Open companies; null: no limit"`
	Users     *int64 `json:"users,omitempty" minimum:"1" maximum:"1000000" doc:"Users who are not disabled; null: no limit"`
	Storage   *int64 `json:"storageBytes,omitempty" minimum:"0" maximum:"1125899906842624" doc:"Bytes of all files; null: no limit"`
	Calls     *int64 `json:"callsPerMinute,omitempty" minimum:"1" maximum:"10000000" doc:"API calls a minute; null: no limit"`
}

// of returns the limit of a resource.
func (q Quotas) of(r Resource) *int64 {
	switch r {
	case Companies:
		return q.Companies
	case Users:
		return q.Users
	case Storage:
		return q.Storage
	case Calls:
		return q.Calls
	}
	return nil
}

// Plan is what account sets are sold as.
type Plan struct {
	Code    string     `json:"code"`
	Version int        `json:"version"`
	Name    fault.Text `json:"name"`
	Quotas  Quotas     `json:"quotas"`
	Tenants int        `json:"tenants" doc:"How many account sets have it"`
}

// Plans lists the plans, in the order in which they came.
func (p *Platform) Plans(ctx context.Context) ([]Plan, error) {
	plans := []Plan{}
	err := p.db.Platform(ctx, func(tx bun.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT code, version, name_zh, name_en, companies, users, storage, calls, (SELECT count(*) FROM tenants t WHERE t.plan = p.code)
			FROM plans p ORDER BY created_at, code`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var x Plan
			if err := rows.Scan(&x.Code, &x.Version, &x.Name.Zh, &x.Name.En, &x.Quotas.Companies, &x.Quotas.Users, &x.Quotas.Storage, &x.Quotas.Calls, &x.Tenants); err != nil {
				return err
			}
			plans = append(plans, x)
		}
		return rows.Err()
	})
	return plans, err
}

func named(name fault.Text) (fault.Text, error) {
	if name.Zh == "" {
		return name, ErrPlanBlank.At("name.zh")
	}
	if name.En == "" {
		name.En = name.Zh
	}
	return name, nil
}

// AddPlan makes a plan. It returns ErrPlanCode at code or ErrPlanBlank.
func (p *Platform) AddPlan(ctx context.Context, code string, name fault.Text, q Quotas) error {
	name, err := named(name)
	if err != nil {
		return err
	}
	return p.db.Platform(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO plans (code, name_zh, name_en, companies, users, storage, calls) VALUES (?, ?, ?, ?, ?, ?, ?)",
			code, name.Zh, name.En, q.Companies, q.Users, q.Storage, q.Calls)
		if database.Violates(err, "plans_pkey") {
			return ErrPlanCode.At("code")
		}
		if err != nil {
			return fmt.Errorf("add plan %s: %w", code, err)
		}
		return LogOperator(ctx, tx, "add_plan", map[string]any{"plan": code, "name": name.Zh, "quotas": q})
	})
}

// EditPlan changes a plan for every account set that has it. A limit below what one of them uses is refused, unless that one has a
// limit of its own. It returns rest.ErrMissing, record.ErrStale, ErrPlanBlank, or ErrPlanUsed at every limit that is too low.
func (p *Platform) EditPlan(ctx context.Context, code string, version int, name fault.Text, q Quotas) error {
	name, err := named(name)
	if err != nil {
		return err
	}
	var touched []uuid.UUID
	err = p.db.Platform(ctx, func(tx bun.Tx) error {
		var was int
		err := tx.QueryRowContext(ctx, "SELECT version FROM plans WHERE code = ? FOR UPDATE", code).Scan(&was)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return rest.ErrMissing
		case err != nil:
			return fmt.Errorf("lock plan %s: %w", code, err)
		case was != version:
			return record.ErrStale
		}
		// Whoever adds something holds the plan's row shared, so what is counted from here on stays.
		if err := planHolds(ctx, tx, code, q); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE plans SET version = version + 1, name_zh = ?, name_en = ?, companies = ?, users = ?, storage = ?, calls = ? WHERE code = ?",
			name.Zh, name.En, q.Companies, q.Users, q.Storage, q.Calls, code); err != nil {
			return fmt.Errorf("edit plan %s: %w", code, err)
		}
		// The door keeps the limit of calls with the actor.
		if err := tx.NewRaw("UPDATE tenants SET version = version + 1, changed_at = clock_timestamp() WHERE plan = ? RETURNING id", code).Scan(ctx, &touched); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("tenants of plan %s: %w", code, err)
		}
		return LogOperator(ctx, tx, "edit_plan", map[string]any{"plan": code, "name": name.Zh, "quotas": q})
	})
	if err == nil {
		for _, t := range touched {
			p.org.stale(t)
		}
	}
	return err
}

// planHolds returns ErrPlanUsed for every limit that an account set on the plan is beyond: the one that uses most is named.
func planHolds(ctx context.Context, tx bun.Tx, code string, q Quotas) error {
	var wrong []*fault.Fault
	for _, b := range bounded {
		most := q.of(b.resource)
		if most == nil {
			continue
		}
		var name string
		var used int64
		err := tx.QueryRowContext(ctx, fmt.Sprintf(`SELECT t.name, u.%[1]s FROM tenants t JOIN tenant_usage(NULL) u ON u.tenant_id = t.id
			WHERE t.plan = ? AND t.own_%[1]s IS NULL AND u.%[1]s > ? ORDER BY u.%[1]s DESC LIMIT 1`, b.column), code, *most).Scan(&name, &used)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return fmt.Errorf("use of plan %s: %w", code, err)
		}
		wrong = append(wrong, ErrPlanUsed.With(name, b.name, amountOf(b.resource, used)).At("quotas."+string(b.resource)))
	}
	return fault.Join(wrong...)
}

// SetPlan gives an account set a plan and limits of its own beside it. It returns rest.ErrMissing, ErrNoPlan at plan, or
// ErrQuotaUsed at every limit that is below what is used: at plan where the plan sets it.
func (p *Platform) SetPlan(ctx context.Context, tenant uuid.UUID, plan string, own Quotas) error {
	return p.within(ctx, tenant, "set_plan", func(tx Tx) error {
		if err := lockQuota(ctx, tx.Tx, 0); err != nil {
			return err
		}
		limits, err := lockPlan(ctx, tx, plan)
		if err != nil {
			return err
		}
		if err := holds(ctx, tx, limits, own); err != nil {
			return err
		}
		var was string
		if err := tx.QueryRowContext(ctx, "SELECT plan FROM tenants WHERE id = ? FOR NO KEY UPDATE", tx.Tenant).Scan(&was); err != nil {
			return fmt.Errorf("plan of tenant: %w", err)
		}
		if err := tx.Later(ctx, "UPDATE tenants SET plan = ?, own_companies = ?, own_users = ?, own_storage = ?, own_calls = ? WHERE id = ?",
			plan, own.Companies, own.Users, own.Storage, own.Calls, tx.Tenant); err != nil {
			return err
		}
		return LogOperator(ctx, tx, "set_plan", map[string]any{"tenant": tx.Tenant, "fromPlan": was, "plan": plan, "quotas": own})
	})
}

// lockPlan reads a plan and keeps it as it is until tx is over. It returns ErrNoPlan at plan.
func lockPlan(ctx context.Context, tx Tx, code string) (q Quotas, err error) {
	err = tx.QueryRowContext(ctx, "SELECT companies, users, storage, calls FROM plans WHERE code = ? FOR SHARE", code).Scan(&q.Companies, &q.Users, &q.Storage, &q.Calls)
	if errors.Is(err, sql.ErrNoRows) {
		return q, ErrNoPlan.With(code).At("plan")
	}
	if err != nil {
		return q, fmt.Errorf("read plan %s: %w", code, err)
	}
	return q, nil
}

// holds returns ErrQuotaUsed for every limit below what the tenant of tx uses. The numbers come from the function that counts for
// operators.
func holds(ctx context.Context, tx Tx, plan, own Quotas) error {
	used := map[Resource]int64{}
	var companies, users, storage int64
	if err := tx.QueryRowContext(ctx, "SELECT companies, users, storage FROM tenant_usage(?)", tx.Tenant).Scan(&companies, &users, &storage); err != nil {
		return fmt.Errorf("use of tenant: %w", err)
	}
	used[Companies], used[Users], used[Storage] = companies, users, storage
	var wrong []*fault.Fault
	for _, b := range bounded {
		most, field := own.of(b.resource), "quotas."+string(b.resource)
		if most == nil {
			most, field = plan.of(b.resource), "plan"
		}
		if most != nil && *most < used[b.resource] {
			wrong = append(wrong, ErrQuotaUsed.With(b.name, amountOf(b.resource, used[b.resource])).At(field))
		}
	}
	return fault.Join(wrong...)
}
