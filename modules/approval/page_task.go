package approval

import (
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/modules/approval/engine"
)

// task is what the reader decides now: their own open task, that of somebody for whom they stand in, one that is nobody's where they
// administer, or else the decision that they could take back. hide and edit are the fields of its step.
func (m *move) task(names map[uuid.UUID]string) (out *PageTask, hide, edit []string, err error) {
	me := m.tx.Actor.User
	var mine, back *engine.Task
	var at, backAt *engine.Step
	for _, st := range m.run.Steps {
		for _, t := range st.Tasks {
			switch {
			case t.Status == engine.TaskOpen && st.Status == engine.StepOpen && (mine == nil || t.User == me):
				ok := t.User == me
				if !ok {
					if ok, err = m.forMe(t); err != nil {
						return nil, nil, nil, err
					}
				}
				if ok {
					mine, at = t, st
				}
			case t.By == me && (t.Status == engine.TaskApproved || t.Status == engine.TaskRejected):
				back, backAt = t, st
			}
		}
	}
	takeBack := back != nil && engine.CanTakeBack(m.world(), &m.run.Run, engine.Vote{Task: back.ID, By: me})
	if mine == nil && takeBack {
		return m.asTask(backAt, back, []string{"take_back"}), nil, nil, nil
	}
	if mine == nil {
		return nil, m.hidden(), nil, nil
	}
	n := m.flow.Node(at.Node)
	if n == nil {
		return nil, nil, nil, nil
	}
	out = m.asTask(at, mine, []string{})
	if mine.User != me && mine.User != uuid.Nil {
		out.ForName = names[mine.User]
	}
	able, err := m.people.May(me)
	if err != nil {
		return nil, nil, nil, err
	}
	own := me == m.run.Submitter && n.Self != engine.SelfDecides
	switch {
	case mine.Origin == engine.FromAsk:
		out.May = append(out.May, "answer")
	case able && !own:
		out.May = append(out.May, "approve", "reject", "ask")
		if !n.NoAdd && mine.Origin != engine.FromAdd {
			out.May = append(out.May, "add")
		}
		if !n.NoHandOver || mine.Origin == engine.FromFallback {
			out.May = append(out.May, "hand_over")
		}
		for _, to := range engine.Targets(m.world(), &m.run.Run, at) {
			out.Returns = append(out.Returns, PageReturn{to, m.target(to)})
		}
		next, err := engine.Choose(m.world(), &m.run.Run, mine.ID)
		if err != nil {
			return nil, nil, nil, err
		}
		if next != nil {
			out.Choose = &PageChoice{next.ID, nameOf(m.flow, next.ID)}
		}
		edit = n.Edit
	case mine.Origin == engine.FromFallback:
		out.May = append(out.May, "hand_over")
	}
	if takeBack && back == mine {
		out.May = append(out.May, "take_back")
	}
	return out, n.Hide, edit, nil
}

// hidden are the fields that the steps of the reader's tasks do not see, for a reader who takes part by nothing else.
func (m *move) hidden() []string {
	var hide []string
	for _, st := range m.run.Steps {
		for _, t := range st.Tasks {
			if n := m.flow.Node(st.Node); n != nil && (t.User == m.tx.Actor.User || t.By == m.tx.Actor.User) && m.run.Submitter != m.tx.Actor.User {
				hide = append(hide, n.Hide...)
			}
		}
	}
	return hide
}

// forMe reports whether a task of somebody else, or of nobody, is the reader's to decide.
func (m *move) forMe(t *engine.Task) (bool, error) {
	me := m.tx.Actor.User
	if t.User != uuid.Nil {
		return m.people.StandsIn(me, t.User)
	}
	if !m.tx.Actor.Set.Has(Manage) {
		return false, nil
	}
	admins, err := m.people.Administrators()
	return slices.Contains(admins, me), err
}

func (m *move) asTask(st *engine.Step, t *engine.Task, may []string) *PageTask {
	out := &PageTask{ID: t.ID, Version: m.run.versions[t.ID], Node: st.Node, Step: nameOf(m.flow, st.Node), May: may, Returns: []PageReturn{}, CommentRule: engine.CommentOptional, Edit: []record.ShownField{}}
	if n := m.flow.Node(st.Node); n != nil {
		out.Signature = n.Signature
		if n.Comment != "" {
			out.CommentRule = n.Comment
		}
	}
	return out
}

func (m *move) target(to string) fault.Text {
	switch to {
	case engine.ToEnd:
		return fault.Text{Zh: "拒绝，结束审批", En: "Refuse and end it"}
	case engine.ToSubmitter:
		return fault.Text{Zh: "退回提交人修改", En: "Back to the submitter"}
	}
	name := nameOf(m.flow, to)
	return fault.Text{Zh: "退回到" + name.Zh, En: "Back to " + name.En}
}

// coming is what follows if everybody agrees. What cannot be foreseen is left out.
func (m *move) coming() []PageComing {
	out := []PageComing{}
	if m.run.Status != engine.Running {
		return out
	}
	told, err := engine.Rehearse(m.world(), &m.run.Run)
	if err != nil {
		return out
	}
	for _, st := range told.Stations {
		if !st.Taken || st.Kind != engine.NodeApprove && st.Kind != engine.NodeCopy {
			continue
		}
		if slices.ContainsFunc(m.run.Steps, func(s *engine.Step) bool { return s.Node == st.Node && s.Status == engine.StepOpen }) {
			continue
		}
		x := PageComing{Node: st.Node, Name: nameOf(m.flow, st.Node), Approvers: []string{}}
		for _, a := range st.Approvers {
			if c := m.people.seen[a.ID]; c != nil && a.Dropped == (fault.Text{}) {
				x.Approvers = append(x.Approvers, c.Name)
			}
		}
		out = append(out, x)
	}
	return out
}

func (m *move) may() (PageMay, error) {
	r, me := m.run, m.tx.Actor.User
	may := PageMay{Comment: true}
	if r.Submitter == me && !r.closed() {
		copied := r.Run
		copied.Steps = cloned(r.Steps)
		_, err := engine.Withdraw(m.world(), &copied, me, "")
		may.Withdraw = err == nil
		may.Urge = r.Status == engine.Running && m.tx.Now.Sub(r.Urged[me.String()]) >= time.Hour
	}
	if scope, err := m.tx.Can(Manage); err == nil && r.Status == engine.Running {
		err := Kind.Exists(m.ctx, m.tx.Tx, scope, r.ID, "")
		if err != nil && !errors.Is(err, record.ErrTarget) {
			return may, err
		}
		may.Reassign = err == nil
	}
	return may, nil
}
