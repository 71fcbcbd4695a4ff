package engine

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// play begins a run over a flow; finds tells by node whom its rules find. Person 0 submits.
func play(t *testing.T, f *Flow, finds map[string][]int) *scene {
	t.Helper()
	people := newTown(10)
	for node, who := range finds {
		for _, i := range who {
			people.rules[node] = append(people.rules[node], person(i))
		}
	}
	people.admins = []uuid.UUID{person(9)}
	s := newScene(t, f, people, person(0))
	s.must(Start)
	return s
}

func mode(id string, m Mode, more ...func(*Node)) Node {
	return ask(id, append([]func(*Node){func(n *Node) { n.Mode = m }}, more...)...)
}

func TestModes(t *testing.T) {
	t.Parallel()
	one := func(n Node) *Flow { return flow("s>a a>e", n) }
	who := map[string][]int{"a": {1, 2, 3}}
	t.Run("AnyOneAgrees", func(t *testing.T) {
		s := play(t, one(mode("a", ModeAny)), who)
		s.approves("a", 2)
		s.stands(Approved, "")
		if s.has(EffectCancelled) != 2 || s.has(EffectDecided) != 1 {
			t.Errorf("%v", s.effects)
		}
		s.refused(ErrEnded, approve(s.vote("a", 1)))
	})
	t.Run("AnyOneRejects", func(t *testing.T) {
		s := play(t, one(mode("a", ModeAny)), who)
		s.must(reject(s.vote("a", 2), ToEnd))
		s.stands(Rejected, "")
	})
	t.Run("All", func(t *testing.T) {
		s := play(t, one(mode("a", ModeAll)), who)
		s.approves("a", 2, 1)
		s.stands(Running, "a")
		s.refused(ErrNotOpen, approve(s.vote("a", 1)))
		s.approves("a", 3)
		s.stands(Approved, "")
	})
	t.Run("InOrder", func(t *testing.T) {
		s := play(t, one(mode("a", ModeOrder)), who)
		s.refused(ErrNotYet, approve(s.vote("a", 2)))
		s.approves("a", 1)
		if s.taskOf("a", person(2)).Status != TaskOpen || s.taskOf("a", person(3)).Status != TaskWaiting {
			t.Error(s)
		}
		s.approves("a", 2, 3)
		s.stands(Approved, "")
	})
	share := mode("a", ModeShare, func(n *Node) { n.Share = 60 })
	t.Run("ShareReached", func(t *testing.T) {
		s := play(t, one(share), who)
		s.must(reject(s.vote("a", 1), ToEnd))
		s.approves("a", 2)
		s.stands(Running, "a")
		s.approves("a", 3)
		s.stands(Approved, "")
		if s.run.Reason != "" {
			t.Error("the reason of an outvoted rejection stays")
		}
	})
	t.Run("ShareOutOfReach", func(t *testing.T) {
		s := play(t, one(share), who)
		s.must(reject(s.vote("a", 1), ToEnd))
		s.must(reject(s.vote("a", 2), ToSubmitter))
		s.stands(Returned, "")
	})
}

func TestWhoMayVote(t *testing.T) {
	t.Parallel()
	s := play(t, flow("s>a a>e", ask("a", func(n *Node) { n.Comment, n.Signature = CommentAlways, true })), map[string][]int{"a": {1}})
	v := s.vote("a", 1)
	v.Comment, v.Signed = "yes", true
	with := func(change func(*Vote)) Vote { w := v; change(&w); return w }
	s.refused(ErrNoTask, approve(with(func(w *Vote) { w.Task = person(99) })))
	s.refused(ErrNotYours, approve(with(func(w *Vote) { w.By = person(2) })))
	s.refused(ErrNotYours, approve(with(func(w *Vote) { w.By = uuid.Nil })))
	s.refused(ErrNoComment, approve(with(func(w *Vote) { w.Comment = "  " })))
	s.refused(ErrNoComment, reject(with(func(w *Vote) { w.Comment = "" }), ToEnd))
	s.refused(ErrNoSignature, approve(with(func(w *Vote) { w.Signed = false })))
	s.refused(ErrTarget, reject(v, "elsewhere"))
	s.town.may[person(1)] = false
	s.refused(ErrMayNot, approve(v))
	s.town.deputy[person(2)] = person(1)
	s.town.deputy[person(0)] = person(1)
	s.refused(ErrOwn, approve(with(func(w *Vote) { w.By = person(0) })))
	s.must(approve(with(func(w *Vote) { w.By = person(2) })))
	if got := s.taskOf("a", person(1)); got.By != person(2) || got.Comment != "yes" {
		t.Errorf("%+v", got)
	}
}

