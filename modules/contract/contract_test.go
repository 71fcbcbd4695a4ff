package contract_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/flow"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/contract"
	"forecourt/tenants"
)

func TestThePriceOfAContract(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	line := func(sort contract.Sort, item, name string, quantity int, price *money.Amount) contract.LineInput {
		return contract.LineInput{Kind: sort, ItemID: item, Name: name, Quantity: quantity, Price: price}
	}
	in := e.sale(yuan(196_000))
	in.Lines = append(in.Lines, line(contract.SortAccessory, e.accessory.String(), "", 2, nil), line(contract.SortInsurance, "", "交强险", 1, yuan(950)), line(contract.SortService, "", "上牌", 1, yuan(500)))
	m, lines := e.read(t, ctx, e.draft(t, in).ID)
	if m.Total != money.Yuan(196_000+6_000+1_450) || m.Discount != money.Yuan(4_000) || m.DiscountBasisPoints != 194 || m.Margin != m.Total-cost || m.ModelName != "凯美瑞 2.0G" {
		t.Errorf("%+v", m)
	}
	if len(lines) != 4 || lines[0].ListPrice != marked || lines[0].ItemID != e.model.String() || lines[1].Name != "全车贴膜" || lines[1].Amount != money.Yuan(6_000) {
		t.Errorf("%+v", lines)
	}

	t.Run("ARiseHidesNoReduction", func(t *testing.T) {
		in := e.sale(yuan(190_000))
		in.Lines = append(in.Lines, line(contract.SortAccessory, e.accessory.String(), "", 1, yuan(13_000)), line(contract.SortService, "", "服务费", 1, yuan(500_000)))
		if m := e.draft(t, in); m.Discount != money.Yuan(10_000) || m.DiscountBasisPoints != 493 {
			t.Errorf("%s, %d", m.Discount, m.DiscountBasisPoints)
		}
	})
	t.Run("AModelWithoutAVehicleTakesThePriceList", func(t *testing.T) {
		in := e.sale(nil)
		in.VehicleID, in.Lines[0].ItemID = "", e.model.String()
		if m := e.draft(t, in); m.Total != marked || m.Margin != 0 || m.VehicleID != uuid.Nil {
			t.Errorf("%+v", m)
		}
	})
	t.Run("MistakesAreNamed", func(t *testing.T) {
		car := e.sale(nil).Lines[0]
		for name, c := range map[string]struct {
			lines []contract.LineInput
			want  error
			field string
		}{
			"two cars":            {[]contract.LineInput{car, car}, contract.ErrOneVehicle, "lines[1].quantity"},
			"a car twice":         {[]contract.LineInput{line(contract.SortVehicle, "", "", 2, nil)}, contract.ErrOneVehicle, "lines[0].quantity"},
			"a chosen car unsold": {[]contract.LineInput{line(contract.SortService, "", "上牌", 1, yuan(1))}, contract.ErrNoCar, "lines"},
			"another model":       {[]contract.LineInput{line(contract.SortVehicle, uuid.NewString(), "", 1, nil)}, contract.ErrModel, "lines[0].itemId"},
			"negative":            {[]contract.LineInput{line(contract.SortVehicle, "", "", 1, yuan(-1))}, contract.ErrNegative, "lines[0].price"},
			"too much":            {[]contract.LineInput{car, line(contract.SortService, "", "x", 1000, yuan(999_999_999))}, contract.ErrTooMuch, "lines[1].price"},
			"foreign accessory":   {[]contract.LineInput{car, line(contract.SortAccessory, uuid.NewString(), "", 1, nil)}, record.ErrTarget, "lines[1].itemId"},
			"no accessory":        {[]contract.LineInput{car, line(contract.SortAccessory, "", "膜", 1, nil)}, contract.ErrLineItem, "lines[1].itemId"},
			"nameless service":    {[]contract.LineInput{car, line(contract.SortService, "", "", 1, yuan(1))}, contract.ErrLineName, "lines[1].name"},
			"priceless insurance": {[]contract.LineInput{car, line(contract.SortInsurance, "", "险", 1, nil)}, contract.ErrLinePrice, "lines[1].price"},
			"nothing":             {nil, contract.ErrNoLines, "lines"},
		} {
			in := e.sale(nil)
			if in.Lines = c.lines; c.lines == nil {
				in.VehicleID = ""
			}
			_, err := e.s.Create(ctx, e.sales, in)
			t.Run(name, func(t *testing.T) { at(t, err, c.want, c.field) })
		}
		in := e.sale(nil)
		in.VehicleID, in.Lines[0].ItemID = "", e.shelf.unpriced.String()
		_, err := e.s.Create(ctx, e.sales, in)
		at(t, err, contract.ErrNoPrice, "lines[0].itemId")
		in = e.sale(nil)
		in.Deposit = marked + 1
		_, err = e.s.Create(ctx, e.sales, in)
		at(t, err, contract.ErrDeposit, "deposit")
	})
}

