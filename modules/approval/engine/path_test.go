package engine

import (
	"slices"
	"testing"

	"github.com/google/uuid"
)

func sends(targets ...string) func(*Node) { return func(n *Node) { n.Returns = targets } }

func direct(n *Node) { n.Resume = ResumeDirect }

func TestReturns(t *testing.T) {
	t.Parallel()
	who := map[string][]int{"a": {1}, "g": {2}, "h": {3}, "i": {4}, "k": {5}}
	row := func(more ...func(*Node)) *Flow {
		return flow("s>a a>g g>h h>e", ask("a"), ask("g"), ask("h", append(more, sends(ToEnd, ToSubmitter, "a", "g"))...))
	}
	t.Run("EveryStepBetweenAgain", func(t *testing.T) {
		s := play(t, row(), who)
		s.refused(ErrTarget, reject(s.vote("a", 1), "h"))
		s.approves("a", 1)
		s.approves("g", 2)
		s.must(reject(s.vote("h", 3), "a"))
		s.stands(Running, "a")
		if s.has(EffectReturned) != 1 {
			t.Errorf("%v", s.effects)
		}
		s.approves("a", 1)
		s.stands(Running, "g")
		s.approves("g", 2)
		s.approves("h", 3)
		s.stands(Approved, "")
	})
	t.Run("StraightBack", func(t *testing.T) {
		s := play(t, row(direct), who)
		s.approves("a", 1)
		s.approves("g", 2)
		s.must(reject(s.vote("h", 3), "a"))
		s.approves("a", 1)
		s.stands(Running, "h")
		s.must(reject(s.vote("h", 3), ToSubmitter))
		s.stands(Returned, "")
		s.must(Start)
		s.stands(Running, "h")
		s.approves("h", 3)
		s.stands(Approved, "")
	})
	t.Run("StraightBackAlsoAfterATakenBackVote", func(t *testing.T) {
		s := play(t, row(direct), who)
		s.approves("a", 1)
		s.approves("g", 2)
		s.must(reject(s.vote("h", 3), "a"))
		s.approves("a", 1)
		s.stands(Running, "h")
		v := s.vote("a", 1)
		s.must(func(w World, r *Run) ([]Effect, error) { return TakeBack(w, r, v) })
		s.stands(Running, "a")
		s.approves("a", 1)
		s.stands(Running, "h")
		s.approves("h", 3)
		s.stands(Approved, "")
	})
	t.Run("NotAgreedYet", func(t *testing.T) {
		f := when(flow("s>b b>a b>g a>h g>h h>e", ask("a"), ask("g"), ask("h", sends("a", "g"))), map[string]any{"l2": "true", "l3": "else"})
		s := play(t, f, who)
		s.approves("a", 1)
		s.refused(ErrTargetNotDone, reject(s.vote("h", 3), "g"))
		if got := Targets(s.w, s.run, s.run.Steps[1]); !slices.Equal(got, []string{"a"}) {
			t.Errorf("%v", got)
		}
	})
	parallel := func(more ...func(*Node)) *Flow {
		return flow("s>a a>f f>g f>h g>i i>j h>j j>k k>e", ask("a"), ask("g"), ask("h"), ask("i", append(more, sends("a", "g", "h"))...), ask("k", append(more, sends("a", "g"))...))
	}
	t.Run("OutOfAPart", func(t *testing.T) {
		s := play(t, parallel(direct), who)
		s.approves("a", 1)
		s.approves("g", 2)
		s.refused(ErrTargetRuns, reject(s.vote("i", 4), "h"))
		s.approves("h", 3)
		s.refused(ErrTarget, reject(s.vote("i", 4), "h")) // another way
		s.must(reject(s.vote("i", 4), "a"))
		s.stands(Running, "a")
		if len(s.run.Arrived) > 0 {
			t.Errorf("the other way counts still: %v", s.run.Arrived)
		}
		s.approves("a", 1)
		s.stands(Running, "g h") // the parallel part begins again
		s.approves("g", 2)
		s.approves("h", 3)
		s.approves("i", 4)
		s.approves("k", 5)
		s.stands(Approved, "")
	})
	t.Run("WithinAPart", func(t *testing.T) {
		s := play(t, parallel(), who)
		s.approves("a", 1)
		s.approves("g", 2)
		s.must(reject(s.vote("i", 4), "g"))
		s.stands(Running, "h g")
		s.approves("h", 3)
		s.approves("g", 2)
		s.approves("i", 4)
		s.stands(Running, "k")
	})
	t.Run("BackIntoAPart", func(t *testing.T) {
		for _, resume := range [][]func(*Node){nil, {direct}} {
			s := play(t, parallel(resume...), who)
			s.approves("a", 1)
			s.approves("g", 2)
			s.approves("h", 3)
			s.approves("i", 4)
			s.must(reject(s.vote("k", 5), "g"))
			s.stands(Running, "g")
			s.approves("g", 2)
			if resume == nil {
				s.stands(Running, "i")
				s.approves("i", 4)
			}
			s.stands(Running, "k")
			if len(s.run.Arrived) > 0 {
				t.Errorf("%v", s.run.Arrived)
			}
			s.approves("k", 5)
			s.stands(Approved, "")
		}
	})
}

