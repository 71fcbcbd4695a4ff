package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"forecourt/kernel/clock"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
)

// filler makes the rows of one tenant as its use cases would have written them over the last year: every change with its line of
// history and its event, every number from its counter.
type filler struct {
	piles
	sheets *sheets
	tenant uuid.UUID
	group  string // the name
	now    time.Time
	since  time.Time // when the tenant began
	rand   *rand.Rand

	root        uuid.UUID
	admin       *person
	leader      *person
	places      []*place
	models      []carModel
	accessories []extra
	rules       []callRule
	heard       map[string][]string // who listens to a kind of event or task
	counters    map[counter]int64
	made        struct{ customers, identities, firms, vehicles int }
}

// place is a company of a bench tenant with its people.
type place struct {
	id, sales, general                   uuid.UUID
	code                                 string
	manager, cashier, keeper, desk, care *person
	consultants                          []*person
}

// person is a user with one posting. Their session is one that has ended: the history names it.
type person struct {
	id, posting, session uuid.UUID
	login, name, role    string
	title                string
	unit                 uuid.UUID
	company, department  uuid.UUID
}

type carModel struct {
	id          uuid.UUID
	brand, name string
	price       money.Amount
}

type extra struct {
	id    uuid.UUID
	name  string
	price money.Amount
}

type callRule struct {
	id             uuid.UUID
	name           string
	days, deadline int
}

type counter struct {
	company uuid.UUID
	kind    string
	month   int
}

// id makes a key as of at: keys sort by the time they were made.
func (f *filler) id(at time.Time) uuid.UUID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[8:], f.rand.Uint64())
	binary.BigEndian.PutUint64(u[:8], uint64(at.UnixMilli())<<16|f.rand.Uint64()&0xfff) //nolint:gosec // a time after 1970 is positive
	u[6] = u[6]&0x0f | 0x70
	u[8] = u[8]&0x3f | 0x80
	return u
}

// number is the next number of a company's kind in the month of at, in the form that record.Kind.Create gives.
func (f *filler) number(prefix, kind string, company uuid.UUID, at time.Time) string {
	local := at.In(clock.China)
	c := counter{company, kind, local.Year()*100 + int(local.Month())}
	f.counters[c]++
	code := ""
	for _, p := range f.places {
		if p.id == company {
			code = "-" + p.code
		}
	}
	return fmt.Sprintf("%s%s-%d-%04d", prefix, code, c.month, f.counters[c])
}

// later is a moment up to most after at.
func (f *filler) later(at time.Time, most time.Duration) time.Time {
	return at.Add(time.Minute + time.Duration(f.rand.Int64N(int64(most)))).Truncate(time.Microsecond)
}

// chance is true in n of a hundred cases.
func (f *filler) chance(n int) bool { return f.rand.IntN(100) < n }

var historyColumns = []string{"tenant_id", "id", "at", "kind", "record_id", "version", "action", "user_id", "session_id", "address", "operation", "was", "now"}

// history adds a line. by nil is a worker.
func (f *filler) history(kind string, rec uuid.UUID, version int, action string, by *person, at time.Time, operation string, was, now []byte) {
	var user, session any
	address := "worker"
	if by != nil {
		user, session, address = id16(by.id), id16(by.session), "192.0.2.10"
	}
	f.add("history", historyColumns, []any{id16(f.tenant), id16(f.id(at)), at, kind, id16(rec), version, action, user, session, address, operation, was, now})
}

// id16 is an id as pgx encodes it without looking twice; no id is NULL.
func id16(u uuid.UUID) any {
	if u == uuid.Nil {
		return nil
	}
	return pgtype.UUID{Bytes: u, Valid: true}
}

var noFacts = []byte("{}")

// kept is how long the workers keep a row that is done.
const kept = 7 * day

// event adds what the change told other modules: a row of the outbox, taken at the time by those who listen. Older ones are deleted.
func (f *filler) event(kind string, rec uuid.UUID, version int, at time.Time) {
	if at.Before(f.now.Add(-kept)) {
		return
	}
	heard := f.heard[kind]
	if heard == nil {
		heard = []string{} // nobody listens, and a later release may
	}
	body := strconv.AppendInt(append(append(append(make([]byte, 0, 72), `{"id":"`...), rec.String()...), `","version":`...), int64(version), 10)
	f.add("outbox", outboxColumns, []any{id16(f.tenant), id16(f.id(at)), kind, append(body, '}'), at, at, 1, at, heard})
}

var outboxColumns = []string{"tenant_id", "id", "kind", "body", "created_at", "claimed_at", "attempts", "done_at", "heard_by"}

// act is who does what, and when. by nil is a worker.
type act struct {
	by        *person
	at        time.Time
	operation string
}

// create numbers m and adds the history of its creation. Its own row follows with save, once everything has happened to it.
func create[T any](f *filler, s *sheet[T], m *T, prefix string, a act) {
	b := baseOf(m)
	b.TenantID, b.ID, b.Version, b.CreatedAt, b.UpdatedAt = f.tenant, f.id(a.at), 1, a.at, a.at
	if a.by != nil {
		b.CreatedBy = a.by.id
	}
	b.Number = f.number(prefix, s.name, b.CompanyID, a.at)
	f.history(s.name, b.ID, 1, "create", a.by, a.at, a.operation, noFacts, s.values(m))
	f.event(s.name+".create", b.ID, 1, a.at)
}

// change lets do change m and adds the history of that.
func change[T any](f *filler, s *sheet[T], m *T, action string, a act, do func()) {
	before := *m
	do()
	was, now := s.diff(&before, m)
	b := baseOf(m)
	b.Version, b.UpdatedAt = b.Version+1, a.at
	f.history(s.name, b.ID, b.Version, action, a.by, a.at, a.operation, was, now)
	f.event(s.name+"."+action, b.ID, b.Version, a.at)
}

// save adds the row of m as it ended up.
func save[T any](f *filler, s *sheet[T], m *T) { f.add(s.table, s.columns, s.row(m)) }

// baseOf reaches the Base of a model. Every model of a sheet that is created embeds one.
func baseOf(m any) *record.Base {
	b, ok := m.(interface{ BaseOf() *record.Base })
	if !ok {
		panic(fmt.Sprintf("bench: %T has no Base", m))
	}
	return b.BaseOf()
}
