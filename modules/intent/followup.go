package intent

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of following up.
var (
	ErrFollowUpNeeded = fault.New(fault.Invalid, "intent.follow_up_needed", "请填写下次跟进日期", "Give the day of the next follow-up")
	ErrFollowUpPast   = fault.New(fault.Invalid, "intent.follow_up_past", "下次跟进不能早于今天", "The next follow-up is not before today")
	ErrNotOpen        = fault.New(fault.Conflict, "intent.not_open", "意向不在跟进中，不能修改", "This intent is not open and cannot be changed")
)

// followOn checks the day of the next follow-up, which is today or later in the tenant's zone.
func followOn(tx tenants.Tx, day clock.Day) error {
	switch {
	case day == "":
		return ErrFollowUpNeeded.At("nextFollowUp")
	case day < clock.DayOf(tx.Now, tx.Zone):
		return ErrFollowUpPast.At("nextFollowUp")
	}
	return nil
}

// FollowUp is one talk with the customer, written once.
type FollowUp struct {
	bun.BaseModel `bun:"table:intent_follow_ups"`
	TenantID      uuid.UUID `bun:"tenant_id,pk,type:uuid" json:"-"`
	ID            uuid.UUID `bun:"id,pk,type:uuid" json:"id"`
	IntentID      uuid.UUID `bun:"intent_id,type:uuid" json:"intentId"`
	At            time.Time `bun:"at" json:"at"`
	CreatedBy     uuid.UUID `bun:"created_by,type:uuid,nullzero" json:"createdBy"`
	Stage         Stage     `bun:"stage" json:"stage"`
	Result        string    `bun:"result" json:"result"`
	NextFollowUp  clock.Day `bun:"next_follow_up" json:"nextFollowUp"`
}

// FollowUpKind declares the lines that an intent's page shows.
var FollowUpKind = record.New("intent_follow_up", "", "跟进记录", "Follow-up", func(m *FollowUp, k *record.Kind[FollowUp]) {
	k.ID(&m.ID, "标识", "ID")
	k.ID(&m.IntentID, "意向", "Intent")
	k.Time(&m.At, "时间", "Time").Fixed()
	k.Ref(&m.CreatedBy, "user", "跟进人", "By").Fixed()
	k.Choice(&m.Stage, "级别", "Stage", stages...).Fixed()
	k.Text(&m.Result, "结果", "Result").As("multiline").Max(1000).Fixed()
	k.Date(&m.NextFollowUp, "下次跟进", "Next follow-up").Fixed()
	k.List("at", "at", "createdBy", "stage", "result", "nextFollowUp")
})

// wrote adds a follow-up line to m and tells the customer's relation of the contact.
func (s *Service) wrote(ctx context.Context, tx tenants.Tx, m *Intent, result string) error {
	line := FollowUp{TenantID: tx.Tenant, ID: id.New(), IntentID: m.ID, At: tx.Now, CreatedBy: tx.By.User, Stage: m.Stage, Result: result, NextFollowUp: m.NextFollowUp}
	if err := FollowUpKind.Check(&line); err != nil {
		return err
	}
	if _, err := tx.NewInsert().Model(&line).Exec(ctx); err != nil {
		return err
	}
	m.LastContact = tx.Now
	return s.customers.Touch(ctx, tx, m.CustomerID)
}

// FollowInput is what came of a talk.
type FollowInput struct {
	Result       string    `json:"result" minLength:"1" maxLength:"1000"`
	NextFollowUp clock.Day `json:"nextFollowUp"`
}

// Follow writes down a talk and when the next one is. It returns record.ErrMissing, record.ErrStale, ErrNotOpen, ErrFollowUpNeeded,
// ErrFollowUpPast, or a denied fault.
func (s *Service) Follow(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in FollowInput) (*Intent, error) {
	return s.change(ctx, a, Flow.Permission(ActionFollow), id, version, string(ActionFollow), func(tx tenants.Tx, m *Intent) error {
		if m.Status != StatusOpen {
			return ErrNotOpen
		}
		if err := followOn(tx, in.NextFollowUp); err != nil {
			return err
		}
		m.NextFollowUp = in.NextFollowUp
		return s.wrote(ctx, tx, m, in.Result)
	})
}

// MoveInput is a move in the board.
type MoveInput struct {
	Stage        Stage     `json:"stage" enum:"H,A,B,C"`
	NextFollowUp clock.Day `json:"nextFollowUp,omitempty" doc:"Empty: by the days of the stage"`
	Note         string    `json:"note,omitempty" maxLength:"1000"`
}

// Move puts an open intent into another stage. It returns record.ErrMissing, record.ErrStale, ErrNotOpen, ErrFollowUpPast,
// record.ErrChoice, or a denied fault.
func (s *Service) Move(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in MoveInput) (*Intent, error) {
	return s.change(ctx, a, Flow.Permission(ActionMove), id, version, string(ActionMove), func(tx tenants.Tx, m *Intent) error {
		if m.Status != StatusOpen {
			return ErrNotOpen
		}
		if in.NextFollowUp == "" {
			days, err := followUpDays[in.Stage].Get(ctx, tx.Tx, m.CompanyID)
			if err != nil {
				return err
			}
			in.NextFollowUp = clock.DayOf(tx.Now, tx.Zone).Add(days)
		}
		if err := followOn(tx, in.NextFollowUp); err != nil {
			return err
		}
		m.Stage, m.NextFollowUp = in.Stage, in.NextFollowUp
		if in.Note == "" {
			return nil
		}
		return s.wrote(ctx, tx, m, in.Note)
	})
}
