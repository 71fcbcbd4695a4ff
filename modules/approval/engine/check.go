package engine

import "forecourt/kernel/fault"

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

// Check returns what is wrong with a flow, in the order of its nodes and lines.
func Check(f *Flow, known Known) []Problem { return nil }

// CheckCondition returns what is wrong with a condition that stands alone: the one that chooses among flows.
func CheckCondition(c *Condition, known Known) []Problem { return nil }
