package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Query is a statement with $1, $2 … arguments.
type Query struct {
	SQL  string
	Args []any
	// Custom asks for a plan that is made for these arguments. A plan that is kept for all takes any range for a small part of its table.
	Custom bool
}

// Read runs queries in one read-only transaction of tenant and one round trip: BEGIN, SET LOCAL, the prepared queries,
// COMMIT. each gets every row as PostgreSQL's text, valid until the next row; an error of each ends the reading.
func Read(ctx context.Context, db *sql.DB, tenant uuid.UUID, queries []Query, each func(query int, row [][]byte) error) error {
	cn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = cn.Close() }() // gives it back to the pool
	return cn.Raw(func(d any) error {
		c, ok := d.(*Conn)
		if !ok {
			return fmt.Errorf("database: unexpected driver %T", d)
		}
		return c.settle(ctx, c.pipeline(ctx, tenant, queries, each))
	})
}

func (c *Conn) pipeline(ctx context.Context, tenant uuid.UUID, queries []Query, each func(int, [][]byte) error) (err error) {
	built, custom := make([]*pgx.ExtendedQueryBuilder, len(queries)), false
	names := make([]string, len(queries))
	for i, q := range queries {
		custom = custom || q.Custom
		statement, err := c.prepared.get(ctx, c.pg, q.SQL)
		if err != nil {
			return fmt.Errorf("prepare %s: %w", q.SQL, err)
		}
		built[i], names[i] = &pgx.ExtendedQueryBuilder{}, statement.Name
		if err := built[i].Build(c.Conn.Conn().TypeMap(), statement, q.Args); err != nil {
			return fmt.Errorf("arguments of %s: %w", q.SQL, err)
		}
	}
	p := c.pg.StartPipeline(ctx)
	defer func() { err = errors.Join(err, p.Close()) }()
	p.SendQueryParams("BEGIN READ ONLY", nil, nil, nil, nil)
	p.SendQueryParams(setTenant(tenant), nil, nil, nil, nil)
	head := 2
	if custom {
		p.SendQueryParams("SET LOCAL plan_cache_mode = force_custom_plan", nil, nil, nil, nil)
		head++
	}
	for i, b := range built {
		p.SendQueryPrepared(names[i], b.ParamValues, b.ParamFormats, nil) // nil: results as text
	}
	p.SendQueryParams("COMMIT", nil, nil, nil, nil)
	if err := p.Sync(); err != nil {
		return err
	}
	for i := 0; i < head+len(queries)+1; i++ {
		result, err := p.GetResults()
		if err != nil {
			return err
		}
		reader, ok := result.(*pgconn.ResultReader)
		if !ok {
			return fmt.Errorf("database: unexpected result %T", result)
		}
		var failed error
		for reader.NextRow() {
			if failed == nil {
				failed = each(i-head, reader.Values())
			}
		}
		if _, err := reader.Close(); err != nil {
			return err
		}
		if failed != nil {
			return failed
		}
	}
	return nil
}

// prepared keeps the statements of one connection. A saved view can ask anything, so their number is bounded.
type prepared struct {
	byText map[string]*pgconn.StatementDescription
	order  []string
	made   int
}

const preparedLimit = 250

func newPrepared() *prepared { return &prepared{byText: map[string]*pgconn.StatementDescription{}} }

func (p *prepared) get(ctx context.Context, pg *pgconn.PgConn, text string) (*pgconn.StatementDescription, error) {
	if s := p.byText[text]; s != nil {
		return s, nil
	}
	if len(p.order) == preparedLimit {
		oldest := p.order[0]
		if err := pg.Deallocate(ctx, p.byText[oldest].Name); err != nil {
			return nil, err
		}
		delete(p.byText, oldest)
		p.order = p.order[1:]
	}
	p.made++
	s, err := pg.Prepare(ctx, "r"+strconv.Itoa(p.made), text, nil)
	if err != nil {
		return nil, err
	}
	p.byText[text] = s
	p.order = append(p.order, text)
	return s, nil
}
