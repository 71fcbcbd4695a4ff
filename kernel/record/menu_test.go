package record

import (
	"errors"
	"strings"
	"testing"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
)

func menuText(s string) fault.Text { return fault.Text{Zh: s, En: s} }

var testMenu = Menu{
	{menuText("Sales"), []MenuItem{{Code: "visit", Kind: true, Label: menuText("Visit"), Needs: "visit:read"}, {Code: "deal", Kind: true, Label: menuText("Deal"), Needs: "deal:read"}}},
	{menuText("System"), []MenuItem{MenuPage("roles", "Roles", "Roles", "role:read"), {Code: "screens", Label: menuText("Screens"), Needs: "screen:read", Stays: true}}},
}

// drawn writes a menu as "heading: entry entry; heading: entry", a renamed entry with its name.
func drawn(m MenuInfo) string {
	var out []string
	for _, h := range m.Sections {
		line := h.Label.Zh + ":"
		for _, x := range h.Items {
			line += " " + x.Code
			if x.Renamed {
				line += "=" + x.Label.Zh
			}
		}
		out = append(out, line)
	}
	return strings.Join(out, "; ")
}

func entries(codes ...string) []MenuEntry {
	var out []MenuEntry
	for _, c := range codes {
		code, name, renamed := strings.Cut(c, "=")
		x := MenuEntry{Code: code}
		if renamed {
			x.Label = &fault.Text{Zh: name}
		}
		out = append(out, x)
	}
	return out
}

func TestMenuFor(t *testing.T) {
	t.Parallel()
	all := []access.Permission{"visit:read", "deal:read", "role:read", "screen:read"}
	section := func(name string, codes ...string) MenuSection {
		return MenuSection{menuText(name), entries(codes...)}
	}
	for name, c := range map[string]struct {
		layout *MenuLayout
		may    []access.Permission
		want   string
	}{
		"Shipped":                        {nil, all, "Sales: visit deal; System: roles screens"},
		"WithoutPermissionNothingShows":  {nil, []access.Permission{"deal:read"}, "Sales: deal"},
		"PlacingGivesNothing":            {&MenuLayout{Sections: []MenuSection{section("Top", "roles=Rights", "visit")}}, []access.Permission{"visit:read"}, "Top: visit"},
		"OrderNamesAndHeadings":          {&MenuLayout{Sections: []MenuSection{section("Front", "deal=Orders", "visit"), section("System", "screens", "roles")}}, all, "Front: deal=Orders visit; System: screens roles"},
		"WhatIsNotNamedComesUnderItsOwn": {&MenuLayout{Sections: []MenuSection{section("System", "screens"), section("Front", "deal")}}, all, "System: screens roles; Front: deal; Sales: visit"},
		"Hidden":                         {&MenuLayout{Sections: []MenuSection{section("Front", "deal")}, Hidden: []string{"visit", "roles"}}, all, "Front: deal; System: screens"},
		"WhatStaysIsNeverHidden":         {&MenuLayout{Sections: []MenuSection{section("Front", "deal")}, Hidden: []string{"visit", "roles", "screens"}}, all, "Front: deal; System: screens"},
		"WhatIsGoneIsLeftOut":            {&MenuLayout{Sections: []MenuSection{section("Front", "deal", "fax", "deal")}, Hidden: []string{"visit", "roles", "telex"}}, all, "Front: deal; System: screens"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := &access.Set{Scopes: map[access.Permission]access.Scope{}}
			for _, p := range c.may {
				set.Scopes[p] = access.Scope{All: true}
			}
			got := testMenu.For(c.layout, set)
			if drawn(got) != c.want || got.Arranged != (c.layout != nil) {
				t.Errorf("got %q (arranged %v), want %q", drawn(got), got.Arranged, c.want)
			}
		})
	}
}

func TestMenuCheck(t *testing.T) {
	t.Parallel()
	one := func(codes ...string) []MenuSection { return []MenuSection{{menuText("A"), entries(codes...)}} }
	for name, c := range map[string]struct {
		layout MenuLayout
		want   *fault.Fault
		at     string
		names  string
	}{
		"Good":                {MenuLayout{Sections: one("deal=Orders", "screens"), Hidden: []string{"roles"}}, nil, "", ""},
		"Unknown":             {MenuLayout{Sections: one("deal", "fax")}, ErrMenuItem, "menu.sections[0].items[1].code", "fax"},
		"Twice":               {MenuLayout{Sections: one("deal", "deal")}, ErrLayoutTwice, "menu.sections[0].items[1].code", "Deal"},
		"PlacedAndHidden":     {MenuLayout{Sections: one("deal"), Hidden: []string{"deal"}}, ErrLayoutTwice, "menu.hidden[0]", "Deal"},
		"UnknownHidden":       {MenuLayout{Sections: one("deal"), Hidden: []string{"fax"}}, ErrMenuItem, "menu.hidden[0]", "fax"},
		"NoWayBack":           {MenuLayout{Sections: one("deal"), Hidden: []string{"visit", "screens"}}, ErrMenuStays, "menu.hidden[1]", "Screens"},
		"EmptyName":           {MenuLayout{Sections: one("deal= ")}, ErrNeeded, "menu.sections[0].items[0].label.zh", "name of Deal"},
		"EmptyHeading":        {MenuLayout{Sections: []MenuSection{{fault.Text{En: "A"}, entries("deal")}}}, ErrNeeded, "menu.sections[0].label.zh", ""},
		"TheSameHeadingTwice": {MenuLayout{Sections: append(one("deal"), one("visit")...)}, ErrLayoutTwice, "menu.sections[1].label.zh", "A"},
		"LongName":            {MenuLayout{Sections: one("deal=" + strings.Repeat("长", menuWordZh+1))}, ErrLong, "menu.sections[0].items[0].label.zh", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := testMenu.Check(c.layout)
			if c.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var f *fault.Fault
			if !errors.Is(err, c.want) || !errors.As(err, &f) || f.Field != c.at || !strings.Contains(f.Error(), c.names) {
				t.Errorf("got %v at %q, want %v at %q", err, f.Field, c.want, c.at)
			}
		})
	}
}
