package engine

import (
	"slices"

	"forecourt/kernel/fault"
)

// Severity tells whether a problem keeps a flow from being published.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Problem is something wrong with a flow, at a node or a line, in a field of it as the JSON names it.
type Problem struct {
	Severity Severity   `json:"severity" enum:"error,warning"`
	Node     string     `json:"node,omitempty"`
	Line     string     `json:"line,omitempty"`
	Field    string     `json:"field,omitempty"`
	Code     string     `json:"code"`
	Text     fault.Text `json:"text"`
}

const (
	maxNodes    = 200
	maxLines    = 400
	maxProblems = 200
	maxID       = 40
)

// check collects the problems of one flow.
type check struct {
	flow     *Flow
	known    Known
	program  *Program // nil: the facts themselves are wrong
	layout   *layout
	in       map[string][]*Line
	problems []Problem
}

func newChecker(f *Flow, known Known) *check {
	known = known.whole()
	k := &check{flow: f, known: known, in: map[string][]*Line{}, problems: []Problem{}}
	program, err := Compile(known)
	if err != nil {
		k.fault(Problem{}, ErrExpression.With(err.Error()))
		return k
	}
	k.program = program
	return k
}

func (k *check) add(at Problem, severity Severity, code string, text fault.Text) {
	if len(k.problems) < maxProblems {
		at.Severity, at.Code, at.Text = severity, code, text
		k.problems = append(k.problems, at)
	}
}

func (k *check) wrong(at Problem, code, zh, en string, args ...any) {
	k.add(at, SeverityError, code, fault.Say(zh, en, args...))
}

func (k *check) warn(at Problem, code, zh, en string, args ...any) {
	k.add(at, SeverityWarning, code, fault.Say(zh, en, args...))
}

func on(n *Node, field string) Problem { return Problem{Node: n.ID, Field: field} }

func over(l *Line, field string) Problem { return Problem{Line: l.ID, Field: field} }

// HasErrors reports whether problems keep a flow from being published.
func HasErrors(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity == SeverityError })
}

// Check returns what is wrong with a flow: first with its drawing, then with each of its nodes and lines.
func Check(f *Flow, known Known) []Problem {
	k := newChecker(f, known)
	if len(f.Nodes) > maxNodes {
		k.wrong(Problem{Field: "nodes"}, "too_many_nodes", "步骤太多，最多 %d 个", "There are too many nodes; %d at most", maxNodes)
	}
	if len(f.Lines) > maxLines {
		k.wrong(Problem{Field: "lines"}, "too_many_lines", "连线太多，最多 %d 条", "There are too many lines; %d at most", maxLines)
	}
	if len(k.problems) > 0 {
		return k.problems
	}
	if !k.names() {
		return k.problems
	}
	var crossings []crossing
	k.layout, crossings = newLayout(f)
	for i := range f.Lines {
		k.in[f.Lines[i].To] = append(k.in[f.Lines[i].To], &f.Lines[i])
	}
	if k.drawing(); !HasErrors(k.problems) {
		k.parts(crossings)
	}
	for i := range f.Nodes {
		k.node(&f.Nodes[i])
	}
	if !slices.Contains([]WithdrawUntil{"", WithdrawBeforeFirst, WithdrawAlways}, f.Withdraw) {
		k.wrong(Problem{Field: "withdraw"}, "unknown_withdraw", "撤回规则不认识", "Until when it can be withdrawn is not known")
	}
	return k.problems
}

