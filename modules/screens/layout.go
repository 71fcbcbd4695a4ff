package screens

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/live"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Faults of layouts.
var (
	ErrPart       = fault.New(fault.Invalid, "layout.part", "请给出列表、表单、打印版式或菜单的内容", "Give the content of the list, the form, the paper or the menu")
	ErrTarget     = fault.New(fault.Invalid, "layout.target", "请选择公司或角色", "Choose a company or a role")
	ErrNoDraft    = fault.New(fault.Conflict, "layout.no_draft", "没有草稿", "There is no draft")
	ErrPrintNamed = fault.New(fault.Invalid, "layout.name", "名称前后不能有空格，只有打印版式有名称", "A name has no blanks around it, and only papers have one")
	ErrPrintTaken = fault.New(fault.Conflict, "layout.name_taken", "这里已经有一个同名的版式", "There is a layout of this name here")
	ErrNothing    = fault.New(fault.Conflict, "layout.nothing", "没有已发布的版本可以撤销", "No published version can be undone")
	layoutWords   = map[string]fault.Text{record.LayoutList: {Zh: "列表", En: "the list"}, record.LayoutForm: {Zh: "表单", En: "the form"}, record.LayoutPrint: {Zh: "打印版式", En: "a print layout"}}
)

// layoutKind is stored in the history.
const layoutKind = "screen_layout"

// Place says which layout is meant: the list, the form or a paper of a kind, or the menu, for the group, a company or a role.
type Place struct {
	Part   string `json:"part" enum:"list,form,print,menu"`
	Level  string `json:"level" enum:"group,company,role"`
	Target string `json:"target,omitempty" maxLength:"60" doc:"A company's id or a role's code; empty for the group"`
	Name   string `json:"name,omitempty" maxLength:"40" doc:"Of a paper; empty for the standard one"`
}

// Content is what a layout holds: that of its part; the others are absent.
type Content struct {
	List  *record.ListLayout  `json:"list,omitempty"`
	Form  *record.FormLayout  `json:"form,omitempty"`
	Print *record.PrintLayout `json:"print,omitempty"`
	Menu  *record.MenuLayout  `json:"menu,omitempty"`
}

// Draft is a layout that is being edited.
type Draft struct {
	Place
	Content
	Fresh bool `json:"fresh,omitempty" doc:"Refuse when the place has a layout of this name"`
}

// Version is a layout that was published, or a draft (0).
type Version struct {
	Version int       `json:"version"`
	Current bool      `json:"current"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Content
}

// PlaceVersions are the versions of one layout, newest first, the draft before them.
type PlaceVersions struct {
	Place
	Versions []Version `json:"versions"`
}

// laid refuses what has no layouts: all but the menu and the kinds that take own fields. It returns record.ErrOwnKind.
func (s *Service) laid(kind string) error {
	if kind == record.MenuKind {
		return nil
	}
	_, err := s.kind(kind)
	return err
}

// Layouts reads the layouts of a kind, or of the menu, with their drafts and earlier versions. It returns record.ErrOwnKind or a denied fault.
func (s *Service) Layouts(ctx context.Context, a tenants.Actor, kind string) ([]PlaceVersions, error) {
	if err := s.laid(kind); err != nil {
		return nil, err
	}
	out := []PlaceVersions{}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		if _, err := tx.Can(Read); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT l.part, l.level, l.target, l.name, l.version, l.current, l.body, l.at, u.name FROM screen_layouts l
			JOIN users u ON u.tenant_id = l.tenant_id AND u.id = l.by_id WHERE l.tenant_id = ? AND l.kind = ?
			ORDER BY l.part, l.level, l.target, l.name, l.version = 0 DESC, l.version DESC`, tx.Tenant, kind)
		if err != nil {
			return fmt.Errorf("layouts of %s: %w", kind, err)
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var p Place
			var v Version
			var body []byte
			if err := rows.Scan(&p.Part, &p.Level, &p.Target, &p.Name, &v.Version, &v.Current, &body, &v.At, &v.By); err != nil {
				return fmt.Errorf("layouts of %s: %w", kind, err)
			}
			if err := v.read(p.Part, body); err != nil {
				return err
			}
			if n := len(out); n == 0 || out[n-1].Place != p {
				out = append(out, PlaceVersions{p, []Version{}})
			}
			last := &out[len(out)-1]
			last.Versions = append(last.Versions, v)
		}
		return rows.Err()
	})
	return out, err
}

