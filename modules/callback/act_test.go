package callback_test

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/callback"
	"forecourt/tenants"
)

// today is the day on which env.pending leaves the clock.
const today clock.Day = "2026-11-27"

// answers are what each action needs.
var answers = map[callback.Action]callback.ActInput{
	callback.ActionTry:      {NextTry: today.Add(1), Answer: "无人接听"},
	callback.ActionComplete: {Satisfaction: 9, VehicleFine: "yes", Explained: "no", Answer: "导航不会用"},
	callback.ActionGiveUp:   {Answer: "号码是空号"},
	callback.ActionCancel:   {Answer: "客户已退车"},
}

func (e *env) act(t *testing.T, a tenants.Actor, c *callback.Callback, action callback.Action) (*callback.Callback, error) {
	t.Helper()
	in := answers[action]
	in.ID, in.Version, in.Action = c.ID, c.Version, action
	return e.s.Act(t.Context(), e.now(t, a), in)
}

// in brings a new callback into a status, by the actions that people take.
func (e *env) in(t *testing.T, s callback.Status) *callback.Callback {
	t.Helper()
	c := e.pending(t)
	for _, action := range map[callback.Status][]callback.Action{
		callback.StatusCalling:     {callback.ActionTry},
		callback.StatusDone:        {callback.ActionComplete},
		callback.StatusUnreachable: {callback.ActionTry, callback.ActionGiveUp},
		callback.StatusCancelled:   {callback.ActionCancel},
	}[s] {
		var err error
		if c, err = e.act(t, e.Care, c, action); err != nil {
			t.Fatal(err)
		}
	}
	if c.Status != s {
		t.Fatalf("it is %s, want %s", c.Status, s)
	}
	return c
}

func TestFlow(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	open := map[callback.Action]callback.Status{callback.ActionTry: callback.StatusCalling, callback.ActionComplete: callback.StatusDone, callback.ActionCancel: callback.StatusCancelled}
	calling := maps.Clone(open)
	calling[callback.ActionGiveUp] = callback.StatusUnreachable
	for from, moves := range map[callback.Status]map[callback.Action]callback.Status{
		callback.StatusPending: open, callback.StatusCalling: calling, callback.StatusDone: {}, callback.StatusUnreachable: {}, callback.StatusCancelled: {},
	} {
		for action := range answers {
			t.Run(string(from)+"/"+string(action), func(t *testing.T) {
				c := e.in(t, from)
				got, err := e.act(t, e.Care, c, action)
				to, possible := moves[action]
				if !possible {
					if !errors.Is(err, flow.ErrNotAllowed) {
						t.Errorf("got %v, want flow.ErrNotAllowed", err)
					}
					if now := e.read(t, c.ID); now.Version != c.Version || now.Status != from {
						t.Errorf("a refused action changed it: %+v", now)
					}
					return
				}
				if err != nil || got.Status != to || got.Version != c.Version+1 || e.read(t, c.ID).Status != to {
					t.Errorf("%+v, %v; want %s", got, err, to)
				}
			})
		}
	}
}

func TestAnswersAreKept(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c, err := e.act(t, e.Care, e.in(t, callback.StatusCalling), callback.ActionComplete)
	if err != nil {
		t.Fatal(err)
	}
	now := e.read(t, c.ID)
	if now.Satisfaction != 9 || now.VehicleFine != "yes" || now.Explained != "no" || now.Answer != "导航不会用" || now.DoneAt.IsZero() || now.Attempts != 2 || now.NextTry != today.Add(1) || now.OwnerID != e.Care.User {
		t.Errorf("%+v", now)
	}
	for _, action := range []string{"create", "try", "complete"} {
		if n := e.count(t, "SELECT count(*) FROM history WHERE kind = 'callback' AND record_id = $1 AND action = $2", c.ID, action); n != 1 {
			t.Errorf("%d lines of history for %s", n, action)
		}
	}
}

