package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"forecourt/kernel/clock"
	"forecourt/kernel/money"
	"forecourt/modules/callback"
	"forecourt/modules/catalogue"
	"forecourt/modules/vehicle"
)

// stock receives a vehicle at about at and passes its inspection. Its own row is the caller's to save.
func (f *filler) stock(p *place, model carModel, at time.Time) *vehicle.Vehicle {
	v := f.receive(p, model, at)
	at = at.Add(hour)
	change(f, f.sheets.vehicle, v, string(vehicle.ActionPassPDI), act{p.keeper, at, "pass_pdi-vehicle"}, func() { v.Status, v.Mileage = vehicle.StatusAvailable, 12 })
	f.lifeOf(v.ID, string(vehicle.ActionPassPDI), "", act{by: p.keeper, at: at}, vehicle.StatusInspecting, vehicle.StatusAvailable)
	return v
}

func (f *filler) receive(p *place, model carModel, at time.Time) *vehicle.Vehicle {
	f.made.vehicles++
	v := &vehicle.Vehicle{VIN: demoVIN(f.made.vehicles), ModelID: model.id, Model: model.name, Color: pick(f.rand, demoColors), Location: fmt.Sprintf("A区%02d", 1+f.rand.IntN(60)), Status: vehicle.StatusInspecting,
		Cost: model.price * 93 / 100, Price: model.price, ReceivedOn: clock.DayOf(at, clock.China)}
	v.CompanyID, v.DepartmentID, v.OwnerID = p.id, p.keeper.department, p.keeper.id
	create(f, f.sheets.vehicle, v, "CL", act{p.keeper, at, "receive-vehicle"})
	f.lifeOf(v.ID, "receive", "", act{by: p.keeper, at: at}, "", v.Status)
	return v
}

// yard fills the yards: what stands there unsold, a few held by a consultant, a few before their inspection.
func (f *filler) yard() {
	for _, p := range f.places {
		for n := range 5 + f.made.vehicles/len(f.places)/10 {
			model, at := pick(f.rand, f.models), f.later(f.now.Add(-90*day), 85*day)
			if n%6 == 5 {
				save(f, f.sheets.vehicle, f.receive(p, model, at))
				continue
			}
			v := f.stock(p, model, at)
			if n%6 == 4 {
				who, from := pick(f.rand, p.consultants), f.now.Add(-hour)
				change(f, f.sheets.vehicle, v, string(vehicle.ActionHold), act{who, from, "hold-vehicle"}, func() {
					v.Status, v.HeldBy, v.HeldUntil = vehicle.StatusHeld, who.id, clock.DayOf(f.now, clock.China).Add(3)
				})
				f.plan("vehicle.hold_expires", fmt.Sprintf("%s/%d", v.ID, v.Version), from, v.HeldUntil.Add(1).Start(clock.China), map[string]any{"vehicle": v.ID, "version": v.Version})
				f.lifeOf(v.ID, string(vehicle.ActionHold), "", act{by: who, at: from}, vehicle.StatusAvailable, vehicle.StatusHeld)
			}
			save(f, f.sheets.vehicle, v)
		}
	}
}

// catalogue subscribes to the brands of the models and gives each a price, and adds the accessories.
func (f *filler) catalogue() {
	var brands []string
	for _, m := range f.models {
		if !slices.Contains(brands, m.brand) {
			brands = append(brands, m.brand)
		}
	}
	for _, b := range brands {
		f.add("brand_subscriptions", []string{"tenant_id", "brand"}, []any{id16(f.tenant), b})
	}
	f.history("catalogue", f.tenant, 0, "subscribe", f.admin, f.since, "subscribe-brands", facts(map[string]any{"brands": nil}), facts(map[string]any{"brands": brands}))
	for _, m := range f.models {
		p := &catalogue.Price{PriceType: catalogue.Retail, ModelID: m.id, Amount: m.price, ValidFrom: clock.DayOf(f.since, clock.China)}
		p.OwnerID = f.admin.id
		create(f, f.sheets.price, p, "JG", act{f.admin, f.since, "create-price"})
		save(f, f.sheets.price, p)
	}
	for _, x := range demoAccessories {
		a := &catalogue.Accessory{Code: x.code, Name: x.name, Unit: "套", Price: money.Yuan(x.price), Status: catalogue.StatusActive}
		a.OwnerID = f.admin.id
		create(f, f.sheets.accessory, a, "SP", act{f.admin, f.since, "create-accessory"})
		save(f, f.sheets.accessory, a)
		f.accessories = append(f.accessories, extra{a.ID, a.Name, a.Price})
	}
}

var dueColumns = []string{"tenant_id", "id", "kind", "key", "body", "due_at", "attempts", "done_at", "heard_by"}

// plan adds what falls due later. A task that the worker has done is kept for some days only.
func (f *filler) plan(kind, key string, at, due time.Time, body map[string]any) {
	attempts := 0
	var done, heard any
	if !due.After(f.now) {
		if due.Before(f.now.Add(-kept)) {
			return
		}
		attempts, done, heard = 1, due, f.heard[kind]
	}
	f.add("due_tasks", dueColumns, []any{id16(f.tenant), id16(f.id(at)), kind, key, facts(body), due, attempts, done, heard})
}

// calls plans the callbacks that follow a handover. Those that fell due were made and answered; the others wait for the worker.
func (d *deal) calls(handover uuid.UUID) {
	for _, r := range d.rules {
		due := clock.DayOf(d.at, clock.China).Add(r.days)
		when := due.Start(clock.China)
		d.plan("callback.make", r.id.String()+"/"+handover.String(), d.at, when, map[string]any{"rule": r.id, "cause": handover})
		if !when.After(d.now) {
			d.call(handover, r, due, when)
		}
	}
}

func (d *deal) call(handover uuid.UUID, r callRule, due clock.Day, when time.Time) {
	c := &callback.Callback{RuleID: r.id, CauseID: handover, RuleName: r.name, CustomerID: d.customer.ID, ContractID: d.ID, DueOn: due, Deadline: due.Add(r.deadline), Status: callback.StatusPending}
	c.CompanyID, c.DepartmentID = d.CompanyID, d.DepartmentID
	create(d.filler, d.sheets.callback, c, "HF", act{nil, when, "callback.make"})
	if answered := when.Add(10 * hour); answered.Before(d.now) {
		change(d.filler, d.sheets.callback, c, string(callback.ActionComplete), act{d.place.care, answered, "complete-callback"}, func() {
			c.Status, c.OwnerID, c.Satisfaction, c.VehicleFine, c.Explained, c.DoneAt, c.Attempts = callback.StatusDone, d.place.care.id, 7+d.rand.IntN(4), "yes", "yes", answered, 1
		})
	}
	save(d.filler, d.sheets.callback, c)
}

// counted adds the counters that the numbers came from.
func (f *filler) counted() {
	for c, last := range f.counters {
		f.add("counters", []string{"tenant_id", "company_id", "kind", "month", "last"}, []any{id16(f.tenant), pgtype.UUID{Bytes: c.company, Valid: true}, c.kind, c.month, last})
	}
}