func (c *Content) read(part string, body []byte) error {
	l := record.Layout{Part: part}
	if err := l.Read(body); err != nil {
		return err
	}
	switch part {
	case record.LayoutList:
		c.List = &l.List
	case record.LayoutForm:
		c.Form = &l.Form
	case record.LayoutMenu:
		c.Menu = &l.Menu
	default:
		c.Print = &l.Print
	}
	return nil
}

// layout is the content as the kernel has it.
func (c *Content) layout() *record.Layout {
	l := &record.Layout{}
	switch {
	case c.List != nil:
		l.List = *c.List
	case c.Form != nil:
		l.Form = *c.Form
	case c.Print != nil:
		l.Print = *c.Print
	}
	return l
}

// hold holds the content of a part against the kind, or against the menu when k is nil, and returns what is to be stored. It returns
// ErrPart and the faults of record.Spec.CheckList, CheckForm and CheckPrint, and of record.Menu.Check.
func (s *Service) hold(k *record.Spec, v record.View, part string, c Content) (body any, err error) {
	switch {
	case part == record.LayoutList && k != nil && c == Content{List: c.List} && c.List != nil:
		return c.List, k.CheckList(*c.List)
	case part == record.LayoutForm && k != nil && c == Content{Form: c.Form} && c.Form != nil:
		return c.Form, k.CheckForm(*c.Form)
	case part == record.LayoutPrint && k != nil && c == Content{Print: c.Print} && c.Print != nil:
		return c.Print, k.CheckPrint(v, *c.Print)
	case part == record.LayoutMenu && k == nil && c == Content{Menu: c.Menu} && c.Menu != nil:
		return c.Menu, s.menu.Check(*c.Menu)
	}
	return nil, ErrPart.At("part")
}

// shaped returns a kind with its own fields as they are in tx, or nil for the menu.
func (s *Service) shaped(ctx context.Context, tx tenants.Tx, kind string) (*record.Spec, error) {
	if kind == record.MenuKind {
		return nil, nil
	}
	list, err := fieldsOf(ctx, tx, kind)
	if err != nil {
		return nil, err
	}
	return s.kinds.Kind(kind).With(own(list))
}

// lay runs fn for whoever may change this layout: the group's and a role's for who shapes the whole group, a company's within the grant too.
// k is nil for the menu.
func (s *Service) lay(ctx context.Context, a tenants.Actor, kind string, p Place, fn func(tx tenants.Tx, k *record.Spec) error) error {
	if err := s.laid(kind); err != nil {
		return err
	}
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		scope, err := tx.Can(Edit)
		if err != nil {
			return err
		}
		company, bad := uuid.Parse(p.Target)
		if !scope.All && (p.Level != record.LevelCompany || bad != nil || !scope.Covers(company, uuid.Nil, uuid.Nil)) {
			return rest.ErrDenied
		}
		if err := tenants.Bump(ctx, tx); err != nil {
			return err
		}
		if err := p.check(ctx, tx); err != nil {
			return err
		}
		k, err := s.shaped(ctx, tx, kind)
		if err != nil {
			return err
		}
		tx.Touch(live.Declarations, uuid.Nil)
		return fn(tx, k)
	})
	if err == nil {
		s.stale(a.Tenant.ID)
	}
	return err
}