func TestTakeBack(t *testing.T) {
	t.Parallel()
	who := map[string][]int{"a": {1, 6}, "g": {2}, "h": {3}, "k": {5}}
	back := func(v Vote) func(World, *Run) ([]Effect, error) {
		return func(w World, r *Run) ([]Effect, error) { return TakeBack(w, r, v) }
	}
	f := flow("s>a a>f f>g f>h g>j h>j j>k k>e", ask("a"), ask("g"), ask("h"), ask("k"))
	t.Run("BeforeTheNextStepActs", func(t *testing.T) {
		s := play(t, f, who)
		s.refused(ErrNothingBack, back(s.vote("a", 1)))
		s.approves("a", 1)
		s.refused(ErrNothingBack, back(Vote{Task: s.taskOf("a", person(1)).ID, By: person(6)}))
		s.must(back(s.vote("a", 1)))
		s.stands(Running, "a")
		s.approves("a", 6) // who has it again too
		s.stands(Running, "g h")
		s.approves("g", 2)
		s.refused(ErrTooLate, back(s.vote("a", 6)))
	})
	t.Run("WhileOthersAreAwaited", func(t *testing.T) {
		s := play(t, f, who)
		s.approves("a", 1)
		s.approves("g", 2)
		s.must(back(s.vote("g", 2)))
		s.stands(Running, "g h")
		s.approves("g", 2)
		s.approves("h", 3)
		s.stands(Running, "k")
		s.refused(ErrTooLate, back(s.vote("g", 2))) // h decided after it
		s.must(back(s.vote("h", 3)))
		s.stands(Running, "h")
		s.approves("h", 3)
		s.approves("k", 5)
		s.stands(Approved, "")
		s.refused(ErrEnded, back(s.vote("k", 5)))
	})
	t.Run("InAStepOfSeveral", func(t *testing.T) {
		for m, open := range map[Mode]TaskStatus{ModeAll: TaskOpen, ModeOrder: TaskWaiting} {
			s := play(t, flow("s>a a>e", mode("a", m)), who)
			s.approves("a", 1)
			s.must(back(s.vote("a", 1)))
			if got := s.taskOf("a", person(6)).Status; got != open {
				t.Errorf("%s: the next is %s", m, got)
			}
			s.approves("a", 1, 6)
			s.stands(Approved, "")
		}
	})
	t.Run("ARejectionStands", func(t *testing.T) {
		s := play(t, f, who)
		s.must(reject(s.vote("a", 1), ToSubmitter))
		s.refused(ErrReturned, back(s.vote("a", 1)))
	})
}