// names checks the ids of nodes and lines, without which nothing else can be told apart.
func (k *check) names() bool {
	nodes, lines := map[string]bool{}, map[string]bool{}
	for i := range k.flow.Nodes {
		n := &k.flow.Nodes[i]
		switch {
		case n.ID == "" || len(n.ID) > maxID || n.ID == ToEnd && n.Kind != NodeEnd || n.ID == ToSubmitter:
			k.wrong(on(n, "id"), "bad_id", "步骤“%s”的编号不能用", "The id of the node “%s” cannot be used", n.called())
		case nodes[n.ID]:
			k.wrong(on(n, "id"), "double_id", "有两个步骤的编号都是 %s", "Two nodes have the id %s", n.ID)
		case !slices.Contains([]NodeKind{NodeStart, NodeApprove, NodeCopy, NodeBranch, NodeFork, NodeJoin, NodeEnd}, n.Kind):
			k.wrong(on(n, "kind"), "unknown_kind", "步骤“%s”的类型不认识", "The kind of the node “%s” is not known", n.called())
		}
		nodes[n.ID] = true
	}
	for i := range k.flow.Lines {
		l := &k.flow.Lines[i]
		switch {
		case l.ID == "" || len(l.ID) > maxID:
			k.wrong(over(l, "id"), "bad_id", "有一条连线的编号不能用", "The id of a line cannot be used")
		case lines[l.ID]:
			k.wrong(over(l, "id"), "double_id", "有两条连线的编号都是 %s", "Two lines have the id %s", l.ID)
		}
		lines[l.ID] = true
		if !nodes[l.From] {
			k.wrong(over(l, "from"), "unknown_node", "有一条连线的起点不存在", "A line begins nowhere")
		}
		if !nodes[l.To] {
			k.wrong(over(l, "to"), "unknown_node", "有一条连线的终点不存在", "A line leads nowhere")
		}
	}
	return len(k.problems) == 0
}

// drawing checks that every document comes from the start to an end.
func (k *check) drawing() {
	starts, ends := 0, 0
	for i := range k.flow.Nodes {
		switch k.flow.Nodes[i].Kind {
		case NodeStart:
			if starts++; starts > 1 {
				k.wrong(on(&k.flow.Nodes[i], ""), "two_starts", "流程只能有一个开始", "A flow has one start only")
			}
		case NodeEnd:
			ends++
		}
	}
	if starts == 0 {
		k.wrong(Problem{Field: "nodes"}, "no_start", "流程没有开始", "The flow has no start")
	}
	if ends == 0 {
		k.wrong(Problem{Field: "nodes"}, "no_end", "流程没有结束", "The flow has no end")
	}
	if len(k.problems) > 0 {
		return
	}
	if k.circles() {
		return
	}
	reached, leads := map[string]bool{}, map[string]bool{}
	var forward, backward func(id string)
	forward = func(id string) {
		if !reached[id] {
			reached[id] = true
			for _, l := range k.layout.out[id] {
				forward(l.To)
			}
		}
	}
	backward = func(id string) {
		if !leads[id] {
			leads[id] = true
			for _, l := range k.in[id] {
				backward(l.From)
			}
		}
	}
	forward(k.layout.start().ID)
	for i := range k.flow.Nodes {
		if k.flow.Nodes[i].Kind == NodeEnd {
			backward(k.flow.Nodes[i].ID)
		}
	}
	for i := range k.flow.Nodes {
		n := &k.flow.Nodes[i]
		switch {
		case !reached[n.ID]:
			k.wrong(on(n, ""), "unreachable", "单据永远走不到“%s”，请把它连上或删掉", "No document ever comes to “%s”; connect it or delete it", n.called())
		case !leads[n.ID]:
			k.wrong(on(n, ""), "no_way_out", "单据到了“%s”就走不下去，请连到下一步", "From “%s” the document goes nowhere; connect it to a next step", n.called())
		}
		k.exits(n)
	}
}

// circles looks for lines that lead a document round and round.
func (k *check) circles() bool {
	found := false
	state := map[string]int{} // 1: on the way, 2: done
	var visit func(id string)
	visit = func(id string) {
		state[id] = 1
		for _, l := range k.layout.out[id] {
			switch state[l.To] {
			case 0:
				visit(l.To)
			case 1:
				found = true
				k.wrong(over(l, "to"), "endless", "这条连线让单据一直兜圈子；要退回请在“%s”里设置退回", "This line leads round in a circle; to send a document back, say so in “%s”",
					k.layout.nodes[id].called())
			}
		}
		state[id] = 2
	}
	for i := range k.flow.Nodes {
		if state[k.flow.Nodes[i].ID] == 0 {
			visit(k.flow.Nodes[i].ID)
		}
	}
	return found
}

