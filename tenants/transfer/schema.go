package transfer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"
)

// table is a table as the catalogue of the database describes it.
type table struct {
	name    string
	columns []column
	key     []string // of the primary key, in its order
	self    bool     // a row can refer to another row of the table
}

type column struct {
	name string
	kind string // PostgreSQL's name of its type
}

// reference is a platform table that tenants' rows refer to, and the columns that do: those with a foreign key, and those of the
// same name and type in tables that go without one.
type reference struct {
	to   table
	from []place
}

type place struct{ table, column string }

// schema is what a database has: its tenant tables so that none refers to a later one, and the platform's that they refer to.
type schema struct {
	number     string
	own        table
	tables     []table
	references []reference
}

const (
	tablesSQL = `SELECT c.relname, a.attname, format_type(a.atttypid, NULL),
		EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped) AS tenant,
		coalesce(array_position((SELECT i.indkey::int2[] FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary), a.attnum), -1) AS place
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname, a.attnum`
	// Constraints of partitions follow from those of their parents. A deferrable one waits for COMMIT and asks for no order.
	referencesSQL = `SELECT f.relname, t.relname, array_length(k.conkey, 1), (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = f.oid AND a.attnum = k.conkey[1])
		FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
		WHERE k.contype = 'f' AND k.conparentid = 0 AND NOT k.condeferrable AND f.relnamespace = 'public'::regnamespace ORDER BY k.oid`
)

// readSchema asks the catalogue.
func readSchema(ctx context.Context, db bun.IDB) (*schema, error) {
	s := &schema{}
	if err := db.QueryRowContext(ctx, "SELECT max(name) FROM bun_migrations").Scan(&s.number); err != nil {
		return nil, fmt.Errorf("number of the schema: %w", err)
	}
	byTenant, platform, err := readTables(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	s.own = *platform[ownTable]
	s.own.columns = slices.DeleteFunc(s.own.columns, func(c column) bool { return c.name == "version" || c.name == "changed_at" })
	needs, named, err := readReferences(ctx, db, byTenant, platform)
	if err != nil {
		return nil, fmt.Errorf("foreign keys: %w", err)
	}
	if s.tables, err = inOrder(byTenant, needs); err != nil {
		return nil, err
	}
	s.references = referencesOf(s.tables, platform, named)
	return s, nil
}

func readTables(ctx context.Context, db bun.IDB) (byTenant, platform map[string]*table, err error) {
	byTenant, platform = map[string]*table{}, map[string]*table{}
	rows, err := db.QueryContext(ctx, tablesSQL)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	places := map[string]map[int]string{}
	for rows.Next() {
		var name string
		var c column
		var tenant bool
		var at int
		if err := rows.Scan(&name, &c.name, &c.kind, &tenant, &at); err != nil {
			return nil, nil, err
		}
		in := platform
		if tenant {
			in = byTenant
		}
		if in[name] == nil {
			in[name], places[name] = &table{name: name}, map[int]string{}
		}
		in[name].columns = append(in[name].columns, c)
		if at >= 0 {
			places[name][at] = c.name
		}
	}
	for name, at := range places {
		t := byTenant[name]
		if t == nil {
			t = platform[name]
		}
		for i := range len(at) + 1 { // positions begin at 0 or at 1, as the array does
			if c, ok := at[i]; ok {
				t.key = append(t.key, c)
			}
		}
	}
	return byTenant, platform, rows.Err()
}

// readReferences returns which table needs which others first, and by which column names tenants refer to each platform table.
func readReferences(ctx context.Context, db bun.IDB, byTenant, platform map[string]*table) (needs map[string][]string, named map[string][]string, err error) {
	needs, named = map[string][]string{}, map[string][]string{}
	rows, err := db.QueryContext(ctx, referencesSQL)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var from, to, first string
		var columns int
		if err := rows.Scan(&from, &to, &columns, &first); err != nil {
			return nil, nil, err
		}
		switch {
		case byTenant[from] == nil || to == ownTable:
		case from == to:
			byTenant[from].self = true
		case byTenant[to] != nil:
			needs[from] = append(needs[from], to)
		case platform[to] != nil && columns == 1:
			named[to] = append(named[to], first)
		default:
			return nil, nil, fmt.Errorf("%s refers to %s by several columns", from, to)
		}
	}
	return needs, named, rows.Err()
}

// inOrder sorts tables so that each comes after those it needs.
func inOrder(tables map[string]*table, needs map[string][]string) ([]table, error) {
	out := make([]table, 0, len(tables))
	done := map[string]bool{}
	for len(out) < len(tables) {
		var round []string
		for name := range tables {
			if !done[name] && !slices.ContainsFunc(needs[name], func(n string) bool { return !done[n] }) {
				round = append(round, name)
			}
		}
		if round == nil {
			return nil, fmt.Errorf("the foreign keys of tables go round in a circle; make one of them deferrable")
		}
		slices.Sort(round)
		for _, name := range round {
			done[name] = true
			out = append(out, *tables[name])
		}
	}
	return out, nil
}

func referencesOf(tables []table, platform map[string]*table, named map[string][]string) (out []reference) {
	for name, columns := range named {
		r := reference{to: *platform[name]}
		for _, t := range tables {
			for _, c := range t.columns {
				if c.kind == "uuid" && slices.Contains(columns, c.name) {
					r.from = append(r.from, place{t.name, c.name})
				}
			}
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b reference) int { return strings.Compare(a.to.name, b.to.name) })
	return out
}

func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (t table) list() string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = ident(c.name)
	}
	return strings.Join(names, ", ")
}

// order is the same on every server, whatever language its texts are sorted in.
func (t table) order() string {
	if len(t.key) == 0 {
		return `x::text COLLATE "C"`
	}
	by := make([]string, len(t.key))
	for i, k := range t.key {
		by[i] = ident(k)
		if slices.Contains(t.columns, column{k, "text"}) {
			by[i] += ` COLLATE "C"`
		}
	}
	return strings.Join(by, ", ")
}
