package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"forecourt/kernel/access"
	"forecourt/kernel/job"
	"forecourt/kernel/rest"
	"forecourt/policies"
	"forecourt/tenants"
)

// spot is where a target lies. The zero spot is the group itself, above all companies.
type spot struct{ company, department, owner uuid.UUID }

// relations are how a target can stand to whoever asks, from near to far.
var relations = []string{"one's own", "same department", "same company", "other company", "other tenant"}

// expected is what the grants table promises.
type expected string

const (
	letIn   expected = "let in"
	denied  expected = "403"
	unseen  expected = "404"
	nowhere expected = "401" // at the operators' door
)

// told reads an answer. Nothing is ever written while the matrix runs: a trigger refuses every line of history, and with it the
// transaction of the write. So whoever is let in is answered by the content (200, 422), the version in If-Match, which is stale (412),
// the state of the record or that trigger (409). Who is not is answered 401, 403 or 404 before any of these is looked at.
func told(status int) expected {
	switch status {
	case http.StatusUnauthorized:
		return nowhere
	case http.StatusForbidden:
		return denied
	case http.StatusNotFound:
		return unseen
	}
	if status < 500 {
		return letIn
	}
	return expected(fmt.Sprint(status))
}

// granted are the grants of the shipped roles, read from their table and from nothing that is compiled of it.
func granted(role string) map[access.Permission][]string {
	out := map[access.Permission][]string{}
	for _, r := range policies.Roles {
		if r.Code == role {
			for _, g := range r.Grants {
				p, scope, _ := strings.Cut(g, " ")
				out[access.Permission(p)] = append(out[access.Permission(p)], scope)
			}
		}
	}
	return out
}

// reaches says whether a scope of the table covers a place, for somebody in a posting: the sentence of the handbook, written again.
func reaches(scope string, me tenants.Actor, at spot) bool {
	own := at.owner != uuid.Nil && at.owner == me.User
	switch scope {
	case "group":
		return true
	case "company":
		return own || at.company != uuid.Nil && at.company == me.Posting.Company
	case "department":
		return own || at.department != uuid.Nil && at.department == me.Posting.Department
	case "self":
		return own
	}
	panic("no shipped role has the scope " + scope)
}

// target is what an operation with an id in its path is asked about.
type target struct {
	id       string
	at       spot
	anywhere bool              // whoever has the permission at all reads it, wherever it lies
	shared   bool              // whoever has the permission at all acts on it, too
	none     bool              // there is none to be let in to
	reads    access.Permission // to see it; empty: everybody sees it
}

// matrix is one fixture for all questions.
type matrix struct {
	*house
	owner  *pgx.Conn
	other  uuid.UUID              // somebody who is no role's first person
	people map[string]uuid.UUID   // by the code of their unit
	seats  map[uuid.UUID]presence // by user
	group  string
	file   string
	flows  map[uuid.UUID]string // one of each tenant
}

type presence struct{ posting, session uuid.UUID }

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	h := newHouse(t)
	m := &matrix{flows: map[uuid.UUID]string{}, house: h, people: map[string]uuid.UUID{}, seats: map[uuid.UUID]presence{}}
	ctx, admin := t.Context(), h.ours.actors["admin"]
	m.other = h.ours.users["heping"]
	for _, unit := range []string{"HT1S", "HT1A", "HT2S"} {
		user, err := h.app.org.AddUser(ctx, admin, tenants.UserInput{Login: "m." + strings.ToLower(unit), Name: "同事" + unit, Password: demoPassword})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.app.org.AddPosting(ctx, admin, tenants.PostingInput{User: user, Unit: h.ours.units[unit], Title: "销售顾问", Roles: []string{"sales_consultant"}}); err != nil {
			t.Fatal(err)
		}
		_, a, err := h.app.tenants.SignIn(ctx, tenants.SignInput{Tenant: demoGroups[0].code, Login: "m." + strings.ToLower(unit), Password: demoPassword, Address: "192.0.2.9"})
		if err != nil {
			t.Fatal(err)
		}
		m.people[unit], m.seats[user] = user, presence{a.Posting.ID, a.Session}
	}
	for _, g := range []*staffed{h.ours, h.them} {
		for _, a := range g.actors {
			m.seats[a.User] = presence{a.Posting.ID, a.Session}
		}
	}
	group, err := h.app.org.AddGroup(ctx, admin, "值班")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.app.org.AddMember(ctx, admin, group, m.other); err != nil {
		t.Fatal(err)
	}
	m.group = group.String()
	m.callbacks(t)
	m.approvals(t)
	m.file = m.attach(t)
	if m.owner, err = pgx.Connect(ctx, h.ownerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.owner.Close(t.Context()) })
	if _, err := m.owner.Exec(ctx, `CREATE FUNCTION nothing_is_written() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN RAISE EXCEPTION 'the matrix writes nothing' USING ERRCODE = 'unique_violation', CONSTRAINT = 'matrix'; END $$;
		CREATE TRIGGER matrix BEFORE INSERT ON history FOR EACH ROW EXECUTE FUNCTION nothing_is_written();
		CREATE TRIGGER matrix BEFORE DELETE OR UPDATE OF posting_id ON sessions FOR EACH ROW EXECUTE FUNCTION nothing_is_written()`); err != nil {
		t.Fatal(err)
	}
	return m
}

