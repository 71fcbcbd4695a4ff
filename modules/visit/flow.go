package visit

import (
	"forecourt/kernel/flow"
	"forecourt/kernel/record"
)

// Status is where a visit stands.
type Status string

// The states.
const (
	StatusLogged   Status = "logged"
	StatusAssigned Status = "assigned"
	StatusClosed   Status = "closed"
)

// Action is a step of a visit.
type Action string

// The actions.
const (
	ActionAssign     Action = "assign"
	ActionMakeIntent Action = "make_intent"
	ActionClose      Action = "close"
)

// Flow is the life of a visit.
var Flow = flow.New[Status, Action]().
	Status(StatusLogged, flow.Amber, "待分派", "Logged").
	Status(StatusAssigned, flow.Blue, "接待中", "Assigned").
	Status(StatusClosed, flow.Green, "已结束", "Closed").
	Action(ActionMakeIntent, "转为意向", "Make an intent").
	Action(ActionClose, "结束接待", "Close").
	Action(ActionAssign, "分派顾问", "Assign").
	Row(StatusLogged, ActionAssign, StatusAssigned, "visit:assign").
	Row(StatusAssigned, ActionAssign, StatusAssigned, "visit:assign").
	Row(StatusAssigned, ActionMakeIntent, StatusClosed, "visit:close").
	Row(StatusAssigned, ActionClose, StatusClosed, "visit:close").
	Done()

var stages = []record.Option{
	record.Of("H", "H 级", "H"), record.Of("A", "A 级", "A"),
	record.Of("B", "B 级", "B"), record.Of("C", "C 级", "C"),
}
