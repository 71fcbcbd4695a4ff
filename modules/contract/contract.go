// Package contract is the sales contract (销售合同) with the accessories, services and insurance sold with it: its prices, its
// approval, and the way from the deposit to the handover.
package contract

import (
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// PriceType tells whom a vehicle is sold to.
type PriceType string

// The price types.
const (
	PriceRetail    PriceType = "retail"
	PriceWholesale PriceType = "wholesale"
)

// Contract is a sale to one customer of at most one vehicle. Its owner is the consultant.
type Contract struct {
	bun.BaseModel `bun:"table:contracts"`
	record.Base
	CustomerID          uuid.UUID    `bun:"customer_id,type:uuid" json:"customerId"`
	IntentID            uuid.UUID    `bun:"intent_id,type:uuid,nullzero" json:"intentId"`
	VehicleID           uuid.UUID    `bun:"vehicle_id,type:uuid,nullzero" json:"vehicleId"`
	ModelName           string       `bun:"model_name,nullzero" json:"modelName"`
	PriceType           PriceType    `bun:"price_type" json:"priceType"`
	Total               money.Amount `bun:"total" json:"total"`
	Discount            money.Amount `bun:"discount" json:"discount"`
	DiscountBasisPoints int          `bun:"discount_basis_points" json:"discountBasisPoints"`
	Deposit             money.Amount `bun:"deposit" json:"deposit"`
	Paid                money.Amount `bun:"paid" json:"paid"`
	Balance             money.Amount `bun:"balance" json:"balance"`
	Margin              money.Amount `bun:"margin,nullzero" json:"margin"` // empty until the cost is known
	Remark              string       `bun:"remark,nullzero" json:"remark"`
	Revision            int          `bun:"revision" json:"revision"` // grows when the lines change
	SubmittedBy         uuid.UUID    `bun:"submitted_by,type:uuid,nullzero" json:"submittedBy"`
	Reason              string       `bun:"reason,nullzero" json:"reason"` // of the last rejection, or of the cancellation
	Status              Status       `bun:"status" json:"status"`
}

// Kind is the declaration of contracts.
var Kind = record.New("contract", "contracts", "销售合同", "Sales contract", func(m *Contract, k *record.Kind[Contract]) {
	k.Ref(&m.CustomerID, "customer", "客户", "Customer").Must()
	k.Ref(&m.IntentID, "intent", "意向", "Intent")
	k.Ref(&m.VehicleID, "vehicle", "车辆", "Vehicle")
	k.Text(&m.ModelName, "车型", "Model").Fixed().Search()
	k.Choice(&m.PriceType, "价格类型", "Price type", record.Of(string(PriceRetail), "零售", "Retail"), record.Of(string(PriceWholesale), "批售", "Wholesale")).Must().Begin("retail")
	k.Money(&m.Total, "合同总额", "Total").Fixed().Sort()
	k.Money(&m.Discount, "优惠金额", "Discount").Fixed()
	k.Int(&m.DiscountBasisPoints, "折扣率", "Discount rate").Fixed().As("basis_points")
	k.Money(&m.Deposit, "定金", "Deposit").Must()
	k.Money(&m.Paid, "已收", "Paid").Fixed()
	k.Money(&m.Balance, "未收", "Balance").Fixed()
	k.Money(&m.Margin, "单车毛利", "Margin").Fixed().Internal()
	k.Text(&m.Remark, "备注", "Remark").As("multiline").Max(2000)
	k.Int(&m.Revision, "明细版次", "Revision of the lines").Fixed()
	k.Ref(&m.SubmittedBy, "user", "提交人", "Submitted by").Fixed()
	k.Text(&m.Reason, "退回或取消原因", "Reason of rejection or cancellation").Fixed().Max(500)
	k.Flow(&m.Status, "状态", "Status", Flow)

	k.HandsOver(string(StatusDraft), string(StatusInReview), string(StatusEffective), string(StatusDepositPaid),
		string(StatusReserved), string(StatusInvoiced), string(StatusOutbound), string(StatusHandedOver))
	k.Numbered("HT")
	k.Title("number", "modelName")
	k.List("-createdAt", "number", "customerId", "modelName", "total", "discountBasisPoints", "paid", "balance", "status", "ownerId", "createdAt")
	k.Form("客户", "Customer", "customerId", "intentId")
	k.Form("车辆与价格", "Vehicle and price", "vehicleId", "priceType", "deposit", "remark")
	record.PartOf(k, LineKind, "lines", "contract_id", true)
	k.Paper(paper)
	k.Steps(string(StatusDraft), string(StatusInReview), string(StatusEffective), string(StatusDepositPaid), string(StatusReserved),
		string(StatusInvoiced), string(StatusOutbound), string(StatusHandedOver), string(StatusClosed))
	k.EditIn(string(StatusDraft))
	k.Ask(string(ActionCancel), record.Input("reason", record.Text, "原因", "Reason").As("multiline").Max(500).Must())
	k.Ask(string(ActionReserve), record.Input("vehicleId", record.Ref, "车辆（已选定可不填）", "Vehicle (empty: the chosen one)").To("vehicle"))
	k.Approvable(string(ActionSubmit), "contract:approve", record.Input("managerDiscount", record.Int, "销售经理折扣权限", "Discount a sales manager may approve").As("basis_points")).
		Changes("deposit", "remark")
	k.View("mine", "我的合同", "My contracts", `[["ownerId","=","@me"]]`, "-createdAt")
	k.View("open", "执行中", "Under way", `[["status","in",["effective","deposit_paid","reserved","invoiced","outbound"]]]`, "-createdAt")
	k.View("owing", "有未收款", "Money owing", `[["balance",">","0.00"],["status","in",["effective","deposit_paid","reserved","invoiced"]]]`, "createdAt")
	k.View("review", "审批中", "In review", `[["status","=","in_review"]]`, "createdAt")
	k.Queue("to_pay", "待收定金", "Deposit to take", `[["status","=","effective"]]`, "createdAt", false, "receipt:create")
	k.Queue("to_reserve", "待预留", "Vehicle to reserve", `[["status","=","deposit_paid"]]`, "createdAt", false, "contract:reserve")
	k.Queue("to_invoice", "待开票", "To invoice", `[["status","=","reserved"]]`, "createdAt", false, "invoice:issue")
	k.Queue("to_deliver", "待出库", "To take out of stock", `[["status","=","invoiced"]]`, "createdAt", false, "outbound:create")
	k.Queue("to_hand_over", "待交车", "To hand over", `[["status","=","outbound"]]`, "createdAt", false, "handover:create")
	k.Figure("open", "owing")
	k.Related("receipt", "contractId", "收款", "Receipts")
	k.Related("invoice", "contractId", "发票", "Invoices")
	k.Related("outbound", "contractId", "出库", "Outbound")
	k.Related("handover", "contractId", "交车", "Handover")
	k.Says("lines", "明细", "Lines")
	k.Says("receive", "收款到账", "Money received")
	k.Says("return", "收款冲销", "Money returned")
})

// Faults of contracts.
var (
	ErrNoCompany = fault.New(fault.Invalid, "contract.no_company", "当前任职不属于任何公司，请切换到公司任职后再新建", "Your posting belongs to no company; switch to one that does")
	ErrIntent    = fault.New(fault.Invalid, "contract.intent", "意向不属于该客户", "The intent is another customer's")
	ErrDeposit   = fault.New(fault.Invalid, "contract.deposit", "定金应在 0 与合同总额 %s 之间", "The deposit is between 0 and the total of %s")
	ErrNotDraft  = fault.New(fault.Conflict, "contract.not_draft", "只有草稿可以修改", "Only a draft can be changed")
	ErrNoLines   = fault.New(fault.Invalid, "contract.no_lines", "至少添加一行再提交", "Add at least one line before submitting")
	ErrPaid      = fault.New(fault.Conflict, "contract.paid", "已收款 %s，先退款再取消", "%s was received; return it before cancelling")
	ErrNoCar     = fault.New(fault.Invalid, "contract.no_vehicle_line", "合同明细中没有车辆", "The contract has no line for a vehicle")
	ErrVehicle   = fault.New(fault.Invalid, "contract.vehicle_needed", "请选择要预留的车辆", "Choose the vehicle to reserve")
	ErrModel     = fault.New(fault.Invalid, "contract.model", "车辆与合同中的车型不符", "The vehicle is not of the contract's model")
	ErrElsewhere = fault.New(fault.Invalid, "contract.vehicle_elsewhere", "车辆在其他公司库存，请先调拨", "The vehicle is in another company's stock; transfer it first")
	ErrReserved  = fault.New(fault.Conflict, "contract.vehicle_taken", "车辆已被其他合同预留", "Another contract has reserved this vehicle")
	ErrNotOpen   = fault.New(fault.Conflict, "contract.not_payable", "合同「%s」，不能收款", "No money is taken on a contract that is %q")
	ErrOverpaid  = fault.New(fault.Invalid, "contract.overpaid", "超过未收金额 %s", "This is more than the balance of %s")
	ErrTooLate   = fault.New(fault.Conflict, "contract.too_late", "合同「%s」，不能冲销收款；已预留的请先解除预留", "Money cannot be returned on a contract that is %q; if it is reserved, release the vehicle first")
)

// Service is what can be done with contracts.
type Service struct {
	db        *tenants.DB
	stock     Stock
	customers Customers
	intents   Intents
	catalogue Catalogue
	approvals Approvals
	notices   Notices
}

// New makes the service.
func New(db *tenants.DB, stock Stock, customers Customers, intents Intents, catalogue Catalogue, approvals Approvals, notices Notices) *Service {
	return &Service{db, stock, customers, intents, catalogue, approvals, notices}
}
