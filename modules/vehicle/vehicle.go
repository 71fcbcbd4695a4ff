// Package vehicle keeps the vehicles of a group, one VIN each, from the order at the maker to the handover: where each stands,
// who holds it, and which contract has it.
package vehicle

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Vehicle is one VIN. Its company is where it stands in the books; its owner is who received it.
type Vehicle struct {
	bun.BaseModel `bun:"table:vehicles"`
	record.Base
	VIN            string       `bun:"vin" json:"vin"`
	VINForced      bool         `bun:"vin_forced" json:"vinForced"`
	ModelID        uuid.UUID    `bun:"model_id,type:uuid" json:"modelId"`
	Model          string       `bun:"model_name" json:"model"`
	Color          string       `bun:"color,nullzero" json:"color"`
	Location       string       `bun:"location,nullzero" json:"location"`
	Status         Status       `bun:"status" json:"status"`
	Cost           money.Amount `bun:"cost,nullzero" json:"cost"`
	Price          money.Amount `bun:"price,nullzero" json:"price"`
	Mileage        int          `bun:"mileage,nullzero" json:"mileage"`
	ReceivedOn     clock.Day    `bun:"received_on,nullzero" json:"receivedOn"`
	HeldBy         uuid.UUID    `bun:"held_by,type:uuid,nullzero" json:"heldBy"`
	HeldUntil      clock.Day    `bun:"held_until,nullzero" json:"heldUntil"`
	ContractNumber string       `bun:"contract_number,nullzero" json:"contractNumber"`
}

// Kind is the declaration of vehicles.
var Kind = record.New("vehicle", "vehicles", "车辆", "Vehicle", func(m *Vehicle, k *record.Kind[Vehicle]) {
	k.Text(&m.VIN, "车架号", "VIN").Must().Search().Sort().As("vin").Max(vinLength)
	k.Bool(&m.VINForced, "强制录入", "VIN forced").Fixed()
	k.Ref(&m.ModelID, "vehicle_model", "车型", "Model").Must()
	k.Text(&m.Model, "车型名称", "Model as received").Must().Search().Sort().Fixed().Max(401)
	k.Text(&m.Color, "颜色", "Colour").Max(40)
	k.Text(&m.Location, "库位", "Location").Max(60)
	k.Flow(&m.Status, "状态", "Status", Flow)
	k.Money(&m.Cost, "成本", "Cost").Internal()
	k.Money(&m.Price, "标价", "Marked price").Sort()
	k.Int(&m.Mileage, "里程（公里）", "Mileage (km)").Fixed()
	k.Date(&m.ReceivedOn, "入库日期", "Received on").Sort().Begin("@today")
	k.Ref(&m.HeldBy, "user", "预占人", "Held by").Fixed()
	k.Date(&m.HeldUntil, "预占至", "Held until").Fixed()
	k.Text(&m.ContractNumber, "合同编号", "Contract").Search().Fixed().Max(60)

	k.OpenIn(string(StatusPlanned), string(StatusOrdered), string(StatusInTransit), string(StatusInspecting), string(StatusPDIFailed), string(StatusAvailable),
		string(StatusHeld), string(StatusReserved), string(StatusInvoiced))
	k.Numbered("CL")
	k.Title("vin", "model")
	k.List("-receivedOn", "vin", "model", "color", "status", "price", "cost", "receivedOn", "location", "heldBy", "contractNumber", "companyId")
	k.Form("车辆", "Vehicle", "vin", "modelId", "color")
	k.Form("库存", "Stock", "receivedOn", "location", "price", "cost")
	k.Steps(string(StatusInspecting), string(StatusAvailable), string(StatusReserved), string(StatusInvoiced), string(StatusDelivered))
	k.EditIn(editable...)
	k.Ask(string(ActionPassPDI), record.Input("mileage", record.Int, "里程（公里）", "Mileage (km)").Must(), record.Input("note", record.Text, "说明", "Note").Max(200))
	k.Ask(string(ActionFailPDI), record.Input("reason", record.Text, "不合格原因", "Reason").Must().Max(200))
	k.Ask(string(ActionHold), record.Input("until", record.Date, "预占至", "Until").Must(), record.Input("note", record.Text, "说明", "Note").Max(200))
	k.Ask(string(ActionReturn), record.Input("reason", record.Text, "退厂原因", "Reason").Must().Max(200))
	k.View("sellable", "可售", "Available", `[["status","=","available"]]`, "-receivedOn")
	k.View("taken", "预占与预留", "Held and reserved", `[["status","in",["held","reserved"]]]`, "-receivedOn")
	k.View("company", "本公司", "My company's", `[["companyId","=","@company"]]`, "-receivedOn")
	k.View("old", "库龄预警", "Old stock", `[["status","in",["inspecting","pdi_failed","available","held","reserved","invoiced"]],["receivedOn","<=","`+oldDays.DaysAgo()+`"]]`, "receivedOn")
	k.View("held", "我的预占", "Held by me", `[["status","=","held"],["heldBy","=","@me"]]`, "-receivedOn")
	k.Queue("inspect", "待检车辆", "To inspect", `[["status","in",["inspecting","pdi_failed"]],["companyId","=","@company"]]`, "receivedOn", false, "vehicle:inspect")
	k.Figure("sellable", "taken", "old")
	record.PartOf(k, EventKind, "events", "vehicle_id", false)
	k.Related("contract", "vehicleId", "合同", "Contracts")
	k.Says("receive", "入库", "Received")
	k.Says("hand_over", "交车", "Handed over")
})

// Service is what can be done with vehicles.
type Service struct {
	db        *tenants.DB
	catalogue Catalogue
}

// New makes the service.
func New(db *tenants.DB, catalogue Catalogue) *Service { return &Service{db, catalogue} }

var all = access.Scope{All: true}

// step makes the move of action on a locked vehicle, saves it, and writes the line of its life. document says on whose paper.
func step(ctx context.Context, tx tenants.Tx, v *Vehicle, action Action, document string, change func()) error {
	move, err := Flow.Next(v.Status, action)
	if err != nil {
		return err
	}
	before := *v
	v.Status = move.To
	if v.Status != StatusHeld {
		v.HeldBy, v.HeldUntil = uuid.Nil, ""
	}
	change()
	if err := Kind.Save(ctx, tx.Tx, &before, v, string(action)); err != nil {
		return err
	}
	return write(ctx, tx, v.ID, string(action), document, move.From, move.To)
}
