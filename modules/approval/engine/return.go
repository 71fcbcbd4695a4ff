package engine

// Targets of a rejection beside the ids of nodes.
const (
	ToEnd       = "end"
	ToSubmitter = "submitter"
)

// Reject decides against the document: it ends, goes back to the submitter, or to an approval that agreed before. to is ToEnd,
// ToSubmitter or the id of a node.
func Reject(w World, run *Run, v Vote, to string) ([]Effect, error) { return nil, ErrNotOpen }

// Targets returns where a rejection in a step may lead now: ToEnd, ToSubmitter and ids of nodes.
func Targets(w World, run *Run, s *Step) []string { return nil }
