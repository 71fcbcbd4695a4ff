package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
)

// home is where a declared kind finds the others: writing starts from the kind alone.
type home struct{ registry atomic.Pointer[Registry] }

// keepTailored is for how many tenants a process keeps their own fields: those whose people work now.
const keepTailored = 1000

// tailored are the kinds of one tenant that have fields of its own, and the layouts of its menu, of one version of the tenant.
type tailored struct {
	version int64
	specs   map[string]*Spec
	menu    []Layout
}

type tailor = lru.Cache[uuid.UUID, *tailored]

func newTailor() *tailor {
	c, err := lru.New[uuid.UUID, *tailored](keepTailored)
	if err != nil {
		panic(err) // keepTailored is positive
	}
	return c
}

// layoutQuery reads the layouts that count now.
const layoutQuery = "SELECT kind, part, level, target, name, body FROM screen_layouts WHERE tenant_id = %s AND current ORDER BY kind, part, level, target, name"

const ownQuery = "SELECT kind, key, coalesce(slot, ''), retired, body FROM own_fields WHERE tenant_id = %s ORDER BY kind, position, key"

// Mine returns s with the fields that the reader's tenant added, or s itself.
func (r *Registry) Mine(ctx context.Context, db *sql.DB, v View, s *Spec) (*Spec, error) {
	if !s.owns {
		return s, nil
	}
	t, err := r.tailored(ctx, db, v)
	if err != nil {
		return nil, err
	}
	return t.of(s), nil
}

// tailored returns what the reader's tenant shaped. It is read when nobody did since the tenant's version rose: what changes a field raises
// it in the same transaction, so that a lost announcement costs nothing.
func (r *Registry) tailored(ctx context.Context, db *sql.DB, v View) (*tailored, error) {
	t, ok := r.tailor.Get(v.Tenant)
	if !ok || t.version < v.Version {
		own, layouts := map[string][]*OwnField{}, map[string][]Layout{}
		queries := []database.Query{{SQL: fmt.Sprintf(ownQuery, "$1"), Args: []any{v.Tenant}}, {SQL: fmt.Sprintf(layoutQuery, "$1"), Args: []any{v.Tenant}}}
		err := database.Read(ctx, db, v.Tenant, queries, func(i int, row [][]byte) error {
			if i == 1 {
				l := Layout{Part: string(row[1]), Level: string(row[2]), Target: string(row[3]), Name: string(row[4])}
				err := l.Read(row[5])
				layouts[string(row[0])] = append(layouts[string(row[0])], l)
				return err
			}
			o := &OwnField{Key: string(row[1]), Slot: string(row[2]), Retired: string(row[3]) == "t"}
			own[string(row[0])] = append(own[string(row[0])], o)
			return json.Unmarshal(row[4], o)
		})
		if err != nil {
			return nil, fmt.Errorf("own fields: %w", err)
		}
		t = r.keep(v.Tenant, v.Version, own, layouts)
	}
	return t, nil
}

// Of returns the kind with the fields that tx's tenant added, for the writer of a record.
func (s *Spec) Of(ctx context.Context, tx database.Tx) (*Spec, error) {
	r := s.home.registry.Load()
	if !s.owns || r == nil {
		return s, nil
	}
	t, ok := r.tailor.Get(tx.Tenant)
	if !ok || t.version < tx.Version {
		own, err := ReadOwn(ctx, tx)
		if err != nil {
			return nil, err
		}
		layouts, err := ReadLayouts(ctx, tx)
		if err != nil {
			return nil, err
		}
		t = r.keep(tx.Tenant, tx.Version, own, layouts)
	}
	return t.of(s), nil
}

