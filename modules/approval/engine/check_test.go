package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func by(i int) []Rule { return []Rule{{Rule: RuleUsers, Users: []uuid.UUID{person(i)}}} }

// ask makes an approval that the check has nothing against.
func ask(id string, more ...func(*Node)) Node {
	n := Node{ID: id, Kind: NodeApprove, Approvers: by(1)}
	for _, change := range more {
		change(&n)
	}
	return n
}

func drawn(pairs string, approvals ...Node) *Flow {
	f := flow(pairs, approvals...)
	for i := range f.Nodes {
		if n := &f.Nodes[i]; (n.Kind == NodeApprove || n.Kind == NodeCopy) && !slices.ContainsFunc(approvals, func(a Node) bool { return a.ID == n.ID }) {
			n.Approvers = by(1)
		}
	}
	return f
}

// when puts conditions on the lines of a flow, in their order; else is "else".
func when(f *Flow, conditions map[string]any) *Flow {
	for i := range f.Lines {
		switch c := conditions[f.Lines[i].ID].(type) {
		case *Condition:
			f.Lines[i].When = c
		case string:
			f.Lines[i].Else = c == "else"
			if c != "else" {
				f.Lines[i].When = &Condition{CEL: c}
			}
		}
	}
	return f
}

const forked = "s>b b>a b>g a>e g>e" // two ways: l2 to a, l3 to g

func branched(conditions ...any) *Flow {
	m := map[string]any{}
	for i, c := range conditions {
		m[fmt.Sprintf("l%d", i+2)] = c
	}
	return when(drawn(forked), m)
}

