// Package cash is the money received on contracts (收款): recorded by whoever takes it, confirmed by the cashier, and taken back
// only by a reversing entry.
package cash

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Receipt is money received on a contract, or with a negative amount the entry that reverses one. It belongs to the contract's
// company and owner.
type Receipt struct {
	bun.BaseModel `bun:"table:receipts"`
	record.Base
	ContractID   uuid.UUID    `bun:"contract_id,type:uuid" json:"contractId"`
	CustomerID   uuid.UUID    `bun:"customer_id,type:uuid" json:"customerId"`
	Purpose      string       `bun:"purpose" json:"purpose"`
	Means        string       `bun:"means" json:"means"`
	Amount       money.Amount `bun:"amount" json:"amount"`
	ReceivedOn   clock.Day    `bun:"received_on" json:"receivedOn"`
	Payer        string       `bun:"payer,nullzero" json:"payer"`
	Note         string       `bun:"note,nullzero" json:"note"`
	ConfirmedAt  time.Time    `bun:"confirmed_at,nullzero" json:"confirmedAt"`
	ConfirmedBy  uuid.UUID    `bun:"confirmed_by,type:uuid,nullzero" json:"confirmedBy"`
	ReversalOfID uuid.UUID    `bun:"reversal_of_id,type:uuid,nullzero" json:"reversalOfId"`
	Reason       string       `bun:"reason,nullzero" json:"reason"`
	Status       Status       `bun:"status" json:"status"`
}

// Kind is the declaration of receipts.
var Kind = record.New("receipt", "receipts", "收款", "Receipt", func(m *Receipt, k *record.Kind[Receipt]) {
	k.Ref(&m.ContractID, "contract", "合同", "Contract").Must()
	k.Ref(&m.CustomerID, "customer", "客户", "Customer").Fixed()
	k.Choice(&m.Purpose, "款项", "Purpose", record.Of("deposit", "定金", "Deposit"), record.Of("instalment", "分期款", "Instalment"), record.Of("balance", "尾款", "Balance")).Must()
	k.Choice(&m.Means, "收款方式", "Means", record.Of("cash", "现金", "Cash"), record.Of("card", "刷卡", "Card"), record.Of("transfer", "转账", "Transfer"),
		record.Of("wechat", "微信", "WeChat"), record.Of("alipay", "支付宝", "Alipay")).Must()
	k.Money(&m.Amount, "金额", "Amount").Must().Sort()
	k.Date(&m.ReceivedOn, "收款日期", "Received on").Must().Sort().Begin("@today")
	k.Text(&m.Payer, "付款人", "Payer").Max(100)
	k.Text(&m.Note, "备注", "Note").As("multiline").Max(1000)
	k.Time(&m.ConfirmedAt, "确认时间", "Confirmed at").Fixed()
	k.Ref(&m.ConfirmedBy, "user", "确认人", "Confirmed by").Fixed()
	k.Ref(&m.ReversalOfID, "receipt", "冲销的收款", "Reverses").Fixed()
	k.Text(&m.Reason, "冲销或撤销原因", "Reason").Fixed().Max(500)
	k.Flow(&m.Status, "状态", "Status", Flow)

	k.OpenIn(string(StatusRecorded))
	k.Numbered("SK")
	k.Paper(record.Paper{
		Title:   fault.Text{Zh: "收款收据", En: "Receipt of payment"},
		Fields:  []string{"payer", "customerId", "contractId", "purpose", "means", "receivedOn", "note"},
		Sums:    []string{"amount"},
		Signers: []fault.Text{{Zh: "收款单位（盖章）", En: "Payee (seal)"}, {Zh: "收款人", En: "Received by"}, {Zh: "交款人", En: "Paid by"}},
	})
	k.FillsIn("receipt:create")
	k.Title("number", "payer")
	k.List("-createdAt", "number", "contractId", "customerId", "purpose", "means", "amount", "receivedOn", "status", "confirmedBy")
	k.Form("收款", "Receipt", "contractId", "purpose", "amount", "means", "receivedOn")
	k.Form("说明", "Details", "payer", "note")
	k.Steps(string(StatusRecorded), string(StatusConfirmed))
	reason := func() *record.Field {
		return record.Input("reason", record.Text, "原因", "Reason").As("multiline").Max(500).Must()
	}
	k.Ask(string(ActionVoid), reason())
	k.Ask(string(ActionWithdraw), reason())
	k.View("today", "今日收款", "Received today", `[["receivedOn","=","@today"],["status","=","confirmed"]]`, "-createdAt")
	k.View("confirmed", "已确认", "Confirmed", `[["status","=","confirmed"]]`, "-receivedOn")
	k.View("voided", "冲销记录", "Voided", `[["status","=","voided"]]`, "-createdAt")
	k.Queue("to_confirm", "待确认收款", "Receipts to confirm", `[["status","=","recorded"]]`, "createdAt", false, "receipt:confirm")
	k.Figure("today")
	k.Related("receipt", "reversalOfId", "冲销单", "Reversing entry")
})

// Faults of receipts.
var (
	ErrAmount = fault.New(fault.Invalid, "receipt.amount", "收款金额应大于 0", "The amount is more than 0")
	ErrTooBig = fault.New(fault.Invalid, "receipt.over_balance", "超过未收金额 %s", "This is more than the balance of %s")
	ErrFuture = fault.New(fault.Invalid, "receipt.future", "收款日期不能晚于今天", "Money is not received in the future")
	ErrTwice  = fault.New(fault.Conflict, "receipt.reversed", "这笔收款已冲销", "This receipt is reversed already")
)

// Service is what can be done with receipts.
type Service struct {
	db        *tenants.DB
	contracts Contracts
}

// New makes the service.
func New(db *tenants.DB, contracts Contracts) *Service { return &Service{db, contracts} }