func TestHowAnApprovalEnds(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	submitted := func(t *testing.T, in contract.CreateInput) *contract.Contract {
		t.Helper()
		m, err := e.s.Submit(ctx, e.sales, e.draft(t, in).ID, 1)
		if err != nil || m.Status != contract.StatusInReview || m.SubmittedBy != e.sales.User {
			t.Fatalf("%+v, %v", m, err)
		}
		return m
	}
	t.Run("Agreed", func(t *testing.T) {
		in := e.sale(nil)
		in.IntentID = e.ours.intent.String()
		m := submitted(t, in)
		if err := e.decide(ctx, m.ID, record.OutcomeAgreed, ""); err != nil {
			t.Fatal(err)
		}
		if m, _ = e.read(t, ctx, m.ID); m.Status != contract.StatusEffective {
			t.Errorf("%+v", m)
		}
		var intent, stage string
		err := e.db.Read(ctx, e.sales, func(tx tenants.Tx) error {
			return tx.QueryRowContext(ctx, "SELECT i.status, c.stage FROM intents i JOIN customers c ON c.id = i.customer_id WHERE i.id = ?", e.ours.intent).Scan(&intent, &stage)
		})
		if err != nil || intent != "won" || stage != "formal" {
			t.Errorf("%s, %s, %v", intent, stage, err)
		}
	})
	t.Run("BackWithTheReasonAndSubmittedAgain", func(t *testing.T) {
		for _, o := range []record.Outcome{record.OutcomeRefused, record.OutcomeReturned, record.OutcomeWithdrawn} {
			m := submitted(t, e.sale(nil))
			if err := e.decide(ctx, m.ID, o, "折扣太大"); err != nil {
				t.Fatal(err)
			}
			if m, _ = e.read(t, ctx, m.ID); m.Status != contract.StatusDraft || m.Reason != "折扣太大" {
				t.Errorf("%s: %+v", o, m)
			}
			if m, err := e.s.Submit(ctx, e.sales, m.ID, m.Version); err != nil || m.Status != contract.StatusInReview || m.Reason != "" {
				t.Errorf("%s: %+v, %v", o, m, err)
			}
		}
	})
	t.Run("NobodyHasToAgree", func(t *testing.T) {
		e.shelf.unasked = true
		defer func() { e.shelf.unasked = false }()
		if m, err := e.s.Submit(ctx, e.sales, e.draft(t, e.sale(nil)).ID, 1); err != nil || m.Status != contract.StatusEffective {
			t.Errorf("%+v, %v", m, err)
		}
	})
	t.Run("ACancelledOneNeedsNoAnswer", func(t *testing.T) {
		m := submitted(t, e.sale(nil))
		if _, err := e.s.Cancel(ctx, e.sales, m.ID, m.Version, because("不要了")); err != nil {
			t.Fatal(err)
		}
		if len(e.shelf.dropped) != 1 || e.shelf.dropped[0] != m.ID {
			t.Errorf("dropped %v", e.shelf.dropped)
		}
		if err := e.decide(ctx, m.ID, record.OutcomeAgreed, ""); err != nil {
			t.Error(err)
		}
		if m, _ = e.read(t, ctx, m.ID); m.Status != contract.StatusCancelled {
			t.Errorf("%+v", m)
		}
	})
}

