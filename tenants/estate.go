package tenants

import (
	"context"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// Estate is one kind of work that goes from person to person and from department to department. Kinds of record that declare
// themselves open join through RecordEstate; others bring their own.
type Estate interface {
	// Kind is the kind of record; a successor can be named for it.
	Kind() string
	Label() fault.Text
	// Personal reports whether it goes to its owner's successor, and not only along with its department.
	Personal() bool
	// Count counts what is held, and lists the companies that it belongs to.
	Count(ctx context.Context, tx Tx, h record.Held) (int, []uuid.UUID, error)
	// Move gives what is held another owner or department, with a line of history each, and counts it.
	Move(ctx context.Context, tx Tx, h record.Held, to uuid.UUID, action string) (int, error)
}

// RecordEstate is the open records of a kind.
func RecordEstate(s *record.Spec) Estate { return recordEstate{s} }

type recordEstate struct{ spec *record.Spec }

func (e recordEstate) Kind() string      { return e.spec.Name }
func (e recordEstate) Label() fault.Text { return e.spec.Label }
func (e recordEstate) Personal() bool    { return e.spec.HandedOver() }

func (e recordEstate) Count(ctx context.Context, tx Tx, h record.Held) (int, []uuid.UUID, error) {
	return e.spec.CountHeld(ctx, tx.Tx, h)
}

func (e recordEstate) Move(ctx context.Context, tx Tx, h record.Held, to uuid.UUID, action string) (int, error) {
	return e.spec.MoveHeld(ctx, tx.Tx, h, to, action)
}

// Notices tells a person what concerns them.
type Notices interface {
	Tell(ctx context.Context, tx Tx, user uuid.UUID, zh, en, kind string, record uuid.UUID) error
}

// Joined is what modules bring to the organisation: the work that changes hands, what a company needs before it trades, and who
// tells people of it.
type Joined struct {
	Estates []Estate
	Checks  []OpeningCheck
	Notices Notices
}

// Join lets modules join. It is called once, before the first request.
func (o *Org) Join(j Joined) { o.joined = j }

// Amount is how much of one kind there is.
type Amount struct {
	Kind  string     `json:"kind"`
	Label fault.Text `json:"label"`
	Count int        `json:"count"`
}