// check looks at the name, and whether the target is there. It returns ErrPrintNamed or ErrTarget.
func (p Place) check(ctx context.Context, tx tenants.Tx) error {
	if p.Name != strings.TrimSpace(p.Name) || p.Name != "" && p.Part != record.LayoutPrint {
		return ErrPrintNamed.At("name")
	}
	q := tx.NewSelect().ColumnExpr("1")
	switch p.Level {
	case record.LevelGroup:
		if p.Target != "" {
			return ErrTarget.At("target")
		}
		return nil
	case record.LevelCompany:
		company, err := uuid.Parse(p.Target)
		if err != nil {
			return ErrTarget.At("target").Because(err)
		}
		q = q.TableExpr("org_units").Where("tenant_id = ? AND id = ? AND kind = 'company'", tx.Tenant, company)
	default:
		q = q.TableExpr("roles").Where("tenant_id = ? AND code = ?", tx.Tenant, p.Target)
	}
	found, err := q.Exists(ctx)
	if err == nil && !found {
		return ErrTarget.At("target")
	}
	return err
}

// SaveDraft keeps a layout that is being edited; nobody sees it yet. It returns record.ErrOwnKind, ErrPart, ErrTarget, the faults of
// record.Spec.CheckList, CheckForm and record.Menu.Check, or a denied fault.
func (s *Service) SaveDraft(ctx context.Context, a tenants.Actor, kind string, d Draft) error {
	return s.lay(ctx, a, kind, d.Place, func(tx tenants.Tx, k *record.Spec) error {
		body, err := s.hold(k, a.View(""), d.Part, d.Content)
		if err != nil {
			return err
		}
		if taken, err := d.taken(ctx, tx, kind); err != nil {
			return err
		} else if taken && d.Fresh {
			return ErrPrintTaken.At("name")
		}
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("layout of %s: %w", kind, err)
		}
		return tx.Later(ctx, `INSERT INTO screen_layouts (tenant_id, id, kind, part, level, target, name, version, body, at, by_id) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)
			ON CONFLICT ON CONSTRAINT screen_layouts_version DO UPDATE SET body = excluded.body, at = excluded.at, by_id = excluded.by_id`,
			tx.Tenant, id.New(), kind, d.Part, d.Level, d.Target, d.Name, string(b), tx.Now, tx.By.User)
	})
}

// Publish makes the draft the version that counts. It returns ErrNoDraft and the errors of SaveDraft.
func (s *Service) Publish(ctx context.Context, a tenants.Actor, kind string, p Place) error {
	return s.lay(ctx, a, kind, p, func(tx tenants.Tx, k *record.Spec) error {
		var draft Content
		var body []byte
		err := tx.QueryRowContext(ctx, "SELECT body FROM screen_layouts WHERE tenant_id = ? AND kind = ? AND part = ? AND level = ? AND target = ? AND name = ? AND version = 0", tx.Tenant, kind, p.Part, p.Level, p.Target, p.Name).Scan(&body)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoDraft
		}
		if err == nil {
			err = draft.read(p.Part, body)
		}
		if err != nil {
			return fmt.Errorf("draft of %s: %w", kind, err)
		}
		// A field may have been retired since the draft was saved.
		if _, err := s.hold(k, a.View(""), p.Part, draft); err != nil {
			return err
		}
		version, err := p.last(ctx, tx, kind, "true")
		if err != nil {
			return err
		}
		if err := p.retire(ctx, tx, kind); err != nil {
			return err
		}
		if err := tx.Later(ctx, "UPDATE screen_layouts SET version = ?, current = true, at = ?, by_id = ? WHERE tenant_id = ? AND kind = ? AND part = ? AND level = ? AND target = ? AND name = ? AND version = 0",
			version+1, tx.Now, tx.By.User, tx.Tenant, kind, p.Part, p.Level, p.Target, p.Name); err != nil {
			return err
		}
		return p.wrote(ctx, tx, kind, "publish", map[string]any{"published": version + 1})
	})
}

