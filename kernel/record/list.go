package record

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/search"
)

// ErrDenied says that the reader holds no grant to read the kind.
var ErrDenied = fault.New(fault.Denied, "record.denied", "没有查看%s的权限", "You may not read %s")

// ListInput is what a list is asked for.
type ListInput struct {
	Filter string
	Sort   string
	Cursor string
	Limit  int
	Q      string
	Fields []string // empty: the default columns
	Count  bool
}

const (
	countCap  = 1000
	searchCap = 1000
)

type cursor struct {
	Null  bool            `json:"n,omitempty"`
	Value json.RawMessage `json:"v,omitempty"`
	ID    string          `json:"i"`
}

// Page is one page of a list, as JSON objects.
type Page struct {
	Items []json.RawMessage
	Next  string
	Count int
	More  bool // Count is a lower bound
}

// List reads one page. It returns ErrDenied, or a fault that names the parameter or field that is wrong.
func (s *Spec) List(ctx context.Context, db *sql.DB, r *Registry, v View, in ListInput) (*Page, error) {
	scope, ok := v.Set.Scope(s.Read)
	if !ok {
		return nil, ErrDenied.With(s.Label)
	}
	s, err := r.Mine(ctx, db, v, s)
	if err != nil {
		return nil, err
	}
	fields, err := s.pick(v, in.Fields)
	if err != nil {
		return nil, err
	}
	order, err := s.order(in.Sort, v)
	if err != nil {
		return nil, err
	}
	at, err := order.read(in.Cursor, v)
	if err != nil {
		return nil, err
	}
	var where SQL
	s.from(&where, v, scope)
	if err := s.filter(&where, in.Filter, v, false); err != nil {
		return nil, err
	}
	if !s.find(&where, in.Q) && strings.TrimSpace(in.Q) != "" {
		return &Page{Items: []json.RawMessage{}}, nil
	}
	l := lister{s, r, v, fields, order, &where, in.Limit}
	page, err := l.run(ctx, db, at, in.Count)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// from writes " FROM … WHERE tenant AND scope".
func (s *Spec) from(q *SQL, v View, scope access.Scope) {
	q.WriteString(" FROM " + s.table + " t WHERE t.tenant_id = ")
	q.Arg(v.Tenant)
	s.restrict(q, scope)
}

func (s *Spec) find(q *SQL, text string) bool {
	part, whole, ok := search.Query(text)
	if !ok || !s.searched() {
		return false
	}
	q.WriteString(" AND t.id IN (SELECT search_" + s.table + "(")
	q.Arg(part)
	q.WriteByte(',')
	q.Arg(whole)
	q.WriteString(", " + strconv.Itoa(searchCap) + "))")
	return true
}

// pick returns the fields that the reader asked for and may see, with id and version always first.
func (s *Spec) pick(v View, names []string) ([]*Field, error) {
	if len(names) == 0 {
		names = s.list
	}
	fields := make([]*Field, 0, len(names)+2)
	for _, always := range []string{"id", "version", s.status} {
		if f := s.by[always]; f != nil && !slices.Contains(names, always) {
			fields = append(fields, f)
		}
	}
	for _, n := range names {
		f := s.by[n]
		if f == nil || v.See(f) == access.Hidden {
			if slices.Contains(s.list, n) {
				continue // a shipped column that this reader does not see
			}
			return nil, ErrField.At("fields")
		}
		if !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return fields, nil
}

type order struct {
	field *Field
	down  bool
}

func (s *Spec) order(sort string, v View) (order, error) {
	if sort == "" {
		sort = s.sort
	}
	name, down := strings.CutPrefix(sort, "-")
	f := s.by[name]
	if f == nil || !f.Sortable || v.See(f) < access.Shown {
		return order{}, ErrSort.At("sort")
	}
	return order{f, down}, nil
}

func (o order) nullable() bool {
	return !o.field.Required && o.field.Name != "createdAt" && o.field.Name != "id" && o.field.Name != "number" && o.field.Type != Int
}

func (o order) read(text string, v View) (*cursor, error) {
	if text == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	var c cursor
	if err != nil || json.Unmarshal(b, &c) != nil || len(c.ID) != 36 {
		return nil, ErrCursor.At("cursor")
	}
	id := Field{Type: ID}
	if _, err := id.value(json.RawMessage(strconv.Quote(c.ID)), v); err != nil {
		return nil, ErrCursor.At("cursor")
	}
	if !c.Null {
		if _, err := o.field.value(c.Value, v); err != nil {
			return nil, ErrCursor.At("cursor")
		}
	}
	return &c, nil
}

// page writes the keyset and the order. Rows without a value come last either way, in a phase of their own, so that one
// plain index serves both directions.
func (o order) page(q *SQL, at *cursor, nulls bool, v View, limit int) {
	dir, cmp := "", " > "
	if o.down {
		dir, cmp = " DESC", " < "
	}
	column := o.field.ordered("t")
	switch {
	case nulls:
		q.WriteString(" AND " + column + " IS NULL")
		if at != nil && at.Null {
			q.WriteString(" AND t.id" + cmp)
			q.Arg(at.ID)
		}
		q.WriteString(" ORDER BY t.id" + dir)
	case at != nil:
		arg, _ := o.field.value(at.Value, v) // checked when the cursor was read
		q.WriteString(" AND (" + column + ", t.id)" + cmp + "(")
		q.Arg(arg)
		q.WriteByte(',')
		q.Arg(at.ID)
		q.WriteByte(')')
		if o.nullable() {
			q.WriteString(" AND " + column + " IS NOT NULL")
		}
		q.WriteString(" ORDER BY " + column + dir + ", t.id" + dir)
	default:
		if o.nullable() {
			q.WriteString(" AND " + column + " IS NOT NULL")
		}
		q.WriteString(" ORDER BY " + column + dir + ", t.id" + dir)
	}
	q.WriteString(" LIMIT ")
	q.Arg(limit)
}

type lister struct {
	spec   *Spec
	r      *Registry
	view   View
	fields []*Field
	order  order
	where  *SQL
	limit  int
}

func (l *lister) run(ctx context.Context, db *sql.DB, at *cursor, count bool) (*Page, error) {
	page := &Page{Items: make([]json.RawMessage, 0, min(l.limit, 200))}
	var last cursor
	phase := func(nulls, count bool) error {
		queries := []database.Query{l.query(at, nulls, l.limit+1-len(page.Items))}
		if count {
			queries = append(queries, database.Query{SQL: "SELECT count(*) FROM (SELECT 1" + l.where.String() + " LIMIT " + strconv.Itoa(countCap+1) + ") c", Args: l.where.Args})
		}
		return database.Read(ctx, db, l.view.Tenant, queries, func(i int, row [][]byte) error {
			if i == 1 {
				n, err := strconv.Atoi(string(row[0]))
				page.Count, page.More = min(n, countCap), n > countCap
				return err
			}
			if len(page.Items) == l.limit {
				b, err := json.Marshal(last)
				page.Next = base64.RawURLEncoding.EncodeToString(b)
				return err
			}
			last = l.cursor(row, nulls)
			page.Items = append(page.Items, l.r.appendJSON(nil, l.view, l.fields, row[2:]))
			return nil
		})
	}
	nulls := at != nil && at.Null
	if err := phase(nulls, count); err != nil {
		return nil, err
	}
	if !nulls && l.order.nullable() && page.Next == "" {
		at = nil
		if err := phase(true, false); err != nil {
			return nil, err
		}
	}
	return page, nil
}

func (l *lister) query(at *cursor, nulls bool, limit int) database.Query {
	var q SQL
	q.Args = slices.Clone(l.where.Args)
	q.WriteString("SELECT t.id, " + l.order.field.ordered("t"))
	l.r.columns(&q, l.fields)
	q.WriteString(l.where.String())
	l.order.page(&q, at, nulls, l.view, limit)
	return database.Query{SQL: q.String(), Args: q.Args, Custom: l.where.ranged}
}

func (l *lister) cursor(row [][]byte, nulls bool) cursor {
	c := cursor{ID: string(row[0]), Null: nulls}
	if nulls {
		return c
	}
	switch f := l.order.field; f.Type {
	case Int, Bool:
		c.Value = slices.Clone(row[1])
	case Money:
		c.Value = appendMoney(nil, row[1])
	case Number:
		n, _ := strconv.ParseInt(string(row[1]), 10, 64) // a bigint column
		c.Value = json.RawMessage(unscale(n, f.Decimals))
	case Time:
		c.Value = appendTime(nil, row[1])
	default:
		c.Value = quote(nil, string(row[1]))
	}
	return c
}
