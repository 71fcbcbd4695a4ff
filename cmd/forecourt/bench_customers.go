package main

import (
	"time"

	"forecourt/kernel/clock"
	"forecourt/kernel/money"
	"forecourt/modules/callback"
	"forecourt/modules/cash"
	"forecourt/modules/catalogue"
	"forecourt/modules/contract"
	"forecourt/modules/customer"
	"forecourt/modules/delivery"
	"forecourt/modules/intent"
	"forecourt/modules/invoice"
	"forecourt/modules/vehicle"
)

// sheets are those of every kind that the bench writes.
type sheets struct {
	customer  *sheet[customer.Customer]
	intent    *sheet[intent.Intent]
	followUp  *sheet[intent.FollowUp]
	vehicle   *sheet[vehicle.Vehicle]
	contract  *sheet[contract.Contract]
	line      *sheet[contract.Line]
	receipt   *sheet[cash.Receipt]
	invoice   *sheet[invoice.Invoice]
	outbound  *sheet[delivery.Outbound]
	handover  *sheet[delivery.Handover]
	callback  *sheet[callback.Callback]
	price     *sheet[catalogue.Price]
	accessory *sheet[catalogue.Accessory]
}

func newSheets() *sheets {
	return &sheets{
		newSheet(customer.Kind), newSheet(intent.Kind), newSheet(intent.FollowUpKind), newSheet(vehicle.Kind), newSheet(contract.Kind),
		newSheet(contract.LineKind), newSheet(cash.Kind), newSheet(invoice.Kind), newSheet(delivery.OutboundKind), newSheet(delivery.HandoverKind), newSheet(callback.Kind),
		newSheet(catalogue.PriceKind), newSheet(catalogue.AccessoryKind),
	}
}

// customer enters somebody at at. Three in ten then want a vehicle, and three in ten of those come to a contract.
func (f *filler) customer(at time.Time) {
	p := pick(f.rand, f.places)
	who := pick(f.rand, p.consultants)
	c := f.somebody()
	c.CompanyID, c.DepartmentID, c.OwnerID = p.id, who.department, who.id
	create(f, f.sheets.customer, c, "KH", act{who, at, "create-customer"})
	last := at
	if f.chance(30) {
		last = f.wish(c, p, who, at)
	}
	save(f, f.sheets.customer, c)
	f.relate(c, p, who, at, last)
	if len(f.places) > 1 && f.chance(3) { // another company of the group met them, too
		if other := pick(f.rand, f.places); other != p {
			met := f.later(at, 30*24*time.Hour)
			if met.Before(f.now) {
				by := pick(f.rand, other.consultants)
				f.relate(c, other, by, met, met)
				f.history(f.sheets.customer.name, c.ID, c.Version, "relate", by, met, "create-visit", noFacts, noFacts)
			}
		}
	}
}

// somebody is a customer as people enter them: nineteen in twenty are persons, a third of those with their ID number.
func (f *filler) somebody() *customer.Customer {
	c := &customer.Customer{Type: customer.TypeIndividual, Stage: customer.StagePotential, Source: pick(f.rand, sources), Mobile: mobileOf(f.made.customers)}
	f.made.customers++
	if f.chance(60) {
		c.Level = pick(f.rand, []string{"A", "B", "C"})
	}
	if f.chance(5) {
		c.Type, c.Name, c.RegistrationNumber = customer.TypeEnterprise, firmName(f.rand), registrationOf(f.made.firms)
		f.made.firms++
		return c
	}
	c.Name = personName(f.rand)
	if f.chance(33) {
		c.IDNumber = identityOf(f.made.identities)
		f.made.identities++
		c.Birthday = clock.Day(c.IDNumber[6:10] + "-" + c.IDNumber[10:12] + "-" + c.IDNumber[12:14])
		c.Gender = "female"
		if (c.IDNumber[16]-'0')%2 == 1 {
			c.Gender = "male"
		}
		c.Address = pick(f.rand, towns) + pick(f.rand, streets) + "88号"
	}
	if f.chance(10) {
		c.Note = "周末方便联系，关注油耗和保养费用"
	}
	return c
}

var relationColumns = []string{"tenant_id", "id", "customer_id", "company_id", "department_id", "owner_id", "level", "source", "first_contact", "last_contact"}

func (f *filler) relate(c *customer.Customer, p *place, who *person, first, last time.Time) {
	f.add("customer_relations", relationColumns, []any{id16(f.tenant), id16(f.id(first)), id16(c.ID), id16(p.id), id16(who.department), id16(who.id), orNull(c.Level), orNull(c.Source), first, last})
}

// wish opens an intent of c and follows it to its end or until now. It returns the last contact.
func (f *filler) wish(c *customer.Customer, p *place, who *person, at time.Time) time.Time {
	car := pick(f.rand, f.models)
	m := &intent.Intent{CustomerID: c.ID, ModelID: car.id, Stage: pick(f.rand, []intent.Stage{intent.StageH, intent.StageA, intent.StageB, intent.StageC}), Source: c.Source, Status: intent.StatusOpen, LastContact: at}
	if f.chance(50) {
		m.Budget = car.price - car.price%money.Yuan(10_000)
	}
	m.CompanyID, m.DepartmentID, m.OwnerID = p.id, who.department, who.id
	m.NextFollowUp = clock.DayOf(at, clock.China).Add(m.Stage.Days())
	create(f, f.sheets.intent, m, "YX", act{who, at, "create-intent"})
	last := at
	for range f.rand.IntN(3) {
		next := f.later(m.NextFollowUp.Start(clock.China), 9*time.Hour)
		if next.After(f.now) {
			break
		}
		last = next
		change(f, f.sheets.intent, m, "follow", act{who, last, "follow-intent"}, func() {
			m.LastContact, m.NextFollowUp = last, clock.DayOf(last, clock.China).Add(m.Stage.Days())
		})
		save(f, f.sheets.followUp, &intent.FollowUp{TenantID: f.tenant, ID: f.id(last), IntentID: m.ID, At: last, CreatedBy: who.id, Stage: m.Stage, Result: "电话沟通，客户本周末到店试驾", NextFollowUp: m.NextFollowUp})
	}
	ends := f.later(last, 10*24*time.Hour)
	switch n := f.rand.IntN(100); {
	case ends.After(f.now):
	case n < 30:
		f.sale(c, m, car, p, who, ends)
	case n < 65:
		change(f, f.sheets.intent, m, string(intent.ActionLose), act{who, ends, "lose-intent"}, func() {
			m.Status, m.LostReason = intent.StatusLost, pick(f.rand, []intent.Reason{intent.ReasonPrice, intent.ReasonCompetitor, intent.ReasonDealer, intent.ReasonNoMoney})
		})
	case n < 75:
		change(f, f.sheets.intent, m, string(intent.ActionSleep), act{who, ends, "sleep-intent"}, func() { m.Status = intent.StatusDormant })
	}
	save(f, f.sheets.intent, m)
	return last
}
