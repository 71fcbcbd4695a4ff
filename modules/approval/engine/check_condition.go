package engine

import (
	"errors"
	"slices"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/checker"

	"forecourt/kernel/fault"
)

// judged is what is known about a line's condition before any document comes.
type judged struct {
	text   string
	groups []spans
	never  bool
	always bool
}

// CheckCondition returns what is wrong with a condition that stands alone: the one that chooses among flows.
func CheckCondition(c *Condition, known Known) []Problem {
	k := newChecker(&Flow{}, known)
	k.condition(c, Problem{Field: "when"})
	return k.problems
}

// condition checks one condition; at tells where it stands.
func (k *check) condition(c *Condition, at Problem) judged {
	fails := len(k.problems)
	if c == nil {
		return judged{}
	}
	if c.CEL != "" {
		return k.written(c, at)
	}
	var j judged
	dead := 0
	for _, group := range c.Any {
		for _, t := range group {
			k.term(t, at)
		}
		g := spansOf(group, k.known)
		if name := g.never(); name != "" && len(k.problems) == fails {
			dead++
			label := fault.Text{Zh: name, En: name}
			if f, _ := k.known.fact(name); f != nil {
				label = f.Label
			}
			severity, code := SeverityWarning, "condition_group_never"
			if len(c.Any) == 1 {
				severity, code = SeverityError, "condition_never"
			}
			k.add(at, severity, code, fault.Say("条件互相矛盾，永远不会成立：%s", "these terms contradict each other and never hold: %s", label))
		}
		j.groups = append(j.groups, g)
	}
	if dead > 1 && dead == len(c.Any) {
		k.add(at, SeverityError, "condition_never", fault.Say("条件永远不会成立", "the condition never holds"))
	}
	if len(k.problems) > fails {
		j.never = dead == len(c.Any)
		return j
	}
	text, err := c.expression(k.known)
	if err != nil {
		k.fault(at, err)
		return j
	}
	j.text, j.always = text, always(c, k.known)
	if k.program != nil {
		if _, err := k.program.compile(text, cel.BoolType, ErrNotBool); err != nil {
			k.fault(at, err)
		}
	}
	return j
}

// term finds what is wrong with one clicked term, beside what its expression would tell.
func (k *check) term(t Term, at Problem) {
	if _, err := t.expression(k.known); err != nil {
		k.fault(at, err)
		return
	}
	f, _ := k.known.fact(t.Fact)
	if f.Type != FactChoice && f.Type != FactMulti || len(f.Options) == 0 || t.Than != "" {
		return
	}
	values, _ := f.read(t)
	for _, v := range values {
		if !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == v.text }) {
			k.fault(at, ErrOption.With(f.Label, v.text))
		}
	}
}

// written checks an expression: that it can be read, comes out as true or false, ends in time, and is not the same for every document.
func (k *check) written(c *Condition, at Problem) judged {
	j := judged{text: c.CEL}
	if k.program == nil || !k.short(c.CEL, at) {
		return j
	}
	ast, err := k.program.compile(c.CEL, cel.BoolType, ErrNotBool)
	if err == nil {
		err = k.program.cost(ast)
	}
	if err != nil {
		k.fault(at, err)
		return j
	}
	switch folded, known := k.program.fold(ast); {
	case known && !folded:
		j.never = true
		k.add(at, SeverityError, "condition_never", fault.Say("表达式永远不会成立", "the expression never holds"))
	case known:
		j.always = true
	}
	return j
}

func (k *check) short(expression string, at Problem) bool {
	if utf8.RuneCountInString(expression) <= maxExpression {
		return true
	}
	k.fault(at, ErrTooLong.With(maxExpression))
	return false
}

// people checks an expression that finds approvers.
func (k *check) people(expression string, at Problem) {
	if k.program == nil || !k.short(expression, at) {
		return
	}
	ast, err := k.program.compile(expression, cel.ListType(cel.StringType), ErrNotPeople)
	if err == nil {
		err = k.program.cost(ast)
	}
	if err != nil {
		k.fault(at, err)
	}
}

// fault notes a refusal as a problem.
func (k *check) fault(at Problem, err error) {
	code := "condition"
	var f *fault.Fault
	if errors.As(err, &f) {
		code = f.Code
	}
	k.add(at, SeverityError, code, problem(err))
}

// How long lists and texts of a document are taken to be at most when the cost of an expression is estimated.
const (
	longestList = 200
	longestText = 500
)

type sizes struct{}

func (sizes) EstimateSize(n checker.AstNode) *checker.SizeEstimate {
	if n.Type().Kind() == cel.StringKind {
		return &checker.SizeEstimate{Max: longestText}
	}
	return &checker.SizeEstimate{Max: longestList}
}

func (sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

// cost refuses an expression that could take too long on a large document.
func (p *Program) cost(ast *cel.Ast) error {
	estimate, err := p.env.EstimateCost(ast, sizes{})
	if err != nil {
		return ErrExpression.With(err.Error())
	}
	if estimate.Max > maxCost {
		return ErrCost
	}
	return nil
}

// fold reports whether an expression is the same for every document, and what it is.
func (p *Program) fold(ast *cel.Ast) (value, known bool) {
	folding, err := cel.NewConstantFoldingOptimizer()
	if err != nil {
		return false, false
	}
	optimizer, err := cel.NewStaticOptimizer(folding)
	if err != nil {
		return false, false
	}
	folded, issues := optimizer.Optimize(p.env, ast)
	if issues.Err() != nil {
		return false, false
	}
	text, err := cel.AstToString(folded)
	if err != nil {
		return false, false
	}
	return text == "true", text == "true" || text == "false"
}
