package engine

import (
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// mover takes a run from one state of rest to the next.
type mover struct {
	w         World
	run       *Run
	layout    *layout
	effects   []Effect
	voting    []*Node // whose approvers are named by the one who votes now
	ended     bool    // the document came to an end of the flow
	hops      int
	rehearsal *Rehearsal // nil: in earnest
}

// maxHops ends a walk through a flow that leads in a circle, which Check refuses.
const maxHops = 2000

func newMover(w World, run *Run) *mover {
	l, _ := newLayout(w.Flow)
	if run.Arrived == nil {
		run.Arrived = map[string][]string{}
	}
	if run.Chosen == nil {
		run.Chosen = map[string][]uuid.UUID{}
	}
	return &mover{w: w, run: run, layout: l}
}

func (m *mover) effect(e Effect) { m.effects = append(m.effects, e) }

// done looks whether the run is at rest: it waits for somebody, or it ended. Every movement ends here.
func (m *mover) done(err error) ([]Effect, error) {
	if err != nil {
		return nil, err
	}
	if m.run.Status == Running && !slices.ContainsFunc(m.run.Steps, func(s *Step) bool { return s.Status == StepOpen }) {
		if !m.ended || len(m.run.Arrived) > 0 {
			return nil, ErrBroken
		}
		m.finish(Approved)
	}
	return m.effects, nil
}

// finish ends the run.
func (m *mover) finish(status Status) {
	for _, s := range m.run.Steps {
		m.cancel(s)
	}
	m.run.Status, m.run.Arrived, m.run.Resume = status, map[string][]string{}, nil
	m.effect(Effect{Kind: EffectDecided})
}

// cancel ends an open step whose decision is no longer wanted.
func (m *mover) cancel(s *Step) {
	if s.Status != StepOpen {
		return
	}
	m.close(s, StepCancelled)
}

func (m *mover) close(s *Step, status StepStatus) {
	s.Status, s.Closed = status, m.w.Now
	for _, t := range s.Tasks {
		if t.active() {
			m.cancelTask(s, t)
		}
	}
}

func (m *mover) cancelTask(s *Step, t *Task) {
	told := t.Status == TaskOpen || !t.Opened.IsZero()
	t.Status, t.Closed = TaskCancelled, m.w.Now
	if told {
		m.effect(Effect{Kind: EffectCancelled, Step: s, Task: t})
	}
}

// leave goes on over all lines of a node. from is the step that ended, last who agreed in the step just before.
func (m *mover) leave(n *Node, from uuid.UUID, last []uuid.UUID) error {
	if len(m.layout.out[n.ID]) == 0 {
		return ErrBroken
	}
	for _, line := range m.layout.out[n.ID] {
		if m.run.Status != Running {
			return nil
		}
		if err := m.follow(line, from, last); err != nil {
			return err
		}
		if n.Kind != NodeFork {
			break
		}
	}
	return nil
}

func (m *mover) follow(line *Line, from uuid.UUID, last []uuid.UUID) error {
	to := m.layout.nodes[line.To]
	if to == nil {
		return ErrBroken
	}
	if to.Kind == NodeJoin {
		return m.arrive(to, line, from)
	}
	return m.enter(to, from, last)
}

func (m *mover) enter(n *Node, from uuid.UUID, last []uuid.UUID) error {
	if m.hops++; m.hops > maxHops {
		return ErrBroken
	}
	switch n.Kind {
	case NodeApprove:
		return m.open(n, from, last)
	case NodeCopy:
		return m.copy(n, from, last)
	case NodeBranch:
		return m.branch(n, from, last, false)
	case NodeEnd:
		m.station(n, Station{})
		m.ended = true
		return nil
	case NodeStart, NodeFork, NodeJoin:
		m.station(n, Station{Lines: m.lines(n)})
		return m.leave(n, from, last)
	}
	return ErrBroken
}

func (m *mover) lines(n *Node) []string {
	var ids []string
	for _, line := range m.layout.out[n.ID] {
		ids = append(ids, line.ID)
	}
	return ids
}

// arrive waits at a join until the document came from every part of its fork.
func (m *mover) arrive(join *Node, line *Line, from uuid.UUID) error {
	fork := m.layout.fork[join.ID]
	if fork == "" {
		return m.enter(join, from, nil)
	}
	lines := append(m.run.Arrived[join.ID], line.ID)
	parts := map[string]bool{}
	for _, id := range lines {
		parts[m.layout.part(fork, id)] = true
	}
	for _, begin := range m.layout.out[fork] {
		if !parts[begin.ID] {
			m.run.Arrived[join.ID] = lines
			if s := m.step(from); s != nil {
				s.Over = line.ID
			}
			return nil
		}
	}
	delete(m.run.Arrived, join.ID)
	var last []uuid.UUID
	for _, s := range m.run.Steps {
		if m.layout.inside(s.Node, fork) && slices.ContainsFunc(m.layout.out[s.Node], func(l *Line) bool { return slices.Contains(lines, l.ID) }) {
			last = append(last, agreedIn(s)...)
		}
	}
	return m.enter(join, from, last)
}

func (m *mover) step(id uuid.UUID) *Step {
	for _, s := range m.run.Steps {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// branch takes the first line whose condition holds. A condition that cannot be answered does not hold. When none holds and there is no
// line for that, an administrator decides; forced is their agreement, after which the last line is taken if still none holds.
func (m *mover) branch(n *Node, from uuid.UUID, last []uuid.UUID, forced bool) error {
	var otherwise, chosen *Line
	var why fault.Text
	var skipped []Skipped
	for _, line := range m.layout.out[n.ID] {
		switch {
		case line.Else:
			otherwise = line
		case chosen != nil:
			skipped = append(skipped, Skipped{line.ID, fault.Say("前面的条件已经成立", "a condition before it holds")})
		case line.When != nil:
			holds, err := m.w.Facts.Holds(line.When)
			said := m.explain(line.When)
			switch {
			case err != nil:
				skipped = append(skipped, Skipped{line.ID, fault.Say("条件无法判断：%s", "the condition cannot be answered: %s", problem(err))})
			case holds:
				chosen, why = line, add(fault.Say("条件成立", "the condition holds"), "：", ": ", said)
			default:
				skipped = append(skipped, Skipped{line.ID, add(fault.Say("条件不成立", "the condition does not hold"), "：", ": ", said)})
			}
		}
	}
	switch {
	case chosen != nil && otherwise != nil:
		skipped = append(skipped, Skipped{otherwise.ID, fault.Say("已有条件成立", "a condition holds")})
	case chosen == nil && otherwise != nil:
		chosen, why = otherwise, fault.Say("其他条件都不成立", "no other condition holds")
	case chosen == nil && forced && len(m.layout.out[n.ID]) > 0:
		lines := m.layout.out[n.ID]
		chosen = lines[len(lines)-1]
	}
	if chosen != nil {
		m.station(n, Station{Why: why, Lines: []string{chosen.ID}, Skipped: skipped})
		return m.follow(chosen, from, last)
	}
	why = fault.Say("分支“%s”没有一个条件成立", "no condition of the branch “%s” holds", n.called())
	m.station(n, Station{Why: why, Skipped: skipped})
	s := m.activate(n, from)
	if err := m.administrators(n, s, nil, why); err != nil {
		return err
	}
	m.turns(n, s)
	return nil
}

// explain says a condition with the document's values, where the facts can.
func (m *mover) explain(c *Condition) fault.Text {
	if teller, ok := m.w.Facts.(interface{ Explain(*Condition) fault.Text }); ok {
		return teller.Explain(c)
	}
	return fault.Text{}
}

// activate begins a step at a node.
func (m *mover) activate(n *Node, from uuid.UUID) *Step {
	s := &Step{ID: m.w.NewID(), Node: n.ID, Status: StepOpen, Opened: m.w.Now, From: from}
	for _, before := range m.run.Steps {
		if before.Node == n.ID {
			s.Round++
		}
	}
	m.run.Steps = append(m.run.Steps, s)
	m.run.Resume = slices.DeleteFunc(m.run.Resume, func(r Resumption) bool { return r.From == n.ID })
	return s
}

func (m *mover) task(s *Step, user uuid.UUID, origin Origin, of *Task, why fault.Text) *Task {
	t := &Task{ID: m.w.NewID(), User: user, Origin: origin, Position: len(s.Tasks), Status: TaskWaiting, Why: why}
	if of != nil {
		t.Of, t.Where, t.Position = of.ID, of.Where, of.Position
	}
	s.Tasks = append(s.Tasks, t)
	return t
}

// copy tells people about the document and goes on at once.
func (m *mover) copy(n *Node, from uuid.UUID, last []uuid.UUID) error {
	people, err := m.w.People.Find(n, m.run)
	if err != nil {
		return err
	}
	m.station(n, Station{Approvers: people, Lines: m.lines(n)})
	s := m.activate(n, from)
	s.Status, s.Closed = StepPassed, m.w.Now
	seen := map[uuid.UUID]bool{}
	for _, p := range people {
		if p.Dropped != (fault.Text{}) || seen[p.ID] {
			continue
		}
		seen[p.ID] = true
		t := m.task(s, p.ID, FromRule, nil, p.Why)
		t.Status, t.Opened, t.Closed = TaskCopied, m.w.Now, m.w.Now
		m.effect(Effect{Kind: EffectCopied, Step: s, Task: t, Why: p.Why})
	}
	return m.leave(n, s.ID, last)
}

// settle opens the tasks whose turn it is, or ends the step when its approvers are through.
func (m *mover) settle(n *Node, s *Step, last []uuid.UUID) error {
	m.turns(n, s)
	switch outcome(n, s) {
	case agreed:
		return m.agree(n, s)
	case rejected:
		return m.refuse(n, s, s.Back)
	case gone:
		return m.vacant(n, s, last)
	}
	return nil
}

// agree ends a step that agreed and goes on: behind it, or straight to the step that sent the document back to it.
func (m *mover) agree(n *Node, s *Step) error {
	m.close(s, StepApproved)
	s.Back, m.run.Reason = "", ""
	if n.Kind == NodeBranch {
		return m.branch(n, s.ID, agreedIn(s), true)
	}
	return m.onward(n, s.ID, agreedIn(s))
}

// onward goes on behind an approval, or straight to where the document was sent back from.
func (m *mover) onward(n *Node, from uuid.UUID, last []uuid.UUID) error {
	if to := m.resume(n.ID); to != nil {
		return m.enter(to, from, last)
	}
	return m.leave(n, from, last)
}

// agreedIn returns who agreed in a step: the approvers, and deputies who agreed in their place.
func agreedIn(s *Step) []uuid.UUID {
	var users []uuid.UUID
	if s.Status != StepApproved {
		return nil
	}
	for _, t := range s.Tasks {
		if t.Status == TaskApproved {
			users = append(users, t.User)
			if t.By != uuid.Nil {
				users = append(users, t.By)
			}
		}
	}
	return users
}
