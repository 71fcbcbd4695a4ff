package engine

import "slices"

// layout is how a flow's lines make parts. Flows are block-structured: what a fork begins, one join ends, so the place of a node among
// the forks around it is the same on every way there.
type layout struct {
	flow   *Flow
	nodes  map[string]*Node
	out    map[string][]*Line
	within map[string][]place // by node, from the outermost fork in
	join   map[string]string  // by fork
	fork   map[string]string  // by join
}

// place is a part of a fork: the one that its line begins.
type place struct{ fork, line string }

// crossing is a line that leaves or enters a parallel part from the side; reason is a code of Check.
type crossing struct {
	line   *Line
	reason string
}

// newLayout reads a flow from its start. On a flow with mistakes the first way to a node counts, and the others are crossings.
func newLayout(f *Flow) (*layout, []crossing) {
	l := &layout{flow: f, nodes: map[string]*Node{}, out: map[string][]*Line{}, within: map[string][]place{}, join: map[string]string{}, fork: map[string]string{}}
	for i := range f.Nodes {
		if l.nodes[f.Nodes[i].ID] == nil {
			l.nodes[f.Nodes[i].ID] = &f.Nodes[i]
		}
	}
	for i := range f.Lines {
		l.out[f.Lines[i].From] = append(l.out[f.Lines[i].From], &f.Lines[i])
	}
	var wrong []crossing
	var visit func(id string, at []place)
	visit = func(id string, at []place) {
		l.within[id] = at
		for _, line := range l.out[id] {
			to := l.nodes[line.To]
			if to == nil {
				continue
			}
			inside := at
			if l.nodes[id].Kind == NodeFork {
				inside = append(slices.Clone(at), place{id, line.ID})
			}
			if to.Kind == NodeJoin {
				if len(inside) == 0 {
					wrong = append(wrong, crossing{line, "join_without_fork"})
				} else {
					last := inside[len(inside)-1].fork
					if have := l.fork[to.ID]; have != "" && have != last || l.join[last] != "" && l.join[last] != to.ID {
						wrong = append(wrong, crossing{line, "crosses_part"})
						continue
					}
					l.fork[to.ID], l.join[last] = last, to.ID
					inside = inside[:len(inside)-1]
				}
			}
			if seen, ok := l.within[to.ID]; ok {
				if !slices.Equal(seen, inside) {
					wrong = append(wrong, crossing{line, "crosses_part"})
				}
				continue
			}
			if to.Kind == NodeEnd && len(inside) > 0 {
				wrong = append(wrong, crossing{line, "end_in_part"})
			}
			visit(to.ID, slices.Clip(inside))
		}
	}
	for i := range f.Nodes {
		if f.Nodes[i].Kind == NodeStart {
			visit(f.Nodes[i].ID, nil)
			break
		}
	}
	return l, wrong
}

// start returns the node where documents come in, or nil.
func (l *layout) start() *Node {
	for i := range l.flow.Nodes {
		if l.flow.Nodes[i].Kind == NodeStart {
			return &l.flow.Nodes[i]
		}
	}
	return nil
}

// inside reports whether a node lies in a part of a fork.
func (l *layout) inside(node, fork string) bool {
	return slices.ContainsFunc(l.within[node], func(p place) bool { return p.fork == fork })
}

// around returns the forks around node, from the outermost in, whose part does not hold other.
func (l *layout) around(node, other string) []place {
	at, its := l.within[node], l.within[other]
	for i, p := range at {
		if i >= len(its) || its[i] != p {
			return at[i:]
		}
	}
	return nil
}

// part returns the line of a fork that begins the part over whose line a document came to the fork's join.
func (l *layout) part(fork, line string) string {
	for i := range l.flow.Lines {
		if ln := &l.flow.Lines[i]; ln.ID == line {
			if ln.From == fork {
				return ln.ID
			}
			for _, p := range l.within[ln.From] {
				if p.fork == fork {
					return p.line
				}
			}
		}
	}
	return ""
}

// others returns for every part of a fork but one a line over which it comes to the join.
func (l *layout) others(p place) []string {
	var lines []string
	have := map[string]bool{p.line: true}
	for i := range l.flow.Lines {
		line := &l.flow.Lines[i]
		if line.To != l.join[p.fork] {
			continue
		}
		if part := l.part(p.fork, line.ID); part != "" && !have[part] {
			have[part] = true
			lines = append(lines, line.ID)
		}
	}
	return lines
}

// before reports whether a way leads from one node to another.
func (l *layout) before(from, to string) bool {
	seen := map[string]bool{}
	var reaches func(id string) bool
	reaches = func(id string) bool {
		for _, line := range l.out[id] {
			if line.To == to {
				return true
			}
			if !seen[line.To] {
				seen[line.To] = true
				if reaches(line.To) {
					return true
				}
			}
		}
		return false
	}
	return reaches(from)
}
