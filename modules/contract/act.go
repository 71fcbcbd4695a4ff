package contract

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// act locks a contract under the permission of action, lets do change it, saves it as the action, and goes on with then.
func (s *Service) act(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, action Action, do func(tx tenants.Tx, m *Contract) error, then ...func(tx tenants.Tx, m *Contract) error) (*Contract, error) {
	var m *Contract
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if m, err = Kind.Lock(ctx, tx.Tx, tx, Flow.Permission(action), id, version); err != nil {
			return err
		}
		if _, err := Flow.Next(m.Status, action); err != nil {
			return err
		}
		before := *m
		if err := do(tx, m); err != nil {
			return err
		}
		if err := move(ctx, tx, &before, m, action); err != nil {
			return err
		}
		for _, more := range then {
			if err := more(tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// move takes the step and saves m over before.
func move(ctx context.Context, tx tenants.Tx, before, m *Contract, step Action) error {
	to, err := Flow.Next(m.Status, step)
	if err != nil {
		return err
	}
	m.Status = to.To
	err = Kind.Save(ctx, tx.Tx, before, m, string(step))
	if database.Violates(err, "contracts_one_vehicle") {
		return ErrReserved.At("vehicleId").Because(err)
	}
	return err
}

// Submit hands a draft to those who must agree; where nobody must, it takes effect at once. It returns record.ErrMissing,
// record.ErrStale, flow.ErrNotAllowed, ErrNoLines, a denied fault or the approval's refusal.
func (s *Service) Submit(ctx context.Context, a tenants.Actor, id uuid.UUID, version int) (*Contract, error) {
	return s.act(ctx, a, id, version, ActionSubmit, func(tx tenants.Tx, m *Contract) error {
		lines, err := linesOf(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		if len(lines) == 0 {
			return ErrNoLines.At("lines")
		}
		m.SubmittedBy, m.Reason = tx.Actor.User, ""
		return nil
	}, func(tx tenants.Tx, m *Contract) error {
		agreed, err := s.approvals.Ask(ctx, tx, Kind.Spec, string(ActionSubmit), m.ID, nil)
		if err != nil || !agreed {
			return err
		}
		return s.agree(ctx, tx, m)
	})
}

// ReasonInput is why a contract is cancelled.
type ReasonInput struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// because notes why a contract was cancelled.
func (m *Contract) because(reason string) error {
	if reason == "" {
		return record.ErrNeeded.With(Kind.Field("reason").Label).At("reason")
	}
	m.Reason = reason
	return nil
}

// Close ends a contract that is handed over. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed or a denied fault.
func (s *Service) Close(ctx context.Context, a tenants.Actor, id uuid.UUID, version int) (*Contract, error) {
	return s.act(ctx, a, id, version, ActionClose, func(tenants.Tx, *Contract) error { return nil })
}

// Cancel ends a contract that holds no money, and makes its vehicle sellable again. It returns record.ErrMissing,
// record.ErrStale, flow.ErrNotAllowed, ErrPaid, record.ErrNeeded or a denied fault.
func (s *Service) Cancel(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in ReasonInput) (*Contract, error) {
	return s.act(ctx, a, id, version, ActionCancel, func(tx tenants.Tx, m *Contract) error {
		if m.Paid != 0 {
			return ErrPaid.With(m.Paid)
		}
		switch m.Status {
		case StatusReserved:
			if err := s.stock.Release(ctx, tx, m.reservation()); err != nil {
				return err
			}
		case StatusInReview:
			if err := s.approvals.Drop(ctx, tx, Kind.Spec, string(ActionSubmit), m.ID, in.Reason); err != nil {
				return err
			}
		}
		return m.because(in.Reason)
	})
}

// tell writes the contract's owner a notice.
func (s *Service) tell(ctx context.Context, tx tenants.Tx, m *Contract, zh, en string) error {
	return s.notices.Tell(ctx, tx, m.OwnerID, zh, en, Kind.Name, m.ID)
}