func terms(all ...string) *Condition {
	var group []Term
	for _, t := range all {
		var term Term
		parts := strings.SplitN(t, " ", 3)
		term.Fact, term.Op = parts[0], parts[1]
		if len(parts) > 2 {
			term.Value = json.RawMessage(parts[2])
		}
		group = append(group, term)
	}
	return &Condition{Any: [][]Term{group}}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	set := func(change func(*Node)) *Flow { return drawn("s>a a>e", ask("a", change)) }
	long := &Flow{}
	for i := range maxNodes + 1 {
		long.Nodes = append(long.Nodes, Node{ID: fmt.Sprint(i), Kind: NodeCopy})
	}
	lined := drawn("s>a a>e")
	for i := range maxLines {
		lined.Lines = append(lined.Lines, Line{ID: fmt.Sprint("x", i), From: "s", To: "a"})
	}
	double, doubleLine := drawn("s>a a>e"), drawn("s>a a>e")
	double.Nodes = append(double.Nodes, ask("a"))
	doubleLine.Lines = append(doubleLine.Lines, Line{ID: "l1", From: "a", To: "e"})
	lonely := drawn("s>a a>e")
	lonely.Nodes = append(lonely.Nodes, ask("z"))
	lost := drawn("s>a a>e")
	lost.Lines = append(lost.Lines, Line{ID: "x", From: "a", To: "nowhere"})
	both := func(cel ...string) *Condition {
		c := &Condition{}
		for _, t := range cel {
			c.Any = append(c.Any, terms(t).Any[0])
		}
		return c
	}
	for _, c := range []struct {
		name string
		flow *Flow
		want string // severity, code and place of each problem
	}{
		{"Sound", drawn("s>a a>f f>g f>h g>j h>j j>e"), ""},
		{"SoundBranch", branched(terms(`discount > "3"`), "else"), ""},
		{"SoundBranchInPart", when(drawn("s>f f>b f>h b>g b>j g>j h>j j>e"), map[string]any{"l4": terms("days > 3"), "l5": "else"}), ""},
		{"Empty", &Flow{}, "error no_start nodes, error no_end nodes"},
		{"NoEnd", drawn("s>a"), "error no_end nodes"},
		{"TwoStarts", drawn("s>a s2>a a>e"), "error two_starts s2"},
		{"DoubleNode", double, "error double_id a.id"},
		{"DoubleLine", doubleLine, "error double_id l1.id"},
		{"ReservedID", drawn("s>submitter submitter>e"), "error bad_id submitter.id"},
		{"LineToNowhere", lost, "error unknown_node x.to"},
		{"Unreachable", lonely, "error unreachable z"},
		{"NoWayOut", when(drawn("s>b b>a b>e"), map[string]any{"l2": terms("days > 3"), "l3": "else"}), "error no_way_out a"},
		{"Endless", when(drawn("s>a a>b b>a b>e"), map[string]any{"l3": terms("days > 3"), "l4": "else"}), "error endless l3.to"},
		{"LineToItself", drawn("s>a a>a a>e"), "error endless l2.to"},
		{"ManyLines", drawn("s>a a>g a>e g>e"), "error many_lines a"},
		{"ForkWithoutJoin", drawn("s>f f>g f>h g>e h>e"), "error end_in_part l4.to, error crosses_part l5.to, error fork_without_join f"},
		{"JoinWithoutFork", drawn("s>a a>j j>e"), "error join_without_fork l2.to"},
		{"ForkOfOne", drawn("s>f f>g g>j j>e"), "error fork_of_one f"},
		{"LeavesPart", when(drawn("s>f f>g f>b b>h b>x g>j h>j j>x x>e"), map[string]any{"l4": terms("days > 3"), "l5": "else"}), "error crosses_part l5.to"},
		{"NoCondition", branched(terms("days > 3"), nil), "error no_condition l3.when, warning no_else b"},
		{"TwoElses", branched("else", "else"), "error two_elses l3.else"},
		{"NoElse", branched(terms("days > 3"), terms("days < 2")), "warning no_else b"},
		{"ConditionOutsideBranch", when(drawn("s>a a>e"), map[string]any{"l2": "true"}), "error condition_outside_branch l2.when"},
		{"NoApprovers", set(func(n *Node) { n.Approvers = nil }), "error no_approvers a.approvers"},
		{"NoApproversPasses", set(func(n *Node) { n.Approvers, n.Empty = nil, EmptyPass }), ""},
		{"CopyToNobody", drawn("s>c c>e", Node{ID: "c"}), "error no_approvers c.approvers"},
		{"ShareZero", set(func(n *Node) { n.Mode = ModeShare }), "error share a.share"},
		{"ShareTooMuch", set(func(n *Node) { n.Mode, n.Share = ModeShare, 101 }), "error share a.share"},
		{"UnknownMode", set(func(n *Node) { n.Mode = "some" }), "error unknown_setting a.mode"},
		{"UnknownUser", set(func(n *Node) { n.Approvers = by(5) }), "error unknown_user a.approvers[0].users"},
		{"UnknownRole", set(func(n *Node) { n.Approvers = []Rule{{Rule: RuleRoleGroup, Role: person(8)}} }), "error unknown_role a.approvers[0].role"},
		{"KnownCode", set(func(n *Node) { n.Approvers = []Rule{{Rule: RuleRoleCompany, Code: "manager"}} }), ""},
		{"UnknownCode", set(func(n *Node) { n.Approvers = []Rule{{Rule: RuleRoleCompany, Code: "boss"}} }), "error unknown_role a.approvers[0].role"},
		{"UnknownUnit", set(func(n *Node) { n.Approvers = []Rule{{Rule: RulePosting, Unit: person(8)}} }), "error unknown_unit a.approvers[0].unit"},
		{"UnknownGroup", set(func(n *Node) { n.Approvers = []Rule{{Rule: RuleUserGroup, Group: person(8)}} }), "error unknown_group a.approvers[0].group"},
		{"UnknownField", set(func(n *Node) { n.Approvers = []Rule{{Rule: RuleField, Field: "total"}} }), "error unknown_field a.approvers[0].field"},
		{"UnknownRule", set(func(n *Node) { n.Approvers = []Rule{{Rule: "luck"}} }), "error unknown_rule a.approvers[0].rule"},
		{"NobodyBefore", set(func(n *Node) { n.Approvers = []Rule{{Rule: RulePreviousChoice}} }), "error nobody_before a.approvers[0].rule"},
		{"Expression", set(func(n *Node) { n.Approvers = []Rule{{Rule: RuleExpression, CEL: "[submitter.id]"}} }), ""},
		{"ExpressionOfText", set(func(n *Node) { n.Approvers = []Rule{{Rule: RuleExpression, CEL: "submitter.id"}} }), "error approval.not_people a.approvers[0].cel"},
		{"EmptyPerson", set(func(n *Node) { n.Empty, n.EmptyPerson = EmptyPerson, person(8) }), "error unknown_user a.emptyPerson"},
		{"HidesUnknown", set(func(n *Node) { n.Hide = []string{"x"} }), "error unknown_field a.hide"},
		{"EditsUnknown", set(func(n *Node) { n.Edit = []string{"total"} }), "error unknown_field a.edit"},
		{"DeadlineHours", set(func(n *Node) { n.Deadline = &Deadline{Hours: 0, Then: LateRemind} }), "error deadline_hours a.deadline.hours"},
		{"DeadlineThen", set(func(n *Node) { n.Deadline = &Deadline{Hours: 5} }), "error deadline_then a.deadline.then"},
		{"EscalatesNobody", set(func(n *Node) {
			n.Approvers, n.Empty, n.Deadline = nil, EmptyPass, &Deadline{Hours: 5, Then: LateEscalate}
		}), "error escalates_nobody a.deadline.then"},
		{"ReturnForward", drawn("s>a a>g g>e", ask("a", func(n *Node) { n.Returns = []string{ToEnd, "g"} }), ask("g", func(n *Node) { n.Returns = []string{"a", ToSubmitter} })), "error return_target a.returns"},
		{"TooManyNodes", long, "error too_many_nodes nodes"},
		{"TooManyLines", lined, "error too_many_lines lines"},
		{"UnknownFact", branched(terms("rebate > 3"), "else"), "error approval.no_fact l2.when"},
		{"WrongType", branched(terms(`days > "much"`), "else"), "error approval.term_value l2.when"},
		{"NoOption", branched(terms(`pay = "card"`), "else"), "error approval.no_option l2.when"},
		{"NumbersContradict", branched(terms("days > 5", "days < 3"), "else"), "error condition_never l2.when"},
		{"NothingBetween", branched(terms("days > 5", "days < 6"), "else"), "error condition_never l2.when"},
		{"WeightBetween", branched(terms("weight > 5", "weight < 6"), "else"), ""},
		{"TwoValues", branched(terms(`pay = "cash"`, `pay = "loan"`), "else"), "error condition_never l2.when"},
		{"BothYesAndNo", branched(terms(`credit = true`, `credit != true`), "else"), "error condition_never l2.when"},
		{"DayNeverEmpty", branched(terms(`signed_on > "2026-01-01"`, `signed_on empty`), "else"), "error condition_never l2.when"},
		{"LinesMayDiffer", branched(terms(`lines.price > 5`, `lines.price < 3`), "else"), ""},
		{"OneGroupNever", branched(&Condition{Any: [][]Term{terms("days > 5", "days < 3").Any[0], terms("days = 1").Any[0]}}, "else"), "warning condition_group_never l2.when"},
		{"ExpressionNever", branched("total > 5 && 1 == 2", "else"), "error condition_never l2.when"},
		{"ExpressionUnknownFact", branched("rebate > 5", "else"), "error approval.expression l2.when"},
		{"ExpressionWrongType", branched(`total > "5"`, "else"), "error approval.expression l2.when"},
		{"ExpressionTooLong", branched(strings.Repeat("x", 2001), "else"), "error approval.expression_long l2.when"},
		{"ExpressionNeverEnds", branched(strings.Repeat("lines.all(a, ", 6)+"true"+strings.Repeat(")", 6), "else"), "error approval.expression_cost l2.when"},
		{"AfterAlways", branched("1 == 1", terms("days > 3")), "error never_taken l3.when"},
		{"ElseAfterAlways", branched(both("days > 3", "days <= 3"), "else"), "warning else_never l2.when"},
		{"AllChoices", branched(both(`pay in ["cash","loan"]`, `pay empty`), "else"), "warning else_never l2.when"},
		{"ShadowedByWider", when(drawn("s>b b>a b>g b>h a>e g>e h>e"), map[string]any{"l2": terms("days > 3"), "l3": terms("days > 5", `pay = "cash"`), "l4": "else"}), "error never_taken l3.when"},
		{"NarrowerFirst", when(drawn("s>b b>a b>g b>h a>e g>e h>e"), map[string]any{"l2": terms("days > 5"), "l3": terms("days > 3"), "l4": "else"}), ""},
		{"SameTwice", when(drawn("s>b b>a b>g b>h a>e g>e h>e"), map[string]any{"l2": "total > 5", "l3": "total > 5", "l4": "else"}), "error never_taken l3.when"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range Check(c.flow, known()) {
				place := p.Node + p.Line
				if place != "" && p.Field != "" {
					place += "."
				}
				got = append(got, fmt.Sprint(p.Severity, " ", p.Code, " ", place+p.Field))
				if p.Text.Zh == "" || p.Text.En == "" || strings.Contains(p.Text.Zh+p.Text.En, "%!") {
					t.Errorf("%s has no words: %+v", p.Code, p.Text)
				}
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("%q, want %q", strings.Join(got, ", "), c.want)
			}
		})
	}
}

