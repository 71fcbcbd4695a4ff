package contract

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// decide is the step by which a manager's yes moves a contract with this discount.
func decide(discountBasisPoints, limit int) Action {
	if discountBasisPoints > limit {
		return ActionEscalate
	}
	return ActionApprove
}

// act locks a contract under the permission of action, lets do change it and saves it as the step that do names.
func (s *Service) act(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, action Action, do func(tx tenants.Tx, m *Contract) (Action, error)) (*Contract, error) {
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
		step, err := do(tx, m)
		if err != nil {
			return err
		}
		if err := move(ctx, tx, &before, m, step); err != nil {
			return err
		}
		if m.Status != StatusEffective || m.Deposit > 0 {
			return nil
		}
		before = *m // nothing is to be paid down: the next step is the vehicle
		return move(ctx, tx, &before, m, ActionTakeDeposit)
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

// Submit hands a draft to the sales manager. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed, ErrNoLines or a
// denied fault.
func (s *Service) Submit(ctx context.Context, a tenants.Actor, id uuid.UUID, version int) (*Contract, error) {
	return s.act(ctx, a, id, version, ActionSubmit, func(tx tenants.Tx, m *Contract) (Action, error) {
		lines, err := linesOf(ctx, tx, m.ID)
		if err != nil {
			return "", err
		}
		if len(lines) == 0 {
			return "", ErrNoLines.At("lines")
		}
		m.SubmittedBy, m.Reason = tx.Actor.User, ""
		return ActionSubmit, nil
	})
}

// own refuses whoever owns, wrote or submitted the contract.
func (m *Contract) own(user uuid.UUID) error {
	if user == m.OwnerID || user == m.CreatedBy || user == m.SubmittedBy {
		return ErrOwn
	}
	return nil
}

// Approve is the sales manager's yes: the contract takes effect, or goes on to the group when its discount is beyond the
// manager's limit. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed, ErrOwn or a denied fault.
func (s *Service) Approve(ctx context.Context, a tenants.Actor, id uuid.UUID, version int) (*Contract, error) {
	return s.act(ctx, a, id, version, ActionApprove, func(tx tenants.Tx, m *Contract) (Action, error) {
		if err := m.own(tx.Actor.User); err != nil {
			return "", err
		}
		limit, err := managerDiscount.Get(ctx, tx.Tx, m.CompanyID)
		if err != nil {
			return "", err
		}
		step := decide(m.DiscountBasisPoints, limit)
		if step == ActionEscalate {
			return step, s.tell(ctx, tx, m, "合同 "+m.Number+" 折扣超出经理权限，已转集团审批", "Contract "+m.Number+" went on to the group: its discount is beyond the manager's limit")
		}
		return step, s.effective(ctx, tx, m)
	})
}

// ApproveGroup is the group's yes. It returns the errors of Approve.
func (s *Service) ApproveGroup(ctx context.Context, a tenants.Actor, id uuid.UUID, version int) (*Contract, error) {
	return s.act(ctx, a, id, version, ActionApproveGroup, func(tx tenants.Tx, m *Contract) (Action, error) {
		if err := m.own(tx.Actor.User); err != nil {
			return "", err
		}
		return ActionApproveGroup, s.effective(ctx, tx, m)
	})
}

// effective tells the customer's record, the intent and the owner that the contract takes effect.
func (s *Service) effective(ctx context.Context, tx tenants.Tx, m *Contract) error {
	if err := s.customers.MakeFormal(ctx, tx, m.CustomerID); err != nil {
		return err
	}
	if m.IntentID != uuid.Nil {
		if err := s.intents.Win(ctx, tx, m.IntentID); err != nil {
			return err
		}
	}
	return s.tell(ctx, tx, m, "合同 "+m.Number+" 已审批通过", "Contract "+m.Number+" was approved")
}

// ReasonInput is why a contract is rejected or cancelled.
type ReasonInput struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// Reject gives a contract back to its owner with the reason. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed,
// record.ErrNeeded or a denied fault.
func (s *Service) Reject(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in ReasonInput) (*Contract, error) {
	return s.reject(ctx, a, id, version, ActionReject, in)
}

// RejectGroup is the group's no. It returns the errors of Reject.
func (s *Service) RejectGroup(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in ReasonInput) (*Contract, error) {
	return s.reject(ctx, a, id, version, ActionRejectGroup, in)
}

func (s *Service) reject(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, action Action, in ReasonInput) (*Contract, error) {
	return s.act(ctx, a, id, version, action, func(tx tenants.Tx, m *Contract) (Action, error) {
		if err := m.because(in.Reason); err != nil {
			return "", err
		}
		return action, s.tell(ctx, tx, m, "合同 "+m.Number+" 被退回："+in.Reason, "Contract "+m.Number+" was rejected: "+in.Reason)
	})
}

// because notes why a contract was rejected or cancelled.
func (m *Contract) because(reason string) error {
	if reason == "" {
		return record.ErrNeeded.With(Kind.Field("reason").Label).At("reason")
	}
	m.Reason = reason
	return nil
}

// Close ends a contract that is handed over. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed or a denied fault.
func (s *Service) Close(ctx context.Context, a tenants.Actor, id uuid.UUID, version int) (*Contract, error) {
	return s.act(ctx, a, id, version, ActionClose, func(tenants.Tx, *Contract) (Action, error) { return ActionClose, nil })
}

// Cancel ends a contract that holds no money, and makes its vehicle sellable again. It returns record.ErrMissing,
// record.ErrStale, flow.ErrNotAllowed, ErrPaid, record.ErrNeeded or a denied fault.
func (s *Service) Cancel(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in ReasonInput) (*Contract, error) {
	return s.act(ctx, a, id, version, ActionCancel, func(tx tenants.Tx, m *Contract) (Action, error) {
		if m.Paid != 0 {
			return "", ErrPaid.With(m.Paid)
		}
		if m.Status == StatusReserved {
			if err := s.stock.Release(ctx, tx, m.reservation()); err != nil {
				return "", err
			}
		}
		return ActionCancel, m.because(in.Reason)
	})
}

// tell writes the contract's owner a notice.
func (s *Service) tell(ctx context.Context, tx tenants.Tx, m *Contract, zh, en string) error {
	return s.notices.Tell(ctx, tx, m.OwnerID, zh, en, Kind.Name, m.ID)
}
