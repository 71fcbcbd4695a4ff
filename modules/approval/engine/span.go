package engine

import (
	"math"
	"slices"
	"strconv"
)

// span is what a group of clicked terms leaves of one fact: numbers between two bounds, or texts that are in a set and not in another.
// It tells conditions that can never hold, and lines that another line always takes first.
type span struct {
	lo, hi float64
	in     []string // nil: any
	out    []string
}

// spans is what a group leaves of every fact it names; exact is false when some of its terms are not told by spans.
type spans struct {
	of    map[string]*span
	exact bool
}

func (g spans) get(name string) *span {
	if g.of[name] == nil {
		g.of[name] = &span{lo: math.Inf(-1), hi: math.Inf(1)}
	}
	return g.of[name]
}

// spansOf reads a group of terms, all of which must hold.
func spansOf(group []Term, known Known) spans {
	g := spans{map[string]*span{}, true}
	for _, t := range group {
		f, part := known.fact(t.Fact)
		if f == nil || part != "" { // two terms over lines may hold in two lines
			g.exact = false
			continue
		}
		switch {
		case t.Than != "":
			g.compare(t, f, t.Fact+" - "+t.Than, 0, step(f.Type))
			if t.Than == t.Fact {
				s := g.get(t.Fact + " - " + t.Than)
				s.lo, s.hi = max(s.lo, 0), min(s.hi, 0)
			}
		case f.Type == FactText || f.Type == FactChoice || f.Type == FactRef || f.Type == FactBool:
			g.choose(t, f)
		case step(f.Type) >= 0:
			values, err := f.read(t)
			switch {
			case err != nil:
				g.exact = false
			case len(values) == 1:
				at := float64(values[0].whole)
				if f.Type == FactNumber {
					at = values[0].number
				}
				g.compare(t, f, t.Fact, at, step(f.Type))
			default:
				g.compare(Term{Op: map[string]string{"empty": "=", "not_empty": "!="}[t.Op]}, f, t.Fact, f.emptyAt(), step(f.Type))
			}
		default:
			g.exact = false
		}
	}
	return g
}

// step is the distance between two neighbouring numbers of a type; 0: there is always one between; -1: no number.
func step(t FactType) float64 {
	switch t {
	case FactInt, FactMoney, FactBasisPoints, FactTime:
		return 1
	case FactDate:
		return 24 * 60 * 60
	case FactNumber:
		return 0
	}
	return -1
}

// emptyAt is where the empty value of a type lies: a day that is not there lies before all others.
func (f *Fact) emptyAt() float64 {
	if f.Type == FactDate || f.Type == FactTime {
		return -62135596800 // year 1, in seconds
	}
	return 0
}

func (g *spans) compare(t Term, f *Fact, name string, at, step float64) {
	s := g.get(name)
	if (f.Type == FactDate || f.Type == FactTime) && t.Op != "=" && t.Op != "!=" {
		s.lo = max(s.lo, f.emptyAt()+1)
		if t.Than != "" {
			s.lo, g.exact = math.Inf(-1), false
		}
	}
	below, above := at-step, at+step
	if step == 0 {
		below, above = math.Nextafter(at, math.Inf(-1)), math.Nextafter(at, math.Inf(1))
	}
	switch t.Op {
	case "=":
		s.lo, s.hi = max(s.lo, at), min(s.hi, at)
	case "<":
		s.hi = min(s.hi, below)
	case "<=":
		s.hi = min(s.hi, at)
	case ">":
		s.lo = max(s.lo, above)
	case ">=":
		s.lo = max(s.lo, at)
	case "!=":
		if s.lo == at && s.hi == at {
			s.lo = math.Inf(1)
		}
		s.out = append(s.out, number(at))
		g.exact = false
	}
}

func (g *spans) choose(t Term, f *Fact) {
	s := g.get(t.Fact)
	values, err := f.read(t)
	if err != nil || t.Op == "contains" {
		g.exact = false
		return
	}
	var texts []string
	for _, v := range values {
		texts = append(texts, v.text)
	}
	if t.Op == "empty" || t.Op == "not_empty" {
		texts = []string{""}
	}
	switch {
	case t.Op == "!=" && f.Type == FactBool:
		s.only([]string{map[string]string{"true": "false", "false": "true"}[texts[0]]})
	case t.Op == "=" || t.Op == "in" || t.Op == "empty":
		s.only(texts)
	default:
		s.out = append(s.out, texts...)
	}
}

func (s *span) only(texts []string) {
	if s.in == nil {
		s.in = slices.Clone(texts)
		return
	}
	s.in = slices.DeleteFunc(s.in, func(t string) bool { return !slices.Contains(texts, t) })
}

// never reports whether nothing is left.
func (s *span) never() bool {
	if s.lo > s.hi || s.lo == s.hi && slices.Contains(s.out, number(s.lo)) {
		return true
	}
	return s.in != nil && !slices.ContainsFunc(s.in, func(t string) bool { return !slices.Contains(s.out, t) })
}

func (g spans) never() string {
	for name, s := range g.of {
		if s.never() {
			return name
		}
	}
	return ""
}

// covers reports whether whatever another group lets through, this one does too.
func (g spans) covers(other spans) bool {
	if !g.exact {
		return false
	}
	for name, s := range g.of {
		o := other.of[name]
		if o == nil || o.lo < s.lo || o.hi > s.hi {
			return false
		}
		if s.in != nil && (o.in == nil || slices.ContainsFunc(o.in, func(t string) bool { return !slices.Contains(s.in, t) && !slices.Contains(o.out, t) })) {
			return false
		}
		for _, t := range s.out {
			if !slices.Contains(o.out, t) && (o.in == nil || slices.Contains(o.in, t)) {
				return false
			}
		}
	}
	return true
}

// always reports whether a condition holds whatever the document: its groups, each over the same single fact, leave no gap.
func always(c *Condition, known Known) bool {
	var name string
	var parts []*span
	for _, group := range c.Any {
		g := spansOf(group, known)
		if len(g.of) != 1 || !g.exact {
			continue
		}
		for n, s := range g.of {
			if name == "" {
				name = n
			}
			if n == name {
				parts = append(parts, s)
			}
		}
	}
	f, _ := known.fact(name)
	if f == nil || len(parts) == 0 {
		return false
	}
	if step(f.Type) < 0 {
		return allTexts(f, parts)
	}
	slices.SortFunc(parts, func(a, b *span) int {
		if a.lo < b.lo {
			return -1
		}
		return 1
	})
	reach := math.Inf(-1)
	for i, s := range parts {
		gap := s.lo > reach+step(f.Type) && s.lo > math.Nextafter(reach, math.Inf(1))
		if i == 0 && !math.IsInf(s.lo, -1) || i > 0 && gap {
			return false
		}
		reach = max(reach, s.hi)
	}
	return math.IsInf(reach, 1)
}

func allTexts(f *Fact, parts []*span) bool {
	texts := []string{""}
	switch f.Type {
	case FactBool:
		texts = []string{"true", "false"}
	case FactChoice:
		for _, o := range f.Options {
			texts = append(texts, o.Value)
		}
	default: // any text: two groups cover it when what one leaves out the other takes
		for _, s := range parts {
			texts = append(append(texts, s.in...), s.out...)
		}
		texts = append(texts, "\x00")
	}
	for _, t := range texts {
		if !slices.ContainsFunc(parts, func(s *span) bool {
			return (s.in == nil || slices.Contains(s.in, t)) && !slices.Contains(s.out, t)
		}) {
			return false
		}
	}
	return true
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
