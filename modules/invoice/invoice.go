// Package invoice issues the invoice of a sold vehicle (开票). It carries the VIN, and its numbers have no gaps.
package invoice

import (
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Status says whether an invoice counts.
type Status string

// The states.
const (
	StatusIssued Status = "issued"
	StatusVoid   Status = "void"
)

// Invoice is the invoice of one contract. It belongs to the contract's company and owner.
type Invoice struct {
	bun.BaseModel `bun:"table:invoices"`
	record.Base
	ContractID uuid.UUID    `bun:"contract_id,type:uuid" json:"contractId"`
	CustomerID uuid.UUID    `bun:"customer_id,type:uuid" json:"customerId"`
	VehicleID  uuid.UUID    `bun:"vehicle_id,type:uuid" json:"vehicleId"`
	VIN        string       `bun:"vin" json:"vin"`
	Title      string       `bun:"title" json:"title"`
	Amount     money.Amount `bun:"amount" json:"amount"`
	IssuedOn   clock.Day    `bun:"issued_on" json:"issuedOn"`
	Status     Status       `bun:"status" json:"status"`
}

func state(s Status, tone flow.Tone, zh, en string) record.Option {
	o := record.Of(string(s), zh, en)
	o.Tone = tone
	return o
}

// Kind is the declaration of invoices.
var Kind = record.New("invoice", "invoices", "开票", "Invoice", func(m *Invoice, k *record.Kind[Invoice]) {
	k.Ref(&m.ContractID, "contract", "合同", "Contract").Must()
	k.Ref(&m.CustomerID, "customer", "客户", "Customer").Fixed()
	k.Ref(&m.VehicleID, "vehicle", "车辆", "Vehicle").Fixed()
	k.Text(&m.VIN, "车架号", "VIN").Fixed().Search().As("vin").Max(40)
	k.Text(&m.Title, "发票抬头", "Buyer").Must().Search().Max(100)
	k.Money(&m.Amount, "金额", "Amount").Fixed().Sort()
	k.Date(&m.IssuedOn, "开票日期", "Issued on").Fixed().Sort()
	k.Choice(&m.Status, "状态", "Status", state(StatusIssued, flow.Green, "已开具", "Issued"), state(StatusVoid, flow.Red, "已作废", "Void")).Fixed()

	k.Numbered("FP")
	k.Paper(record.Paper{
		Title:   fault.Text{Zh: "开票确认单", En: "Confirmation of invoice"},
		Fields:  []string{"title", "customerId", "contractId", "vin", "issuedOn", "status"},
		Sums:    []string{"amount"},
		Signers: []fault.Text{{Zh: "开票人", En: "Issued by"}, {Zh: "客户核对签字", En: "Checked by the customer"}},
	})
	k.FillsIn("invoice:issue")
	k.Title("number", "title")
	k.List("-createdAt", "number", "contractId", "customerId", "title", "vin", "amount", "issuedOn", "status")
	k.Form("发票", "Invoice", "contractId", "title")
	k.View("today", "今日开票", "Issued today", `[["issuedOn","=","@today"]]`, "-createdAt")
})

// Service is what can be done with invoices.
type Service struct {
	db        *tenants.DB
	contracts Contracts
	stock     Stock
}

// New makes the service.
func New(db *tenants.DB, contracts Contracts, stock Stock) *Service {
	return &Service{db, contracts, stock}
}
