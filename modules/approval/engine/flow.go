// Package engine decides how an approval goes on. It is pure: it knows a flow, a run with its steps and tasks, and the people who were
// asked for; it reads no database, no clock and no document. What must happen outside comes back as effects.
package engine

import (
	"encoding/json"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// NodeKind tells what a node of a flow does.
type NodeKind string

// The kinds of nodes. Branch takes the first of its lines whose condition holds; Fork takes all of them at once, and its Join waits for all.
const (
	NodeStart   NodeKind = "start"
	NodeApprove NodeKind = "approve"
	NodeCopy    NodeKind = "copy"
	NodeBranch  NodeKind = "branch"
	NodeFork    NodeKind = "fork"
	NodeJoin    NodeKind = "join"
	NodeEnd     NodeKind = "end"
)

// Flow is one version of who must agree to a document: nodes and the lines between them.
type Flow struct {
	Nodes    []Node        `json:"nodes"`
	Lines    []Line        `json:"lines"`
	Withdraw WithdrawUntil `json:"withdraw" enum:"before_first,always" doc:"Until when the submitter can withdraw"`
	Bulk     bool          `json:"bulk" doc:"Whether it can be decided together with others"`
}

// WithdrawUntil tells until when a submitter can withdraw.
type WithdrawUntil string

// The times.
const (
	WithdrawBeforeFirst WithdrawUntil = "before_first"
	WithdrawAlways      WithdrawUntil = "always"
)

// Line leads from one node to another. Of the lines that leave a branch, in their order, the first with a condition that holds is taken;
// the one marked Else is taken when none holds. Elsewhere lines have no condition.
type Line struct {
	ID   string     `json:"id" maxLength:"40"`
	From string     `json:"from" maxLength:"40"`
	To   string     `json:"to" maxLength:"40"`
	Name fault.Text `json:"name,omitzero"`
	When *Condition `json:"when,omitempty"`
	Else bool       `json:"else,omitempty"`
}

// Condition is clicked together, as terms of which all of one group must hold, or written as an expression. One of the two is given.
type Condition struct {
	Any [][]Term `json:"any,omitempty" doc:"Holds when all terms of one group hold"`
	CEL string   `json:"cel,omitempty" maxLength:"2000" doc:"Or an expression over the facts"`
}

// Term compares one fact. Money is written in yuan ("1200.00"), a rate as a percentage ("3.5"), a day as 2026-11-25, a reference as its id.
type Term struct {
	Fact  string          `json:"fact" maxLength:"80"`
	Op    string          `json:"op" enum:"=,!=,<,<=,>,>=,in,not_in,contains,empty,not_empty"`
	Value json.RawMessage `json:"value,omitempty"`
	Than  string          `json:"than,omitempty" maxLength:"80" doc:"Another fact of the same type, instead of a value"`
}

// Node is one place of a flow. The fields after Name are for approvals; a copy has approvers (who get the copy) alone.
type Node struct {
	ID   string     `json:"id" maxLength:"40"`
	Kind NodeKind   `json:"kind" enum:"start,approve,copy,branch,fork,join,end"`
	Name fault.Text `json:"name,omitzero"`
	X    int        `json:"x" doc:"Where the drawing shows it"`
	Y    int        `json:"y"`

	Approvers   []Rule    `json:"approvers,omitempty"`
	Mode        Mode      `json:"mode,omitempty" enum:"any,all,order,share,"`
	Share       int       `json:"share,omitempty" minimum:"0" maximum:"100" doc:"Of mode share: percent of the approvers who must agree"`
	Empty       Empty     `json:"empty,omitempty" enum:"pass,reject,person,administrator,"`
	EmptyPerson uuid.UUID `json:"emptyPerson,omitzero" format:"uuid"`
	Self        Self      `json:"self,omitempty" enum:"self,skip,head,"`
	Again       Again     `json:"again,omitempty" enum:"each,first,adjacent,"`
	Deadline    *Deadline `json:"deadline,omitempty"`
	Returns     []string  `json:"returns,omitempty" doc:"Where a rejection may lead: end, submitter, or ids of earlier approvals. Empty: end and submitter"`
	Resume      Resume    `json:"resume,omitempty" enum:"replay,direct,"`
	Comment     Comment   `json:"comment,omitempty" enum:"optional,on_reject,always,"`
	Signature   bool      `json:"signature,omitempty"`
	Hide        []string  `json:"hide,omitempty" doc:"Fields that this step does not see"`
	Edit        []string  `json:"edit,omitempty" doc:"Fields that this step may change"`
	NoAdd       bool      `json:"noAdd,omitempty" doc:"Approvers cannot add others"`
	NoHandOver  bool      `json:"noHandOver,omitempty" doc:"Approvers cannot hand over"`
}

// Mode tells how many approvers must agree.
type Mode string

// The modes: any one (或签), all (会签), one after the other (依次), a share of them.
const (
	ModeAny   Mode = "any"
	ModeAll   Mode = "all"
	ModeOrder Mode = "order"
	ModeShare Mode = "share"
)

// Empty tells what happens when a step has nobody.
type Empty string

// What happens then. Administrator asks the group's administrators to name somebody.
const (
	EmptyPass          Empty = "pass"
	EmptyReject        Empty = "reject"
	EmptyPerson        Empty = "person"
	EmptyAdministrator Empty = "administrator"
)

// Self tells what happens when the submitter is an approver of a step.
type Self string

// What happens then: they decide themselves, they are skipped, or their head decides.
const (
	SelfDecides Self = "self"
	SelfSkip    Self = "skip"
	SelfHead    Self = "head"
)

// Again tells whether somebody who agreed in an earlier step is asked again.
type Again string

// Each time; only the first time of the run; not when the step just before asked them.
const (
	AgainEach     Again = "each"
	AgainFirst    Again = "first"
	AgainAdjacent Again = "adjacent"
)

// Resume tells what runs after somebody returned the document to an earlier step and that one agreed again.
type Resume string

// Every step between runs again, or it goes straight back to the step that returned it.
const (
	ResumeReplay Resume = "replay"
	ResumeDirect Resume = "direct"
)

// Comment tells when an approver must say something.
type Comment string

// The rules for comments.
const (
	CommentOptional Comment = "optional"
	CommentOnReject Comment = "on_reject"
	CommentAlways   Comment = "always"
)

// Deadline is what happens when a step takes too long. Workdays counts the hours of working days alone.
type Deadline struct {
	Hours    int        `json:"hours" minimum:"1" maximum:"2160"`
	Workdays bool       `json:"workdays,omitempty"`
	Then     AtDeadline `json:"then" enum:"remind,escalate,approve,reject"`
	Every    int        `json:"every,omitempty" minimum:"0" maximum:"720" doc:"Remind again after so many hours; 0: once"`
}

// AtDeadline tells what happens at a deadline.
type AtDeadline string

// What happens: the approvers are reminded; each one's head is asked in their place; the step agrees; the step rejects.
const (
	LateRemind   AtDeadline = "remind"
	LateEscalate AtDeadline = "escalate"
	LateApprove  AtDeadline = "approve"
	LateReject   AtDeadline = "reject"
)

// RuleKind tells how a rule finds people.
type RuleKind string

// The rules of domain.md: by user, role, department, choice, field, group, expression.
const (
	RuleUsers           RuleKind = "users"            // Users
	RuleRoleCompany     RuleKind = "role_company"     // Role, at the document's company
	RuleRoleGroup       RuleKind = "role_group"       // Role, at the group
	RuleRoleUnit        RuleKind = "role_unit"        // Role, in Unit and below
	RulePosting         RuleKind = "posting"          // whoever is posted in Unit
	RuleHead            RuleKind = "head"             // head of the submitter's department, Levels up (0: the department itself)
	RuleHeads           RuleKind = "heads"            // every head from the submitter's department up to Levels
	RuleSubmitterChoice RuleKind = "submitter_choice" // named by the submitter on submitting
	RulePreviousChoice  RuleKind = "previous_choice"  // named by the approver before
	RuleField           RuleKind = "field"            // a field of the document that refers to a user
	RuleUserGroup       RuleKind = "user_group"       // Group
	RuleExpression      RuleKind = "expression"       // CEL, a list of user ids
)

// Rule finds approvers. Several rules of a node add up.
type Rule struct {
	Rule   RuleKind    `json:"rule" enum:"users,role_company,role_group,role_unit,posting,head,heads,submitter_choice,previous_choice,field,user_group,expression"`
	Users  []uuid.UUID `json:"users,omitempty" format:"uuid"`
	Role   uuid.UUID   `json:"role,omitzero" format:"uuid"`
	Code   string      `json:"code,omitempty" doc:"A shipped role by its code, instead of role; how shipped flows name roles"`
	Unit   uuid.UUID   `json:"unit,omitzero" format:"uuid"`
	Levels int         `json:"levels,omitempty" minimum:"0" maximum:"20"`
	Field  string      `json:"field,omitempty" maxLength:"80"`
	Group  uuid.UUID   `json:"group,omitzero" format:"uuid"`
	CEL    string      `json:"cel,omitempty" maxLength:"2000"`
}

// Node returns the node with an id, or nil.
func (f *Flow) Node(id string) *Node {
	for i := range f.Nodes {
		if f.Nodes[i].ID == id {
			return &f.Nodes[i]
		}
	}
	return nil
}
