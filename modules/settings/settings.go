// Package settings lets people decide what modules declared with kernel/parameter: operators for the platform, a group's
// administrators for the group and every company, a company's administrators for the company.
package settings

import (
	"encoding/json"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/parameter"
	"forecourt/tenants"
)

// Faults of deciding.
var (
	ErrUnknown = fault.New(fault.Missing, "parameter.missing", "没有这个参数", "There is no such parameter")
	ErrUnit    = fault.New(fault.Invalid, "parameter.no_unit", "公司不存在，或不在你的权限范围内", "There is no such company, or you may not see it")
	ErrLevel   = fault.New(fault.Conflict, "parameter.level", "「%s」不能在这一级设置", "%s is not decided at this level")
	ErrLocked  = fault.New(fault.Conflict, "parameter.locked", "「%s」已由%s锁定，不能修改", "%s is locked by %s")
	ErrNoLock  = fault.New(fault.Invalid, "parameter.no_lock", "下面没有可以另行设置的层级，不需要锁定", "No level below decides this, so there is nothing to lock")
	ErrUnset   = fault.New(fault.Conflict, "parameter.unset", "这一级没有单独设置", "This level has decided nothing of its own")
)

// Service lists and changes parameters.
type Service struct{ db *tenants.DB }

// New makes the service.
func New(db *tenants.DB) *Service { return &Service{db} }

// Step is what one level has decided about a parameter.
type Step struct {
	Level    parameter.Level `json:"level" enum:"platform,group,company"`
	UnitID   *uuid.UUID      `json:"unitId,omitempty"`
	UnitName string          `json:"unitName" doc:"Of the group or company; empty for the platform"`
	Value    json.RawMessage `json:"value,omitempty" doc:"Absent: this level has decided nothing"`
	Locked   bool            `json:"locked" doc:"Levels below are held to this value"`
	Active   bool            `json:"active" doc:"Whether this is the value that counts"`
	Version  int             `json:"version" doc:"For If-Match"`
	Editable bool            `json:"editable" doc:"Whether the reader may decide here now"`
	Lockable bool            `json:"lockable" doc:"Whether a level below could decide otherwise"`
}

// Setting is a parameter as it stands in a company, or above all companies.
type Setting struct {
	Key      string             `json:"key"`
	Type     parameter.Type     `json:"type" enum:"bool,int,days,months,basis_points,money,text,choice"`
	Section  fault.Text         `json:"section"`
	Label    fault.Text         `json:"label"`
	Help     fault.Text         `json:"help"`
	Least    *int64             `json:"least,omitempty" doc:"Of a number; of money in fen; of a text in characters"`
	Most     *int64             `json:"most,omitempty"`
	Options  []parameter.Option `json:"options,omitempty"`
	Shipped  json.RawMessage    `json:"shipped"`
	Value    json.RawMessage    `json:"value"`
	Source   string             `json:"source" enum:"default,platform,group,company"`
	LockedBy string             `json:"lockedBy,omitempty" enum:"platform,group" doc:"The level above that holds the value"`
	Chain    []Step             `json:"chain" doc:"Every level that may decide, from the top"`
}

// source of a value that nobody decided.
const shippedSource = "default"

func settingOf(s *parameter.Spec) Setting {
	return Setting{Key: s.Key, Type: s.Type, Section: s.Section, Label: s.Label, Help: s.Help, Least: s.Least, Most: s.Most, Options: s.Options,
		Shipped: s.Standard(), Value: s.Standard(), Source: shippedSource, Chain: []Step{}}
}

// settle marks the step that counts and takes its value.
func (s *Setting) settle(level string, value []byte) {
	if level == "" {
		return
	}
	s.Source, s.Value = level, value
	for i := range s.Chain {
		c := &s.Chain[i]
		c.Active = string(c.Level) == level
		if c.Active && c.Locked && i < len(s.Chain)-1 {
			s.LockedBy = level
		}
	}
}

// heldAbove returns the level above at that locks the parameter, or "".
func (s *Setting) heldAbove(at parameter.Level) parameter.Level {
	for _, c := range s.Chain {
		if c.Level == at {
			break
		}
		if c.Locked {
			return c.Level
		}
	}
	return ""
}

// above returns what holds at a level that decides nothing itself: of a parameter that is only lengthened, the most of the levels above.
func (s *Setting) above(at parameter.Level) json.RawMessage {
	value := s.Shipped
	for i, c := range s.Chain {
		if c.Level == at {
			break
		}
		if c.Value != nil && (i == 0 || more(c.Value, value)) { // the platform may go below what is shipped
			value = c.Value
		}
	}
	return value
}

func more(a, b json.RawMessage) bool {
	var x, y int64
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && x > y
}

var levelNames = map[parameter.Level]fault.Text{
	parameter.Platform: {Zh: "平台", En: "the platform"}, parameter.Group: {Zh: "集团", En: "the group"}, parameter.Company: {Zh: "公司", En: "the company"},
}
