package callback_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/modules/callback"
	"forecourt/tenants"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	e := newEnv(t)

	t.Run("OneTaskARule", func(t *testing.T) {
		tasks := e.planOnce(t, noon)
		if len(tasks) != 2 {
			t.Fatalf("%d tasks for the two shipped rules", len(tasks))
		}
		// Midnight of the 27th in Shanghai, and of the 24th of December.
		for i, want := range []time.Time{time.Date(2026, 11, 26, 16, 0, 0, 0, time.UTC), time.Date(2026, 12, 23, 16, 0, 0, 0, time.UTC)} {
			if !tasks[i].At.Equal(want) {
				t.Errorf("task %d falls due at %s, want %s", i, tasks[i].At.UTC(), want)
			}
		}
	})

	t.Run("TwiceIsOnce", func(t *testing.T) {
		handover := e.handOver(t, noon)
		e.plan(t, handover)
		e.plan(t, handover)
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() { e.plan(t, handover) })
		}
		wait.Wait()
		if n := len(e.planned(t, handover)); n != 2 {
			t.Errorf("%d tasks, want one a rule", n)
		}
	})

	t.Run("CountsFromTheHandoverHoweverLateTheWorkerIs", func(t *testing.T) {
		handover := e.handOver(t, noon)
		e.clock(t, noon.AddDate(0, 0, 20))
		e.plan(t, handover)
		if first := e.planned(t, handover)[0].At; !first.Equal(time.Date(2026, 11, 26, 16, 0, 0, 0, time.UTC)) {
			t.Errorf("due at %s", first)
		}
	})

	t.Run("DayIsTheTenantsOwn", func(t *testing.T) {
		late := time.Date(2026, 11, 24, 17, 30, 0, 0, time.UTC) // half past one on the 25th in Shanghai, the 24th in Los Angeles
		if got, want := e.planOnce(t, late)[0].At, time.Date(2026, 11, 27, 16, 0, 0, 0, time.UTC); !got.Equal(want) {
			t.Errorf("Shanghai: due at %s, want %s", got, want)
		}
		e.exec(t, "UPDATE tenants SET zone = 'America/Los_Angeles' WHERE id = $1", e.Tenant.ID)
		defer e.exec(t, "UPDATE tenants SET zone = 'Asia/Shanghai' WHERE id = $1", e.Tenant.ID)
		if got, want := e.planOnce(t, late)[0].At, time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC); !got.Equal(want) {
			t.Errorf("Los Angeles: due at %s, want %s", got, want)
		}
	})

	t.Run("ACompanyHasItsOwnDays", func(t *testing.T) {
		e.Decide(t, "callback.first_days", "5")
		defer e.Decide(t, "callback.first_days", "3")
		if got, want := e.planOnce(t, noon)[0].At, time.Date(2026, 11, 28, 16, 0, 0, 0, time.UTC); !got.Equal(want) {
			t.Errorf("due at %s, want %s", got, want)
		}
	})

	t.Run("DisabledRuleMakesNone", func(t *testing.T) {
		e.exec(t, "UPDATE callback_rules SET active = false WHERE tenant_id = $1 AND days = 3", e.Tenant.ID)
		defer e.exec(t, "UPDATE callback_rules SET active = true WHERE tenant_id = $1", e.Tenant.ID)
		if tasks := e.planOnce(t, noon); len(tasks) != 1 || !tasks[0].At.Equal(time.Date(2026, 12, 23, 16, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", tasks)
		}
	})

	t.Run("RuleOfTheSameDayIsDueAtOnce", func(t *testing.T) {
		e.exec(t, "INSERT INTO callback_rules (tenant_id, id, name_zh, name_en, event, days, deadline_days, script_zh, script_en) VALUES ($1, $2, '当天', 'Same day', 'handover.create', 0, 1, '', '')", e.Tenant.ID, id.New())
		defer e.exec(t, "DELETE FROM callback_rules WHERE tenant_id = $1 AND days = 0", e.Tenant.ID)
		if got := e.planOnce(t, noon)[0].At; got.Sub(noon).Abs() > time.Minute {
			t.Errorf("due at %s, want %s", got, noon)
		}
	})
}

// planOnce plans the callbacks of a handover at the given time.
func (e *env) planOnce(t *testing.T, at time.Time) []job.Task {
	t.Helper()
	handover := e.handOver(t, at)
	e.plan(t, handover)
	return e.planned(t, handover)
}

