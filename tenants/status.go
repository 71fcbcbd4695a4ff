package tenants

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/job"
	"forecourt/kernel/rest"
)

// Status is where an account set stands.
type Status string

// The statuses of an account set.
const (
	StatusTrial     Status = "trial"
	StatusActive    Status = "active"
	StatusSuspended Status = "suspended" // its people read, and change nothing
	StatusClosed    Status = "closed"    // nobody signs in; the data is kept
)

// Move is what moves an account set from one status to another.
type Move string

// What operators do to an account set, and MoveEnd, which its last day does.
const (
	MoveActivate Move = "activate"
	MoveRenew    Move = "renew"
	MoveExtend   Move = "extend"
	MoveSuspend  Move = "suspend"
	MoveResume   Move = "resume"
	MoveClose    Move = "close"
	MoveReopen   Move = "reopen"
	MoveEnd      Move = "end"
)

// Life is the life of an account set.
var Life = flow.New[Status, Move]().
	Status(StatusTrial, flow.Blue, "试用", "Trial").
	Status(StatusActive, flow.Green, "正常", "Active").
	Status(StatusSuspended, flow.Amber, "已停用", "Suspended").
	Status(StatusClosed, flow.Grey, "已关闭", "Closed").
	Action(MoveActivate, "转正式", "Activate").
	Action(MoveRenew, "续期", "Renew").
	Action(MoveExtend, "延长试用", "Extend the trial").
	Action(MoveResume, "恢复", "Resume").
	Danger(MoveSuspend, "停用", "Suspend").
	Danger(MoveClose, "关闭", "Close").
	Action(MoveReopen, "重新开放", "Reopen").
	Inner(MoveEnd, "到期", "Came to its end").
	Row(StatusTrial, MoveActivate, StatusActive, rest.Operator).
	Row(StatusActive, MoveRenew, StatusActive, rest.Operator).
	Row(StatusSuspended, MoveRenew, StatusActive, rest.Operator).
	Row(StatusTrial, MoveExtend, StatusTrial, rest.Operator).
	Row(StatusSuspended, MoveExtend, StatusTrial, rest.Operator).
	Row(StatusTrial, MoveSuspend, StatusSuspended, rest.Operator).
	Row(StatusActive, MoveSuspend, StatusSuspended, rest.Operator).
	Row(StatusSuspended, MoveResume, StatusActive, rest.Operator).
	Row(StatusSuspended, MoveClose, StatusClosed, rest.Operator).
	Row(StatusClosed, MoveReopen, StatusSuspended, rest.Operator).
	Row(StatusTrial, MoveEnd, StatusSuspended, rest.Operator).
	Row(StatusActive, MoveEnd, StatusSuspended, rest.Operator).
	Done()

// Faults of an account set's last day.
var (
	ErrEndNeeded = fault.New(fault.Invalid, "tenant.end_needed", "请填写到期日", "Give the last day")
	ErrEndPast   = fault.New(fault.Invalid, "tenant.end_past", "到期日不能早于今天 %s，也不能早于启用日期 %s", "The last day is neither before today, %s, nor before the start, %s")
	ErrEndFar    = fault.New(fault.Invalid, "tenant.end_far", "到期日最远 %s", "The last day is %s at the latest")
	ErrEnded     = fault.New(fault.Conflict, "tenant.ended", "已于 %s 到期，请续期", "It ended with %s; renew it")
)

const (
	// longestTrial and longestTerm catch a slip of the finger, "2062" for "2026".
	longestTrial = 366
	longestTerm  = 3660
	// taskEnd is stored in due_tasks, so it outlives a rename of its handler.
	taskEnd = "tenants.end"
	// remindFor is how many days before the last one the people of an account set are told.
	remindFor = 14
)

// needsEnd and takesEnd say which moves come with a last day.
var (
	needsEnd = map[Move]bool{MoveRenew: true, MoveExtend: true}
	takesEnd = map[Move]bool{MoveRenew: true, MoveExtend: true, MoveActivate: true}
)

// checkEnd holds a last day against today and the start. It returns ErrEndPast or ErrEndFar at endsOn.
func checkEnd(ends, start, today clock.Day, status Status) error {
	most := longestTerm
	if status == StatusTrial {
		most = longestTrial
	}
	from := max(today, start)
	switch {
	case ends < from:
		return ErrEndPast.With(string(today), string(start)).At("endsOn")
	case ends > from.Add(most):
		return ErrEndFar.With(string(from.Add(most))).At("endsOn")
	}
	return nil
}

// standing is a tenant's row, locked.
type standing struct {
	status      Status
	start, ends clock.Day
}

// lockStanding keeps the tenant where it stands. The lock is the weaker one, so that rows that refer to the tenant are written
// meanwhile.
func lockStanding(ctx context.Context, tx Tx) (s standing, err error) {
	err = tx.QueryRowContext(ctx, "SELECT status, start_date, ends_on FROM tenants WHERE id = ? FOR NO KEY UPDATE", tx.Tenant).Scan(&s.status, &s.start, &s.ends)
	if err != nil {
		return s, fmt.Errorf("lock tenant: %w", err)
	}
	return s, nil
}

