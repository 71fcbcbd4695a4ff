package audit

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/database"
)

// question is what the log is asked for. An empty field asks for nothing.
type question struct {
	tenant, user, record  uuid.UUID
	kind, action, address string
	from, to              time.Time
	after                 *place // the last line of the page before
	limit                 int
	people                []uuid.UUID // of whom the reader may read; counts when limited
	limited               bool
}

// place is where a page ended.
type place struct {
	At time.Time `json:"a"`
	ID uuid.UUID `json:"i"`
}

const columns = "h.at, h.id, h.user_id, h.address, h.operation, h.action, h.kind, h.record_id, h.version, h.was, h.now, h.took, h.session_id"

// actionsOf walks (tenant_id, kind, action, at) from one action of a kind to the next, so that a kind alone costs a look for each of
// its actions, however many lines there are. It expects the kind in place of its %s.
const actionsOf = `(WITH RECURSIVE p(action) AS (
	(SELECT h.action FROM history h WHERE h.tenant_id = $1 AND h.kind = %[1]s ORDER BY h.action LIMIT 1)
	UNION ALL SELECT n.action FROM p CROSS JOIN LATERAL
	(SELECT h.action FROM history h WHERE h.tenant_id = $1 AND h.kind = %[1]s AND h.action > p.action ORDER BY h.action LIMIT 1) n)
	SELECT action FROM p)`

// query asks through the one index that answers a question in the order of time: (tenant_id, kind, record_id, at), (tenant_id,
// user_id, at), (tenant_id, kind, action, at), (tenant_id, address, at) or (tenant_id, at, id). Where there is none, it looks for
// the newest lines of each kind, action or person, and takes the newest of those.
func (s *Service) query(q question) database.Query {
	w := &arguments{q.tenant} // $1, which actionsOf names too
	each, join := "", ""
	switch {
	case q.record == uuid.Nil && q.user != uuid.Nil:
	case q.kind == "" && (q.record != uuid.Nil || q.action != ""):
		each, join = "unnest("+w.add(s.names)+"::text[]) d(kind)", " AND h.kind = d.kind"
	case q.record != uuid.Nil:
	case q.kind != "" && q.action == "":
		each, join = fmt.Sprintf(actionsOf, w.add(q.kind)+"::text")+" d", " AND h.action = d.action"
	case q.kind != "" || q.address != "":
	case q.limited:
		each, join = "unnest("+w.add(q.people)+"::uuid[]) d(user_id)", " AND h.user_id = d.user_id"
		q.limited = false // the join is the limit
	}
	// The planner must know how few lines are wanted, or it sorts all of them: the number is in the text, not among the arguments.
	newest := " ORDER BY h.at DESC, h.id DESC LIMIT " + strconv.Itoa(q.limit+1)
	lines := "SELECT " + columns + " FROM history h WHERE h.tenant_id = $1" + join + q.where(w) + newest
	if each != "" {
		lines = "SELECT h.* FROM " + each + " CROSS JOIN LATERAL (" + lines + ") h" + newest
	}
	return database.Query{SQL: lines, Args: *w}
}

// arguments are the values behind $1, $2 …
type arguments []any

// add keeps v and returns its $n.
func (a *arguments) add(v any) string {
	*a = append(*a, v)
	return "$" + strconv.Itoa(len(*a))
}

func (q question) where(w *arguments) string {
	out := ""
	add := func(given bool, condition string, v any) {
		if given {
			out += condition + w.add(v)
		}
	}
	add(q.user != uuid.Nil, " AND h.user_id = ", q.user)
	add(q.record != uuid.Nil, " AND h.record_id = ", q.record)
	add(q.kind != "", " AND h.kind = ", q.kind)
	add(q.action != "", " AND h.action = ", q.action)
	add(q.address != "", " AND h.address = ", q.address)
	add(!q.from.IsZero(), " AND h.at >= ", q.from)
	add(!q.to.IsZero(), " AND h.at < ", q.to)
	if q.limited {
		out += " AND h.user_id = ANY(" + w.add(q.people) + ")"
	}
	if q.after != nil {
		at := w.add(q.after.At)
		out += " AND h.at <= " + at + " AND (h.at, h.id) < (" + at + ", " + w.add(q.after.ID) + ")"
	}
	return out
}
