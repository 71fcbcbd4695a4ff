package engine

import "forecourt/kernel/fault"

// What the engine refuses.
var (
	ErrNotStarted = fault.New(fault.Conflict, "approval.not_started", "这个审批已经在进行或已经结束", "This approval is under way or has ended")
	ErrNotOpen    = fault.New(fault.Conflict, "approval.not_open", "这个任务已经处理过了", "This task is no longer open")
	ErrTooLate    = fault.New(fault.Conflict, "approval.too_late", "后面的步骤已经处理，不能撤回了", "The next step has acted; it is too late")
)
