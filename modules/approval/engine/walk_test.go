package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"forecourt/kernel/fault"
)

// walker draws flows, people and commands. rapid prints the seed of a walk that fails.
type walker struct {
	*rapid.T
	f    *Flow
	town *town
	ends []Line // lines that wait for the node they lead to
}

func (w *walker) n(max int, label string) int { return rapid.IntRange(0, max).Draw(w.T, label) }

func (w *walker) node(n Node) string {
	n.ID = fmt.Sprintf("%s%d", n.Kind[:1], len(w.f.Nodes))
	for _, l := range w.ends {
		l.ID, l.To = fmt.Sprintf("l%d", len(w.f.Lines)), n.ID
		w.f.Lines = append(w.f.Lines, l)
	}
	w.f.Nodes = append(w.f.Nodes, n)
	w.ends = []Line{{From: n.ID}}
	return n.ID
}

func (w *walker) some(label string) []uuid.UUID {
	var users []uuid.UUID
	for range w.n(3, label) {
		users = append(users, w.town.who(w.n(9, "user")))
	}
	return users
}

func pick[T any](w *walker, label string, from ...T) T { return from[w.n(len(from)-1, label)] }

// block draws a sequence of steps; parts and branches are sequences again.
func (w *walker) block(depth int, approvals *[]string) {
	for range 1 + w.n(1, "length") {
		kind := w.n(5, "kind")
		if depth == 0 {
			kind %= 3
		}
		switch kind {
		case 0, 1:
			n := Node{Kind: NodeApprove, Mode: pick(w, "mode", ModeAny, ModeAll, ModeOrder, ModeShare), Share: 1 + w.n(99, "share"),
				Self: pick(w, "self", SelfSkip, SelfDecides, SelfHead), Again: pick(w, "again", AgainEach, AgainFirst, AgainAdjacent),
				Empty:       pick(w, "empty", EmptyAdministrator, EmptyPass, EmptyReject, EmptyPerson),
				EmptyPerson: w.town.who(w.n(9, "person")), Resume: pick(w, "resume", ResumeReplay, ResumeDirect)}
			n.Approvers = []Rule{{Rule: pick(w, "rule", RuleUsers, RuleUsers, RuleUsers, RulePreviousChoice)}}
			if w.n(2, "deadline") == 0 {
				n.Deadline = &Deadline{Hours: 1, Then: pick(w, "then", LateRemind, LateEscalate, LateApprove, LateReject), Every: w.n(2, "every")}
			}
			n.Returns = append([]string{ToEnd, ToSubmitter}, *approvals...)
			id := w.node(n)
			w.town.rules[id] = w.some("approvers")
			*approvals = append(*approvals, id)
		case 2:
			w.town.rules[w.node(Node{Kind: NodeCopy})] = w.some("copies")
		case 3:
			id := w.node(Node{Kind: NodeBranch})
			var ends []Line
			for range 1 + w.n(2, "ways") {
				w.ends = []Line{{From: id, When: &Condition{CEL: pick(w, "condition", "true", "false", "broken")}}}
				if w.n(3, "straight") > 0 {
					w.block(depth-1, approvals)
				}
				ends = append(ends, w.ends...)
			}
			if w.n(2, "otherwise") > 0 {
				w.ends = []Line{{From: id, Else: true}}
				w.block(depth-1, approvals)
				ends = append(ends, w.ends...)
			}
			w.ends = ends
		default:
			id := w.node(Node{Kind: NodeFork})
			var ends []Line
			before := slices.Clone(*approvals)
			for i := range 2 + w.n(1, "parts") {
				w.ends = []Line{{From: id}}
				if i == 0 || w.n(3, "straight") > 0 {
					part := slices.Clone(before)
					w.block(depth-1, &part)
					*approvals = append(*approvals, part[len(before):]...)
				}
				ends = append(ends, w.ends...)
			}
			w.ends = ends
			w.node(Node{Kind: NodeJoin})
		}
	}
}

