package screens_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/screens"
	"forecourt/tenants"
)

func list(names ...string) *record.ListLayout {
	l := &record.ListLayout{}
	for _, n := range names {
		l.Columns = append(l.Columns, record.Column{Name: n})
	}
	return l
}

var group = screens.Place{Part: record.LayoutList, Level: record.LevelGroup}

// columns are what somebody's list shows now.
func (e *env) columns(t *testing.T, login string) string {
	t.Helper()
	a := e.SignIn(t, login)
	v := a.View("zh")
	v.Set = &accessToThings
	k, err := e.kinds.Mine(t.Context(), e.DB.Pool(), v, e.things.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(k.Info(v, e.kinds).List, " ")
}

func TestLayouts(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	f := e.add(t, text("x_a"))
	save := func(p screens.Place, l *record.ListLayout) {
		t.Helper()
		if err := e.s.SaveDraft(ctx, e.Admin, "user_thing", screens.Draft{Place: p, Content: screens.Content{List: l}}); err != nil {
			t.Fatal(err)
		}
	}
	publish := func(p screens.Place, l *record.ListLayout) {
		t.Helper()
		save(p, l)
		if err := e.s.Publish(ctx, e.Admin, "user_thing", p); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("ADraftIsSeenByNobody", func(t *testing.T) {
		save(group, list("name", "x_a"))
		if got := e.columns(t, "sales"); got != "number name" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("RoleBeforeCompanyBeforeGroup", func(t *testing.T) {
		if err := e.s.Publish(ctx, e.Admin, "user_thing", group); err != nil {
			t.Fatal(err)
		}
		publish(screens.Place{Part: "list", Level: "company", Target: e.Company.String()}, list("day", "name"))
		publish(screens.Place{Part: "list", Level: "role", Target: "sales_consultant"}, list("x_a"))
		for login, want := range map[string]string{"admin": "name x_a", "manager": "day name", "sales": "x_a"} {
			if got := e.columns(t, login); got != want {
				t.Errorf("%s: %s, want %s", login, got, want)
			}
		}
	})
	t.Run("UndoGoesBackVersionByVersion", func(t *testing.T) {
		publish(group, list("day"))
		for _, want := range []string{"name x_a", "number name"} {
			if err := e.s.Undo(ctx, e.Admin, "user_thing", group); err != nil {
				t.Fatal(err)
			}
			if got := e.columns(t, "admin"); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		if err := e.s.Undo(ctx, e.Admin, "user_thing", group); !errors.Is(err, screens.ErrNothing) {
			t.Errorf("got %v", err)
		}
		publish(group, list("name"))
		all, err := e.s.Layouts(ctx, e.Admin, "user_thing")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if p.Place == group && (p.Versions[0].Version != 3 || !p.Versions[0].Current || len(p.Versions) != 3 || p.Versions[0].By == "") {
				t.Errorf("versions %+v", p.Versions)
			}
		}
	})
	t.Run("AFieldInALayoutStays", func(t *testing.T) {
		if _, err := e.s.Retire(ctx, e.Admin, f.ID, 1); !errors.Is(err, screens.ErrUsed) || !strings.Contains(err.Error(), "the list") {
			t.Errorf("got %v", err)
		}
		if err := e.s.Remove(ctx, e.Admin, f.ID, 1); !errors.Is(err, screens.ErrUsed) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ACompanyAdministratorShapesTheirCompany", func(t *testing.T) {
		draft := func(p screens.Place) error {
			return e.s.SaveDraft(ctx, e.CompanyAdmin, "user_thing", screens.Draft{Place: p, Content: screens.Content{List: list("name")}})
		}
		if err := draft(screens.Place{Part: "list", Level: "company", Target: e.Company.String()}); err != nil {
			t.Errorf("their own: %v", err)
		}
		for _, p := range []screens.Place{group, {Part: "list", Level: "role", Target: "sales_consultant"}, {Part: "list", Level: "company", Target: e.OtherCompany.String()}, {Part: "list", Level: "company", Target: "x"}} {
			if err := draft(p); !errors.Is(err, rest.ErrDenied) {
				t.Errorf("%+v: %v", p, err)
			}
		}
		if err := e.s.SaveDraft(ctx, e.Sales, "user_thing", screens.Draft{Place: group, Content: screens.Content{List: list("name")}}); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("a consultant: %v", err)
		}
	})
	t.Run("Refused", func(t *testing.T) {
		form := func(f record.FormLayout) screens.Draft {
			return screens.Draft{Place: screens.Place{Part: "form", Level: "group"}, Content: screens.Content{Form: &f}}
		}
		section := func(fields ...record.FormField) record.FormLayout {
			return record.FormLayout{Sections: []record.FormSection{{Label: zh("甲"), Fields: fields}}}
		}
		for field, d := range map[string]screens.Draft{
			"part":                            {Place: group},
			"list.columns[1].name":            {Place: group, Content: screens.Content{List: list("name", "name")}},
			"list.columns[0].name":            {Place: group, Content: screens.Content{List: list("nothing")}},
			"list.sort":                       {Place: group, Content: screens.Content{List: &record.ListLayout{Columns: list("name").Columns, Sort: "day"}}},
			"list.filters[0]":                 {Place: group, Content: screens.Content{List: &record.ListLayout{Columns: list("name").Columns, Filters: []string{"none"}}}},
			"target":                          {Place: screens.Place{Part: "list", Level: "role", Target: "nobody"}, Content: screens.Content{List: list("name")}},
			"form.hidden[0]":                  form(record.FormLayout{Hidden: []string{"name"}}),
			"form.sections[0].fields[0].name": form(section(record.FormField{Name: "number"})),
			"form.sections[0].fields[1].name": form(section(record.FormField{Name: "name"}, record.FormField{Name: "day", Start: "tomorrow"})),
			"form.sections[0].fields[2].name": form(section(record.FormField{Name: "day"}, record.FormField{Name: "x_a"}, record.FormField{Name: "name", When: &record.Condition{Field: "x_a", Values: []string{"1"}}})),
		} {
			if err := e.s.SaveDraft(ctx, e.Admin, "user_thing", d); at(err) != field {
				t.Errorf("%s: at %q, %v", field, at(err), err)
			}
		}
	})
	t.Run("Discard", func(t *testing.T) {
		save(group, list("day"))
		if err := e.s.Discard(ctx, e.Admin, "user_thing", group); err != nil {
			t.Fatal(err)
		}
		if err := e.s.Publish(ctx, e.Admin, "user_thing", group); !errors.Is(err, screens.ErrNoDraft) {
			t.Errorf("got %v", err)
		}
		if err := e.s.Discard(ctx, e.Admin, "user_thing", group); !errors.Is(err, screens.ErrNoDraft) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("AnotherTenantHasItsOwn", func(t *testing.T) {
		all, err := e.s.Layouts(ctx, e.stranger, "user_thing")
		if err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
		if err := e.s.Publish(ctx, e.stranger, "user_thing", group); !errors.Is(err, screens.ErrNoDraft) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSavedViews(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	f := e.add(t, text("x_a"))
	view := func(a tenants.Actor) record.View {
		v := a.View("zh")
		v.Set = &accessToThings
		v.Version += 100
		return v
	}
	save := func(a tenants.Actor, in screens.ViewInput) (*screens.View, error) {
		if in.Filter == nil {
			in.Filter = json.RawMessage(`[]`)
		}
		return e.s.SaveView(ctx, a, view(a), "user_thing", in)
	}
	seen := func(a tenants.Actor) string {
		t.Helper()
		list, err := e.s.Views(ctx, a, view(a), "user_thing")
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, x := range list {
			names = append(names, x.Name)
		}
		return strings.Join(names, " ")
	}
	mine, err := save(e.Sales, screens.ViewInput{Name: " mine ", Sharing: "private", ViewBody: screens.ViewBody{Filter: json.RawMessage(`[["x_a","=","1"]]`), Sort: "-x_a", Columns: list("name", "x_a").Columns}})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range []screens.ViewInput{{Name: "unit", Sharing: "unit", UnitID: e.Company.String()}} {
		if _, err := save(e.Sales, in); err != nil {
			t.Fatal(err)
		}
	}
	for _, in := range []screens.ViewInput{{Name: "role", Sharing: "role", Role: "cashier"}, {Name: "all", Sharing: "group"}} {
		if _, err := save(e.Admin, in); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("WhoSeesWhat", func(t *testing.T) {
		for want, a := range map[string]tenants.Actor{"all mine unit": e.Sales, "all unit": e.Manager, "all role unit": e.Cashier, "all": e.Leader, "": e.stranger} {
			if got := seen(a); got != want {
				t.Errorf("%s sees %q, want %q", a.Login, got, want)
			}
		}
	})
	t.Run("WhoMayShare", func(t *testing.T) {
		for _, in := range []screens.ViewInput{{Name: "a", Sharing: "group"}, {Name: "a", Sharing: "role", Role: "cashier"}, {Name: "a", Sharing: "unit", UnitID: e.OtherCompany.String()}} {
			if _, err := save(e.Sales, in); !errors.Is(err, rest.ErrDenied) {
				t.Errorf("%s: %v", in.Sharing, err)
			}
		}
	})
	t.Run("Refused", func(t *testing.T) {
		for field, in := range map[string]screens.ViewInput{
			"name":            {Name: "  ", Sharing: "private"},
			"unitId":          {Name: "a", Sharing: "unit"},
			"role":            {Name: "a", Sharing: "role"},
			"sort":            {Name: "a", Sharing: "private", ViewBody: screens.ViewBody{Sort: "day"}},
			"date":            {Name: "a", Sharing: "private", ViewBody: screens.ViewBody{As: "calendar", Date: "name"}},
			"x_none":          {Name: "a", Sharing: "private", ViewBody: screens.ViewBody{Filter: json.RawMessage(`[["x_none","=","1"]]`)}},
			"columns[0].name": {Name: "a", Sharing: "private", ViewBody: screens.ViewBody{Columns: list("none").Columns}},
		} {
			if _, err := save(e.Admin, in); at(err) != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		if _, err := save(e.Sales, screens.ViewInput{Name: "mine", Sharing: "private"}); !errors.Is(err, screens.ErrViewName) {
			t.Errorf("the same name: %v", err)
		}
		if _, err := save(e.Admin, screens.ViewInput{Name: "b", Sharing: "role", Role: "nobody"}); !errors.Is(err, screens.ErrViewShare) {
			t.Errorf("no such role: %v", err)
		}
		if _, err := e.s.Views(ctx, e.Sales, e.Sales.View("zh"), "user_thing"); !errors.Is(err, screens.ErrKind) {
			t.Errorf("a kind that one may not read: %v", err)
		}
	})
	t.Run("OnlyOnesOwnIsChanged", func(t *testing.T) {
		in := mine.ViewInput
		in.Name = "renamed"
		for _, a := range []tenants.Actor{e.Manager, e.Admin, e.stranger} {
			if _, err := e.s.EditView(ctx, a, view(a), mine.ID, 1, in); !errors.Is(err, screens.ErrNoView) {
				t.Errorf("%s: %v", a.Login, err)
			}
			if err := e.s.DeleteView(ctx, a, mine.ID, 1); !errors.Is(err, screens.ErrNoView) {
				t.Errorf("%s: %v", a.Login, err)
			}
		}
		if _, err := e.s.EditView(ctx, e.Sales, view(e.Sales), mine.ID, 7, in); !errors.Is(err, record.ErrStale) {
			t.Errorf("another version: %v", err)
		}
		if now, err := e.s.EditView(ctx, e.Sales, view(e.Sales), mine.ID, 1, in); err != nil || now.Name != "renamed" || now.Version != 2 {
			t.Errorf("%+v, %v", now, err)
		}
	})
	t.Run("AFieldInAViewStays", func(t *testing.T) {
		if err := e.s.Remove(ctx, e.Admin, f.ID, 1); !errors.Is(err, screens.ErrUsed) || !strings.Contains(err.Error(), "renamed") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("Delete", func(t *testing.T) {
		if err := e.s.DeleteView(ctx, e.Sales, mine.ID, 2); err != nil {
			t.Fatal(err)
		}
		if got := seen(e.Sales); got != "all unit" {
			t.Errorf("got %s", got)
		}
		if err := e.s.DeleteView(ctx, e.Sales, uuid.New(), 1); !errors.Is(err, screens.ErrNoView) {
			t.Errorf("got %v", err)
		}
	})
}

func TestPrints(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	paper := func(size float64, names ...string) screens.Content {
		return screens.Content{Print: &record.PrintLayout{Paper: "a4", Size: size, Blocks: []record.PrintBlock{{Type: "fields", Fields: names}}}}
	}
	delivery := screens.Place{Part: "print", Level: "group", Name: "送货单"}
	save := func(p screens.Place, c screens.Content, fresh bool) error {
		return e.s.SaveDraft(ctx, e.Admin, "user_thing", screens.Draft{Place: p, Content: c, Fresh: fresh})
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	offered := func() string {
		t.Helper()
		a := e.SignIn(t, "sales")
		v := a.View("zh")
		v.Set = &accessToThings
		k, err := e.kinds.Mine(ctx, e.DB.Pool(), v, e.things.Spec)
		must(err)
		return strings.Join(k.Info(v, e.kinds).Prints, "|")
	}
	t.Run("SeveralUnderNames", func(t *testing.T) {
		must(save(delivery, paper(9, "name"), true))
		if got := offered(); got != "" {
			t.Errorf("a draft is offered: %s", got)
		}
		must(e.s.Publish(ctx, e.Admin, "user_thing", delivery))
		other := delivery
		other.Name = "标签"
		must(save(other, paper(12, "name"), true))
		must(e.s.Publish(ctx, e.Admin, "user_thing", other))
		if got := offered(); got != "|标签|送货单" {
			t.Errorf("got %q", got)
		}
		if err := save(other, paper(12, "name"), true); !errors.Is(err, screens.ErrPrintTaken) || at(err) != "name" {
			t.Errorf("the same name again: %v", err)
		}
	})
	t.Run("Rename", func(t *testing.T) {
		renamed := delivery
		renamed.Name = "出门单"
		must(e.s.Rename(ctx, e.Admin, "user_thing", delivery, renamed.Name))
		if got := offered(); got != "|出门单|标签" {
			t.Errorf("got %q", got)
		}
		for to, want := range map[string]error{"标签": screens.ErrPrintTaken, "": screens.ErrPrintNamed, " 甲": screens.ErrPrintNamed} {
			if err := e.s.Rename(ctx, e.Admin, "user_thing", renamed, to); !errors.Is(err, want) {
				t.Errorf("to %q: %v", to, err)
			}
		}
		if err := e.s.Rename(ctx, e.Admin, "user_thing", delivery, "另一个"); !errors.Is(err, screens.ErrNoLayout) {
			t.Errorf("one that is gone: %v", err)
		}
		for _, a := range []tenants.Actor{e.Sales, e.CompanyAdmin} {
			if err := e.s.Rename(ctx, a, "user_thing", renamed, "另一个"); !errors.Is(err, rest.ErrDenied) {
				t.Errorf("%s: %v", a.Login, err)
			}
		}
		if err := e.s.Rename(ctx, e.stranger, "user_thing", renamed, "另一个"); !errors.Is(err, screens.ErrNoLayout) {
			t.Errorf("another tenant: %v", err)
		}
		delivery = renamed
	})
	t.Run("PutAwayAndTakenBack", func(t *testing.T) {
		must(save(delivery, screens.Content{Print: &record.PrintLayout{Off: true, Paper: "a4"}}, false))
		must(e.s.Publish(ctx, e.Admin, "user_thing", delivery))
		if got := offered(); got != "|标签" {
			t.Errorf("got %q", got)
		}
		must(e.s.Undo(ctx, e.Admin, "user_thing", delivery))
		if got := offered(); got != "|出门单|标签" {
			t.Errorf("got %q", got)
		}
	})
	t.Run("Refused", func(t *testing.T) {
		named := screens.Place{Part: "list", Level: "group", Name: "甲"}
		blank := screens.Place{Part: "print", Level: "group", Name: " 甲"}
		standard := screens.Place{Part: "print", Level: "group"}
		for i, c := range []struct {
			place   screens.Place
			content screens.Content
			field   string
		}{
			{named, screens.Content{List: list("name")}, "name"},
			{blank, paper(9, "name"), "name"},
			{standard, screens.Content{List: list("name")}, "part"},
			{standard, screens.Content{List: list("name"), Print: paper(9, "name").Print}, "part"},
			{standard, paper(9, "nothing"), "print.blocks[0].fields[0]"},
		} {
			if err := save(c.place, c.content, false); at(err) != c.field {
				t.Errorf("%d: at %q, %v", i, at(err), err)
			}
		}
	})
	t.Run("AFieldOnAPaperStays", func(t *testing.T) {
		f := e.add(t, text("x_a"))
		must(save(screens.Place{Part: "print", Level: "group"}, paper(9, "x_a"), false))
		if err := e.s.Remove(ctx, e.Admin, f.ID, 1); !errors.Is(err, screens.ErrUsed) || !strings.Contains(err.Error(), "a print layout") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("Preview", func(t *testing.T) {
		id := e.enter(t, record.Own{"x_a": "甲"})
		v := e.SignIn(t, "admin").View("zh")
		v.Set = &accessToThings
		l := *paper(9, "x_a", "name").Print
		for of, want := range map[uuid.UUID]string{id: `"x_a":"甲"`, uuid.Nil: `"name":"名称"`} {
			sheet, err := e.s.Preview(ctx, v, "user_thing", of, l)
			if err != nil || !strings.Contains(string(sheet.Record), want) {
				t.Errorf("%s: %v, %v", of, sheet, err)
			}
		}
		if _, err := e.s.Preview(ctx, v, "user_thing", uuid.New(), l); !errors.Is(err, record.ErrMissing) {
			t.Errorf("one that is not there: %v", err)
		}
		if _, err := e.s.Preview(ctx, v, "user_thing", id, *paper(9, "none").Print); at(err) != "print.blocks[0].fields[0]" {
			t.Errorf("an unknown field: %v", err)
		}
		if shipped, err := e.s.Shipped(ctx, v, "user_thing"); err != nil || len(shipped.Blocks) == 0 {
			t.Errorf("%+v, %v", shipped, err)
		}
		if _, err := e.s.Shipped(ctx, v, "user"); !errors.Is(err, record.ErrOwnKind) {
			t.Errorf("a kind that is not shaped: %v", err)
		}
	})
}
