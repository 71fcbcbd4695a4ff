package engine

import (
	"slices"
	"strings"

	"github.com/google/uuid"
)

// noStep is where a run begins: no step opened what follows.
var noStep = uuid.Nil

// maxNamed is how many people one may name, add or choose at once; maxTasks how many tasks a step may have by adding.
const (
	maxNamed = 20
	maxTasks = 200
)

// turnOf returns the open task of a vote with its step and node, or why the voter cannot act on it now.
func (m *mover) turnOf(v Vote) (*Node, *Step, *Task, error) {
	n, s, t := m.find(v.Task)
	switch {
	case t == nil || t.Status == TaskCopied:
		return nil, nil, nil, ErrNoTask
	case m.run.Status == Returned:
		return nil, nil, nil, ErrReturned
	case m.run.Status != Running:
		return nil, nil, nil, ErrEnded
	case s.Status != StepOpen || !t.active():
		return nil, nil, nil, ErrNotOpen
	case t.Status == TaskWaiting:
		return nil, nil, nil, ErrNotYet
	case n == nil:
		return nil, nil, nil, ErrBroken
	}
	return n, s, t, m.isFor(t, v.By)
}

// voteOf is turnOf for whoever decides: the task's person or deputy must also hold the right to.
func (m *mover) voteOf(v Vote) (*Node, *Step, *Task, error) {
	n, s, t, err := m.turnOf(v)
	if err == nil {
		err = m.mayDecide(n, v.By)
	}
	return n, s, t, err
}

func (m *mover) find(id uuid.UUID) (*Node, *Step, *Task) {
	for _, s := range m.run.Steps {
		if t := s.task(id); t != nil {
			return m.layout.nodes[s.Node], s, t
		}
	}
	return nil, nil, nil
}

// isFor refuses whoever is neither the approver nor their deputy. A task without a person is for whoever administers the company.
func (m *mover) isFor(t *Task, by uuid.UUID) error {
	if by == uuid.Nil {
		return ErrNotYours
	}
	if t.User == by {
		return nil
	}
	if t.User == uuid.Nil {
		admins, err := m.w.People.Administrators()
		if err == nil && !slices.Contains(admins, by) {
			err = ErrNotYours
		}
		return err
	}
	stands, err := m.w.People.StandsIn(by, t.User)
	if err == nil && !stands {
		err = ErrNotYours
	}
	return err
}

// mayDecide refuses the submitter, where the flow does not let them, and whoever lacks the grant over the document.
func (m *mover) mayDecide(n *Node, by uuid.UUID) error {
	if by == m.run.Submitter && n.Self != SelfDecides {
		return ErrOwn
	}
	may, err := m.w.People.May(by)
	if err == nil && !may {
		err = ErrMayNot
	}
	return err
}

// Approve agrees to a task. It returns ErrNoTask, ErrEnded, ErrReturned, ErrNotOpen, ErrNotYet, ErrNotYours, ErrOwn, ErrMayNot,
// ErrOnlyAnswer, ErrNoComment, ErrNoSignature, and ErrNext when the next step's approvers are to be named.
func Approve(w World, run *Run, v Vote) ([]Effect, error) {
	m := newMover(w, run)
	n, s, t, err := m.voteOf(v)
	if err != nil {
		return nil, err
	}
	switch {
	case t.Origin == FromAsk:
		return nil, ErrOnlyAnswer.At("decision")
	case n.Comment == CommentAlways && strings.TrimSpace(v.Comment) == "":
		return nil, ErrNoComment.At("comment")
	case n.Signature && !v.Signed:
		return nil, ErrNoSignature.At("signature")
	}
	if err := m.name(n, v.Next); err != nil {
		return nil, err
	}
	m.decide(s, t, TaskApproved, v)
	return m.done(m.settle(n, s, nil))
}

// decide writes a decision into its task.
func (m *mover) decide(s *Step, t *Task, status TaskStatus, v Vote) {
	t.Status, t.By, t.Comment, t.Closed = status, v.By, v.Comment, m.w.Now
	m.alternates(s, t)
}

// name keeps whom an approver names for the next steps.
func (m *mover) name(n *Node, users []uuid.UUID) (err error) {
	if m.voting, err = m.next(n); err != nil || len(users) == 0 {
		return err
	}
	for _, to := range m.voting {
		if err := m.named(to, users, "next"); err != nil {
			return err
		}
		m.run.Chosen[to.ID] = slices.Clone(users)
	}
	return nil
}

// named holds people whom somebody named for a step against the rules.
func (m *mover) named(n *Node, users []uuid.UUID, field string) error {
	if len(users) > maxNamed {
		return ErrHowMany.With(maxNamed).At(field)
	}
	for _, u := range users {
		if u == m.run.Submitter && n.Self != SelfDecides {
			return ErrToSubmitter.At(field)
		}
		may, err := m.w.People.May(u)
		if err != nil {
			return err
		}
		if u == uuid.Nil || !may {
			return ErrCannot.At(field)
		}
	}
	return nil
}

// next returns the approvals right behind a node whose approvers the approver before them names.
func (m *mover) next(n *Node) ([]*Node, error) {
	return m.ahead(n, func(to *Node) (want, further bool) { return asks(to, RulePreviousChoice), false })
}

// Choose returns the approval right behind a task whose approvers the one who agrees names, or nil.
func Choose(w World, run *Run, task uuid.UUID) (*Node, error) {
	m := newMover(w, run)
	n, s, t := m.find(task)
	if n == nil || s.Status != StepOpen || t.Origin == FromAsk {
		return nil, nil
	}
	next, err := m.next(n)
	if err != nil || len(next) == 0 {
		return nil, err
	}
	return next[0], nil
}
