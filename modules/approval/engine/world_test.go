package engine

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// town is the people around a run in tests. Rules find by node; whoever may not is dropped.
type town struct {
	people  []uuid.UUID
	rules   map[string][]uuid.UUID
	heads   map[uuid.UUID]uuid.UUID
	may     map[uuid.UUID]bool
	deputy  map[uuid.UUID]uuid.UUID // by the deputy, for whom
	admins  []uuid.UUID
	findErr error
}

func (t *town) Find(n *Node, run *Run) ([]Person, error) {
	users := t.rules[n.ID]
	if asks(n, RulePreviousChoice) || asks(n, RuleSubmitterChoice) {
		users = append(slices.Clone(users), run.Chosen[n.ID]...)
	}
	var found []Person
	for _, u := range users {
		p := Person{ID: u, Why: fault.Say("规则", "a rule")}
		if !t.may[u] {
			p.Dropped = fault.Say("没有权限", "no right")
		}
		found = append(found, p)
	}
	return found, t.findErr
}

func (t *town) Head(u uuid.UUID) (uuid.UUID, error) { return t.heads[u], nil }
func (t *town) StandsIn(by, u uuid.UUID) (bool, error) {
	return by != uuid.Nil && t.deputy[by] == u, nil
}
func (t *town) May(u uuid.UUID) (bool, error)        { return t.may[u], nil }
func (t *town) Administrators() ([]uuid.UUID, error) { return t.admins, nil }
func person(i int) uuid.UUID                         { return uuid.UUID{15: byte(i + 1)} }
func (t *town) who(i int) uuid.UUID                  { return t.people[i%len(t.people)] }
func newTown(n int) *town {
	t := &town{rules: map[string][]uuid.UUID{}, heads: map[uuid.UUID]uuid.UUID{}, may: map[uuid.UUID]bool{}, deputy: map[uuid.UUID]uuid.UUID{}}
	for i := range n {
		t.people = append(t.people, person(i))
		t.may[person(i)] = true
	}
	return t
}

// truth answers conditions by what they say.
type truth struct{}

func (truth) Holds(c *Condition) (bool, error) {
	if c.CEL == "broken" {
		return false, errors.New("the fact is gone")
	}
	return c.CEL == "true", nil
}

// failing is what the tests of testing and rapid have in common.
type failing interface {
	Helper()
	Fatalf(format string, args ...any)
}

// scene is a run with its world, moved by one command at a time.
type scene struct {
	t       failing
	w       World
	town    *town
	run     *Run
	effects []Effect
	ids     int
}

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newScene(t failing, f *Flow, people *town, submitter uuid.UUID) *scene {
	s := &scene{t: t, town: people, run: &Run{ID: person(200), Submitter: submitter}}
	s.w = World{Flow: f, Facts: truth{}, People: people, Now: monday,
		Due:   func(d *Deadline) time.Time { return s.w.Now.Add(time.Duration(d.Hours) * time.Hour) },
		NewID: func() uuid.UUID { s.ids++; return uuid.UUID{0: 1, 14: byte(s.ids >> 8), 15: byte(s.ids)} }}
	return s
}

// do moves a copy of the run, and keeps it when nothing refuses.
func (s *scene) do(move func(w World, r *Run) ([]Effect, error)) error {
	s.w.Now = s.w.Now.Add(time.Minute)
	next := s.run.clone()
	effects, err := move(s.w, next)
	if err == nil {
		s.run, s.effects = next, effects
	}
	return err
}

func (s *scene) must(move func(w World, r *Run) ([]Effect, error)) {
	s.t.Helper()
	if err := s.do(move); err != nil {
		s.t.Fatalf("refused: %v\n%s", err, s)
	}
}

func (s *scene) refused(want *fault.Fault, move func(w World, r *Run) ([]Effect, error)) {
	s.t.Helper()
	if err := s.do(move); !errors.Is(err, want) {
		s.t.Fatalf("%v, want %s\n%s", err, want.Code, s)
	}
}

