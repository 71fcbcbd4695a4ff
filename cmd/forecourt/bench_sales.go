package main

import (
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/money"
	"forecourt/modules/cash"
	"forecourt/modules/contract"
	"forecourt/modules/customer"
	"forecourt/modules/delivery"
	"forecourt/modules/intent"
	"forecourt/modules/invoice"
	"forecourt/modules/vehicle"
)

const hour, day = time.Hour, 24 * time.Hour

// deal is a sale on its way: the contract, what it is about, and the moment it has come to.
type deal struct {
	*filler
	*contract.Contract
	customer *customer.Customer
	intent   *intent.Intent
	car      *vehicle.Vehicle
	place    *place
	seller   *person
	at       time.Time
}

// sale drafts a contract and takes it as far as the time until now and chance allow: every state has its share.
func (f *filler) sale(c *customer.Customer, i *intent.Intent, car carModel, p *place, seller *person, at time.Time) {
	d := &deal{filler: f, customer: c, intent: i, place: p, seller: seller, at: at}
	d.car = f.stock(p, car, at.Add(-10*day))
	d.Contract = f.draft(c.ID, i, d.car, car, seller, at, car.price/1000*money.Amount(f.rand.IntN(45))/100*100)
	steps := []struct {
		do    func()
		most  time.Duration // how long the step lets wait for itself
		never int           // in a hundred: this is as far as it goes
	}{
		{d.submit, 2 * day, 12}, {d.approve, day, 6}, {d.takeDeposit, 2 * day, 8}, {d.reserve, day, 5}, {d.payAndInvoice, 10 * day, 8}, {d.leave, 3 * day, 5}, {d.handOver, day, 5}, {d.close, 40 * day, 25},
	}
	for n, s := range steps {
		next := f.later(d.at, s.most)
		if next.After(f.now) {
			break
		}
		if f.chance(s.never) {
			if n < 3 && f.chance(50) { // no money was taken yet
				d.at = next
				d.step(contract.ActionCancel, contract.StatusCancelled, seller, func() { d.Reason = "客户改变主意" })
			}
			break
		}
		d.at = next
		s.do()
	}
	save(f, f.sheets.contract, d.Contract)
	save(f, f.sheets.vehicle, d.car)
}

// draft adds a contract of one vehicle, one accessory and the insurance, with its lines. Its own row is the caller's to save.
func (f *filler) draft(customer uuid.UUID, i *intent.Intent, car *vehicle.Vehicle, model carModel, seller *person, at time.Time, discount money.Amount) *contract.Contract {
	m := &contract.Contract{CustomerID: customer, Discount: discount, PriceType: contract.PriceRetail, ModelName: model.name, Revision: 1, Status: contract.StatusDraft, Deposit: money.Yuan(5_000)}
	m.CompanyID, m.DepartmentID, m.OwnerID = seller.company, seller.department, seller.id
	if i != nil {
		m.IntentID = i.ID
	}
	film, insurance := f.accessories[0], money.Yuan(6_800)
	m.DiscountBasisPoints = m.Discount.BasisPointsOf(model.price + film.price)
	m.Total = model.price - m.Discount + film.price + insurance
	m.Balance = m.Total
	if car != nil {
		m.VehicleID, m.Margin = car.ID, m.Total-car.Cost
	}
	create(f, f.sheets.contract, m, "HT", act{seller, at, "create-contract"})
	for n, l := range []contract.Line{
		{Kind: contract.SortVehicle, ItemID: model.id.String(), Name: model.name, ListPrice: model.price, Price: model.price - m.Discount},
		{Kind: contract.SortAccessory, ItemID: film.id.String(), Name: film.name, ListPrice: film.price, Price: film.price},
		{Kind: contract.SortInsurance, Name: "交强险及商业险", ListPrice: insurance, Price: insurance},
	} {
		l.TenantID, l.ID, l.ContractID, l.No, l.Quantity, l.Amount = f.tenant, f.id(at), m.ID, n+1, 1, l.Price
		save(f, f.sheets.line, &l)
	}
	return m
}

// step moves the contract on.
func (d *deal) step(action contract.Action, to contract.Status, by *person, more func()) {
	change(d.filler, d.sheets.contract, d.Contract, string(action), act{by, d.at, string(action) + "-contract"}, func() {
		d.Contract.Status = to
		if more != nil {
			more()
		}
	})
}

func (d *deal) submit() {
	d.step(contract.ActionSubmit, contract.StatusInReview, d.seller, func() { d.SubmittedBy = d.seller.id })
}

// approve is the yes of the manager or, for a discount of more than three in a hundred, of the group.
func (d *deal) approve() {
	by := d.place.manager
	if d.DiscountBasisPoints > 300 {
		if d.chance(20) {
			return
		}
		by, d.at = d.leader, d.at.Add(hour)
	}
	d.step(contract.ActionAgree, contract.StatusEffective, by, nil)
	change(d.filler, d.sheets.customer, d.customer, "make_formal", act{by, d.at, "approve-contract"}, func() { d.customer.Stage = customer.StageFormal })
	change(d.filler, d.sheets.intent, d.intent, string(intent.ActionWin), act{by, d.at, "approve-contract"}, func() { d.intent.Status = intent.StatusWon })
}

func (d *deal) takeDeposit() {
	if d.Contract.Status != contract.StatusEffective {
		return
	}
	d.pay("deposit", d.Deposit)
	d.step(contract.ActionTakeDeposit, contract.StatusDepositPaid, d.place.cashier, func() { d.Paid, d.Balance = d.Deposit, d.Total-d.Deposit })
}

