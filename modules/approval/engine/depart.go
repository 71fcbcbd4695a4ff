package engine

import "github.com/google/uuid"

// Departed gives the tasks of somebody who left, or may not decide any more, to whom the rules find now, or to the step's fallback.
func Departed(w World, run *Run, user uuid.UUID) ([]Effect, error) { return nil, nil }

// Reassign gives a task to somebody whom an administrator names.
func Reassign(w World, run *Run, task, to uuid.UUID) ([]Effect, error) { return nil, ErrNotOpen }
