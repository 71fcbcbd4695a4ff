package visit

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/tenants"
)

// ErrNoCustomer refuses an intent of somebody unknown.
var ErrNoCustomer = fault.New(fault.Invalid, "visit.no_customer", "请先登记手机号，再转为意向", "Enter a mobile number first, then make the intent")

// CloseInput is what came of a visit.
type CloseInput struct {
	Result Result `json:"result" enum:"intent,complaint,repair,accessory,nothing"`
	Note   string `json:"note,omitempty" maxLength:"2000"`
}

// Close ends a visit with its result. It returns record.ErrMissing, record.ErrStale, flow.ErrNotAllowed or a denied fault.
func (s *Service) Close(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in CloseInput) (*Visit, error) {
	var v *Visit
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		var err error
		if v, err = Kind.Lock(ctx, tx.Tx, tx, Flow.Permission(ActionClose), id, version); err != nil {
			return err
		}
		move, err := Flow.Next(v.Status, ActionClose)
		if err != nil {
			return err
		}
		before := *v
		v.Status, v.Result = move.To, in.Result
		if in.Note != "" {
			v.Note = in.Note
		}
		return Kind.Save(ctx, tx.Tx, &before, v, string(ActionClose))
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// IntentInput is the wish with which a visit ends.
type IntentInput struct {
	Stage        string    `json:"stage" enum:"H,A,B,C"`
	ModelID      string    `json:"modelId,omitempty" format:"uuid" doc:"Empty: the visit's model"`
	NextFollowUp clock.Day `json:"nextFollowUp"`
}

// MakeIntent closes a visit and opens its intent, both or neither; the consultant owns it. It returns record.ErrMissing,
// record.ErrStale, flow.ErrNotAllowed, ErrNoCustomer, record.ErrTarget at modelId, what opening refuses, or a denied fault.
func (s *Service) MakeIntent(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in IntentInput) (*Visit, error) {
	var v *Visit
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if _, err := tx.Can("intent:create"); err != nil {
			return err
		}
		var err error
		if v, err = Kind.Lock(ctx, tx.Tx, tx, Flow.Permission(ActionMakeIntent), id, version); err != nil {
			return err
		}
		move, err := Flow.Next(v.Status, ActionMakeIntent)
		if err != nil {
			return err
		}
		if v.CustomerID == uuid.Nil {
			return ErrNoCustomer.At("mobile")
		}
		before := *v
		if in.ModelID != "" {
			if err := s.setModel(ctx, tx, v, in.ModelID); err != nil {
				return err
			}
		}
		v.IntentID, err = s.intents.Open(ctx, tx, OpenIntent{Customer: v.CustomerID, Model: v.ModelID, Stage: in.Stage, NextFollowUp: in.NextFollowUp,
			Source: v.Source, Owner: v.OwnerID, Company: v.CompanyID, Department: v.DepartmentID})
		if err != nil {
			return err
		}
		v.Status, v.Result = move.To, ResultIntent
		return Kind.Save(ctx, tx.Tx, &before, v, string(ActionMakeIntent))
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}
