package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/money"
	"forecourt/modules/approval"
	"forecourt/modules/cash"
	"forecourt/modules/catalogue"
	"forecourt/modules/contract"
	"forecourt/modules/customer"
	"forecourt/modules/delivery"
	"forecourt/modules/intent"
	"forecourt/modules/invoice"
	"forecourt/modules/vehicle"
	"forecourt/modules/visit"
	"forecourt/tenants"
)

// demoModels are a few configurations of the demo's brands, for a platform whose catalogue nobody has imported yet.
//
//go:embed demo_models.csv
var demoModels []byte

// demoPrices are retail prices in yuan, and demoAccessories what is fitted to a new car.
var (
	demoPrices      = []int64{199_800, 268_800, 129_800, 209_900, 196_800, 139_900, 195_900, 188_800, 118_900, 188_900}
	demoColors      = []string{"珍珠白", "星河银", "曜石黑", "宝石蓝"}
	demoAccessories = []struct {
		code, name string
		price      int64
	}{{"MO-01", "前挡防爆膜", 2800}, {"DH-02", "360全景影像", 3600}, {"JD-03", "专车专用脚垫", 680}}
	demoPeople = []struct{ name, mobile string }{{"吴晓梅", "13800138001"}, {"郑海涛", "13900139002"}, {"何雨桐", "13700137003"}, {"冯建军", "13600136004"}}
)

// business gives a demo group its stock and a few customers on their way, all through the use cases that people use.
func (a *application) business(ctx context.Context, s *staffed, g demoGroup, seed int) error {
	admin := s.actors["admin"]
	if err := a.modules.catalogue.Subscribe(ctx, admin, g.brands); err != nil {
		return err
	}
	models, err := a.demoModelIDs(ctx, g.brands)
	if err != nil {
		return err
	}
	today := clock.DayOf(s.tenant.Now(), s.tenant.Zone)
	for i, m := range models {
		if _, err := a.modules.catalogue.CreatePrice(ctx, admin, catalogue.PriceInput{ModelID: m.String(), PriceType: "retail", Amount: money.Yuan(demoPrices[(i+seed)%len(demoPrices)]), ValidFrom: "2026-01-01"}); err != nil {
			return fmt.Errorf("price: %w", err)
		}
	}
	for _, x := range demoAccessories {
		if _, err := a.modules.catalogue.CreateAccessory(ctx, admin, catalogue.AccessoryInput{Code: x.code, Name: x.name, Unit: "套", Price: money.Yuan(x.price), Status: "active"}); err != nil {
			return fmt.Errorf("accessory: %w", err)
		}
	}
	stock, err := a.receiveDemo(ctx, s, g, models, today, seed)
	if err != nil {
		return err
	}
	return a.sellDemo(ctx, s, g, stock, models, today)
}

func (a *application) demoModelIDs(ctx context.Context, brands []string) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	err := a.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.NewSelect().TableExpr("platform_models").Column("id").Where("brand IN ? AND source_id LIKE 'demo-%'", bun.Tuple(brands)).Order("source_id").Scan(ctx, &ids)
	})
	if err != nil {
		return nil, fmt.Errorf("models of the demo: %w", err)
	}
	return ids, nil
}

// by returns the demo person of a role.
func (s *staffed) by(g demoGroup, role string) string {
	for _, u := range g.users {
		if u.role == role {
			return u.login
		}
	}
	return ""
}

func (a *application) receiveDemo(ctx context.Context, s *staffed, g demoGroup, models []uuid.UUID, today clock.Day, seed int) ([]uuid.UUID, error) {
	keeper := s.actors[s.by(g, "warehouse_keeper")]
	var stock []uuid.UUID
	for i := range 12 {
		received := today.Add(-7 * i)
		m := i % len(models)
		v, err := a.modules.vehicle.Receive(ctx, keeper, vehicle.ReceiveInput{VIN: demoVIN(seed*1000 + i + 1), ModelID: models[m].String(), Color: demoColors[i%len(demoColors)], Location: fmt.Sprintf("A区%02d", i+1),
			Cost: money.Yuan(demoPrices[(m+seed)%len(demoPrices)] * 93 / 100), ReceivedOn: &received})
		if err != nil {
			return nil, fmt.Errorf("receive: %w", err)
		}
		if i < 10 { // the last two wait for their inspection
			if v, err = a.modules.vehicle.PassPDI(ctx, keeper, v.ID, v.Version, 12, ""); err != nil {
				return nil, fmt.Errorf("inspect: %w", err)
			}
			stock = append(stock, v.ID)
		}
	}
	return stock, nil
}

