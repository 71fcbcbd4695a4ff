package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/schema"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
)

// supply copies in n drafts for a seat to submit, all alike but for their ids and numbers, in one transaction. Their numbers come from
// the company's counter, as everybody's do.
func (l *loader) supply(ctx context.Context, s *seat, n int) (err error) {
	conn, err := l.owner.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	tx, err := conn.BeginTx(database.WithTenant(ctx, s.tenant.ID), nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if r := tx.Rollback(); r != nil && !errors.Is(r, sql.ErrTxDone) {
			err = errors.Join(err, r)
		}
	}()
	now := time.Now().UTC().Truncate(time.Microsecond)
	f := &filler{piles: piles{map[string]*pile{}, newTally()}, sheets: l.sheets, tenant: s.tenant.ID, now: now, places: []*place{{id: s.company, code: s.code}}, counters: map[counter]int64{},
		rand: rand.New(rand.NewPCG(2, uint64(now.UnixNano())))} //nolint:gosec // ids of a bench need no secret
	model, err := f.offer(ctx, tx, s)
	if err != nil {
		return err
	}
	local := now.In(clock.China)
	c := counter{s.company, l.sheets.contract.name, local.Year()*100 + int(local.Month())}
	var last int64
	if err := tx.QueryRowContext(ctx, `INSERT INTO counters AS c (tenant_id, company_id, kind, month, last) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, company_id, kind, month) DO UPDATE SET last = c.last + excluded.last RETURNING last`, s.tenant.ID, c.company, c.kind, c.month, n).Scan(&last); err != nil {
		return fmt.Errorf("numbers of drafts: %w", err)
	}
	f.counters[c] = last - int64(n)
	s.model = model.name
	seller := &person{id: s.user, session: s.session, company: s.company, department: s.department}
	for range n {
		m := f.draft(s.people[0].ID, nil, nil, model, seller, now, 0)
		save(f, l.sheets.contract, m)
		s.drafts = append(s.drafts, known{ID: m.ID, Name: m.Number})
	}
	if err := f.copy(ctx, conn.Conn); err != nil {
		return err
	}
	return tx.Commit()
}

// offer finds a model that the tenant sells and an accessory.
func (f *filler) offer(ctx context.Context, tx bun.Tx, s *seat) (m carModel, err error) {
	err = tx.QueryRowContext(ctx, `SELECT m.id, m.brand, m.full_name, p.amount FROM prices p JOIN platform_models m ON m.id = p.model_id
		WHERE p.tenant_id = ? AND p.price_type = 'retail' ORDER BY p.number LIMIT 1`, s.tenant.ID).Scan(&m.id, &m.brand, &m.name, &m.price)
	if err != nil {
		return m, fmt.Errorf("a model with a price: %w", err)
	}
	var x extra
	if err := tx.QueryRowContext(ctx, "SELECT id, name, price FROM accessories WHERE tenant_id = ? ORDER BY number LIMIT 1", s.tenant.ID).Scan(&x.id, &x.name, &x.price); err != nil {
		return m, fmt.Errorf("an accessory: %w", err)
	}
	f.accessories = []extra{x}
	return m, nil
}

// keysSQL turns search keys into the array that bun writes.
func keysSQL(keys []string) string {
	return schema.NewQueryGen(pgdialect.New()).FormatQuery("?", pgdialect.Array(keys))
}
