package cash

import "forecourt/kernel/flow"

// Status is where a receipt stands.
type Status string

// The states. A reversing entry is born voided, so the booked money of a contract is the sum of its confirmed receipts.
const (
	StatusRecorded  Status = "recorded"
	StatusConfirmed Status = "confirmed"
	StatusVoided    Status = "voided"
	StatusWithdrawn Status = "withdrawn"
)

// Action is a step of a receipt.
type Action string

// The actions.
const (
	ActionConfirm  Action = "confirm"
	ActionVoid     Action = "void"
	ActionWithdraw Action = "withdraw"
)

// Flow is the life of a receipt.
var Flow = flow.New[Status, Action]().
	Status(StatusRecorded, flow.Amber, "待确认", "Recorded").
	Status(StatusConfirmed, flow.Green, "已确认", "Confirmed").
	Status(StatusVoided, flow.Red, "已冲销", "Voided").
	Status(StatusWithdrawn, flow.Grey, "已撤销", "Withdrawn").
	Action(ActionConfirm, "确认收款", "Confirm").
	Danger(ActionVoid, "冲销", "Void").
	Danger(ActionWithdraw, "撤销登记", "Withdraw").
	Row(StatusRecorded, ActionConfirm, StatusConfirmed, "receipt:confirm").
	Row(StatusConfirmed, ActionVoid, StatusVoided, "receipt:void").
	Row(StatusRecorded, ActionWithdraw, StatusWithdrawn, "receipt:create").
	Done()