func drawScene(t *rapid.T) (*walker, *scene) {
	w := &walker{T: t, f: &Flow{Withdraw: pick(&walker{T: t}, "withdraw", WithdrawBeforeFirst, WithdrawAlways)}, town: newTown(10)}
	w.node(Node{Kind: NodeStart})
	w.block(w.n(3, "depth"), &[]string{})
	w.node(Node{Kind: NodeEnd})
	for i, u := range w.town.people {
		w.town.may[u] = w.n(5, "may") > 0
		w.town.heads[u] = w.town.who(i + w.n(4, "head"))
	}
	for range w.n(2, "admins") {
		w.town.admins = append(w.town.admins, w.town.who(w.n(9, "admin")))
	}
	return w, newScene(t, w.f, w.town, person(0))
}

// command draws one thing that somebody does, rightly or wrongly.
func (w *walker) command(s *scene) (name string, move func(World, *Run) ([]Effect, error)) {
	var tasks, open []*Task
	for _, st := range s.run.Steps {
		for _, t := range st.Tasks {
			tasks = append(tasks, t)
			if t.Status == TaskOpen {
				open = append(open, t)
			}
		}
	}
	v := Vote{Task: person(250), By: w.town.who(w.n(9, "by")), Comment: "because"}
	if len(tasks) > 0 {
		t := tasks[w.n(len(tasks)-1, "task")]
		if len(open) > 0 && w.n(9, "open") > 0 {
			t = open[w.n(len(open)-1, "task")]
		}
		v.Task = t.ID
		if w.n(9, "own") > 0 && t.User != uuid.Nil {
			v.By = t.User
		}
		if t.By != uuid.Nil {
			v.By = t.By
		}
	}
	if w.n(3, "next") > 0 {
		v.Next = w.some("next")
	}
	other := w.town.who(w.n(9, "other"))
	switch w.n(17, "command") {
	case 0:
		to := pick(w, "to", ToEnd, ToSubmitter, ToSubmitter, w.f.Nodes[w.n(len(w.f.Nodes)-1, "node")].ID, w.f.Nodes[w.n(len(w.f.Nodes)-1, "node")].ID)
		for _, st := range s.run.Steps {
			if may := Targets(s.w, s.run, st); st.task(v.Task) != nil && len(may) > 0 && w.n(4, "wrong") > 0 {
				to = may[w.n(len(may)-1, "to")]
				if last := may[len(may)-1]; w.n(1, "node") > 0 {
					to = last
				}
			}
		}
		return "reject", reject(v, to)
	case 1:
		return "hand over", func(world World, r *Run) ([]Effect, error) { return HandOver(world, r, v, other, false) }
	case 2:
		return "ask", func(world World, r *Run) ([]Effect, error) { return HandOver(world, r, v, other, true) }
	case 3, 4:
		return "answer", func(world World, r *Run) ([]Effect, error) { return Answer(world, r, v) }
	case 5:
		users, where := w.some("added"), pick(w, "where", Before, After, Beside)
		return "add", func(world World, r *Run) ([]Effect, error) { return Add(world, r, v, users, where) }
	case 6, 7:
		for _, t := range tasks {
			if t.voted() && w.n(2, "this") == 0 {
				v.Task, v.By = t.ID, t.By
			}
		}
		return "take back", func(world World, r *Run) ([]Effect, error) { return TakeBack(world, r, v) }
	case 8:
		if w.n(9, "withdraws") > 0 {
			return "start", Start
		}
		return "withdraw", func(world World, r *Run) ([]Effect, error) { return Withdraw(world, r, v.By, "") }
	case 9, 10:
		s.w.Now = s.w.Now.Add(40 * time.Minute)
		step := person(251)
		if len(s.run.Steps) > 0 {
			step = s.run.Steps[w.n(len(s.run.Steps)-1, "step")].ID
		}
		return "late", func(world World, r *Run) ([]Effect, error) {
			effects, err := Late(world, r, step)
			if err == nil {
				if again, err := Late(world, r, step); err != nil || len(again) > 0 {
					return nil, errors.Join(fmt.Errorf("a deadline acted twice, with %d effects", len(again)), err)
				}
			}
			return effects, err
		}
	case 11:
		w.town.may[other] = false
		return "depart", func(world World, r *Run) ([]Effect, error) { return Departed(world, r, other) }
	case 12:
		return "reassign", func(world World, r *Run) ([]Effect, error) { return Reassign(world, r, v.Task, other) }
	case 13:
		w.town.heads[other] = w.town.who(w.n(9, "head"))
		w.town.deputy[w.town.who(w.n(9, "deputy"))] = other
		w.town.may[w.town.who(w.n(9, "joins"))] = true
		w.town.admins = w.some("admins")
		return "start", Start
	}
	return "approve", approve(v)
}