// exits checks how many lines come to a node and leave it.
func (k *check) exits(n *Node) {
	out := k.layout.out[n.ID]
	switch n.Kind {
	case NodeStart:
		if len(k.in[n.ID]) > 0 {
			k.wrong(on(n, ""), "line_to_start", "不能连回“开始”", "No line may lead to the start")
		}
	case NodeEnd:
		if len(out) > 0 {
			k.wrong(on(n, ""), "line_from_end", "“结束”后面不能再有步骤", "Nothing may follow the end")
		}
		return
	case NodeFork:
		if len(out) < 2 {
			k.wrong(on(n, ""), "fork_of_one", "并行“%s”至少要有两路", "The parallel part “%s” needs two ways at least", n.called())
		}
		return
	case NodeBranch:
		if len(out) == 1 {
			k.warn(on(n, ""), "branch_of_one", "分支“%s”只有一条路", "The branch “%s” has one way only", n.called())
		}
		return
	}
	if len(out) > 1 {
		k.wrong(on(n, ""), "many_lines", "“%s”后面只能连一步；要分开走请加分支或并行", "Only one step may follow “%s”; add a branch or a parallel part to part ways", n.called())
	}
}

// parts checks that what a fork begins, its join ends.
func (k *check) parts(crossings []crossing) {
	for _, c := range crossings {
		switch c.reason {
		case "join_without_fork":
			k.wrong(over(c.line, "to"), c.reason, "汇合“%s”没有对应的并行", "“%s” joins what nothing parted", k.layout.nodes[c.line.To].called())
		case "end_in_part":
			k.wrong(over(c.line, "to"), c.reason, "并行里的一路不能直接结束，要先汇合", "A parallel way cannot end by itself; join the ways first")
		default:
			k.wrong(over(c.line, "to"), c.reason, "这条连线从并行的一路跳到了别处；各路要先汇合", "This line jumps out of a parallel way or into it; the ways must join first")
		}
	}
	for i := range k.flow.Nodes {
		n := &k.flow.Nodes[i]
		if n.Kind == NodeFork && k.layout.join[n.ID] == "" {
			k.wrong(on(n, ""), "fork_without_join", "并行“%s”没有汇合", "The ways of “%s” never join", n.called())
		}
	}
}

// branch checks the lines that leave a branch, in their order.
func (k *check) branch(n *Node) {
	var before []judged
	elses := 0
	var sure *Line
	for _, l := range k.layout.out[n.ID] {
		at := over(l, "when")
		switch {
		case l.Else:
			if elses++; elses > 1 {
				k.wrong(over(l, "else"), "two_elses", "分支“%s”只能有一条“其他情况”", "The branch “%s” has one “otherwise” only", n.called())
			}
			if l.When != nil {
				k.wrong(at, "else_with_condition", "“其他情况”不能再有条件", "“Otherwise” has no condition")
			}
			continue
		case l.When == nil:
			k.wrong(at, "no_condition", "分支“%s”的这条路没有条件，也不是“其他情况”", "This way of the branch “%s” has no condition and is not “otherwise”", n.called())
			continue
		}
		j := k.condition(l.When, at)
		switch {
		case sure != nil:
			k.wrong(at, "never_taken", "前面一条路总是成立，这条路永远不会走", "The way before always holds, so this one is never taken")
		case slices.ContainsFunc(before, func(b judged) bool { return b.takes(j) }):
			k.wrong(at, "never_taken", "符合这个条件的单据已被前面的路带走，这条路永远不会走；请调整顺序", "Every document that fits has gone an earlier way, so this one is never taken; change the order")
		}
		before = append(before, j)
		if j.always && sure == nil {
			sure = l
		}
	}
	switch {
	case elses == 0 && sure == nil:
		k.warn(on(n, ""), "no_else", "分支“%s”没有“其他情况”；都不符合时会交给管理员处理", "The branch “%s” has no “otherwise”; what fits none goes to the administrators", n.called())
	case elses > 0 && sure != nil:
		k.warn(over(sure, "when"), "else_never", "这条路总是成立，“其他情况”永远不会走", "This way always holds, so “otherwise” is never taken")
	}
}

// takes reports whether every document that another condition lets through is let through by this one already.
func (j judged) takes(other judged) bool {
	if j.text != "" && j.text == other.text {
		return true
	}
	if len(other.groups) == 0 || other.never {
		return false
	}
	return !slices.ContainsFunc(other.groups, func(o spans) bool {
		return !slices.ContainsFunc(j.groups, func(g spans) bool { return len(g.of) > 0 && g.covers(o) })
	})
}
