package engine

import "github.com/google/uuid"

// Approve agrees to a task.
func Approve(w World, run *Run, v Vote) ([]Effect, error) { return nil, ErrNotOpen }

// Choose returns the approval behind a task whose approvers the one who agrees names, or nil.
func Choose(w World, run *Run, task uuid.UUID) (*Node, error) { return nil, nil }
