package screens_test

import (
	"errors"
	"strings"
	"testing"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/screens"
	"forecourt/tenants"
)

// menuOf is what somebody's menu shows now: the entries in their order, a renamed one with its name.
func (e *env) menuOf(t *testing.T, a tenants.Actor) string {
	t.Helper()
	m, err := e.s.Menu(t.Context(), a.View("zh"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, h := range m.Sections {
		for _, x := range h.Items {
			name := h.Label.Zh + "/" + x.Code
			if x.Renamed {
				name += "=" + x.Label.Zh
			}
			out = append(out, name)
		}
	}
	return strings.Join(out, " ")
}

func arranged(heading string, codes ...string) *record.MenuLayout {
	s := record.MenuSection{Label: zh(heading)}
	for _, c := range codes {
		code, name, renamed := strings.Cut(c, "=")
		x := record.MenuEntry{Code: code}
		if renamed {
			x.Label = &fault.Text{Zh: name}
		}
		s.Items = append(s.Items, x)
	}
	return &record.MenuLayout{Sections: []record.MenuSection{s}}
}

func TestMenu(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	at := func(level, target string) screens.Place {
		return screens.Place{Part: record.LayoutMenu, Level: level, Target: target}
	}
	draft := func(a tenants.Actor, p screens.Place, m *record.MenuLayout) error {
		return e.s.SaveDraft(ctx, a, record.MenuKind, screens.Draft{Place: p, Content: screens.Content{Menu: m}})
	}
	publish := func(p screens.Place, m *record.MenuLayout) {
		t.Helper()
		err := draft(e.Admin, p, m)
		if err == nil {
			err = e.s.Publish(ctx, e.Admin, record.MenuKind, p)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	shipped := e.menuOf(t, e.SignIn(t, "admin"))
	if shipped != "Sales/org System/screens" {
		t.Fatalf("shipped: %s", shipped)
	}
	t.Run("ADraftIsSeenByNobody", func(t *testing.T) {
		if err := draft(e.Admin, at("group", ""), arranged("Front", "screens=Looks", "org")); err != nil {
			t.Fatal(err)
		}
		if got := e.menuOf(t, e.SignIn(t, "admin")); got != shipped {
			t.Errorf("got %s", got)
		}
	})
	t.Run("RoleBeforeCompanyBeforeGroup", func(t *testing.T) {
		if err := e.s.Publish(ctx, e.Admin, record.MenuKind, at("group", "")); err != nil {
			t.Fatal(err)
		}
		publish(at("company", e.Company.String()), arranged("Shop", "org=Units"))
		publish(at("role", "sales_consultant"), arranged("Mine", "org=Team", "screens=Looks"))
		for login, want := range map[string]string{"admin": "Front/screens=Looks Front/org", "manager": "Shop/org=Units", "sales": "Mine/org=Team"} {
			if got := e.menuOf(t, e.SignIn(t, login)); got != want {
				t.Errorf("%s: %s, want %s", login, got, want)
			}
		}
	})
	t.Run("AnotherTenantHasItsOwn", func(t *testing.T) {
		if got := e.menuOf(t, e.stranger); got != shipped {
			t.Errorf("got %s", got)
		}
		if all, err := e.s.Layouts(ctx, e.stranger, record.MenuKind); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
		if err := draft(e.stranger, at("company", e.Company.String()), arranged("A", "org")); !errors.Is(err, screens.ErrTarget) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("UndoGoesBackVersionByVersion", func(t *testing.T) {
		publish(at("group", ""), arranged("Second", "org"))
		for _, want := range []string{"Front/screens=Looks Front/org", shipped} {
			if err := e.s.Undo(ctx, e.Admin, record.MenuKind, at("group", "")); err != nil {
				t.Fatal(err)
			}
			if got := e.menuOf(t, e.SignIn(t, "admin")); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	})
	t.Run("WhoMayArrange", func(t *testing.T) {
		if err := draft(e.CompanyAdmin, at("company", e.Company.String()), arranged("A", "org")); err != nil {
			t.Errorf("their own company: %v", err)
		}
		for _, p := range []screens.Place{at("group", ""), at("role", "sales_consultant"), at("company", e.OtherCompany.String())} {
			if err := draft(e.CompanyAdmin, p, arranged("A", "org")); !errors.Is(err, rest.ErrDenied) {
				t.Errorf("%+v: %v", p, err)
			}
		}
		if err := draft(e.Sales, at("group", ""), arranged("A", "org")); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("a consultant: %v", err)
		}
		if _, err := e.s.MenuItems(ctx, e.Sales); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("a consultant reads all entries: %v", err)
		}
		if all, err := e.s.MenuItems(ctx, e.CompanyAdmin); err != nil || len(all) != len(menu) {
			t.Errorf("%v, %v", all, err)
		}
	})
	t.Run("Refused", func(t *testing.T) {
		hides := arranged("A", "org")
		hides.Hidden = []string{"screens"}
		if err := draft(e.Admin, at("role", "group_administrator"), hides); !errors.Is(err, record.ErrMenuStays) {
			t.Errorf("a menu without a way back: %v", err)
		}
		if err := draft(e.Admin, at("group", ""), arranged("A", "fax")); !errors.Is(err, record.ErrMenuItem) {
			t.Errorf("got %v", err)
		}
		for name, d := range map[string]struct {
			kind string
			d    screens.Draft
		}{
			"a list of the menu":          {record.MenuKind, screens.Draft{Place: group, Content: screens.Content{List: list("name")}}},
			"a menu of a kind":            {"user_thing", screens.Draft{Place: at("group", ""), Content: screens.Content{Menu: arranged("A", "org")}}},
			"a menu with a list beside":   {record.MenuKind, screens.Draft{Place: at("group", ""), Content: screens.Content{Menu: arranged("A", "org"), List: list("name")}}},
			"a list that calls itself so": {record.MenuKind, screens.Draft{Place: at("group", ""), Content: screens.Content{List: list("name")}}},
		} {
			if err := e.s.SaveDraft(ctx, e.Admin, d.kind, d.d); !errors.Is(err, screens.ErrPart) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
