package cash_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/kernel/testdb"
	"forecourt/modules/cash"
	"forecourt/tenants"
)

// env is a database with two tenants.
type env struct {
	db       *tenants.DB
	s        *cash.Service
	sales    tenants.Actor // records money
	cashier  tenants.Actor // confirms and voids
	reader   tenants.Actor // of the company, only reads
	neighbor tenants.Actor // cashier of the group's other company, who reads every contract
	stranger tenants.Actor // cashier of the other tenant
	open     func(total money.Amount) uuid.UUID
	foreign  uuid.UUID
}

var errPaid = fault.New(fault.Conflict, "test.paid", "超收", "Overpaid")

// contracts keeps what was paid in the table itself, under its lock, as the real ones do.
type contracts struct{}

func (contracts) Payable(ctx context.Context, tx tenants.Tx, id uuid.UUID) (p cash.Payable, err error) {
	err = tx.QueryRowContext(ctx, "SELECT id, number, customer_id, company_id, owner_id, total, paid, deposit, status FROM contracts WHERE id = ? FOR UPDATE", id).
		Scan(&p.ID, &p.Number, &p.Customer, &p.Company, &p.Owner, &p.Total, &p.Paid, &p.Deposit, &p.Status)
	if err != nil {
		return p, record.ErrTarget.At("contractId").Because(err)
	}
	return p, nil
}

func (contracts) Received(ctx context.Context, tx tenants.Tx, id uuid.UUID, amount money.Amount) error {
	r, err := tx.ExecContext(ctx, "UPDATE contracts SET paid = paid + ?0, balance = balance - ?0 WHERE id = ?1 AND paid + ?0 BETWEEN 0 AND total", int64(amount), id)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return errPaid.Because(err)
	}
	return nil
}

func because(reason string) cash.ReasonInput { return cash.ReasonInput{Reason: reason} }

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
	exec := func(q string, args ...any) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	person := func(in tenants.Tenant, company uuid.UUID, name string, permissions ...access.Permission) tenants.Actor {
		a := tenants.Actor{Tenant: in, User: uuid.New(), Name: name, Login: name, Posting: tenants.Posting{Company: company}, Address: "192.0.2.1", Set: &access.Set{Scopes: map[access.Permission]access.Scope{}}}
		exec("INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES ($1, $2, $3, $3, '')", in.ID, a.User, name)
		for _, p := range permissions {
			a.Set.Scopes[p] = access.Scope{Companies: []uuid.UUID{company}}
		}
		return a
	}
	world := func(code string) (x tenants.Tenant, company, other uuid.UUID, contract func(total money.Amount, by uuid.UUID) uuid.UUID) {
		x, company, other = tenants.Tenant{ID: uuid.New(), Code: code, Name: code, Status: "active", Zone: clock.China}, uuid.New(), uuid.New()
		customer := uuid.New()
		exec("INSERT INTO tenants (id, code, name, start_date) VALUES ($1, $2, $2, '2026-01-01')", x.ID, code)
		exec("INSERT INTO org_units (tenant_id, id, kind, code, name) VALUES ($1, $2, 'company', 'C1', 'C1'), ($1, $3, 'company', 'C2', 'C2')", x.ID, company, other)
		exec(`INSERT INTO customers (tenant_id, id, version, company_id, number, created_at, updated_at, type, stage, name, mobile)
			VALUES ($1, $2, 1, $3, 'KH-1', now(), now(), 'individual', 'potential', '张三', '13800138000')`, x.ID, customer, company)
		return x, company, other, func(total money.Amount, by uuid.UUID) uuid.UUID {
			id := uuid.New()
			exec(`INSERT INTO contracts (tenant_id, id, version, company_id, owner_id, number, created_at, updated_at, customer_id, price_type, total, discount, discount_basis_points, deposit, paid, balance, revision, status)
				VALUES ($1, $2, 1, $3, $4, $5, now(), now(), $6, 'retail', $7, 0, 0, 0, 0, $7, 1, 'effective')`, x.ID, id, company, by, "HT-"+id.String(), customer, int64(total))
			return id
		}
	}
	e := &env{db: tenants.NewDB(pool, nil)}
	e.s = cash.New(e.db, contracts{})
	ours, company, other, contract := world("ours")
	theirs, abroad, _, foreign := world("theirs")
	e.sales = person(ours, company, "王敏", "receipt:read", "receipt:create")
	e.cashier = person(ours, company, "刘芳", "receipt:read", "receipt:create", "receipt:confirm", "receipt:void")
	e.reader = person(ours, company, "马琳", "receipt:read")
	e.neighbor = person(ours, other, "何平", "receipt:read", "receipt:create", "receipt:confirm")
	e.stranger = person(theirs, abroad, "外人", "receipt:read", "receipt:create", "receipt:confirm", "receipt:void")
	e.open = func(total money.Amount) uuid.UUID { return contract(total, e.sales.User) }
	e.foreign = foreign(money.Yuan(1_000), e.stranger.User)
	return e
}

