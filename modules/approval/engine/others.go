package engine

import "github.com/google/uuid"

// HandOver gives a task to somebody else: for good, or to ask for an opinion and get it back.
func HandOver(w World, run *Run, v Vote, to uuid.UUID, ask bool) ([]Effect, error) {
	return nil, ErrNotOpen
}

// Answer gives the opinion that was asked for, which is no vote.
func Answer(w World, run *Run, v Vote) ([]Effect, error) { return nil, ErrNotOpen }

// Add asks others to decide too: before the one who adds them, after, or beside. Who was added cannot add.
func Add(w World, run *Run, v Vote, users []uuid.UUID, where Where) ([]Effect, error) {
	return nil, ErrNotOpen
}
