package screens

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Faults of saved views.
var (
	ErrNoView    = fault.New(fault.Missing, "saved_view.missing", "没有这个视图", "There is no such view")
	ErrViewName  = fault.New(fault.Conflict, "saved_view.name_taken", "你已经有一个同名的视图", "You have a view of this name")
	ErrViewShare = fault.New(fault.Invalid, "saved_view.share", "请选择要共享的部门或角色", "Choose the unit or role to share with")
	ErrViewMany  = fault.New(fault.Conflict, "saved_view.too_many", "一种单据最多保存 50 个视图", "You keep 50 views of a kind at most")
	ErrViewDate  = fault.New(fault.Invalid, "saved_view.date", "没有可用的日期字段，不能用日历", "A calendar needs a date of the kind")
)

// With whom a view is shared. It is stored.
const (
	Private = "private"
	Unit    = "unit"
	Role    = "role"
	Group   = "group"
)

const maxViews = 50

// ViewBody is what a list is asked for.
type ViewBody struct {
	Filter  json.RawMessage `json:"filter" doc:"[[field, operator, value], …]"`
	Sort    string          `json:"sort,omitempty" maxLength:"60"`
	Columns []record.Column `json:"columns,omitempty" maxItems:"40" doc:"Empty: those of the list"`
	As      string          `json:"as,omitempty" enum:"table,board,calendar," doc:"How it is shown"`
	Date    string          `json:"date,omitempty" maxLength:"60" doc:"Of a calendar: the date by which records stand"`
}

// ViewInput is a view as somebody saves it.
type ViewInput struct {
	Name    string `json:"name" minLength:"1" maxLength:"40"`
	Sharing string `json:"sharing" enum:"private,unit,role,group"`
	UnitID  string `json:"unitId,omitempty" maxLength:"36"`
	Role    string `json:"role,omitempty" maxLength:"60"`
	ViewBody
}

// View is a saved view, as one of those sees it with whom it is shared.
type View struct {
	ID      uuid.UUID `json:"id"`
	Version int       `json:"version"`
	Mine    bool      `json:"mine"`
	Owner   string    `json:"owner"`
	Kind    string    `json:"kind"`
	ViewInput
}

// readable returns the kind as the reader's tenant has it. It returns ErrKind for one that they may not read.
func (s *Service) readable(ctx context.Context, v record.View, kind string) (*record.Spec, error) {
	k := s.kinds.Kind(kind)
	if k == nil || k.Path == "" || !v.Set.Has(k.Read) {
		return nil, ErrKind
	}
	return s.kinds.Mine(ctx, s.db.Pool(), v, k)
}

// Views reads the views of a kind that the actor made or that are shared with them; one over a field that they do not see is left out.
// It returns ErrKind.
func (s *Service) Views(ctx context.Context, a tenants.Actor, v record.View, kind string) ([]View, error) {
	k, err := s.readable(ctx, v, kind)
	if err != nil {
		return nil, err
	}
	out := []View{}
	err = s.db.Read(ctx, a, func(tx tenants.Tx) error {
		list, err := viewsOf(ctx, tx, kind)
		for _, x := range list {
			if sees(a, x) && k.CheckView(v, string(x.Filter), x.Sort, x.Columns) == nil {
				x.Mine = x.owner == a.User
				out = append(out, x.View)
			}
		}
		return err
	})
	return out, err
}

// sees reports whether a view is theirs or shared with them, in the posting in which they work now.
func sees(a tenants.Actor, x viewRow) bool {
	switch x.Sharing {
	case Group:
		return true
	case Unit:
		unit := x.UnitID
		return x.owner == a.User || unit == a.Posting.Unit.String() || unit == a.Posting.Company.String() || unit == a.Posting.Department.String()
	case Role:
		for _, r := range a.Posting.Roles {
			if r == x.Role {
				return true
			}
		}
	}
	return x.owner == a.User
}

