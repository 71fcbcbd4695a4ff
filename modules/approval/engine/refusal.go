package engine

import (
	"fmt"

	"forecourt/kernel/fault"
)

// What the engine refuses.
var (
	ErrNotStarted = fault.New(fault.Conflict, "approval.not_started", "这个审批已经在进行或已经结束", "This approval is under way or has ended")
	ErrChoice     = fault.New(fault.Invalid, "approval.choice", "请先为“%s”选好审批人", "Name the approvers of “%s” first")
	ErrNext       = fault.New(fault.Invalid, "approval.next", "请先为下一步“%s”选好审批人", "Name the approvers of the next step, “%s”, first")
	ErrNoTask     = fault.New(fault.Missing, "approval.no_task", "没有这个审批任务", "There is no such task")
	ErrEnded      = fault.New(fault.Conflict, "approval.ended", "这个审批已经结束", "This approval has ended")
	ErrReturned   = fault.New(fault.Conflict, "approval.returned", "单据已退回，要等提交人重新提交", "The document is back with its submitter, who must submit it again")
	ErrNotOpen    = fault.New(fault.Conflict, "approval.not_open", "这个任务已经处理过了", "This task is no longer open")
	ErrNotYet     = fault.New(fault.Conflict, "approval.not_yet", "还没有轮到这个任务", "It is not this task's turn yet")
	ErrNotYours   = fault.New(fault.Denied, "approval.not_approver", "您不是这个任务的审批人", "You are not the approver of this task")
	ErrMayNot     = fault.New(fault.Denied, "approval.may_not", "这个人没有审批该单据的权限，或已不在岗",
		"This person may not decide about the document, or does not work here any more")
	ErrCannot = fault.New(fault.Invalid, "approval.cannot_decide", "所选的人没有审批该单据的权限，或已不在岗",
		"The person who was named may not decide about the document, or does not work here any more")
	ErrOwn           = fault.New(fault.Denied, "approval.own", "不能审批自己提交的单据", "Nobody decides about a document of their own")
	ErrOnlyAnswer    = fault.New(fault.Conflict, "approval.only_answer", "这是征求意见，只能回复意见", "You were asked for an opinion; answer it")
	ErrNotAsked      = fault.New(fault.Conflict, "approval.not_asked", "这个任务要审批，不是征求意见", "This task wants a decision, not an opinion")
	ErrNoComment     = fault.New(fault.Invalid, "approval.comment", "请填写意见", "Say something about it")
	ErrNoSignature   = fault.New(fault.Invalid, "approval.signature", "请先签名", "Sign first")
	ErrTarget        = fault.New(fault.Invalid, "approval.target", "这一步不能退回到那里", "This step cannot send the document there")
	ErrTargetRuns    = fault.New(fault.Conflict, "approval.target_runs", "那一步正在处理，不能退回到那里", "That step is open now; the document cannot be sent back to it")
	ErrTargetNotDone = fault.New(fault.Conflict, "approval.target_not_done", "那一步还没有审批过，不能退回到那里", "That step has not agreed; the document cannot be sent back to it")
	ErrNested        = fault.New(fault.Conflict, "approval.nested_add", "您是被加签的，不能再加签别人", "You were added yourself; you cannot add others")
	ErrNoAdd         = fault.New(fault.Denied, "approval.no_add", "这一步不允许加签", "This step does not let approvers add others")
	ErrNoHandOver    = fault.New(fault.Denied, "approval.no_hand_over", "这一步不允许转办", "This step does not let approvers hand over")
	ErrWhere         = fault.New(fault.Invalid, "approval.where", "请选择加签方式：在我之前、在我之后或同时", "Choose whether they decide before you, after you, or beside you")
	ErrHowMany       = fault.New(fault.Invalid, "approval.how_many", "请选择 1 到 %d 个人", "Choose 1 to %d people")
	ErrToSelf        = fault.New(fault.Invalid, "approval.to_self", "不能选自己", "Choose somebody else")
	ErrToSubmitter   = fault.New(fault.Invalid, "approval.to_submitter", "不能选提交人", "The submitter cannot be chosen")
	ErrAlready       = fault.New(fault.Invalid, "approval.already", "这个人已经在这一步里", "This person already has a part in this step")
	ErrTooLate       = fault.New(fault.Conflict, "approval.too_late", "后面的步骤已经处理，不能收回了", "The next step has acted; it is too late to take it back")
	ErrNothingBack   = fault.New(fault.Conflict, "approval.nothing_to_take_back", "这个任务没有可以收回的决定", "There is no decision of yours to take back here")
	ErrWithdraw      = fault.New(fault.Conflict, "approval.withdraw_too_late", "已经有人审批，不能撤回了", "Somebody has decided already; it cannot be withdrawn")
	ErrNotSubmitter  = fault.New(fault.Denied, "approval.not_submitter", "只有提交人可以撤回", "Only the submitter can withdraw it")
	ErrNoStep        = fault.New(fault.Missing, "approval.no_step", "没有这个审批步骤", "There is no such step")
	ErrBroken        = fault.New(fault.Conflict, "approval.broken_flow", "审批流程有错误，单据走不下去，请管理员检查流程",
		"The flow has a mistake and leads nowhere; an administrator must look at it")
)

// add joins two texts with a sign between them.
func add(a fault.Text, zh, en string, b fault.Text) fault.Text {
	if a == (fault.Text{}) {
		return b
	}
	return fault.Text{Zh: fmt.Sprint(a.Zh, zh, b.Zh), En: fmt.Sprint(a.In("en"), en, b.In("en"))}
}

// called is how a node is named in a sentence.
func (n *Node) called() fault.Text {
	if n.Name.Zh != "" {
		return n.Name
	}
	return fault.Text{Zh: n.ID, En: n.ID}
}