// pay records a receipt and confirms it.
func (d *deal) pay(purpose string, amount money.Amount) {
	r := &cash.Receipt{ContractID: d.ID, CustomerID: d.customer.ID, Purpose: purpose, Means: pick(d.rand, []string{"transfer", "card", "wechat"}), Amount: amount, ReceivedOn: clock.DayOf(d.at, clock.China), Payer: d.customer.Name, Status: cash.StatusRecorded}
	r.CompanyID, r.DepartmentID, r.OwnerID = d.CompanyID, d.DepartmentID, d.OwnerID
	create(d.filler, d.sheets.receipt, r, "SK", act{d.place.cashier, d.at, "create-receipt"})
	change(d.filler, d.sheets.receipt, r, string(cash.ActionConfirm), act{d.place.cashier, d.at, "confirm-receipt"}, func() {
		r.Status, r.ConfirmedAt, r.ConfirmedBy = cash.StatusConfirmed, d.at, d.place.cashier.id
	})
	save(d.filler, d.sheets.receipt, r)
}

func (d *deal) reserve() {
	if d.Contract.Status != contract.StatusDepositPaid {
		return
	}
	d.add("vehicle_reservations", []string{"tenant_id", "id", "vehicle_id", "contract_id", "contract_number", "reserved_by", "reserved_at"},
		[]any{id16(d.tenant), id16(d.id(d.at)), id16(d.car.ID), id16(d.ID), d.Number, id16(d.seller.id), d.at})
	d.drive(vehicle.ActionReserve, vehicle.StatusReserved, d.seller, d.Number, func() { d.car.ContractNumber = d.Number })
	d.step(contract.ActionReserve, contract.StatusReserved, d.seller, nil)
}

// payAndInvoice takes the balance and issues the invoice.
func (d *deal) payAndInvoice() {
	if d.Contract.Status != contract.StatusReserved {
		return
	}
	d.pay("balance", d.Balance)
	change(d.filler, d.sheets.contract, d.Contract, "receive", act{d.place.cashier, d.at, "confirm-receipt"}, func() { d.Paid, d.Balance = d.Total, 0 })
	i := &invoice.Invoice{ContractID: d.ID, CustomerID: d.customer.ID, VehicleID: d.car.ID, VIN: d.car.VIN, Title: d.customer.Name, Amount: d.Total, IssuedOn: clock.DayOf(d.at, clock.China), Status: invoice.StatusIssued}
	i.CompanyID, i.DepartmentID, i.OwnerID = d.CompanyID, d.DepartmentID, d.OwnerID
	create(d.filler, d.sheets.invoice, i, "FP", act{d.place.desk, d.at, "issue-invoice"})
	save(d.filler, d.sheets.invoice, i)
	d.step(contract.ActionInvoice, contract.StatusInvoiced, d.place.desk, nil)
	d.drive(vehicle.ActionInvoice, vehicle.StatusInvoiced, d.place.desk, i.Number, nil)
}

func (d *deal) leave() {
	if d.Contract.Status != contract.StatusInvoiced {
		return
	}
	o := &delivery.Outbound{ContractID: d.ID, VehicleID: d.car.ID, VIN: d.car.VIN, At: d.at, KeeperID: d.place.keeper.id}
	o.CompanyID, o.DepartmentID, o.OwnerID = d.CompanyID, d.DepartmentID, d.OwnerID
	create(d.filler, d.sheets.outbound, o, "CK", act{d.place.keeper, d.at, "create-outbound"})
	save(d.filler, d.sheets.outbound, o)
	d.step(contract.ActionOutbound, contract.StatusOutbound, d.place.keeper, nil)
	d.drive(vehicle.ActionDeliver, vehicle.StatusDelivered, d.place.keeper, o.Number, nil)
}

func (d *deal) handOver() {
	if d.Contract.Status != contract.StatusOutbound {
		return
	}
	h := &delivery.Handover{ContractID: d.ID, VehicleID: d.car.ID, CustomerID: d.customer.ID, Mileage: 15, Certificate: true, Conformity: true, Warranty: true, Manual: true, Keys: 2, Appearance: true}
	h.CompanyID, h.DepartmentID, h.OwnerID = d.CompanyID, d.DepartmentID, d.OwnerID
	create(d.filler, d.sheets.handover, h, "JC", act{d.seller, d.at, "create-handover"})
	save(d.filler, d.sheets.handover, h)
	d.step(contract.ActionHandOver, contract.StatusHandedOver, d.seller, nil)
	d.life("hand_over", h.Number, d.seller, d.car.Status, d.car.Status)
	d.calls(h.ID)
}

func (d *deal) close() {
	if d.Contract.Status == contract.StatusHandedOver {
		d.step(contract.ActionClose, contract.StatusClosed, d.seller, nil)
	}
}

// drive moves the deal's vehicle on, with the line of its life.
func (d *deal) drive(action vehicle.Action, to vehicle.Status, by *person, document string, more func()) {
	from := d.car.Status
	change(d.filler, d.sheets.vehicle, d.car, string(action), act{by, d.at, string(action) + "-vehicle"}, func() {
		d.car.Status = to
		if more != nil {
			more()
		}
	})
	d.life(string(action), document, by, from, to)
}

func (d *deal) life(action, document string, by *person, from, to vehicle.Status) {
	d.lifeOf(d.car.ID, action, document, act{by: by, at: d.at}, from, to)
}

var lifeColumns = []string{"tenant_id", "id", "vehicle_id", "at", "done_by", "action", "document", "from_status", "to_status"}

func (f *filler) lifeOf(car uuid.UUID, action, document string, a act, from, to vehicle.Status) {
	f.add("vehicle_events", lifeColumns, []any{id16(f.tenant), id16(f.id(a.at)), id16(car), a.at, id16(a.by.id), action, orNull(document), orNull(string(from)), string(to)})
}

// orNull is a text as a column takes it that holds no empty one.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
