package delivery_test

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
	"forecourt/modules/delivery"
	"forecourt/tenants"
)

// sales is contracts and stock in one, over the tables of the test's database.
type sales struct{}

var errStatus = fault.New(fault.Conflict, "test.status", "状态不对", "Wrong status")

func (sales) Sold(ctx context.Context, tx tenants.Tx, id uuid.UUID) (s delivery.Sold, err error) {
	err = tx.QueryRowContext(ctx, "SELECT id, number, customer_id, coalesce(vehicle_id, '00000000-0000-0000-0000-000000000000'), company_id, owner_id, total, paid, status FROM contracts WHERE id = ? FOR UPDATE", id).
		Scan(&s.ID, &s.Number, &s.Customer, &s.Vehicle, &s.Company, &s.Owner, &s.Total, &s.Paid, &s.Status)
	if err != nil {
		return s, record.ErrTarget.At("contractId").Because(err)
	}
	return s, nil
}

func (c sales) move(ctx context.Context, tx tenants.Tx, id uuid.UUID, from, to string) (delivery.Sold, error) {
	r, err := tx.ExecContext(ctx, "UPDATE contracts SET status = ? WHERE id = ? AND status = ?", to, id, from)
	if err != nil {
		return delivery.Sold{}, err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return delivery.Sold{}, errStatus.Because(err)
	}
	return c.Sold(ctx, tx, id)
}

func (c sales) Outbound(ctx context.Context, tx tenants.Tx, id uuid.UUID, _ string) (delivery.Sold, error) {
	return c.move(ctx, tx, id, "invoiced", "outbound")
}

func (c sales) HandedOver(ctx context.Context, tx tenants.Tx, id uuid.UUID, _ string) (delivery.Sold, error) {
	return c.move(ctx, tx, id, "outbound", "handed_over")
}

func (sales) VIN(ctx context.Context, tx tenants.Tx, vehicle uuid.UUID) (vin string, err error) {
	err = tx.QueryRowContext(ctx, "SELECT vin FROM vehicles WHERE id = ?", vehicle).Scan(&vin)
	return vin, err
}

func (sales) Deliver(ctx context.Context, tx tenants.Tx, vehicle, _ uuid.UUID, _ string) error {
	_, err := tx.ExecContext(ctx, "UPDATE vehicles SET status = 'delivered' WHERE id = ?", vehicle)
	return err
}

func (sales) HandOver(context.Context, tenants.Tx, uuid.UUID, uuid.UUID, string) error { return nil }

// env is a database with two tenants.
type env struct {
	db       *tenants.DB
	s        *delivery.Service
	us       tenants.Actor // keeper and consultant in one
	neighbor tenants.Actor // of the group's other company
	contract func(status string, paid money.Amount) uuid.UUID
	foreign  uuid.UUID
}

const total = money.Amount(200_000_00)

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
	vins := 0
	world := func(code string) (tenants.Actor, func(status string, paid money.Amount) uuid.UUID) {
		x, company, customer := tenants.Tenant{ID: uuid.New(), Code: code, Name: code, Status: "active", Zone: clock.China}, uuid.New(), uuid.New()
		a := tenants.Actor{Tenant: x, User: uuid.New(), Name: "黄波", Login: "huangbo", Posting: tenants.Posting{Company: company}, Address: "192.0.2.1", Set: &access.Set{Scopes: map[access.Permission]access.Scope{}}}
		for _, p := range []access.Permission{"outbound:create", "handover:create"} {
			a.Set.Scopes[p] = access.Scope{Companies: []uuid.UUID{company}}
		}
		exec("INSERT INTO tenants (id, code, name, start_date) VALUES ($1, $2, $2, '2026-01-01')", x.ID, code)
		exec("INSERT INTO org_units (tenant_id, id, kind, code, name) VALUES ($1, $2, 'company', 'C1', 'C1')", x.ID, company)
		exec("INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES ($1, $2, 'huangbo', '黄波', '')", x.ID, a.User)
		exec(`INSERT INTO customers (tenant_id, id, version, company_id, number, created_at, updated_at, type, stage, name, mobile)
			VALUES ($1, $2, 1, $3, 'KH-1', now(), now(), 'individual', 'potential', '张三', '13800138000')`, x.ID, customer, company)
		return a, func(status string, paid money.Amount) uuid.UUID {
			vins++
			vehicle, contract := uuid.New(), uuid.New()
			exec(`INSERT INTO vehicles (tenant_id, id, version, company_id, number, created_at, updated_at, vin, model_id, model_name, status)
				VALUES ($1, $2, 1, $3, $4, now(), now(), $4, $2, '凯美瑞', 'invoiced')`, x.ID, vehicle, company, fmt.Sprintf("LVGBV62F0JG%06d", vins))
			exec(`INSERT INTO contracts (tenant_id, id, version, company_id, owner_id, number, created_at, updated_at, customer_id, vehicle_id, price_type, total, discount, discount_basis_points, deposit, paid, balance, revision, status)
				VALUES ($1, $2, 1, $3, $4, $5, now(), now(), $6, $7, 'retail', $8, 0, 0, 0, $9, $10, 1, $11)`, x.ID, contract, company, a.User, "HT-"+contract.String(), customer, vehicle, int64(total), int64(paid), int64(total-paid), status)
			return contract
		}
	}
	e := &env{db: tenants.NewDB(pool, nil)}
	e.s = delivery.New(e.db, sales{}, sales{})
	e.us, e.contract = world("ours")
	_, foreign := world("theirs")
	e.foreign = foreign("invoiced", total)
	e.neighbor = e.us
	e.neighbor.Set = &access.Set{Scopes: map[access.Permission]access.Scope{"outbound:create": {Companies: []uuid.UUID{uuid.New()}}, "handover:create": {Companies: []uuid.UUID{uuid.New()}}}}
	return e
}

