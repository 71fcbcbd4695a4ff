// Package approval lets those agree who must, before an action of a document takes effect (审批). A group decides who that is, by flows
// that it draws; the module knows no kind of document.
package approval

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
)

// Permissions of approvals.
const (
	ReadFlows access.Permission = "approval_flow:read"
	EditFlows access.Permission = "approval_flow:edit"
	Manage    access.Permission = "approval:manage"
)

// Approval is one document on its way. Its owner submitted it; its number is the document's.
type Approval struct {
	bun.BaseModel `bun:"table:approvals"`
	record.Base
	Subject       string       `bun:"subject" json:"subject"`
	RecordKind    string       `bun:"record_kind" json:"recordKind"`
	RecordID      uuid.UUID    `bun:"record_id,type:uuid" json:"recordId"`
	Title         string       `bun:"title" json:"title"`
	Summary       string       `bun:"summary" json:"summary"`
	SummaryEn     string       `bun:"summary_en" json:"summaryEn"`
	Status        string       `bun:"status" json:"status"`
	SubmittedAt   time.Time    `bun:"submitted_at" json:"submittedAt"`
	ClosedAt      time.Time    `bun:"closed_at,nullzero" json:"closedAt"`
	Amount        money.Amount `bun:"amount,nullzero" json:"amount"`
	CurrentStep   string       `bun:"current_step" json:"currentStep"`
	CurrentStepEn string       `bun:"current_step_en" json:"currentStepEn"`
	FlowID        uuid.UUID    `bun:"flow_id,type:uuid,nullzero" json:"flowKey"`
	FlowVersion   int          `bun:"flow_version" json:"flowVersion"`
	Reason        string       `bun:"reason" json:"reason"`
}

func option(value, zh, en string, tone flow.Tone) record.Option {
	o := record.Of(value, zh, en)
	o.Tone = tone
	return o
}

func label(k *record.Spec, field, zh, en string) { k.Field(field).Label = fault.Text{Zh: zh, En: en} }

// Kind declares approvals. Whoever takes part in one reads it, and those whose grants cover a participant's place.
var Kind = record.New("approval", "approvals", "审批", "Approval", func(m *Approval, k *record.Kind[Approval]) {
	label(k.Spec, "number", "单据编号", "Number of the document")
	label(k.Spec, "ownerId", "提交人", "Submitted by")
	k.Choice(&m.Subject, "审批事项", "Matter", subjectOptions()...).Fixed()
	k.Text(&m.RecordKind, "单据类型代码", "Kind of document").Fixed()
	k.ID(&m.RecordID, "单据", "Document")
	k.Text(&m.Title, "标题", "Title").Search().Max(400).Fixed()
	k.Text(&m.Summary, "摘要", "Summary").Max(1000).Fixed()
	k.Text(&m.SummaryEn, "摘要（英文）", "Summary in English").Max(1000).Fixed()
	k.Choice(&m.Status, "状态", "Status", option("running", "审批中", "Under way", flow.Amber), option("returned", "已退回", "Returned", flow.Red),
		option("approved", "已通过", "Approved", flow.Green), option("rejected", "已拒绝", "Rejected", flow.Red), option("withdrawn", "已撤回", "Withdrawn", flow.Grey)).Fixed()
	k.Time(&m.SubmittedAt, "提交时间", "Submitted").Sort().Fixed()
	k.Time(&m.ClosedAt, "结束时间", "Ended").Sort().Fixed()
	k.Money(&m.Amount, "金额", "Amount").Sort().Fixed()
	k.Text(&m.CurrentStep, "当前步骤", "Current step").Max(400).Fixed()
	k.Text(&m.CurrentStepEn, "当前步骤（英文）", "Current step in English").Max(400).Fixed()
	k.ID(&m.FlowID, "流程", "Flow")
	k.Int(&m.FlowVersion, "流程版本", "Version of the flow").Fixed()
	k.Text(&m.Reason, "意见", "Reason").Max(1000).Fixed()

	k.Through("approval_people", "approval_id")
	k.Title("number", "title")
	k.List("-submittedAt", "number", "subject", "title", "amount", "ownerId", "companyId", "currentStep", "status", "submittedAt", "closedAt")
	k.View("mine", "我提交的", "Submitted by me", `[["ownerId","=","@me"]]`, "-submittedAt")
	k.View("running", "审批中", "Under way", `[["status","in",["running","returned"]]]`, "-submittedAt")
	k.View("all", "全部", "All", `[]`, "-submittedAt")
	for _, w := range said {
		k.Says(w.action, w.text.Zh, w.text.En)
	}
})

// said are the actions of an approval's history.
var said = []struct {
	action string
	text   fault.Text
}{
	{"submit", fault.Text{Zh: "提交", En: "Submitted"}}, {"resubmit", fault.Text{Zh: "重新提交", En: "Submitted again"}}, {"approve", fault.Text{Zh: "同意", En: "Agreed"}},
	{"reject", fault.Text{Zh: "拒绝", En: "Refused"}}, {"return", fault.Text{Zh: "退回", En: "Returned"}}, {"hand_over", fault.Text{Zh: "转办", En: "Handed over"}},
	{"ask", fault.Text{Zh: "征求意见", En: "Asked for an opinion"}}, {"answer", fault.Text{Zh: "答复意见", En: "Gave an opinion"}}, {"add", fault.Text{Zh: "加签", En: "Added approvers"}},
	{"take_back", fault.Text{Zh: "收回决定", En: "Took a decision back"}}, {"withdraw", fault.Text{Zh: "撤回", En: "Withdrawn"}}, {"urge", fault.Text{Zh: "催办", En: "Urged"}},
	{"comment", fault.Text{Zh: "评论", En: "Commented"}}, {"reassign", fault.Text{Zh: "改派", En: "Reassigned"}}, {"late", fault.Text{Zh: "超时处理", En: "A deadline passed"}},
	{"depart", fault.Text{Zh: "审批人变动", En: "An approver left"}}, {"drop", fault.Text{Zh: "单据已另行处理", En: "The document went another way"}},
}