func TestWalks(t *testing.T) {
	t.Parallel()
	for i := range 8 { // each of a hundred walks, or of -rapid.checks
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, walk)
		})
	}
}

func walk(t *rapid.T) {
	w, s := drawScene(t)
	decided := 0
	step := func(name string, move func(World, *Run) ([]Effect, error)) error {
		before := s.run
		err := s.do(move)
		var f *fault.Fault
		switch {
		case err == nil:
			decided += s.has(EffectDecided)
			invariants(t, name, before, s, decided)
		case !errors.As(err, &f) || f.Text.Zh == "" || f.Text.En == "":
			t.Fatalf("%s: a refusal without words: %v\n%s", name, err, s)
		case errors.Is(err, ErrBroken):
			t.Fatalf("%s: a sound flow is refused as broken\n%s", name, s)
		}
		return err
	}
	if err := step("start", Start); err != nil {
		t.Fatalf("start: %v\n%s", err, s)
	}
	for range w.n(40, "commands") {
		name, move := w.command(s)
		_ = step(name, move)
	}
	finishes(t, s, step)
}

// finishes drives a run to its end with people who all may: whatever happened before, it is not stuck.
func finishes(t *rapid.T, s *scene, step func(string, func(World, *Run) ([]Effect, error)) error) {
	for _, u := range s.town.people {
		s.town.may[u] = true
	}
	s.town.admins = s.town.people
	for range 500 {
		switch s.run.Status {
		case Returned:
			if err := step("start", Start); err != nil {
				t.Fatalf("submitted again: %v\n%s", err, s)
			}
			continue
		case Running:
		default:
			return
		}
		moved := false
		for _, st := range s.run.Steps {
			if i := slices.IndexFunc(st.Tasks, func(t *Task) bool { return t.Status == TaskOpen }); st.Status == StepOpen && i >= 0 {
				task := st.Tasks[i]
				v := Vote{Task: task.ID, By: task.User, Comment: "yes", Next: []uuid.UUID{person(7)}}
				if task.User == uuid.Nil {
					v.By = person(8)
				}
				var err error
				switch {
				case task.Origin == FromAsk:
					err = step("answer", func(w World, r *Run) ([]Effect, error) { return Answer(w, r, v) })
				case v.By == s.run.Submitter && s.w.Flow.Node(st.Node).Self != SelfDecides:
					for _, u := range s.town.people {
						if err = step("reassign", func(w World, r *Run) ([]Effect, error) { return Reassign(w, r, task.ID, u) }); err == nil {
							break
						}
					}
				default:
					err = step("approve", approve(v))
				}
				if err != nil {
					t.Fatalf("the last ones to decide are refused: %v\n%s", err, s)
				}
				moved = true
				break
			}
		}
		if !moved {
			t.Fatalf("stuck\n%s", s)
		}
	}
	t.Fatalf("never ends\n%s", s)
}

