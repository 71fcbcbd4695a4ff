package record

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
)

// MenuKind stands where a layout names its kind, for the menu belongs to none. It is stored; no kind has this name.
const MenuKind = "menu"

// Menu is the way to every list and page as the product ships it: headings, and the entries under them in their order.
type Menu []MenuGroup

// MenuGroup is a heading with its entries.
type MenuGroup struct {
	Label fault.Text `json:"label"`
	Items []MenuItem `json:"items"`
}

// MenuItem is an entry of the menu: the list of a kind, or a page.
type MenuItem struct {
	Code  string            `json:"code" doc:"The name of a kind, or the path of a page"`
	Kind  bool              `json:"kind" doc:"It leads to the list of a kind"`
	Label fault.Text        `json:"label"`
	Needs access.Permission `json:"needs" doc:"Who lacks it never sees the entry"`
	Stays bool              `json:"stays" doc:"It cannot be hidden"`
}

// MenuList is the entry of a kind's list.
func MenuList(s *Spec) MenuItem {
	return MenuItem{Code: s.Name, Kind: true, Label: s.Label, Needs: s.Read}
}

// MenuPage is the entry of a page of its own.
func MenuPage(path, zh, en string, needs access.Permission) MenuItem {
	return MenuItem{Code: path, Label: fault.Text{Zh: zh, En: en}, Needs: needs}
}

// MenuLayout is the menu as a group, a company or a role arranged it. An entry that stands neither in a section nor in Hidden comes under
// the heading that the product ships it with: one that is added later is not lost.
type MenuLayout struct {
	Sections []MenuSection `json:"sections" minItems:"1" maxItems:"20"`
	Hidden   []string      `json:"hidden,omitempty" maxItems:"100"`
}

// MenuSection is a heading and what stands under it.
type MenuSection struct {
	Label fault.Text  `json:"label"`
	Items []MenuEntry `json:"items" maxItems:"60"`
}

// MenuEntry is an entry in its place. Label is its name when it has another than the shipped one.
type MenuEntry struct {
	Code  string      `json:"code" minLength:"1" maxLength:"60"`
	Label *fault.Text `json:"label,omitempty"`
}

// Faults of menus.
var (
	ErrMenuItem  = fault.New(fault.Invalid, "menu.item", "没有“%s”这个菜单项", "There is no menu entry %s")
	ErrMenuStays = fault.New(fault.Invalid, "menu.stays", "“%s”不能隐藏：隐藏后就没有地方把菜单改回来", "%s cannot be hidden: nobody could change the menu back without it")
)

const (
	menuWordZh = 20
	menuWordEn = 40
)

var menuHeading = fault.Text{Zh: "标题", En: "The heading"}

// named says whose name is meant.
func (x *MenuItem) named() fault.Text {
	return fault.Text{Zh: "“" + x.Label.Zh + "”的名称", En: "The name of " + x.Label.In("en")}
}

func (m Menu) item(code string) *MenuItem {
	for _, g := range m {
		for i := range g.Items {
			if g.Items[i].Code == code {
				return &g.Items[i]
			}
		}
	}
	return nil
}

// Check holds an arrangement against the menu. It returns ErrMenuItem, ErrLayoutTwice, ErrMenuStays, ErrNeeded or ErrLong.
func (m Menu) Check(l MenuLayout) error {
	seen, headings := map[string]bool{}, map[string]bool{}
	for i, s := range l.Sections {
		at := fmt.Sprintf("menu.sections[%d]", i)
		if err := menuWord(s.Label, menuHeading, at); err != nil {
			return err
		}
		if headings[s.Label.Zh] {
			return ErrLayoutTwice.With(s.Label).At(at + ".label.zh")
		}
		headings[s.Label.Zh] = true
		for j, x := range s.Items {
			in := fmt.Sprintf("%s.items[%d]", at, j)
			if err := m.once(seen, x.Code, in+".code"); err != nil {
				return err
			}
			if x.Label != nil {
				if err := menuWord(*x.Label, m.item(x.Code).named(), in); err != nil {
					return err
				}
			}
		}
	}
	for i, code := range l.Hidden {
		at := fmt.Sprintf("menu.hidden[%d]", i)
		if err := m.once(seen, code, at); err != nil {
			return err
		}
		if x := m.item(code); x.Stays {
			return ErrMenuStays.With(x.Label).At(at)
		}
	}
	return nil
}

