package intent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// act makes the move of action; more fills in what the action asks.
func (s *Service) act(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, action Action, more func(tx tenants.Tx, m *Intent) error) (*Intent, error) {
	return s.change(ctx, a, Flow.Permission(action), id, version, string(action), func(tx tenants.Tx, m *Intent) error {
		move, err := Flow.Next(m.Status, action)
		if err != nil {
			return err
		}
		m.Status = move.To
		return more(tx, m)
	})
}

// LoseInput is why an intent is given up.
type LoseInput struct {
	Reason     Reason `json:"reason" enum:"price,competitor,dealer,no_money,other"`
	Competitor string `json:"competitor,omitempty" maxLength:"100"`
}

// Lose gives an intent up with the reason. Where others must agree, the intent stays as it is until they do. It returns
// record.ErrMissing, record.ErrStale, flow.ErrNotAllowed, record.ErrChoice, a denied fault or the approval's refusal.
func (s *Service) Lose(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in LoseInput) (*Intent, error) {
	return s.change(ctx, a, Flow.Permission(ActionLose), id, version, string(ActionLose), func(tx tenants.Tx, m *Intent) error {
		if in.Reason == "" {
			return record.ErrChoice.At("reason")
		}
		move, err := Flow.Next(m.Status, ActionLose)
		if err != nil {
			return err
		}
		was := *m
		m.lost(move.To, in)
		if err := Kind.Check(m); err != nil { // before anybody is asked
			return err
		}
		agreed, err := s.approvals.Ask(ctx, tx, Kind.Spec, string(ActionLose), m.ID, in)
		if !agreed {
			*m = was
		}
		return err
	})
}

func (m *Intent) lost(to Status, in LoseInput) {
	m.Status, m.LostReason, m.Competitor = to, in.Reason, in.Competitor
}

// Decided gives an intent up when those who must agree did. It comes in the transaction of the deciding vote. An intent that has been won
// in the meantime stays won. It returns record.ErrMissing.
func (s *Service) Decided(ctx context.Context, tx tenants.Tx, id uuid.UUID, d record.Decision) error {
	if d.Outcome != record.OutcomeAgreed {
		return nil
	}
	m, err := Kind.Find(ctx, tx.Tx, access.Scope{All: true}, id)
	if err != nil {
		return err
	}
	move, err := Flow.Next(m.Status, ActionLose)
	if err != nil {
		return nil //nolint:nilerr // it was won or lost another way
	}
	var in LoseInput
	if err := json.Unmarshal(d.Input, &in); err != nil {
		return fmt.Errorf("loss of intent %s: %w", id, err)
	}
	before := *m
	m.lost(move.To, in)
	return Kind.Save(ctx, tx.Tx, &before, m, string(ActionLose))
}

// Change sets what a step of the approval changes: the note. It returns a fault that names the field.
func (s *Service) Change(ctx context.Context, tx tenants.Tx, id uuid.UUID, changes map[string]json.RawMessage) error {
	m, err := Kind.Find(ctx, tx.Tx, access.Scope{All: true}, id)
	if err != nil {
		return err
	}
	before := *m
	for name, value := range changes {
		if name != "note" {
			return record.ErrFixed.With(name).At(name)
		}
		if err := json.Unmarshal(value, &m.Note); err != nil {
			return record.ErrText.With(Kind.Field(name).Label).At(name).Because(err)
		}
	}
	return Kind.Save(ctx, tx.Tx, &before, m, "edit")
}

// Sleep stops following up until somebody wakes the intent. It returns the errors of Lose.
func (s *Service) Sleep(ctx context.Context, a tenants.Actor, id uuid.UUID, version int) (*Intent, error) {
	return s.act(ctx, a, id, version, ActionSleep, func(tenants.Tx, *Intent) error { return nil })
}

// WakeInput is when a dormant intent is followed up.
type WakeInput struct {
	NextFollowUp clock.Day `json:"nextFollowUp"`
}

// Wake takes up a dormant intent again. It returns the errors of Lose, ErrFollowUpNeeded and ErrFollowUpPast.
func (s *Service) Wake(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in WakeInput) (*Intent, error) {
	return s.act(ctx, a, id, version, ActionWake, func(tx tenants.Tx, m *Intent) error {
		m.NextFollowUp = in.NextFollowUp
		return followOn(tx, in.NextFollowUp)
	})
}

// Win notes that the intent's contract became effective. Nothing happens when it is won already. It returns record.ErrMissing.
func (s *Service) Win(ctx context.Context, tx tenants.Tx, id uuid.UUID) error {
	m, err := Kind.Find(ctx, tx.Tx, access.Scope{All: true}, id)
	if err != nil {
		return err
	}
	if m.Status == StatusWon {
		return nil
	}
	move, err := Flow.Next(m.Status, ActionWin)
	if err != nil {
		return err
	}
	if err := s.approvals.Drop(ctx, tx, Kind.Spec, string(ActionLose), m.ID, "已成交"); err != nil {
		return err
	}
	before := *m
	m.Status, m.LostReason, m.Competitor = move.To, "", ""
	return Kind.Save(ctx, tx.Tx, &before, m, string(ActionWin))
}

// Info is what other documents need of an intent.
type Info struct {
	ID       uuid.UUID
	Customer uuid.UUID
	Status   string
}

// Info reads an intent that the actor may read. It returns record.ErrTarget for every other id.
func (s *Service) Info(ctx context.Context, tx tenants.Tx, id uuid.UUID) (Info, error) {
	scope, err := tx.Can(Kind.Read)
	if err != nil {
		return Info{}, record.ErrTarget.Because(err)
	}
	m, err := Kind.Peek(ctx, tx.Tx, scope, id)
	if errors.Is(err, record.ErrMissing) {
		return Info{}, record.ErrTarget.Because(err)
	}
	if err != nil {
		return Info{}, err
	}
	return Info{m.ID, m.CustomerID, string(m.Status)}, nil
}
