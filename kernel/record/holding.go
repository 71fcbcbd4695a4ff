package record

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/database"
	"forecourt/kernel/event"
)

// work says which records of a kind are still somebody's or some department's business.
type work struct {
	declared bool
	personal bool     // its owner's own work, so it goes to whoever follows them
	in       []string // the states; empty: every one
}

// OpenIn says in which states a record is still work: then it moves along when its department is merged into another. Without a
// state, every record is.
func (k *Kind[T]) OpenIn(statuses ...string) { k.work = work{declared: true, in: statuses} }

// HandsOver is OpenIn for what is its owner's own work: it goes to their successor, too.
func (k *Kind[T]) HandsOver(statuses ...string) {
	k.work = work{declared: true, personal: true, in: statuses}
}

// Moves reports whether open records move along with their department.
func (s *Spec) Moves() bool { return s.work.declared }

// HandedOver reports whether open records go to their owner's successor.
func (s *Spec) HandedOver() bool { return s.work.declared && s.work.personal }

// Held names open records: those of an owner, or of a department, in some companies.
type Held struct {
	Owner      uuid.UUID   // uuid.Nil: Department counts
	Department uuid.UUID   // when there is no Owner
	Companies  []uuid.UUID // nil: all
}

func (h Held) column() (name, field string, id uuid.UUID) {
	if h.Owner != uuid.Nil {
		return "owner_id", "ownerId", h.Owner
	}
	return "department_id", "departmentId", h.Department
}

func (s *Spec) held(q *bun.SelectQuery, tenant uuid.UUID, h Held) *bun.SelectQuery {
	column, _, id := h.column()
	q = q.TableExpr(s.table+" AS t").Where("t.tenant_id = ? AND t."+column+" = ?", tenant, id)
	if len(s.work.in) > 0 {
		q = q.Where("t."+s.by[s.status].column+" IN (?)", bun.List(s.work.in))
	}
	if h.Companies != nil {
		q = q.Where("t.company_id IN (?)", bun.List(append([]uuid.UUID{uuid.Nil}, h.Companies...)))
	}
	return q
}

// CountHeld counts open records and lists the companies that they belong to.
func (s *Spec) CountHeld(ctx context.Context, tx database.Tx, h Held) (n int, companies []uuid.UUID, err error) {
	var rows []struct {
		CompanyID uuid.UUID
		N         int
	}
	err = s.held(tx.NewSelect(), tx.Tenant, h).ColumnExpr("t.company_id, count(*) AS n").GroupExpr("t.company_id").Scan(ctx, &rows)
	if err != nil {
		return 0, nil, fmt.Errorf("open records of %s: %w", s.Name, err)
	}
	for _, r := range rows {
		n, companies = n+r.N, append(companies, r.CompanyID)
	}
	return n, companies, nil
}

// MoveHeld gives open records another owner or department, each with its next version, its line of history and the event
// "<kind>.<action>". It returns how many.
func (s *Spec) MoveHeld(ctx context.Context, tx database.Tx, h Held, to uuid.UUID, action string) (int, error) {
	var rows []struct {
		ID      uuid.UUID
		Version int
	}
	if err := s.held(tx.NewSelect(), tx.Tenant, h).ColumnExpr("t.id, t.version").OrderExpr("t.id").For("UPDATE OF t").Scan(ctx, &rows); err != nil {
		return 0, fmt.Errorf("lock open records of %s: %w", s.Name, err)
	}
	column, field, from := h.column()
	for some := range slices.Chunk(rows, 500) {
		ids := make([]uuid.UUID, len(some))
		for i, r := range some {
			ids[i] = r.ID
			if err := WriteHistory(ctx, tx, s.Name, r.ID, r.Version+1, action, map[string]any{field: from}, map[string]any{field: to}); err != nil {
				return 0, err
			}
			if err := event.Publish(ctx, tx, s.Name+"."+action, Changed{r.ID, r.Version + 1}); err != nil {
				return 0, err
			}
		}
		if _, err := tx.ExecContext(ctx, "UPDATE "+s.table+" SET "+column+" = ?, version = version + 1, updated_at = ? WHERE tenant_id = ? AND id IN (?)", to, tx.Now, tx.Tenant, bun.List(ids)); err != nil {
			return 0, fmt.Errorf("move open records of %s: %w", s.Name, err)
		}
	}
	return len(rows), nil
}

// checkWork finds states that the kind does not have.
func (s *Spec) checkWork(wrong func(string, ...any)) {
	if !s.work.declared {
		return
	}
	for _, column := range []string{"company_id", "department_id", "owner_id", "version", "updated_at"} {
		if !slices.ContainsFunc(s.Fields, func(f *Field) bool { return f.column == column }) {
			wrong("open: no column %s", column)
		}
	}
	if f := s.by[s.status]; len(s.work.in) > 0 {
		for _, status := range s.work.in {
			if f == nil || !f.has(status) {
				wrong("open: no state %s", status)
			}
		}
	}
}
