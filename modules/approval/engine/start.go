package engine

// Start begins a new run, or goes on with one that came back to the submitter and is submitted again. A new run needs Submitter and, where
// the flow asks the submitter to name approvers, Chosen. It returns ErrNotStarted and ErrChoice.
func Start(w World, run *Run) ([]Effect, error) { return nil, ErrNotStarted }

// Choices returns the approvals on the document's way whose approvers the submitter names.
func Choices(w World, run *Run) ([]*Node, error) { return nil, nil }
