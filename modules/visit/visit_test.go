package visit_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/visit"
	"forecourt/tenants"
)

func (e *env) log(t *testing.T, a tenants.Actor, in visit.CreateInput) *visit.Visit {
	t.Helper()
	if in.Mode == "" {
		in.Mode = "walk_in"
	}
	if in.Name == "" {
		in.Name = "来客"
	}
	v, err := e.s.Create(t.Context(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func at(t *testing.T, err error, want *fault.Fault, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.Is(err, want) || !errors.As(err, &f) || f.Field != field {
		t.Errorf("got %v, want %s at %q", err, want.Code, field)
	}
}

func TestFirstAndAgain(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	const day = 24 * time.Hour
	now := e.Manager.Tenant.Now()
	log := func(a tenants.Actor, mobile string, ago time.Duration) *visit.Visit {
		return e.log(t, a, visit.CreateInput{Mobile: mobile, At: now.Add(-ago)})
	}
	first := log(e.Manager, "13800138000", 40*day)
	for _, c := range []struct {
		name, mobile string
		ago          time.Duration
		first        bool
	}{
		{"WithinThirtyDays", "13800138000", 11 * day, false},
		{"AnotherPerson", "13800138001", 5 * day, true},
		{"FiveDaysLater", "13800138001", 0, false},
		{"EarlierThanTheOnlyVisit", "13800138001", 20 * day, true},
		{"WithoutAMobile", "", 0, true},
		{"WithoutAMobileAgain", "", 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := log(e.Manager, c.mobile, c.ago); v.First != c.first {
				t.Errorf("first: %v", v.First)
			}
		})
	}
	t.Run("MatchesTheCustomerThatIsThere", func(t *testing.T) {
		v := log(e.Manager, "13800138000", 0)
		if v.CustomerID != first.CustomerID || v.CustomerID == uuid.Nil {
			t.Errorf("%s, %s", v.CustomerID, first.CustomerID)
		}
		if v := log(e.Manager, "", 0); v.CustomerID != uuid.Nil {
			t.Errorf("without a mobile: %s", v.CustomerID)
		}
	})
	t.Run("ThirtyDaysAfterItIsFirstAgain", func(t *testing.T) {
		if v := e.log(t, later(e.Manager, 31*day), visit.CreateInput{Mobile: "13800138000"}); !v.First {
			t.Error("not first")
		}
	})
	t.Run("AMobileGivenLaterFindsCustomerAndEarlierVisits", func(t *testing.T) {
		v := log(e.Manager, "", 0)
		mobile := "13800138000"
		v, err := e.s.Edit(t.Context(), e.Manager, v.ID, v.Version, visit.EditInput{Mobile: &mobile})
		if err != nil || v.First || v.CustomerID != first.CustomerID {
			t.Errorf("%+v, %v", v, err)
		}
		mask, name := "138****8000", "张先生"
		if v, err = e.s.Edit(t.Context(), e.Manager, v.ID, v.Version, visit.EditInput{Mobile: &mask, Name: &name}); err != nil || v.Mobile != mobile || v.Name != name {
			t.Errorf("%+v, %v", v, err)
		}
	})
	t.Run("TwoAtOnceAreOneCustomerAndOneFirst", func(t *testing.T) {
		var wg sync.WaitGroup
		got := make([]*visit.Visit, 6)
		for i := range got {
			wg.Go(func() {
				v, err := e.s.Create(t.Context(), e.Manager, visit.CreateInput{Mode: "call", Name: "同时", Mobile: "13700137000", At: now})
				if err != nil {
					t.Error(err)
					return
				}
				got[i] = v
			})
		}
		wg.Wait()
		customers, firsts := map[uuid.UUID]bool{}, 0
		for _, v := range got {
			if v == nil {
				continue
			}
			customers[v.CustomerID] = true
			if v.First {
				firsts++
			}
		}
		if len(customers) != 1 || firsts != 1 {
			t.Errorf("%d customers, %d first visits", len(customers), firsts)
		}
	})
	t.Run("NotInTheFutureAndNoWrongMobile", func(t *testing.T) {
		_, err := e.s.Create(t.Context(), e.Manager, visit.CreateInput{Mode: "call", Name: "x", At: now.Add(time.Hour)})
		at(t, err, visit.ErrFuture, "at")
		_, err = e.s.Create(t.Context(), e.Manager, visit.CreateInput{Mode: "call", Name: "x", At: now.AddDate(-50, 0, 0)})
		at(t, err, visit.ErrTooOld, "at")
		_, err = e.s.Create(t.Context(), e.Manager, visit.CreateInput{Mode: "call", Name: "x", Mobile: "123"})
		at(t, err, errMobile, "mobile")
	})
}

func TestAssign(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()

	t.Run("ByTurnAlsoAtOnce", func(t *testing.T) {
		const n = 10
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				if _, err := e.s.Create(ctx, e.Manager, visit.CreateInput{Mode: "walk_in", Name: "来客", Mobile: fmt.Sprintf("138001380%02d", i)}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if a, b := e.notices.count(e.Sales.User), e.notices.count(e.Sales2.User); a != n/2 || b != n/2 {
			t.Errorf("%d and %d", a, b)
		}
	})
	t.Run("ToWhoHasFewestOpen", func(t *testing.T) {
		v := e.log(t, e.Manager, visit.CreateInput{ConsultantID: e.Sales2.User.String()})
		if v.OwnerID != e.Sales2.User || v.Status != visit.StatusAssigned || v.Version != 2 {
			t.Errorf("%+v", v)
		}
		if v := e.log(t, e.Manager, visit.CreateInput{}); v.OwnerID != e.Sales.User {
			t.Error("not to the one with fewer")
		}
		w := e.log(t, e.Manager, visit.CreateInput{ConsultantID: e.Sales.User.String()})
		if _, err := e.s.Close(ctx, e.Sales2, v.ID, 2, visit.CloseInput{Result: visit.ResultNothing}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.s.Close(ctx, e.Sales, w.ID, 2, visit.CloseInput{Result: visit.ResultRepair, Note: "来保养"}); err != nil {
			t.Fatal(err)
		}
		if v := e.log(t, e.Manager, visit.CreateInput{}); v.OwnerID != e.Sales2.User {
			t.Error("not to the one with fewer after closing")
		}
	})
	t.Run("OnlyToConsultantsOfTheCompany", func(t *testing.T) {
		for _, c := range []struct {
			who  uuid.UUID
			want *fault.Fault
		}{{e.Manager.User, visit.ErrNotConsultant}, {e.stranger.User, record.ErrTarget}, {uuid.New(), record.ErrTarget}} {
			_, err := e.s.Create(ctx, e.Manager, visit.CreateInput{Mode: "call", Name: "x", ConsultantID: c.who.String()})
			at(t, err, c.want, "consultantId")
			v := e.log(t, e.Manager, visit.CreateInput{})
			_, err = e.s.Assign(ctx, e.Manager, v.ID, v.Version, visit.AssignInput{ConsultantID: c.who.String()})
			at(t, err, c.want, "consultantId")
		}
	})
	t.Run("AgainToAnotherNotToTheSame", func(t *testing.T) {
		v := e.log(t, e.Manager, visit.CreateInput{ConsultantID: e.Sales.User.String()})
		_, err := e.s.Assign(ctx, e.Manager, v.ID, v.Version, visit.AssignInput{ConsultantID: e.Sales.User.String()})
		at(t, err, visit.ErrSame, "consultantId")
		before := e.notices.count(e.Sales2.User)
		if v, err = e.s.Assign(ctx, e.Manager, v.ID, v.Version, visit.AssignInput{ConsultantID: e.Sales2.User.String()}); err != nil || v.OwnerID != e.Sales2.User {
			t.Errorf("%+v, %v", v, err)
		}
		if e.notices.count(e.Sales2.User) != before+1 {
			t.Error("nobody was told")
		}
	})
	t.Run("WithoutConsultantsItWaits", func(t *testing.T) {
		v := e.log(t, e.neighbor, visit.CreateInput{})
		if v.Status != visit.StatusLogged || v.Version != 1 || v.OwnerID != e.neighbor.User {
			t.Errorf("%+v", v)
		}
		if _, err := e.s.Close(ctx, e.neighbor, v.ID, 1, visit.CloseInput{Result: visit.ResultNothing}); !errors.Is(err, flow.ErrNotAllowed) {
			t.Errorf("closed: %v", err)
		}
	})
	t.Run("AboveAllCompaniesNobodyLogsVisits", func(t *testing.T) {
		_, err := e.s.Create(ctx, e.above, visit.CreateInput{Mode: "call", Name: "x"})
		at(t, err, visit.ErrNoCompany, "companyId")
	})
}

func TestClose(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	mine := func(mobile string) *visit.Visit {
		return e.log(t, e.Manager, visit.CreateInput{Mobile: mobile, ConsultantID: e.Sales.User.String()})
	}

	t.Run("MakesTheIntentInTheSameTransaction", func(t *testing.T) {
		v := mine("13800138000")
		_, err := e.s.MakeIntent(ctx, e.Sales, v.ID, 2, visit.IntentInput{Stage: "H", NextFollowUp: today(e.Sales).Add(-1)})
		at(t, err, errIntent, "nextFollowUp")
		if got := e.read(t, v.ID); got.Status != visit.StatusAssigned || got.IntentID != uuid.Nil {
			t.Errorf("half done: %+v", got)
		}
		v, err = e.s.MakeIntent(ctx, e.Sales, v.ID, 2, visit.IntentInput{Stage: "H", ModelID: e.model.String(), NextFollowUp: today(e.Sales).Add(1)})
		if err != nil || v.Status != visit.StatusClosed || v.Result != visit.ResultIntent || v.IntentID == uuid.Nil || v.ModelID != e.model {
			t.Errorf("%+v, %v", v, err)
		}
		if _, err := e.s.MakeIntent(ctx, e.Sales, v.ID, 3, visit.IntentInput{Stage: "H", NextFollowUp: today(e.Sales)}); !errors.Is(err, flow.ErrNotAllowed) {
			t.Errorf("twice: %v", err)
		}
	})
	t.Run("NobodyUnknownHasAnIntent", func(t *testing.T) {
		_, err := e.s.MakeIntent(ctx, e.Sales, mine("").ID, 2, visit.IntentInput{Stage: "H", NextFollowUp: today(e.Sales)})
		at(t, err, visit.ErrNoCustomer, "mobile")
	})
	t.Run("ModelsOutOfSightAreRefused", func(t *testing.T) {
		_, err := e.s.Create(ctx, e.Manager, visit.CreateInput{Mode: "call", Name: "x", ModelID: uuid.NewString()})
		at(t, err, record.ErrTarget, "modelId")
		_, err = e.s.Create(ctx, e.Manager, visit.CreateInput{Mode: "call", Name: "x", ModelID: e.hidden.String()})
		at(t, err, record.ErrTarget, "modelId")
		_, err = e.s.MakeIntent(ctx, e.Sales, mine("13800138000").ID, 2, visit.IntentInput{Stage: "H", ModelID: uuid.NewString(), NextFollowUp: today(e.Sales)})
		at(t, err, record.ErrTarget, "modelId")
	})
	t.Run("WhoSeesIsNotWhoMay", func(t *testing.T) {
		v := mine("13800138000")
		if _, err := e.s.Close(ctx, e.Sales2, v.ID, 2, visit.CloseInput{Result: visit.ResultNothing}); !errors.Is(err, record.ErrMissing) {
			t.Errorf("a colleague's: %v", err)
		}
		if _, err := e.s.Close(ctx, e.stranger, v.ID, 2, visit.CloseInput{Result: visit.ResultNothing}); !errors.Is(err, record.ErrMissing) {
			t.Errorf("another tenant's: %v", err)
		}
		if _, err := e.s.Close(ctx, e.above, v.ID, 2, visit.CloseInput{Result: visit.ResultNothing}); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("read only: %v", err)
		}
		if _, err := e.s.Assign(ctx, e.Adviser, v.ID, 2, visit.AssignInput{ConsultantID: e.Sales2.User.String()}); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("without the grant: %v", err)
		}
		if _, err := e.s.Close(ctx, e.Sales, v.ID, 1, visit.CloseInput{Result: visit.ResultNothing}); !errors.Is(err, record.ErrStale) {
			t.Errorf("stale: %v", err)
		}
	})
	t.Run("AClosedVisitStays", func(t *testing.T) {
		v, name := mine("13800138000"), "x"
		if _, err := e.s.Close(ctx, e.Sales, v.ID, 2, visit.CloseInput{Result: visit.ResultComplaint, Note: "等待太久"}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.s.Edit(ctx, e.Sales, v.ID, 3, visit.EditInput{Name: &name}); !errors.Is(err, visit.ErrClosed) {
			t.Error(err)
		}
	})
}

// TestEveryWalkKeepsTheRules takes random steps on the real tables and holds each against the state table.
func TestEveryWalkKeepsTheRules(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	sellers := []uuid.UUID{e.Sales.User, e.Sales2.User}
	rapid.Check(t, func(r *rapid.T) {
		e.people.onLeave = true // so that it begins at the beginning
		v := e.log(t, e.Manager, visit.CreateInput{Mobile: "13800138000"})
		e.people.onLeave = false
		for i := range rapid.IntRange(1, 6).Draw(r, "steps") {
			action := rapid.SampledFrom([]visit.Action{visit.ActionAssign, visit.ActionClose, visit.ActionMakeIntent}).Draw(r, "action")
			was := v.Status
			move, refused := visit.Flow.Next(was, action)
			var err error
			switch action {
			case visit.ActionAssign:
				to := sellers[i%2]
				if to == v.OwnerID {
					to = sellers[(i+1)%2]
				}
				_, err = e.s.Assign(ctx, e.Manager, v.ID, v.Version, visit.AssignInput{ConsultantID: to.String()})
			case visit.ActionClose:
				_, err = e.s.Close(ctx, e.as(v.OwnerID), v.ID, v.Version, visit.CloseInput{Result: visit.ResultNothing})
			case visit.ActionMakeIntent:
				_, err = e.s.MakeIntent(ctx, e.as(v.OwnerID), v.ID, v.Version, visit.IntentInput{Stage: "C", NextFollowUp: today(e.Manager)})
			}
			v = e.read(t, v.ID)
			switch {
			case refused != nil:
				if !errors.Is(err, flow.ErrNotAllowed) || v.Status != was {
					r.Fatalf("%s in %s: %v, now %s", action, was, err, v.Status)
				}
			case err != nil || v.Status != move.To:
				r.Fatalf("%s in %s: %v, now %s", action, was, err, v.Status)
			}
			if (v.Status == visit.StatusClosed) != (v.Result != "") || (v.IntentID != uuid.Nil) != (v.Result == visit.ResultIntent) {
				r.Fatalf("%+v", v)
			}
		}
	})
}