// Task is what one person decides, or gets to read.
type Task struct {
	bun.BaseModel `bun:"table:approval_tasks"`
	record.Base
	ApprovalID  uuid.UUID    `bun:"approval_id,type:uuid" json:"approvalId"`
	Subject     string       `bun:"subject" json:"subject"`
	RecordKind  string       `bun:"record_kind" json:"recordKind"`
	RecordID    uuid.UUID    `bun:"record_id,type:uuid" json:"recordId"`
	Title       string       `bun:"title" json:"title"`
	Summary     string       `bun:"summary" json:"summary"`
	SummaryEn   string       `bun:"summary_en" json:"summaryEn"`
	Amount      money.Amount `bun:"amount,nullzero" json:"amount"`
	SubmitterID uuid.UUID    `bun:"submitter_id,type:uuid,nullzero" json:"submitterId"`
	Step        string       `bun:"step" json:"step"`
	StepEn      string       `bun:"step_en" json:"stepEn"`
	Status      string       `bun:"status" json:"status"`
	OpenedAt    time.Time    `bun:"opened_at,nullzero" json:"openedAt"`
	DueAt       time.Time    `bun:"due_at,nullzero" json:"dueAt"`
	ClosedAt    time.Time    `bun:"closed_at,nullzero" json:"closedAt"`
	Late        bool         `bun:"late" json:"late"`
	ReadAt      time.Time    `bun:"read_at,nullzero" json:"readAt"`
	Bulk        bool         `bun:"bulk" json:"bulk"`
}

// TaskKind declares tasks. Their owner is who decides; without one an administrator names somebody.
var TaskKind = record.New("approval_task", "approval-tasks", "审批任务", "Approval task", func(m *Task, k *record.Kind[Task]) {
	label(k.Spec, "number", "单据编号", "Number of the document")
	label(k.Spec, "ownerId", "审批人", "Approver")
	k.Ref(&m.ApprovalID, "approval", "审批", "Approval").Fixed()
	k.Choice(&m.Subject, "审批事项", "Matter", subjectOptions()...).Fixed()
	k.Text(&m.RecordKind, "单据类型代码", "Kind of document").Fixed()
	k.ID(&m.RecordID, "单据", "Document")
	k.Text(&m.Title, "标题", "Title").Search().Max(400).Fixed()
	k.Text(&m.Summary, "摘要", "Summary").Max(1000).Fixed()
	k.Text(&m.SummaryEn, "摘要（英文）", "Summary in English").Max(1000).Fixed()
	k.Money(&m.Amount, "金额", "Amount").Sort().Fixed()
	k.Ref(&m.SubmitterID, "user", "提交人", "Submitted by").Fixed()
	k.Text(&m.Step, "步骤", "Step").Max(200).Fixed()
	k.Text(&m.StepEn, "步骤（英文）", "Step in English").Max(200).Fixed()
	k.Choice(&m.Status, "状态", "Status", option("waiting", "未轮到", "Not their turn yet", flow.Grey), option("open", "待处理", "To decide", flow.Amber),
		option("approved", "已同意", "Agreed", flow.Green), option("rejected", "已拒绝", "Refused", flow.Red), option("handed_over", "已转办", "Handed over", flow.Blue),
		option("answered", "已答复", "Answered", flow.Blue), option("copied", "抄送", "Copy", flow.Grey), option("cancelled", "已取消", "Cancelled", flow.Grey)).Fixed()
	k.Time(&m.OpenedAt, "到达时间", "Since").Sort().Fixed()
	k.Time(&m.DueAt, "截止时间", "Due").Sort().Fixed()
	k.Time(&m.ClosedAt, "处理时间", "Decided").Sort().Fixed()
	k.Bool(&m.Late, "已超时", "Late").Fixed()
	k.Time(&m.ReadAt, "已读时间", "Read").Fixed()
	k.Bool(&m.Bulk, "可批量", "Can be decided with others").Fixed()

	k.Title("number", "title")
	k.List("openedAt", "number", "subject", "title", "amount", "submitterId", "companyId", "step", "status", "openedAt", "dueAt")
	k.Queue("todo", "待我审批", "For my approval", `[["status","=","open"],["ownerId","=","@me"]]`, "openedAt", false, TaskPermission)
	k.Queue("late", "已超时", "Late", `[["status","=","open"],["ownerId","=","@me"],["dueAt","<","@now"]]`, "dueAt", true, TaskPermission)
	k.Queue("unassigned", "待指定审批人", "Without an approver", `[["status","=","open"],["ownerId","null",true]]`, "openedAt", false, Manage)
	k.View("done", "我已处理", "Decided by me", `[["status","in",["approved","rejected","handed_over","answered"]],["ownerId","=","@me"]]`, "-closedAt")
	k.View("copied", "抄送我的", "Copied to me", `[["status","=","copied"],["ownerId","=","@me"]]`, "-openedAt")
	k.View("all", "全部", "All", `[]`, "-openedAt")
})

// TaskPermission is the permission to read tasks; everybody holds it for their own.
const TaskPermission access.Permission = "approval_task:read"