func (e *env) take(t *testing.T, contract uuid.UUID, amount money.Amount) *cash.Receipt {
	t.Helper()
	m, err := e.s.Create(t.Context(), e.sales, taken(contract, amount))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func taken(contract uuid.UUID, amount money.Amount) cash.CreateInput {
	return cash.CreateInput{ContractID: contract.String(), Purpose: "deposit", Means: "wechat", Amount: amount}
}

// sums returns what the contract says was paid, and the sums of confirmed receipts and of all that were booked.
func (e *env) sums(t *testing.T, contract uuid.UUID) (paid, confirmed, booked money.Amount) {
	t.Helper()
	err := e.db.Read(t.Context(), e.cashier, func(tx tenants.Tx) error {
		return tx.QueryRowContext(t.Context(), `SELECT c.paid, coalesce(sum(r.amount) FILTER (WHERE r.status = 'confirmed'), 0), coalesce(sum(r.amount) FILTER (WHERE r.status IN ('confirmed', 'voided')), 0)
			FROM contracts c LEFT JOIN receipts r ON r.contract_id = c.id WHERE c.id = ? GROUP BY c.paid`, contract).Scan(&paid, &confirmed, &booked)
	})
	if err != nil {
		t.Fatal(err)
	}
	return paid, confirmed, booked
}

func at(t *testing.T, err, want error, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.Is(err, want) || !errors.As(err, &f) || field != "" && f.Field != field {
		t.Errorf("%v; want %v at %q", err, want, field)
	}
}

func TestRecording(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	c := e.open(money.Yuan(1_000))
	m := e.take(t, c, 999_99)
	if m.Status != cash.StatusRecorded || m.ReceivedOn != clock.DayOf(e.sales.Tenant.Now(), clock.China) || m.CompanyID != e.sales.Posting.Company || m.CustomerID == uuid.Nil {
		t.Errorf("%+v", m)
	}
	if paid, _, _ := e.sums(t, c); paid != 0 {
		t.Errorf("%s counts before it is confirmed", paid)
	}
	for amount, want := range map[money.Amount]error{0: cash.ErrAmount, -1: cash.ErrAmount, 1_000_01: cash.ErrTooBig} {
		_, err := e.s.Create(ctx, e.sales, taken(c, amount))
		at(t, err, want, "amount")
	}
	tomorrow := taken(c, 1)
	tomorrow.ReceivedOn = m.ReceivedOn.Add(1)
	_, err := e.s.Create(ctx, e.sales, tomorrow)
	at(t, err, cash.ErrFuture, "receivedOn")
	_, err = e.s.Create(ctx, e.sales, taken(e.foreign, 1))
	at(t, err, record.ErrTarget, "contractId")
	_, err = e.s.Create(ctx, e.stranger, taken(c, 1))
	at(t, err, record.ErrTarget, "contractId")
	if _, err := e.s.Create(ctx, e.neighbor, taken(c, 1)); !errors.Is(err, rest.ErrDenied) {
		t.Errorf("another company took money: %v", err)
	}
	if _, err := e.s.Create(ctx, e.reader, taken(c, 1)); !errors.Is(err, rest.ErrDenied) {
		t.Errorf("a reader took money: %v", err)
	}
}

func TestConfirming(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	t.Run("TwoDepositsAtOnce", func(t *testing.T) {
		for range 5 {
			c := e.open(money.Yuan(20_000))
			receipts := []*cash.Receipt{e.take(t, c, 5_000_01), e.take(t, c, 5_000_02)}
			var wait sync.WaitGroup
			errs := make([]error, 4)
			for i := range errs { // each of them twice
				wait.Go(func() { _, errs[i] = e.s.Confirm(ctx, e.cashier, receipts[i%2].ID, 1) })
			}
			wait.Wait()
			for i := range receipts {
				if (errs[i] == nil) == (errs[i+2] == nil) || !errors.Is(errors.Join(errs[i], errs[i+2]), record.ErrStale) {
					t.Errorf("receipt %d: %v, %v", i, errs[i], errs[i+2])
				}
			}
			if paid, confirmed, _ := e.sums(t, c); paid != 10_000_03 || confirmed != paid {
				t.Errorf("paid %s, confirmed %s", paid, confirmed)
			}
		}
	})
	t.Run("TheSameOpenSumIsBookedOnce", func(t *testing.T) {
		c := e.open(money.Yuan(100))
		a, b := e.take(t, c, money.Yuan(100)), e.take(t, c, money.Yuan(100))
		if _, err := e.s.Confirm(ctx, e.cashier, a.ID, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := e.s.Confirm(ctx, e.cashier, b.ID, 1); !errors.Is(err, errPaid) {
			t.Error(err)
		}
		if b, err := e.s.Withdraw(ctx, e.sales, b.ID, 1, because("重复登记")); err != nil || b.Status != cash.StatusWithdrawn {
			t.Errorf("%+v, %v", b, err)
		}
	})
	t.Run("WhoMay", func(t *testing.T) {
		m := e.take(t, e.open(money.Yuan(100)), money.Yuan(1))
		for _, a := range []tenants.Actor{e.sales, e.reader} {
			if _, err := e.s.Confirm(ctx, a, m.ID, 1); !errors.Is(err, rest.ErrDenied) {
				t.Errorf("%s: %v", a.Name, err)
			}
		}
		for _, a := range []tenants.Actor{e.neighbor, e.stranger} {
			if _, err := e.s.Confirm(ctx, a, m.ID, 1); !errors.Is(err, record.ErrMissing) {
				t.Errorf("%s: %v", a.Name, err)
			}
		}
	})
}

func TestVoiding(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	c := e.open(money.Yuan(1_000))
	m, other := e.take(t, c, money.Yuan(300)), e.take(t, c, money.Yuan(50))
	if _, err := e.s.Void(ctx, e.cashier, m.ID, 1, because("收错")); !errors.Is(err, flow.ErrNotAllowed) {
		t.Errorf("voided before it was booked: %v", err)
	}
	for _, r := range []*cash.Receipt{m, other} {
		if _, err := e.s.Confirm(ctx, e.cashier, r.ID, 1); err != nil {
			t.Fatal(err)
		}
	}
	_, err := e.s.Void(ctx, e.cashier, m.ID, 2, because(""))
	at(t, err, record.ErrNeeded, "reason")
	var wait sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		wait.Go(func() { _, errs[i] = e.s.Void(ctx, e.cashier, m.ID, 2, because("收错")) })
	}
	wait.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%v", errs)
	}
	if paid, confirmed, booked := e.sums(t, c); paid != money.Yuan(50) || confirmed != paid || booked != paid {
		t.Errorf("paid %s, confirmed %s, booked %s", paid, confirmed, booked)
	}
	var reversal cash.Receipt
	err = e.db.Read(ctx, e.cashier, func(tx tenants.Tx) error {
		return tx.NewSelect().Model(&reversal).Where("reversal_of_id = ?", m.ID).Scan(ctx)
	})
	if err != nil || reversal.Amount != -m.Amount || reversal.Status != cash.StatusVoided || reversal.Number == m.Number || reversal.Reason != "收错" {
		t.Errorf("%+v, %v", reversal, err)
	}
	if _, err := e.s.Void(ctx, e.cashier, reversal.ID, 1, because("再冲")); !errors.Is(err, flow.ErrNotAllowed) {
		t.Errorf("a reversal was reversed: %v", err)
	}
}