func TestSelf(t *testing.T) {
	t.Parallel()
	self := func(how Self) *Flow { return flow("s>a a>e", mode("a", ModeAll, func(n *Node) { n.Self = how })) }
	own := map[string][]int{"a": {0, 1}}
	t.Run("Skipped", func(t *testing.T) {
		s := play(t, self(SelfSkip), own)
		s.approves("a", 1)
		s.stands(Approved, "")
	})
	t.Run("Decides", func(t *testing.T) {
		s := play(t, self(SelfDecides), own)
		s.approves("a", 1, 0)
		s.stands(Approved, "")
	})
	t.Run("HeadDecides", func(t *testing.T) {
		people := newTown(10)
		people.rules["a"], people.heads[person(0)] = []uuid.UUID{person(0)}, person(5)
		s := newScene(t, self(SelfHead), people, person(0))
		s.must(Start)
		if s.taskOf("a", person(5)).Origin != FromHead {
			t.Error(s)
		}
		s.approves("a", 5)
		s.stands(Approved, "")
	})
	t.Run("AloneGoesToAdministrators", func(t *testing.T) {
		s := play(t, self(""), map[string][]int{"a": {0}})
		if s.taskOf("a", person(9)).Origin != FromFallback {
			t.Error(s)
		}
	})
}

func TestAgain(t *testing.T) {
	t.Parallel()
	again := func(how Again) *scene {
		return play(t, flow("s>a a>g g>h h>e", ask("a"), ask("g"), mode("h", ModeAll, func(n *Node) { n.Again = how })), map[string][]int{"a": {1}, "g": {2}, "h": {1, 2, 3}})
	}
	for how, left := range map[Again][]int{AgainEach: {1, 2, 3}, AgainFirst: {3}, AgainAdjacent: {1, 3}} {
		s := again(how)
		s.approves("a", 1)
		s.approves("g", 2)
		s.approves("h", left...)
		s.stands(Approved, "")
	}
	s := again(AgainFirst)
	s.approves("a", 1)
	s.must(reject(s.vote("g", 2), ToSubmitter))
	s.must(Start)
	s.approves("a", 1)
	s.approves("g", 2)
	s.approves("h", 3)
	s.stands(Approved, "")
}

func TestNobodyFound(t *testing.T) {
	t.Parallel()
	empty := func(how Empty) *Flow {
		return flow("s>a a>e", ask("a", func(n *Node) { n.Empty, n.EmptyPerson = how, person(4) }))
	}
	s := play(t, empty(EmptyPass), nil)
	s.stands(Approved, "")
	s = play(t, empty(EmptyReject), nil)
	s.stands(Rejected, "")
	s = play(t, empty(EmptyPerson), nil)
	s.approves("a", 4)
	s.stands(Approved, "")
	for _, how := range []Empty{EmptyAdministrator, ""} {
		s = play(t, empty(how), nil)
		if s.has(EffectFallback) != 1 {
			t.Errorf("%q: the administrator is not told", how)
		}
		v := s.vote("a", 9)
		s.must(func(w World, r *Run) ([]Effect, error) { return HandOver(w, r, v, person(3), false) })
		s.approves("a", 3)
		s.stands(Approved, "")
	}
	people := newTown(10)
	s = newScene(t, empty(EmptyAdministrator), people, person(0))
	s.must(Start)
	v := Vote{Task: s.taskOf("a", uuid.Nil).ID, By: person(6)}
	s.refused(ErrNotYours, approve(v))
	people.admins = []uuid.UUID{person(6)} // who became one later
	s.must(approve(v))
	s.stands(Approved, "")
}