func approve(v Vote) func(World, *Run) ([]Effect, error) {
	return func(w World, r *Run) ([]Effect, error) { return Approve(w, r, v) }
}

func reject(v Vote, to string) func(World, *Run) ([]Effect, error) {
	return func(w World, r *Run) ([]Effect, error) { return Reject(w, r, v, to) }
}

// taskOf returns the newest task of a person at a node.
func (s *scene) taskOf(node string, user uuid.UUID) *Task {
	s.t.Helper()
	for _, st := range slices.Backward(s.run.Steps) {
		for _, t := range slices.Backward(st.Tasks) {
			if st.Node == node && t.User == user {
				return t
			}
		}
	}
	s.t.Fatalf("%s has no task at %s\n%s", user, node, s)
	return nil
}

func (s *scene) vote(node string, i int) Vote {
	s.t.Helper()
	return Vote{Task: s.taskOf(node, person(i)).ID, By: person(i)}
}

func (s *scene) approves(node string, people ...int) {
	s.t.Helper()
	for _, i := range people {
		s.must(approve(s.vote(node, i)))
	}
}

// open returns the nodes of the open steps.
func (s *scene) open() string {
	var nodes []string
	for _, st := range s.run.Steps {
		if st.Status == StepOpen {
			nodes = append(nodes, st.Node)
		}
	}
	return strings.Join(nodes, " ")
}

func (s *scene) stands(want Status, open string) {
	s.t.Helper()
	if s.run.Status != want || s.open() != open {
		s.t.Fatalf("%s at %q, want %s at %q\n%s", s.run.Status, s.open(), want, open, s)
	}
}

func (s *scene) has(kind EffectKind) int {
	n := 0
	for _, e := range s.effects {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

func (s *scene) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, s.run.Status, s.run.Arrived, s.run.Resume)
	for _, st := range s.run.Steps {
		fmt.Fprintln(&b, " ", st.Node, st.Round, st.Status, st.Back, st.Over)
		for _, t := range st.Tasks {
			fmt.Fprintln(&b, "     ", t.ID.String()[32:], "user", t.User[15], t.Status, t.Origin, "of", t.Of.String()[32:], t.Where, "by", t.By[15])
		}
	}
	for _, n := range s.w.Flow.Nodes {
		fmt.Fprint(&b, "  ", n.ID, " ", n.Mode, " ", n.Empty, " ", n.Self, " ", n.Again, " ", n.Resume, " ", n.Approvers, ":")
		for _, l := range s.w.Flow.Lines {
			if l.From == n.ID {
				fmt.Fprint(&b, " ", l.ID, ">", l.To)
			}
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}

// line makes the lines of a flow written as "a>b a>c".
func lines(pairs string) []Line {
	var out []Line
	for i, p := range strings.Fields(pairs) {
		from, to, _ := strings.Cut(p, ">")
		out = append(out, Line{ID: fmt.Sprintf("l%d", i+1), From: from, To: to})
	}
	return out
}

// flow makes a flow whose nodes are told by the first letter of their ids: s start, e end, f fork, j join, b branch, c copy, others approve.
func flow(pairs string, approvals ...Node) *Flow {
	f := &Flow{Lines: lines(pairs)}
	kinds := map[byte]NodeKind{'s': NodeStart, 'e': NodeEnd, 'f': NodeFork, 'j': NodeJoin, 'b': NodeBranch, 'c': NodeCopy}
	for _, l := range f.Lines {
		for _, id := range []string{l.From, l.To} {
			if f.Node(id) != nil {
				continue
			}
			n := Node{ID: id, Kind: kinds[id[0]]}
			if i := slices.IndexFunc(approvals, func(a Node) bool { return a.ID == id }); i >= 0 {
				kind := n.Kind
				n = approvals[i]
				n.Kind = kind
			}
			if n.Kind == "" {
				n.Kind = NodeApprove
			}
			f.Nodes = append(f.Nodes, n)
		}
	}
	return f
}

func sameRun(a, b *Run) bool { return reflect.DeepEqual(a, b) }
