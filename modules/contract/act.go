package contract

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// managerDiscount is the discount in basis points up to which a sales manager decides alone; beyond it the group approves, too.
// A tenant's own limit stands in contract_settings.
const managerDiscount = 300

// limit reads the tenant's limit of discount.
func limit(ctx context.Context, tx tenants.Tx) (int, error) {
	bp := managerDiscount
	err := tx.NewSelect().TableExpr("contract_settings").Column("manager_discount_bp").Where("tenant_id = ?", tx.Tenant).Scan(ctx, &bp)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read contract settings: %w", err)
	}
	return bp, nil
}

// decide is the step by which a manager's yes moves a contract with this discount.
func decide(discountBasisPoints, limit int) Action {
	if discountBasisPoints > limit {
		return ActionEscalate
	}
	return ActionApprove
}

// find locks a contract that the actor may change with p. It returns record.ErrMissing for what they may not read, a denied fault
// for what they may only read, and record.ErrStale.
func find(ctx context.Context, tx tenants.Tx, p access.Permission, id uuid.UUID, version int) (*Contract, error) {
	scope, err := tx.Can(p)
	if err != nil {
		return nil, err
	}
	reads, err := tx.Can(Kind.Read)
	if err != nil {
		return nil, err
	}
	m, err := Kind.Find(ctx, tx.Tx, reads, id)
	switch {
	case err != nil:
		return nil, err
	case !scope.Covers(m.CompanyID, m.DepartmentID, m.OwnerID):
		return nil, rest.ErrDenied
	case m.Version != version:
		return nil, record.ErrStale
	}
	return m, nil
}

// act locks a contract under the permission of action, lets do change it and saves it as the step that do names.
func (s *Service) act(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, action Action, do func(tx tenants.Tx, m *Contract) (Action, error)) (*Contract, error) {
	var m *Contract
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if m, err = find(ctx, tx, Flow.Permission(action), id, version); err != nil {
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
		most, err := limit(ctx, tx)
		if err != nil {
			return "", err
		}
		step := decide(m.DiscountBasisPoints, most)
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

// Reject gives a contract back to its owner with the reason. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed,
// record.ErrNeeded or a denied fault.
func (s *Service) Reject(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, reason string) (*Contract, error) {
	return s.reject(ctx, a, id, version, ActionReject, reason)
}

// RejectGroup is the group's no. It returns the errors of Reject.
func (s *Service) RejectGroup(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, reason string) (*Contract, error) {
	return s.reject(ctx, a, id, version, ActionRejectGroup, reason)
}

func (s *Service) reject(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, action Action, reason string) (*Contract, error) {
	return s.act(ctx, a, id, version, action, func(tx tenants.Tx, m *Contract) (Action, error) {
		if err := m.because(reason); err != nil {
			return "", err
		}
		return action, s.tell(ctx, tx, m, "合同 "+m.Number+" 被退回："+reason, "Contract "+m.Number+" was rejected: "+reason)
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
func (s *Service) Cancel(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, reason string) (*Contract, error) {
	return s.act(ctx, a, id, version, ActionCancel, func(tx tenants.Tx, m *Contract) (Action, error) {
		if m.Paid != 0 {
			return "", ErrPaid.With(m.Paid)
		}
		if m.Status == StatusReserved {
			if err := s.stock.Release(ctx, tx, m.reservation()); err != nil {
				return "", err
			}
		}
		return ActionCancel, m.because(reason)
	})
}

// tell writes the contract's owner a notice.
func (s *Service) tell(ctx context.Context, tx tenants.Tx, m *Contract, zh, en string) error {
	return s.notices.Tell(ctx, tx, m.OwnerID, zh, en, Kind.Name, m.ID)
}
