package vehicle_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/job"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/vehicle"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

var camry = uuid.MustParse("01a21027-0000-7000-8000-00000000c001")

// shelf is a catalogue of one model with a price.
type shelf struct{}

func (shelf) ModelName(_ context.Context, _ tenants.Tx, id uuid.UUID) (string, error) {
	if id != camry {
		return "", record.ErrTarget
	}
	return "凯美瑞 2019款 2.0G", nil
}

func (shelf) Price(context.Context, tenants.Tx, uuid.UUID, uuid.UUID, string) (money.Amount, bool, error) {
	return money.Yuan(199_800), true, nil
}

type env struct {
	*policiestest.Env
	s *vehicle.Service
	n int
}

func newEnv(t *testing.T) *env {
	t.Helper()
	e := policiestest.New(t)
	return &env{Env: e, s: vehicle.New(e.DB, shelf{})}
}

// vin makes one with a right check digit.
func vin(n int) string {
	for _, c := range "0123456789X" {
		if v := fmt.Sprintf("LVGBE40K%cGP%06d", c, n); vehicle.CheckVIN(v) == nil {
			return v
		}
	}
	panic("no check digit")
}

func (e *env) receive(t *testing.T) *vehicle.Vehicle {
	t.Helper()
	e.n++
	v, err := e.s.Receive(t.Context(), e.Warehouse, vehicle.ReceiveInput{VIN: vin(e.n), ModelID: camry.String(), Cost: money.Yuan(170_000)})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (e *env) available(t *testing.T) *vehicle.Vehicle {
	t.Helper()
	v, err := e.s.PassPDI(t.Context(), e.Warehouse, e.receive(t).ID, 1, 12, "")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (e *env) do(t *testing.T, a tenants.Actor, fn func(ctx context.Context, tx tenants.Tx) error) error {
	t.Helper()
	return e.DB.Do(t.Context(), a, func(tx tenants.Tx) error { return fn(t.Context(), tx) })
}

func (e *env) reserve(t *testing.T, a tenants.Actor, v, contract uuid.UUID, number string) error {
	t.Helper()
	return e.do(t, a, func(ctx context.Context, tx tenants.Tx) error { return e.s.Reserve(ctx, tx, v, contract, number) })
}

func (e *env) read(t *testing.T, id uuid.UUID) *vehicle.Vehicle {
	t.Helper()
	var v *vehicle.Vehicle
	if err := e.do(t, e.Sales, func(ctx context.Context, tx tenants.Tx) (err error) {
		v, err = vehicle.Kind.Peek(ctx, tx.Tx, access.Scope{All: true}, id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return v
}

// life returns the steps of a vehicle's life in their order.
func (e *env) life(t *testing.T, id uuid.UUID) (steps []string) {
	t.Helper()
	body := e.open(t, e.Sales, id)
	var out struct {
		Events []struct{ Action, From, To, Document, DoneByName string }
	}
	if err := json.Unmarshal([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	for _, x := range out.Events {
		steps = append(steps, strings.TrimSpace(x.Action+" "+x.Document))
	}
	return steps
}

func (e *env) open(t *testing.T, a tenants.Actor, id uuid.UUID) string {
	t.Helper()
	body, _, err := vehicle.Kind.Open(t.Context(), e.DB.Pool(), registry(t), a.View("zh"), id)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// modelRow stands for the catalogue's.
type modelRow struct {
	bun.BaseModel `bun:"table:vehicle_models"`
	ID            uuid.UUID `bun:"id" json:"id"`
	Name          string    `bun:"full_name" json:"fullName"`
}

var modelKind = record.New("vehicle_model", "", "车型", "Model", func(m *modelRow, k *record.Kind[modelRow]) {
	k.ID(&m.ID, "标识", "ID")
	k.Text(&m.Name, "名称", "Name")
	k.Title("fullName", "")
	k.List("fullName", "fullName")
	k.TenantWide()
})

func registry(t *testing.T) *record.Registry {
	t.Helper()
	kinds, err := record.NewRegistry(vehicle.Kind.Spec, modelKind.Spec, tenants.UserKind.Spec, tenants.UnitKind.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

func at(t *testing.T, err, want error, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.Is(err, want) || !errors.As(err, &f) || f.Field != field {
		t.Errorf("got %v, want %v at %s", err, want, field)
	}
}

func TestReceive(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	in := func(vin string) vehicle.ReceiveInput { return vehicle.ReceiveInput{VIN: vin, ModelID: camry.String()} }
	v, err := e.s.Receive(ctx, e.Warehouse, in(" 1m8gdm9a-xkp042788"))
	if err != nil || v.VIN != "1M8GDM9AXKP042788" || v.Status != vehicle.StatusInspecting || v.Price != money.Yuan(199_800) || v.CompanyID != e.Company ||
		v.ReceivedOn != clock.DayOf(e.Tenant.Now(), e.Tenant.Zone) || !strings.HasPrefix(v.Number, "CL-HT1-") || v.VINForced {
		t.Fatalf("%+v, %v", v, err)
	}
	_, err = e.s.Receive(ctx, e.Warehouse, in("1M8GDM9AXKP042788"))
	at(t, err, vehicle.ErrVINTaken, "vin")
	_, err = e.s.Receive(ctx, e.Warehouse, in("1M8GDM9AXKP04278"))
	at(t, err, vehicle.ErrVINLength, "vin")
	odd := in("WP0ZZZ99ZTS392124")
	_, err = e.s.Receive(ctx, e.Warehouse, odd)
	at(t, err, vehicle.ErrVINCheck, "vin")
	odd.Force = true
	if _, err := e.s.Receive(ctx, e.Warehouse, odd); !errors.Is(err, rest.ErrDenied) {
		t.Errorf("forced without the right: %v", err)
	}
	forced := e.Warehouse
	scopes := map[access.Permission]access.Scope{"vehicle:force": {All: true}}
	for p, s := range e.Warehouse.Set.Scopes {
		scopes[p] = s
	}
	forced.Set = &access.Set{Scopes: scopes}
	if v, err := e.s.Receive(ctx, forced, odd); err != nil || !v.VINForced {
		t.Errorf("%+v, %v", v, err)
	}
	long := odd
	long.VIN = "WP0ZZZ99ZTS39212O"
	_, err = e.s.Receive(ctx, forced, long)
	at(t, err, vehicle.ErrVINCharacter, "vin")
	other := in(vin(900))
	other.ModelID = uuid.NewString()
	_, err = e.s.Receive(ctx, e.Warehouse, other)
	at(t, err, record.ErrTarget, "modelId")
	negative := in(vin(901))
	negative.Cost = -1
	_, err = e.s.Receive(ctx, e.Warehouse, negative)
	at(t, err, vehicle.ErrSum, "cost")
	tomorrow := clock.DayOf(e.Tenant.Now(), e.Tenant.Zone).Add(1)
	late := in(vin(902))
	late.ReceivedOn = &tomorrow
	_, err = e.s.Receive(ctx, e.Warehouse, late)
	at(t, err, vehicle.ErrReceived, "receivedOn")
	if _, err := e.s.Receive(ctx, e.Sales, in(vin(903))); !errors.Is(err, rest.ErrDenied) {
		t.Errorf("%v", err)
	}
	theirs := e.OtherTenant(t)
	if _, err := e.s.Receive(ctx, theirs.Warehouse, in("1M8GDM9AXKP042788")); err != nil {
		t.Errorf("the same VIN in another tenant: %v", err)
	}
	if _, err := e.s.PassPDI(ctx, theirs.Warehouse, v.ID, 1, 3, ""); !errors.Is(err, record.ErrMissing) {
		t.Errorf("the other tenant's: %v", err)
	}
	page, err := vehicle.Kind.Spec.List(ctx, e.DB.Pool(), registry(t), e.Sales.View("zh"), record.ListInput{Q: "042788", Limit: 5})
	if err != nil || len(page.Items) != 1 {
		t.Errorf("by the last six: %+v, %v", page, err)
	}
	if body := e.open(t, e.Sales, v.ID); strings.Contains(body, `"cost"`) {
		t.Errorf("a consultant reads the cost: %s", body)
	}
}

func TestInspection(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	v := e.receive(t)
	if _, err := e.s.PassPDI(ctx, e.Sales, v.ID, 1, 5, ""); !errors.Is(err, rest.ErrDenied) {
		t.Errorf("%v", err)
	}
	_, err := e.s.FailPDI(ctx, e.Warehouse, v.ID, 1, vehicle.ReasonInput{Reason: "  "})
	at(t, err, vehicle.ErrReason, "reason")
	if err := e.reserve(t, e.Sales, v.ID, uuid.New(), "HT-1"); !errors.Is(err, flow.ErrNotAllowed) {
		t.Errorf("reserved before its inspection: %v", err)
	}
	if v, err = e.s.FailPDI(ctx, e.Warehouse, v.ID, 1, vehicle.ReasonInput{Reason: "右前门划痕"}); err != nil || v.Status != vehicle.StatusPDIFailed {
		t.Fatalf("%+v, %v", v, err)
	}
	if _, err := e.s.PassPDI(ctx, e.Warehouse, v.ID, 1, 5, ""); !errors.Is(err, record.ErrStale) {
		t.Errorf("%v", err)
	}
	if v, err = e.s.PassPDI(ctx, e.Warehouse, v.ID, 2, 15, "已补漆"); err != nil || v.Status != vehicle.StatusAvailable || v.Mileage != 15 {
		t.Fatalf("%+v, %v", v, err)
	}
	if v, err = e.s.Return(ctx, e.Warehouse, v.ID, 3, vehicle.ReasonInput{Reason: "质量问题"}); err != nil || v.Status != vehicle.StatusReturned {
		t.Fatalf("%+v, %v", v, err)
	}
	if got := e.life(t, v.ID); !slices.Equal(got, []string{"receive", "fail_pdi 右前门划痕", "pass_pdi 已补漆", "return 质量问题"}) {
		t.Errorf("%q", got)
	}
	color := "白"
	if _, err := e.s.Edit(ctx, e.Warehouse, v.ID, 4, vehicle.EditInput{Color: &color}); !errors.Is(err, vehicle.ErrGone) {
		t.Errorf("%v", err)
	}
}

func TestEdit(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	v, other := e.available(t), e.receive(t)
	color, cost, price, dup := "珍珠白", money.Yuan(1), money.Yuan(195_000), other.VIN
	_, err := e.s.Edit(ctx, e.Warehouse, v.ID, 2, vehicle.EditInput{Cost: &cost})
	at(t, err, record.ErrField, "cost")
	_, err = e.s.Edit(ctx, e.Warehouse, v.ID, 2, vehicle.EditInput{VIN: &dup})
	at(t, err, vehicle.ErrVINTaken, "vin")
	got, err := e.s.Edit(ctx, e.Manager, v.ID, 2, vehicle.EditInput{Color: &color, Cost: &cost, Price: &price})
	if err != nil || got.Version != 3 || got.Color != color || got.Cost != cost || got.Price != price {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := e.reserve(t, e.Sales, v.ID, uuid.New(), "HT-1"); err != nil {
		t.Fatal(err)
	}
	fresh := vin(800)
	_, err = e.s.Edit(ctx, e.Manager, v.ID, 4, vehicle.EditInput{VIN: &fresh})
	at(t, err, vehicle.ErrOnPaper, "vin")
}

func TestHold(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	today := clock.DayOf(e.Tenant.Now(), e.Tenant.Zone)
	v := e.available(t)
	for _, day := range []clock.Day{"", today.Add(-1), today.Add(8)} {
		_, err := e.s.Hold(ctx, e.Sales, v.ID, 2, vehicle.HoldInput{Until: day})
		at(t, err, vehicle.ErrHoldDay, "until")
	}
	held, err := e.s.Hold(ctx, e.Sales, v.ID, 2, vehicle.HoldInput{Until: today.Add(7), Note: "客户周末来"})
	if err != nil || held.Status != vehicle.StatusHeld || held.HeldBy != e.Sales.User {
		t.Fatalf("%+v, %v", held, err)
	}
	if _, err := e.s.Hold(ctx, e.Sales2, v.ID, 3, vehicle.HoldInput{Until: today}); !errors.Is(err, flow.ErrNotAllowed) {
		t.Errorf("held twice: %v", err)
	}
	if _, err := e.s.EndHold(ctx, e.Sales2, v.ID, 3); !errors.Is(err, vehicle.ErrHeld) || !strings.Contains(err.Error(), "王敏") {
		t.Errorf("another's hold: %v", err)
	}
	if err := e.reserve(t, e.Sales2, v.ID, uuid.New(), "HT-2"); !errors.Is(err, vehicle.ErrHeld) {
		t.Errorf("reserved what another holds: %v", err)
	}
	if _, err := e.s.EndHold(ctx, e.Manager, v.ID, 3); err != nil {
		t.Errorf("the manager: %v", err)
	}
	if _, err := e.s.Hold(ctx, e.Sales, v.ID, 4, vehicle.HoldInput{Until: today}); err != nil {
		t.Fatal(err)
	}
	if err := e.reserve(t, e.Sales, v.ID, uuid.New(), "HT-1"); err != nil {
		t.Errorf("the holder: %v", err)
	}
	if v := e.read(t, v.ID); v.HeldBy != uuid.Nil || v.HeldUntil != "" || v.ContractNumber != "HT-1" || v.Status != vehicle.StatusReserved {
		t.Errorf("%+v", v)
	}
}

func TestACompanyDecidesAboutItsStock(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	today := clock.DayOf(e.Tenant.Now(), e.Tenant.Zone)
	v := e.available(t)
	e.Decide(t, "vehicle.hold_days", "10")
	_, err := e.s.Hold(ctx, e.Sales, v.ID, 2, vehicle.HoldInput{Until: today.Add(11)})
	at(t, err, vehicle.ErrHoldDay, "until")
	if !strings.Contains(err.Error(), "10") {
		t.Error(err)
	}
	if _, err := e.s.Hold(ctx, e.Sales, v.ID, 2, vehicle.HoldInput{Until: today.Add(10)}); err != nil {
		t.Error(err)
	}
	old := ""
	for _, view := range vehicle.Kind.Views() {
		if view.Name == "old" {
			old = string(view.Filter)
		}
	}
	count := func(a tenants.Actor) int {
		t.Helper()
		page, err := vehicle.Kind.Spec.List(ctx, e.DB.Pool(), registry(t), a.View("zh"), record.ListInput{Filter: old, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Items)
	}
	set := func(received clock.Day) {
		t.Helper()
		err := e.DB.Do(ctx, e.Manager, func(tx tenants.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE vehicles SET received_on = ? WHERE tenant_id = ? AND id = ?", string(received), tx.Tenant, v.ID)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		days     string
		received clock.Day
		want     int
	}{{"", today.Add(-59), 0}, {"", today.Add(-60), 1}, {"90", today.Add(-60), 0}, {"90", today.Add(-90), 1}} {
		if c.days != "" {
			e.Decide(t, "vehicle.old_days", c.days)
		}
		set(c.received)
		if got := count(e.Manager); got != c.want {
			t.Errorf("%q days, received on %s: %d", c.days, c.received, got)
		}
	}
	if got := count(e.Leader); got != 1 { // above the company, the shipped 60 days hold
		t.Errorf("the leader sees %d", got)
	}
}

func TestHoldsExpire(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ctx := t.Context()
	today := clock.DayOf(e.Tenant.Now(), e.Tenant.Zone)
	v := e.available(t)
	if _, err := e.s.Hold(ctx, e.Sales, v.ID, 2, vehicle.HoldInput{Until: today.Add(1)}); err != nil {
		t.Fatal(err)
	}
	var task job.Task
	var due time.Time
	if err := e.do(t, e.Sales, func(ctx context.Context, tx tenants.Tx) error {
		var body string
		err := tx.QueryRowContext(ctx, "SELECT id, kind, body, due_at FROM due_tasks WHERE kind LIKE 'vehicle.%'").Scan(&task.ID, &task.Kind, &body, &due)
		task.Tenant, task.Body = tx.Tenant, json.RawMessage(body)
		return err
	}); err != nil || !due.Equal(today.Add(2).Start(e.Tenant.Zone)) {
		t.Fatalf("%s, %v", due, err)
	}
	handlers := job.Handlers{}
	e.s.Handlers(handlers)
	expire := handlers[task.Kind]["vehicle"]
	if err := expire(ctx, task); err != nil {
		t.Fatal(err)
	}
	if v := e.read(t, v.ID); v.Status != vehicle.StatusHeld {
		t.Fatalf("too early: %+v", v)
	}
	if err := e.do(t, e.Sales, func(ctx context.Context, tx tenants.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE vehicles SET held_until = ? WHERE id = ?", string(today.Add(-1)), v.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := expire(ctx, task); err != nil {
			t.Fatal(err)
		}
	}
	if got := e.life(t, v.ID); !slices.Equal(got, []string{"receive", "pass_pdi", "hold", "expire"}) {
		t.Errorf("%q", got)
	}
}

func TestFromReservationToHandover(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	ours, other := uuid.New(), uuid.New()
	v := e.available(t)
	do := func(fn func(ctx context.Context, tx tenants.Tx) error) error { return e.do(t, e.Sales, fn) }
	for _, number := range []string{"HT-1", "HT-1"} { // again is nothing new
		if err := e.reserve(t, e.Sales, v.ID, ours, number); err != nil {
			t.Fatal(err)
		}
	}
	err := e.reserve(t, e.Manager, v.ID, other, "HT-2")
	var f *fault.Fault
	if !errors.Is(err, vehicle.ErrTaken) || !errors.As(err, &f) || f.Message("zh") != "车辆已被 HT-1 预留，请换车或联系 王敏" {
		t.Errorf("%v", err)
	}
	for name, fn := range map[string]func(ctx context.Context, tx tenants.Tx) error{
		"release": func(ctx context.Context, tx tenants.Tx) error { return e.s.Release(ctx, tx, v.ID, other, "") },
		"invoice": func(ctx context.Context, tx tenants.Tx) error { return e.s.Invoice(ctx, tx, v.ID, other, "FP") },
		"hand over": func(ctx context.Context, tx tenants.Tx) error {
			return e.s.HandOver(ctx, tx, v.ID, other, "JC")
		},
	} {
		if err := do(fn); !errors.Is(err, vehicle.ErrNotReserved) {
			t.Errorf("%s for another contract: %v", name, err)
		}
	}
	if err := do(func(ctx context.Context, tx tenants.Tx) error { return e.s.Deliver(ctx, tx, v.ID, ours, "CK-1") }); !errors.Is(err, flow.ErrNotAllowed) {
		t.Errorf("delivered before the invoice: %v", err)
	}
	if err := do(func(ctx context.Context, tx tenants.Tx) error { return e.s.Release(ctx, tx, v.ID, ours, "换车") }); err != nil {
		t.Fatal(err)
	}
	if err := e.reserve(t, e.Sales, v.ID, other, "HT-2"); err != nil {
		t.Fatal(err)
	}
	if err := do(func(ctx context.Context, tx tenants.Tx) error {
		return errors.Join(e.s.Invoice(ctx, tx, v.ID, other, "FP-1"), e.s.Deliver(ctx, tx, v.ID, other, "CK-1"), e.s.HandOver(ctx, tx, v.ID, other, "JC-1"))
	}); err != nil {
		t.Fatal(err)
	}
	if err := do(func(ctx context.Context, tx tenants.Tx) error { return e.s.Release(ctx, tx, v.ID, other, "") }); !errors.Is(err, flow.ErrNotAllowed) {
		t.Errorf("released after it left: %v", err)
	}
	if err := e.reserve(t, e.Sales, v.ID, ours, "HT-1"); !errors.Is(err, vehicle.ErrTaken) {
		t.Errorf("sold twice: %v", err)
	}
	if got := e.life(t, v.ID); !slices.Equal(got, []string{"receive", "pass_pdi", "reserve HT-1", "release_reservation HT-1 换车", "reserve HT-2", "invoice FP-1", "deliver CK-1", "hand_over JC-1"}) {
		t.Errorf("%q", got)
	}
	if err := do(func(ctx context.Context, tx tenants.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM vehicle_events WHERE vehicle_id = ?", v.ID)
		return err
	}); err == nil {
		t.Error("the life of a vehicle was deleted")
	}
	theirs := e.OtherTenant(t)
	if err := e.reserve(t, theirs.Sales, v.ID, ours, "HT-9"); !errors.Is(err, record.ErrTarget) {
		t.Errorf("the other tenant: %v", err)
	}
}

func TestOffer(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	v := e.available(t)
	offer := func(a tenants.Actor) (o vehicle.Offer, err error) {
		err = e.do(t, a, func(ctx context.Context, tx tenants.Tx) error { o, err = e.s.Offer(ctx, tx, v.ID); return err })
		return o, err
	}
	want := vehicle.Offer{ID: v.ID, VIN: v.VIN, ModelID: camry, ModelName: "凯美瑞 2019款 2.0G", Price: money.Yuan(199_800), Cost: money.Yuan(170_000), Status: "available", Company: e.Company}
	if o, err := offer(e.Sales); err != nil || o != want {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := offer(e.OtherTenant(t).Sales); !errors.Is(err, record.ErrTarget) {
		t.Errorf("%v", err)
	}
	if _, err := offer(e.Cashier); !errors.Is(err, record.ErrTarget) {
		t.Errorf("somebody who reads no vehicle: %v", err)
	}
}

// TestOneVehicleManyContracts has two hundred contracts reserve one vehicle at the same instant.
func TestOneVehicleManyContracts(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	v := e.available(t)
	const n = 200
	var wg sync.WaitGroup
	start, errs := make(chan struct{}), make([]error, n)
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-start
			a := []tenants.Actor{e.Sales, e.Sales2}[i%2]
			errs[i] = e.DB.Do(t.Context(), a, func(tx tenants.Tx) error {
				return e.s.Reserve(t.Context(), tx, v.ID, uuid.New(), fmt.Sprintf("HT-%03d", i))
			})
		}()
	}
	close(start)
	wg.Wait()
	winner := slices.Index(errs, nil)
	if winner < 0 {
		t.Fatalf("nobody won: %v", errs[0])
	}
	want := fmt.Sprintf("车辆已被 HT-%03d 预留，请换车或联系 %s", winner, []string{"王敏", "赵磊"}[winner%2])
	for i, err := range errs {
		var f *fault.Fault
		switch {
		case i == winner:
		case err == nil:
			t.Errorf("%d won as well", i)
		case !errors.Is(err, vehicle.ErrTaken) || !errors.As(err, &f) || f.Message("zh") != want:
			t.Errorf("%d: %v", i, err)
		}
	}
	if got := e.life(t, v.ID); len(got) != 3 {
		t.Errorf("%q", got)
	}
}

// TestTheDatabaseForbidsTwo goes around the service.
func TestTheDatabaseForbidsTwo(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	v := e.available(t)
	err := e.do(t, e.Sales, func(ctx context.Context, tx tenants.Tx) error {
		for range 2 {
			if _, err := tx.ExecContext(ctx, "INSERT INTO vehicle_reservations (tenant_id, id, vehicle_id, contract_id, contract_number, reserved_at) VALUES (?, ?, ?, ?, 'HT', now())",
				tx.Tenant, uuid.New(), v.ID, uuid.New()); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "vehicle_reservations_one") {
		t.Errorf("%v", err)
	}
}
