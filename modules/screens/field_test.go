package screens_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/screens"
	"forecourt/tenants"
)

func at(err error) string {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.Field
	}
	return ""
}

func TestFields(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()

	t.Run("OnlyAGroupAdministratorShapes", func(t *testing.T) {
		for _, a := range []tenants.Actor{e.Leader, e.CompanyAdmin, e.Sales, e.Auditor} {
			if _, err := e.s.AddField(ctx, a, "user_thing", text("x_no")); !errors.Is(err, rest.ErrDenied) {
				t.Errorf("%s: %v", a.Login, err)
			}
		}
		if _, err := e.s.Fields(ctx, e.Auditor, "user_thing"); err != nil {
			t.Errorf("an auditor reads: %v", err)
		}
		if _, err := e.s.Fields(ctx, e.Sales, "user_thing"); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("a consultant reads: %v", err)
		}
	})
	t.Run("AKindWithoutOwnFieldsIsRefused", func(t *testing.T) {
		for _, kind := range []string{"user", "org_unit", "nothing"} {
			if _, err := e.s.AddField(ctx, e.Admin, kind, text("x_a")); !errors.Is(err, record.ErrOwnKind) {
				t.Errorf("%s: %v", kind, err)
			}
		}
	})
	t.Run("KeysAreTakenOnce", func(t *testing.T) {
		e.add(t, text("x_once"))
		if _, err := e.s.AddField(ctx, e.Admin, "user_thing", text("x_once")); !errors.Is(err, screens.ErrKeyTaken) || at(err) != "key" {
			t.Errorf("got %v", err)
		}
		if _, err := e.s.AddField(ctx, e.stranger, "user_thing", text("x_once")); err != nil {
			t.Errorf("another tenant: %v", err)
		}
	})
	t.Run("SlotsRunOut", func(t *testing.T) {
		var err error
		for i := range 6 {
			if _, err = e.s.AddField(ctx, e.Admin, "user_thing", text(fmt.Sprint("x_slot", i))); err != nil {
				break
			}
		}
		if !errors.Is(err, screens.ErrSlots) || at(err) != "filterable" || !strings.Contains(err.Error(), "At most 6") {
			t.Errorf("got %v", err)
		}
		plain := text("x_plain")
		plain.Filterable = false
		e.add(t, plain)
		list, err := e.s.Fields(ctx, e.Admin, "user_thing")
		if err != nil || list.Slots[0].Used != 6 || list.Slots[0].Total != 6 || list.Slots[2].Total != 4 {
			t.Errorf("slots %+v, %v", list.Slots, err)
		}
	})
	t.Run("ARemovedFieldGivesItsSlotBack", func(t *testing.T) {
		list, err := e.s.Fields(ctx, e.Admin, "user_thing")
		if err != nil {
			t.Fatal(err)
		}
		f := list.Items[1]
		if err := e.s.Remove(ctx, e.Admin, f.ID, 9); !errors.Is(err, record.ErrStale) {
			t.Errorf("another version: %v", err)
		}
		if err := e.s.Remove(ctx, e.stranger, f.ID, 1); !errors.Is(err, screens.ErrNoField) {
			t.Errorf("another tenant: %v", err)
		}
		if err := e.s.Remove(ctx, e.Admin, f.ID, 1); err != nil {
			t.Fatal(err)
		}
		e.add(t, text("x_again"))
		if got := history(t, e, f.ID); !slices.Equal(got, []string{"create", "delete"}) {
			t.Errorf("history %v", got)
		}
	})
}

