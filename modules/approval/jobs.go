package approval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/job"
	"forecourt/kernel/rest"
	"forecourt/modules/approval/engine"
	"forecourt/policies"
	"forecourt/tenants"
)

// Kinds of due tasks. They are stored, so they outlive a rename of their handlers.
const (
	taskDeadline = "approval.deadline"
	taskSweep    = "approval.sweep"
)

// deadline is the body of a step's deadline.
type deadline struct {
	Approval uuid.UUID `json:"approval"`
	Step     uuid.UUID `json:"step"`
}

// JobWords says what the handlers of approvals do.
var JobWords = map[string]fault.Text{
	"approval.deadline":   {Zh: "处理到期的审批步骤", En: "Act on deadlines of approvals"},
	"approval.departures": {Zh: "检查审批人是否仍可审批", En: "Look whether approvers still may decide"},
	"approval.sweep":      {Zh: "定时检查审批人是否仍可审批", En: "Look every hour whether approvers still may decide"},
}

// Handlers are what the workers run.
func (s *Service) Handlers(h job.Handlers) {
	h.On(taskDeadline, "approval.deadline", s.late)
	h.On(tenants.PeopleChanged, "approval.departures", s.departures)
	h.On(taskSweep, "approval.sweep", s.sweep)
}

// dayOf is the tenant's day, by which absences count.
func dayOf(tx tenants.Tx) string { return string(clock.DayOf(tx.Now, tx.Zone)) }

func (s *Service) worker(ctx context.Context, t job.Task) (tenants.Actor, error) {
	tenant, err := s.db.Tenant(ctx, t.Tenant)
	if err != nil {
		return tenants.Actor{}, err
	}
	return tenants.Worker(tenant, t.Kind), nil
}

// late acts on a deadline that passed. Come twice, it finds the step as the first left it.
func (s *Service) late(ctx context.Context, t job.Task) error {
	var d deadline
	if err := json.Unmarshal(t.Body, &d); err != nil {
		return fmt.Errorf("task %s: %w", t.Kind, err)
	}
	a, err := s.worker(ctx, t)
	if err != nil {
		return err
	}
	return s.db.Do(ctx, a, func(tx tenants.Tx) error {
		r, err := s.lockRun(ctx, tx, d.Approval)
		if errors.Is(err, rest.ErrMissing) {
			return nil
		}
		if err != nil {
			return err
		}
		m, err := s.begin(ctx, tx, r)
		if err != nil {
			return err
		}
		effects, err := engine.Late(m.world(), &r.Run, d.Step)
		if err != nil || effects == nil {
			return err
		}
		return m.settle("late", effects)
	})
}

// planSweep makes sure that open approvals are looked through in the next hour.
func (s *Service) planSweep(ctx context.Context, tx tenants.Tx) error {
	next := tx.Now.UTC().Truncate(time.Hour).Add(time.Hour)
	return job.Plan(ctx, tx.Tx, taskSweep, next.Format("2006-01-02T15"), next, struct{}{})
}

// sweep is departures by the clock: a posting may end with its day, and an event may be lost. It goes on while approvals are open.
func (s *Service) sweep(ctx context.Context, t job.Task) error {
	if err := s.departures(ctx, t); err != nil {
		return err
	}
	a, err := s.worker(ctx, t)
	if err != nil {
		return err
	}
	return s.db.Do(ctx, a, func(tx tenants.Tx) error {
		open, err := tx.NewSelect().TableExpr("approvals").Where("tenant_id = ? AND closed_at IS NULL", tx.Tenant).Exists(ctx)
		if err != nil || !open {
			return err
		}
		return s.planSweep(ctx, tx)
	})
}

// holder is somebody with open tasks of an approval.
type holder struct {
	Approval, User uuid.UUID
}

// departures finds those who have open tasks and may not decide any more, and gives their tasks to others, approval by approval.
func (s *Service) departures(ctx context.Context, t job.Task) error {
	a, err := s.worker(ctx, t)
	if err != nil {
		return err
	}
	var gone []holder
	err = s.db.Read(ctx, a, func(tx tenants.Tx) (err error) {
		gone, err = s.gone(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	for _, h := range gone {
		if err := s.depart(ctx, a, h); err != nil {
			return err
		}
	}
	return nil
}

// gone lists who has open tasks without the right to decide. All people are read together, and every approval asks memory.
func (s *Service) gone(ctx context.Context, tx tenants.Tx) ([]holder, error) {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT t.approval_id, t.owner_id, a.record_kind, a.action, a.record_id, a.company_id, a.department_id FROM approval_tasks t
		JOIN approvals a ON a.tenant_id = t.tenant_id AND a.id = t.approval_id AND a.status = 'running'
		WHERE t.tenant_id = ? AND t.status IN ('open', 'waiting') AND t.owner_id IS NOT NULL ORDER BY 1, 2`, tx.Tenant)
	if err != nil {
		return nil, fmt.Errorf("open tasks: %w", err)
	}
	defer func() { _ = rows.Close() }()
	type asked struct {
		holder
		doc *document
	}
	var all []asked
	var users []uuid.UUID
	for rows.Next() {
		var x asked
		var kind, action string
		var company, department uuid.NullUUID
		x.doc = &document{s: s, ctx: ctx, tx: tx}
		if err := rows.Scan(&x.Approval, &x.User, &kind, &action, &x.doc.id, &company, &department); err != nil {
			return nil, fmt.Errorf("open tasks: %w", err)
		}
		x.doc.company, x.doc.department, x.doc.matter = company.UUID, department.UUID, s.matter(kind, action)
		if x.doc.matter != nil && x.doc.matter.ready() {
			all, users = append(all, x), append(users, x.User)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("open tasks: %w", err)
	}
	found, err := s.grants.Candidates(ctx, tx, users)
	if err != nil {
		return nil, err
	}
	var out []holder
	for _, x := range all {
		standing, err := found[x.User].May(x.doc.matter.permission(), x.doc.covers)
		if err != nil {
			return nil, err
		}
		if standing != policies.StandingMay {
			out = append(out, x.holder)
		}
	}
	return out, nil
}

func (s *Service) depart(ctx context.Context, a tenants.Actor, h holder) error {
	return s.db.Do(ctx, a, func(tx tenants.Tx) error {
		r, err := s.lockRun(ctx, tx, h.Approval)
		if err != nil {
			return err
		}
		m, err := s.begin(ctx, tx, r)
		if err != nil {
			return err
		}
		if ok, err := m.people.May(h.User); ok || err != nil { // they came back meanwhile
			return err
		}
		return m.depart(h.User)
	})
}

func (m *move) depart(user uuid.UUID) error {
	effects, err := engine.Departed(m.world(), &m.run.Run, user)
	if err != nil || effects == nil {
		return err
	}
	return m.settle("depart", effects)
}
