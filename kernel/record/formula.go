package record

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"forecourt/kernel/clock"
)

// formula computes an own field from the other fields of its record, each time the record is written.
type formula struct {
	field   *Field
	program *vm.Program
	reads   []string
}

const (
	formulaLength = 500
	formulaNodes  = 120
)

// What a formula may call and combine. It has no loop, no list and no text pattern, so it ends at once whatever it is given.
var (
	formulaCalls     = []string{"round", "days", "year", "month", "abs", "min", "max", "ceil", "floor", "string"}
	formulaOperators = []string{"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "&&", "or", "||", "!", "not", "?:"}
)

// formulaReader walks a formula: it collects the names and refuses every other form.
type formulaReader struct {
	names   []string
	refused string
}

func (r *formulaReader) Visit(n *ast.Node) {
	no := func(what string) {
		if r.refused == "" {
			r.refused = what
		}
	}
	switch x := (*n).(type) {
	case *ast.IdentifierNode:
		if !slices.Contains(formulaCalls, x.Value) && !slices.Contains(r.names, x.Value) {
			r.names = append(r.names, x.Value)
		}
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode, *ast.ConstantNode, *ast.ConditionalNode:
	case *ast.UnaryNode:
		if !slices.Contains(formulaOperators, x.Operator) {
			no(x.Operator)
		}
	case *ast.BinaryNode:
		if !slices.Contains(formulaOperators, x.Operator) {
			no(x.Operator)
		}
	case *ast.CallNode:
		if id, ok := x.Callee.(*ast.IdentifierNode); !ok || !slices.Contains(formulaCalls, id.Value) {
			no(x.Callee.String())
		}
	case *ast.BuiltinNode:
		if !slices.Contains(formulaCalls, x.Name) {
			no(x.Name)
		}
	default:
		no((*n).String())
	}
}

// readFormula returns the names that a formula reads.
func readFormula(text string) ([]string, error) {
	if len(text) > formulaLength {
		return nil, errors.New("at most " + strconv.Itoa(formulaLength) + " characters")
	}
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, firstLine(err)
	}
	var r formulaReader
	ast.Walk(&tree.Node, &r)
	if r.refused != "" {
		return nil, errors.New(r.refused)
	}
	return r.names, nil
}

// firstLine drops the drawing of the place that follows an error's text.
func firstLine(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(line)
}

// compute makes the formulas of s in the order in which they feed each other, and returns by key what is wrong with one.
func (s *Spec) compute(own []*OwnField) map[string]error {
	faults := map[string]error{}
	texts := map[string]string{}
	reads := map[string][]string{}
	for _, o := range own {
		if o.Formula == "" || o.Retired {
			continue
		}
		names, err := readFormula(o.Formula)
		if err != nil {
			faults[o.Key] = ErrOwnFormula.With(err.Error()).At("formula")
			continue
		}
		texts[o.Key], reads[o.Key] = o.Formula, names
	}
	done := map[string]bool{}
	var visit func(key string, path []string) error
	visit = func(key string, path []string) error {
		if i := slices.Index(path, key); i >= 0 {
			return ErrOwnRing.With(strings.Join(append(path[i:], key), " → ")).At("formula")
		}
		if done[key] || texts[key] == "" {
			return nil
		}
		for _, name := range reads[key] {
			if err := visit(name, append(path, key)); err != nil {
				return err
			}
		}
		done[key] = true
		f, err := s.compile(s.by[key], texts[key], reads[key])
		if err == nil {
			s.formulas = append(s.formulas, f)
		}
		return err
	}
	for _, o := range own {
		if err := visit(o.Key, nil); err != nil {
			faults[o.Key] = err
		}
	}
	return faults
}

// bookkept are fields that a write decides after the formulas ran.
var bookkept = map[string]bool{"version": true, "updatedAt": true, "number": true}