func TestFieldWithValues(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	choice := screens.NewField{Key: "x_way", Type: record.Choice, FieldInput: screens.FieldInput{Label: zh("渠道"), Filterable: true, Options: []record.OwnOption{{Value: "a", Label: zh("甲")}, {Value: "b", Label: zh("乙")}}}}
	f := e.add(t, choice)
	e.enter(t, record.Own{"x_way": "a"})

	t.Run("IsNotRemoved", func(t *testing.T) {
		if err := e.s.Remove(ctx, e.Admin, f.ID, 1); !errors.Is(err, screens.ErrHasValues) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("KeepsItsFilter", func(t *testing.T) {
		in := choice.FieldInput
		in.Filterable = false
		if _, err := e.s.EditField(ctx, e.Admin, f.ID, 1, in); !errors.Is(err, screens.ErrSlotFixed) || at(err) != "filterable" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("KeepsItsOptions", func(t *testing.T) {
		in := choice.FieldInput
		in.Options = in.Options[:1]
		if _, err := e.s.EditField(ctx, e.Admin, f.ID, 1, in); !errors.Is(err, screens.ErrOption) || at(err) != "options" {
			t.Errorf("got %v", err)
		}
		in.Options = []record.OwnOption{{Value: "a", Label: zh("甲")}, {Value: "b", Label: zh("乙"), Off: true}, {Value: "c", Label: zh("丙")}}
		now, err := e.s.EditField(ctx, e.Admin, f.ID, 1, in)
		if err != nil || now.Version != 2 || len(now.Options) != 3 {
			t.Errorf("%+v, %v", now, err)
		}
	})
	t.Run("IsRetiredAndRestored", func(t *testing.T) {
		now, err := e.s.Retire(ctx, e.Admin, f.ID, 2)
		if err != nil || !now.Retired {
			t.Fatalf("%+v, %v", now, err)
		}
		if now, err = e.s.Restore(ctx, e.Admin, f.ID, now.Version); err != nil || now.Retired || now.Version != 4 {
			t.Errorf("%+v, %v", now, err)
		}
		if got := history(t, e, f.ID); !slices.Equal(got, []string{"create", "edit", "retire", "restore"}) {
			t.Errorf("history %v", got)
		}
	})
	t.Run("OfAnotherTenantIsMissing", func(t *testing.T) {
		if _, err := e.s.EditField(ctx, e.stranger, f.ID, 4, choice.FieldInput); !errors.Is(err, screens.ErrNoField) {
			t.Errorf("got %v", err)
		}
		if _, err := e.s.Retire(ctx, e.stranger, f.ID, 4); !errors.Is(err, screens.ErrNoField) {
			t.Errorf("got %v", err)
		}
		if _, err := e.s.Restore(ctx, e.Admin, uuid.New(), 1); !errors.Is(err, screens.ErrNoField) {
			t.Errorf("got %v", err)
		}
	})
}

func TestFormulas(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	number := func(key, formula string) screens.NewField {
		return screens.NewField{Key: key, Type: record.Number, Decimals: 2, FieldInput: screens.FieldInput{Label: zh(key), Formula: formula}}
	}
	base := e.add(t, number("x_base", ""))
	one := e.add(t, number("x_one", "x_base * 2"))
	e.add(t, number("x_two", "x_one + 1"))

	t.Run("ARingIsRefused", func(t *testing.T) {
		if _, err := e.s.EditField(ctx, e.Admin, one.ID, 1, number("x_one", "x_two + 1").FieldInput); !errors.Is(err, record.ErrOwnRing) || at(err) != "formula" {
			t.Errorf("got %v", err)
		}
		if _, err := e.s.AddField(ctx, e.Admin, "user_thing", number("x_self", "x_self + 1")); !errors.Is(err, record.ErrOwnRing) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("AFieldInAFormulaStays", func(t *testing.T) {
		err := e.s.Remove(ctx, e.Admin, base.ID, 1)
		if !errors.Is(err, screens.ErrUsed) || !strings.Contains(err.Error(), "x_one") {
			t.Errorf("got %v", err)
		}
		if _, err := e.s.Retire(ctx, e.Admin, base.ID, 1); !errors.Is(err, screens.ErrUsed) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("IsComputedOnWrite", func(t *testing.T) {
		e.Admin = e.SignIn(t, "admin")
		e.Manager = e.SignIn(t, "manager")
		id := e.enter(t, record.Own{"x_base": json.Number("3")})
		err := e.DB.Read(ctx, e.Manager, func(tx tenants.Tx) error {
			m, err := e.things.Peek(ctx, tx.Tx, allRows, id)
			if err == nil && fmt.Sprintf("%s %s", m.Own["x_one"], m.Own["x_two"]) != "6 7" {
				t.Errorf("got %v", m.Own)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("Order", func(t *testing.T) {
		if err := e.s.OrderFields(ctx, e.Admin, "user_thing", []string{"x_two", "x_base"}); err != nil {
			t.Fatal(err)
		}
		list, err := e.s.Fields(ctx, e.Admin, "user_thing")
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, f := range list.Items {
			keys = append(keys, f.Key)
		}
		if !slices.Equal(keys, []string{"x_two", "x_base", "x_one"}) {
			t.Errorf("got %v", keys)
		}
		if err := e.s.OrderFields(ctx, e.Admin, "user_thing", []string{"x_none"}); !errors.Is(err, screens.ErrNotAmong) {
			t.Errorf("got %v", err)
		}
	})
}
