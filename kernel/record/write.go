package record

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/event"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/search"
)

// Faults of writing.
var (
	ErrMissing = fault.New(fault.Missing, "record.missing", "记录不存在，或不在你的权限范围内", "This record does not exist, or you may not see it")
	ErrStale   = fault.New(fault.Stale, "record.stale", "记录已被他人修改，请刷新后再改", "Someone changed this record; reload and try again")
	ErrTarget  = fault.New(fault.Invalid, "record.no_target", "引用的记录不存在，或不在你的权限范围内", "The record referred to does not exist, or you may not see it")
	ErrChoice  = fault.New(fault.Invalid, "record.choice", "不是可选的值", "This is none of the choices")
	ErrLocked  = fault.New(fault.Invalid, "record.locked", "你的角色不能修改%s", "Your roles do not allow changing %s")
	ErrNeeded  = fault.New(fault.Invalid, "record.needed", "%s必填", "%s is required")
	ErrLong    = fault.New(fault.Invalid, "record.long", "%s最多 %d 个字", "%s has at most %d characters")
)

// baseOf reaches the Base of a model. A kind without one is only read, never written by this package.
func baseOf(m any) *Base {
	b, ok := m.(interface{ BaseOf() *Base })
	if !ok {
		panic(fmt.Sprintf("record: %T has no Base and cannot be written", m))
	}
	return b.BaseOf()
}

// Changed is the body of the event that every write of a record publishes: "<kind>.<action>".
type Changed struct {
	ID      uuid.UUID `json:"id"`
	Version int       `json:"version"`
}

// Create inserts m with its number, its history and its event. It fills the Base but for company, department and owner,
// and returns a fault that names the field when a value breaks the declaration.
func (k *Kind[T]) Create(ctx context.Context, tx database.Tx, m *T) error {
	b := baseOf(m)
	b.TenantID, b.Version, b.CreatedAt, b.UpdatedAt, b.CreatedBy = tx.Tenant, 1, tx.Now, tx.Now, tx.By.User
	if b.ID == uuid.Nil {
		b.ID = id.New()
	}
	if err := k.Check(m); err != nil {
		return err
	}
	s, err := k.fill(ctx, tx, m, true)
	if err != nil {
		return err
	}
	now := s.ownValues(b.Own, k.values(m))
	delete(now, "number") // not known until the insert, which comes last
	if err := k.left(ctx, tx, b, "create", nil, now); err != nil {
		return err
	}
	q := tx.NewInsert().Model(m)
	if b.Number == "" {
		month := tx.Now.In(tx.Zone).Year()*100 + int(tx.Now.In(tx.Zone).Month())
		// The company's code keeps numbers that every company counts by itself apart in the group.
		q = q.Value("number", "? || coalesce((SELECT '-' || code FROM org_units WHERE tenant_id = ? AND id = ?), '') || '-' || ? || '-' || lpad(next_number(?, ?, ?, ?)::text, 4, '0')",
			k.prefix, tx.Tenant, b.CompanyID, fmt.Sprint(month), tx.Tenant, b.CompanyID, k.Name, month).Returning("number")
	}
	for slot, value := range s.slots(b.Own) {
		q = q.Value(slot, "?", value)
	}
	if k.searched() {
		q = q.Value("grams", "?", pgdialect.Array(s.grams(reflect.ValueOf(m).Elem(), b.Own)))
	}
	if _, err := q.Exec(ctx); err != nil {
		return k.refused(err)
	}
	if k.searched() && k.by["number"] != nil {
		return tx.Later(ctx, "UPDATE "+k.table+" SET grams = grams || ? WHERE tenant_id = ? AND id = ?", pgdialect.Array(search.Keys(b.Number)), tx.Tenant, b.ID)
	}
	return nil
}

// Find reads and locks the record, if it is in scope. It returns ErrMissing.
func (k *Kind[T]) Find(ctx context.Context, tx database.Tx, scope access.Scope, id uuid.UUID) (*T, error) {
	return k.find(ctx, tx, scope, id, true)
}

// Peek is Find without the lock.
func (k *Kind[T]) Peek(ctx context.Context, tx database.Tx, scope access.Scope, id uuid.UUID) (*T, error) {
	return k.find(ctx, tx, scope, id, false)
}