// check holds a view against the kind and against what its owner may share: within their own units everybody, beyond them whoever
// shapes the screens of the group.
func (s *Service) check(tx tenants.Tx, v record.View, k *record.Spec, in ViewInput) error {
	if err := k.CheckView(v, string(in.Filter), in.Sort, in.Columns); err != nil {
		return err
	}
	if f := k.Field(in.Date); in.As == "calendar" && (f == nil || f.Type != record.Date && f.Type != record.Time || len(f.Operators()) == 0) {
		return ErrViewDate.At("date")
	}
	if in.Sharing == Private {
		return nil
	}
	if scope, err := tx.Can(Edit); err == nil && scope.All {
		return nil
	}
	p := tx.Actor.Posting
	if in.Sharing == Unit && (in.UnitID == p.Unit.String() || in.UnitID == p.Company.String() || in.UnitID == p.Department.String()) {
		return nil
	}
	return rest.ErrDenied
}

func (in *ViewInput) tidy() error {
	in.Name = strings.TrimSpace(in.Name)
	switch {
	case in.Name == "":
		return record.ErrNeeded.With(fault.Text{Zh: "名称", En: "Name"}).At("name")
	case in.Sharing == Unit:
		if _, err := uuid.Parse(in.UnitID); err != nil {
			return ErrViewShare.At("unitId").Because(err)
		}
		in.Role = ""
	case in.Sharing == Role:
		if in.Role == "" {
			return ErrViewShare.At("role")
		}
		in.UnitID = ""
	default:
		in.UnitID, in.Role = "", ""
	}
	return nil
}

// SaveView keeps a view. It returns ErrKind, ErrViewName, ErrViewShare, ErrViewMany, ErrViewDate, the faults of lists, or a denied fault.
func (s *Service) SaveView(ctx context.Context, a tenants.Actor, v record.View, kind string, in ViewInput) (*View, error) {
	k, err := s.readable(ctx, v, kind)
	if err == nil {
		err = in.tidy()
	}
	if err != nil {
		return nil, err
	}
	out := &View{ID: id.New(), Version: 1, Mine: true, Owner: a.Name, Kind: kind, ViewInput: in}
	err = s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if err := s.check(tx, v, k, in); err != nil {
			return err
		}
		have := 0
		if err := tx.NewRaw("SELECT count(*) FROM saved_views WHERE tenant_id = ? AND kind = ? AND owner_id = ?", tx.Tenant, kind, a.User).Scan(ctx, &have); err != nil {
			return fmt.Errorf("count views: %w", err)
		}
		if have >= maxViews {
			return ErrViewMany
		}
		body, err := json.Marshal(in.ViewBody)
		if err != nil {
			return fmt.Errorf("view: %w", err)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO saved_views (tenant_id, id, version, kind, owner_id, name, sharing, unit_id, role, body, created_at, updated_at) VALUES (?, ?, 1, ?, ?, ?, ?, nullif(?, '')::uuid, nullif(?, ''), ?, ?, ?)",
			tx.Tenant, out.ID, kind, a.User, in.Name, in.Sharing, in.UnitID, in.Role, string(body), tx.Now, tx.Now); err != nil {
			return refusedView(err)
		}
		return record.WriteHistory(ctx, tx.Tx, "saved_view", out.ID, 1, "create", nil, out.facts())
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func refusedView(err error) error {
	switch {
	case database.Violates(err, "saved_views_name"):
		return ErrViewName.At("name").Because(err)
	case database.Violates(err, "saved_views_role"):
		return ErrViewShare.At("role").Because(err)
	case database.Violates(err, "saved_views_tenant_id_unit_id_fkey"):
		return ErrViewShare.At("unitId").Because(err)
	}
	return fmt.Errorf("save view: %w", err)
}

func (x View) facts() map[string]any {
	return map[string]any{"kind": x.Kind, "name": x.Name, "sharing": x.Sharing, "unitId": x.UnitID, "role": x.Role, "body": x.ViewBody}
}

// own finds a view of the actor's own, in this version. It returns ErrNoView or record.ErrStale.
func ownView(ctx context.Context, tx tenants.Tx, view uuid.UUID, version int) (View, error) {
	list, err := viewsBy(ctx, tx, "s.id = ? AND s.owner_id = ?", view, tx.By.User)
	switch {
	case err != nil:
		return View{}, err
	case len(list) == 0:
		return View{}, ErrNoView
	case list[0].Version != version:
		return View{}, record.ErrStale
	}
	return list[0].View, nil
}

// EditView changes a view of one's own. It returns ErrNoView, record.ErrStale and the errors of SaveView.
func (s *Service) EditView(ctx context.Context, a tenants.Actor, v record.View, view uuid.UUID, version int, in ViewInput) (*View, error) {
	if err := in.tidy(); err != nil {
		return nil, err
	}
	var now View
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		was, err := ownView(ctx, tx, view, version)
		if err != nil {
			return err
		}
		k, err := s.readable(ctx, v, was.Kind)
		if err != nil {
			return err
		}
		if err := s.check(tx, v, k, in); err != nil {
			return err
		}
		now = was
		now.Version, now.Mine, now.ViewInput = version+1, true, in
		body, err := json.Marshal(in.ViewBody)
		if err != nil {
			return fmt.Errorf("view: %w", err)
		}
		if _, err := tx.ExecContext(ctx, "UPDATE saved_views SET version = version + 1, name = ?, sharing = ?, unit_id = nullif(?, '')::uuid, role = nullif(?, ''), body = ?, updated_at = ? WHERE tenant_id = ? AND id = ?",
			in.Name, in.Sharing, in.UnitID, in.Role, string(body), tx.Now, tx.Tenant, view); err != nil {
			return refusedView(err)
		}
		return record.WriteHistory(ctx, tx.Tx, "saved_view", view, now.Version, "edit", was.facts(), now.facts())
	})
	if err != nil {
		return nil, err
	}
	return &now, nil
}

