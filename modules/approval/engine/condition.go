package engine

import (
	"context"
	"errors"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// What is wrong with a condition.
var (
	ErrNoTerms    = fault.New(fault.Invalid, "approval.no_terms", "条件还没有填", "The condition is still empty")
	ErrExpression = fault.New(fault.Invalid, "approval.expression", "表达式有误：%s", "The expression is wrong: %s")
	ErrTooLong    = fault.New(fault.Invalid, "approval.expression_long", "表达式太长，最多 %d 个字", "The expression is too long; %d characters at most")
	ErrCost       = fault.New(fault.Invalid, "approval.expression_cost", "表达式算不完，请写得简单些", "The expression would take too long; make it simpler")
	ErrFactGone   = fault.New(fault.Invalid, "approval.fact_gone", "单据里没有条件要用的数据：%s", "The document lacks what the condition asks for: %s")
	ErrNotBool    = fault.New(fault.Invalid, "approval.not_bool", "条件的结果要是“成立”或“不成立”", "A condition must come out as true or false")
	ErrNotPeople  = fault.New(fault.Invalid, "approval.not_people", "找人的表达式要得到人员编号的列表", "An expression for approvers must give a list of user ids")
)

const (
	maxExpression = 2000
	maxCost       = 200_000 // steps of an evaluation: some milliseconds
	checkEvery    = 100     // iterations between two looks whether the caller gave up
	maxPrograms   = 2000    // kept for one Program, so that drafts do not fill the memory
)

// Program answers conditions over the facts of one kind of document. It is safe for many readers; keep one for each Known.
type Program struct {
	known Known
	env   *cel.Env

	mu       sync.Mutex
	programs map[string]compiled
}

type compiled struct {
	program cel.Program
	err     error
}

// rows lets the checker see the fields of lines and of the submitter, which come as maps.
type rows struct {
	*types.Registry
	fields map[string]map[string]*types.Type
}

func (r rows) FindStructType(name string) (*types.Type, bool) {
	if _, ok := r.fields[name]; ok {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return r.Registry.FindStructType(name)
}

func (r rows) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if fields, ok := r.fields[name]; ok {
		t, found := fields[field]
		return &types.FieldType{Type: t}, found
	}
	return r.Registry.FindStructFieldType(name, field)
}

var celTypes = map[FactType]*cel.Type{
	FactText: cel.StringType, FactChoice: cel.StringType, FactRef: cel.StringType, FactInt: cel.IntType, FactMoney: cel.IntType,
	FactBasisPoints: cel.IntType, FactNumber: cel.DoubleType, FactDate: cel.TimestampType, FactTime: cel.TimestampType,
	FactBool: cel.BoolType, FactMulti: cel.ListType(cel.StringType),
}

// Compile makes the environment of a kind's facts. Conditions are compiled on their first use, and kept.
func Compile(known Known) (*Program, error) {
	known = known.whole()
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	provider := rows{registry, map[string]map[string]*types.Type{}}
	options := []cel.EnvOption{cel.CustomTypeProvider(provider), cel.CustomTypeAdapter(registry)}
	who := map[string]*types.Type{}
	for _, f := range known.Facts {
		name, ofSubmitter := strings.CutPrefix(f.Name, submitter+".")
		switch {
		case ofSubmitter:
			who[name] = celTypes[f.Type]
		case f.Type == FactLines:
			fields := map[string]*types.Type{}
			for _, field := range f.Fields {
				if t := celTypes[field.Type]; t != nil {
					fields[field.Name] = t
				}
			}
			provider.fields["line."+f.Name] = fields
			options = append(options, cel.Variable(f.Name, cel.ListType(cel.ObjectType("line."+f.Name))))
		case celTypes[f.Type] != nil: // what is of no such type, conditions cannot ask for
			options = append(options, cel.Variable(f.Name, celTypes[f.Type]))
		}
	}
	provider.fields["person"] = who
	options = append(options, cel.Variable(submitter, cel.ObjectType("person")), functions())
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, err
	}
	return &Program{known: known, env: env, programs: map[string]compiled{}}, nil
}

