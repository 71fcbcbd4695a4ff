package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Faults of lines. Each names its line.
var (
	ErrOneVehicle = fault.New(fault.Invalid, "contract.one_vehicle", "一份合同最多一辆车", "A contract has at most one vehicle")
	ErrLineModel  = fault.New(fault.Invalid, "contract.line_model", "请选择车辆或车型", "Choose a vehicle or a model")
	ErrLineItem   = fault.New(fault.Invalid, "contract.line_item", "请选择装饰件", "Choose the accessory")
	ErrLineName   = fault.New(fault.Invalid, "contract.line_name", "请填写名称", "Give a name")
	ErrLinePrice  = fault.New(fault.Invalid, "contract.line_price", "请填写价格", "Give a price")
	ErrNegative   = fault.New(fault.Invalid, "contract.negative", "价格不能为负", "A price is not negative")
	ErrTooMuch    = fault.New(fault.Invalid, "contract.too_much", "金额过大", "The sum is too large")
	ErrNoPrice    = fault.New(fault.Invalid, "contract.no_price", "车型没有价格，请先标价或维护价格表", "The model has no price; mark the vehicle or add a price list entry first")
)

// LineInput is one line as somebody enters it.
type LineInput struct {
	Kind     Sort          `json:"kind" enum:"vehicle,accessory,service,insurance"`
	ItemID   string        `json:"itemId,omitempty" maxLength:"36" doc:"The model of a vehicle line without a chosen vehicle; the accessory of an accessory line"`
	Name     string        `json:"name,omitempty" maxLength:"200" doc:"Needed for services and insurance"`
	Quantity int           `json:"quantity" minimum:"1" maximum:"1000"`
	Price    *money.Amount `json:"price,omitempty" doc:"Empty: the list price"`
}

// again is l as it was entered, for pricing it once more.
func (l Line) again() LineInput {
	return LineInput{Kind: l.Kind, ItemID: l.ItemID, Name: l.Name, Quantity: l.Quantity, Price: &l.Price}
}

// priced is lines with their sums.
type priced struct {
	lines    []Line
	model    string
	total    money.Amount
	listed   money.Amount // list prices of what has one: vehicle and accessories
	discount money.Amount
}

// price puts list prices, prices and amounts on the lines that m sells. It returns a fault with every mistake in the input.
func (s *Service) price(ctx context.Context, tx tenants.Tx, m *Contract, offer *Offer, in []LineInput) (priced, error) {
	var p priced
	var wrong []*fault.Fault
	cars := 0
	for i, given := range in {
		at := func(field string) string { return fmt.Sprintf("lines[%d].%s", i, field) }
		l := Line{No: i + 1, Kind: given.Kind, ItemID: given.ItemID, Name: given.Name, Quantity: given.Quantity}
		if given.Kind == SortVehicle {
			if cars++; cars > 1 || given.Quantity != 1 {
				wrong = append(wrong, ErrOneVehicle.At(at("quantity")))
				continue
			}
		}
		err := s.list(ctx, tx, m, offer, &l, given.Price, at)
		var f *fault.Fault
		switch {
		case errors.As(err, &f):
			wrong = append(wrong, f)
			continue
		case err != nil:
			return priced{}, err
		}
		if f := p.add(l, given.Price); f != nil {
			wrong = append(wrong, f.At(at("price")))
		}
	}
	return p, fault.Join(wrong...)
}

// add prices l and adds it to the sums. A rise of one price hides no reduction of another: only reductions count as discount.
func (p *priced) add(l Line, price *money.Amount) *fault.Fault {
	l.Price = l.ListPrice
	if price != nil {
		l.Price = *price
	}
	if l.Price < 0 {
		return ErrNegative
	}
	amount, ok := l.Price.Times(l.Quantity)
	list, fits := l.ListPrice.Times(l.Quantity)
	if !ok || !fits || p.total+amount > money.Limit || p.listed+list > money.Limit {
		return ErrTooMuch
	}
	l.Amount = amount
	p.total += amount
	if l.Kind == SortVehicle {
		p.model = l.Name
	}
	if l.Kind == SortVehicle || l.Kind == SortAccessory {
		p.listed += list
		p.discount += max(0, list-amount)
	}
	p.lines = append(p.lines, l)
	return nil
}

