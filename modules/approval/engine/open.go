package engine

import (
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// open asks the approvers of a node.
func (m *mover) open(n *Node, from uuid.UUID, last []uuid.UUID) error {
	if slices.Contains(m.voting, n) && len(m.run.Chosen[n.ID]) == 0 {
		return ErrNext.With(n.called()).At("next")
	}
	people, err := m.w.People.Find(n, m.run)
	if err != nil {
		return err
	}
	seated, people, err := m.seated(n, people)
	if err != nil {
		return err
	}
	s := m.activate(n, from)
	for _, p := range seated {
		t := m.task(s, p.ID, p.origin, nil, p.Why)
		if why := m.before(n, p.ID, last); why != (fault.Text{}) {
			t.Status, t.Opened, t.Closed, t.Why = TaskApproved, m.w.Now, m.w.Now, why
		}
	}
	m.due(n, s)
	m.station(n, Station{Mode: n.Mode, Due: s.Due, Approvers: people, Lines: m.lines(n)})
	if m.rehearsal != nil && len(seated) == 0 && (asks(n, RulePreviousChoice) || asks(n, RuleSubmitterChoice)) {
		why := fault.Say("审批人届时指定", "its approvers will be named on the way")
		m.told(why)
		return m.pass(n, s, last, why)
	}
	return m.settle(n, s, last)
}

func (m *mover) due(n *Node, s *Step) {
	if n.Deadline != nil && n.Deadline.Hours > 0 {
		s.Due = m.w.Due(n.Deadline)
		m.effect(Effect{Kind: EffectDue, Step: s})
	}
}

// asks reports whether the approvers of a node are found by a rule.
func asks(n *Node, kind RuleKind) bool {
	return slices.ContainsFunc(n.Approvers, func(r Rule) bool { return r.Rule == kind })
}

type seating struct {
	Person
	origin Origin
}

// seated returns who of the people found is asked, and all of them with the reasons of those who are not.
func (m *mover) seated(n *Node, people []Person) ([]seating, []Person, error) {
	var seats []seating
	told := slices.Clone(people)
	take := func(id uuid.UUID, why fault.Text, origin Origin) {
		if !slices.ContainsFunc(seats, func(s seating) bool { return s.ID == id }) {
			seats = append(seats, seating{Person{ID: id, Why: why}, origin})
		}
	}
	for i := range told {
		p := &told[i]
		switch {
		case p.Dropped != (fault.Text{}):
		case p.ID != m.run.Submitter || n.Self == SelfDecides:
			take(p.ID, p.Why, FromRule)
		case n.Self == SelfHead:
			head, err := m.headOf(p.ID)
			if err != nil {
				return nil, nil, err
			}
			if head == uuid.Nil {
				p.Dropped = fault.Say("是提交人，上面没有能审批的负责人", "submitted it, and no head above may decide")
				continue
			}
			p.Dropped = fault.Say("是提交人，由上级代替", "submitted it; the head above decides instead")
			why := add(fault.Say("代替提交人", "in the submitter's place"), "：", ": ", p.Why)
			told = append(told, Person{ID: head, Why: why})
			take(head, why, FromHead)
		default:
			p.Dropped = fault.Say("是提交人，不审批自己的单据", "submitted it, and does not decide about their own")
		}
	}
	return seats, told, nil
}

// headOf returns who stands above somebody and can be asked, or the zero id.
func (m *mover) headOf(user uuid.UUID) (uuid.UUID, error) {
	head, err := m.w.People.Head(user)
	if err != nil || head == uuid.Nil || head == user || head == m.run.Submitter {
		return uuid.Nil, err
	}
	if may, err := m.w.People.May(head); err != nil || !may {
		return uuid.Nil, err
	}
	return head, nil
}

// before says why somebody need not be asked again, since they agreed since the document last came back; empty: they are asked.
func (m *mover) before(n *Node, user uuid.UUID, last []uuid.UUID) fault.Text {
	switch n.Again {
	case AgainFirst:
		for _, s := range m.run.Steps[m.lastReturn():] {
			if slices.Contains(agreedIn(s), user) {
				return m.agreedAt(s)
			}
		}
	case AgainAdjacent:
		if slices.Contains(last, user) {
			return fault.Say("在上一步已同意", "agreed in the step just before")
		}
	}
	return fault.Text{}
}

func (m *mover) agreedAt(s *Step) fault.Text {
	if n := m.layout.nodes[s.Node]; n != nil {
		return fault.Say("在“%s”已同意", "agreed at “%s”", n.called())
	}
	return fault.Say("之前已同意", "agreed before")
}

// lastReturn returns the place behind the last step that sent the document back. What was agreed before it was agreed about another state
// of the document.
func (m *mover) lastReturn() int {
	for i := len(m.run.Steps) - 1; i >= 0; i-- {
		if s := m.run.Steps[i]; s.Status == StepRejected && s.Back != ToEnd {
			return i + 1
		}
	}
	return 0
}

// vacant does what the flow says for a step that has nobody.
func (m *mover) vacant(n *Node, s *Step, last []uuid.UUID) error {
	why := fault.Say("“%s”没有找到审批人", "“%s” found nobody to decide", n.called())
	switch n.Empty {
	case EmptyPass:
		m.told(add(why, "，", ", ", fault.Say("按流程直接通过", "and the flow lets it pass")))
		return m.pass(n, s, last, why)
	case EmptyReject:
		m.told(add(why, "，", ", ", fault.Say("按流程直接驳回", "and the flow rejects it")))
		m.effect(Effect{Kind: EffectFallback, Step: s, Why: why})
		s.Why, m.run.Reason = why, why.Zh
		return m.refuse(n, s, ToEnd)
	case EmptyPerson:
		able, err := m.able(n, n.EmptyPerson)
		if err != nil {
			return err
		}
		if able && !s.holds(n.EmptyPerson) {
			m.told(add(why, "，", ", ", fault.Say("由流程指定的人处理", "and somebody whom the flow names decides")))
			m.task(s, n.EmptyPerson, FromFallback, nil, why)
			m.effect(Effect{Kind: EffectFallback, Step: s, Why: why})
			m.turns(n, s)
			return nil
		}
	}
	m.told(add(why, "，", ", ", fault.Say("由管理员指定审批人", "and an administrator names somebody")))
	if err := m.administrators(n, s, nil, why); err != nil {
		return err
	}
	m.turns(n, s)
	return nil
}

// pass ends a step in which nobody has to decide.
func (m *mover) pass(n *Node, s *Step, last []uuid.UUID, why fault.Text) error {
	m.close(s, StepPassed)
	s.Why = why
	return m.onward(n, s.ID, last)
}

// able reports whether somebody may be asked in a step.
func (m *mover) able(n *Node, user uuid.UUID) (bool, error) {
	if user == uuid.Nil || user == m.run.Submitter && n.Self != SelfDecides {
		return false, nil
	}
	return m.w.People.May(user)
}

// administrators asks each administrator, any of whom names somebody or, with the grant, decides; of is the task in whose place they are
// asked, or nil. Without an administrator the task waits for whoever is one later.
func (m *mover) administrators(n *Node, s *Step, of *Task, why fault.Text) error {
	admins, err := m.w.People.Administrators()
	if err != nil {
		return err
	}
	some := false
	for _, a := range admins {
		if a != uuid.Nil && (a != m.run.Submitter || n.Self == SelfDecides) && !s.holds(a) {
			m.task(s, a, FromFallback, of, why)
			some = true
		}
	}
	if !some {
		m.task(s, uuid.Nil, FromFallback, of, why)
	}
	m.effect(Effect{Kind: EffectFallback, Step: s, Why: why})
	return nil
}

// holds reports whether somebody has a part in a step: a task that is theirs to decide, or that they decided.
func (s *Step) holds(user uuid.UUID) bool {
	return slices.ContainsFunc(s.Tasks, func(t *Task) bool {
		return t.User == user && t.Status != TaskHanded && t.Status != TaskCancelled && t.Status != TaskAnswered
	})
}
