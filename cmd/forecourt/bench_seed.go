package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/url"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"golang.org/x/sync/errgroup"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/policies"
	"forecourt/tenants"
)

// benchCode begins the code of every tenant of the bench.
const benchCode = "bench-"

// errBenchHeld says that there are bench tenants already.
var errBenchHeld = errors.New("the database holds bench tenants; give --more to add others beside them, or take an empty database")

// errNoOwner says that COPY has no way in: a table under row security takes none from the application's role.
var errNoOwner = errors.New("set DATABASE_OWNER_URL: rows are copied in by the owner of the tables")

// seedInput is what is to be made.
type seedInput struct {
	Tenants, Customers int
	More               bool
}

// validate returns an error for what cannot be made.
func (in seedInput) validate() error {
	if in.Tenants < 1 || in.Tenants > 9_999 || in.Customers < in.Tenants || in.Customers > 100_000_000 {
		return fmt.Errorf("%d customers in %d tenants: want 1 to 9999 tenants and a customer at least for each", in.Customers, in.Tenants)
	}
	return nil
}

// sizes shares the customers out: the largest of 200 tenants gets a tenth, the smallest one in a thousand.
func (in seedInput) sizes() []int {
	const flat = 2.2
	var sum float64
	for i := range in.Tenants {
		sum += 1 / (float64(i) + flat)
	}
	sizes, left := make([]int, in.Tenants), in.Customers
	for i := range sizes {
		sizes[i] = 1 + int(float64(in.Customers-in.Tenants)/(float64(i)+flat)/sum)
		left -= sizes[i]
	}
	sizes[0] += left // what rounding left over
	return sizes
}

// seeder fills tenants as the owner of the tables, who is under no row security.
type seeder struct {
	db     *bun.DB
	sheets *sheets
	tally  *tally
	hash   string
	models []carModel
	heard  map[string][]string
	now    time.Time
}