// Undo makes the version before the present one count again, or what the product ships when there is none. It returns ErrNothing and the
// errors of SaveDraft.
func (s *Service) Undo(ctx context.Context, a tenants.Actor, kind string, p Place) error {
	return s.lay(ctx, a, kind, p, func(tx tenants.Tx, _ *record.Spec) error {
		now, err := p.last(ctx, tx, kind, "current")
		if err != nil {
			return err
		}
		if now == 0 {
			return ErrNothing
		}
		if err := p.retire(ctx, tx, kind); err != nil {
			return err
		}
		if err := tx.Later(ctx, `UPDATE screen_layouts l SET current = true WHERE tenant_id = ? AND kind = ? AND part = ? AND level = ? AND target = ? AND name = ? AND version =
			(SELECT max(version) FROM screen_layouts b WHERE b.tenant_id = l.tenant_id AND b.kind = l.kind AND b.part = l.part AND b.level = l.level AND b.target = l.target AND b.name = l.name AND b.version > 0 AND b.version < ?)`,
			tx.Tenant, kind, p.Part, p.Level, p.Target, p.Name, now); err != nil {
			return err
		}
		return p.wrote(ctx, tx, kind, "undo", map[string]any{"undone": now})
	})
}

// Discard drops the draft. It returns ErrNoDraft and the errors of SaveDraft.
func (s *Service) Discard(ctx context.Context, a tenants.Actor, kind string, p Place) error {
	return s.lay(ctx, a, kind, p, func(tx tenants.Tx, _ *record.Spec) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM screen_layouts WHERE tenant_id = ? AND kind = ? AND part = ? AND level = ? AND target = ? AND name = ? AND version = 0", tx.Tenant, kind, p.Part, p.Level, p.Target, p.Name)
		if err != nil {
			return fmt.Errorf("discard draft of %s: %w", kind, err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return ErrNoDraft.Because(err)
		}
		return nil
	})
}

// last is the highest version of those that the condition names, 0 when there is none.
func (p Place) last(ctx context.Context, tx tenants.Tx, kind, condition string) (version int, err error) {
	err = tx.NewRaw("SELECT coalesce(max(version), 0) FROM screen_layouts WHERE tenant_id = ? AND kind = ? AND part = ? AND level = ? AND target = ? AND name = ? AND "+condition,
		tx.Tenant, kind, p.Part, p.Level, p.Target, p.Name).Scan(ctx, &version)
	if err != nil {
		return 0, fmt.Errorf("versions of %s: %w", kind, err)
	}
	return version, nil
}

func (p Place) retire(ctx context.Context, tx tenants.Tx, kind string) error {
	return tx.Later(ctx, "UPDATE screen_layouts SET current = false WHERE tenant_id = ? AND kind = ? AND part = ? AND level = ? AND target = ? AND name = ? AND current", tx.Tenant, kind, p.Part, p.Level, p.Target, p.Name)
}

func (p Place) wrote(ctx context.Context, tx tenants.Tx, kind, action string, facts map[string]any) error {
	facts["kind"], facts["part"], facts["level"], facts["target"], facts["name"] = kind, p.Part, p.Level, p.Target, p.Name
	return record.WriteHistory(ctx, tx.Tx, layoutKind, tx.Tenant, 0, action, nil, facts)
}

// layoutsThatRead names the layouts, current or draft, that read a field.
func layoutsThatRead(ctx context.Context, tx tenants.Tx, kind, key string) ([]fault.Text, error) {
	rows, err := tx.QueryContext(ctx, "SELECT part, body FROM screen_layouts WHERE tenant_id = ? AND kind = ? AND (current OR version = 0)", tx.Tenant, kind)
	if err != nil {
		return nil, fmt.Errorf("layouts of %s: %w", kind, err)
	}
	defer func() { _ = rows.Close() }()
	out := []fault.Text{}
	for rows.Next() {
		var part string
		var body []byte
		var v Content
		if err := rows.Scan(&part, &body); err != nil {
			return nil, fmt.Errorf("layouts of %s: %w", kind, err)
		}
		if err := v.read(part, body); err != nil {
			return nil, fmt.Errorf("layout of %s: %w", kind, err)
		}
		if v.layout().Reads(key) && !slices.Contains(out, layoutWords[part]) {
			out = append(out, layoutWords[part])
		}
	}
	return out, rows.Err()
}
