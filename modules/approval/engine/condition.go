package engine

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// Program answers conditions over the facts of one kind of document. It is safe for many readers; keep one for each Known.
type Program struct{ known Known }

// Compile makes the environment of a kind's facts. Conditions are compiled on their first use, and kept.
func Compile(known Known) (*Program, error) { return &Program{known: known}, nil }

// About binds a document's facts. values has, by fact: int64 for int, money (fen) and basis points, float64 for numbers, string for text,
// choice and ref, bool, time.Time for days (00:00 UTC) and times, []string for multi, []map[string]any for lines; nil is empty. "submitter" is
// map[string]any with id, name, roles ([]string of codes), company and department. A fact without a value is an error of each condition over it.
func (p *Program) About(ctx context.Context, values map[string]any) *Document { return &Document{} }

// Document is a document whose facts answer conditions. It implements Facts.
type Document struct{}

// Holds reports whether a condition holds.
func (d *Document) Holds(c *Condition) (bool, error) { return false, nil }

// Users evaluates an expression that finds approvers.
func (d *Document) Users(expression string) ([]uuid.UUID, error) { return nil, nil }

// Explain says a condition in plain words, with the document's values.
func (d *Document) Explain(c *Condition) fault.Text { return fault.Text{} }

// Describe says a condition in plain words.
func Describe(c *Condition, known Known) fault.Text { return fault.Text{} }

// Completion is one way to go on with an expression.
type Completion struct {
	Insert string     `json:"insert"`
	Label  fault.Text `json:"label"`
	Kind   string     `json:"kind" enum:"fact,field,option,function"`
	From   int        `json:"from" doc:"Where the inserted text begins, in characters; it ends at the cursor"`
}

// Completions returns how an expression may go on at a cursor, counted in characters.
func Completions(known Known, text string, cursor int) []Completion { return nil }

// problem says what is wrong with a condition.
func problem(err error) fault.Text { return fault.Text{Zh: err.Error(), En: err.Error()} }
