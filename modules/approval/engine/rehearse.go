package engine

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// Rehearsal tells how a document would go if everybody agreed.
type Rehearsal struct {
	Stations []Station
	Outcome  Status
}

// Station is one node in a rehearsal, in the order in which the document comes there; nodes where it does not come follow.
type Station struct {
	Node      string
	Kind      NodeKind
	Name      fault.Text
	Taken     bool
	Why       fault.Text
	Mode      Mode
	Due       time.Time // zero: no deadline
	Approvers []Person  // with those who were dropped
	Lines     []string  // over which the document goes on
	Skipped   []Skipped // of a branch: the lines it does not take
}

// Skipped is a line that a branch does not take, with the reason.
type Skipped struct {
	Line string
	Why  fault.Text
}

// Rehearse follows a run, from its start or from where it stands, as if everybody agreed. The run stays as it is. Steps that are open
// already are no stations: they are in the run.
func Rehearse(w World, run *Run) (Rehearsal, error) {
	m := newMover(w, run.clone())
	m.rehearsal = &Rehearsal{}
	var err error
	switch start := m.layout.start(); {
	case start == nil:
		return Rehearsal{}, ErrBroken
	case m.run.Status == Returned:
		m.run.Status = Running
		to := m.resume(ToSubmitter)
		if to == nil {
			to, m.run.Resume = start, nil
		}
		err = m.enter(to, noStep, nil)
	case len(m.run.Steps) == 0:
		m.run.Status = Running
		err = m.enter(start, noStep, nil)
	}
	for err == nil && m.run.Status == Running {
		i := slices.IndexFunc(m.run.Steps, func(s *Step) bool { return s.Status == StepOpen })
		if i < 0 {
			_, err = m.done(nil)
			break
		}
		err = m.agreeAll(m.run.Steps[i])
	}
	if err != nil {
		return Rehearsal{}, err
	}
	m.rehearsal.Outcome = m.run.Status
	for i := range w.Flow.Nodes {
		n := &w.Flow.Nodes[i]
		if !slices.ContainsFunc(m.rehearsal.Stations, func(s Station) bool { return s.Node == n.ID }) && !m.visited(n) {
			m.rehearsal.Stations = append(m.rehearsal.Stations, Station{Node: n.ID, Kind: n.Kind, Name: n.Name, Mode: n.Mode,
				Why: fault.Say("单据不会走到这里", "the document does not come here")})
		}
	}
	return *m.rehearsal, nil
}

func (m *mover) visited(n *Node) bool {
	return n.Kind == NodeStart || slices.ContainsFunc(m.run.Steps, func(s *Step) bool { return s.Node == n.ID })
}

// agreeAll lets everybody in a step agree.
func (m *mover) agreeAll(s *Step) error {
	for _, t := range s.Tasks {
		if t.active() {
			t.Status, t.By, t.Closed = TaskApproved, t.User, m.w.Now
		}
	}
	n := m.layout.nodes[s.Node]
	if n == nil {
		return ErrBroken
	}
	return m.agree(n, s)
}

// station notes where the document comes, in a rehearsal.
func (m *mover) station(n *Node, s Station) {
	if m.rehearsal == nil {
		return
	}
	s.Node, s.Kind, s.Name, s.Taken = n.ID, n.Kind, n.Name, true
	m.rehearsal.Stations = append(m.rehearsal.Stations, s)
}

// told says in a rehearsal why a step that has nobody goes on as it does.
func (m *mover) told(why fault.Text) {
	if m.rehearsal != nil && len(m.rehearsal.Stations) > 0 {
		last := &m.rehearsal.Stations[len(m.rehearsal.Stations)-1]
		last.Why = add(last.Why, "；", "; ", why)
	}
}

// clone copies a run deep enough to move the copy.
func (r *Run) clone() *Run {
	c := *r
	c.Arrived, c.Chosen, c.Resume = maps.Clone(r.Arrived), maps.Clone(r.Chosen), slices.Clone(r.Resume)
	for join, lines := range c.Arrived {
		c.Arrived[join] = slices.Clone(lines)
	}
	for node, users := range c.Chosen {
		c.Chosen[node] = append([]uuid.UUID{}, users...)
	}
	c.Steps = make([]*Step, len(r.Steps))
	for i, s := range r.Steps {
		step := *s
		step.Tasks = make([]*Task, len(s.Tasks))
		for j, t := range s.Tasks {
			task := *t
			step.Tasks[j] = &task
		}
		c.Steps[i] = &step
	}
	return &c
}
