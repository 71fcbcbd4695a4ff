package engine

import (
	"time"

	"forecourt/kernel/fault"
)

// Rehearsal tells how a document would go if everybody agreed.
type Rehearsal struct {
	Stations []Station
	Outcome  Status
}

// Station is one node in a rehearsal, in the order in which the document comes there; nodes where it does not come follow.
type Station struct {
	Node      string
	Kind      NodeKind
	Name      fault.Text
	Taken     bool
	Why       fault.Text
	Mode      Mode
	Due       time.Time // zero: no deadline
	Approvers []Person  // with those who were dropped
	Lines     []string  // over which the document goes on
	Skipped   []Skipped // of a branch: the lines it does not take
}

// Skipped is a line that a branch does not take, with the reason.
type Skipped struct {
	Line string
	Why  fault.Text
}

// Rehearse follows a run, from its start or from where it stands, as if everybody agreed. The run stays as it is.
func Rehearse(w World, run *Run) (Rehearsal, error) { return Rehearsal{}, nil }
