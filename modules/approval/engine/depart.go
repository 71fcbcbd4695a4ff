package engine

import (
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// Departed gives the tasks of somebody who left, or may not decide any more, to whom the rules find now, or to the step's fallback; the
// administrators are told. Their votes stay. A run that has nothing of theirs stays as it is.
func Departed(w World, run *Run, user uuid.UUID) ([]Effect, error) {
	m := newMover(w, run)
	if run.Status != Running || user == uuid.Nil {
		return nil, nil
	}
	found := false
	for _, s := range slices.Clone(run.Steps) {
		n := m.layout.nodes[s.Node]
		for _, t := range slices.Clone(s.Tasks) {
			if n == nil || s.Status != StepOpen || run.Status != Running || t.User != user || !t.active() {
				continue
			}
			found = true
			if err := m.depart(n, s, t); err != nil {
				return nil, err
			}
		}
	}
	if !found {
		return nil, nil
	}
	return m.done(nil)
}

func (m *mover) depart(n *Node, s *Step, t *Task) error {
	why := fault.Say("“%s”的审批人已离开或失去权限", "an approver of “%s” left or lost the right", n.called())
	m.cancelTask(s, t)
	if t.Origin != FromAsk && !m.stillAsked(s, t) {
		if err := m.succeed(n, s, t, why); err != nil {
			return err
		}
	} else {
		m.effect(Effect{Kind: EffectFallback, Step: s, Why: why})
	}
	return m.settle(n, s, nil)
}

// stillAsked reports whether somebody else can settle the slot of a task: another administrator who was asked.
func (m *mover) stillAsked(s *Step, t *Task) bool {
	id := s.slotOf(t)
	return slices.ContainsFunc(s.Tasks, func(o *Task) bool { return o.active() && o.Origin != FromAsk && s.slotOf(o) == id })
}

// succeed finds somebody for the place of one who left: whom the rules find now; nobody, where others of the step can do without; the
// step's fallback.
func (m *mover) succeed(n *Node, s *Step, t *Task, why fault.Text) error {
	root := s.root(t).Origin
	if root != FromAdd && root != FromFallback && n.Kind == NodeApprove {
		next, err := m.successor(n, s)
		if err != nil {
			return err
		}
		if next != uuid.Nil {
			m.task(s, next, FromDeparted, t, why)
			m.effect(Effect{Kind: EffectFallback, Step: s, Why: why})
			return nil
		}
	}
	others := slices.ContainsFunc(s.seats(), func(st *seat) bool { return st.own.id != s.slotOf(t) && st.standing() != gone })
	anyone := n.Mode != ModeAll && n.Mode != ModeOrder && n.Mode != ModeShare
	switch {
	case root != FromAdd && (!others || anyone || n.Empty == EmptyPass):
		// The seat falls away. A step that has nobody left goes where its Empty says.
		if others || n.Empty == EmptyPass {
			m.effect(Effect{Kind: EffectFallback, Step: s, Why: why})
		}
		return nil
	case n.Empty == EmptyPerson && !s.holds(n.EmptyPerson):
		able, err := m.able(n, n.EmptyPerson)
		if err != nil {
			return err
		}
		if able {
			m.task(s, n.EmptyPerson, FromFallback, t, why)
			m.effect(Effect{Kind: EffectFallback, Step: s, Why: why})
			return nil
		}
	}
	return m.administrators(n, s, t, why)
}

// successor returns whom the rules find now who has no part in the step yet, or the zero id.
func (m *mover) successor(n *Node, s *Step) (uuid.UUID, error) {
	people, err := m.w.People.Find(n, m.run)
	if err != nil {
		return uuid.Nil, err
	}
	seated, _, err := m.seated(n, people)
	if err != nil {
		return uuid.Nil, err
	}
	for _, p := range seated {
		// Whoever had a task here and lost it, lost it for a reason.
		if !slices.ContainsFunc(s.Tasks, func(t *Task) bool { return t.User == p.ID }) {
			return p.ID, nil
		}
	}
	return uuid.Nil, nil
}

// Reassign gives a task to somebody whom an administrator names. It returns ErrNoTask, ErrEnded, ErrReturned, ErrNotOpen, ErrOnlyAnswer,
// ErrToSelf, ErrToSubmitter, ErrAlready and ErrCannot.
func Reassign(w World, run *Run, task, to uuid.UUID) ([]Effect, error) {
	m := newMover(w, run)
	n, s, t := m.find(task)
	switch {
	case t == nil || n == nil || t.Status == TaskCopied:
		return nil, ErrNoTask
	case run.Status == Returned:
		return nil, ErrReturned
	case run.Status != Running:
		return nil, ErrEnded
	case s.Status != StepOpen || !t.active():
		return nil, ErrNotOpen
	case t.Origin == FromAsk:
		return nil, ErrOnlyAnswer
	}
	if err := m.invited(n, s, t, uuid.Nil, to, "userId"); err != nil {
		return nil, err
	}
	m.replace(s, t, to, FromHandOver, fault.Say("由管理员指派", "an administrator named them"))
	return m.done(m.settle(n, s, nil))
}