func TestWhatAnApprovalKnowsAndChanges(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	m, err := e.s.Submit(ctx, e.sales, e.draft(t, e.sale(nil)).ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	limit := func() any {
		var facts map[string]any
		err := e.db.Read(ctx, e.manager, func(tx tenants.Tx) (err error) { facts, err = e.s.Facts(ctx, tx, m.ID); return err })
		if err != nil {
			t.Fatal(err)
		}
		return facts["managerDiscount"]
	}
	if got := limit(); got != 300 {
		t.Errorf("the shipped limit is %v", got)
	}
	e.exec(`INSERT INTO parameters (tenant_id, key, unit_id, level, value, version) VALUES ($1, 'contract.manager_discount', $2, 'company', '500', 2)`, e.ours.tenant.ID, e.ours.company)
	if got := limit(); got != 500 {
		t.Errorf("the company's limit is %v", got)
	}
	change := func(changes map[string]json.RawMessage) error {
		return e.db.Do(ctx, e.manager, func(tx tenants.Tx) error { return e.s.Change(ctx, tx, m.ID, changes) })
	}
	for _, c := range []struct {
		field, value string
		want         error
	}{
		{"deposit", `"-1.00"`, contract.ErrDeposit}, {"deposit", `"200000.01"`, contract.ErrDeposit}, {"deposit", `12`, record.ErrMoney}, {"remark", `{}`, record.ErrText},
		{"total", `"1.00"`, record.ErrFixed},
	} {
		at(t, change(map[string]json.RawMessage{c.field: json.RawMessage(c.value)}), c.want, c.field)
	}
	if err := change(map[string]json.RawMessage{"deposit": json.RawMessage(`"5000.00"`), "remark": json.RawMessage(`"定金减半"`)}); err != nil {
		t.Fatal(err)
	}
	if m, _ = e.read(t, ctx, m.ID); m.Deposit != money.Yuan(5000) || m.Remark != "定金减半" || m.Status != contract.StatusInReview {
		t.Errorf("%+v", m)
	}
}

func TestMoney(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	t.Run("TwoDepositsAtOnce", func(t *testing.T) {
		for range 5 {
			m := e.inEffect(t, e.sale(nil))
			var wait sync.WaitGroup
			errs := make([]error, 4)
			for i := range errs {
				wait.Go(func() { errs[i] = e.receive(ctx, m.ID, 5_000_01) })
			}
			wait.Wait()
			if err := errors.Join(errs...); err != nil {
				t.Fatal(err)
			}
			if m, _ := e.read(t, ctx, m.ID); m.Paid != 20_000_04 || m.Status != contract.StatusDepositPaid {
				t.Errorf("paid %s, %s", m.Paid, m.Status)
			}
		}
	})
	t.Run("TheWholeSumTwiceAtOnceIsPaidOnce", func(t *testing.T) {
		m := e.inEffect(t, e.sale(nil))
		var wait sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			wait.Go(func() { errs[i] = e.receive(ctx, m.ID, marked) })
		}
		wait.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), contract.ErrOverpaid) {
			t.Errorf("%v", errs)
		}
		if m, _ := e.read(t, ctx, m.ID); m.Paid != marked || m.Balance != 0 {
			t.Errorf("%+v", m)
		}
	})
	t.Run("ADepositThatIsReturnedPutsTheContractBack", func(t *testing.T) {
		m := e.inEffect(t, e.sale(nil))
		if err := errors.Join(e.receive(ctx, m.ID, money.Yuan(10_000)), e.receive(ctx, m.ID, -money.Yuan(1))); err != nil {
			t.Fatal(err)
		}
		m, _ = e.read(t, ctx, m.ID)
		if m.Status != contract.StatusEffective || m.Paid != money.Yuan(9_999) {
			t.Errorf("%+v", m)
		}
		_, err := e.s.Cancel(ctx, e.sales, m.ID, m.Version, because("客户改主意"))
		at(t, err, contract.ErrPaid, "")
		at(t, e.receive(ctx, m.ID, -money.Yuan(10_000)), contract.ErrOverpaid, "amount")
	})
	t.Run("ADraftTakesNone", func(t *testing.T) {
		m := e.draft(t, e.sale(nil))
		at(t, e.receive(ctx, m.ID, 1), contract.ErrNotOpen, "")
		err := e.db.Do(ctx, e.sales, func(tx tenants.Tx) error { _, err := e.s.Payable(ctx, tx, m.ID); return err })
		at(t, err, contract.ErrNotOpen, "contractId")
	})
	t.Run("NoDepositIsPaidAtOnce", func(t *testing.T) {
		in := e.sale(nil)
		in.Deposit = 0
		if m := e.inEffect(t, in); m.Status != contract.StatusDepositPaid {
			t.Error(m.Status)
		}
	})
}

