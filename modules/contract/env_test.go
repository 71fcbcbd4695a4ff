package contract_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/testdb"
	"forecourt/modules/contract"
	"forecourt/tenants"
)

// world is a company of one tenant, with a customer, an intent and vehicles.
type world struct {
	tenant                     tenants.Tenant
	company, customer, intent  uuid.UUID
	car, car2, otherModel, far uuid.UUID // far stands in another company
}

// env is a database with two tenants.
type env struct {
	db        *tenants.DB
	s         *contract.Service
	shelf     *shelf
	ours      world
	theirs    world
	sales     tenants.Actor // owns contracts
	sales2    tenants.Actor // of the same company
	manager   tenants.Actor // leads the company
	leader    tenants.Actor // above all companies
	auditor   tenants.Actor // reads the company
	stranger  tenants.Actor // of the other tenant
	model     uuid.UUID
	accessory uuid.UUID
	exec      func(q string, args ...any)
}

const (
	marked = money.Amount(200_000_00)
	cost   = money.Amount(180_000_00)
)

// shelf is stock, customers, intents, catalogue and notices in one, over the tables of the test's database.
type shelf struct {
	model, accessory uuid.UUID
	unpriced         uuid.UUID
	unasked          bool        // nobody has to agree
	dropped          []uuid.UUID // whose approval ended another way
}

func (s *shelf) Ask(context.Context, tenants.Tx, *record.Spec, string, uuid.UUID, any) (bool, error) {
	return s.unasked, nil
}

func (s *shelf) Drop(_ context.Context, _ tenants.Tx, _ *record.Spec, _ string, id uuid.UUID, _ string) error {
	s.dropped = append(s.dropped, id)
	return nil
}

var errTaken = fault.New(fault.Conflict, "test.taken", "已被预留", "Taken")

func (s *shelf) Offer(ctx context.Context, tx tenants.Tx, vehicle uuid.UUID) (contract.Offer, error) {
	var o contract.Offer
	err := tx.QueryRowContext(ctx, "SELECT company_id, model_id, model_name, vin, coalesce(price, 0), coalesce(cost, 0) FROM vehicles WHERE id = ?", vehicle).Scan(&o.Company, &o.Model, &o.ModelName, &o.VIN, &o.Price, &o.Cost)
	if err != nil {
		return o, record.ErrTarget.Because(err)
	}
	return o, nil
}

func (s *shelf) step(ctx context.Context, tx tenants.Tx, vehicle uuid.UUID, from, to, number string) error {
	r, err := tx.ExecContext(ctx, "UPDATE vehicles SET status = ?, contract_number = ? WHERE id = ? AND status = ?", to, number, vehicle, from)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return errTaken.Because(err)
	}
	return nil
}

func (s *shelf) Reserve(ctx context.Context, tx tenants.Tx, r contract.Reservation) error {
	return s.step(ctx, tx, r.Vehicle, "available", "reserved", r.Number)
}

func (s *shelf) Release(ctx context.Context, tx tenants.Tx, r contract.Reservation) error {
	return s.step(ctx, tx, r.Vehicle, "reserved", "available", "")
}

func (s *shelf) Info(ctx context.Context, tx tenants.Tx, id uuid.UUID) (contract.CustomerInfo, error) {
	if ok, err := tx.NewSelect().TableExpr("customers").ColumnExpr("1").Where("id = ?", id).Exists(ctx); err != nil || !ok {
		return contract.CustomerInfo{}, record.ErrTarget.Because(err)
	}
	return contract.CustomerInfo{ID: id}, nil
}

func (s *shelf) MakeFormal(ctx context.Context, tx tenants.Tx, id uuid.UUID) error {
	_, err := tx.ExecContext(ctx, "UPDATE customers SET stage = 'formal' WHERE id = ?", id)
	return err
}

func (s *shelf) Customer(ctx context.Context, tx tenants.Tx, id uuid.UUID) (of uuid.UUID, err error) {
	if err = tx.QueryRowContext(ctx, "SELECT customer_id FROM intents WHERE id = ?", id).Scan(&of); err != nil {
		return of, record.ErrTarget.Because(err)
	}
	return of, nil
}

func (s *shelf) Win(ctx context.Context, tx tenants.Tx, id uuid.UUID) error {
	_, err := tx.ExecContext(ctx, "UPDATE intents SET status = 'won' WHERE id = ?", id)
	return err
}

