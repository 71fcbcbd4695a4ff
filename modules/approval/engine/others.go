package engine

import (
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// HandOver gives a task to somebody else: for good, or to ask for an opinion and get it back. Who gets it must be one who may decide.
// Beside the refusals of a turn it returns ErrNoHandOver, ErrToSelf, ErrToSubmitter, ErrAlready and ErrCannot.
func HandOver(w World, run *Run, v Vote, to uuid.UUID, ask bool) ([]Effect, error) {
	m := newMover(w, run)
	n, s, t, err := m.turnOf(v)
	if err != nil {
		return nil, err
	}
	// An administrator names somebody without deciding, so they need no grant of their own.
	if t.Origin != FromFallback || ask {
		if err := m.mayDecide(n, v.By); err != nil {
			return nil, err
		}
	}
	switch {
	case t.Origin == FromAsk:
		return nil, ErrOnlyAnswer
	case n.NoHandOver && !ask && t.Origin != FromFallback:
		return nil, ErrNoHandOver
	case len(s.Tasks) >= maxTasks:
		return nil, ErrHowMany.With(maxTasks)
	}
	if err := m.invited(n, s, t, v.By, to, "userId"); err != nil {
		return nil, err
	}
	if ask {
		o := m.task(s, to, FromAsk, t, fault.Say("被征求意见", "was asked for an opinion"))
		o.Where = ""
	} else {
		m.replace(s, t, to, FromHandOver, fault.Say("由前一位审批人转办", "the approver before handed it over"))
		t.By, t.Comment = v.By, v.Comment
	}
	return m.done(m.settle(n, s, nil))
}

// replace gives a task to somebody else for good.
func (m *mover) replace(s *Step, t *Task, to uuid.UUID, origin Origin, why fault.Text) *Task {
	told := t.Status == TaskOpen
	t.Status, t.Closed = TaskHanded, m.w.Now
	m.alternates(s, t)
	if told {
		m.effect(Effect{Kind: EffectCancelled, Step: s, Task: t, Why: why})
	}
	return m.task(s, to, origin, t, why)
}

// invited refuses somebody whom an approver cannot bring into a step.
func (m *mover) invited(n *Node, s *Step, t *Task, by, to uuid.UUID, field string) error {
	switch {
	case to == by || to == t.User:
		return ErrToSelf.At(field)
	case to == m.run.Submitter:
		return ErrToSubmitter.At(field)
	case s.holds(to):
		return ErrAlready.At(field)
	}
	able, err := m.able(n, to)
	if err == nil && !able {
		err = ErrCannot.At(field)
	}
	return err
}

// Answer gives the opinion that was asked for, which is no vote; the one who asked has the task again. It returns ErrNotAsked,
// ErrNoComment and the refusals of a turn.
func Answer(w World, run *Run, v Vote) ([]Effect, error) {
	m := newMover(w, run)
	n, s, t, err := m.voteOf(v)
	if err != nil {
		return nil, err
	}
	switch {
	case t.Origin != FromAsk:
		return nil, ErrNotAsked
	case strings.TrimSpace(v.Comment) == "":
		return nil, ErrNoComment.At("comment")
	}
	t.Status, t.By, t.Comment, t.Closed = TaskAnswered, v.By, v.Comment, m.w.Now
	return m.done(m.settle(n, s, nil))
}

// Add asks others to decide too: before the one who adds them, who waits; after, once that one agreed; or beside. All whom one adds must
// agree, whatever the step's mode. Who was added cannot add. It returns ErrNoAdd, ErrNested, ErrWhere, ErrHowMany and what HandOver refuses.
func Add(w World, run *Run, v Vote, users []uuid.UUID, where Where) ([]Effect, error) {
	m := newMover(w, run)
	n, s, t, err := m.voteOf(v)
	if err != nil {
		return nil, err
	}
	switch {
	case t.Origin == FromAsk:
		return nil, ErrOnlyAnswer
	case s.root(t).Origin == FromAdd:
		return nil, ErrNested
	case n.NoAdd:
		return nil, ErrNoAdd
	case where != Before && where != After && where != Beside:
		return nil, ErrWhere.At("where")
	case len(users) == 0 || len(users) > maxNamed || len(s.Tasks)+len(users) > maxTasks:
		return nil, ErrHowMany.With(maxNamed).At("userIds")
	}
	for _, u := range users {
		if err := m.invited(n, s, t, v.By, u, "userIds"); err != nil {
			return nil, err
		}
		added := m.task(s, u, FromAdd, t, fault.Say("由审批人加签", "an approver added them"))
		added.Where = where
	}
	return m.done(m.settle(n, s, nil))
}