func at(t *testing.T, err, want error, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.Is(err, want) || !errors.As(err, &f) || f.Field != field {
		t.Errorf("%v; want %v at %q", err, want, field)
	}
}

func full(contract uuid.UUID) delivery.HandoverInput {
	return delivery.HandoverInput{ContractID: contract.String(), Mileage: 12, Certificate: true, Conformity: true, Warranty: true, Manual: true, Keys: 2, Appearance: true}
}

func TestTheChecklistNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	missing := func(err error) (fields []string) {
		var f *fault.Fault
		if errors.As(err, &f) {
			for _, x := range append([]*fault.Fault{f}, f.More...) {
				fields = append(fields, x.Field)
			}
		}
		return fields
	}
	for field, spoil := range map[string]func(in *delivery.HandoverInput){
		"certificate": func(in *delivery.HandoverInput) { in.Certificate = false },
		"conformity":  func(in *delivery.HandoverInput) { in.Conformity = false },
		"warranty":    func(in *delivery.HandoverInput) { in.Warranty = false },
		"manual":      func(in *delivery.HandoverInput) { in.Manual = false },
		"keys":        func(in *delivery.HandoverInput) { in.Keys = 0 },
		"appearance":  func(in *delivery.HandoverInput) { in.Appearance = false },
	} {
		in := full(uuid.New())
		spoil(&in)
		if got := missing(in.Validate()); !slices.Equal(got, []string{field}) {
			t.Errorf("%s: %v", field, got)
		}
	}
	if got := missing(delivery.HandoverInput{}.Validate()); len(got) != 6 {
		t.Errorf("nothing checked: %v", got)
	}
	if err := full(uuid.New()).Validate(); err != nil {
		t.Error(err)
	}
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	out := func(a tenants.Actor, c uuid.UUID) (*delivery.Outbound, error) {
		return e.s.Deliver(ctx, a, delivery.OutboundInput{ContractID: c.String()})
	}
	t.Run("PaidToTheFen", func(t *testing.T) {
		_, err := out(e.us, e.contract("invoiced", total-1))
		at(t, err, delivery.ErrUnpaid, "contractId")
		var f *fault.Fault
		if errors.As(err, &f) && f.Message("zh") != "尚欠 0.01，付清后再出库" {
			t.Error(f.Message("zh"))
		}
	})
	t.Run("OutAndHandedOver", func(t *testing.T) {
		c := e.contract("invoiced", total)
		if _, err := e.s.HandOver(ctx, e.us, full(c)); !errors.Is(err, errStatus) {
			t.Errorf("handed over before it left: %v", err)
		}
		m, err := out(e.us, c)
		if err != nil || m.VIN == "" || m.KeeperID != e.us.User || m.At.IsZero() {
			t.Fatalf("%+v, %v", m, err)
		}
		_, err = out(e.us, c)
		at(t, err, delivery.ErrOut, "contractId")
		h, err := e.s.HandOver(ctx, e.us, full(c))
		if err != nil || h.CustomerID == uuid.Nil || h.VehicleID != m.VehicleID {
			t.Fatalf("%+v, %v", h, err)
		}
		_, err = e.s.HandOver(ctx, e.us, full(c))
		at(t, err, delivery.ErrHanded, "contractId")
		var events int
		var sale delivery.Sale
		err = e.db.Do(ctx, tenants.Worker(e.us.Tenant, "test"), func(tx tenants.Tx) error {
			var err error
			if sale, err = e.s.Sale(ctx, tx, h.ID); err != nil {
				return err
			}
			return tx.QueryRowContext(ctx, "SELECT count(*) FROM outbox WHERE kind = 'handover.create' AND body->>'id' = ?", h.ID.String()).Scan(&events)
		})
		if err != nil || events != 1 || sale.Contract != c || sale.Customer != h.CustomerID || sale.Owner != e.us.User || sale.ContractNumber == "" {
			t.Errorf("%d events, %+v, %v", events, sale, err)
		}
	})
	t.Run("OnceHoweverManyPress", func(t *testing.T) {
		c := e.contract("invoiced", total)
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() { _, errs[i] = out(e.us, c) })
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
	t.Run("WhoMay", func(t *testing.T) {
		_, err := out(e.us, e.foreign)
		at(t, err, record.ErrTarget, "contractId")
		_, err = e.s.HandOver(ctx, e.us, full(e.foreign))
		at(t, err, record.ErrTarget, "contractId")
		if _, err := out(e.neighbor, e.contract("invoiced", total)); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("another company's keeper: %v", err)
		}
		if _, err := e.s.HandOver(ctx, e.neighbor, full(e.contract("outbound", total))); !errors.Is(err, rest.ErrDenied) {
			t.Errorf("another company's consultant: %v", err)
		}
	})
}
