package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"forecourt/kernel/database"
)

// pile is rows of one table that wait for their COPY.
type pile struct {
	table   string
	columns []string
	rows    [][]any
}

// copyOrder is every table that the bench fills, each after those that it refers to.
var copyOrder = []string{
	"tenants", "org_units", "unit_periods", "users", "postings", "brand_subscriptions", "accessories", "prices", "customers", "customer_relations", "intents", "intent_follow_ups",
	"vehicles", "vehicle_events", "contracts", "contract_lines", "vehicle_reservations", "receipts", "invoices", "outbounds", "handovers", "callbacks", "due_tasks",
	"counters", "history", "outbox",
}

// piles are the rows of one tenant.
type piles struct {
	by    map[string]*pile
	tally *tally
}

func (p *piles) add(table string, columns []string, row []any) {
	x := p.by[table]
	if x == nil {
		if !slices.Contains(copyOrder, table) {
			panic("bench: " + table + " has no place in the order of tables")
		}
		x = &pile{table: table, columns: columns}
		p.by[table] = x
	}
	x.rows = append(x.rows, row)
}

// copy sends everything that waits, in the transaction that conn has open.
func (p *piles) copy(ctx context.Context, conn *sql.Conn) error {
	for _, table := range copyOrder {
		x := p.by[table]
		if x == nil || len(x.rows) == 0 {
			continue
		}
		began, at := time.Now(), 0
		n, err := database.Copy(ctx, conn, x.table, x.columns, func() ([]any, error) {
			if at == len(x.rows) {
				return nil, nil
			}
			at++
			return x.rows[at-1], nil
		})
		if err != nil {
			return err
		}
		p.tally.note(x.table, n, time.Since(began))
		clear(x.rows)
		x.rows = x.rows[:0]
	}
	return nil
}

// tally counts what was copied by all connections.
type tally struct {
	mu     sync.Mutex
	order  []string
	tables map[string]*copied
}

type copied struct {
	rows  int64
	spent time.Duration // of all connections together
}

func newTally() *tally { return &tally{tables: map[string]*copied{}} }

func (t *tally) note(table string, rows int64, spent time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.tables[table]
	if c == nil {
		c = &copied{}
		t.tables[table] = c
		t.order = append(t.order, table)
	}
	c.rows += rows
	c.spent += spent
}

// print writes a line a table. Several connections copy at once, so a table's seconds are its share of the time on the wall; the
// shares add up to took.
func (t *tally) print(out io.Writer, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var rows int64
	var spent time.Duration
	for _, c := range t.tables {
		rows, spent = rows+c.rows, spent+c.spent
	}
	w := tabwriter.NewWriter(out, 0, 4, 1, ' ', tabwriter.AlignRight)
	line := func(name string, rows int64, seconds float64) {
		_, _ = fmt.Fprintf(w, "| %s\t | %d\t | %.1f\t | %.0f\t |\n", name, rows, seconds, float64(rows)/max(seconds, 0.001))
	}
	_, _ = fmt.Fprint(w, "| table\t | rows\t | seconds\t | rows/s\t |\n|---\t |---:\t |---:\t |---:\t |\n")
	for _, name := range t.order {
		c := t.tables[name]
		line(name, c.rows, took.Seconds()*float64(c.spent)/float64(max(spent, 1)))
	}
	line("in all", rows, took.Seconds())
	_ = w.Flush()
}