// callbacks does what a worker would with the handover of the demo, so that there is a callback.
func (m *matrix) callbacks(t *testing.T) {
	t.Helper()
	handlers := job.Handlers{}
	m.app.modules.handle(handlers)
	for _, q := range []string{"SELECT id, kind, body, created_at FROM outbox WHERE tenant_id = ?", "SELECT id, kind, body, due_at FROM due_tasks WHERE tenant_id = ?"} {
		for _, g := range []*staffed{m.ours, m.them} {
			var tasks []job.Task
			err := m.app.db.Read(t.Context(), tenants.Worker(g.tenant, "matrix"), func(tx tenants.Tx) error {
				rows, err := tx.QueryContext(t.Context(), q, g.tenant.ID)
				if err != nil {
					return err
				}
				defer func() { _ = rows.Close() }()
				for rows.Next() {
					k := job.Task{Tenant: g.tenant.ID}
					var body []byte
					if err := rows.Scan(&k.ID, &k.Kind, &body, &k.At); err != nil {
						return err
					}
					k.Body = json.RawMessage(body)
					tasks = append(tasks, k)
				}
				return rows.Err()
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range tasks {
				if !strings.HasPrefix(k.Kind, "handover.") && !strings.HasPrefix(k.Kind, "callback.") {
					continue
				}
				for _, handle := range handlers[k.Kind] {
					if err := handle(t.Context(), k); err != nil {
						t.Fatalf("%s: %v", k.Kind, err)
					}
				}
			}
		}
	}
}

// approvals lets both groups take up the shipped flows, and puts a contract of each under approval.
func (m *matrix) approvals(t *testing.T) {
	t.Helper()
	owner, err := pgx.Connect(t.Context(), m.ownerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close(t.Context()) }()
	for _, g := range []*staffed{m.ours, m.them} {
		list, err := m.app.modules.approval.Flows(t.Context(), g.actors["admin"], "", "")
		if err != nil || len(list) == 0 {
			t.Fatalf("%d flows: %v", len(list), err)
		}
		m.flows[g.tenant.ID] = list[0].ID.String()
		run, step := uuid.New(), uuid.New()
		for _, q := range []string{
			`INSERT INTO approvals (tenant_id, id, version, number, created_at, updated_at, subject, record_kind, action, record_id, title, summary, summary_en, status, submitted_at, current_step, current_step_en, flow_version, reason,
				snapshot, arrived, chosen, resume) SELECT $1, $2, 1, 'X', now(), now(), 'contract.cancel', 'contract', 'cancel', gen_random_uuid(), '', '', '', 'running', now(), '', '', 0, '', '{}', '{}', '{}', '[]' WHERE $3::uuid IS NOT NULL AND $4::uuid IS NOT NULL`,
			"INSERT INTO approval_people (tenant_id, approval_id, owner_id) SELECT $1, $2, $4 WHERE $3::uuid IS NOT NULL",
			`INSERT INTO approval_steps (tenant_id, id, approval_id, n, node, name_zh, name_en, copy, round, status, opened_at, late, why_zh, why_en, back, over_line, reminded)
				SELECT $1, $3, $2, 0, 'a1', '', '', false, 0, 'open', now(), false, '', '', '', '', 0 WHERE $4::uuid IS NOT NULL`,
			`INSERT INTO approval_tasks (tenant_id, id, version, owner_id, number, created_at, updated_at, approval_id, step_id, n, subject, record_kind, record_id, title, summary, summary_en, step, step_en, status, origin, placed, position, comment, late, bulk, why_zh, why_en)
				VALUES ($1, gen_random_uuid(), 1, $4, 'X', now(), now(), $2, $3, 0, 'contract.cancel', 'contract', gen_random_uuid(), '', '', '', '', '', 'open', 'rule', '', 0, '', false, true, '', '')`,
		} {
			if _, err := owner.Exec(t.Context(), q, g.tenant.ID, run, step, g.actors["admin"].User); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// attach puts a file on the first customer.
func (m *matrix) attach(t *testing.T) string {
	t.Helper()
	raw, form := upload(t)
	id := m.idsOf(t, m.ours, m.app.kinds.Kind("customer"))[0]
	status, body := m.answer(t, m.tokens["admin"], call{method: http.MethodPost, path: "/customers/" + id + "/files", raw: raw, header: map[string]string{"Content-Type": form}})
	var out struct{ ID string }
	if err := json.Unmarshal(body, &out); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	return out.ID
}

func upload(t *testing.T) (raw, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "a.txt")
	if err == nil {
		_, err = part.Write([]byte("车辆移交单"))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// where returns the place of a relation to me. Whoever sits above the companies, or in a company beside its departments, asks about the
// sales department of the first.
func (m *matrix) where(me tenants.Actor, relation string) (p spot, unit string) {
	unit, beside := "HT1S", "HT1A"
	if me.Posting.Department == m.ours.units["HT1A"] {
		unit, beside = beside, unit
	}
	company := m.ours.units["HT1"]
	switch relation {
	case "one's own":
		return spot{company, m.ours.units[unit], me.User}, unit
	case "same department":
		return spot{company, m.ours.units[unit], m.other}, unit
	case "same company":
		return spot{company, m.ours.units[beside], m.other}, beside
	}
	return spot{m.ours.units["HT2"], m.ours.units["HT2S"], m.other}, "HT2S"
}

// targetOf puts what a path is about where the relation wants it. ok is false for a path that is about nothing.
func (m *matrix) targetOf(t *testing.T, path string, me tenants.Actor, relation string) (x target, ok bool) {
	t.Helper()
	if !strings.Contains(path, "{") {
		return x, false
	}
	foreign := relation == "other tenant"
	at, unit := m.where(me, relation)
	owner := m.people[unit]
	if relation == "one's own" {
		owner = me.User
	}
	if foreign {
		owner, unit = m.them.users["admin"], "MD1S"
	}
	x.at = at
	head, _, _ := strings.Cut(path, "/{")
	switch head {
	case "/users":
		x.id, x.anywhere, x.reads = owner.String(), true, "user:read"
		return x, true
	case "/postings":
		x.id, x.anywhere = m.seats[owner].posting.String(), true
		return x, true
	case "/monitor/sessions":
		x.id, x.reads = m.seats[owner].session.String(), "monitor:read"
		return x, true
	case "/org-units":
		x.id, x.anywhere, x.reads = m.ours.units[unit].String(), true, "org_unit:read"
		if foreign {
			x.id = m.them.units[unit].String()
		}
		return x, true
	case "/session/list":
		x.id = m.seats[owner].session.String()
		return x, true
	case "/user-groups", "/roles": // they are the group's, which is above every company
		x.id, x.anywhere, x.at = m.group, true, spot{}
		if head == "/roles" {
			x.id, x.reads = "cashier", "role:read"
		}
		if foreign {
			x.id = nobody
		}
		return x, true
	// Nothing failed in the demo, nobody has a token or added a field; whoever is let in is told so.
	case "/jobs", "/own-fields", "/support/grants", "/tokens":
		x.id, x.at, x.none = nobody, spot{}, true
		return x, true
	case "/absences", "/announcements", "/session/tokens": // neither is anybody away, and everybody is told so
		x.id, x.none = nobody, true
		return x, true
	case "/platform/announcements", "/platform/parameters", "/platform/plans":
		x.id = nobody
		return x, true
	case "/saved-views":
		if !strings.HasSuffix(path, "/{kind}") {
			x.id, x.none = nobody, true
			return x, true
		}
		x.id, x.reads, x.anywhere = "customer", "customer:read", true
		if foreign {
			x.id = "nothing"
		}
		return x, true
	case "/parameters", "/screens": // they are decided for the group, when nothing else is said, and every group has the same
		if foreign {
			return x, false
		}
		x.id, x.reads, x.anywhere, x.at = "contract.manager_discount", "parameter:read", true, spot{}
		if head == "/screens" {
			x.id, x.reads = "customer", "screen:read"
		}
		return x, true
	case "/approval-flows": // a flow is read by whoever reads flows, and changed where its unit lies
		if _, err := m.owner.Exec(t.Context(), "UPDATE approval_flows SET unit_id = $3 WHERE tenant_id = $1 AND id = $2", m.ours.tenant.ID, m.flows[m.ours.tenant.ID], at.company); err != nil {
			t.Fatal(err)
		}
		x.id, x.reads, x.anywhere = m.flows[m.ours.tenant.ID], "approval_flow:read", true
		if foreign {
			x.id = m.flows[m.them.tenant.ID]
		}
		return x, true
	case "/approval-subjects": // what happens without a flow is the group's to say, and every group has the same matters
		if foreign {
			return x, false
		}
		x.id, x.reads, x.anywhere, x.at = "contract", "approval_flow:read", true, spot{}
		return x, true
	case "/files":
		m.put(t, "customer_relations", "customer_id", m.idsOf(t, m.ours, m.app.kinds.Kind("customer"))[0], at)
		x.id, x.reads = m.file, "customer:read"
		if foreign {
			x.id = nobody
		}
		return x, true
	case "/kinds":
		x.id, x.reads, x.anywhere = "customer", "customer:read", true
		if foreign {
			x.id = "nothing"
		}
		return x, true
	case "/platform/tenants":
		x.id = m.ours.tenant.ID.String()
		return x, true
	}
	for _, k := range m.app.kinds.Kinds() {
		if head != "/"+k.Path {
			continue
		}
		if foreign {
			x.id = m.idsOf(t, m.them, k)[0]
			return x, true
		}
		x.id, x.reads = m.idsOf(t, m.ours, k)[0], k.Read
		table, column := k.Placed()
		x.anywhere, x.shared = table == "", table == ""
		if table != "" {
			m.put(t, table, column, x.id, at)
		}
		return x, true
	}
	t.Fatalf("%s: say what this path is about, and where that lies", path)
	return x, false
}

// put moves a record to a place. One that lies in several, as an approval does with everybody who takes part, lies there alone.
func (m *matrix) put(t *testing.T, table, column, id string, at spot) {
	t.Helper()
	others := "DELETE FROM " + table + " WHERE tenant_id = $1 AND " + column + " = $2 AND ctid <> (SELECT min(ctid) FROM " + table + " WHERE tenant_id = $1 AND " + column + " = $2)"
	if column != "id" {
		if _, err := m.owner.Exec(t.Context(), others, m.ours.tenant.ID, id); err != nil {
			t.Fatalf("put %s: %v", table, err)
		}
	}
	sql := "UPDATE " + table + " SET company_id = $3, department_id = $4, owner_id = $5 WHERE tenant_id = $1 AND " + column + " = $2"
	if _, err := m.owner.Exec(t.Context(), sql, m.ours.tenant.ID, id, at.company, at.department, at.owner); err != nil {
		t.Fatalf("put %s: %v", table, err)
	}
}

// promise is what the grants table says to an operation on a target.
func promise(held map[access.Permission][]string, p access.Permission, me tenants.Actor, x *target, foreign bool) expected {
	covers := func(p access.Permission) bool {
		return slices.ContainsFunc(held[p], func(scope string) bool { return reaches(scope, me, x.at) })
	}
	switch {
	case p == rest.Operator, p == rest.Public: // everybody may knock at a public door, and no name that is made up opens it
		return nowhere
	case p != rest.SignedIn && len(held[p]) == 0:
		return denied
	case x == nil:
		return letIn
	case x.at == (spot{}) && p != x.reads && !covers(p): // it is the group's: who has no hand in such things is told so before one is looked for
		return denied
	case foreign, x.none:
		return unseen
	case x.reads != "" && len(held[x.reads]) == 0, x.reads != "" && !x.anywhere && !covers(x.reads):
		return unseen
	case p == rest.SignedIn && x.reads == "" && x.at.owner != me.User:
		return unseen // what belongs to a person is nobody else's
	case p == rest.SignedIn, x.shared, p == x.reads:
		return letIn
	case !covers(p):
		return denied
	}
	return letIn
}

// without takes out of a body the ids that it need not name: nobody has them, and that would be answered first.
func without(api *rest.API, s *huma.Schema, body any) any {
	s = deref(api, s)
	fields, ok := body.(map[string]any)
	if !ok {
		return body
	}
	for name, p := range s.Properties {
		if deref(api, p).Format == "uuid" && !slices.Contains(s.Required, name) {
			delete(fields, name)
		}
	}
	return fields
}

// ask makes the one request of an operation: a body that fits its schema, and a version that nobody has.
func (m *matrix) ask(t *testing.T, token, path string, op *huma.Operation, x target) (int, []byte) {
	t.Helper()
	id := x.id
	for strings.Contains(path, "{") {
		from, end := strings.Index(path, "{"), strings.Index(path, "}")
		if path[from+1:end] == "number" {
			id = "1"
		}
		path, id = path[:from]+id+path[end+1:], m.other.String() // the second is a person, of the group
	}
	query := url.Values{}
	for _, p := range op.Parameters {
		if p.In == "query" && p.Required {
			query.Set(p.Name, fmt.Sprint(sample(m.app.api, p.Schema)))
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	c := call{method: op.Method, path: path, header: map[string]string{"If-Match": `"987654"`}}
	if op.RequestBody != nil {
		if body := op.RequestBody.Content["application/json"]; body != nil {
			c.body = without(m.app.api, body.Schema, sample(m.app.api, body.Schema))
		} else {
			raw, form := upload(t)
			c.raw, c.header["Content-Type"] = raw, form
		}
	}
	return m.answer(t, token, c)
}

// TestMatrix asks every operation of the API as every shipped role about a target in every relation to it, and compares the answer with
// what the grants table promises. There is no list of exceptions: an operation that does not fit is at fault itself.
func TestMatrix(t *testing.T) {
	m := newMatrix(t)
	asked := map[expected]int{}
	for _, role := range policies.Roles {
		me, held := m.actorOf(t, role.Code), granted(role.Code)
		for _, relation := range relations {
			foreign := relation == "other tenant"
			operations(m.app.api, func(path string, op *huma.Operation) {
				p := m.app.api.Permissions()[op.OperationID]
				if op.OperationID == "live" { // a stream without an end; who is let in is the door's business, as for all that only need a session
					return
				}
				x, about := m.targetOf(t, path, me, relation)
				if !about && relation != relations[0] {
					return
				}
				of := &x
				if !about {
					of = nil
				}
				want := promise(held, p, me, of, foreign)
				status, body := m.ask(t, m.tokens[role.Code], path, op, x)
				got := told(status)
				if p == rest.Public && (op.Method == http.MethodGet || status == http.StatusUnprocessableEntity || status == http.StatusTooManyRequests) { // what the form of the door says, nothing that fits, or too many knocks
					got = nowhere
				}
				if of == nil && got == unseen && want == letIn { // what a body names is missing: it was let in to say so
					got = letIn
				}
				if got != want {
					t.Errorf("%s, %s, %s (%s): %d, want %s: %.160s", role.Code, op.OperationID, relation, p, status, want, body)
				}
				asked[want]++
			})
			m.lists(t, me, held, m.tokens[role.Code], relation)
		}
	}
	for _, want := range []expected{letIn, denied, unseen, nowhere} {
		if asked[want] < 100 {
			t.Errorf("only %d requests had to be %s", asked[want], want)
		}
	}
	t.Logf("asked: %v", asked)
}

// lists looks for the target in the list of its kind: it is there when the grant to read covers it.
func (m *matrix) lists(t *testing.T, me tenants.Actor, held map[access.Permission][]string, token, relation string) {
	t.Helper()
	for _, k := range m.app.kinds.Kinds() {
		if k.Path == "" || len(held[k.Read]) == 0 {
			continue
		}
		x, _ := m.targetOf(t, "/"+k.Path+"/{id}", me, relation)
		want := promise(held, k.Read, me, &x, relation == "other tenant") == letIn
		status, body := m.answer(t, token, call{method: http.MethodGet, path: "/" + k.Path + "?fields=id&filter=%5B%5B%22id%22,%22=%22,%22" + x.id + "%22%5D%5D"})
		if status != http.StatusOK || strings.Contains(string(body), x.id) != want {
			t.Errorf("%s, the list of %s, %s: %d %.100s; shown must be %t", me.Login, k.Path, relation, status, body, want)
		}
	}
}

func (m *matrix) actorOf(t *testing.T, role string) tenants.Actor {
	t.Helper()
	for _, u := range demoGroups[0].users {
		if u.role == role {
			return m.ours.actors[u.login]
		}
	}
	t.Fatalf("nobody is %s in the demo", role)
	return tenants.Actor{}
}