// once notes that an entry is placed. It returns ErrMenuItem or ErrLayoutTwice.
func (m Menu) once(seen map[string]bool, code, at string) error {
	x := m.item(code)
	switch {
	case x == nil:
		return ErrMenuItem.With(code).At(at)
	case seen[code]:
		return ErrLayoutTwice.With(x.Label).At(at)
	}
	seen[code] = true
	return nil
}

func menuWord(t, what fault.Text, at string) error {
	switch {
	case strings.TrimSpace(t.Zh) == "":
		return ErrNeeded.With(what).At(at + ".label.zh")
	case len([]rune(t.Zh)) > menuWordZh:
		return ErrLong.With(what, menuWordZh).At(at + ".label.zh")
	case len([]rune(t.En)) > menuWordEn:
		return ErrLong.With(what, menuWordEn).At(at + ".label.en")
	}
	return nil
}

// MenuInfo is the menu of one reader.
type MenuInfo struct {
	Arranged bool          `json:"arranged" doc:"The reader's group, company or role arranged it"`
	Sections []MenuHeading `json:"sections"`
}

// MenuHeading is a heading with the entries that the reader may open.
type MenuHeading struct {
	Label fault.Text `json:"label"`
	Items []MenuLink `json:"items"`
}

// MenuLink is an entry as its reader sees it.
type MenuLink struct {
	Code    string     `json:"code" doc:"The name of a kind, or the path of a page"`
	Kind    bool       `json:"kind"`
	Label   fault.Text `json:"label"`
	Renamed bool       `json:"renamed" doc:"The name is the group's own"`
}

// For returns the menu in an arrangement, or as it is shipped when l is nil, of what the reader may open. Hiding an entry takes nothing
// else away, and placing one gives nothing.
func (m Menu) For(l *MenuLayout, set *access.Set) MenuInfo {
	if l == nil {
		l = &MenuLayout{}
	}
	out := MenuInfo{Arranged: len(l.Sections) > 0, Sections: []MenuHeading{}}
	placed := map[string]bool{}
	put := func(h *MenuHeading, code string, own *fault.Text) {
		x := m.item(code)
		if x == nil || placed[code] { // stored by a later release, or gone since
			return
		}
		placed[code] = true
		if !set.Has(x.Needs) {
			return
		}
		link := MenuLink{Code: code, Kind: x.Kind, Label: x.Label}
		if own != nil {
			link.Label, link.Renamed = *own, true
		}
		h.Items = append(h.Items, link)
	}
	for _, s := range l.Sections {
		h := MenuHeading{Label: s.Label}
		for _, x := range s.Items {
			put(&h, x.Code, x.Label)
		}
		out.Sections = append(out.Sections, h)
	}
	for _, code := range l.Hidden {
		x := m.item(code)
		placed[code] = x != nil && !x.Stays
	}
	for _, g := range m {
		i := slices.IndexFunc(out.Sections, func(h MenuHeading) bool { return h.Label.Zh == g.Label.Zh })
		if i < 0 {
			i, out.Sections = len(out.Sections), append(out.Sections, MenuHeading{Label: g.Label})
		}
		for _, x := range g.Items {
			put(&out.Sections[i], x.Code, nil)
		}
	}
	out.Sections = slices.DeleteFunc(out.Sections, func(h MenuHeading) bool { return len(h.Items) == 0 })
	return out
}

// MenuLayout returns the arrangement of the menu that counts for a reader, or nil: what the product ships.
func (r *Registry) MenuLayout(ctx context.Context, db *sql.DB, v View) (*MenuLayout, error) {
	t, err := r.tailored(ctx, db, v)
	if err != nil {
		return nil, err
	}
	if l := counts(t.menu, v, LayoutMenu, ""); l != nil {
		return &l.Menu, nil
	}
	return nil, nil
}