// seed makes tenants with their people and a year of business, each in one transaction, and says how fast. It returns
// errBenchHeld, errNoOwner, or what the database refused; a tenant that fails leaves nothing behind.
func (s *servers) seed(ctx context.Context, in seedInput, out io.Writer, command string) (err error) {
	if err := in.validate(); err != nil {
		return err
	}
	if s.ownerURL == "" {
		return errNoOwner
	}
	app, err := build(s, slog.Default())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.close()) }()
	if err := app.platformModels(ctx); err != nil {
		return fmt.Errorf("models: %w", err)
	}
	jobs := runtime.NumCPU() + 1
	pool, err := s.copier(jobs)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	m := &seeder{db: bun.NewDB(pool, pgdialect.New()), sheets: newSheets(), tally: newTally(), heard: app.modules.listeners(), now: time.Now().UTC().Truncate(time.Microsecond)}
	first, err := m.prepare(ctx, in)
	if err != nil {
		return err
	}
	head, err := machine(ctx, pool, command)
	if err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // rows are short-lived, and memory is there
	began := time.Now()
	if err := waiting(ctx, m.db, longList); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, waiting(context.WithoutCancel(ctx), m.db, shortList))
		}
	}()
	g, ctx2 := errgroup.WithContext(ctx)
	g.SetLimit(jobs)
	for i, customers := range in.sizes() {
		code := fmt.Sprintf("%s%04d", benchCode, first+i)
		g.Go(func() error {
			if ctx2.Err() != nil {
				return ctx2.Err()
			}
			if err := m.fill(ctx2, code, customers); err != nil {
				return fmt.Errorf("fill %s: %w; the tenants before it are whole, nothing of it was kept", code, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err := waiting(ctx, m.db, shortList); err != nil {
		return err
	}
	took := time.Since(began)
	_, _ = fmt.Fprintf(out, "%s.\n\n", head)
	m.tally.print(out, took)
	began = time.Now()
	if _, err := pool.ExecContext(database.WithPlatform(ctx), "VACUUM (ANALYZE) "+strings.Join(copyOrder, ", ")); err != nil {
		return fmt.Errorf("analyse: %w", err)
	}
	_, _ = fmt.Fprintf(out, "\nVacuum and analyse: %.1f s. Sign in as %s%04d / sales1-1 / %s.\n", time.Since(began).Seconds(), benchCode, first, benchPassword)
	return nil
}

// copier is a pool for COPY: the owner of the tables, or on the private server its superuser.
func (s *servers) copier(n int) (*sql.DB, error) {
	if s.pg == nil {
		return database.Open(s.ownerURL, n)
	}
	as, err := url.Parse(s.pg.AdminURL())
	if err != nil {
		return nil, fmt.Errorf("address of the private PostgreSQL: %w", err)
	}
	in, err := url.Parse(s.ownerURL)
	if err != nil {
		return nil, fmt.Errorf("address of the private PostgreSQL: %w", err)
	}
	as.Path = in.Path
	return database.Open(as.String(), n)
}

// bulk is how a transaction of many rows works: keys wait in long lists, which are sorted in memory. A superuser also leaves out the
// look-up behind every foreign key, as pg_restore --disable-triggers does: half the time of a COPY goes there. The tests copy with it.
const bulk = `SET LOCAL work_mem = '256MB'; SELECT set_config('session_replication_role', 'replica', true) FROM pg_roles WHERE rolname = current_user AND rolsuper`

// prepare looks what is there, makes what all tenants share, and returns the number of the first tenant.
func (m *seeder) prepare(ctx context.Context, in seedInput) (first int, err error) {
	ctx = database.WithPlatform(ctx)
	var held int
	if err := m.db.QueryRowContext(ctx, "SELECT coalesce(max(substr(code, ?)::int), 0) FROM tenants WHERE code ~ ?", len(benchCode)+1, "^"+benchCode+"[0-9]{4}$").Scan(&held); err != nil {
		return 0, fmt.Errorf("look for bench tenants: %w", err)
	}
	if held > 0 && !in.More {
		return 0, errBenchHeld
	}
	if held+in.Tenants > 9_999 {
		return 0, fmt.Errorf("%d bench tenants are there already: %w", held, errBenchHeld)
	}
	// A year of history has a partition a month, as it would have had.
	if _, err := m.db.ExecContext(ctx, "SELECT history_months(?, 14)", string(clock.DayOf(m.now, clock.China).Add(-yearOf))); err != nil {
		return 0, fmt.Errorf("months of history: %w", err)
	}
	rows, err := m.db.QueryContext(ctx, "SELECT id, brand, full_name FROM platform_models WHERE source_id LIKE 'demo-%' ORDER BY source_id")
	if err != nil {
		return 0, fmt.Errorf("models: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c carModel
		if err := rows.Scan(&c.id, &c.brand, &c.name); err != nil {
			return 0, fmt.Errorf("models: %w", err)
		}
		c.price = *amount(demoPrices[len(m.models)%len(demoPrices)])
		m.models = append(m.models, c)
	}
	if m.hash, err = argon2id.CreateHash(benchPassword, &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}); err != nil {
		return 0, fmt.Errorf("hash the password: %w", err)
	}
	return held + 1, rows.Err()
}

// listeners are the names of who takes each kind of event or task.
func (m *modules) listeners() map[string][]string {
	h := job.Handlers{}
	m.handle(h)
	names := map[string][]string{}
	for kind, by := range h {
		names[kind] = slices.Sorted(maps.Keys(by))
	}
	return names
}

// yearOf is the days of business that a tenant has behind it.
const yearOf = 365

// fill writes one tenant in one transaction: it is there as a whole, or not at all.
func (m *seeder) fill(ctx context.Context, code string, customers int) (err error) {
	t := tenants.Tenant{ID: id.New(), Code: code, Name: "基准汽车集团" + strings.TrimPrefix(code, benchCode), Status: "active", Zone: clock.China}
	conn, err := m.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	b, err := conn.BeginTx(database.WithTenant(ctx, t.ID), nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if r := b.Rollback(); r != nil && !errors.Is(r, sql.ErrTxDone) {
			err = errors.Join(err, r)
		}
	}()
	if _, err := b.ExecContext(ctx, bulk); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	a := tenants.Worker(t, "bench_seed")
	tx := tenants.Tx{Tx: database.NewTx(b, t.ID, database.Author{Address: a.Address, Operation: a.Name}, m.now, t.Zone), Actor: a}
	f := &filler{piles: piles{map[string]*pile{}, m.tally}, sheets: m.sheets, tenant: t.ID, group: t.Name, now: m.now, since: m.now.AddDate(0, 0, -yearOf), models: m.models, heard: m.heard, counters: map[counter]int64{},
		rand: rand.New(rand.NewPCG(1, uint64(len(code))<<32|uint64(customers)))} //nolint:gosec // made-up names need no secret
	if err := m.open(ctx, tx, f, conn.Conn, customers); err != nil {
		return err
	}
	const chunk = 4_000
	span := f.now.Sub(f.since.Add(day))
	for i := range customers {
		f.customer(f.later(f.since.Add(day+span/time.Duration(customers)*time.Duration(i)), span/time.Duration(customers)+1))
		if i%chunk == chunk-1 {
			if err := f.copy(ctx, conn.Conn); err != nil {
				return err
			}
		}
	}
	f.yard()
	f.counted()
	if err := f.copy(ctx, conn.Conn); err != nil {
		return err
	}
	return b.Commit()
}

// open makes the tenant with what every new tenant gets, its people, their rights and its catalogue.
func (m *seeder) open(ctx context.Context, tx tenants.Tx, f *filler, conn *sql.Conn, customers int) error {
	t := tx.Actor.Tenant
	f.add("tenants", []string{"id", "code", "name", "start_date", "created_at"}, []any{id16(t.ID), t.Code, t.Name, date(clock.DayOf(f.since, clock.China)), f.since})
	people := f.people(customers, m.hash)
	f.catalogue()
	if err := f.copy(ctx, conn); err != nil {
		return err
	}
	for _, seed := range append([]func(context.Context, tenants.Tx) error{policies.Seed}, seeds()...) {
		if err := seed(ctx, tx); err != nil {
			return err
		}
	}
	for _, p := range people {
		if err := policies.Give(ctx, tx, "posting:"+p.posting.String(), p.role); err != nil {
			return err
		}
	}
	var rules []struct {
		ID           uuid.UUID
		NameZh       string
		Days         int
		DeadlineDays int
	}
	if err := tx.NewSelect().TableExpr("callback_rules").ColumnExpr("id, name_zh, days, deadline_days").Where("tenant_id = ? AND active", t.ID).Scan(ctx, &rules); err != nil {
		return fmt.Errorf("callback rules: %w", err)
	}
	for _, r := range rules {
		f.rules = append(f.rules, callRule{r.ID, r.NameZh, r.Days, r.DeadlineDays})
	}
	return nil
}
