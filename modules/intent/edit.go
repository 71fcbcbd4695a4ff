package intent

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/money"
	"forecourt/tenants"
)

// EditInput is what changes; a field that is absent stays, an empty text clears.
type EditInput struct {
	CustomerID   *string       `json:"customerId,omitempty" format:"uuid"`
	ModelID      *string       `json:"modelId,omitempty" maxLength:"36"`
	ModelText    *string       `json:"modelText,omitempty" maxLength:"200"`
	Stage        *Stage        `json:"stage,omitempty" enum:"H,A,B,C"`
	Budget       *money.Amount `json:"budget,omitempty"`
	Source       *string       `json:"source,omitempty" enum:"walk_in,call,online,maker,referral,activity,repeat,other,"`
	NextFollowUp *clock.Day    `json:"nextFollowUp,omitempty"`
	Note         *string       `json:"note,omitempty" maxLength:"2000"`
}

// Edit changes an open intent. It returns record.ErrMissing, record.ErrStale, ErrNotOpen, ErrBudget, ErrFollowUpNeeded,
// ErrFollowUpPast, record.ErrTarget at customerId or modelId, or a denied fault.
func (s *Service) Edit(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in EditInput) (*Intent, error) {
	return s.change(ctx, a, "intent:edit", id, version, "edit", func(tx tenants.Tx, m *Intent) error {
		if m.Status != StatusOpen {
			return ErrNotOpen
		}
		if in.NextFollowUp != nil && *in.NextFollowUp != m.NextFollowUp { // an overdue one may stay while something else changes
			if err := followOn(tx, *in.NextFollowUp); err != nil {
				return err
			}
			m.NextFollowUp = *in.NextFollowUp
		}
		if in.Budget != nil {
			if err := m.setBudget(*in.Budget); err != nil {
				return err
			}
		}
		put(&m.ModelText, in.ModelText)
		put(&m.Stage, in.Stage)
		put(&m.Source, in.Source)
		put(&m.Note, in.Note)
		if in.CustomerID != nil && *in.CustomerID != m.CustomerID.String() {
			if err := s.setCustomer(ctx, tx, m, *in.CustomerID); err != nil {
				return err
			}
		}
		if in.ModelID != nil && *in.ModelID != m.ModelID.String() {
			return s.setModel(ctx, tx, m, *in.ModelID)
		}
		return nil
	})
}

func put[T any](to *T, given *T) {
	if given != nil {
		*to = *given
	}
}