func TestReserving(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	paid := func(t *testing.T, in contract.CreateInput) *contract.Contract {
		m := e.inEffect(t, in)
		if in.Deposit > 0 {
			if err := e.receive(ctx, m.ID, in.Deposit); err != nil {
				t.Fatal(err)
			}
		}
		m, _ = e.read(t, ctx, m.ID)
		return m
	}
	t.Run("CancellingReleasesTheVehicle", func(t *testing.T) {
		in := e.sale(nil)
		in.Deposit = 0
		m := paid(t, in)
		m, err := e.s.Reserve(ctx, e.sales, m.ID, m.Version, "")
		if err != nil || e.carStatus(t, e.ours.car) != "reserved" {
			t.Fatalf("%+v, %v", m, err)
		}
		_, err = e.s.Cancel(ctx, e.sales, m.ID, m.Version, because(""))
		at(t, err, record.ErrNeeded, "reason")
		if m, err = e.s.Cancel(ctx, e.sales, m.ID, m.Version, because("客户改主意")); err != nil || m.Status != contract.StatusCancelled || e.carStatus(t, e.ours.car) != "available" {
			t.Errorf("%+v, %v", m, err)
		}
	})
	t.Run("MoneyIsReturnedAfterTheRelease", func(t *testing.T) {
		m := paid(t, e.sale(nil))
		m, err := e.s.Reserve(ctx, e.sales, m.ID, m.Version, "")
		if err != nil {
			t.Fatal(err)
		}
		at(t, e.receive(ctx, m.ID, -m.Paid), contract.ErrTooLate, "")
		if m, err = e.s.Release(ctx, e.sales, m.ID, m.Version); err != nil || m.Status != contract.StatusDepositPaid || e.carStatus(t, e.ours.car) != "available" {
			t.Fatalf("%+v, %v", m, err)
		}
		if err := e.receive(ctx, m.ID, -m.Paid); err != nil {
			t.Fatal(err)
		}
		m, _ = e.read(t, ctx, m.ID)
		if m, err = e.s.Cancel(ctx, e.sales, m.ID, m.Version, because("退定")); err != nil || m.Status != contract.StatusCancelled {
			t.Errorf("%+v, %v", m, err)
		}
	})
	t.Run("OneVehicleForTwo", func(t *testing.T) {
		a, b := paid(t, e.sale(nil)), paid(t, e.sale(nil))
		var wait sync.WaitGroup
		errs := make([]error, 2)
		for i, m := range []*contract.Contract{a, b} {
			wait.Go(func() { _, errs[i] = e.s.Reserve(ctx, e.sales, m.ID, m.Version, "") })
		}
		wait.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%v", errs)
		}
		loser := a
		if errs[0] == nil {
			loser = b
		}
		e.exec("UPDATE vehicles SET status = 'available' WHERE id = $1", e.ours.car) // even if the stock were wrong
		_, err := e.s.Reserve(ctx, e.sales, loser.ID, loser.Version, "")
		at(t, err, contract.ErrReserved, "vehicleId")
		e.exec("UPDATE vehicles SET status = 'reserved' WHERE id = $1", e.ours.car)
		if m, err := e.s.Reserve(ctx, e.sales, loser.ID, loser.Version, e.ours.car2.String()); err != nil || m.VehicleID != e.ours.car2 {
			t.Errorf("another of the same model: %+v, %v", m, err)
		}
	})
	t.Run("WhatDoesNotFit", func(t *testing.T) {
		m := paid(t, e.sale(nil))
		for vehicle, want := range map[uuid.UUID]error{e.ours.otherModel: contract.ErrModel, e.ours.far: contract.ErrElsewhere, e.theirs.car: record.ErrTarget, uuid.New(): record.ErrTarget} {
			_, err := e.s.Reserve(ctx, e.sales, m.ID, m.Version, vehicle.String())
			at(t, err, want, "vehicleId")
		}
		in := e.sale(nil)
		in.VehicleID, in.Lines[0].ItemID = "", e.model.String()
		m = paid(t, in)
		_, err := e.s.Reserve(ctx, e.sales, m.ID, m.Version, "")
		at(t, err, contract.ErrVehicle, "vehicleId")
		service := contract.CreateInput{CustomerID: in.CustomerID, PriceType: contract.PriceRetail, Lines: []contract.LineInput{{Kind: contract.SortService, Name: "贴膜", Quantity: 1, Price: yuan(100)}}}
		m = paid(t, service)
		_, err = e.s.Reserve(ctx, e.sales, m.ID, m.Version, e.ours.car2.String())
		at(t, err, contract.ErrNoCar, "lines")
	})
}

