package engine

import (
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// Status is where a run stands.
type Status string

// The states of a run. Returned waits for the submitter, who submits again; stuck runs do not exist: a step without approvers goes where
// its Empty says.
const (
	Running   Status = "running"
	Returned  Status = "returned"
	Approved  Status = "approved"
	Rejected  Status = "rejected"
	Withdrawn Status = "withdrawn"
)

// StepStatus is where a step stands.
type StepStatus string

// The states of a step: one activation of a node.
const (
	StepOpen      StepStatus = "open"
	StepApproved  StepStatus = "approved"
	StepRejected  StepStatus = "rejected" // it rejected, or sent the document back
	StepPassed    StepStatus = "passed"   // nobody had to decide
	StepCancelled StepStatus = "cancelled"
)

// TaskStatus is where one approver's task stands.
type TaskStatus string

// The states of a task. A waiting task has its turn later: in order, after those who were added before it, or while another was asked.
const (
	TaskWaiting   TaskStatus = "waiting"
	TaskOpen      TaskStatus = "open"
	TaskApproved  TaskStatus = "approved"
	TaskRejected  TaskStatus = "rejected"
	TaskHanded    TaskStatus = "handed_over"
	TaskAnswered  TaskStatus = "answered" // an asked person's opinion, which is no vote
	TaskCopied    TaskStatus = "copied"
	TaskCancelled TaskStatus = "cancelled" // others decided, or the document left
)

// Origin tells how a task came to be.
type Origin string

// The origins.
const (
	FromRule     Origin = "rule"
	FromFallback Origin = "fallback" // the step had nobody
	FromHead     Origin = "head"     // in the submitter's place
	FromHandOver Origin = "handed_over"
	FromAsk      Origin = "asked"
	FromAdd      Origin = "added"
	FromEscalate Origin = "escalated"
	FromDeparted Origin = "departed" // in the place of one who left
)

// Run is one document on its way through one version of a flow.
type Run struct {
	ID        uuid.UUID
	Status    Status
	Submitter uuid.UUID
	Steps     []*Step                // in the order of their activation
	Arrived   map[string][]string    // by join: the lines over which the document came, of this round
	Chosen    map[string][]uuid.UUID // by node: approvers whom the submitter or the approver before named
	Resume    []Resumption           // returns that are under way
	Reason    string                 // of the rejection or withdrawal
}

// Resumption remembers who sent a document back, for a flow that goes straight to them afterwards.
type Resumption struct {
	To     string `json:"to"`   // the node (or "submitter") it was sent back to
	From   string `json:"from"` // the node that sent it back
	Direct bool   `json:"direct"`
}

// Step is one activation of an approval or copy.
type Step struct {
	ID     uuid.UUID
	Node   string
	Round  int // how often the node was activated before
	Status StepStatus
	Opened time.Time
	Closed time.Time
	Due    time.Time // zero: no deadline
	Late   bool      // the deadline passed and was acted on
	Tasks  []*Task
	Why    fault.Text // why nobody had to decide, for a passed step; why the deadline ended it, for a late one

	From     uuid.UUID // the step whose end opened this one; zero: the start, or a return
	Back     string    // where a rejection sent the document: "end", "submitter" or a node
	Over     string    // the line over which the document came to a join after this step, to wait for other parts
	Reminded int       // how often its approvers were reminded
	RemindAt time.Time // when to remind them again; zero: not
}

// Task is what one person has to decide in a step.
type Task struct {
	ID       uuid.UUID
	User     uuid.UUID // zero: whoever administers the document's company
	Origin   Origin
	Of       uuid.UUID // the task that it came from: handed over, asked, added by; zero: none
	Where    Where     // of an added one
	Position int       // its turn, in order
	Status   TaskStatus
	By       uuid.UUID // who decided: the approver, or their deputy
	Comment  string
	Opened   time.Time
	Closed   time.Time
	Why      fault.Text // why this person
}

// Where tells where an added approver stands to the one who added them.
type Where string

// Before: the adder waits; after: the added one follows; beside: both decide.
const (
	Before Where = "before"
	After  Where = "after"
	Beside Where = "beside"
)

// Person is somebody whom a rule found. One who may not decide carries the reason and gets no task.
type Person struct {
	ID      uuid.UUID
	Why     fault.Text // why they were found
	Dropped fault.Text // why they get no task: left, disabled, no right to the document; empty: they get one
}

// People answers who somebody is. The engine asks while a document moves; answers are of that moment. Errors end the move.
type People interface {
	// Find returns whom the rules of a node find, in their order, each person once.
	Find(n *Node, run *Run) ([]Person, error)
	// Head returns who stands above a person, who may decide about the document: the head of their unit or of the one above it.
	// The zero id means that there is none.
	Head(user uuid.UUID) (uuid.UUID, error)
	// StandsIn reports whether somebody is today's deputy of a user.
	StandsIn(by, user uuid.UUID) (bool, error)
	// May reports whether a person may decide about the document: active, posted, with the grant over it.
	May(user uuid.UUID) (bool, error)
	// Administrators returns who administers the document's company, or the group.
	Administrators() ([]uuid.UUID, error)
}

// Facts answers conditions about the document.
type Facts interface {
	// Holds reports whether a condition holds; an error is the condition's own (a fact that is gone, an expression too costly).
	Holds(c *Condition) (bool, error)
}

// World is what surrounds a run while it moves.
type World struct {
	Flow   *Flow
	Facts  Facts
	People People
	Now    time.Time
	// Due adds the hours of a deadline to now, in the group's calendar.
	Due func(d *Deadline) time.Time
	// NewID makes the ids of steps and tasks.
	NewID func() uuid.UUID
}

// EffectKind tells what must happen outside.
type EffectKind string

// The effects. Every one belongs to a step or the run.
const (
	EffectAsked     EffectKind = "asked"     // Task opened: tell its person
	EffectCopied    EffectKind = "copied"    // Task is a copy: tell its person
	EffectCancelled EffectKind = "cancelled" // Task is no longer theirs
	EffectDue       EffectKind = "due"       // Step has a deadline: plan it
	EffectReminded  EffectKind = "reminded"  // Task is late: remind its person
	EffectEscalated EffectKind = "escalated" // Task went to the head: tell both
	EffectFallback  EffectKind = "fallback"  // Step had nobody: tell the administrators, with Why
	EffectReturned  EffectKind = "returned"  // the document is back with the submitter, or at Step
	EffectDecided   EffectKind = "decided"   // the run ended: move the document
)

// Effect is one thing that must happen outside, in the same transaction.
type Effect struct {
	Kind EffectKind
	Step *Step
	Task *Task
	Why  fault.Text
}

// Vote is what an approver decides.
type Vote struct {
	Task    uuid.UUID
	By      uuid.UUID // the approver or, in an absence, the deputy
	Comment string
	Signed  bool        // a signature came with it
	Next    []uuid.UUID // whom the approver names for the next step, where its rule asks for it
}
