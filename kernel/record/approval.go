package record

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/flow"
)

// Approval is an action that others may have to agree to before it takes effect. Who agrees is decided outside the kernel; the facts are
// the record's fields, its lines, and those that are declared here.
type Approval struct {
	Action     string
	Permission access.Permission // who may be asked to decide
	Facts      []*Field          // beside the record's own
	Edit       []string          // fields that somebody who decides may be allowed to change
}

// Outcome is how an approval ended, or why it is back with the submitter.
type Outcome string

// The outcomes. Returned leaves the approval alive: submitted again, it goes on.
const (
	OutcomeAgreed    Outcome = "agreed"
	OutcomeRefused   Outcome = "refused"
	OutcomeReturned  Outcome = "returned"
	OutcomeWithdrawn Outcome = "withdrawn"
)

// Decision tells a document how its approval ended. It comes in the transaction of the deciding vote.
type Decision struct {
	Action  string
	Outcome Outcome
	Reason  string
	Input   json.RawMessage // what the action was asked with
}

// Approvable puts an action of the state table under approval where a group wants it. p is the permission of those who decide; facts are
// what only the document's own code knows.
func (k *Kind[T]) Approvable(action string, p access.Permission, facts ...*Field) *Approval {
	k.approvals = append(k.approvals, &Approval{Action: action, Permission: p, Facts: facts})
	if k.machine == nil || !slices.ContainsFunc(k.machine.All(), func(a flow.Action) bool { return a.Name == action }) {
		k.mistakes = append(k.mistakes, action+": approved, but not in the state table")
	}
	return k.approvals[len(k.approvals)-1]
}

// Changes names the fields that a step may be allowed to change.
func (a *Approval) Changes(fields ...string) *Approval { a.Edit = fields; return a }

// Approval returns the declaration of an action that can be put under approval, or nil.
func (s *Spec) Approval(action string) *Approval {
	if i := slices.IndexFunc(s.approvals, func(a *Approval) bool { return a.Action == action }); i >= 0 {
		return s.approvals[i]
	}
	return nil
}

type choicesKey struct{}

// Choices are the approvers whom somebody names on taking an action that others must agree to, by the step of its flow. They stand in the
// body of the action as "choices".
func Choices(ctx context.Context) map[string][]uuid.UUID {
	c, _ := ctx.Value(choicesKey{}).(map[string][]uuid.UUID)
	return c
}

// takeChoices takes them out of a body, which is of the action's own schema without them. What is no list of ids by step stays, for the
// schema to refuse.
func takeChoices(ctx context.Context, body []byte) (context.Context, []byte) {
	var all map[string]json.RawMessage
	var named map[string][]uuid.UUID
	if json.Unmarshal(body, &all) != nil || json.Unmarshal(all["choices"], &named) != nil {
		return ctx, body
	}
	delete(all, "choices")
	rest, err := json.Marshal(all)
	if err != nil {
		return ctx, body
	}
	return context.WithValue(ctx, choicesKey{}, named), rest
}
