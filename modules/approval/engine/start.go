package engine

import (
	"slices"
)

// Start begins a new run, or goes on with one that came back to the submitter and is submitted again. A new run needs Submitter and, where
// the flow asks the submitter to name approvers, Chosen. It returns ErrNotStarted, ErrChoice, and ErrCannot or ErrToSubmitter for whom the
// submitter may not name.
func Start(w World, run *Run) ([]Effect, error) {
	m := newMover(w, run)
	start := m.layout.start()
	switch {
	case run.Status == Returned:
	case run.Status != "" && run.Status != Running || len(run.Steps) > 0:
		return nil, ErrNotStarted
	}
	if start == nil {
		return nil, ErrBroken
	}
	if err := m.choices(); err != nil {
		return nil, err
	}
	again := run.Status == Returned
	run.Status, run.Reason = Running, ""
	if again {
		if to := m.resume(ToSubmitter); to != nil {
			return m.done(m.enter(to, noStep, nil))
		}
		run.Resume = nil
	}
	return m.done(m.enter(start, noStep, nil))
}

// choices holds whom the submitter named against the rules.
func (m *mover) choices() error {
	wanted, err := Choices(m.w, m.run)
	if err != nil {
		return err
	}
	for _, n := range wanted {
		field := "choices." + n.ID
		if len(m.run.Chosen[n.ID]) == 0 {
			return ErrChoice.With(n.called()).At(field)
		}
		if err := m.named(n, m.run.Chosen[n.ID], field); err != nil {
			return err
		}
	}
	return nil
}

// Choices returns the approvals on the document's way whose approvers the submitter names.
func Choices(w World, run *Run) ([]*Node, error) {
	m := newMover(w, run)
	if start := m.layout.start(); start != nil {
		return m.ahead(start, func(n *Node) (want, further bool) { return asks(n, RuleSubmitterChoice), true })
	}
	return nil, nil
}

// ahead walks from a node over the lines that the document would take now, and returns the approvals that are wanted. further tells
// whether the walk goes on behind one.
func (m *mover) ahead(n *Node, want func(*Node) (want, further bool)) ([]*Node, error) {
	var found []*Node
	seen := map[string]bool{n.ID: true}
	var walk func(n *Node)
	walk = func(n *Node) {
		lines := m.layout.out[n.ID]
		if n.Kind == NodeBranch {
			lines = m.taken(n)
		}
		for _, line := range lines {
			to := m.layout.nodes[line.To]
			if to == nil || seen[to.ID] {
				continue
			}
			seen[to.ID] = true
			further := true
			if to.Kind == NodeApprove {
				var wanted bool
				if wanted, further = want(to); wanted {
					found = append(found, to)
				}
			}
			if further {
				walk(to)
			}
		}
	}
	walk(n)
	return found, nil
}

// taken returns the line that a branch would take now, or none.
func (m *mover) taken(n *Node) []*Line {
	lines := m.layout.out[n.ID]
	for _, line := range lines {
		if !line.Else && line.When != nil {
			if holds, err := m.w.Facts.Holds(line.When); err == nil && holds {
				return []*Line{line}
			}
		}
	}
	if i := slices.IndexFunc(lines, func(l *Line) bool { return l.Else }); i >= 0 {
		return lines[i : i+1]
	}
	return nil
}
