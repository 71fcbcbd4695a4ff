package tenants

import (
	"context"

	"forecourt/kernel/fault"
	"forecourt/kernel/rest"
)

// ErrChangeNeeded refuses everything but the session itself to whoever signed in with a password that somebody else knows.
var ErrChangeNeeded = fault.New(fault.Denied, "password.change_needed", "请先修改密码", "Change your password first")

// beforeChange are the operations that lead to a password of one's own, or out.
var beforeChange = map[string]bool{"sign-in": true, "me": true, "sign-out": true, "set-own-password": true}

// Ready returns ErrChangeNeeded when the actor must change their password before the operation that ctx serves.
func (a Actor) Ready(ctx context.Context) error {
	if op := rest.OperationOf(ctx); a.Posting.MustChange && op != "" && !beforeChange[op] {
		return ErrChangeNeeded
	}
	return nil
}