// list puts the item, the name and the list price on l. Insurance and services have no list: their price is their own.
func (s *Service) list(ctx context.Context, tx tenants.Tx, m *Contract, offer *Offer, l *Line, own *money.Amount, at func(string) string) error {
	switch l.Kind {
	case SortVehicle:
		return s.listVehicle(ctx, tx, m, offer, l, at)
	case SortAccessory:
		item, err := uuid.Parse(l.ItemID)
		if err != nil {
			return ErrLineItem.At(at("itemId"))
		}
		l.ItemID = item.String()
		l.Name, l.ListPrice, err = s.catalogue.AccessoryPrice(ctx, tx, item)
		return target(err, at("itemId"))
	}
	if l.ItemID != "" {
		item, err := uuid.Parse(l.ItemID)
		if err != nil {
			return record.ErrTarget.At(at("itemId")).Because(err)
		}
		l.ItemID = item.String()
	}
	switch {
	case l.Name == "":
		return ErrLineName.At(at("name"))
	case own == nil:
		return ErrLinePrice.At(at("price"))
	}
	l.ListPrice = *own
	return nil
}

// listVehicle takes the marked price of the chosen vehicle, or the price list's for its model.
func (s *Service) listVehicle(ctx context.Context, tx tenants.Tx, m *Contract, offer *Offer, l *Line, at func(string) string) error {
	model, err := uuid.Parse(l.ItemID)
	switch {
	case offer != nil:
		if l.ItemID != "" && (err != nil || model != offer.Model && model != m.VehicleID) {
			return ErrModel.At(at("itemId"))
		}
		model, l.Name, l.ListPrice = offer.Model, offer.ModelName, offer.Price
	case err != nil:
		return ErrLineModel.At(at("itemId"))
	}
	l.ItemID = model.String()
	if offer == nil {
		if l.Name, err = s.catalogue.ModelName(ctx, tx, model); err != nil {
			return target(err, at("itemId"))
		}
	}
	if l.ListPrice == 0 {
		price, ok, err := s.catalogue.ModelPrice(ctx, tx, model, m.CompanyID)
		if err != nil {
			return target(err, at("itemId"))
		}
		if !ok {
			return ErrNoPrice.At(at("itemId"))
		}
		l.ListPrice = price
	}
	return nil
}

// target puts the refusal of a reference at its field.
func target(err error, field string) error {
	if errors.Is(err, record.ErrTarget) || errors.Is(err, record.ErrMissing) {
		return record.ErrTarget.At(field).Because(err)
	}
	return err
}

// sells reports whether one of lines is a vehicle.
func sells(lines []Line) bool {
	return slices.ContainsFunc(lines, func(l Line) bool { return l.Kind == SortVehicle })
}

// carry puts the sums of p on m. The margin is what the whole contract earns over the vehicle's cost: price, less cost, and what is attached.
func (m *Contract) carry(p priced, offer *Offer) error {
	if m.VehicleID != uuid.Nil && !sells(p.lines) {
		return ErrNoCar.At("lines")
	}
	m.ModelName, m.Total, m.Discount, m.DiscountBasisPoints = p.model, p.total, p.discount, p.discount.BasisPointsOf(p.listed)
	m.Balance = m.Total - m.Paid
	m.earn(offer)
	if m.Deposit < 0 || m.Deposit > m.Total {
		return ErrDeposit.With(m.Total).At("deposit")
	}
	return nil
}

func (m *Contract) earn(offer *Offer) {
	m.Margin = 0
	if offer != nil && offer.Cost > 0 {
		m.Margin = m.Total - offer.Cost
	}
}