func (k *Kind[T]) find(ctx context.Context, tx database.Tx, scope access.Scope, id uuid.UUID, lock bool) (*T, error) {
	m := new(T)
	q := tx.NewSelect().Model(m).ModelTableExpr(k.table+" AS t").ColumnExpr("t.tenant_id").Where("t.tenant_id = ? AND t.id = ?", tx.Tenant, id)
	for _, f := range k.Fields {
		q = q.ColumnExpr("t." + f.column)
	}
	if k.owns {
		q = q.ColumnExpr("t.own")
	}
	if !scope.All && k.scope != scopeTenant {
		var s SQL
		k.restrict(&s, scope)
		where, args := bunForm(s)
		q = q.Where(where, args...)
	}
	if lock {
		q = q.For("UPDATE OF t")
	}
	switch err := q.Scan(ctx); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, ErrMissing
	case err != nil:
		return nil, fmt.Errorf("find %s %s: %w", k.Name, id, err)
	}
	return m, nil
}

// bunForm turns " AND x = $1" into bun's form.
func bunForm(s SQL) (string, []any) {
	text, args := strings.TrimPrefix(s.String(), " AND "), make([]any, len(s.Args))
	for i := len(s.Args); i > 0; i-- {
		text = strings.ReplaceAll(text, fmt.Sprintf("$%d", i), fmt.Sprintf("?%d", i-1))
	}
	for i, a := range s.Args {
		if reflect.TypeOf(a).Kind() == reflect.Slice {
			a = pgdialect.Array(a)
		}
		args[i] = a
	}
	return text, args
}

// Save writes m over before by id and version, with the history of what changed and the event "<kind>.<action>". It returns
// ErrStale when someone was faster, and ErrLocked. A save that changes nothing is none.
func (k *Kind[T]) Save(ctx context.Context, tx database.Tx, before, m *T, action string) error {
	if err := k.Check(m); err != nil {
		return err
	}
	b := baseOf(m)
	s, err := k.fill(ctx, tx, m, false)
	if err != nil {
		return err
	}
	was, now := diff(s.ownValues(baseOf(before).Own, k.values(before)), s.ownValues(b.Own, k.values(m)))
	if len(now) == 0 && len(was) == 0 {
		return nil
	}
	if err := s.unlocked(ViewOf(ctx), was, now); err != nil {
		return err
	}
	version := b.Version
	b.Version, b.UpdatedAt = version+1, tx.Now
	if err := k.left(ctx, tx, b, action, was, now); err != nil {
		return err
	}
	q := tx.NewUpdate().Model(m).ModelTableExpr(k.table+" AS t").ExcludeColumn("tenant_id", "id", "created_at", "created_by", "number").
		Where("t.tenant_id = ? AND t.id = ? AND t.version = ?", tx.Tenant, b.ID, version)
	for slot, value := range s.slots(b.Own) {
		q = q.Value(slot, "?", value)
	}
	if k.searched() {
		q = q.Value("grams", "?", pgdialect.Array(s.grams(reflect.ValueOf(m).Elem(), b.Own)))
	}
	r, err := q.Exec(ctx)
	if err != nil {
		return k.refused(err)
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return ErrStale.Because(err)
	}
	return nil
}

// refused puts a reference whose target the database does not find at its field, by the name that PostgreSQL gives a foreign key.
func (k *Kind[T]) refused(err error) error {
	for _, f := range k.Fields {
		if f.Type == Ref && (database.Violates(err, k.table+"_"+f.column+"_fkey") || database.Violates(err, k.table+"_tenant_id_"+f.column+"_fkey")) {
			return ErrTarget.At(f.Name).Because(err)
		}
	}
	return fmt.Errorf("write %s: %w", k.Name, err)
}

// unlocked returns ErrLocked at every changed field that a rule keeps whoever came through the door from changing.
func (s *Spec) unlocked(v View, was, now map[string]any) error {
	var wrong []*fault.Fault
	for _, f := range s.Fields {
		_, before := was[f.Name]
		_, after := now[f.Name]
		if (before || after) && v.locked(f) {
			wrong = append(wrong, ErrLocked.With(f.Label).At(f.Name))
		}
	}
	return fault.Join(wrong...)
}

// left writes what every change leaves behind: history and event. They ride with the change itself.
func (k *Kind[T]) left(ctx context.Context, tx database.Tx, b *Base, action string, was, now map[string]any) error {
	if err := WriteHistory(ctx, tx, k.Name, b.ID, b.Version, action, was, now); err != nil {
		return err
	}
	return event.Publish(ctx, tx, k.Name+"."+action, Changed{b.ID, b.Version})
}