// invariants hold after every command.
func invariants(t *rapid.T, name string, before *Run, s *scene, decided int) {
	fail := func(format string, args ...any) {
		t.Fatalf("after %s: %s\n%s", name, fmt.Sprintf(format, args...), s)
	}
	run := s.run
	ended := slices.Contains([]Status{Approved, Rejected, Withdrawn}, run.Status)
	if !ended && run.Status != Running && run.Status != Returned {
		fail("the status is %q", run.Status)
	}
	if ended != (decided == 1) {
		fail("%d ends were told", decided)
	}
	steps, tasks := map[uuid.UUID]*Step{}, map[uuid.UUID]*Task{}
	opens := 0
	for _, st := range run.Steps {
		steps[st.ID] = st
		open, active := 0, 0
		for _, task := range st.Tasks {
			tasks[task.ID] = task
			if task.active() {
				active++
			}
			if task.Status == TaskOpen {
				open++
				if task.User != uuid.Nil && task.Origin != FromFallback && !s.town.may[task.User] {
					fail("%d is asked and may not", task.User[15])
				}
			}
		}
		if st.Status == StepOpen {
			opens++
			if open == 0 {
				fail("%s is stuck", st.Node)
			}
		} else if active > 0 {
			fail("%s ended and still asks", st.Node)
		}
	}
	if (run.Status == Running) != (opens > 0) {
		fail("%d steps are open", opens)
	}
	for _, e := range s.effects {
		if e.Step != nil && steps[e.Step.ID] != e.Step || e.Task != nil && tasks[e.Task.ID] != e.Task {
			fail("%s is about something that is not there", e.Kind)
		}
	}
	votes(fail, name, before, s, tasks)
	modes(fail, name, before, s)
	if run.Status == Approved {
		travelled(fail, s)
	}
	var again Run
	written, err := json.Marshal(run)
	if err == nil {
		err = json.Unmarshal(written, &again)
	}
	if err != nil || !sameRun(run, &again) {
		fail("it does not come back from JSON: %v", err)
	}
}

// votes holds that no decision is lost or changed, and that nobody decided who may not.
func votes(fail func(string, ...any), name string, before *Run, s *scene, tasks map[uuid.UUID]*Task) {
	was := map[uuid.UUID]*Task{}
	for i, st := range before.Steps {
		now := s.run.Steps[i]
		if name == "take back" && st.Status != now.Status && now.Status != StepOpen && slices.ContainsFunc(st.Tasks, (*Task).voted) {
			fail("%s was voted in and is %s", st.Node, now.Status)
		}
		for _, old := range st.Tasks {
			was[old.ID] = old
			now := tasks[old.ID]
			if now == nil {
				fail("a task is gone")
			}
			if !old.active() && *now != *old && name != "take back" {
				fail("the task of %d was %s, by %d, and is %s", old.User[15], old.Status, old.By[15], now.Status)
			}
			if name == "take back" && old.voted() && old.Status != now.Status && old.By != now.By && now.By != uuid.Nil {
				fail("a vote changed hands")
			}
		}
	}
	asked := map[uuid.UUID]bool{}
	for _, e := range s.effects {
		if e.Kind == EffectAsked {
			asked[e.Task.ID] = true
		}
	}
	lost := 0
	for _, st := range s.run.Steps {
		for _, now := range st.Tasks {
			old := was[now.ID]
			if adder := st.task(now.Of); now.Origin == FromAdd && st.root(adder).Origin == FromAdd {
				fail("somebody who was added added %d", now.User[15])
			}
			if now.Status == TaskOpen && (old == nil || old.Status != TaskOpen) && !asked[now.ID] {
				fail("%d was not told", now.User[15])
			}
			if old != nil && old.voted() && !now.voted() {
				lost++
			}
			if (now.voted() || now.Status == TaskAnswered) && (old == nil || old.Status != now.Status) {
				node := s.w.Flow.Node(st.Node)
				switch {
				case !s.town.may[now.By]:
					fail("%d decided and may not", now.By[15])
				case now.By == s.run.Submitter && node.Self != SelfDecides:
					fail("the submitter decided")
				case now.By != now.User && s.town.deputy[now.By] != now.User && now.User != uuid.Nil:
					fail("%d decided for %d", now.By[15], now.User[15])
				}
			}
		}
	}
	if lost > 0 && (name != "take back" || lost > 1) {
		fail("%d votes are lost", lost)
	}
}