func TestMake(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	due := func(t *testing.T) (uuid.UUID, []job.Task) {
		t.Helper()
		handover := e.handOver(t, noon)
		e.plan(t, handover)
		return handover, e.planned(t, handover)
	}
	made := func(t *testing.T, task job.Task) {
		t.Helper()
		if err := e.make(t, task); err != nil {
			t.Fatal(err)
		}
	}

	t.Run("OnTheDay", func(t *testing.T) {
		handover, tasks := due(t)
		for _, task := range tasks {
			e.clock(t, task.At.Add(time.Second))
			made(t, task)
		}
		all := e.made(t, handover)
		if len(all) != 2 {
			t.Fatalf("%d callbacks", len(all))
		}
		for i, want := range [][2]clock.Day{{"2026-11-27", "2026-11-29"}, {"2026-12-24", "2026-12-29"}} {
			c := all[i]
			if c.DueOn != want[0] || c.Deadline != want[1] {
				t.Errorf("due %s until %s, want %v", c.DueOn, c.Deadline, want)
			}
			if c.Status != callback.StatusPending || c.CauseID != handover || c.CompanyID != e.Company || c.DepartmentID != e.Department || c.CustomerID == uuid.Nil || c.Number == "" || c.OwnerID != uuid.Nil {
				t.Errorf("%+v", c)
			}
		}
		if all[0].RuleName != "交车后首次回访" {
			t.Errorf("named %q", all[0].RuleName)
		}
	})

	t.Run("LateWorkerKeepsTheDayItWasDue", func(t *testing.T) {
		handover, tasks := due(t)
		e.clock(t, tasks[0].At.AddDate(0, 0, 9))
		made(t, tasks[0])
		if c := e.made(t, handover)[0]; c.DueOn != "2026-11-27" || c.Deadline != "2026-11-29" {
			t.Errorf("due %s until %s: the outage changed the day on which the customer should be called", c.DueOn, c.Deadline)
		}
	})

	t.Run("TwiceMakesOneAndTellsOnce", func(t *testing.T) {
		handover, tasks := due(t)
		before := len(e.notices.told)
		made(t, tasks[0])
		made(t, tasks[0])
		if n := e.count(t, "SELECT count(*) FROM callbacks WHERE cause_id = $1", handover); n != 1 {
			t.Errorf("%d callbacks", n)
		}
		if n := e.count(t, "SELECT count(*) FROM outbox WHERE kind = 'callback.create' AND body->>'id' = $1", e.made(t, handover)[0].ID); n != 1 {
			t.Errorf("%d events", n)
		}
		if told := e.notices.told[before:]; len(told) != 1 || told[0] != e.Sales.User {
			t.Errorf("told %v, want the consultant once", told)
		}
	})

	t.Run("RuleDisabledMeanwhileMakesNone", func(t *testing.T) {
		handover, tasks := due(t)
		e.exec(t, "UPDATE callback_rules SET active = false WHERE tenant_id = $1", e.Tenant.ID)
		defer e.exec(t, "UPDATE callback_rules SET active = true WHERE tenant_id = $1", e.Tenant.ID)
		made(t, tasks[0])
		if all := e.made(t, handover); len(all) != 0 {
			t.Errorf("%d callbacks", len(all))
		}
	})

	t.Run("OtherTenantsRuleMakesNone", func(t *testing.T) {
		handover, tasks := due(t)
		tasks[0].Tenant = e.stranger.Tenant.ID
		if err := e.make(t, tasks[0]); err == nil {
			t.Error("no error")
		}
		if n := e.count(t, "SELECT count(*) FROM callbacks WHERE cause_id = $1", handover); n != 0 {
			t.Errorf("%d callbacks", n)
		}
	})
}

func TestSeedTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.exec(t, "UPDATE callback_rules SET active = false WHERE tenant_id = $1 AND days = 3", e.Tenant.ID)
	e.do(t, func(tx tenants.Tx) error { return callback.Seed(t.Context(), tx) })
	if n := e.count(t, "SELECT count(*) FROM callback_rules WHERE tenant_id = $1", e.Tenant.ID); n != 2 {
		t.Errorf("%d rules", n)
	}
	if n := e.count(t, "SELECT count(*) FROM callback_rules WHERE tenant_id = $1 AND active", e.Tenant.ID); n != 1 {
		t.Errorf("a disabled rule came back: %d are active", n)
	}
}