func TestOthers(t *testing.T) {
	t.Parallel()
	begin := func(more ...func(*Node)) *scene {
		return play(t, flow("s>a a>e", mode("a", ModeAll, more...)), map[string][]int{"a": {1, 2}})
	}
	over := func(s *scene, i, to int, asked bool) func(World, *Run) ([]Effect, error) {
		v := s.vote("a", i)
		return func(w World, r *Run) ([]Effect, error) { return HandOver(w, r, v, person(to), asked) }
	}
	plus := func(s *scene, i int, where Where, who ...int) func(World, *Run) ([]Effect, error) {
		v := s.vote("a", i)
		var users []uuid.UUID
		for _, u := range who {
			users = append(users, person(u))
		}
		return func(w World, r *Run) ([]Effect, error) { return Add(w, r, v, users, where) }
	}
	t.Run("HandOver", func(*testing.T) {
		s := begin()
		s.refused(ErrToSelf, over(s, 1, 1, false))
		s.refused(ErrToSubmitter, over(s, 1, 0, false))
		s.refused(ErrAlready, over(s, 1, 2, false))
		s.town.may[person(4)] = false
		s.refused(ErrCannot, over(s, 1, 4, false))
		s.must(over(s, 1, 3, false))
		s.refused(ErrNotOpen, approve(s.vote("a", 1)))
		s.approves("a", 2, 3)
		s.stands(Approved, "")
		s = begin(func(n *Node) { n.NoHandOver = true })
		s.refused(ErrNoHandOver, over(s, 1, 3, false))
	})
	t.Run("AskAndGetItBack", func(*testing.T) {
		s := begin()
		s.must(over(s, 1, 3, true))
		s.refused(ErrNotYet, approve(s.vote("a", 1)))
		s.refused(ErrOnlyAnswer, approve(s.vote("a", 3)))
		v := s.vote("a", 3)
		answer := func(w World, r *Run) ([]Effect, error) { return Answer(w, r, v) }
		s.refused(ErrNoComment, answer)
		v.Comment = "fine with me"
		s.must(answer)
		s.refused(ErrNotAsked, func(w World, r *Run) ([]Effect, error) { return Answer(w, r, s.vote("a", 1)) })
		s.approves("a", 1, 2)
		s.stands(Approved, "")
	})
	t.Run("AddBefore", func(*testing.T) {
		s := begin()
		s.must(plus(s, 1, Before, 3, 4))
		s.refused(ErrNotYet, approve(s.vote("a", 1)))
		s.refused(ErrNested, plus(s, 3, Beside, 5))
		s.approves("a", 3, 4, 1, 2)
		s.stands(Approved, "")
	})
	t.Run("AddAfter", func(*testing.T) {
		s := begin()
		s.must(plus(s, 1, After, 3))
		s.refused(ErrNotYet, approve(s.vote("a", 3)))
		s.approves("a", 1, 2)
		s.stands(Running, "a")
		s.must(reject(s.vote("a", 3), ToEnd))
		s.stands(Rejected, "")
	})
	t.Run("AddBesideWhereOneIsEnough", func(*testing.T) {
		s := begin(func(n *Node) { n.Mode = ModeAny })
		s.must(plus(s, 1, Beside, 3))
		s.approves("a", 1)
		s.stands(Running, "a")
		s.approves("a", 3)
		s.stands(Approved, "")
	})
	t.Run("AddRefused", func(*testing.T) {
		s := begin(func(n *Node) { n.NoAdd = true })
		s.refused(ErrNoAdd, plus(s, 1, Beside, 3))
		s = begin()
		s.refused(ErrWhere, plus(s, 1, "", 3))
		s.refused(ErrHowMany, plus(s, 1, Beside))
		s.refused(ErrAlready, plus(s, 1, Beside, 3, 3))
	})
}

func TestDepartures(t *testing.T) {
	t.Parallel()
	leaves := func(s *scene, i int) {
		t.Helper()
		s.town.may[person(i)] = false
		s.must(func(w World, r *Run) ([]Effect, error) { return Departed(w, r, person(i)) })
	}
	begin := func(m Mode, empty Empty) *scene {
		return play(t, flow("s>a a>e", mode("a", m, func(n *Node) { n.Empty = empty })), map[string][]int{"a": {1, 2}})
	}
	s := begin(ModeAll, "")
	s.town.rules["a"] = append(s.town.rules["a"], person(3)) // who joined
	leaves(s, 1)
	s.approves("a", 2, 3)
	s.stands(Approved, "")

	s = begin(ModeAll, "")
	leaves(s, 1)
	if s.has(EffectFallback) != 1 {
		t.Error("the administrator is not told")
	}
	s.approves("a", 2)
	s.stands(Running, "a")
	s.must(func(w World, r *Run) ([]Effect, error) { return Reassign(w, r, s.taskOf("a", person(9)).ID, person(5)) })
	s.approves("a", 5)
	s.stands(Approved, "")

	s = begin(ModeAll, "")
	s.town.admins = append(s.town.admins, person(8))
	leaves(s, 1)
	s.approves("a", 8)
	s.refused(ErrNotOpen, approve(s.vote("a", 9))) // one of the administrators is enough

	s = begin(ModeAny, "")
	leaves(s, 1)
	s.approves("a", 2)
	s.stands(Approved, "")

	s = begin(ModeAll, EmptyPass)
	leaves(s, 1)
	leaves(s, 2)
	s.stands(Approved, "")

	s = begin(ModeOrder, "")
	leaves(s, 1)
	s.refused(ErrNotYet, approve(s.vote("a", 2)))
	s.approves("a", 9, 2)
	s.stands(Approved, "")
	if err := s.do(func(w World, r *Run) ([]Effect, error) { return Departed(w, r, person(2)) }); err != nil || len(s.effects) > 0 {
		t.Errorf("%v %v", err, s.effects)
	}
}

