package engine

import (
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Targets of a rejection beside the ids of nodes.
const (
	ToEnd       = "end"
	ToSubmitter = "submitter"
)

// Reject decides against the document: it ends, goes back to the submitter, or to an approval that agreed before. to is ToEnd,
// ToSubmitter or the id of a node. In a step by share the document moves only once the share cannot be reached any more. Beside what
// Approve refuses it returns ErrTarget, ErrTargetRuns and ErrTargetNotDone.
func Reject(w World, run *Run, v Vote, to string) ([]Effect, error) {
	m := newMover(w, run)
	n, s, t, err := m.voteOf(v)
	if err != nil {
		return nil, err
	}
	switch {
	case t.Origin == FromAsk:
		return nil, ErrOnlyAnswer.At("decision")
	case (n.Comment == CommentAlways || n.Comment == CommentOnReject) && strings.TrimSpace(v.Comment) == "":
		return nil, ErrNoComment.At("comment")
	}
	if err := m.target(n, to); err != nil {
		return nil, err
	}
	m.decide(s, t, TaskRejected, v)
	s.Back, m.run.Reason = to, v.Comment
	return m.done(m.settle(n, s, nil))
}

// target refuses a place where a step cannot send the document now.
func (m *mover) target(n *Node, to string) error {
	allowed := n.Returns
	if len(allowed) == 0 {
		allowed = []string{ToEnd, ToSubmitter}
	}
	switch {
	case !slices.Contains(allowed, to):
		return ErrTarget.At("to")
	case to == ToEnd || to == ToSubmitter:
		return nil
	}
	done := false
	for _, s := range m.run.Steps {
		if s.Node == to {
			if s.Status == StepOpen {
				return ErrTargetRuns.At("to")
			}
			done = done || s.Status == StepApproved
		}
	}
	switch aim := m.layout.nodes[to]; {
	case aim == nil || aim.Kind != NodeApprove || to == n.ID || !m.layout.before(to, n.ID):
		return ErrTarget.At("to")
	case !done:
		return ErrTargetNotDone.At("to")
	}
	return nil
}

// Targets returns where a rejection in a step may lead now: ToEnd, ToSubmitter and ids of nodes.
func Targets(w World, run *Run, s *Step) []string {
	m := newMover(w, run)
	n := m.layout.nodes[s.Node]
	if n == nil || s.Status != StepOpen {
		return nil
	}
	return m.targets(n)
}

func (m *mover) targets(n *Node) []string {
	var to []string
	for _, t := range append([]string{ToEnd, ToSubmitter}, n.Returns...) {
		if m.target(n, t) == nil && !slices.Contains(to, t) {
			to = append(to, t)
		}
	}
	return to
}

// refuse ends a step that rejected, and moves the document.
func (m *mover) refuse(n *Node, s *Step, to string) error {
	if to != ToEnd && m.target(n, to) != nil {
		to = ToSubmitter // the place was free when the vote came, and is not any more
	}
	m.close(s, StepRejected)
	s.Back = to
	switch to {
	case ToEnd:
		m.finish(Rejected)
		return nil
	case ToSubmitter:
		for _, other := range m.run.Steps {
			m.cancel(other)
		}
		m.run.Status, m.run.Arrived = Returned, map[string][]string{}
		m.remember(n, to)
		m.effect(Effect{Kind: EffectReturned, Step: s})
		return nil
	}
	return m.sendBack(n, to)
}

func (m *mover) remember(n *Node, to string) {
	m.run.Resume = append(m.run.Resume, Resumption{To: to, From: n.ID, Direct: n.Resume == ResumeDirect})
}

// sendBack opens an earlier approval anew. Leaving a parallel part backwards ends what its fork began; going back into a part whose fork
// was through leaves the other parts as agreed.
func (m *mover) sendBack(n *Node, to string) error {
	m.quit(n.ID, to)
	for _, p := range m.layout.around(to, n.ID) {
		if join := m.layout.join[p.fork]; join != "" {
			m.run.Arrived[join] = m.layout.others(p)
		}
	}
	m.remember(n, to)
	opened := len(m.run.Steps)
	if err := m.enter(m.layout.nodes[to], noStep, nil); err != nil {
		return err
	}
	e := Effect{Kind: EffectReturned}
	if opened < len(m.run.Steps) {
		e.Step = m.run.Steps[opened]
	}
	m.effect(e)
	return nil
}

// quit ends everything in the forks around a node that do not hold another.
func (m *mover) quit(node, other string) {
	left := m.layout.around(node, other)
	if len(left) == 0 {
		return
	}
	out := left[0].fork
	for _, s := range m.run.Steps {
		if m.layout.inside(s.Node, out) {
			m.cancel(s)
		}
	}
	delete(m.run.Arrived, m.layout.join[out])
	for fork, join := range m.layout.join {
		if m.layout.inside(fork, out) {
			delete(m.run.Arrived, join)
		}
	}
}

// resume returns the node to which the document goes straight, now that it was agreed to where it had been sent back; nil: it goes its
// usual way. What was sent back from within a parallel part begins again at the fork, since its other parts ended too.
func (m *mover) resume(at string) *Node {
	var last *Resumption
	for i := range m.run.Resume {
		if m.run.Resume[i].To == at {
			last = &m.run.Resume[i]
		}
	}
	if last == nil {
		return nil
	}
	back := *last
	m.run.Resume = slices.DeleteFunc(m.run.Resume, func(r Resumption) bool { return r.To == at })
	to := m.layout.nodes[back.From]
	if !back.Direct || to == nil {
		return nil
	}
	if into := m.layout.around(to.ID, at); len(into) > 0 {
		to = m.layout.nodes[into[0].fork]
	}
	m.quit(at, to.ID)
	return to
}

// hasActed reports whether a person did something in a step.
func (s *Step) hasActed() bool {
	return slices.ContainsFunc(s.Tasks, func(t *Task) bool {
		return t.voted() || t.Status == TaskAnswered || t.Status == TaskHanded || t.Of != uuid.Nil
	})
}