// ReadOwn reads the fields that tx's tenant added, by kind and in their order.
func ReadOwn(ctx context.Context, tx database.Tx) (map[string][]*OwnField, error) {
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(ownQuery, "?"), tx.Tenant)
	if err != nil {
		return nil, fmt.Errorf("own fields: %w", err)
	}
	defer func() { _ = rows.Close() }()
	own := map[string][]*OwnField{}
	for rows.Next() {
		o := &OwnField{}
		var kind string
		var body []byte
		if err := rows.Scan(&kind, &o.Key, &o.Slot, &o.Retired, &body); err != nil {
			return nil, fmt.Errorf("own fields: %w", err)
		}
		if err := json.Unmarshal(body, o); err != nil {
			return nil, fmt.Errorf("own field %s.%s: %w", kind, o.Key, err)
		}
		own[kind] = append(own[kind], o)
	}
	return own, rows.Err()
}

// ReadLayouts reads the layouts of tx's tenant that count now, by kind.
func ReadLayouts(ctx context.Context, tx database.Tx) (map[string][]Layout, error) {
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(layoutQuery, "?"), tx.Tenant)
	if err != nil {
		return nil, fmt.Errorf("layouts: %w", err)
	}
	defer func() { _ = rows.Close() }()
	layouts := map[string][]Layout{}
	for rows.Next() {
		var kind string
		var l Layout
		var body []byte
		if err := rows.Scan(&kind, &l.Part, &l.Level, &l.Target, &l.Name, &body); err != nil {
			return nil, fmt.Errorf("layouts: %w", err)
		}
		if err := l.Read(body); err != nil {
			return nil, err
		}
		layouts[kind] = append(layouts[kind], l)
	}
	return layouts, rows.Err()
}

// Read takes the stored body of a layout.
func (l *Layout) Read(body []byte) error {
	into := any(&l.List)
	switch l.Part {
	case LayoutForm:
		into = &l.Form
	case LayoutPrint:
		into = &l.Print
	case LayoutMenu:
		into = &l.Menu
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("layout %s: %w", l.Part, err)
	}
	return nil
}

func (r *Registry) keep(tenant uuid.UUID, version int64, own map[string][]*OwnField, layouts map[string][]Layout) *tailored {
	t := &tailored{version, map[string]*Spec{}, layouts[MenuKind]}
	for kind, s := range r.by {
		if fields := own[kind]; s.owns && len(fields)+len(layouts[kind]) > 0 {
			composed, faults := s.with(fields)
			composed.layouts = layouts[kind]
			for key, err := range faults {
				slog.Error("formula of an own field left out", "tenant", tenant, "kind", kind, "field", key, "error", err)
			}
			t.specs[kind] = composed
		}
	}
	r.tailor.Add(tenant, t)
	return t
}

func (t *tailored) of(s *Spec) *Spec {
	if own := t.specs[s.Name]; own != nil {
		return own
	}
	return s
}

// Stale drops what is kept of a tenant.
func (r *Registry) Stale(tenant uuid.UUID) { r.tailor.Remove(tenant) }

// With returns s with own fields, or the fault of the first one whose formula cannot be used.
func (s *Spec) With(own []*OwnField) (*Spec, error) {
	composed, faults := s.with(own)
	for _, o := range own {
		if err := faults[o.Key]; err != nil {
			return nil, err
		}
	}
	return composed, nil
}

var ownSection = fault.Text{Zh: "其他信息", En: "More"}

func (s *Spec) with(own []*OwnField) (*Spec, map[string]error) {
	c := *s
	c.Fields, c.by = slices.Clone(s.Fields), maps.Clone(s.by)
	section := Section{Label: ownSection}
	for _, o := range own {
		f := o.field(&c)
		c.Fields, c.by[f.Name] = append(c.Fields, f), f
		if !f.ReadOnly {
			section.Fields = append(section.Fields, f.Name)
		}
	}
	if len(s.form) > 0 && len(section.Fields) > 0 {
		c.form = append(slices.Clone(s.form), section)
	}
	faults := c.compute(own)
	return &c, faults
}

// own returns the fields that the group added.
func (s *Spec) own() []*Field {
	var out []*Field
	for _, f := range s.Fields {
		if f.Own {
			out = append(out, f)
		}
	}
	return out
}
