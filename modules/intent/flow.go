package intent

import "forecourt/kernel/flow"

// Status is where an intent stands.
type Status string

// The states.
const (
	StatusOpen    Status = "open"
	StatusWon     Status = "won"
	StatusLost    Status = "lost"
	StatusDormant Status = "dormant"
)

// Action is a step of an intent.
type Action string

// The actions.
const (
	ActionFollow Action = "follow"
	ActionMove   Action = "move"
	ActionSleep  Action = "sleep"
	ActionWake   Action = "wake"
	ActionLose   Action = "lose"
	ActionWin    Action = "win"
)

// Flow is the life of an intent.
var Flow = flow.New[Status, Action]().
	Status(StatusOpen, flow.Blue, "跟进中", "Open").
	Status(StatusWon, flow.Green, "成交", "Won").
	Status(StatusLost, flow.Red, "战败", "Lost").
	Status(StatusDormant, flow.Grey, "休眠", "Dormant").
	Action(ActionFollow, "记跟进", "Log a follow-up").
	Action(ActionMove, "调整级别", "Change the stage").
	Action(ActionWake, "唤醒", "Wake").
	Action(ActionSleep, "转休眠", "Put to sleep").
	Danger(ActionLose, "战败", "Lose").
	Inner(ActionWin, "成交", "Win").
	Row(StatusOpen, ActionFollow, StatusOpen, "intent:edit").
	Row(StatusOpen, ActionMove, StatusOpen, "intent:move").
	Row(StatusOpen, ActionSleep, StatusDormant, "intent:move").
	Row(StatusDormant, ActionWake, StatusOpen, "intent:move").
	Row(StatusOpen, ActionLose, StatusLost, "intent:lose").
	Row(StatusDormant, ActionLose, StatusLost, "intent:lose").
	Row(StatusOpen, ActionWin, StatusWon, "").
	Row(StatusDormant, ActionWin, StatusWon, "").
	Row(StatusLost, ActionWin, StatusWon, "").
	Done()