// other stands for a kind of another module.
type other struct {
	bun.BaseModel `bun:"table:others"`
	ID            uuid.UUID `bun:"id" json:"id"`
	Name          string    `bun:"name" json:"name"`
}

func standIn(name string) *record.Spec {
	return record.New(name, "", "对象", "Target", func(m *other, k *record.Kind[other]) {
		k.ID(&m.ID, "标识", "ID")
		k.Text(&m.Name, "名称", "Name")
		k.Title("name", "")
		k.List("name", "name")
	}).Spec
}

// Whoever said "call me on Friday" is not called before.
func TestTodayWaitsForTheNextTry(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	tried := e.in(t, callback.StatusCalling) // to be tried again tomorrow
	fresh := e.pending(t)
	kinds, err := record.NewRegistry(callback.Kind.Spec, tenants.UserKind.Spec, tenants.UnitKind.Spec, standIn("customer"), standIn("contract"))
	if err != nil {
		t.Fatal(err)
	}
	view := callback.Kind.Views()[0]
	listed := func() (ids []string) {
		t.Helper()
		page, err := callback.Kind.Spec.List(t.Context(), e.DB.Pool(), kinds, e.SignIn(t, e.Care.Login).View("zh"), record.ListInput{Filter: string(view.Filter), Fields: []string{"id"}, Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range page.Items {
			var c struct{ ID string }
			if err := json.Unmarshal(row, &c); err != nil {
				t.Fatal(err)
			}
			ids = append(ids, c.ID)
		}
		return ids
	}
	if got := listed(); !slices.Contains(got, fresh.ID.String()) || slices.Contains(got, tried.ID.String()) {
		t.Errorf("today: %v", got)
	}
	if _, err := e.owner.ExecContext(t.Context(), "UPDATE callbacks SET next_try = $1 WHERE id = $2", string(today), tried.ID); err != nil {
		t.Fatal(err)
	}
	if got := listed(); !slices.Contains(got, tried.ID.String()) {
		t.Errorf("on the day itself: %v", got)
	}
}

func TestWhoMay(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.Hire(t, "above", "林涛", e.OtherCompany, "客服督导", "auditor", "customer_care_agent")
	above := e.SignIn(t, "above")
	for name, c := range map[string]struct {
		actor tenants.Actor
		want  error
	}{
		"CustomerCareMay":               {e.Care, nil},
		"ConsultantReadsOnly":           {e.Sales, rest.ErrDenied},
		"ManagerReadsOnly":              {e.Manager, rest.ErrDenied},
		"LeaderReadsOnly":               {e.Leader, rest.ErrDenied},
		"AuditorReadsOnly":              {e.Auditor, rest.ErrDenied},
		"AdviserReadsOnly":              {e.Adviser, rest.ErrDenied},
		"CashierSeesNone":               {e.Cashier, rest.ErrDenied},
		"WarehouseSeesNone":             {e.Warehouse, rest.ErrDenied},
		"CareOfAnotherCompanyFindsNone": {e.neighbor, record.ErrMissing},
		"GroupReaderWorksAtHomeOnly":    {above, rest.ErrDenied},
		"OtherTenantIsMissing":          {e.stranger, record.ErrMissing},
		"RightsHereAreNoneOverThere":    {tenants.Actor{Tenant: e.stranger.Tenant, User: e.Care.User, Set: e.Care.Set}, record.ErrMissing},
	} {
		for action := range answers {
			t.Run(name+"/"+string(action), func(t *testing.T) {
				from := callback.StatusPending
				if action == callback.ActionGiveUp {
					from = callback.StatusCalling
				}
				before := e.in(t, from)
				_, err := e.act(t, c.actor, before, action)
				if !errors.Is(err, c.want) {
					t.Errorf("got %v, want %v", err, c.want)
				}
				if now := e.read(t, before.ID); c.want != nil && now.Version != before.Version {
					t.Error("it changed all the same")
				}
			})
		}
	}
	t.Run("NoSuchRecord", func(t *testing.T) {
		if _, err := e.act(t, e.Care, &callback.Callback{Base: record.Base{ID: uuid.New(), Version: 1}}, callback.ActionTry); !errors.Is(err, record.ErrMissing) {
			t.Errorf("got %v", err)
		}
	})
}

func TestStaleVersion(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	first := e.pending(t)
	if _, err := e.act(t, e.Care, first, callback.ActionTry); err != nil {
		t.Fatal(err)
	}
	if _, err := e.act(t, e.Care, first, callback.ActionComplete); !errors.Is(err, record.ErrStale) {
		t.Errorf("got %v, want record.ErrStale", err)
	}
	if now := e.read(t, first.ID); now.Status != callback.StatusCalling {
		t.Errorf("the second answer overwrote the first: %s", now.Status)
	}
}

func TestBadAnswersAreNamed(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := e.in(t, callback.StatusCalling)
	for name, bad := range map[string]struct {
		action callback.Action
		spoil  func(in *callback.ActInput)
		want   *fault.Fault
		field  string
	}{
		"Satisfaction0":   {callback.ActionComplete, func(in *callback.ActInput) { in.Satisfaction = 0 }, callback.ErrSatisfaction, "satisfaction"},
		"Satisfaction11":  {callback.ActionComplete, func(in *callback.ActInput) { in.Satisfaction = 11 }, callback.ErrSatisfaction, "satisfaction"},
		"NoVehicleFine":   {callback.ActionComplete, func(in *callback.ActInput) { in.VehicleFine = "" }, record.ErrNeeded, "vehicleFine"},
		"VehicleFineOdd":  {callback.ActionComplete, func(in *callback.ActInput) { in.VehicleFine = "maybe" }, record.ErrChoice, "vehicleFine"},
		"NoExplained":     {callback.ActionComplete, func(in *callback.ActInput) { in.Explained = "" }, record.ErrNeeded, "explained"},
		"ExplainedOdd":    {callback.ActionComplete, func(in *callback.ActInput) { in.Explained = "maybe" }, record.ErrChoice, "explained"},
		"NextTryPast":     {callback.ActionTry, func(in *callback.ActInput) { in.NextTry = today.Add(-1) }, callback.ErrPast, "nextTry"},
		"NoNextTry":       {callback.ActionTry, func(in *callback.ActInput) { in.NextTry = "" }, record.ErrNeeded, "nextTry"},
		"GiveUpUnsaid":    {callback.ActionGiveUp, func(in *callback.ActInput) { in.Answer = "" }, record.ErrNeeded, "answer"},
		"CancelUnsaid":    {callback.ActionCancel, func(in *callback.ActInput) { in.Answer = " \n" }, record.ErrNeeded, "answer"},
		"AnswerIsTooLong": {callback.ActionCancel, func(in *callback.ActInput) { in.Answer = string(make([]rune, 1001)) }, record.ErrLong, "answer"},
	} {
		t.Run(name, func(t *testing.T) {
			in := answers[bad.action]
			in.ID, in.Version, in.Action = c.ID, c.Version, bad.action
			bad.spoil(&in)
			_, err := e.s.Act(t.Context(), e.now(t, e.Care), in)
			at(t, err, bad.want, bad.field)
			if now := e.read(t, c.ID); now.Version != c.Version {
				t.Error("it changed all the same")
			}
		})
	}
	t.Run("AllAtOnce", func(t *testing.T) {
		var f *fault.Fault
		if err := (callback.ActInput{Action: callback.ActionComplete}).Validate(today); !errors.As(err, &f) || len(f.More) != 2 {
			t.Errorf("%v", err)
		}
	})
	t.Run("TodayIsNotPast", func(t *testing.T) {
		in := callback.ActInput{ID: c.ID, Version: c.Version, Action: callback.ActionTry, NextTry: today}
		if _, err := e.s.Act(t.Context(), e.now(t, e.Care), in); err != nil {
			t.Error(err)
		}
	})
}