func TestEditing(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	m := e.draft(t, e.sale(nil))
	edit := func(version int, in contract.EditInput) (*contract.Contract, error) {
		return e.s.Edit(ctx, e.sales, m.ID, version, in)
	}
	t.Run("LinesAreReplacedAsAWhole", func(t *testing.T) {
		got, err := edit(1, contract.EditInput{Lines: []contract.LineInput{{Kind: contract.SortVehicle, Quantity: 1, Price: yuan(199_000)}, {Kind: contract.SortService, Name: "上牌", Quantity: 1, Price: yuan(500)}}})
		if err != nil || got.Version != 2 || got.Revision != 2 || got.Total != money.Yuan(199_500) {
			t.Fatalf("%+v, %v", got, err)
		}
		events, err := contract.Kind.History(ctx, e.db.Pool(), registry(t), e.manager.View("zh"), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		type step struct{ was, now []contract.Line }
		var steps []step // newest first
		for _, ev := range events {
			for _, c := range ev.Changes {
				switch c.Field {
				case "lines":
					var x step
					if err := json.Unmarshal(c.Now, &x.now); err != nil {
						t.Fatal(err)
					}
					if c.Was != nil {
						if err := json.Unmarshal(c.Was, &x.was); err != nil {
							t.Fatal(err)
						}
					}
					steps = append(steps, x)
				case "margin":
					t.Error("the history shows the margin")
				}
			}
		}
		if len(steps) != 2 {
			t.Fatalf("%+v", steps)
		}
		if x := steps[1]; x.was != nil || len(x.now) != 1 || x.now[0].Price != marked || x.now[0].Name == "" {
			t.Errorf("created: %+v", x)
		}
		if x := steps[0]; len(x.was) != 1 || x.was[0].Price != marked || len(x.now) != 2 || x.now[0].Price != money.Yuan(199_000) {
			t.Errorf("edited: %+v", x)
		}
	})
	t.Run("ANameAloneIsAChange", func(t *testing.T) {
		got, err := edit(2, contract.EditInput{Lines: []contract.LineInput{{Kind: contract.SortVehicle, Quantity: 1, Price: yuan(199_000)}, {Kind: contract.SortService, Name: "上牌代办", Quantity: 1, Price: yuan(500)}}})
		if err != nil || got.Version != 3 || got.Revision != 3 {
			t.Fatalf("%+v, %v", got, err)
		}
	})
	t.Run("WithoutLinesTheyStay", func(t *testing.T) {
		remark := "送脚垫"
		got, err := edit(3, contract.EditInput{Remark: &remark})
		if err != nil || got.Version != 4 || got.Revision != 3 {
			t.Fatalf("%+v, %v", got, err)
		}
		if m, lines := e.read(t, ctx, m.ID); len(lines) != 2 || m.Remark != remark {
			t.Errorf("%+v, %+v", m, lines)
		}
		huge := money.Yuan(1_000_000)
		_, err = edit(4, contract.EditInput{Deposit: &huge})
		at(t, err, contract.ErrDeposit, "deposit")
	})
	t.Run("AnotherVehicle", func(t *testing.T) {
		car, none := e.ours.car2.String(), ""
		got, err := edit(4, contract.EditInput{VehicleID: &car})
		if err != nil || got.VehicleID != e.ours.car2 || got.Total != money.Yuan(199_500) {
			t.Fatalf("%+v, %v", got, err)
		}
		if got, err = edit(got.Version, contract.EditInput{VehicleID: &none}); err != nil || got.VehicleID != uuid.Nil || got.Margin != 0 || got.Total != money.Yuan(199_500) {
			t.Fatalf("%+v, %v", got, err)
		}
	})
	t.Run("OnlyADraft", func(t *testing.T) {
		x := e.inEffect(t, e.sale(nil))
		remark := "x"
		_, err := e.s.Edit(ctx, e.sales, x.ID, x.Version, contract.EditInput{Remark: &remark})
		at(t, err, contract.ErrNotDraft, "")
	})
}

func TestContract(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	t.Run("SortableFieldsHaveIndexes", func(t *testing.T) {
		if err := registry(t).CheckIndexes(database.WithPlatform(ctx), e.db.Pool()); err != nil {
			t.Error(err)
		}
	})
	t.Run("OtherTenantsRecordsAreRefusedByName", func(t *testing.T) {
		for field, change := range map[string]func(in *contract.CreateInput){
			"customerId": func(in *contract.CreateInput) { in.CustomerID = e.theirs.customer.String() },
			"intentId":   func(in *contract.CreateInput) { in.IntentID = e.theirs.intent.String() },
			"vehicleId":  func(in *contract.CreateInput) { in.VehicleID = e.theirs.car.String() },
		} {
			in := e.sale(nil)
			change(&in)
			_, err := e.s.Create(ctx, e.sales, in)
			at(t, err, record.ErrTarget, field)
		}
	})
	t.Run("OtherTenantIsNotFound", func(t *testing.T) {
		m := e.draft(t, e.sale(nil))
		if _, err := e.s.Submit(ctx, e.stranger, m.ID, 1); !errors.Is(err, record.ErrMissing) {
			t.Error(err)
		}
		for name, call := range map[string]func(tx tenants.Tx) error{
			"sold":     func(tx tenants.Tx) error { _, err := e.s.Sold(ctx, tx, m.ID); return err },
			"payable":  func(tx tenants.Tx) error { _, err := e.s.Payable(ctx, tx, m.ID); return err },
			"invoiced": func(tx tenants.Tx) error { _, err := e.s.Invoiced(ctx, tx, m.ID, "FP-1"); return err },
		} {
			for _, a := range []tenants.Actor{e.stranger, e.sales2} {
				err := e.db.Do(ctx, a, call)
				t.Run(name, func(t *testing.T) { at(t, err, record.ErrTarget, "contractId") })
			}
		}
	})
	t.Run("WhoSeesIsNotWhoMay", func(t *testing.T) {
		m := e.draft(t, e.sale(nil))
		if _, err := e.s.Submit(ctx, e.sales2, m.ID, 1); !errors.Is(err, record.ErrMissing) {
			t.Errorf("a colleague's: %v", err)
		}
		e.auditor.Set.Scopes["contract:submit"] = access.Scope{Owner: e.auditor.User}
		if _, err := e.s.Submit(ctx, e.auditor, m.ID, 1); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("read only: %v", err)
		}
		if _, err := e.s.Submit(ctx, e.sales, m.ID, 7); !errors.Is(err, record.ErrStale) {
			t.Errorf("stale: %v", err)
		}
		delete(e.auditor.Set.Scopes, "contract:submit")
		if _, err := e.s.Submit(ctx, e.auditor, m.ID, 1); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("no grant: %v", err)
		}
	})
	t.Run("AboveAllCompaniesNobodySells", func(t *testing.T) {
		_, err := e.s.Create(ctx, e.leader, e.sale(nil))
		at(t, err, contract.ErrNoCompany, "companyId")
	})
	t.Run("ThePageShowsLinesAndActions", func(t *testing.T) {
		m := e.draft(t, e.sale(yuan(190_000)))
		body, _, err := contract.Kind.Open(ctx, e.db.Pool(), registry(t), e.sales.View("zh"), m.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"total":"190000.00"`, `"discountBasisPoints":500`, `"listPrice":"200000.00"`, `"name":"submit"`, `"customerName":"张三"`, `"canEdit":true`} {
			if !strings.Contains(string(body), want) {
				t.Errorf("%s is not in %s", want, body)
			}
		}
		for _, never := range []string{`"margin"`, `"name":"take_deposit"`, `"name":"agree"`, `"name":"send_back"`} {
			if strings.Contains(string(body), never) {
				t.Errorf("%s is in %s", never, body)
			}
		}
	})
	t.Run("TheDatabaseForbidsWrongSums", func(t *testing.T) {
		m := e.draft(t, e.sale(nil))
		for _, set := range []string{"balance = balance - 1", "paid = 1", "paid = total + 1, balance = -1", "status = 'deposit_paid'", "status = 'outbound'", "deposit = total + 1"} {
			err := e.db.Do(ctx, e.sales, func(tx tenants.Tx) error {
				_, err := tx.ExecContext(ctx, "UPDATE contracts SET "+set+" WHERE id = ?", m.ID)
				return err
			})
			if err == nil {
				t.Errorf("the database took %s", set)
			}
		}
	})
}

// forward is the step by which each status goes on.
var forward = map[contract.Status]contract.Action{
	contract.StatusDraft: contract.ActionSubmit, contract.StatusInReview: contract.ActionAgree,
	contract.StatusEffective: contract.ActionTakeDeposit, contract.StatusDepositPaid: contract.ActionReserve, contract.StatusReserved: contract.ActionInvoice,
	contract.StatusInvoiced: contract.ActionOutbound, contract.StatusOutbound: contract.ActionHandOver, contract.StatusHandedOver: contract.ActionClose,
}

// TestEveryWalkKeepsTheRules takes random steps on the real tables and holds each against the state table.
func TestEveryWalkKeepsTheRules(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	var steps []contract.Action
	for _, a := range contract.Flow.All() {
		steps = append(steps, contract.Action(a.Name))
	}
	rapid.Check(t, func(r *rapid.T) {
		in := e.sale(rapid.SampledFrom([]*money.Amount{nil, yuan(150_000)}).Draw(r, "price"))
		in.VehicleID, in.Deposit = e.vehicleForWalk(), rapid.SampledFrom([]money.Amount{0, money.Yuan(10_000)}).Draw(r, "deposit")
		m, err := e.s.Create(ctx, e.sales, in)
		if err != nil {
			r.Fatal(err)
		}
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			action, ok := forward[m.Status]
			if !ok || rapid.IntRange(0, 4).Draw(r, "astray") == 0 { // mostly on, or a walk would end early
				action = rapid.SampledFrom(steps).Draw(r, "action")
			}
			was := *m
			err := e.take(t, m, action)
			m, _ = e.read(r, ctx, m.ID)
			e.judge(r, &was, m, action, err)
		}
	})
}

// vehicleForWalk is a new car of the model that walks sell.
func (e *env) vehicleForWalk() string {
	vin := "LVGBV62F0" + strings.ToUpper(strings.NewReplacer("-", "", "i", "1", "o", "0").Replace(uuid.NewString()))[:8]
	return e.vehicle(e.ours, e.model, e.ours.company, vin).String()
}

// take tries one step as whoever takes it.
func (e *env) take(t *testing.T, m *contract.Contract, action contract.Action) error {
	ctx := t.Context()
	var err error
	follow := func(do func(tx tenants.Tx) error) error { return e.db.Do(ctx, e.manager, do) }
	switch action {
	case contract.ActionSubmit:
		_, err = e.s.Submit(ctx, e.sales, m.ID, m.Version)
	case contract.ActionAgree:
		err = e.decide(ctx, m.ID, record.OutcomeAgreed, "")
	case contract.ActionSendBack:
		err = e.decide(ctx, m.ID, record.OutcomeReturned, "不行")
	case contract.ActionReserve:
		_, err = e.s.Reserve(ctx, e.sales, m.ID, m.Version, "")
	case contract.ActionRelease:
		_, err = e.s.Release(ctx, e.sales, m.ID, m.Version)
	case contract.ActionClose:
		_, err = e.s.Close(ctx, e.sales, m.ID, m.Version)
	case contract.ActionCancel:
		_, err = e.s.Cancel(ctx, e.sales, m.ID, m.Version, because("不要了"))
	case contract.ActionTakeDeposit:
		err = e.receive(ctx, m.ID, max(1, m.Deposit-m.Paid))
	case contract.ActionReturnDeposit:
		err = e.receive(ctx, m.ID, -max(1, m.Paid))
	case contract.ActionInvoice:
		err = follow(func(tx tenants.Tx) error { _, err := e.s.Invoiced(ctx, tx, m.ID, "FP-1"); return err })
	case contract.ActionOutbound:
		if m.Status == contract.StatusInvoiced && m.Balance > 0 { // the outbound asks for this before
			if err := e.receive(ctx, m.ID, m.Balance); err != nil {
				return err
			}
		}
		err = follow(func(tx tenants.Tx) error { _, err := e.s.Outbound(ctx, tx, m.ID, "CK-1"); return err })
	case contract.ActionHandOver:
		err = follow(func(tx tenants.Tx) error { _, err := e.s.HandedOver(ctx, tx, m.ID, "JC-1"); return err })
	}
	return err
}

// judge holds what a step did against the state table and the rules beside it.
func (e *env) judge(r *rapid.T, was, now *contract.Contract, action contract.Action, err error) {
	money := action == contract.ActionTakeDeposit || action == contract.ActionReturnDeposit
	move, refused := contract.Flow.Next(was.Status, action)
	want := move.To
	if want == contract.StatusEffective && was.Deposit == 0 && action == contract.ActionAgree {
		want = contract.StatusDepositPaid
	}
	switch {
	case money: // it may stay in its status: TestMoney has the rules
		if err != nil && (was.Version != now.Version || was.Status != now.Status || was.Paid != now.Paid) {
			r.Fatalf("%s in %s: %v changed %+v", action, was.Status, err, now)
		}
		if now.Status != was.Status && (refused != nil || now.Status != move.To) {
			r.Fatalf("%s in %s: now %s", action, was.Status, now.Status)
		}
	case refused != nil && (action == contract.ActionAgree || action == contract.ActionSendBack): // the contract went another way before
		if err != nil || now.Version != was.Version {
			r.Fatalf("%s in %s: %v, now %+v", action, was.Status, err, now)
		}
	case refused != nil:
		if !errors.Is(err, flow.ErrNotAllowed) || now.Status != was.Status {
			r.Fatalf("%s in %s: %v, now %s", action, was.Status, err, now.Status)
		}
	case action == contract.ActionCancel && was.Paid > 0:
		if !errors.Is(err, contract.ErrPaid) || now.Status != was.Status {
			r.Fatalf("cancelled with %s: %v", was.Paid, err)
		}
	case err != nil || now.Status != want:
		r.Fatalf("%s in %s: %v, now %s", action, was.Status, err, now.Status)
	}
	if reserved := now.Status == contract.StatusReserved; reserved && now.VehicleID == uuid.Nil {
		r.Fatalf("%+v", now)
	}
}

// Targets of references, without the modules that own them.
type (
	customerRow struct {
		bun.BaseModel `bun:"table:customers"`
		ID            uuid.UUID `bun:"id" json:"id"`
		Name          string    `bun:"name" json:"name"`
	}
	intentRow struct {
		bun.BaseModel `bun:"table:intents"`
		ID            uuid.UUID `bun:"id" json:"id"`
		Name          string    `bun:"number" json:"name"`
	}
	vehicleRow struct {
		bun.BaseModel `bun:"table:vehicles"`
		ID            uuid.UUID `bun:"id" json:"id"`
		Name          string    `bun:"vin" json:"name"`
	}
)

func registry(t *testing.T) *record.Registry {
	t.Helper()
	customers := record.New("customer", "", "客户", "Customer", func(m *customerRow, k *record.Kind[customerRow]) {
		k.ID(&m.ID, "标识", "ID")
		k.Text(&m.Name, "名称", "Name")
		k.Title("name", "")
		k.List("name", "name")
	})
	intents := record.New("intent", "", "意向", "Intent", func(m *intentRow, k *record.Kind[intentRow]) {
		k.ID(&m.ID, "标识", "ID")
		k.Text(&m.Name, "编号", "Number")
		k.Title("name", "")
		k.List("name", "name")
	})
	vehicles := record.New("vehicle", "", "车辆", "Vehicle", func(m *vehicleRow, k *record.Kind[vehicleRow]) {
		k.ID(&m.ID, "标识", "ID")
		k.Text(&m.Name, "车架号", "VIN")
		k.Title("name", "")
		k.List("name", "name")
	})
	kinds, err := record.NewRegistry(contract.Kind.Spec, tenants.UserKind.Spec, tenants.UnitKind.Spec, customers.Spec, intents.Spec, vehicles.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}