// WriteHistory adds a line to the history of a record: the values of the changed fields before and after, who did it, by which
// operation, and how long that had taken when the line was written.
func WriteHistory(ctx context.Context, tx database.Tx, kind string, record uuid.UUID, version int, action string, was, now map[string]any) error {
	w, err := json.Marshal(orEmpty(was))
	if err != nil {
		return fmt.Errorf("history of %s: %w", kind, err)
	}
	n, err := json.Marshal(orEmpty(now))
	if err != nil {
		return fmt.Errorf("history of %s: %w", kind, err)
	}
	tx.Touch(kind, record)
	null := func(u uuid.UUID) any {
		if u == uuid.Nil {
			return nil
		}
		return u
	}
	return tx.Later(ctx, "INSERT INTO history (tenant_id, id, at, kind, record_id, version, action, user_id, session_id, address, operation, was, now, took) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		tx.Tenant, id.New(), tx.Now, kind, record, version, action, null(tx.By.User), null(tx.By.Session), tx.By.Address, tx.By.Operation, string(w), string(n), tookOf(ctx))
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

var bookkeeping = map[string]bool{"id": true, "version": true, "createdAt": true, "createdBy": true, "updatedAt": true}

// values returns the declared values that are not empty, by name.
func (k *Kind[T]) values(m *T) map[string]any {
	out := map[string]any{}
	v := reflect.ValueOf(m).Elem()
	for _, f := range k.Fields {
		if x := v.FieldByIndex(f.index); !bookkeeping[f.Name] && (!x.IsZero() || f.Type == Money) { // no money is a sum, too
			out[f.Name] = x.Interface()
		}
	}
	return out
}

func diff(before, after map[string]any) (was, now map[string]any) {
	was, now = map[string]any{}, map[string]any{}
	for name, b := range before {
		if a, ok := after[name]; !ok || !reflect.DeepEqual(a, b) {
			was[name] = b
		}
	}
	for name, a := range after {
		if b, ok := before[name]; !ok || !reflect.DeepEqual(a, b) {
			now[name] = a
		}
	}
	return was, now
}

// Check holds m against its declaration: required fields, lengths, choices. It returns one fault with every mistake.
func (k *Kind[T]) Check(m *T) error {
	var wrong []*fault.Fault
	v := reflect.ValueOf(m).Elem()
	for _, f := range k.Fields {
		x := v.FieldByIndex(f.index)
		switch {
		case f.Required && f.Type != Bool && x.IsZero():
			if f.Type != Int && f.Type != Money {
				wrong = append(wrong, ErrNeeded.With(f.Label).At(f.Name))
			}
		case f.Type == Text && f.MaxLength > 0 && len([]rune(x.String())) > f.MaxLength:
			wrong = append(wrong, ErrLong.With(f.Label, f.MaxLength).At(f.Name))
		case f.Type == Choice && !x.IsZero() && !f.has(x.String()):
			wrong = append(wrong, ErrChoice.At(f.Name))
		}
	}
	return fault.Join(wrong...)
}

func (f *Field) has(value string) bool {
	for _, o := range f.Options {
		if o.Value == value {
			return true
		}
	}
	return false
}

func (s *Spec) searched() bool {
	for _, f := range s.Fields {
		if f.Searchable {
			return true
		}
	}
	return false
}

// grams are the search keys of m. A protected field gives only whole values and tails, or a search would spell out what a mask hides.
func (s *Spec) grams(v reflect.Value, own Own) []string {
	keys := []string{} // never nil: the column takes no NULL
	for _, f := range s.Fields {
		if f.Own || !f.Searchable || v.FieldByIndex(f.index).String() == "" {
			continue
		}
		if f.Protected() {
			keys = append(keys, search.Whole(v.FieldByIndex(f.index).String())...)
		} else {
			keys = append(keys, search.Keys(v.FieldByIndex(f.index).String())...)
		}
	}
	return search.Unique(append(keys, s.ownKeys(own)...))
}

// Exists reports whether the record is there and, unless scope is all, in scope: for references in a body. It returns ErrTarget at field.
func (s *Spec) Exists(ctx context.Context, tx database.Tx, scope access.Scope, id uuid.UUID, field string) error {
	q := tx.NewSelect().TableExpr(s.table+" AS t").ColumnExpr("1").Where("t.tenant_id = ? AND t.id = ?", tx.Tenant, id)
	if !scope.All && s.scope != scopeTenant {
		var w SQL
		s.restrict(&w, scope)
		where, args := bunForm(w)
		q = q.Where(where, args...)
	}
	found, err := q.Exists(ctx)
	if err != nil {
		return fmt.Errorf("look for %s %s: %w", s.Name, id, err)
	}
	if !found {
		return ErrTarget.At(field)
	}
	return nil
}
