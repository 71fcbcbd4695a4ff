package callback

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// taskMake is stored in due_tasks, so it outlives a rename of its handler.
const taskMake = "callback.make"

// due is the body of a planned callback.
type due struct {
	Rule  uuid.UUID `json:"rule"`
	Cause uuid.UUID `json:"cause"`
}

// plan puts a row with a due time for every rule that follows the event. Planned again, it stays one row a rule and cause.
func (s *Service) plan(ctx context.Context, t job.Task) error {
	var e record.Changed
	if err := json.Unmarshal(t.Body, &e); err != nil {
		return fmt.Errorf("event %s: %w", t.Kind, err)
	}
	return s.work(ctx, t, func(tx tenants.Tx) error {
		rules, err := active(ctx, tx, t.Kind)
		if err != nil {
			return err
		}
		at, err := happened(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		sale, err := s.handovers.Sale(ctx, tx, e.ID)
		if err != nil {
			return err
		}
		for _, r := range rules {
			days, err := r.daysIn(ctx, tx, sale.Company)
			if err != nil {
				return err
			}
			when := clock.DayOf(at, tx.Zone).Add(days).Start(tx.Zone)
			if days == 0 {
				when = at
			}
			if err := job.Plan(ctx, tx.Tx, taskMake, r.ID.String()+"/"+e.ID.String(), when, due{r.ID, e.ID}); err != nil {
				return err
			}
		}
		return nil
	})
}

// make writes the callback that has fallen due. Run twice, it finds the first one and leaves it alone. Its days count from the
// day on which it fell due, not from the day on which a worker came to it: the customer waited all the same.
func (s *Service) make(ctx context.Context, t job.Task) error {
	var d due
	if err := json.Unmarshal(t.Body, &d); err != nil {
		return fmt.Errorf("task %s: %w", t.Kind, err)
	}
	err := s.work(ctx, t, func(tx tenants.Tx) error {
		r, err := rule(ctx, tx, d.Rule)
		if err != nil || !r.Active {
			return err
		}
		sale, err := s.handovers.Sale(ctx, tx, d.Cause)
		if err != nil {
			return err
		}
		on := clock.DayOf(t.At, tx.Zone)
		c := &Callback{RuleID: r.ID, CauseID: d.Cause, RuleName: r.NameZh, CustomerID: sale.Customer, ContractID: sale.Contract, DueOn: on, Deadline: on.Add(r.DeadlineDays), Status: StatusPending}
		c.ID, c.CompanyID, c.DepartmentID = id.New(), sale.Company, sale.Department
		if err := Kind.Create(ctx, tx.Tx, c); err != nil {
			return err
		}
		return s.notices.Tell(ctx, tx, sale.Owner, "客户回访已到期："+sale.ContractNumber, "A customer callback is due: "+sale.ContractNumber, Kind.Name, c.ID)
	})
	if database.Violates(err, "callbacks_once") {
		return nil // it was made before this worker was told to stop waiting
	}
	return err
}

// work runs fn as the product itself, in the task's tenant.
func (s *Service) work(ctx context.Context, t job.Task, fn func(tx tenants.Tx) error) error {
	tenant, err := s.db.Tenant(ctx, t.Tenant)
	if err != nil {
		return err
	}
	return s.db.Do(ctx, tenants.Worker(tenant, t.Kind), fn)
}