// Act moves an account set; ends is its new last day where the move takes one. It returns rest.ErrMissing, flow.ErrNotAllowed,
// ErrEndNeeded, ErrEndPast, ErrEndFar or ErrEnded.
func (p *Platform) Act(ctx context.Context, tenant uuid.UUID, move Move, ends clock.Day) error {
	return p.within(ctx, tenant, "move_tenant", func(tx Tx) error {
		s, err := lockStanding(ctx, tx)
		if err != nil {
			return err
		}
		next, err := Life.Next(s.status, move)
		if err != nil {
			return err
		}
		today := clock.Day(tx.today())
		switch {
		case needsEnd[move] && ends == "":
			return ErrEndNeeded.At("endsOn")
		case takesEnd[move] && ends != "":
			if err := checkEnd(ends, s.start, today, next.To); err != nil {
				return err
			}
		case move == MoveActivate: // without a last day: until further notice
		default:
			ends = s.ends
		}
		if move == MoveResume && ends != "" && ends < today {
			return ErrEnded.With(string(ends))
		}
		return p.moved(ctx, tx, s, next, ends)
	})
}

// moved writes where the tenant stands now, and plans its end.
func (p *Platform) moved(ctx context.Context, tx Tx, s standing, m flow.Move[Status, Move], ends clock.Day) error {
	if err := tx.Later(ctx, "UPDATE tenants SET status = ?, ends_on = ?::date WHERE id = ?", string(m.To), ends, tx.Tenant); err != nil {
		return err
	}
	if m.To == StatusTrial || m.To == StatusActive {
		if err := planEnd(ctx, tx, ends); err != nil {
			return err
		}
	}
	detail := map[string]any{"tenant": tx.Tenant, "from": m.From, "to": m.To}
	if ends != s.ends {
		detail["endsOn"], detail["endedOn"] = ends, s.ends
	}
	return LogOperator(ctx, tx, string(m.Action), detail)
}

// planEnd lets a worker look at the tenant when the day after ends begins.
func planEnd(ctx context.Context, tx Tx, ends clock.Day) error {
	if ends == "" {
		return nil
	}
	return job.Plan(ctx, tx.Tx, taskEnd, string(ends), ends.Add(1).Start(tx.Zone), struct{}{})
}

// Handlers are what the workers run for the platform.
func (p *Platform) Handlers(h job.Handlers) { h.On(taskEnd, "tenants.end", p.end) }

// end suspends a tenant whose last day is over. One that was renewed meanwhile stays as it is, and so does one that is suspended.
func (p *Platform) end(ctx context.Context, t job.Task) error {
	tenant, err := p.db.Tenant(ctx, t.Tenant)
	if err != nil {
		return err
	}
	err = p.db.Do(ctx, Worker(tenant, taskEnd), func(tx Tx) error {
		s, err := lockStanding(ctx, tx)
		if err != nil || s.ends == "" || string(s.ends) >= tx.today() {
			return err
		}
		next, err := Life.Next(s.status, MoveEnd)
		if errors.Is(err, flow.ErrNotAllowed) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.moved(ctx, tx, s, next, s.ends); err != nil {
			return err
		}
		return Bump(ctx, tx)
	})
	if errors.Is(err, ErrSuspended) {
		return nil
	}
	if err == nil {
		p.org.stale(t.Tenant)
	}
	return err
}

// daysLeft returns how many days a tenant has after today, when it has a last day and that is near.
func (t Tenant) daysLeft() *int {
	if t.EndsOn == "" || t.Status != string(StatusTrial) && t.Status != string(StatusActive) {
		return nil
	}
	today := clock.DayOf(t.Now(), t.Zone)
	left := int(t.EndsOn.Start(time.UTC).Sub(today.Start(time.UTC)).Hours() / 24)
	if left > remindFor {
		return nil
	}
	return new(max(left, 0))
}

// within runs what an operator does to one tenant, in a transaction of it, and makes every process forget what it kept of it. It
// returns rest.ErrMissing for an id that an operator made up.
func (p *Platform) within(ctx context.Context, tenant uuid.UUID, what string, fn func(tx Tx) error) error {
	t, err := p.tenant(ctx, tenant)
	if err != nil {
		return err
	}
	err = p.db.Do(ctx, reading(Worker(t, what)), func(tx Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return Bump(ctx, tx)
	})
	if err == nil {
		p.org.stale(tenant)
	}
	return err
}

func (p *Platform) tenant(ctx context.Context, id uuid.UUID) (Tenant, error) {
	t, err := p.db.Tenant(ctx, id)
	if errors.Is(err, ErrNoTenant) {
		return t, rest.ErrMissing.Because(err)
	}
	return t, err
}
