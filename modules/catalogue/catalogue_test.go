package catalogue_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/catalogue"
	"forecourt/tenants"
)

func registry(t *testing.T) *record.Registry {
	t.Helper()
	kinds, err := record.NewRegistry(catalogue.ModelKind.Spec, catalogue.AccessoryKind.Spec, catalogue.PriceKind.Spec, tenants.UserKind.Spec, tenants.UnitKind.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

type listed struct {
	ID       uuid.UUID `json:"id"`
	FullName string    `json:"fullName"`
}

func models(t *testing.T, e *env, a tenants.Actor, in record.ListInput) []listed {
	t.Helper()
	if in.Limit == 0 {
		in.Limit = 50
	}
	in.Fields = []string{"fullName", "brand"}
	page, err := catalogue.ModelKind.Spec.List(t.Context(), e.DB.Pool(), registry(t), a.View("zh"), in)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]listed, len(page.Items))
	for i, item := range page.Items {
		if err := json.Unmarshal(item, &out[i]); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	load(t, e, fixture)
	if got := models(t, e, e.Sales, record.ListInput{}); len(got) != 0 {
		t.Errorf("without a subscription: %+v", got)
	}
	if err := e.s.Subscribe(ctx, e.Admin, []string{"丰田", "DS", "DS"}); err != nil {
		t.Fatal(err)
	}
	t.Run("OnlySubscribedBrandsAreSeenSortedAndFound", func(t *testing.T) {
		got := models(t, e, e.Sales, record.ListInput{Sort: "-name"})
		if len(got) != 4 {
			t.Fatalf("%+v", got)
		}
		for q, n := range map[string]int{"凯美瑞": 2, "kmr": 2, "丰田凯美瑞 2019款2.5": 1, "广汽": 2, "ftkmr": 2, "途观": 0, "豪华版(国VI)": 1, "ds4s": 1} {
			if got := models(t, e, e.Sales, record.ListInput{Q: q}); len(got) != n {
				t.Errorf("%s: %+v", q, got)
			}
		}
		if got := models(t, e, e.stranger, record.ListInput{Q: "凯美瑞"}); len(got) != 0 {
			t.Errorf("the other tenant: %+v", got)
		}
		page, err := catalogue.ModelKind.Spec.List(ctx, e.DB.Pool(), registry(t), e.Sales.View("zh"), record.ListInput{Sort: "name", Limit: 3})
		if err != nil || page.Next == "" {
			t.Fatalf("%+v, %v", page, err)
		}
		page, err = catalogue.ModelKind.Spec.List(ctx, e.DB.Pool(), registry(t), e.Sales.View("zh"), record.ListInput{Sort: "name", Limit: 3, Cursor: page.Next})
		if err != nil || len(page.Items) != 1 || page.Next != "" {
			t.Errorf("%+v, %v", page, err)
		}
	})
	t.Run("ModelOnlyWhenSubscribed", func(t *testing.T) {
		id := models(t, e, e.Sales, record.ListInput{Q: "凯美瑞"})[0].ID
		model := func(a tenants.Actor) (m catalogue.ModelInfo, err error) {
			err = e.DB.Read(ctx, a, func(tx tenants.Tx) error { m, err = e.s.Model(ctx, tx, id); return err })
			return m, err
		}
		if m, err := model(e.Sales); err != nil || m.Brand != "丰田" || m.Series != "凯美瑞" || !strings.HasPrefix(m.Name, "凯美瑞 2019款") || m.GuidePrice != 0 {
			t.Errorf("%+v, %v", m, err)
		}
		if _, err := model(e.stranger); !errors.Is(err, record.ErrTarget) {
			t.Errorf("stranger: %v", err)
		}
	})
	t.Run("BrandsAreCounted", func(t *testing.T) {
		got, err := e.s.Brands(ctx, e.Admin)
		if err != nil || len(got) != 3 || !slices.Contains(got, catalogue.Brand{Brand: "丰田", Count: 3, Subscribed: true}) || !slices.Contains(got, catalogue.Brand{Brand: "大众", Count: 1}) {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := e.s.Brands(ctx, e.stranger); err != nil || slices.ContainsFunc(got, func(b catalogue.Brand) bool { return b.Subscribed }) {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := e.s.Brands(ctx, e.Sales); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("%v", err)
		}
	})
	t.Run("UnknownBrandIsNamed", func(t *testing.T) {
		at(t, e.s.Subscribe(ctx, e.Admin, []string{"丰田", "没有"}), catalogue.ErrBrand, "brands[1]")
		if err := e.s.Subscribe(ctx, e.Sales, nil); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("%v", err)
		}
	})
	t.Run("ChangesAreWrittenDownOnce", func(t *testing.T) {
		for _, brands := range [][]string{{"大众"}, {"大众"}, {}} {
			if err := e.s.Subscribe(ctx, e.Admin, brands); err != nil {
				t.Fatal(err)
			}
		}
		var was, now []string
		err := e.DB.Read(ctx, e.Admin, func(tx tenants.Tx) error {
			if err := tx.NewRaw("SELECT was->>'brands' FROM history WHERE kind = 'catalogue' ORDER BY id").Scan(ctx, &was); err != nil {
				return err
			}
			return tx.NewRaw("SELECT now->>'brands' FROM history WHERE kind = 'catalogue' ORDER BY id").Scan(ctx, &now)
		})
		if err != nil || len(was) != 3 || was[1] != `["DS", "丰田"]` || now[1] != `["大众"]` {
			t.Errorf("%q %q %v", was, now, err)
		}
		if got := models(t, e, e.Sales, record.ListInput{}); len(got) != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestAccessories(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	m, err := e.s.CreateAccessory(ctx, e.Admin, catalogue.AccessoryInput{Code: " DD01 ", Name: "全车脚垫", Unit: "套", Price: money.Yuan(880)})
	if err != nil || m.Code != "DD01" || m.Status != catalogue.StatusActive || m.CompanyID != uuid.Nil || m.Number == "" {
		t.Fatalf("%+v, %v", m, err)
	}
	_, err = e.s.CreateAccessory(ctx, e.Admin, catalogue.AccessoryInput{Code: "DD01", Name: "另一个", Unit: "套"})
	at(t, err, catalogue.ErrCode, "code")
	_, err = e.s.CreateAccessory(ctx, e.Admin, catalogue.AccessoryInput{Code: "DD02", Name: "负", Unit: "套", Price: -1})
	at(t, err, catalogue.ErrSum, "price")
	_, err = e.s.CreateAccessory(ctx, e.Admin, catalogue.AccessoryInput{Code: "DD02", Name: "  ", Unit: "套"})
	at(t, err, record.ErrNeeded, "name")
	if _, err := e.s.CreateAccessory(ctx, e.Sales, catalogue.AccessoryInput{Code: "DD03", Name: "脚垫", Unit: "套"}); !errors.Is(err, rest.ErrDenied) {
		t.Errorf("%v", err)
	}
	info := func(a tenants.Actor) (i catalogue.AccessoryInfo, err error) {
		err = e.DB.Read(ctx, a, func(tx tenants.Tx) error { i, err = e.s.Accessory(ctx, tx, m.ID); return err })
		return i, err
	}
	if i, err := info(e.neighbor); err != nil || i != (catalogue.AccessoryInfo{ID: m.ID, Name: "全车脚垫", Price: money.Yuan(880)}) {
		t.Errorf("%+v, %v", i, err)
	}
	if _, err := info(e.stranger); !errors.Is(err, record.ErrTarget) {
		t.Errorf("%v", err)
	}
	retired, price := catalogue.StatusRetired, money.Yuan(900)
	if _, err := e.s.EditAccessory(ctx, e.stranger, m.ID, 1, catalogue.AccessoryEdit{Price: &price}); !errors.Is(err, record.ErrMissing) {
		t.Errorf("%v", err)
	}
	edited, err := e.s.EditAccessory(ctx, e.Admin, m.ID, 1, catalogue.AccessoryEdit{Price: &price, Status: &retired})
	if err != nil || edited.Version != 2 || edited.Name != "全车脚垫" || edited.Price != price {
		t.Fatalf("%+v, %v", edited, err)
	}
	if _, err := e.s.EditAccessory(ctx, e.Admin, m.ID, 1, catalogue.AccessoryEdit{Price: &price}); !errors.Is(err, record.ErrStale) {
		t.Errorf("%v", err)
	}
	if _, err := info(e.Sales); !errors.Is(err, catalogue.ErrRetired) {
		t.Errorf("%v", err)
	}
	page, err := catalogue.AccessoryKind.Spec.List(ctx, e.DB.Pool(), registry(t), e.Sales.View("zh"), record.ListInput{Q: "脚垫", Limit: 10})
	if err != nil || len(page.Items) != 1 {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestPrices(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	e.Admin.Tenant.Offset = time.Until(time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC))
	for _, a := range []*tenants.Actor{&e.CompanyAdmin, &e.Sales, &e.neighbor} {
		a.Tenant.Offset = e.Admin.Tenant.Offset
	}
	load(t, e, fixture)
	if err := e.s.Subscribe(ctx, e.Admin, []string{"丰田"}); err != nil {
		t.Fatal(err)
	}
	model := models(t, e, e.Sales, record.ListInput{Q: "旗舰"})[0].ID
	first, second := e.Sales.Posting.Company, e.neighbor.Posting.Company
	add := func(a tenants.Actor, in catalogue.PriceInput) error {
		if in.ModelID == "" {
			in.ModelID = model.String()
		}
		if in.PriceType == "" {
			in.PriceType = catalogue.Retail
		}
		if in.ValidFrom == "" {
			in.ValidFrom = "2026-11-01"
		}
		_, err := e.s.CreatePrice(ctx, a, in)
		return err
	}
	price := func(company uuid.UUID, priceType string) (amount money.Amount, ok bool) {
		t.Helper()
		if err := e.DB.Read(ctx, e.Sales, func(tx tenants.Tx) (err error) {
			amount, ok, err = e.s.Price(ctx, tx, model, company, priceType)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return amount, ok
	}
	if _, ok := price(first, "retail"); ok {
		t.Error("a price from nowhere")
	}
	yesterday := catalogue.PriceInput{Amount: money.Yuan(1), ValidFrom: "2026-11-20"}
	ended := yesterday.ValidFrom.Add(3)
	yesterday.ValidTo = &ended
	for _, in := range []catalogue.PriceInput{
		{Amount: money.Yuan(200_000)}, {Amount: money.Yuan(199_000), ValidFrom: "2026-11-10"}, {Amount: money.Yuan(150_000), ValidFrom: "2026-11-25"}, yesterday,
		{Amount: money.Yuan(180_000), PriceType: catalogue.Floor}, {Amount: money.Yuan(198_000), ValidFrom: "2026-01-01", CompanyID: first.String()},
	} {
		if err := add(e.Admin, in); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		company uuid.UUID
		of      string
		want    money.Amount
	}{
		{first, "retail", money.Yuan(198_000)}, {second, "retail", money.Yuan(199_000)}, {first, "floor", money.Yuan(180_000)}, {uuid.Nil, "retail", money.Yuan(199_000)},
	} {
		if got, ok := price(c.company, c.of); !ok || got != c.want {
			t.Errorf("%s %s: %s, want %s", c.company, c.of, got, c.want)
		}
	}
	at(t, add(e.Admin, catalogue.PriceInput{}), catalogue.ErrAmount, "amount")
	at(t, add(e.Admin, catalogue.PriceInput{Amount: 1, ValidFrom: "2026-11-24", ValidTo: &ended}), catalogue.ErrValidity, "validTo")
	at(t, add(e.Admin, catalogue.PriceInput{Amount: 1, ModelID: uuid.NewString()}), record.ErrTarget, "modelId")
	at(t, add(e.Admin, catalogue.PriceInput{Amount: 1, CompanyID: uuid.NewString()}), record.ErrTarget, "companyId")
	at(t, add(e.stranger, catalogue.PriceInput{Amount: 1}), record.ErrTarget, "modelId")
	if err := add(e.CompanyAdmin, catalogue.PriceInput{Amount: 1}); !errors.Is(err, rest.ErrDenied) {
		t.Errorf("a company's manager sets the group's price: %v", err)
	}
	m, err := e.s.CreatePrice(ctx, e.CompanyAdmin, catalogue.PriceInput{ModelID: model.String(), PriceType: catalogue.Retail, CompanyID: first.String(), Amount: money.Yuan(190_000), ValidFrom: "2026-11-24"})
	if err != nil || !strings.HasPrefix(m.Number, "JG-HT1-") {
		t.Fatalf("%+v, %v", m, err)
	}
	if got, _ := price(first, "retail"); got != money.Yuan(190_000) {
		t.Errorf("%s", got)
	}
	nowhere := ""
	if _, err := e.s.EditPrice(ctx, e.CompanyAdmin, m.ID, 1, catalogue.PriceEdit{CompanyID: &nowhere}); !errors.Is(err, rest.ErrDenied) {
		t.Errorf("made the group's: %v", err)
	}
	lower := money.Yuan(189_000)
	if got, err := e.s.EditPrice(ctx, e.CompanyAdmin, m.ID, 1, catalogue.PriceEdit{Amount: &lower}); err != nil || got.Version != 2 || got.CompanyID != first {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := e.s.EditPrice(context.WithoutCancel(ctx), e.CompanyAdmin, m.ID, 1, catalogue.PriceEdit{Amount: &lower}); !errors.Is(err, record.ErrStale) {
		t.Errorf("%v", err)
	}
}
