package engine

import (
	"github.com/google/uuid"

	"forecourt/kernel/fault"
)

// Known is what a flow may name: the facts of its documents, and the people, roles and units of its group.
type Known struct {
	Facts    []Fact
	Roles    map[uuid.UUID]string // names by id
	Codes    map[string]string    // names of shipped roles by code
	Units    map[uuid.UUID]string
	Groups   map[uuid.UUID]string
	Users    map[uuid.UUID]string // at least those that Mentions of the flow names, and who are active
	Refs     map[string]string    // names of records that conditions compare with, by id
	Editable []string             // fields that a step may change
	Hideable []string             // fields that a step may be kept from
}

// FactType is what a fact holds, and how conditions read it.
type FactType string

// The types of facts, with what an expression sees: int and basis_points int, money int of fen, number double, date and time timestamp,
// text, choice and ref string, multi list of strings, lines list of maps.
const (
	FactText        FactType = "text"
	FactInt         FactType = "int"
	FactMoney       FactType = "money"
	FactBasisPoints FactType = "basis_points"
	FactNumber      FactType = "number"
	FactDate        FactType = "date"
	FactTime        FactType = "time"
	FactBool        FactType = "bool"
	FactChoice      FactType = "choice"
	FactRef         FactType = "ref"
	FactMulti       FactType = "multi"
	FactLines       FactType = "lines"
)

// Fact is one thing that conditions may ask about a document. A field of a part's lines is named part.field in a clicked term, and holds
// when it holds in some line.
type Fact struct {
	Name    string     `json:"name"`
	Label   fault.Text `json:"label"`
	Type    FactType   `json:"type"`
	Options []Option   `json:"options,omitempty"`
	RefPath string     `json:"refPath,omitempty"`
	Fields  []Fact     `json:"fields,omitempty"`
}

// Option is one value of a choice.
type Option struct {
	Value string     `json:"value"`
	Label fault.Text `json:"label"`
}

// SubmitterFacts are the facts of whoever submits, which every document has: submitter.id, .name, .roles, .company, .department.
func SubmitterFacts() []Fact { return nil }

// Mentioned is whom and what a flow names.
type Mentioned struct {
	Users, Roles, Units, Groups []uuid.UUID
	Codes                       []string
	Refs                        []string // values of references in conditions
}

// Mentions returns whom and what a flow names, for Known.
func (f *Flow) Mentions() Mentioned { return Mentioned{} }

// Values reads facts that a form holds as text, by their names, into what Facts wants; facts that are not given are empty.
func (k Known) Values(given map[string]string) (map[string]any, error) { return nil, nil }
