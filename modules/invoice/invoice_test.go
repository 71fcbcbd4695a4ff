package invoice_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/kernel/testdb"
	"forecourt/modules/invoice"
	"forecourt/tenants"
)

// sales is contracts and stock in one, over the tables of the test's database.
type sales struct{}

var errStatus = fault.New(fault.Conflict, "test.status", "状态不对", "Wrong status")

func (sales) Sold(ctx context.Context, tx tenants.Tx, id uuid.UUID) (s invoice.Sold, err error) {
	err = tx.QueryRowContext(ctx, "SELECT id, number, customer_id, coalesce(vehicle_id, '00000000-0000-0000-0000-000000000000'), company_id, owner_id, total, paid, status FROM contracts WHERE id = ? FOR UPDATE", id).
		Scan(&s.ID, &s.Number, &s.Customer, &s.Vehicle, &s.Company, &s.Owner, &s.Total, &s.Paid, &s.Status)
	if err != nil {
		return s, record.ErrTarget.At("contractId").Because(err)
	}
	return s, nil
}

func (c sales) Invoiced(ctx context.Context, tx tenants.Tx, id uuid.UUID, _ string) (invoice.Sold, error) {
	r, err := tx.ExecContext(ctx, "UPDATE contracts SET status = 'invoiced' WHERE id = ? AND status = 'reserved'", id)
	if err != nil {
		return invoice.Sold{}, err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return invoice.Sold{}, errStatus.Because(err)
	}
	return c.Sold(ctx, tx, id)
}

func (sales) VIN(ctx context.Context, tx tenants.Tx, vehicle uuid.UUID) (vin string, err error) {
	err = tx.QueryRowContext(ctx, "SELECT vin FROM vehicles WHERE id = ?", vehicle).Scan(&vin)
	return vin, err
}

func (sales) Invoice(ctx context.Context, tx tenants.Tx, vehicle, _ uuid.UUID, number string) error {
	_, err := tx.ExecContext(ctx, "UPDATE vehicles SET status = 'invoiced', contract_number = ? WHERE id = ?", number, vehicle)
	return err
}

func TestIssuing(t *testing.T) {
	t.Parallel()
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
	vins := 0
	world := func(code string) (tenants.Actor, func(status string) uuid.UUID) {
		x, company, customer := tenants.Tenant{ID: uuid.New(), Code: code, Name: code, Status: "active", Zone: clock.China}, uuid.New(), uuid.New()
		clerk := tenants.Actor{Tenant: x, User: uuid.New(), Name: "周燕", Login: "zhouyan", Posting: tenants.Posting{Company: company}, Address: "192.0.2.1",
			Set: &access.Set{Scopes: map[access.Permission]access.Scope{"invoice:issue": {Companies: []uuid.UUID{company}}}}}
		exec("INSERT INTO tenants (id, code, name, start_date) VALUES ($1, $2, $2, '2026-01-01')", x.ID, code)
		exec("INSERT INTO org_units (tenant_id, id, kind, code, name) VALUES ($1, $2, 'company', 'C1', 'C1')", x.ID, company)
		exec("INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES ($1, $2, 'zhouyan', '周燕', '')", x.ID, clerk.User)
		exec(`INSERT INTO customers (tenant_id, id, version, company_id, number, created_at, updated_at, type, stage, name, mobile)
			VALUES ($1, $2, 1, $3, 'KH-1', now(), now(), 'individual', 'potential', '张三', '13800138000')`, x.ID, customer, company)
		return clerk, func(status string) uuid.UUID {
			vins++
			vehicle, contract := uuid.New(), uuid.New()
			exec(`INSERT INTO vehicles (tenant_id, id, version, company_id, number, created_at, updated_at, vin, model_id, model_name, status)
				VALUES ($1, $2, 1, $3, $4, now(), now(), $4, $2, '凯美瑞', 'reserved')`, x.ID, vehicle, company, fmt.Sprintf("LVGBV62F0JG%06d", vins))
			exec(`INSERT INTO contracts (tenant_id, id, version, company_id, owner_id, number, created_at, updated_at, customer_id, vehicle_id, price_type, total, discount, discount_basis_points, deposit, paid, balance, revision, status)
				VALUES ($1, $2, 1, $3, $4, $5, now(), now(), $6, $7, 'retail', 20000000, 0, 0, 0, 0, 20000000, 1, $8)`, x.ID, contract, company, clerk.User, "HT-"+contract.String(), customer, vehicle, status)
			return contract
		}
	}
	clerk, contract := world("ours")
	_, foreign := world("theirs")
	db := tenants.NewDB(pool, nil)
	s, ctx := invoice.New(db, sales{}, sales{}), t.Context()
	issue := func(c uuid.UUID) (*invoice.Invoice, error) {
		return s.Issue(ctx, clerk, invoice.IssueInput{ContractID: c.String(), Title: "张三"})
	}
	at := func(err, want error) {
		t.Helper()
		var f *fault.Fault
		if !errors.Is(err, want) || !errors.As(err, &f) || f.Field != "contractId" {
			t.Errorf("%v; want %v at contractId", err, want)
		}
	}
	m, err := issue(contract("reserved"))
	if err != nil || m.Amount != money.Yuan(200_000) || m.VIN == "" || m.Status != invoice.StatusIssued || m.IssuedOn == "" {
		t.Fatalf("%+v, %v", m, err)
	}
	_, err = issue(m.ContractID)
	at(err, invoice.ErrIssued)
	_, err = issue(foreign("reserved"))
	at(err, record.ErrTarget)
	if _, err := issue(contract("effective")); !errors.Is(err, errStatus) {
		t.Errorf("invoiced before it was reserved: %v", err)
	}
	reader := clerk
	reader.Set = &access.Set{Scopes: map[access.Permission]access.Scope{"invoice:issue": {Companies: []uuid.UUID{uuid.New()}}}}
	if _, err := s.Issue(ctx, reader, invoice.IssueInput{ContractID: contract("reserved").String(), Title: "张三"}); !errors.Is(err, rest.ErrDenied) {
		t.Errorf("another company's clerk: %v", err)
	}

	t.Run("NumbersHaveNoGaps", func(t *testing.T) {
		var wait sync.WaitGroup
		for i := range 12 {
			c := contract(map[bool]string{true: "reserved", false: "effective"}[i%3 > 0]) // a third is refused
			wait.Go(func() { _, _ = issue(c) })
		}
		wait.Wait()
		var numbers []string
		err := db.Read(ctx, clerk, func(tx tenants.Tx) error {
			return tx.NewSelect().Model((*invoice.Invoice)(nil)).Column("number").Scan(ctx, &numbers)
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(numbers)
		if len(numbers) != 9 {
			t.Errorf("%d invoices", len(numbers))
		}
		month := clerk.Tenant.Now().In(clock.China).Format("200601")
		for i, n := range numbers {
			if want := fmt.Sprintf("FP-C1-%s-%04d", month, i+1); n != want {
				t.Errorf("%s, want %s", n, want)
			}
		}
	})
	t.Run("OneInvoiceAContract", func(t *testing.T) {
		c := contract("reserved")
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() { _, errs[i] = issue(c) })
		}
		wait.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			}
		}
		if done != 1 {
			t.Errorf("%v", errs)
		}
	})
}