func (s *shelf) AccessoryPrice(_ context.Context, _ tenants.Tx, id uuid.UUID) (string, money.Amount, error) {
	if id != s.accessory {
		return "", 0, record.ErrTarget
	}
	return "全车贴膜", money.Yuan(3000), nil
}

func (s *shelf) ModelName(_ context.Context, _ tenants.Tx, model uuid.UUID) (string, error) {
	if model != s.model && model != s.unpriced {
		return "", record.ErrTarget
	}
	return "凯美瑞 2.0G", nil
}

func (s *shelf) ModelPrice(_ context.Context, _ tenants.Tx, model, _ uuid.UUID) (money.Amount, bool, error) {
	return marked, model == s.model, nil
}

func (s *shelf) Tell(context.Context, tenants.Tx, uuid.UUID, string, string, string, uuid.UUID) error {
	return nil
}

func newEnv(t *testing.T) *env {
	t.Helper()
	urls := testdb.New(t)
	pool, err := database.Open(urls.AppURL, 8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	owner, err := pgx.Connect(t.Context(), urls.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	e := &env{db: tenants.NewDB(pool, nil), model: uuid.New(), accessory: uuid.New()}
	e.exec = func(q string, args ...any) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	e.ours, e.theirs = e.world("ours"), e.world("theirs")
	e.shelf = &shelf{model: e.model, accessory: e.accessory, unpriced: uuid.New()}
	e.s = contract.New(e.db, e.shelf, e.shelf, e.shelf, e.shelf, e.shelf, e.shelf)
	all := []access.Permission{"contract:read", "contract:create", "contract:edit", "contract:submit", "contract:reserve", "contract:cancel", "contract:close"}
	here := access.Scope{Companies: []uuid.UUID{e.ours.company}}
	e.sales = e.person(e.ours, e.ours.company, "王敏", access.Scope{}, all...)
	e.sales2 = e.person(e.ours, e.ours.company, "张伟", access.Scope{}, all...)
	e.manager = e.person(e.ours, e.ours.company, "李强", here, append(all, "contract:approve")...)
	e.leader = e.person(e.ours, uuid.Nil, "赵刚", access.Scope{All: true}, append(all, "contract:approve")...)
	e.auditor = e.person(e.ours, e.ours.company, "马琳", here, "contract:read")
	e.stranger = e.person(e.theirs, e.theirs.company, "外人", access.Scope{All: true}, append(all, "contract:approve")...)
	return e
}

func (e *env) world(code string) world {
	w := world{tenant: tenants.Tenant{ID: uuid.New(), Code: code, Name: code, Status: "active", Zone: clock.China}, company: uuid.New(), customer: uuid.New(), intent: uuid.New()}
	other, user := uuid.New(), uuid.New()
	e.exec("INSERT INTO tenants (id, code, name, start_date) VALUES ($1, $2, $2, '2026-01-01')", w.tenant.ID, code)
	e.exec("INSERT INTO org_units (tenant_id, id, kind, code, name) VALUES ($1, $2, 'company', 'C1', 'C1'), ($1, $3, 'company', 'C2', 'C2')", w.tenant.ID, w.company, other)
	e.exec("INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES ($1, $2, 'nobody', 'nobody', '')", w.tenant.ID, user)
	e.exec(`INSERT INTO customers (tenant_id, id, version, company_id, number, created_at, updated_at, type, stage, name, mobile)
		VALUES ($1, $2, 1, $3, 'KH-1', now(), now(), 'individual', 'potential', '张三', '13800138000')`, w.tenant.ID, w.customer, w.company)
	e.exec(`INSERT INTO intents (tenant_id, id, version, company_id, owner_id, number, created_at, updated_at, customer_id, stage, next_follow_up, status)
		VALUES ($1, $2, 1, $3, $4, 'YX-1', now(), now(), $5, 'H', '2026-12-01', 'open')`, w.tenant.ID, w.intent, w.company, user, w.customer)
	w.car, w.car2 = e.vehicle(w, e.model, w.company, "LVGBV62F0JG000001"), e.vehicle(w, e.model, w.company, "LVGBV62F0JG000002")
	w.otherModel, w.far = e.vehicle(w, uuid.New(), w.company, "LVGBV62F0JG000003"), e.vehicle(w, e.model, other, "LVGBV62F0JG000004")
	return w
}

func (e *env) vehicle(w world, model, company uuid.UUID, vin string) uuid.UUID {
	id := uuid.New()
	e.exec(`INSERT INTO vehicles (tenant_id, id, version, company_id, number, created_at, updated_at, vin, model_id, model_name, status, price, cost)
		VALUES ($1, $2, 1, $3, $4, now(), now(), $4, $5, '凯美瑞 2.0G', 'available', $6, $7)`, w.tenant.ID, id, company, vin, model, int64(marked), int64(cost))
	return id
}

func (e *env) person(in world, company uuid.UUID, name string, scope access.Scope, permissions ...access.Permission) tenants.Actor {
	a := tenants.Actor{Tenant: in.tenant, User: uuid.New(), Name: name, Login: name, Posting: tenants.Posting{Company: company}, Address: "192.0.2.1", Set: &access.Set{Scopes: map[access.Permission]access.Scope{}}}
	e.exec("INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES ($1, $2, $3, $3, '')", in.tenant.ID, a.User, name)
	if scope.Nothing() {
		scope.Owner = a.User
	}
	for _, p := range permissions {
		a.Set.Scopes[p] = scope
	}
	return a
}

func because(reason string) contract.ReasonInput { return contract.ReasonInput{Reason: reason} }

func yuan(n int64) *money.Amount { m := money.Yuan(n); return &m }

// sale is a contract for our first car at price, with a deposit of 10,000.
func (e *env) sale(price *money.Amount) contract.CreateInput {
	return contract.CreateInput{CustomerID: e.ours.customer.String(), VehicleID: e.ours.car.String(), PriceType: contract.PriceRetail, Deposit: money.Yuan(10_000),
		Lines: []contract.LineInput{{Kind: contract.SortVehicle, Quantity: 1, Price: price}}}
}

func (e *env) draft(t testing.TB, in contract.CreateInput) *contract.Contract {
	t.Helper()
	m, err := e.s.Create(t.Context(), e.sales, in)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// inEffect is a contract that was submitted and approved.
func (e *env) inEffect(t testing.TB, in contract.CreateInput) *contract.Contract {
	t.Helper()
	m, err := e.s.Submit(t.Context(), e.sales, e.draft(t, in).ID, 1)
	if err == nil {
		err = e.decide(t.Context(), m.ID, record.OutcomeAgreed, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	m, _ = e.read(t, t.Context(), m.ID)
	return m
}

// decide ends a contract's approval.
func (e *env) decide(ctx context.Context, id uuid.UUID, o record.Outcome, reason string) error {
	return e.db.Do(ctx, e.manager, func(tx tenants.Tx) error {
		return e.s.Decided(ctx, tx, id, record.Decision{Action: string(contract.ActionSubmit), Outcome: o, Reason: reason})
	})
}

func (e *env) receive(ctx context.Context, id uuid.UUID, amount money.Amount) error {
	return e.db.Do(ctx, e.manager, func(tx tenants.Tx) error { return e.s.Received(ctx, tx, id, amount) })
}

// read returns the contract and its lines as they are, and fails when their sums disagree.
func (e *env) read(t interface{ Fatal(...any) }, ctx context.Context, id uuid.UUID) (m *contract.Contract, lines []contract.Line) { //nolint:revive // t first, as tests have it
	err := e.db.Read(ctx, e.sales, func(tx tenants.Tx) error {
		var err error
		if m, err = contract.Kind.Peek(ctx, tx.Tx, access.Scope{All: true}, id); err != nil {
			return err
		}
		return tx.NewSelect().Model(&lines).Where("contract_id = ?", id).Order("no").Scan(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	var sum money.Amount
	for _, l := range lines {
		sum += l.Amount
	}
	if m.Total != sum || m.Balance != m.Total-m.Paid {
		t.Fatal("total ", m.Total, " of lines of ", sum, ", paid ", m.Paid, ", balance ", m.Balance)
	}
	return m, lines
}

func (e *env) carStatus(t *testing.T, id uuid.UUID) (status string) {
	t.Helper()
	err := e.db.Read(t.Context(), e.sales, func(tx tenants.Tx) error {
		return tx.QueryRowContext(t.Context(), "SELECT status FROM vehicles WHERE id = ?", id).Scan(&status)
	})
	if err != nil {
		t.Fatal(err)
	}
	return status
}

// at demands the fault want at field; "" is any.
func at(t *testing.T, err, want error, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.Is(err, want) || !errors.As(err, &f) || field != "" && f.Field != field {
		t.Errorf("%v; want %v at %q", err, want, field)
	}
}
