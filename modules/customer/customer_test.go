package customer_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/customer"
	"forecourt/tenants"
)

func TestCustomer(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	first, err := e.s.Create(ctx, e.Sales, customer.CreateInput{Name: "张三", Mobile: "+86 138-0013-8000", IDNumber: "11010519491231002x", Level: "A", Source: "walk_in"})
	if err != nil {
		t.Fatal(err)
	}
	at := func(t *testing.T, err error, want *fault.Fault, field string) {
		t.Helper()
		var f *fault.Fault
		if !errors.Is(err, want) || !errors.As(err, &f) || f.Field != field {
			t.Errorf("got %v, want %s at %s", err, want.Code, field)
		}
	}
	ensure := func(a tenants.Actor, mobile string) (c *customer.Customer, made bool, err error) {
		err = e.DB.Do(ctx, a, func(tx tenants.Tx) error {
			c, made, err = e.s.Ensure(ctx, tx, customer.EnsureInput{Name: "来客", Mobile: mobile, Source: "call", Owner: a.User, Company: a.Posting.Company})
			return err
		})
		return c, made, err
	}

	t.Run("KeepsNormalFormAndWhatTheIDTells", func(t *testing.T) {
		if first.Mobile != "13800138000" || first.IDNumber != "11010519491231002X" || first.Birthday != "1949-12-31" || first.Gender != "female" || !strings.HasPrefix(first.Number, "KH-HT1-") || first.Stage != customer.StagePotential {
			t.Errorf("%+v", first)
		}
	})
	t.Run("SameMobileIsRefusedWithNumberAndNameOnly", func(t *testing.T) {
		_, err := e.s.Create(ctx, e.neighbor, customer.CreateInput{Name: "张先生", Mobile: "１３８００１３８０００"})
		at(t, err, customer.ErrExists, "mobile")
		var f *fault.Fault
		if errors.As(err, &f) && (f.Message("zh") != "客户已存在："+first.Number+"（张三）" || strings.Contains(f.Message("zh"), "138001")) {
			t.Error(f.Message("zh"))
		}
	})
	t.Run("SameIDNumberIsRefused", func(t *testing.T) {
		_, err := e.s.Create(ctx, e.Sales, customer.CreateInput{Name: "张三", Mobile: "13800138001", IDNumber: "11010519491231002X"})
		at(t, err, customer.ErrExists, "idNumber")
	})
	t.Run("AllMistakesAtOnce", func(t *testing.T) {
		_, err := e.s.Create(ctx, e.Sales, customer.CreateInput{Name: "李四", Mobile: "123", IDNumber: "1", Email: "nobody", Birthday: "2199-01-01"})
		var f *fault.Fault
		if !errors.As(err, &f) || len(f.More) != 3 {
			t.Errorf("got %v with %v", err, f)
		}
	})
	t.Run("IndividualNeedsAMobileEnterpriseDoesNot", func(t *testing.T) {
		_, err := e.s.Create(ctx, e.Sales, customer.CreateInput{Name: "无号"})
		at(t, err, customer.ErrMobileNeeded, "mobile")
		c, err := e.s.Create(ctx, e.Sales, customer.CreateInput{Type: customer.TypeEnterprise, Name: "福建公司", RegistrationNumber: "91350100m000100y43"})
		if err != nil || c.RegistrationNumber != "91350100M000100Y43" {
			t.Errorf("%+v, %v", c, err)
		}
	})
	t.Run("ABlankNameIsNone", func(t *testing.T) {
		_, err := e.s.Create(ctx, e.Sales, customer.CreateInput{Name: "  ", Mobile: "13800138002"})
		at(t, err, record.ErrNeeded, "name")
	})
	t.Run("AboveAllCompaniesNobodyEntersCustomers", func(t *testing.T) {
		_, err := e.s.Create(ctx, e.above, customer.CreateInput{Name: "王五", Mobile: "13800138003"})
		at(t, err, customer.ErrNoCompany, "companyId")
	})
	t.Run("SameMobileTwiceAtOnceGivesOneCustomer", func(t *testing.T) {
		const n = 8
		var wg sync.WaitGroup
		ids, errs := make([]uuid.UUID, 2*n), make([]error, 2*n)
		for i := range n {
			wg.Add(2)
			go func() {
				defer wg.Done()
				a := []tenants.Actor{e.Sales, e.neighbor}[i%2]
				c, _, err := ensure(a, "139 0013 9000")
				if errs[i] = err; err == nil {
					ids[i] = c.ID
				}
			}()
			go func() {
				defer wg.Done()
				c, err := e.s.Create(ctx, e.Manager, customer.CreateInput{Name: "同时", Mobile: "13900139000"})
				if errs[n+i] = err; err == nil {
					ids[n+i] = c.ID
				}
			}()
		}
		wg.Wait()
		made := map[uuid.UUID]bool{}
		for i, err := range errs {
			if err == nil {
				made[ids[i]] = true
			} else if i < n || !errors.Is(err, customer.ErrExists) {
				t.Errorf("%d: %v", i, err)
			}
		}
		if len(made) != 1 {
			t.Errorf("%d customers", len(made))
		}
	})
	t.Run("EnsureFindsAndRelatesTheOtherCompany", func(t *testing.T) {
		if err := e.sees(ctx, e.neighbor, first.ID); !errors.Is(err, record.ErrTarget) {
			t.Errorf("before: %v", err)
		}
		c, made, err := ensure(e.neighbor, "13800138000")
		if err != nil || made || c.ID != first.ID {
			t.Fatalf("%+v, %v, %v", c, made, err)
		}
		if err := e.sees(ctx, e.neighbor, first.ID); err != nil {
			t.Errorf("after: %v", err)
		}
		if c, made, err := ensure(e.neighbor, "13700137000"); err != nil || !made || c.CompanyID != e.neighbor.Posting.Company || c.Number == "" {
			t.Errorf("new: %+v, %v, %v", c, made, err)
		}
		if _, _, err := ensure(e.neighbor, "12"); !errors.Is(err, customer.ErrMobile) {
			t.Errorf("wrong mobile: %v", err)
		}
	})
	t.Run("OtherTenantIsAnotherWorld", func(t *testing.T) {
		c, made, err := ensure(e.stranger, "13800138000")
		if err != nil || !made || c.ID == first.ID {
			t.Errorf("%+v, %v, %v", c, made, err)
		}
		if err := e.sees(ctx, e.stranger, first.ID); !errors.Is(err, record.ErrTarget) {
			t.Errorf("info: %v", err)
		}
		name := "别人"
		if _, err := e.s.Edit(ctx, e.stranger, first.ID, 1, customer.EditInput{Name: &name}); !errors.Is(err, record.ErrMissing) {
			t.Errorf("edit: %v", err)
		}
	})
	t.Run("MatchTellsWithWhomAndNoMore", func(t *testing.T) {
		got, err := e.s.FindMatches(ctx, e.Sales, "138 0013 8000")
		if err != nil || len(got) != 1 || got[0] != (customer.Matched{ID: first.ID, Number: first.Number, Name: "张三", Owner: "王敏", Visible: true}) {
			t.Errorf("%+v, %v", got, err)
		}
		got, err = e.s.FindMatches(ctx, e.Sales, "13700137000") // the neighbour's
		if err != nil || len(got) != 1 || got[0].Visible || got[0].Owner != "赵云" {
			t.Errorf("%+v, %v", got, err)
		}
		if b, _ := json.Marshal(got); strings.Contains(string(b), "137001") {
			t.Errorf("%s", b)
		}
		if got, err := e.s.FindMatches(ctx, e.Sales, "13111111111"); err != nil || got == nil || len(got) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = e.s.FindMatches(ctx, e.Sales, "131")
		at(t, err, customer.ErrMobile, "mobile")
	})
	t.Run("EditChecksScopeVersionAndDoubles", func(t *testing.T) {
		note, mobile, taken := "喜欢白色", "138****8000", "13900139000"
		c, err := e.s.Edit(ctx, e.Sales, first.ID, 1, customer.EditInput{Note: &note, Mobile: &mobile})
		if err != nil || c.Version != 2 || c.Mobile != "13800138000" {
			t.Fatalf("%+v, %v", c, err)
		}
		if _, err := e.s.Edit(ctx, e.Sales, first.ID, 1, customer.EditInput{Note: &note}); !errors.Is(err, record.ErrStale) {
			t.Errorf("stale: %v", err)
		}
		_, err = e.s.Edit(ctx, e.Manager, first.ID, 2, customer.EditInput{Mobile: &taken})
		at(t, err, customer.ErrExists, "mobile")
		empty := ""
		_, err = e.s.Edit(ctx, e.Manager, first.ID, 2, customer.EditInput{Mobile: &empty})
		at(t, err, customer.ErrMobileNeeded, "mobile")
		others, _, err := ensure(e.Manager, "13600136000")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.s.Edit(ctx, e.Sales, others.ID, 1, customer.EditInput{Note: &note}); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("seen but not allowed: %v", err)
		}
		unseen, _, err := ensure(e.neighbor, "13700137000")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.s.Edit(ctx, e.Sales, unseen.ID, 1, customer.EditInput{Note: &note}); !errors.Is(err, record.ErrMissing) {
			t.Errorf("unseen: %v", err)
		}
	})
	t.Run("FormalOnceAndNeverBack", func(t *testing.T) {
		formal := func() error {
			return e.DB.Do(ctx, e.Sales, func(tx tenants.Tx) error { return e.s.MakeFormal(ctx, tx, first.ID) })
		}
		if err := errors.Join(formal(), formal()); err != nil {
			t.Fatal(err)
		}
		vip := customer.StageVIP
		if c, err := e.s.Edit(ctx, e.Sales, first.ID, 3, customer.EditInput{Stage: &vip}); err != nil || c.Version != 4 {
			t.Fatalf("%+v, %v", c, err)
		}
		if err := formal(); err != nil {
			t.Fatal(err)
		}
		if err := e.do(t, e.Sales, func(ctx context.Context, tx tenants.Tx) error {
			c, err := customer.Kind.Peek(ctx, tx.Tx, access.Scope{All: true}, first.ID)
			if err == nil && (c.Stage != vip || c.Version != 4) {
				t.Errorf("%+v", c)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("TouchMovesTheContactOfOneCompany", func(t *testing.T) {
		tomorrow := later(e.Sales, 24*time.Hour)
		if err := e.do(t, tomorrow, func(ctx context.Context, tx tenants.Tx) error { return e.s.Touch(ctx, tx, first.ID) }); err != nil {
			t.Fatal(err)
		}
		var moved int
		if err := e.do(t, e.Sales, func(ctx context.Context, tx tenants.Tx) error {
			return tx.NewRaw("SELECT count(*) FROM customer_relations WHERE customer_id = ? AND last_contact > first_contact + interval '23 hours'", first.ID).Scan(ctx, &moved)
		}); err != nil || moved != 1 {
			t.Errorf("%d rows, %v", moved, err)
		}
	})
	t.Run("ListFindsTheWholeMobileWithinScope", func(t *testing.T) {
		kinds := registry(t)
		find := func(a tenants.Actor, q string) []json.RawMessage {
			page, err := customer.Kind.Spec.List(ctx, e.DB.Pool(), kinds, a.View("zh"), record.ListInput{Q: q, Limit: 10, Fields: []string{"name", "mobile"}})
			if err != nil {
				t.Fatal(err)
			}
			return page.Items
		}
		got := find(e.Adviser, "13800138000")
		if len(got) != 1 || !strings.Contains(string(got[0]), `"mobile":"138****8000"`) {
			t.Errorf("%s", got)
		}
		if got := find(e.Sales, "13700137000"); len(got) != 0 {
			t.Errorf("out of scope: %s", got)
		}
		if got := find(e.Sales, "1380013"); len(got) != 0 {
			t.Errorf("a part of a protected field: %s", got)
		}
		body, _, err := customer.Kind.Open(ctx, e.DB.Pool(), kinds, e.neighbor.View("zh"), first.ID)
		if err != nil || strings.Count(string(body), `"firstContact"`) != 2 || strings.Contains(string(body), "13800138000") {
			t.Errorf("%s, %v", body, err)
		}
	})
}

func (e *env) sees(ctx context.Context, a tenants.Actor, id uuid.UUID) error {
	return e.DB.Read(ctx, a, func(tx tenants.Tx) error {
		_, err := e.s.Info(ctx, tx, id)
		return err
	})
}
