package record

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/database"
)

// Batch names some records of a kind, in the order of their ids.
type Batch struct {
	After  uuid.UUID // the last one of the batch before
	Limit  int
	Since  time.Time // only those changed since then; zero: all
	Search bool      // what a search finds changed, too
}

// Batched is what a batch did.
type Batched struct {
	Last    uuid.UUID // for After of the next
	Seen    int       // fewer than the limit: there are no more
	Changed int
}

// Recompute computes the formulas of some records again, with their slots and what a search finds. Nobody's work waits for it: it reads
// without a lock and leaves out whatever somebody wrote meanwhile, because that write computed them itself. What people entered stays as it
// is, so neither the version nor the time of change moves, and the history has a line where the formula changed, not one for each record.
func (s *Spec) Recompute(ctx context.Context, tx database.Tx, b Batch) (done Batched, err error) {
	composed, err := s.Of(ctx, tx)
	if err != nil {
		return done, err
	}
	rows := reflect.New(reflect.SliceOf(s.model))
	q := tx.NewSelect().Model(rows.Interface()).ModelTableExpr(s.table+" AS t").ColumnExpr("t.tenant_id, t.own").
		Where("t.tenant_id = ? AND t.id > ?", tx.Tenant, b.After).OrderExpr("t.id").Limit(int64(b.Limit))
	for _, f := range s.Fields {
		q = q.ColumnExpr("t." + f.column)
	}
	if !b.Since.IsZero() {
		q = q.Where("t.updated_at >= ?", b.Since)
	}
	if err := q.Scan(ctx); err != nil {
		return done, fmt.Errorf("read %s to compute: %w", s.Name, err)
	}
	w := newRecomputer(composed, b.Search)
	for i := range rows.Elem().Len() {
		m := rows.Elem().Index(i)
		base := baseOf(m.Addr().Interface())
		done.Last = base.ID
		done.Seen++
		was := base.Own
		base.Own = maps.Clone(was)
		if base.Own == nil {
			base.Own = Own{}
		}
		composed.run(m, base.Own, tx)
		if b.Search || !reflect.DeepEqual(was, base.Own) && len(was)+len(base.Own) > 0 {
			if err := w.add(base, m); err != nil {
				return done, err
			}
		}
	}
	if len(w.args) > 0 {
		done.Changed, err = w.write(ctx, tx)
	}
	return done, err
}

// recomputer gathers the rows of one UPDATE.
type recomputer struct {
	spec  *Spec
	slots []string
	grams bool
	row   string
	rows  int
	args  []any
}

func newRecomputer(s *Spec, search bool) *recomputer {
	w := &recomputer{spec: s, grams: search && s.searched()}
	row := "?::uuid, ?::int, ?::jsonb"
	for _, f := range s.own() {
		if f.slot != "" {
			w.slots = append(w.slots, f.slot)
			row += ", ?::" + map[byte]string{'t': "text", 'n': "bigint", 'd': "date"}[f.slot[len(OwnKey)]]
		}
	}
	for _, f := range s.formulas {
		w.grams = w.grams || f.field.Searchable
	}
	if w.grams {
		row += ", ?::text[]"
	}
	w.row = "(" + row + ")"
	return w
}

func (w *recomputer) add(b *Base, m reflect.Value) error {
	own, err := b.Own.Value()
	if err != nil {
		return fmt.Errorf("own values of %s %s: %w", w.spec.Name, b.ID, err)
	}
	w.args = append(w.args, b.ID, b.Version, own)
	values := w.spec.slots(b.Own)
	for _, slot := range w.slots {
		w.args = append(w.args, values[slot])
	}
	if w.grams {
		w.args = append(w.args, pgdialect.Array(w.spec.grams(m, b.Own)))
	}
	w.rows++
	return nil
}

// write writes the rows whose version is still the one that was read.
func (w *recomputer) write(ctx context.Context, tx database.Tx) (int, error) {
	set, names := "own = v.own", "id, version, own"
	columns := w.slots
	if w.grams {
		columns = append(columns, "grams")
	}
	for _, c := range columns {
		set += ", " + c + " = v." + c
		names += ", " + c
	}
	q := "UPDATE " + w.spec.table + " AS t SET " + set + " FROM (VALUES " + strings.TrimSuffix(strings.Repeat(w.row+", ", w.rows), ", ") + ") v(" + names + ") WHERE t.tenant_id = ? AND t.id = v.id AND t.version = v.version"
	r, err := tx.ExecContext(ctx, q, append(w.args, tx.Tenant)...)
	if err != nil {
		return 0, fmt.Errorf("compute %s: %w", w.spec.Name, err)
	}
	n, err := r.RowsAffected()
	return int(n), err
}

// Count counts the records of the kind.
func (s *Spec) Count(ctx context.Context, tx database.Tx) (n int, err error) {
	err = tx.NewSelect().TableExpr(s.table).ColumnExpr("count(*)").Where("tenant_id = ?", tx.Tenant).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", s.Name, err)
	}
	return n, nil
}