// compile checks names and types. A formula that reads a cost is one: otherwise it would tell what the reader may not see.
func (s *Spec) compile(f *Field, text string, reads []string) (*formula, error) {
	env := map[string]any{}
	for _, other := range s.Fields {
		if zero := blank(other.Type); zero != nil {
			env[other.Name] = zero
		}
	}
	for _, name := range reads {
		other := s.by[name]
		switch {
		case other == nil || env[name] == nil || bookkept[name]:
			return nil, ErrOwnFormula.With(name).At("formula")
		case other.Personal:
			return nil, ErrOwnPersonal.With(name).At("formula")
		case other.Cost:
			f.Cost = true
		}
	}
	options := append([]expr.Option{expr.Env(env), expr.MaxNodes(formulaNodes)}, formulaFunctions...)
	if f.Type == Text {
		options = append(options, expr.AsKind(reflect.String))
	} else {
		options = append(options, expr.AsFloat64())
	}
	program, err := expr.Compile(text, options...)
	if err != nil {
		return nil, ErrOwnFormula.With(firstLine(err).Error()).At("formula")
	}
	return &formula{f, program, reads}, nil
}

// blank is what a formula reads where nothing is entered; nil for a type that it cannot read.
func blank(t Type) any {
	switch t {
	case Text, Choice, Date, Time:
		return ""
	case Int:
		return 0
	case Money, Number:
		return 0.0
	case Bool:
		return false
	}
	return nil
}

var formulaFunctions = []expr.Option{
	expr.Function("round", func(p ...any) (any, error) { return roundTo(nth[float64](p, 0), nth[int](p, 1)), nil }, new(func(float64, int) float64)),
	expr.Function("days", func(p ...any) (any, error) { return daysBetween(nth[string](p, 0), nth[string](p, 1)), nil }, new(func(string, string) int)),
	expr.Function("year", func(p ...any) (any, error) { return partOf(nth[string](p, 0), 0, 4), nil }, new(func(string) int)),
	expr.Function("month", func(p ...any) (any, error) { return partOf(nth[string](p, 0), 5, 7), nil }, new(func(string) int)),
}

// nth is an argument of the type that the compiler checked.
func nth[T any](p []any, i int) T {
	v, _ := p[i].(T)
	return v
}

func roundTo(x float64, places int) float64 {
	by := math.Pow10(min(max(places, 0), 4))
	return math.Round(x*by) / by
}

// daysBetween is 0 when either day is missing.
func daysBetween(from, to string) int {
	a, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return 0
	}
	b, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return 0
	}
	return int(b.Sub(a).Hours() / 24)
}

func partOf(day string, from, to int) int {
	if len(day) < to {
		return 0
	}
	n, err := strconv.Atoi(day[from:to])
	if err != nil {
		return 0
	}
	return n
}

// value runs the formula. What has no finite result, such as a division by zero, is empty.
func (f *formula) value(env map[string]any) any {
	out, err := expr.Run(f.program, env)
	if err != nil {
		return nil
	}
	switch x := out.(type) {
	case string:
		if x == "" {
			return nil
		}
		r := []rune(x)
		return string(r[:min(len(r), f.field.MaxLength)])
	case float64:
		places := f.field.Decimals
		if f.field.Type == Money {
			places = 2
		}
		scaled := math.Round(x * math.Pow10(places))
		if math.IsNaN(x) || math.Abs(x) >= ownNumber {
			return nil
		}
		if f.field.Type == Money {
			return json.Number(strconv.FormatInt(int64(scaled), 10))
		}
		return json.Number(unscale(int64(scaled), places))
	}
	return nil
}

// plain is a declared value as a formula reads it; sums are yuan.
func plain(f *Field, v reflect.Value, zone *time.Location) any {
	switch f.Type {
	case Money:
		return float64(v.Int()) / 100
	case Int:
		return int(v.Int())
	case Bool:
		return v.Bool()
	case Time:
		if t, ok := v.Interface().(time.Time); ok && !t.IsZero() {
			return string(clock.DayOf(t, zone))
		}
		return ""
	case Text, Choice, Date:
		return v.String()
	}
	return nil
}

// plainOwn is the same for an own value.
func plainOwn(f *Field, v any) any {
	switch x := v.(type) {
	case json.Number:
		n, err := x.Float64()
		if err != nil {
			return blank(f.Type)
		}
		if f.Type == Money {
			n /= 100
		}
		return n
	case string:
		return x
	}
	return blank(f.Type)
}

// FormulaReads reports whether a formula reads the field.
func FormulaReads(text, field string) bool {
	names, err := readFormula(text)
	return text != "" && err == nil && slices.Contains(names, field)
}
