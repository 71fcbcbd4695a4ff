package intent_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/intent"
	"forecourt/tenants"
)

func (e *env) open(t *testing.T) *intent.Intent {
	t.Helper()
	m, err := e.s.Create(t.Context(), e.Sales, intent.CreateInput{CustomerID: e.customer.String(), Stage: intent.StageA, NextFollowUp: today(e.Sales), ModelID: e.model.String(), Budget: money.Yuan(200_000)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (e *env) win(ctx context.Context, id uuid.UUID) error {
	return e.DB.Do(ctx, e.Manager, func(tx tenants.Tx) error { return e.s.Win(ctx, tx, id) })
}

func (e *env) read(t *testing.T, id uuid.UUID) *intent.Intent {
	t.Helper()
	var m *intent.Intent
	err := e.DB.Read(t.Context(), e.Manager, func(tx tenants.Tx) (err error) {
		m, err = intent.Kind.Peek(t.Context(), tx.Tx, access.Scope{All: true}, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func at(t *testing.T, err error, want *fault.Fault, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.Is(err, want) || !errors.As(err, &f) || f.Field != field {
		t.Errorf("got %v, want %s at %q", err, want.Code, field)
	}
}

func TestNextFollowUpIsNeverEmptyOrPast(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx, yesterday, tomorrow := t.Context(), today(e.Sales).Add(-1), today(e.Sales).Add(1)
	m := e.open(t)
	asleep := e.open(t)
	if _, err := e.s.Sleep(ctx, e.Sales, asleep.ID, 1); err != nil {
		t.Fatal(err)
	}
	edited := func(d clock.Day) error {
		_, err := e.s.Edit(ctx, e.Sales, m.ID, m.Version, intent.EditInput{NextFollowUp: &d})
		return err
	}
	calls := map[string]func(d clock.Day) error{
		"create": func(d clock.Day) error {
			_, err := e.s.Create(ctx, e.Sales, intent.CreateInput{CustomerID: e.customer.String(), Stage: intent.StageH, NextFollowUp: d})
			return err
		},
		"open": func(d clock.Day) error {
			return e.DB.Do(ctx, e.Sales, func(tx tenants.Tx) error {
				_, err := e.s.Open(ctx, tx, intent.OpenInput{Customer: e.customer, Stage: "H", NextFollowUp: d, Owner: e.Sales.User, Company: e.Sales.Posting.Company})
				return err
			})
		},
		"edit": edited,
		"follow": func(d clock.Day) error {
			_, err := e.s.Follow(ctx, e.Sales, m.ID, m.Version, intent.FollowInput{Result: "电话", NextFollowUp: d})
			return err
		},
		"wake": func(d clock.Day) error {
			_, err := e.s.Wake(ctx, e.Sales, asleep.ID, 2, intent.WakeInput{NextFollowUp: d})
			return err
		},
	}
	for name, call := range calls {
		at(t, call(""), intent.ErrFollowUpNeeded, "nextFollowUp")
		at(t, call(yesterday), intent.ErrFollowUpPast, "nextFollowUp")
		if t.Failed() {
			t.Fatal(name)
		}
	}
	_, err := e.s.Move(ctx, e.Sales, m.ID, m.Version, intent.MoveInput{Stage: intent.StageB, NextFollowUp: yesterday})
	at(t, err, intent.ErrFollowUpPast, "nextFollowUp")
	for stage, days := range map[intent.Stage]int{"H": 1, "A": 3, "B": 7, "C": 15} {
		x := e.open(t)
		x, err := e.s.Move(ctx, e.Sales, x.ID, x.Version, intent.MoveInput{Stage: stage})
		if err != nil || x.NextFollowUp != today(e.Sales).Add(days) {
			t.Errorf("%s: %v, %v", stage, x, err)
		}
	}
	t.Run("ACompanyHasItsOwnDays", func(t *testing.T) {
		e.Decide(t, "intent.follow_up_b", "5")
		x := e.open(t)
		if x, err := e.s.Move(ctx, e.Sales, x.ID, x.Version, intent.MoveInput{Stage: "B"}); err != nil || x.NextFollowUp != today(e.Sales).Add(5) {
			t.Errorf("%v, %v", x, err)
		}
	})
	t.Run("TodayAndLaterAreFine", func(t *testing.T) {
		if err := edited(tomorrow); err != nil {
			t.Error(err)
		}
	})
	t.Run("AnOverdueOneStaysWhileSomethingElseChanges", func(t *testing.T) {
		note, day := "改备注", tomorrow
		if _, err := e.s.Edit(ctx, later(e.Sales, 72*time.Hour), m.ID, 2, intent.EditInput{Note: &note, NextFollowUp: &day}); err != nil {
			t.Error(err)
		}
	})
	t.Run("TheDatabaseForbidsItToo", func(t *testing.T) {
		err := e.DB.Do(ctx, e.Sales, func(tx tenants.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE intents SET next_follow_up = NULL WHERE id = ?", m.ID)
			return err
		})
		if err == nil {
			t.Error("an intent without a follow-up")
		}
	})
}

func TestIntent(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx, tomorrow := t.Context(), today(e.Sales).Add(1)

	t.Run("SortableFieldsHaveIndexes", func(t *testing.T) {
		if err := registry(t).CheckIndexes(database.WithPlatform(ctx), e.DB.Pool()); err != nil {
			t.Error(err)
		}
	})
	t.Run("ReferencesOutOfSightAreRefusedByName", func(t *testing.T) {
		for field, in := range map[string]intent.CreateInput{
			"customerId": {CustomerID: e.foreign.String(), Stage: "H", NextFollowUp: tomorrow},
			"modelId":    {CustomerID: e.customer.String(), ModelID: uuid.NewString(), Stage: "H", NextFollowUp: tomorrow},
		} {
			_, err := e.s.Create(ctx, e.Sales, in)
			at(t, err, record.ErrTarget, field)
		}
		m := e.open(t)
		foreign := e.foreign.String()
		_, err := e.s.Edit(ctx, e.Sales, m.ID, 1, intent.EditInput{CustomerID: &foreign})
		at(t, err, record.ErrTarget, "customerId")
	})
	t.Run("OtherTenantIsNotFound", func(t *testing.T) {
		m := e.open(t)
		if _, err := e.s.Move(ctx, e.stranger, m.ID, 1, intent.MoveInput{Stage: "H"}); !errors.Is(err, record.ErrMissing) {
			t.Error(err)
		}
		err := e.DB.Read(ctx, e.stranger, func(tx tenants.Tx) error { _, err := e.s.Info(ctx, tx, m.ID); return err })
		if !errors.Is(err, record.ErrTarget) {
			t.Error(err)
		}
		if err := e.DB.Do(ctx, e.stranger, func(tx tenants.Tx) error { return e.s.Win(ctx, tx, m.ID) }); !errors.Is(err, record.ErrMissing) {
			t.Error(err)
		}
	})
	t.Run("WhoSeesIsNotWhoMay", func(t *testing.T) {
		m := e.open(t)
		if _, err := e.s.Lose(ctx, e.Sales2, m.ID, 1, intent.LoseInput{Reason: intent.ReasonPrice}); !errors.Is(err, record.ErrMissing) {
			t.Errorf("a colleague's: %v", err)
		}
		if _, err := e.s.Lose(ctx, e.above, m.ID, 1, intent.LoseInput{Reason: intent.ReasonPrice}); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("read only: %v", err)
		}
		if _, err := e.s.Lose(ctx, e.Manager, m.ID, 7, intent.LoseInput{Reason: intent.ReasonPrice}); !errors.Is(err, record.ErrStale) {
			t.Errorf("stale: %v", err)
		}
		if m, err := e.s.Lose(ctx, e.Manager, m.ID, 1, intent.LoseInput{Reason: intent.ReasonCompetitor, Competitor: "某品牌"}); err != nil || m.LostReason != intent.ReasonCompetitor {
			t.Errorf("%+v, %v", m, err)
		}
	})
	t.Run("AboveAllCompaniesNobodyOpensIntents", func(t *testing.T) {
		_, err := e.s.Create(ctx, e.above, intent.CreateInput{CustomerID: e.customer.String(), Stage: "H", NextFollowUp: tomorrow})
		at(t, err, intent.ErrNoCompany, "companyId")
	})
	t.Run("ABudgetIsNotNegative", func(t *testing.T) {
		_, err := e.s.Create(ctx, e.Sales, intent.CreateInput{CustomerID: e.customer.String(), Stage: "H", NextFollowUp: tomorrow, Budget: -1})
		at(t, err, intent.ErrBudget, "budget")
	})
	t.Run("LosingNeedsAReason", func(t *testing.T) {
		m := e.open(t)
		_, err := e.s.Lose(ctx, e.Sales, m.ID, 1, intent.LoseInput{})
		at(t, err, record.ErrChoice, "reason")
		_, err = e.s.Lose(ctx, e.Sales, m.ID, 1, intent.LoseInput{Reason: "weather"})
		at(t, err, record.ErrChoice, "lostReason")
	})
	t.Run("LosingWaitsForThoseWhoMustAgree", func(t *testing.T) {
		e.office.asks = true
		defer func() { e.office.asks = false }()
		why := intent.LoseInput{Reason: intent.ReasonCompetitor, Competitor: "某品牌"}
		input, err := json.Marshal(why)
		if err != nil {
			t.Fatal(err)
		}
		decide := func(id uuid.UUID, o record.Outcome) {
			t.Helper()
			err := e.DB.Do(ctx, e.Manager, func(tx tenants.Tx) error {
				return e.s.Decided(ctx, tx, id, record.Decision{Action: "lose", Outcome: o, Input: input})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		m := e.open(t)
		_, err = e.s.Lose(ctx, e.Sales, m.ID, 1, intent.LoseInput{Reason: "weather"})
		at(t, err, record.ErrChoice, "lostReason") // nobody is asked about what cannot be
		if got, err := e.s.Lose(ctx, e.Sales, m.ID, 1, why); err != nil || got.Status != intent.StatusOpen || e.office.input != why {
			t.Fatalf("%+v, %v, asked with %v", got, err, e.office.input)
		}
		decide(m.ID, record.OutcomeRefused)
		if m := e.read(t, m.ID); m.Status != intent.StatusOpen || m.LostReason != "" || m.Version != 1 {
			t.Errorf("refused: %+v", m)
		}
		decide(m.ID, record.OutcomeAgreed)
		if m := e.read(t, m.ID); m.Status != intent.StatusLost || m.LostReason != intent.ReasonCompetitor || m.Competitor != "某品牌" {
			t.Errorf("agreed: %+v", m)
		}
		won := e.open(t)
		if err := e.win(ctx, won.ID); err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(e.office.dropped, won.ID) {
			t.Error("a won intent still waits for its loss to be agreed")
		}
		decide(won.ID, record.OutcomeAgreed)
		if m := e.read(t, won.ID); m.Status != intent.StatusWon {
			t.Errorf("won in the meantime: %+v", m)
		}
	})
	t.Run("OnlyAnOpenIntentChanges", func(t *testing.T) {
		m := e.open(t)
		if _, err := e.s.Sleep(ctx, e.Sales, m.ID, 1); err != nil {
			t.Fatal(err)
		}
		note := "x"
		_, edit := e.s.Edit(ctx, e.Sales, m.ID, 2, intent.EditInput{Note: &note})
		_, move := e.s.Move(ctx, e.Sales, m.ID, 2, intent.MoveInput{Stage: "H"})
		_, follow := e.s.Follow(ctx, e.Sales, m.ID, 2, intent.FollowInput{Result: "x", NextFollowUp: tomorrow})
		for _, err := range []error{edit, move, follow} {
			if !errors.Is(err, intent.ErrNotOpen) {
				t.Error(err)
			}
		}
	})
	t.Run("WinningTwiceIsWinningOnce", func(t *testing.T) {
		m := e.open(t)
		if err := errors.Join(e.win(ctx, m.ID), e.win(ctx, m.ID)); err != nil {
			t.Fatal(err)
		}
		if m := e.read(t, m.ID); m.Status != intent.StatusWon || m.Version != 2 {
			t.Errorf("%+v", m)
		}
	})
	t.Run("AContractWinsALostIntent", func(t *testing.T) {
		m := e.open(t)
		if _, err := e.s.Lose(ctx, e.Sales, m.ID, 1, intent.LoseInput{Reason: intent.ReasonDealer, Competitor: "别家"}); err != nil {
			t.Fatal(err)
		}
		if err := e.win(ctx, m.ID); err != nil {
			t.Fatal(err)
		}
		if m := e.read(t, m.ID); m.Status != intent.StatusWon || m.LostReason != "" || m.Competitor != "" {
			t.Errorf("%+v", m)
		}
	})
	t.Run("FollowUpsAreLinesOnThePage", func(t *testing.T) {
		m := e.open(t)
		if _, err := e.s.Follow(ctx, e.Sales, m.ID, 1, intent.FollowInput{Result: "约周六到店", NextFollowUp: tomorrow}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.s.Move(ctx, e.Sales, m.ID, 2, intent.MoveInput{Stage: "H", Note: "已看车"}); err != nil {
			t.Fatal(err)
		}
		body, _, err := intent.Kind.Open(ctx, e.DB.Pool(), registry(t), e.Sales.View("zh"), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"result":"约周六到店"`, `"result":"已看车"`, `"createdByName":"王敏"`, `"budget":"200000.00"`, `"customerName":"张三"`, `"name":"lose"`, `"canEdit":true`} {
			if !strings.Contains(string(body), want) {
				t.Errorf("%s is not in %s", want, body)
			}
		}
		if strings.Contains(string(body), `"name":"win"`) {
			t.Error("a button wins intents")
		}
	})
	t.Run("TheQueueHoldsWhatIsDueAndMine", func(t *testing.T) {
		kinds := registry(t)
		count := func(a tenants.Actor) int {
			var filter string
			for _, v := range intent.Kind.Views() {
				if v.Work {
					filter = string(v.Filter)
				}
			}
			page, err := intent.Kind.Spec.List(ctx, e.DB.Pool(), kinds, a.View("zh"), record.ListInput{Filter: filter, Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			return len(page.Items)
		}
		before := count(e.Sales)
		m := e.open(t)
		if got := count(e.Sales); got != before+1 {
			t.Errorf("%d, want %d", got, before+1)
		}
		if _, err := e.s.Follow(ctx, e.Sales, m.ID, 1, intent.FollowInput{Result: "已联系", NextFollowUp: tomorrow}); err != nil {
			t.Fatal(err)
		}
		if got := count(e.Sales); got != before {
			t.Errorf("%d, want %d", got, before)
		}
		if got := count(e.Sales2); got != 0 {
			t.Errorf("%d of somebody else's", got)
		}
	})
}

// TestEveryWalkKeepsTheRules takes random steps on the real tables and holds each against the state table.
func TestEveryWalkKeepsTheRules(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	rapid.Check(t, func(r *rapid.T) {
		m := e.open(t)
		id, next := m.ID, today(e.Sales)
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			action := rapid.SampledFrom([]intent.Action{intent.ActionSleep, intent.ActionWake, intent.ActionLose, intent.ActionWin}).Draw(r, "action")
			var err error
			switch action {
			case intent.ActionSleep:
				_, err = e.s.Sleep(ctx, e.Sales, id, m.Version)
			case intent.ActionWake:
				_, err = e.s.Wake(ctx, e.Sales, id, m.Version, intent.WakeInput{NextFollowUp: next})
			case intent.ActionLose:
				_, err = e.s.Lose(ctx, e.Sales, id, m.Version, intent.LoseInput{Reason: intent.ReasonOther})
			case intent.ActionWin:
				err = e.win(ctx, id)
			}
			move, refused := intent.Flow.Next(m.Status, action)
			was := m.Status
			m = e.read(t, id)
			switch {
			case action == intent.ActionWin && was == intent.StatusWon:
				if err != nil || m.Status != was {
					r.Fatalf("win again: %v, %s", err, m.Status)
				}
			case refused != nil:
				if !errors.Is(err, flow.ErrNotAllowed) || m.Status != was {
					r.Fatalf("%s in %s: %v, now %s", action, was, err, m.Status)
				}
			case err != nil || m.Status != move.To:
				r.Fatalf("%s in %s: %v, now %s", action, was, err, m.Status)
			}
			if m.NextFollowUp == "" || (m.Status == intent.StatusLost) != (m.LostReason != "") {
				r.Fatalf("%+v", m)
			}
		}
	})
}

func registry(t *testing.T) *record.Registry {
	t.Helper()
	kinds, err := record.NewRegistry(intent.Kind.Spec, tenants.UserKind.Spec, tenants.UnitKind.Spec, customerKind.Spec, modelKind.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}
