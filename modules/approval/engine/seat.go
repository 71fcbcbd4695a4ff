package engine

import (
	"slices"

	"github.com/google/uuid"
)

// A seat is one vote of a step: the approver whom the rules found, or whoever took their place since, and those whom they added. A slot is
// one of these with all its tasks: only one of them decides, the others were handed over, replaced or are alternates.

type standing int

const (
	gone     standing = iota // everybody left; the slot does not count
	active                   // somebody is to decide
	agreed                   // somebody agreed
	rejected                 // somebody rejected
)

type slot struct {
	id    uuid.UUID
	first *Task
	tasks []*Task
}

type seat struct {
	own   *slot
	added []*slot
}

func (t *Task) active() bool { return t.Status == TaskOpen || t.Status == TaskWaiting }

// voted reports whether a person decided; an agreement that was taken over from an earlier step has no By.
func (t *Task) voted() bool {
	return (t.Status == TaskApproved || t.Status == TaskRejected) && t.By != uuid.Nil
}

func (s *Step) task(id uuid.UUID) *Task {
	for _, t := range s.Tasks {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// root returns the task that began a slot: what t was handed over, escalated or left from, in the end.
func (s *Step) root(t *Task) *Task {
	for t.Of != uuid.Nil && t.Origin != FromAdd && t.Origin != FromAsk {
		up := s.task(t.Of)
		if up == nil {
			break
		}
		t = up
	}
	return t
}

// slotOf returns the id of a task's slot. The administrators of a step that had nobody share one, because any of them settles it.
func (s *Step) slotOf(t *Task) uuid.UUID {
	root := s.root(t)
	if root.Origin == FromFallback {
		return uuid.Nil
	}
	return root.ID
}

// seats returns the seats of a step in their order. Opinions that were asked for are no votes.
func (s *Step) seats() []*seat {
	var seats []*seat
	slots := map[uuid.UUID]*slot{}
	of := map[uuid.UUID]*seat{} // by slot
	for _, t := range s.Tasks {
		if t.Origin == FromAsk || t.Status == TaskCopied {
			continue
		}
		id := s.slotOf(t)
		if have := slots[id]; have != nil {
			have.tasks = append(have.tasks, t)
			continue
		}
		root := s.root(t)
		x := &slot{id: id, first: root, tasks: []*Task{t}}
		slots[id] = x
		if root.Origin == FromAdd {
			if adder := s.task(root.Of); adder != nil && of[s.slotOf(adder)] != nil {
				st := of[s.slotOf(adder)]
				st.added = append(st.added, x)
				continue
			}
		}
		st := &seat{own: x}
		of[id] = st
		seats = append(seats, st)
	}
	slices.SortStableFunc(seats, func(a, b *seat) int { return a.own.first.Position - b.own.first.Position })
	return seats
}

func (x *slot) standing() standing {
	now := gone
	for _, t := range x.tasks {
		switch {
		case t.Status == TaskRejected:
			return rejected
		case t.Status == TaskApproved:
			now = agreed
		case t.active() && now == gone:
			now = active
		}
	}
	return now
}

func (st *seat) standing() standing {
	now := st.own.standing()
	for _, x := range st.added {
		switch x.standing() {
		case rejected:
			return rejected // also when the own task ended with it
		case active:
			if now == agreed {
				now = active
			}
		}
	}
	return now
}

// outcome tells whether a step is settled: active, agreed, rejected, or gone when nobody is left to decide.
func outcome(n *Node, s *Step) standing {
	var count, yes, no int
	for _, st := range s.seats() {
		switch st.standing() {
		case active:
			count++
		case agreed:
			count++
			yes++
		case rejected:
			count++
			no++
		}
	}
	if count == 0 {
		return gone
	}
	need := count
	switch n.Mode {
	case ModeAll, ModeOrder:
		if no > 0 {
			return rejected
		}
	case ModeShare:
		need = max(1, (count*n.Share+99)/100)
		if count-no < need {
			return rejected
		}
	default:
		need = 1
		if no > 0 {
			return rejected
		}
	}
	if yes >= need {
		return agreed
	}
	return active
}

// turns opens the tasks whose turn it is and lets the others wait.
func (m *mover) turns(n *Node, s *Step) {
	asked := map[uuid.UUID]bool{} // slots that wait for an opinion
	for _, t := range s.Tasks {
		if t.Origin == FromAsk && t.active() {
			m.turn(s, t, true)
			if asker := s.task(t.Of); asker != nil {
				asked[s.slotOf(asker)] = true
			}
		}
	}
	earlier := false // in order: a seat before is still deciding
	for _, st := range s.seats() {
		now := st.standing()
		on := now == active && (n.Mode != ModeOrder || !earlier)
		earlier = earlier || now == active
		first := false
		for _, x := range st.added {
			if x.first.Where == Before && x.standing() == active {
				first = true
			}
		}
		for _, x := range append([]*slot{st.own}, st.added...) {
			may := on && !asked[x.id]
			switch {
			case x == st.own:
				may = may && !first
			case x.first.Where == After:
				may = may && st.own.standing() == agreed
			}
			for _, t := range x.tasks {
				switch {
				case !t.active():
				case now == rejected || now == gone:
					m.cancelTask(s, t)
				default:
					m.turn(s, t, may)
				}
			}
		}
	}
}

func (m *mover) turn(s *Step, t *Task, may bool) {
	switch {
	case may && t.Status == TaskWaiting:
		t.Status, t.Opened = TaskOpen, m.w.Now
		m.effect(Effect{Kind: EffectAsked, Step: s, Task: t, Why: t.Why})
	case !may && t.Status == TaskOpen:
		t.Status = TaskWaiting
	}
}

// alternates cancels the other tasks of a slot, one of which was decided or given away.
func (m *mover) alternates(s *Step, decided *Task) {
	id := s.slotOf(decided)
	for _, t := range s.Tasks {
		if t != decided && t.active() && t.Origin != FromAsk && s.slotOf(t) == id {
			m.cancelTask(s, t)
		}
	}
}
