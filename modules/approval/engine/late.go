package engine

import (
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// maxReminders bounds how often a step reminds; after that its figures tell who is late.
const maxReminders = 10

// NextDue returns when Late acts on an open step; zero: not any more.
func (s *Step) NextDue() time.Time {
	if s.Late {
		return s.RemindAt
	}
	return s.Due
}

// Late acts on a deadline that passed. A step whose deadline was acted on, or has not come, stays as it is: nil and no error, so a job may
// come twice. It returns ErrNoStep.
func Late(w World, run *Run, step uuid.UUID) ([]Effect, error) {
	m := newMover(w, run)
	s := m.step(step)
	if s == nil {
		return nil, ErrNoStep
	}
	n, due := m.layout.nodes[s.Node], s.NextDue()
	if run.Status != Running || s.Status != StepOpen || n == nil || n.Deadline == nil || due.IsZero() || w.Now.Before(due) {
		return nil, nil
	}
	s.Late = true
	switch n.Deadline.Then {
	case LateApprove:
		s.Why = fault.Say("超过处理期限，按流程自动通过", "its deadline passed, and the flow lets it pass")
		return m.done(m.agree(n, s))
	case LateReject:
		s.Why = fault.Say("超过处理期限，按流程自动驳回", "its deadline passed, and the flow rejects it")
		run.Reason = s.Why.Zh
		to := ToEnd
		if may := m.targets(n); len(may) > 0 {
			to = may[0]
		}
		return m.done(m.refuse(n, s, to))
	case LateEscalate:
		return m.done(m.escalate(n, s))
	}
	m.remind(s, fault.Say("超过处理期限", "its deadline passed"))
	s.RemindAt = time.Time{}
	if n.Deadline.Every > 0 && s.Reminded < maxReminders {
		s.RemindAt = w.Due(&Deadline{Hours: n.Deadline.Every, Workdays: n.Deadline.Workdays, Then: LateRemind})
		m.effect(Effect{Kind: EffectDue, Step: s})
	}
	return m.done(nil)
}

func (m *mover) remind(s *Step, why fault.Text) {
	s.Reminded++
	for _, t := range s.Tasks {
		if t.Status == TaskOpen {
			m.remindTask(s, t, why)
		}
	}
}

func (m *mover) remindTask(s *Step, t *Task, why fault.Text) {
	if t.User == uuid.Nil {
		m.effect(Effect{Kind: EffectFallback, Step: s, Why: why})
		return
	}
	m.effect(Effect{Kind: EffectReminded, Step: s, Task: t, Why: why})
}

// escalate asks the head of each approver in their place. One without a head who can be asked keeps the task and is reminded.
func (m *mover) escalate(n *Node, s *Step) error {
	open := make([]*Task, 0, len(s.Tasks))
	for _, t := range s.Tasks {
		if t.Status == TaskOpen {
			open = append(open, t)
		}
	}
	for _, t := range open {
		head := uuid.Nil
		if t.User != uuid.Nil && t.Origin != FromAsk && t.Origin != FromFallback {
			var err error
			if head, err = m.headOf(t.User); err != nil {
				return err
			}
		}
		if head == uuid.Nil || s.holds(head) {
			m.remindTask(s, t, fault.Say("超过处理期限，上面没有可以升级的负责人", "its deadline passed, and there is no head above to take it"))
			continue
		}
		to := m.replace(s, t, head, FromEscalate, fault.Say("前一位审批人超过处理期限", "the approver before missed the deadline"))
		m.effect(Effect{Kind: EffectEscalated, Step: s, Task: to, Why: to.Why})
	}
	return m.settle(n, s, nil)
}