func TestTakeBackAmongOthers(t *testing.T) {
	t.Parallel()
	begin := func(m Mode) *scene {
		return play(t, flow("s>a a>g g>e", mode("a", m), ask("g")), map[string][]int{"a": {1, 6}, "g": {2}})
	}
	may := func(s *scene, i int, want bool) {
		t.Helper()
		if got := CanTakeBack(s.w, s.run, s.vote("a", i)); got != want {
			t.Errorf("%d can take back: %v\n%s", i, got, s)
		}
	}
	s := begin(ModeOrder)
	s.approves("a", 1)
	may(s, 1, true)
	s.approves("a", 6)
	may(s, 6, true) // the next step has not acted
	s = begin(ModeOrder)
	s.approves("a", 1)
	v := s.vote("a", 6)
	s.must(func(w World, r *Run) ([]Effect, error) { return HandOver(w, r, v, person(7), false) })
	may(s, 1, false)

	s = begin(ModeAll)
	v = s.vote("a", 1)
	s.must(func(w World, r *Run) ([]Effect, error) { return Add(w, r, v, []uuid.UUID{person(7)}, After) })
	s.approves("a", 1)
	may(s, 1, true)
	s.approves("a", 7)
	may(s, 1, false)
	may(s, 7, true)

	s = begin(ModeAll)
	v = s.vote("a", 1)
	s.must(func(w World, r *Run) ([]Effect, error) { return Add(w, r, v, []uuid.UUID{person(7)}, Before) })
	s.approves("a", 7)
	may(s, 7, true)
	s.approves("a", 1)
	may(s, 7, false)
	s.approves("a", 6)
	v = s.vote("g", 2)
	s.must(func(w World, r *Run) ([]Effect, error) { return HandOver(w, r, v, person(7), true) })
	may(s, 6, false) // somebody was asked for an opinion already
}

func TestBranches(t *testing.T) {
	t.Parallel()
	who := map[string][]int{"a": {1}, "g": {2}}
	for name, c := range map[string]struct {
		lines map[string]any
		open  string
	}{
		"First":            {map[string]any{"l2": "true", "l3": "true"}, "a"},
		"Second":           {map[string]any{"l2": "false", "l3": "true"}, "g"},
		"Otherwise":        {map[string]any{"l2": "else", "l3": "false"}, "a"},
		"BrokenDoesntHold": {map[string]any{"l2": "broken", "l3": "else"}, "g"},
		"None":             {map[string]any{"l2": "broken", "l3": "false"}, "b"},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, when(flow(forked, ask("a"), ask("g")), c.lines), who)
			s.stands(Running, c.open)
			if name == "None" {
				s.approves("b", 9) // an administrator sends it on, over the last line
				s.stands(Running, "g")
			}
		})
	}
}

func TestRehearse(t *testing.T) {
	t.Parallel()
	f := when(flow("s>b b>a b>f b>h a>e f>g f>k g>j k>j j>c c>e h>e", ask("a"), mode("g", ModeAll), ask("k", func(n *Node) { n.Empty = EmptyPass }), ask("h")),
		map[string]any{"l2": "false", "l3": "true", "l4": "else"})
	people := newTown(10)
	people.rules["g"], people.may[person(3)] = append(people.rules["g"], person(2), person(3), person(0)), false
	s := newScene(t, f, people, person(0))
	got, err := Rehearse(s.w, s.run)
	if err != nil || got.Outcome != Approved || len(s.run.Steps) > 0 {
		t.Fatalf("%v %v", got.Outcome, err)
	}
	var order []string
	at := map[string]Station{}
	for _, st := range got.Stations {
		at[st.Node] = st
		if st.Taken {
			order = append(order, st.Node)
		}
	}
	if !slices.Equal(order, []string{"s", "b", "f", "g", "k", "j", "c", "e"}) {
		t.Errorf("%v", order)
	}
	if b := at["b"]; !slices.Equal(b.Lines, []string{"l3"}) || len(b.Skipped) != 2 || b.Skipped[0].Why.Zh == "" || b.Why.En == "" {
		t.Errorf("%+v", b)
	}
	if g := at["g"]; len(g.Approvers) != 3 || g.Approvers[0].Dropped.Zh != "" || g.Approvers[1].Dropped.Zh == "" || g.Approvers[2].Dropped.Zh == "" {
		t.Errorf("%+v", g)
	}
	if at["k"].Why.Zh == "" || at["a"].Taken || at["a"].Why.Zh == "" {
		t.Errorf("%+v %+v", at["k"], at["a"])
	}
	s.must(Start)
	s.must(reject(s.vote("g", 2), ToSubmitter))
	if got, err = Rehearse(s.w, s.run); err != nil || got.Outcome != Approved || s.run.Status != Returned {
		t.Errorf("a returned one: %v %v", got.Outcome, err)
	}
	s.must(Start)
	s.approves("g", 2)
	if got, err = Rehearse(s.w, s.run); err != nil || got.Outcome != s.run.Status {
		t.Errorf("%v %v", got.Outcome, err)
	}
}
