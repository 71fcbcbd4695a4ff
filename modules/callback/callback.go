// Package callback makes the tasks by which a customer is called after an event, and keeps what they answered.
package callback

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/flow"
	"forecourt/kernel/record"
)

// Status is where a callback stands.
type Status string

// The states of a callback.
const (
	StatusPending     Status = "pending"
	StatusCalling     Status = "calling"
	StatusDone        Status = "done"
	StatusUnreachable Status = "unreachable"
	StatusCancelled   Status = "cancelled"
)

// Action is what an agent does with a callback.
type Action string

// The actions.
const (
	ActionTry      Action = "try"
	ActionComplete Action = "complete"
	ActionGiveUp   Action = "give_up"
	ActionCancel   Action = "cancel"
)

// Flow is the life of a callback.
var Flow = flow.New[Status, Action]().
	Status(StatusPending, flow.Amber, "待回访", "To call").
	Status(StatusCalling, flow.Blue, "回访中", "Calling").
	Status(StatusDone, flow.Green, "已完成", "Done").
	Status(StatusUnreachable, flow.Red, "联系不上", "Unreachable").
	Status(StatusCancelled, flow.Grey, "已取消", "Cancelled").
	Action(ActionComplete, "完成回访", "Complete").
	Action(ActionTry, "未接通", "Not reached").
	Danger(ActionGiveUp, "联系不上", "Give up").
	Danger(ActionCancel, "取消", "Cancel").
	Row(StatusPending, ActionComplete, StatusDone, "callback:work").
	Row(StatusCalling, ActionComplete, StatusDone, "callback:work").
	Row(StatusPending, ActionTry, StatusCalling, "callback:work").
	Row(StatusCalling, ActionTry, StatusCalling, "callback:work").
	Row(StatusCalling, ActionGiveUp, StatusUnreachable, "callback:work").
	Row(StatusPending, ActionCancel, StatusCancelled, "callback:assign").
	Row(StatusCalling, ActionCancel, StatusCancelled, "callback:assign").
	Done()

// Callback is a task to call a customer.
type Callback struct {
	bun.BaseModel `bun:"table:callbacks"`
	record.Base
	RuleID       uuid.UUID `bun:"rule_id,type:uuid" json:"ruleKey"`
	CauseID      uuid.UUID `bun:"cause_id,type:uuid" json:"causeKey"`
	RuleName     string    `bun:"rule_name" json:"ruleName"`
	CustomerID   uuid.UUID `bun:"customer_id,type:uuid" json:"customerId"`
	ContractID   uuid.UUID `bun:"contract_id,type:uuid,nullzero" json:"contractId"`
	DueOn        clock.Day `bun:"due_on" json:"dueOn"`
	Deadline     clock.Day `bun:"deadline" json:"deadline"`
	Status       Status    `bun:"status" json:"status"`
	Attempts     int       `bun:"attempts" json:"attempts"`
	NextTry      clock.Day `bun:"next_try,nullzero" json:"nextTry"`
	Satisfaction int       `bun:"satisfaction" json:"satisfaction"`
	VehicleFine  string    `bun:"vehicle_fine,nullzero" json:"vehicleFine"`
	Explained    string    `bun:"explained,nullzero" json:"explained"`
	Answer       string    `bun:"answer,nullzero" json:"answer"`
	DoneAt       time.Time `bun:"done_at,nullzero" json:"doneAt"`
}

var yesNo = []record.Option{record.Of("yes", "是", "Yes"), record.Of("no", "否", "No")}

// Kind declares callbacks.
var Kind = record.New("callback", "callbacks", "回访任务", "Callback", func(c *Callback, k *record.Kind[Callback]) {
	k.ID(&c.RuleID, "规则", "Rule")
	k.ID(&c.CauseID, "来源单据", "Cause")
	k.Text(&c.RuleName, "回访类型", "Type").Fixed()
	k.Ref(&c.CustomerID, "customer", "客户", "Customer").Must().Fixed()
	k.Ref(&c.ContractID, "contract", "合同", "Contract").Fixed()
	k.Date(&c.DueOn, "应回访日", "Due on").Must().Sort().Fixed()
	k.Date(&c.Deadline, "截止日", "Deadline").Must().Sort().Fixed()
	k.Flow(&c.Status, "状态", "Status", Flow)
	k.Int(&c.Attempts, "拨打次数", "Attempts").Fixed()
	k.Date(&c.NextTry, "下次拨打", "Next try").Fixed()
	k.Int(&c.Satisfaction, "满意度（1–10）", "Satisfaction (1–10)").Fixed()
	k.Choice(&c.VehicleFine, "车辆使用正常", "Vehicle runs well", yesNo...).Fixed()
	k.Choice(&c.Explained, "交车讲解清楚", "Handover was explained", yesNo...).Fixed()
	k.Text(&c.Answer, "客户反馈", "What the customer said").Max(1000).As("multiline").Fixed()
	k.Time(&c.DoneAt, "完成时间", "Done at").Fixed()
	k.HandsOver(string(StatusPending), string(StatusCalling))
	k.Numbered("HF")
	k.FillsIn("callback:work")
	k.Title("number", "ruleName")
	k.List("dueOn", "number", "ruleName", "customerId", "contractId", "dueOn", "deadline", "status", "attempts", "satisfaction")
	k.Queue("today", "今日回访", "To call today", `[["status","in",["pending","calling"]],["dueOn","<=","@today"],["or",["nextTry","null",true],["nextTry","<=","@today"]]]`, "dueOn", false, "callback:work")
	k.Queue("late", "已超期", "Overdue", `[["status","in",["pending","calling"]],["deadline","<","@today"]]`, "deadline", true, "callback:work")
	k.View("done", "已完成", "Done", `[["status","=","done"]]`, "-dueOn")
	k.Steps(string(StatusPending), string(StatusCalling), string(StatusDone))
	k.Ask(string(ActionComplete),
		record.Input("satisfaction", record.Int, "满意度（1–10）", "Satisfaction (1–10)").Must(),
		record.Input("vehicleFine", record.Choice, "车辆使用正常", "Vehicle runs well").One(yesNo...).Must(),
		record.Input("explained", record.Choice, "交车讲解清楚", "Handover was explained").One(yesNo...).Must(),
		record.Input("answer", record.Text, "客户反馈", "What the customer said").Max(1000).As("multiline"))
	k.Ask(string(ActionTry), record.Input("nextTry", record.Date, "下次拨打", "Next try").Must(), record.Input("answer", record.Text, "说明", "Remark").Max(1000))
	k.Ask(string(ActionGiveUp), record.Input("answer", record.Text, "说明", "Remark").Max(1000).Must())
	k.Ask(string(ActionCancel), record.Input("answer", record.Text, "原因", "Reason").Max(1000).Must())
})