// DeleteView deletes a view of one's own. It returns ErrNoView or record.ErrStale.
func (s *Service) DeleteView(ctx context.Context, a tenants.Actor, view uuid.UUID, version int) error {
	return s.db.Do(ctx, a, func(tx tenants.Tx) error {
		was, err := ownView(ctx, tx, view, version)
		if err != nil {
			return err
		}
		if err := record.WriteHistory(ctx, tx.Tx, "saved_view", view, version+1, "delete", was.facts(), nil); err != nil {
			return err
		}
		return tx.Later(ctx, "DELETE FROM saved_views WHERE tenant_id = ? AND id = ?", tx.Tenant, view)
	})
}

// viewRow is a view with whose it is.
type viewRow struct {
	View
	owner uuid.UUID
}

func viewsOf(ctx context.Context, tx tenants.Tx, kind string) ([]viewRow, error) {
	return viewsBy(ctx, tx, "s.kind = ?", kind)
}

func viewsBy(ctx context.Context, tx tenants.Tx, where string, args ...any) ([]viewRow, error) {
	rows, err := tx.QueryContext(ctx, `SELECT s.id, s.version, s.kind, s.owner_id, u.name, s.name, s.sharing, coalesce(s.unit_id::text, ''), coalesce(s.role, ''), s.body
		FROM saved_views s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.owner_id WHERE s.tenant_id = ? AND `+where+" ORDER BY s.name, s.id", append([]any{tx.Tenant}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("views: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []viewRow
	for rows.Next() {
		var x viewRow
		var body []byte
		if err := rows.Scan(&x.ID, &x.Version, &x.Kind, &x.owner, &x.Owner, &x.Name, &x.Sharing, &x.UnitID, &x.Role, &body); err != nil {
			return nil, fmt.Errorf("views: %w", err)
		}
		if err := json.Unmarshal(body, &x.ViewBody); err != nil {
			return nil, fmt.Errorf("view %s: %w", x.ID, err)
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// viewsThatRead names the saved views that read a field.
func viewsThatRead(ctx context.Context, tx tenants.Tx, kind, key string) ([]fault.Text, error) {
	list, err := viewsOf(ctx, tx, kind)
	if err != nil {
		return nil, err
	}
	out := []fault.Text{}
	for _, x := range list {
		reads := strings.TrimPrefix(x.Sort, "-") == key || x.Date == key || strings.Contains(string(x.Filter), `"`+key+`"`)
		for _, c := range x.Columns {
			reads = reads || c.Name == key
		}
		if reads {
			out = append(out, fault.Text{Zh: "视图“" + x.Name + "”（" + x.Owner + "）", En: "the view " + x.Name + " (" + x.Owner + ")"})
		}
	}
	return out, nil
}
