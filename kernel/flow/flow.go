// Package flow is the life of a document as a table that anyone can read. What is not in the table cannot happen.
package flow

import (
	"fmt"
	"slices"
	"strings"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
)

// ErrNotAllowed says that the document's status does not permit the action.
var ErrNotAllowed = fault.New(fault.Conflict, "flow.not_allowed", "当前状态「%s」不能「%s」", "%[2]q is not possible in status %[1]q")

// Move is one row of a table: in status From, Action leads to To.
type Move[S, A ~string] struct {
	From       S
	Action     A
	To         S
	Permission access.Permission
}

// Table is a document's life. Declare it once with New, Status, Action and Row; a wrong table panics at start-up.
type Table[S, A ~string] struct {
	statuses []Status
	actions  []Action
	moves    []Move[S, A]
}

// Tone is the colour of a status: grey draft, blue in progress, amber waits for someone, green done, red refused or late.
type Tone string

// The tones.
const (
	Grey  Tone = "grey"
	Blue  Tone = "blue"
	Amber Tone = "amber"
	Green Tone = "green"
	Red   Tone = "red"
)

// Status is a state with its words and colour.
type Status struct {
	Value string     `json:"value"`
	Label fault.Text `json:"label"`
	Tone  Tone       `json:"tone"`
}

// Action is a step with its words. Hidden actions are taken by other documents, never by a button.
type Action struct {
	Name       string            `json:"name"`
	Label      fault.Text        `json:"label"`
	From       []string          `json:"from"`
	To         string            `json:"to"`
	Danger     bool              `json:"danger"`
	Hidden     bool              `json:"-"`
	Permission access.Permission `json:"permission"`
}

// New begins an empty table.
func New[S, A ~string]() *Table[S, A] { return &Table[S, A]{} }

// Status declares a state. The first one declared is where a document begins.
func (t *Table[S, A]) Status(s S, tone Tone, zh, en string) *Table[S, A] {
	t.statuses = append(t.statuses, Status{string(s), fault.Text{Zh: zh, En: en}, tone})
	return t
}

// Action declares a step that people take.
func (t *Table[S, A]) Action(a A, zh, en string) *Table[S, A] {
	t.actions = append(t.actions, Action{Name: string(a), Label: fault.Text{Zh: zh, En: en}})
	return t
}

// Danger declares a step that cannot be taken back; the web asks before it.
func (t *Table[S, A]) Danger(a A, zh, en string) *Table[S, A] {
	t.Action(a, zh, en)
	t.actions[len(t.actions)-1].Danger = true
	return t
}

// Inner declares a step that only another document's use case takes.
func (t *Table[S, A]) Inner(a A, zh, en string) *Table[S, A] {
	t.Action(a, zh, en)
	t.actions[len(t.actions)-1].Hidden = true
	return t
}

// Row adds a move.
func (t *Table[S, A]) Row(from S, a A, to S, p access.Permission) *Table[S, A] {
	t.moves = append(t.moves, Move[S, A]{from, a, to, p})
	return t
}

// Done checks the table: unknown or doubled names, an action with two permissions, states nobody can reach. It panics with every mistake.
func (t *Table[S, A]) Done() *Table[S, A] {
	if mistakes := t.check(); len(mistakes) > 0 {
		panic("flow:\n  " + strings.Join(mistakes, "\n  "))
	}
	for i := range t.actions {
		a := &t.actions[i]
		for _, m := range t.moves {
			if string(m.Action) == a.Name {
				a.From, a.To, a.Permission = append(a.From, string(m.From)), string(m.To), m.Permission
			}
		}
	}
	return t
}

func (t *Table[S, A]) check() (mistakes []string) {
	seen := map[string]bool{}
	permission := map[A]access.Permission{}
	reached := map[string]bool{}
	if len(t.statuses) > 0 {
		reached[t.statuses[0].Value] = true
	}
	for _, m := range t.moves {
		key := string(m.From) + " " + string(m.Action)
		if seen[key] {
			mistakes = append(mistakes, key+": twice")
		}
		seen[key] = true
		reached[string(m.To)] = true
		for _, s := range []S{m.From, m.To} {
			if t.status(s) == nil {
				mistakes = append(mistakes, string(s)+": no such status")
			}
		}
		if t.action(m.Action) == nil {
			mistakes = append(mistakes, string(m.Action)+": no such action")
		}
		if p, ok := permission[m.Action]; ok && p != m.Permission {
			mistakes = append(mistakes, string(m.Action)+": two permissions")
		}
		permission[m.Action] = m.Permission
	}
	for _, s := range t.statuses {
		if !reached[s.Value] {
			mistakes = append(mistakes, s.Value+": unreachable")
		}
	}
	for _, a := range t.actions {
		if _, used := permission[A(a.Name)]; !used {
			mistakes = append(mistakes, a.Name+": never possible")
		}
	}
	return mistakes
}

func (t *Table[S, A]) status(s S) *Status {
	if i := slices.IndexFunc(t.statuses, func(x Status) bool { return x.Value == string(s) }); i >= 0 {
		return &t.statuses[i]
	}
	return nil
}

func (t *Table[S, A]) action(a A) *Action {
	if i := slices.IndexFunc(t.actions, func(x Action) bool { return x.Name == string(a) }); i >= 0 {
		return &t.actions[i]
	}
	return nil
}

// Next returns the move that action a makes from status s, or ErrNotAllowed with both words.
func (t *Table[S, A]) Next(s S, a A) (Move[S, A], error) {
	for _, m := range t.moves {
		if m.From == s && m.Action == a {
			return m, nil
		}
	}
	status, action := fault.Text{Zh: string(s), En: string(s)}, fault.Text{Zh: string(a), En: string(a)}
	if x := t.status(s); x != nil {
		status = x.Label
	}
	if x := t.action(a); x != nil {
		action = x.Label
	}
	return Move[S, A]{}, ErrNotAllowed.With(status, action)
}

// Permission returns the permission of action a.
func (t *Table[S, A]) Permission(a A) access.Permission {
	if x := t.action(a); x != nil {
		return x.Permission
	}
	return ""
}

// Statuses returns the states in the order of their declaration.
func (t *Table[S, A]) Statuses() []Status { return slices.Clone(t.statuses) }

// Actions returns the steps that people take, in the order of their declaration.
func (t *Table[S, A]) Actions() []Action {
	return slices.DeleteFunc(slices.Clone(t.actions), func(a Action) bool { return a.Hidden })
}

// All returns every step, also those that only other documents take.
func (t *Table[S, A]) All() []Action { return slices.Clone(t.actions) }

// Moves returns the rows.
func (t *Table[S, A]) Moves() []Move[S, A] { return slices.Clone(t.moves) }

// Diagram writes the table as a Mermaid state diagram.
func (t *Table[S, A]) Diagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	if len(t.statuses) > 0 {
		fmt.Fprintf(&b, "  [*] --> %s\n", t.statuses[0].Value)
	}
	for _, m := range t.moves {
		fmt.Fprintf(&b, "  %s --> %s: %s\n", m.From, m.To, m.Action)
	}
	return b.String()
}

// Machine is a table whatever its types: what lists and screens need of it.
type Machine interface {
	Statuses() []Status
	Actions() []Action
	All() []Action
}
