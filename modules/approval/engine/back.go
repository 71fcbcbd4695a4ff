package engine

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// TakeBack undoes one's decision while nobody acted on what followed from it: its step is open again as before. A rejection that moved the
// document stands. It returns ErrNoTask, ErrEnded, ErrReturned, ErrNothingBack, ErrTooLate, and ErrOwn or ErrMayNot for whoever lost the right.
func TakeBack(w World, run *Run, v Vote) ([]Effect, error) {
	m := newMover(w, run)
	n, s, t := m.find(v.Task)
	switch {
	case t == nil || t.Status == TaskCopied:
		return nil, ErrNoTask
	case run.Status == Returned:
		return nil, ErrReturned
	case run.Status != Running:
		return nil, ErrEnded
	case !t.voted() || t.By != v.By || n == nil:
		return nil, ErrNothingBack
	}
	if err := m.mayDecide(n, v.By); err != nil {
		return nil, err
	}
	closed := t.Closed
	switch {
	case s.Status == StepOpen && m.answeredTo(n, s, t):
		return nil, ErrTooLate
	case s.Status == StepOpen:
	case s.Status == StepApproved:
		if !m.undo(s) {
			return nil, ErrTooLate
		}
		closed = s.Closed
		s.Status, s.Closed, s.Over = StepOpen, time.Time{}, ""
	default:
		return nil, ErrTooLate
	}
	if err := m.reopen(s, t, closed); err != nil {
		return nil, err
	}
	m.turns(n, s)
	if !s.NextDue().IsZero() {
		m.effect(Effect{Kind: EffectDue, Step: s})
	}
	return m.done(nil)
}

// reopen makes a decided task wait for its decision again, with those that it had cancelled, as far as their people may still decide.
func (m *mover) reopen(s *Step, decided *Task, closed time.Time) error {
	for _, t := range s.Tasks {
		if t != decided && (t.Status != TaskCancelled || !t.Closed.Equal(closed)) {
			continue
		}
		if t != decided && t.User != uuid.Nil {
			may, err := m.w.People.May(t.User)
			if err != nil {
				return err
			}
			if !may && t.Origin != FromFallback {
				continue
			}
		}
		t.Status, t.By, t.Comment, t.Closed = TaskWaiting, uuid.Nil, "", time.Time{}
	}
	return nil
}

// answeredTo reports whether somebody in the same step acted because of a decision: the next in order, or one who was to follow it.
func (m *mover) answeredTo(n *Node, s *Step, t *Task) bool {
	acted := func(x *slot) bool {
		return slices.ContainsFunc(x.tasks, func(t *Task) bool { return t.voted() || t.Status == TaskHanded })
	}
	own, after := s.slotOf(t), false
	for _, st := range s.seats() {
		mine := st.own.id == own || slices.ContainsFunc(st.added, func(x *slot) bool { return x.id == own })
		switch {
		case mine:
			for _, x := range st.added {
				if x.id != own && st.own.id == own && x.first.Where == After && acted(x) {
					return true
				}
			}
			if st.own.id != own && s.task(own) != nil && s.task(own).Where == Before && acted(st.own) {
				return true
			}
			after = true
		case after && n.Mode == ModeOrder && (acted(st.own) || slices.ContainsFunc(st.added, acted)):
			return true
		}
	}
	return false
}

// undo takes the document back to a step that agreed; false: somebody acted on it since.
func (m *mover) undo(s *Step) bool {
	if s.Why != (fault.Text{}) { // its deadline ended it, not a vote
		return false
	}
	followed, late := m.followers(s)
	waits := m.waits(s)
	for _, d := range followed {
		waits = waits || d.Status == StepOpen || m.waits(d)
	}
	if late || !waits {
		return false
	}
	for _, d := range followed {
		for _, p := range m.layout.around(d.Node, s.Node) {
			delete(m.run.Arrived, m.layout.join[p.fork])
		}
	}
	for _, d := range append(followed, s) {
		for _, p := range m.passed(s, d.Over) {
			m.run.Arrived[m.layout.join[p.fork]] = m.layout.others(p)
		}
		m.unarrive(d)
	}
	for _, d := range followed {
		for _, p := range m.layout.around(s.Node, d.Node) {
			m.run.Arrived[m.layout.join[p.fork]] = m.layout.others(p)
		}
		if d.Status == StepOpen || d.Status == StepApproved {
			m.close(d, StepCancelled)
		}
	}
	m.returnAgain(s)
	return true
}