func TestCheckOfAConditionAlone(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]*Condition{"": terms("days > 3"), "approval.no_fact": terms("rebate > 3"), "condition_never": {CEL: "false"}, "approval.no_terms": {Any: [][]Term{}}} {
		got := CheckCondition(c, known())
		if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || got[0].Code != want || got[0].Field != "when") {
			t.Errorf("%+v, want %q", got, want)
		}
	}
}

func TestSubmitterIsAlwaysKnown(t *testing.T) {
	t.Parallel()
	k := Known{Facts: []Fact{{Name: "raw", Type: "json"}}, Codes: map[string]string{"manager": "经理"}}
	c := terms(`submitter.roles contains "manager"`, `submitter.department not_empty`)
	if got := CheckCondition(c, k); len(got) > 0 {
		t.Errorf("%+v", got)
	}
	if got := Describe(c, k).Zh; got != "提交人角色包含经理，并且提交人部门不为空" {
		t.Error(got)
	}
	if got := CheckCondition(terms(`submitter.roles contains "boss"`), k); len(got) != 1 || got[0].Code != "approval.no_option" {
		t.Errorf("%+v", got)
	}
	if got := CheckCondition(&Condition{CEL: "raw == 1"}, k); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wide, narrow string
		want         bool
	}{
		{"days > 3", "days > 5", true}, {"days > 5", "days > 3", false}, {"days > 3", "total > 5", false}, {`pay in ["cash","loan"]`, `pay = "cash"`, true},
		{`pay = "cash"`, `pay in ["cash","loan"]`, false}, {`pay != "cash"`, `pay = "loan"`, true}, {`pay != "cash"`, `pay != "loan"`, false},
		{`pay not_empty`, `pay = "loan"`, true}, {`note contains "a"`, `note = "a"`, false}, {`days != 3`, `days = 4`, false},
	} {
		got := spansOf(terms(c.wide).Any[0], known()).covers(spansOf(terms(c.narrow).Any[0], known()))
		if got != c.want {
			t.Errorf("%s covers %s: %v", c.wide, c.narrow, got)
		}
	}
}