// modes holds each step that agreed now, or is still open, against its mode, counted afresh from its tasks.
func modes(fail func(string, ...any), name string, before *Run, s *scene) {
	for _, st := range s.run.Steps {
		if st.Status == StepOpen {
			stillOpen(fail, s.w.Flow.Node(st.Node), st)
		}
		old := slices.IndexFunc(before.Steps, func(b *Step) bool { return b.ID == st.ID })
		if st.Status != StepApproved || old >= 0 && before.Steps[old].Status == StepApproved || name == "late" {
			continue
		}
		var yes, no, other int
		for _, task := range st.Tasks {
			switch {
			case task.Status == TaskApproved:
				yes++
			case task.Status == TaskRejected:
				no++
			case task.Status == TaskCancelled && task.Origin != FromAsk && task.Closed.Equal(st.Closed) && task.Origin != FromFallback:
				other++
			}
		}
		n := s.w.Flow.Node(st.Node)
		switch {
		case yes == 0:
			fail("%s agreed without a vote", st.Node)
		case n.Mode != ModeShare && no > 0:
			fail("%s agreed against %d", st.Node, no)
		case (n.Mode == ModeAll || n.Mode == ModeOrder) && other > 0 && name != "depart":
			fail("%s agreed without %d of its approvers", st.Node, other)
		case n.Mode == ModeShare && n.Share == 100 && no > 0:
			fail("%s agreed against a full share", st.Node)
		}
	}
}

// stillOpen holds that a step of mode any waits for nobody once somebody agreed, and that in order one is asked at a time.
func stillOpen(fail func(string, ...any), n *Node, st *Step) {
	agreed, asked, added := false, 0, false
	for _, task := range st.Tasks {
		for _, other := range st.Tasks {
			if task.voted() && other.active() && other.Origin != FromAsk && st.slotOf(task) == st.slotOf(other) {
				fail("%s still asks %d in the place of %d, who decided", st.Node, other.User[15], task.User[15])
			}
		}
		agreed = agreed || task.Status == TaskApproved
		added = added || task.Origin == FromAdd
		if task.Status == TaskOpen && task.Where == "" && task.Origin != FromAsk && task.Origin != FromFallback {
			asked++
		}
	}
	if n.Mode == ModeAny && agreed && !added {
		fail("%s waits although one agreed", st.Node)
	}
	if n.Mode == ModeOrder && asked > 1 {
		fail("%s asks %d at once", st.Node, asked)
	}
}

// travelled holds an approved run against its flow: every approval on the document's way agreed, or had nobody.
func travelled(fail func(string, ...any), s *scene) {
	latest := map[string]StepStatus{}
	for _, st := range s.run.Steps {
		if st.Status != StepCancelled {
			latest[st.Node] = st.Status
		}
	}
	var walk func(id string)
	walk = func(id string) {
		n := s.w.Flow.Node(id)
		if got := latest[id]; n.Kind == NodeApprove && got != StepApproved && got != StepPassed {
			fail("approved, although %s is %q", id, got)
		}
		var out []Line
		for _, l := range s.w.Flow.Lines {
			if l.From == id {
				out = append(out, l)
			}
		}
		if n.Kind == NodeBranch {
			i := slices.IndexFunc(out, func(l Line) bool { return l.When != nil && l.When.CEL == "true" })
			if i < 0 {
				i = slices.IndexFunc(out, func(l Line) bool { return l.Else })
			}
			if i < 0 {
				i = len(out) - 1
			}
			out = out[i : i+1]
		}
		for _, l := range out {
			walk(l.To)
		}
	}
	walk(s.w.Flow.Nodes[0].ID)
}

// checkedWalks holds that the check has nothing against the drawing of flows on which walks come to an end.
func checkedWalks(t *testing.T) (checked int) {
	rapid.Check(t, func(t *rapid.T) {
		w, _ := drawScene(t)
		drawing := []string{"endless", "unreachable", "no_way_out", "crosses_part", "end_in_part", "join_without_fork", "fork_without_join", "many_lines"}
		for _, p := range Check(w.f, known()) {
			if slices.Contains(drawing, p.Code) {
				t.Fatalf("%s at %s%s: %s", p.Code, p.Node, p.Line, p.Text.En)
			}
		}
		checked++
	})
	return checked
}