// followers returns the steps that opened because a step ended, and those that opened because these did. acted tells that somebody, or
// a deadline, did something there, or that the step was opened anew since.
func (m *mover) followers(s *Step) (followed []*Step, acted bool) {
	from := map[uuid.UUID]bool{s.ID: true}
	behind := false
	for _, d := range m.run.Steps {
		switch {
		case d == s:
			behind = true
		case from[d.From] && d.From != uuid.Nil && d.Status != StepCancelled:
			from[d.ID] = true
			followed = append(followed, d)
			acted = acted || d.hasActed() || d.Late || d.Status == StepRejected
		case behind && d.Node == s.Node:
			acted = true
		}
	}
	return followed, acted
}

// waits reports whether the document waits at a join for other parts since a step ended.
func (m *mover) waits(s *Step) bool {
	if s.Over == "" {
		return false
	}
	for _, lines := range m.run.Arrived {
		if slices.Contains(lines, s.Over) {
			return true
		}
	}
	return false
}

// passed returns the parts around a step whose joins the document went through before it came to wait at one further out.
func (m *mover) passed(s *Step, over string) []place {
	at := m.layout.within[s.Node]
	for i := range m.layout.flow.Lines {
		if l := &m.layout.flow.Lines[i]; l.ID == over {
			fork := m.layout.fork[l.To]
			if j := slices.IndexFunc(at, func(p place) bool { return p.fork == fork }); j >= 0 {
				return at[j+1:]
			}
		}
	}
	return nil
}

func (m *mover) unarrive(s *Step) {
	for join, lines := range m.run.Arrived {
		if i := slices.Index(lines, s.Over); s.Over != "" && i >= 0 {
			if lines = slices.Delete(slices.Clone(lines), i, i+1); len(lines) > 0 {
				m.run.Arrived[join] = lines
			} else {
				delete(m.run.Arrived, join)
			}
		}
	}
	s.Over = ""
}

// returnAgain remembers once more who had sent the document back to a step whose agreement, which used that up, is undone.
func (m *mover) returnAgain(s *Step) {
	if s.From != uuid.Nil {
		return
	}
	i := slices.Index(m.run.Steps, s)
	for i--; i >= 0; i-- {
		r := m.run.Steps[i]
		if r.Status == StepRejected && r.Back == s.Node {
			if n := m.layout.nodes[r.Node]; n != nil {
				m.remember(n, s.Node)
			}
			return
		}
	}
}

// Withdraw ends a run because its submitter wants so: before the first decision since they submitted it, or always, as the flow says.
// What is back with the submitter can always be withdrawn. It returns ErrEnded, ErrNotSubmitter and ErrWithdraw.
func Withdraw(w World, run *Run, by uuid.UUID, reason string) ([]Effect, error) {
	m := newMover(w, run)
	switch {
	case run.Status != Running && run.Status != Returned:
		return nil, ErrEnded
	case by != run.Submitter:
		return nil, ErrNotSubmitter
	case run.Status == Running && w.Flow.Withdraw != WithdrawAlways && m.decided():
		return nil, ErrWithdraw
	}
	run.Reason = reason
	m.finish(Withdrawn)
	return m.done(nil)
}

// decided reports whether somebody voted since the document was last submitted.
func (m *mover) decided() bool {
	since := 0
	for i, s := range m.run.Steps {
		if s.Status == StepRejected && s.Back == ToSubmitter {
			since = i + 1
		}
	}
	return slices.ContainsFunc(m.run.Steps[since:], func(s *Step) bool { return slices.ContainsFunc(s.Tasks, (*Task).voted) })
}

// CanTakeBack reports whether TakeBack would be let.
func CanTakeBack(w World, run *Run, v Vote) bool {
	_, err := TakeBack(w, run.clone(), v)
	return err == nil
}