// sellDemo leaves one record of every kind: a walk-in that became an intent, one open contract, and one car that was sold
// and handed over.
func (a *application) sellDemo(ctx context.Context, s *staffed, g demoGroup, stock, models []uuid.UUID, today clock.Day) error {
	seller, manager := s.actors[s.by(g, "sales_consultant")], s.actors[s.by(g, "sales_manager")]
	if _, err := a.modules.visit.Create(ctx, manager, visit.CreateInput{Mode: "walk_in", Name: demoPeople[0].name, Mobile: demoPeople[0].mobile, PartySize: 2, ModelID: models[0].String(), Source: "walk_in", ConsultantID: seller.User.String()}); err != nil {
		return fmt.Errorf("visit: %w", err)
	}
	var buyers []string
	for i, p := range demoPeople[1:] {
		c, err := a.modules.customer.Create(ctx, seller, customer.CreateInput{Type: "individual", Stage: "potential", Name: p.name, Mobile: p.mobile, Source: "online", Level: "A"})
		if err != nil {
			return fmt.Errorf("customer: %w", err)
		}
		buyers = append(buyers, c.ID.String())
		if _, err := a.modules.intent.Create(ctx, seller, intent.CreateInput{CustomerID: c.ID.String(), ModelID: models[i%len(models)].String(), Stage: []intent.Stage{"H", "A", "B"}[i], NextFollowUp: today.Add(i), Source: "online"}); err != nil {
			return fmt.Errorf("intent: %w", err)
		}
	}
	lines := []contract.LineInput{{Kind: "vehicle", Quantity: 1}, {Kind: "insurance", Name: "交强险及商业险", Quantity: 1, Price: amount(6800)}}
	if _, err := a.modules.contract.Create(ctx, seller, contract.CreateInput{CustomerID: buyers[1], VehicleID: stock[1].String(), PriceType: "retail", Deposit: money.Yuan(5000), Lines: lines}); err != nil {
		return fmt.Errorf("draft contract: %w", err)
	}
	if err := a.waitDemo(ctx, seller, contract.CreateInput{CustomerID: buyers[2], VehicleID: stock[2].String(), PriceType: "retail", Deposit: money.Yuan(5000), Remark: "老客户介绍，希望再优惠一些", Lines: lines}); err != nil {
		return fmt.Errorf("contract in review: %w", err)
	}
	c, err := a.modules.contract.Create(ctx, seller, contract.CreateInput{CustomerID: buyers[0], VehicleID: stock[0].String(), PriceType: "retail", Deposit: money.Yuan(10000), Lines: lines})
	if err != nil {
		return fmt.Errorf("contract: %w", err)
	}
	return a.deliverDemo(ctx, s, g, c)
}

// waitDemo leaves a contract with six in a hundred off the vehicle to those who must agree.
func (a *application) waitDemo(ctx context.Context, seller tenants.Actor, in contract.CreateInput) error {
	m, err := a.modules.contract.Create(ctx, seller, in)
	if err != nil {
		return err
	}
	lines := slices.Clone(in.Lines)
	listed := m.Total
	for _, l := range lines[1:] {
		listed -= *l.Price
	}
	price := listed * 94 / 100
	lines[0].Price = &price
	if m, err = a.modules.contract.Edit(ctx, seller, m.ID, m.Version, contract.EditInput{Lines: lines}); err != nil {
		return err
	}
	_, err = a.modules.contract.Submit(ctx, seller, m.ID, m.Version)
	return err
}

func amount(yuan int64) *money.Amount { m := money.Yuan(yuan); return &m }