func TestAlwaysHolds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		terms []string
		want  bool
	}{
		{[]string{"days > 3", "days <= 3"}, true}, {[]string{"days > 3", "days < 3"}, false}, {[]string{"days > 3"}, false}, {[]string{"weight > 3", "weight <= 3"}, true},
		{[]string{"credit = true", "credit = false"}, true}, {[]string{`pay = "cash"`, `pay != "cash"`}, true}, {[]string{`note = "a"`, `note != "a"`}, true},
		{[]string{`note = "a"`, `note = "b"`}, false}, {[]string{`signed_on > "2026-01-01"`, `signed_on <= "2026-01-01"`}, false}, {[]string{"days > 3", "total <= \"3\""}, false},
	} {
		all := &Condition{}
		for _, t := range c.terms {
			all.Any = append(all.Any, terms(t).Any[0])
		}
		if got := always(all, known()); got != c.want {
			t.Errorf("%v: %v", c.terms, got)
		}
	}
}

func TestMentions(t *testing.T) {
	t.Parallel()
	f := branched(terms(`customer_id in ["c1","c2"]`), "else")
	f.Nodes[2].Approvers = append(by(1), Rule{Rule: RuleRoleUnit, Code: "manager", Unit: person(3)}, Rule{Rule: RuleUserGroup, Group: person(4)})
	f.Nodes[2].EmptyPerson = person(6)
	got := f.Mentions(known())
	if fmt.Sprint(got) != fmt.Sprint(Mentioned{Users: []uuid.UUID{person(1), person(6)}, Roles: nil, Units: []uuid.UUID{person(3)}, Groups: []uuid.UUID{person(4)},
		Codes: []string{"manager"}, Refs: []string{"c1", "c2"}}) {
		t.Errorf("%+v", got)
	}
}

func TestCheckOfDrawnFlows(t *testing.T) {
	t.Parallel()
	sound := checkedWalks(t)
	if sound == 0 {
		t.Error("no flow was checked")
	}
}
