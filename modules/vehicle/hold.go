package vehicle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of holding a vehicle.
var (
	ErrHoldDay = fault.New(fault.Invalid, "vehicle.hold_day", "预占日期应在今天至 %d 天内", "A hold ends between today and %d days from now")
	ErrHeld    = fault.New(fault.Conflict, "vehicle.held", "车辆已被 %s 预占至 %s，请换车或联系 %s", "%s holds this vehicle until %s; choose another or talk to %s")
)

// taskExpire is stored in due_tasks, so it outlives a rename of its handler.
const taskExpire = "vehicle.hold_expires"

// hold is the body of a planned end of a hold. Version is that of the vehicle when it was held: another hold has another.
type hold struct {
	Vehicle uuid.UUID `json:"vehicle"`
	Version int       `json:"version"`
}

// HoldInput is until when a vehicle is held, and what for.
type HoldInput struct {
	Until clock.Day `json:"until"`
	Note  string    `json:"note,omitempty" maxLength:"200"`
}

// Hold keeps an available vehicle for the actor up to and including a day, at most as many from today as vehicle.hold_days allows. It returns ErrHoldDay,
// record.ErrMissing, record.ErrStale, flow.ErrNotAllowed or a denied fault.
func (s *Service) Hold(ctx context.Context, a tenants.Actor, id uuid.UUID, version int, in HoldInput) (*Vehicle, error) {
	return s.act(ctx, a, id, version, ActionHold, in.Note, func(tx tenants.Tx, v *Vehicle) error {
		today := clock.DayOf(tx.Now, tx.Zone)
		most, err := holdDays.Get(ctx, tx.Tx, v.CompanyID)
		if err != nil {
			return err
		}
		if in.Until < today || in.Until > today.Add(most) {
			return ErrHoldDay.With(most).At("until")
		}
		return job.Plan(ctx, tx.Tx, taskExpire, fmt.Sprintf("%s/%d", v.ID, v.Version+1), in.Until.Add(1).Start(tx.Zone), hold{v.ID, v.Version + 1})
	}, func(v *Vehicle) { v.HeldBy, v.HeldUntil = a.User, in.Until })
}

// EndHold ends a hold: the holder's own, or anybody's for who may edit the vehicle. It returns ErrHeld, record.ErrMissing,
// record.ErrStale, flow.ErrNotAllowed or a denied fault.
func (s *Service) EndHold(ctx context.Context, a tenants.Actor, id uuid.UUID, version int) (*Vehicle, error) {
	return s.act(ctx, a, id, version, ActionRelease, "", func(tx tenants.Tx, v *Vehicle) error { return mayLift(ctx, tx, v) }, same)
}

// mayLift returns ErrHeld unless v is free, held by the actor, held no longer, or the actor may edit it.
func mayLift(ctx context.Context, tx tenants.Tx, v *Vehicle) error {
	if v.Status != StatusHeld || v.HeldBy == tx.Actor.User || v.HeldUntil < clock.DayOf(tx.Now, tx.Zone) {
		return nil
	}
	if scope, err := tx.Can("vehicle:edit"); err == nil && scope.Covers(v.CompanyID, v.DepartmentID, v.OwnerID) {
		return nil
	}
	var name string
	if err := tx.NewSelect().TableExpr("users").ColumnExpr("name").Where("tenant_id = ? AND id = ?", tx.Tenant, v.HeldBy).Scan(ctx, &name); err != nil {
		return fmt.Errorf("name of holder: %w", err)
	}
	return ErrHeld.With(name, v.HeldUntil, name)
}

// JobWords says what the handlers of vehicles do.
var JobWords = map[string]fault.Text{"vehicle": {Zh: "释放到期的车辆预占", En: "End holds of vehicles that are over"}}

// Handlers hands the module's due tasks to the workers.
func (s *Service) Handlers(h job.Handlers) { h.On(taskExpire, "vehicle", s.expire) }

// expire ends a hold whose days are over. Run twice, or after the hold ended otherwise, it finds nothing to do.
func (s *Service) expire(ctx context.Context, t job.Task) error {
	var b hold
	if err := json.Unmarshal(t.Body, &b); err != nil {
		return fmt.Errorf("task %s: %w", t.Kind, err)
	}
	tenant, err := s.db.Tenant(ctx, t.Tenant)
	if err != nil {
		return err
	}
	return s.db.Do(ctx, tenants.Worker(tenant, t.Kind), func(tx tenants.Tx) error {
		v, err := Kind.Find(ctx, tx.Tx, all, b.Vehicle)
		if errors.Is(err, record.ErrMissing) {
			return nil
		}
		if err != nil || v.Status != StatusHeld || v.HeldUntil >= clock.DayOf(tx.Now, tx.Zone) {
			return err
		}
		return step(ctx, tx, v, ActionExpire, "", func() {})
	})
}
