package callback

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Sale is what a callback after a handover needs to know.
type Sale struct {
	Contract, Customer         uuid.UUID
	ContractNumber             string
	Company, Department, Owner uuid.UUID
}

// Handovers is asked what a handover was about.
type Handovers interface {
	Sale(ctx context.Context, tx tenants.Tx, handover uuid.UUID) (Sale, error)
}

// Notices tells people.
type Notices interface {
	Tell(ctx context.Context, tx tenants.Tx, user uuid.UUID, zh, en, kind string, record uuid.UUID) error
}

// Service makes and works callbacks.
type Service struct {
	db        *tenants.DB
	handovers Handovers
	notices   Notices
}

// New makes the service.
func New(db *tenants.DB, h Handovers, n Notices) *Service { return &Service{db, h, n} }

// Faults of callbacks.
var (
	ErrPast         = fault.New(fault.Invalid, "callback.past", "下次拨打日期不能早于今天", "The next try cannot be in the past")
	ErrSatisfaction = fault.New(fault.Invalid, "callback.satisfaction", "满意度为 1 到 10 分", "Satisfaction is between 1 and 10")
)

// ActInput is the answers that an action brings; which are needed depends on the action.
type ActInput struct {
	ID           uuid.UUID
	Version      int
	Action       Action
	Satisfaction int
	VehicleFine  string
	Explained    string
	Answer       string
	NextTry      clock.Day
}

// Validate returns one fault that names every answer which the action needs and did not get.
func (in ActInput) Validate(today clock.Day) error {
	var wrong []*fault.Fault
	needs := func(field, value string) {
		if strings.TrimSpace(value) == "" {
			wrong = append(wrong, record.ErrNeeded.With(Kind.Field(field).Label).At(field))
		}
	}
	switch in.Action {
	case ActionComplete:
		if in.Satisfaction < 1 || in.Satisfaction > 10 {
			wrong = append(wrong, ErrSatisfaction.At("satisfaction"))
		}
		needs("vehicleFine", in.VehicleFine)
		needs("explained", in.Explained)
	case ActionTry:
		needs("nextTry", string(in.NextTry))
		if in.NextTry != "" && in.NextTry < today {
			wrong = append(wrong, ErrPast.At("nextTry"))
		}
	case ActionGiveUp, ActionCancel:
		needs("answer", in.Answer)
	}
	return fault.Join(wrong...)
}

// Act works a callback. It returns record.ErrMissing, rest.ErrDenied, flow.ErrNotAllowed, record.ErrStale, or record.ErrNeeded,
// record.ErrChoice, ErrSatisfaction and ErrPast at the answer.
func (s *Service) Act(ctx context.Context, a tenants.Actor, in ActInput) (*Callback, error) {
	var c *Callback
	err := s.db.Do(ctx, a, func(tx tenants.Tx) (err error) {
		if c, err = find(ctx, tx, in.ID, Flow.Permission(in.Action)); err != nil {
			return err
		}
		move, err := Flow.Next(c.Status, in.Action)
		if err != nil {
			return err
		}
		if c.Version != in.Version {
			return record.ErrStale
		}
		if err := in.Validate(clock.DayOf(tx.Now, tx.Zone)); err != nil {
			return err
		}
		before := *c
		c.Status, c.OwnerID = move.To, a.User
		if in.Answer != "" {
			c.Answer = in.Answer
		}
		switch in.Action {
		case ActionComplete:
			c.Satisfaction, c.VehicleFine, c.Explained, c.DoneAt = in.Satisfaction, in.VehicleFine, in.Explained, tx.Now
			c.Attempts++
		case ActionTry:
			c.NextTry = in.NextTry
			c.Attempts++
		case ActionGiveUp, ActionCancel:
		}
		return Kind.Save(ctx, tx.Tx, &before, c, string(in.Action))
	})
	return c, err
}

// find locks a callback that the actor may read, and refuses one that they may not work.
func find(ctx context.Context, tx tenants.Tx, id uuid.UUID, p access.Permission) (*Callback, error) {
	reads, err := tx.Can(Kind.Read)
	if err != nil {
		return nil, err
	}
	c, err := Kind.Find(ctx, tx.Tx, reads, id)
	if err != nil {
		return nil, err
	}
	works, err := tx.Can(p)
	if err != nil {
		return nil, err
	}
	if !works.Covers(c.CompanyID, c.DepartmentID, c.OwnerID) {
		return nil, rest.ErrDenied
	}
	return c, nil
}

// JobWords says what the handlers of callbacks do.
var JobWords = map[string]fault.Text{"callback.plan": {Zh: "安排交车后的回访", En: "Plan the callbacks of a handover"}, "callback.make": {Zh: "生成回访任务", En: "Make callbacks that fell due"}}

// Handlers are what the workers run.
func (s *Service) Handlers(h job.Handlers) {
	h.On("handover.create", "callback.plan", s.plan)
	h.On(taskMake, "callback.make", s.make)
}
