package engine

import "github.com/google/uuid"

// TakeBack undoes one's last decision while the next step has not acted.
func TakeBack(w World, run *Run, v Vote) ([]Effect, error) { return nil, ErrTooLate }

// CanTakeBack reports whether TakeBack would be let.
func CanTakeBack(w World, run *Run, v Vote) bool { return false }

// Withdraw ends a run because its submitter wants so.
func Withdraw(w World, run *Run, by uuid.UUID, reason string) ([]Effect, error) {
	return nil, ErrTooLate
}