func TestDeadlines(t *testing.T) {
	t.Parallel()
	begin := func(then AtDeadline, every int) *scene {
		return play(t, flow("s>a a>e", mode("a", ModeAll, func(n *Node) { n.Deadline = &Deadline{Hours: 4, Then: then, Every: every} })), map[string][]int{"a": {1, 2}})
	}
	late := func(s *scene) {
		t.Helper()
		s.must(func(w World, r *Run) ([]Effect, error) { return Late(w, r, r.Steps[0].ID) })
	}
	s := begin(LateApprove, 0)
	late(s)
	s.stands(Running, "a") // it has not come
	s.w.Now = s.w.Now.Add(4 * time.Hour)
	late(s)
	s.stands(Approved, "")
	late(s)
	if len(s.effects) > 0 {
		t.Errorf("twice: %v", s.effects)
	}

	s = begin(LateReject, 0)
	s.w.Now = s.w.Now.Add(4 * time.Hour)
	late(s)
	s.stands(Rejected, "")

	s = begin(LateEscalate, 0)
	s.town.heads[person(1)], s.town.heads[person(2)] = person(5), person(0)
	s.w.Now = s.w.Now.Add(4 * time.Hour)
	late(s)
	if s.has(EffectEscalated) != 1 || s.has(EffectReminded) != 1 {
		t.Errorf("%v", s.effects)
	}
	late(s)
	if len(s.effects) > 0 {
		t.Errorf("twice: %v", s.effects)
	}
	s.refused(ErrNotOpen, approve(s.vote("a", 1)))
	s.approves("a", 2, 5)
	s.stands(Approved, "")

	s = begin(LateRemind, 1)
	told := 0
	for range 200 {
		s.w.Now = s.w.Now.Add(30 * time.Minute)
		late(s)
		told += s.has(EffectReminded)
	}
	if told != 2*maxReminders {
		t.Errorf("%d reminders, want %d for each of two", told, maxReminders)
	}
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	f := flow("s>a a>g g>e", ask("a"), ask("g"))
	begin := func() *scene { return play(t, f, map[string][]int{"a": {1}, "g": {2}}) }
	withdraw := func(i int) func(World, *Run) ([]Effect, error) {
		return func(w World, r *Run) ([]Effect, error) { return Withdraw(w, r, person(i), "wrong price") }
	}
	s := begin()
	s.refused(ErrNotSubmitter, withdraw(1))
	s.must(withdraw(0))
	s.stands(Withdrawn, "")
	s.refused(ErrEnded, withdraw(0))
	s.refused(ErrNotStarted, Start)
	s = begin()
	s.approves("a", 1)
	s.refused(ErrWithdraw, withdraw(0))
	s.must(reject(s.vote("g", 2), ToSubmitter))
	s.refused(ErrReturned, approve(s.vote("g", 2)))
	s.must(Start)
	s.must(withdraw(0)) // nobody decided since it was submitted again
}

func TestNamedByOthers(t *testing.T) {
	t.Parallel()
	f := flow("s>a a>g g>e", ask("a", func(n *Node) { n.Approvers = []Rule{{Rule: RuleSubmitterChoice}} }), ask("g", func(n *Node) { n.Approvers = []Rule{{Rule: RulePreviousChoice}} }))
	s := newScene(t, f, newTown(10), person(0))
	s.refused(ErrChoice, Start)
	for who, want := range map[int]*fault.Fault{0: ErrToSubmitter, 20: ErrCannot} {
		s.run.Chosen = map[string][]uuid.UUID{"a": {person(who)}}
		s.refused(want, Start)
	}
	s.run.Chosen = map[string][]uuid.UUID{"a": {person(1)}}
	s.must(Start)
	v := s.vote("a", 1)
	s.refused(ErrNext, approve(v))
	if n, err := Choose(s.w, s.run, v.Task); err != nil || n == nil || n.ID != "g" {
		t.Errorf("%v %v", n, err)
	}
	v.Next = []uuid.UUID{person(0)}
	s.refused(ErrToSubmitter, approve(v))
	v.Next = []uuid.UUID{person(4)}
	s.must(approve(v))
	s.approves("g", 4)
	s.stands(Approved, "")
}