// functions are what an expression may call beside the language's own.
func functions() cel.EnvOption {
	overload := func(name string, t *cel.Type, is func(ref.Val) bool) cel.FunctionOpt {
		return cel.Overload(name, []*cel.Type{t}, cel.BoolType, cel.UnaryBinding(func(v ref.Val) ref.Val { return types.Bool(is(v)) }))
	}
	zero := func(v ref.Val) bool { return v.Value() == zeroOf(v) }
	empty := cel.Function("empty",
		overload("empty_string", cel.StringType, zero), overload("empty_int", cel.IntType, zero), overload("empty_double", cel.DoubleType, zero),
		overload("empty_bool", cel.BoolType, zero),
		overload("empty_timestamp", cel.TimestampType, func(v ref.Val) bool {
			t, ok := v.Value().(time.Time)
			return ok && t.IsZero()
		}),
		overload("empty_list", cel.ListType(cel.TypeParamType("T")), func(v ref.Val) bool {
			sized, ok := v.(interface{ Size() ref.Val })
			return ok && sized.Size() == types.Int(0)
		}))
	day := cel.Function("day", cel.Overload("day_string", []*cel.Type{cel.StringType}, cel.TimestampType, cel.UnaryBinding(func(v ref.Val) ref.Val {
		text, _ := v.Value().(string)
		t, err := time.Parse(dayLayout, text)
		if err != nil {
			return types.NewErr("not a day: %s", text)
		}
		return types.Timestamp{Time: t}
	})))
	return func(e *cel.Env) (*cel.Env, error) {
		e, err := empty(e)
		if err != nil {
			return nil, err
		}
		return day(e)
	}
}

func zeroOf(v ref.Val) any {
	switch v.Type() {
	case types.StringType:
		return ""
	case types.IntType:
		return int64(0)
	case types.DoubleType:
		return float64(0)
	}
	return false
}

// program compiles an expression, or finds it among those that were.
func (p *Program) program(text string, want *cel.Type, wrong *fault.Fault) (cel.Program, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := want.String() + " " + text
	if c, ok := p.programs[key]; ok {
		return c.program, c.err
	}
	if len(p.programs) >= maxPrograms {
		clear(p.programs)
	}
	var c compiled
	var ast *cel.Ast
	if ast, c.err = p.compile(text, want, wrong); c.err == nil {
		c.program, c.err = p.env.Program(ast, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost), cel.InterruptCheckFrequency(checkEvery))
	}
	p.programs[key] = c
	return c.program, c.err
}

func (p *Program) compile(text string, want *cel.Type, wrong *fault.Fault) (*cel.Ast, error) {
	ast, issues := p.env.Compile(text)
	if err := issues.Err(); err != nil {
		return nil, ErrExpression.With(said(issues)).Because(err)
	}
	if !want.IsAssignableType(ast.OutputType()) {
		return nil, wrong
	}
	return ast, nil
}

// About binds a document's facts. values has, by fact: int64 for int, money (fen) and basis points, float64 for numbers, string for text,
// choice and ref, bool, time.Time for days (00:00 UTC) and times, []string for multi, []map[string]any for lines; nil is empty. "submitter" is
// map[string]any with id, name, roles ([]string of codes), company and department. A fact without a value is an error of each condition over it.
func (p *Program) About(ctx context.Context, values map[string]any) *Document {
	facts := map[string]any{}
	who, _ := values[submitter].(map[string]any)
	person := map[string]any{}
	for _, f := range p.known.Facts {
		if name, ok := strings.CutPrefix(f.Name, submitter+"."); ok {
			if v, given := who[name]; given {
				person[name] = f.filled(v)
			}
			continue
		}
		if v, given := values[f.Name]; given {
			facts[f.Name] = f.filled(v)
		}
	}
	facts[submitter] = person
	return &Document{program: p, ctx: ctx, facts: facts}
}

