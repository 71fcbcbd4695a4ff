package tenants

import (
	"context"

	"forecourt/kernel/fault"
	"forecourt/kernel/rest"
)

// What whoever signed in must do before anything else.
var (
	// ErrChangeNeeded refuses everything but the session itself to whoever signed in with a password that somebody else knows.
	ErrChangeNeeded = fault.New(fault.Denied, "password.change_needed", "请先修改密码", "Change your password first")
	// ErrSecondStepNeeded refuses the same to whoever has no second step where the group demands one.
	ErrSecondStepNeeded = fault.New(fault.Denied, "two_step.needed", "请先开启两步验证", "Set up your second step first")
)

// beforeChange are the operations that lead to a password of one's own, or out; beforeSecondStep those that lead to a second step.
var (
	beforeChange     = map[string]bool{"sign-in": true, "finish-provider-sign-in": true, "answer-challenge": true, "me": true, "sign-out": true, "set-own-password": true}
	beforeSecondStep = map[string]bool{"sign-in": true, "answer-challenge": true, "me": true, "sign-out": true, "set-own-password": true, "two-step": true, "begin-two-step": true, "confirm-two-step": true}
)

// Ready returns ErrChangeNeeded or ErrSecondStepNeeded when the actor has something to do before the operation that ctx serves.
func (a Actor) Ready(ctx context.Context) error {
	op := rest.OperationOf(ctx)
	switch {
	case op == "":
		return nil
	case a.Posting.MustChange && !beforeChange[op]:
		return ErrChangeNeeded
	case a.MustSetUp && !beforeSecondStep[op]:
		return ErrSecondStepNeeded
	}
	return nil
}
