package contract

import "forecourt/kernel/flow"

// Status is where a contract stands.
type Status string

// The states.
const (
	StatusDraft       Status = "draft"
	StatusInReview    Status = "in_review"
	StatusEffective   Status = "effective"
	StatusDepositPaid Status = "deposit_paid"
	StatusReserved    Status = "reserved"
	StatusInvoiced    Status = "invoiced"
	StatusOutbound    Status = "outbound"
	StatusHandedOver  Status = "handed_over"
	StatusClosed      Status = "closed"
	StatusCancelled   Status = "cancelled"
)

// Action is a step of a contract.
type Action string

// The actions. Agree and send_back are how the approval ends, return_deposit is taken by a receipt that is voided; the other inner ones
// by the documents that they are named after.
const (
	ActionSubmit        Action = "submit"
	ActionAgree         Action = "agree"
	ActionSendBack      Action = "send_back"
	ActionTakeDeposit   Action = "take_deposit"
	ActionReturnDeposit Action = "return_deposit"
	ActionReserve       Action = "reserve"
	ActionRelease       Action = "release"
	ActionInvoice       Action = "invoice"
	ActionOutbound      Action = "outbound"
	ActionHandOver      Action = "hand_over"
	ActionClose         Action = "close"
	ActionCancel        Action = "cancel"
)

// Flow is the life of a contract.
var Flow = flow.New[Status, Action]().
	Status(StatusDraft, flow.Grey, "草稿", "Draft").
	Status(StatusInReview, flow.Amber, "审批中", "In review").
	Status(StatusEffective, flow.Blue, "已生效", "Effective").
	Status(StatusDepositPaid, flow.Blue, "已收定金", "Deposit paid").
	Status(StatusReserved, flow.Blue, "已预留", "Reserved").
	Status(StatusInvoiced, flow.Blue, "已开票", "Invoiced").
	Status(StatusOutbound, flow.Blue, "已出库", "Left stock").
	Status(StatusHandedOver, flow.Green, "已交车", "Handed over").
	Status(StatusClosed, flow.Green, "已完成", "Closed").
	Status(StatusCancelled, flow.Red, "已取消", "Cancelled").
	Action(ActionSubmit, "提交审批", "Submit").
	Action(ActionReserve, "预留车辆", "Reserve the vehicle").
	Action(ActionClose, "完成", "Close").
	Danger(ActionRelease, "解除预留", "Release the vehicle").
	Danger(ActionCancel, "取消合同", "Cancel").
	Inner(ActionAgree, "审批通过", "Approved").
	Inner(ActionSendBack, "审批退回", "Sent back").
	Inner(ActionTakeDeposit, "收到定金", "Take the deposit").
	Inner(ActionReturnDeposit, "定金冲销", "Return the deposit").
	Inner(ActionInvoice, "开票", "Invoice").
	Inner(ActionOutbound, "出库", "Take out of stock").
	Inner(ActionHandOver, "交车", "Hand over").
	Row(StatusDraft, ActionSubmit, StatusInReview, "contract:submit").
	Row(StatusInReview, ActionAgree, StatusEffective, "").
	Row(StatusInReview, ActionSendBack, StatusDraft, "").
	Row(StatusEffective, ActionTakeDeposit, StatusDepositPaid, "").
	Row(StatusDepositPaid, ActionReturnDeposit, StatusEffective, "").
	Row(StatusDepositPaid, ActionReserve, StatusReserved, "contract:reserve").
	Row(StatusReserved, ActionRelease, StatusDepositPaid, "contract:reserve").
	Row(StatusReserved, ActionInvoice, StatusInvoiced, "").
	Row(StatusInvoiced, ActionOutbound, StatusOutbound, "").
	Row(StatusOutbound, ActionHandOver, StatusHandedOver, "").
	Row(StatusHandedOver, ActionClose, StatusClosed, "contract:close").
	Row(StatusDraft, ActionCancel, StatusCancelled, "contract:cancel").
	Row(StatusInReview, ActionCancel, StatusCancelled, "contract:cancel").
	Row(StatusEffective, ActionCancel, StatusCancelled, "contract:cancel").
	Row(StatusDepositPaid, ActionCancel, StatusCancelled, "contract:cancel").
	Row(StatusReserved, ActionCancel, StatusCancelled, "contract:cancel").
	Done()