// filled puts the empty value of the type for one that is not there.
func (f Fact) filled(v any) any {
	if lines, ok := v.([]map[string]any); ok {
		all := make([]any, len(lines))
		for i, line := range lines {
			row := map[string]any{}
			for _, field := range f.Fields {
				row[field.Name] = field.filled(line[field.Name])
			}
			all[i] = row
		}
		return all
	}
	if v != nil {
		return v
	}
	switch f.Type {
	case FactInt, FactMoney, FactBasisPoints:
		return int64(0)
	case FactNumber:
		return float64(0)
	case FactDate, FactTime:
		return time.Time{}
	case FactBool:
		return false
	case FactMulti, FactLines:
		return []any{}
	}
	return ""
}

// Document is a document whose facts answer conditions. It implements Facts.
type Document struct {
	program *Program
	ctx     context.Context
	facts   map[string]any
}

// Holds reports whether a condition holds. It returns ErrNoFact, ErrExpression and the like for a condition that does not fit the kind's
// facts, ErrFactGone for a fact without a value, and ErrCost for an expression that takes too long.
func (d *Document) Holds(c *Condition) (bool, error) {
	text, err := c.expression(d.program.known)
	if err != nil {
		return false, err
	}
	v, err := d.eval(text, cel.BoolType, ErrNotBool)
	if err != nil {
		return false, err
	}
	return v == types.True, nil
}

// Users evaluates an expression that finds approvers. What is no id is left out.
func (d *Document) Users(expression string) ([]uuid.UUID, error) {
	v, err := d.eval(expression, cel.ListType(cel.StringType), ErrNotPeople)
	if err != nil {
		return nil, err
	}
	list, err := v.ConvertToNative(reflect.TypeFor[[]string]())
	if err != nil {
		return nil, ErrNotPeople.Because(err)
	}
	texts, _ := list.([]string)
	var users []uuid.UUID
	for _, t := range texts {
		if id, err := uuid.Parse(t); err == nil && id != uuid.Nil {
			users = append(users, id)
		}
	}
	return users, nil
}

func (d *Document) eval(text string, want *cel.Type, wrong *fault.Fault) (ref.Val, error) {
	program, err := d.program.program(text, want, wrong)
	if err != nil {
		return nil, err
	}
	v, _, err := program.ContextEval(d.ctx, d.facts)
	if err == nil {
		return v, nil
	}
	said := err.Error()
	switch {
	case strings.Contains(said, "cost limit") || strings.Contains(said, "interrupted"):
		return nil, ErrCost.Because(err)
	case strings.Contains(said, "no such attribute") || strings.Contains(said, "no such key"):
		_, name, _ := strings.Cut(said, ": ")
		return nil, ErrFactGone.With(name).Because(err)
	}
	return nil, ErrExpression.With(said).Because(err)
}

var (
	undeclared = regexp.MustCompile(`undeclared reference to '([^']*)'`)
	noField    = regexp.MustCompile(`undefined field '([^']*)'`)
	overloaded = regexp.MustCompile(`found no matching overload for '([^']*)' applied to '([^']*)'`)
)

// said puts the first issue of an expression in words.
func said(issues *cel.Issues) fault.Text {
	first := issues.Errors()[0]
	message := first.Message
	at := first.Location.Column() + 1
	if m := undeclared.FindStringSubmatch(message); m != nil {
		return fault.Say("没有“%s”这项数据", "there is no “%s”", m[1])
	}
	if m := noField.FindStringSubmatch(message); m != nil {
		return fault.Say("没有“%s”这个字段", "there is no field “%s”", m[1])
	}
	if m := overloaded.FindStringSubmatch(message); m != nil {
		op := strings.Trim(m[1], "_")
		return fault.Say("“%s”两边的类型不合：%s", "“%s” cannot be used with %s", op, strings.TrimSuffix(strings.TrimPrefix(m[2], "("), ")"))
	}
	if strings.HasPrefix(message, "Syntax error") {
		return fault.Say("第 %d 个字附近写法不对", "it cannot be read near character %d", at)
	}
	return fault.Say("第 %d 个字附近：%s", "near character %d: %s", at, message)
}

// problem says what is wrong with a condition.
func problem(err error) fault.Text {
	var f *fault.Fault
	if errors.As(err, &f) {
		return fault.Text{Zh: f.Message("zh"), En: f.Message("en")}
	}
	return fault.Text{Zh: err.Error(), En: err.Error()}
}