func (a *application) deliverDemo(ctx context.Context, s *staffed, g demoGroup, c *contract.Contract) error {
	seller, manager := s.actors[s.by(g, "sales_consultant")], s.actors[s.by(g, "sales_manager")]
	cashier, keeper := s.actors[s.by(g, "cashier")], s.actors[s.by(g, "warehouse_keeper")]
	c, err := a.modules.contract.Submit(ctx, seller, c.ID, c.Version)
	if err == nil {
		err = a.agreeTo(ctx, manager, c.ID)
	}
	if err != nil {
		return fmt.Errorf("approve: %w", err)
	}
	for _, pay := range []struct {
		purpose string
		sum     money.Amount
	}{{"deposit", c.Deposit}, {"balance", c.Total - c.Deposit}} {
		r, err := a.modules.cash.Create(ctx, cashier, cash.CreateInput{ContractID: c.ID.String(), Purpose: pay.purpose, Means: "transfer", Amount: pay.sum})
		if err == nil {
			_, err = a.modules.cash.Confirm(ctx, cashier, r.ID, r.Version)
		}
		if err != nil {
			return fmt.Errorf("receipt: %w", err)
		}
		if pay.purpose == "deposit" {
			version, err := a.versionOf(ctx, s, c.ID)
			if err == nil {
				_, err = a.modules.contract.Reserve(ctx, seller, c.ID, version, "")
			}
			if err != nil {
				return fmt.Errorf("reserve: %w", err)
			}
		}
	}
	if clerk := s.by(g, "invoice_clerk"); clerk != "" {
		if _, err := a.modules.invoice.Issue(ctx, s.actors[clerk], invoice.IssueInput{ContractID: c.ID.String(), Title: demoPeople[1].name}); err != nil {
			return fmt.Errorf("invoice: %w", err)
		}
	}
	if _, err := a.modules.delivery.Deliver(ctx, keeper, delivery.OutboundInput{ContractID: c.ID.String()}); err != nil {
		return fmt.Errorf("outbound: %w", err)
	}
	_, err = a.modules.delivery.HandOver(ctx, seller, delivery.HandoverInput{ContractID: c.ID.String(), Mileage: 15, Certificate: true, Conformity: true, Warranty: true, Manual: true, Keys: 2, Appearance: true})
	if err != nil {
		return fmt.Errorf("handover: %w", err)
	}
	return nil
}

// agreeTo decides the open task of a person over a document.
func (a *application) agreeTo(ctx context.Context, who tenants.Actor, document uuid.UUID) error {
	var task uuid.UUID
	var version int
	err := a.db.Read(ctx, who, func(tx tenants.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT id, version FROM approval_tasks WHERE tenant_id = ? AND record_id = ? AND owner_id = ? AND status = 'open'", tx.Tenant, document, who.User).Scan(&task, &version)
	})
	if err != nil {
		return fmt.Errorf("task of %s: %w", who.Login, err)
	}
	_, err = a.modules.approval.Approve(ctx, who, task, version, approval.ApproveInput{})
	return err
}

func (a *application) versionOf(ctx context.Context, s *staffed, id uuid.UUID) (int, error) {
	row, err := contract.Kind.RowOf(ctx, a.db.Pool(), a.kinds, s.actors["admin"].View("zh"), id)
	return row.Version, err
}

// demoVIN makes the n-th VIN of the demo with its check digit by ISO 3779.
func demoVIN(n int) string {
	const letters = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
	const values = "0123456789123456781234579" + "23456789"
	weights := []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}
	vin := []byte(fmt.Sprintf("LFV2A21K0T3%06d", n))
	sum := 0
	for i, c := range vin {
		sum += int(values[strings.IndexByte(letters, c)]-'0') * weights[i]
	}
	vin[8] = "0123456789X"[sum%11]
	return string(vin)
}

// platformModels puts the demo's models into the platform's catalogue.
func (a *application) platformModels(ctx context.Context) error {
	_, err := a.modules.catalogue.ImportModels(ctx, bytes.NewReader(demoModels), false)
	return err
}
