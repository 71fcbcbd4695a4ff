package approval_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/flow"
	"forecourt/kernel/id"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/modules/approval"
	"forecourt/modules/approval/engine"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// Paper is a document of the tests.
type Paper struct {
	bun.BaseModel `bun:"table:papers"`
	record.Base
	Title  string       `bun:"title" json:"title"`
	Total  money.Amount `bun:"total" json:"total"`
	Rate   int          `bun:"rate" json:"rate"`
	Secret money.Amount `bun:"secret" json:"secret"`
	Reason string       `bun:"reason" json:"reason"`
	Status string       `bun:"status" json:"status"`
}

const papersTable = `CREATE TABLE papers (tenant_id uuid NOT NULL REFERENCES tenants, id uuid NOT NULL, version int NOT NULL, company_id uuid, department_id uuid, owner_id uuid, number text NOT NULL,
	created_at timestamptz NOT NULL, created_by uuid, updated_at timestamptz NOT NULL, title text NOT NULL, total bigint NOT NULL, rate int NOT NULL, secret bigint NOT NULL, reason text NOT NULL, status text NOT NULL, PRIMARY KEY (tenant_id, id));
	SELECT record_table('papers'); SELECT searchable('papers')`

var paperFlow = flow.New[string, string]().Status("draft", flow.Grey, "草稿", "Draft").Status("pending", flow.Amber, "审批中", "Pending").Status("agreed", flow.Green, "已同意", "Agreed").
	Action("submit", "提交", "Submit").Inner("agree", "同意", "Agree").Inner("refuse", "退回", "Refuse").
	Row("draft", "submit", "pending", "paper:submit").Row("pending", "agree", "agreed", "").Row("pending", "refuse", "draft", "").Done()

var paperKind = record.New("paper", "papers", "报告", "Paper", func(p *Paper, k *record.Kind[Paper]) {
	k.Text(&p.Title, "标题", "Title")
	k.Money(&p.Total, "金额", "Total")
	k.Int(&p.Rate, "折扣", "Rate").As("basis_points")
	k.Money(&p.Secret, "毛利", "Margin").Internal()
	k.Text(&p.Reason, "原因", "Reason")
	k.Flow(&p.Status, "状态", "Status", paperFlow)
	k.Title("number", "title")
	k.List("-createdAt", "number", "title", "total", "rate", "secret", "status", "ownerId")
	k.Form("报告", "Paper", "title", "total", "rate")
	k.Approvable("submit", "paper:approve", record.Input("limit", record.Int, "上限", "Limit").As("basis_points")).Changes("title")
})

// notices counts who was told.
type notices struct {
	mu   sync.Mutex
	told map[uuid.UUID][]string
}

func (n *notices) Tell(_ context.Context, tx tenants.Tx, user uuid.UUID, zh, en, kind string, _ uuid.UUID) error {
	if zh == "" || en == "" || kind != "approval" {
		return errors.New("a notice without words")
	}
	if user == uuid.Nil || user == tx.Actor.User {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told[user] = append(n.told[user], zh)
	return nil
}

func (n *notices) count(user uuid.UUID) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.told[user])
}

// env is a demo group whose papers are under approval.
type env struct {
	*policiestest.Env
	s        *approval.Service
	owner    *pgx.Conn
	notices  *notices
	manager2 tenants.Actor // a second sales manager of the company
	call     func(a tenants.Actor, method, path, match string, body any) (int, map[string]any)

	mu       sync.Mutex
	outcomes []record.Decision
}

func newEnv(t testing.TB) *env {
	t.Helper()
	e := &env{Env: policiestest.New(t, approval.Kind.Spec, approval.TaskKind.Spec, paperKind.Spec), notices: &notices{told: map[uuid.UUID][]string{}}}
	ctx := t.Context()
	var err error
	if e.owner, err = pgx.Connect(ctx, e.OwnerURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.owner.Close(context.Background()) })
	e.exec(t, papersTable)
	e.allow(t, e.Tenant.ID)
	e.s = approval.New(e.DB, e.Policies, e.notices)
	e.s.Join(approval.Subject{Spec: paperKind.Spec, Action: "submit", Decided: e.decided, Facts: func(context.Context, tenants.Tx, uuid.UUID) (map[string]any, error) {
		return map[string]any{"limit": 300}, nil
	}, Edit: edit})
	e.Hire(t, "manager2", "钱进", e.Department, "销售经理", "sales_manager")
	e.manager2 = e.SignIn(t, "manager2")
	for _, a := range []*tenants.Actor{&e.Manager, &e.Leader, &e.Sales, &e.Sales2, &e.Admin, &e.CompanyAdmin, &e.Auditor} {
		*a = e.SignIn(t, a.Login)
	}
	var mu sync.Mutex
	var who tenants.Actor
	door := policiestest.Door(t, e.s.Routes, func() tenants.Actor { return who })
	e.call = func(a tenants.Actor, method, path, match string, body any) (int, map[string]any) {
		mu.Lock()
		defer mu.Unlock()
		who = a
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		status, answer := door(method, path, match, string(b))
		var out map[string]any
		if answer != "" {
			if err := json.Unmarshal([]byte(answer), &out); err != nil {
				t.Fatalf("%s: %v", answer, err)
			}
		}
		return status, out
	}
	return e
}

// allow gives the shipped roles what they may do with papers.
func (e *env) allow(t testing.TB, tenant uuid.UUID) {
	e.exec(t, `INSERT INTO policy_rules (tenant_id, ptype, v0, v1, v2) SELECT $1, 'p', r, p, s FROM (VALUES ('sales_manager', 'paper:approve', 'company'), ('sales_manager', 'paper:read', 'company'), ('group_leader', 'paper:approve', 'group'),
		('group_leader', 'paper:read', 'group'), ('sales_consultant', 'paper:read', 'self'), ('sales_consultant', 'paper:submit', 'self'), ('sales_manager', 'paper:submit', 'company'), ('group_administrator', 'paper:read', 'group')) x(r, p, s)`, tenant)
	e.exec(t, "UPDATE tenants SET version = version + 1 WHERE id = $1", tenant)
}

func (e *env) exec(t testing.TB, q string, args ...any) {
	t.Helper()
	if _, err := e.owner.Exec(t.Context(), q, args...); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
}

func (e *env) one(t testing.TB, q string, args ...any) (n int) {
	t.Helper()
	if err := e.owner.QueryRow(t.Context(), q, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return n
}

var outcomeStatus = map[record.Outcome]string{record.OutcomeAgreed: "agreed", record.OutcomeRefused: "draft", record.OutcomeReturned: "draft", record.OutcomeWithdrawn: "draft"}

func (e *env) decided(ctx context.Context, tx tenants.Tx, id uuid.UUID, d record.Decision) error {
	p, err := paperKind.Find(ctx, tx.Tx, access.Scope{All: true}, id)
	if err != nil {
		return err
	}
	before := *p
	p.Status, p.Reason = outcomeStatus[d.Outcome], d.Reason
	if err := paperKind.Save(ctx, tx.Tx, &before, p, "decide"); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.outcomes = append(e.outcomes, d)
	return nil
}

var errTitle = fault.New(fault.Invalid, "paper.title", "标题必填", "A title is needed")

func edit(ctx context.Context, tx tenants.Tx, id uuid.UUID, changes map[string]json.RawMessage) error {
	p, err := paperKind.Find(ctx, tx.Tx, access.Scope{All: true}, id)
	if err != nil {
		return err
	}
	before := *p
	if err := json.Unmarshal(changes["title"], &p.Title); err != nil || p.Title == "" {
		return errTitle.At("title")
	}
	return paperKind.Save(ctx, tx.Tx, &before, p, "edit")
}

// write drafts a paper of the company; a is its owner.
func (e *env) write(t testing.TB, a tenants.Actor, total money.Amount, rate int) uuid.UUID {
	t.Helper()
	p := &Paper{Title: "采购申请", Total: total, Rate: rate, Secret: 500, Status: "draft"}
	p.ID, p.CompanyID, p.DepartmentID, p.OwnerID, p.Number = id.New(), a.Posting.Company, a.Posting.Department, a.User, "P-"+uuid.NewString()[:8]
	err := e.DB.Do(t.Context(), a, func(tx tenants.Tx) error { return paperKind.Create(t.Context(), tx.Tx, p) })
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// submit is the document's own use case.
func (e *env) submit(ctx context.Context, a tenants.Actor, paper uuid.UUID, input any) (agreed bool, err error) {
	err = e.DB.Do(ctx, a, func(tx tenants.Tx) error {
		p, err := paperKind.Find(ctx, tx.Tx, access.Scope{All: true}, paper)
		if err != nil {
			return err
		}
		before := *p
		if agreed, err = e.s.Ask(ctx, tx, paperKind.Spec, "submit", paper, input); err != nil {
			return err
		}
		p.Status = "pending"
		if agreed {
			p.Status = "agreed"
		}
		return paperKind.Save(ctx, tx.Tx, &before, p, "submit")
	})
	return agreed, err
}

// ask submits a new paper and returns its approval.
func (e *env) ask(t testing.TB, a tenants.Actor, total money.Amount, rate int) (paper, run uuid.UUID) {
	t.Helper()
	paper = e.write(t, a, total, rate)
	if agreed, err := e.submit(t.Context(), a, paper, nil); err != nil || agreed {
		t.Fatalf("submit: %t %v", agreed, err)
	}
	if err := e.owner.QueryRow(t.Context(), "SELECT id FROM approvals WHERE record_id = $1 AND closed_at IS NULL", paper).Scan(&run); err != nil {
		t.Fatal(err)
	}
	return paper, run
}

// task finds somebody's task of a run in a status.
func (e *env) task(t testing.TB, run uuid.UUID, a tenants.Actor, status string) (task uuid.UUID, version int) {
	t.Helper()
	err := e.owner.QueryRow(t.Context(), "SELECT id, version FROM approval_tasks WHERE approval_id = $1 AND owner_id IS NOT DISTINCT FROM $2 AND status = $3 ORDER BY opened_at DESC LIMIT 1", run, optional(a.User), status).Scan(&task, &version)
	if err != nil {
		t.Fatalf("%s task of %s: %v", status, a.Name, err)
	}
	return task, version
}

func optional(u uuid.UUID) any {
	if u == uuid.Nil {
		return nil
	}
	return u
}

func (e *env) status(t testing.TB, table string, id uuid.UUID) (s string) {
	t.Helper()
	if err := e.owner.QueryRow(t.Context(), "SELECT status FROM "+table+" WHERE id = $1", id).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// approve and reject are one person's decision about a run.
func (e *env) approve(t testing.TB, run uuid.UUID, a tenants.Actor) {
	t.Helper()
	task, version := e.task(t, run, a, "open")
	if _, err := e.s.Approve(t.Context(), a, task, version, approval.ApproveInput{}); err != nil {
		t.Fatal(err)
	}
}

func zh(s string) fault.Text { return fault.Text{Zh: s, En: s} }

// manager and leader are the two steps of the tests' flows.
func manager() engine.Node {
	return engine.Node{ID: "manager", Kind: engine.NodeApprove, Name: zh("经理"), Approvers: []engine.Rule{{Rule: engine.RuleRoleCompany, Code: "sales_manager"}}, Mode: engine.ModeAny, Empty: engine.EmptyAdministrator, Self: engine.SelfSkip}
}

func leader() engine.Node {
	return engine.Node{ID: "leader", Kind: engine.NodeApprove, Name: zh("领导"), Approvers: []engine.Rule{{Rule: engine.RuleRoleGroup, Code: "group_leader"}}, Mode: engine.ModeAny, Empty: engine.EmptyAdministrator, Self: engine.SelfSkip}
}

// line is a flow of nodes one after the other.
func line(nodes ...engine.Node) engine.Flow {
	f := engine.Flow{Withdraw: engine.WithdrawBeforeFirst, Bulk: true, Nodes: []engine.Node{{ID: "start", Kind: engine.NodeStart}}}
	f.Nodes = append(append(f.Nodes, nodes...), engine.Node{ID: "end", Kind: engine.NodeEnd})
	for i := 1; i < len(f.Nodes); i++ {
		f.Lines = append(f.Lines, engine.Line{ID: "l" + f.Nodes[i].ID, From: f.Nodes[i-1].ID, To: f.Nodes[i].ID})
	}
	return f
}

// beyond is the flow of the story: the leader agrees too when the rate is beyond the limit.
func beyond() engine.Flow {
	f := line(manager(), engine.Node{ID: "b", Kind: engine.NodeBranch, Name: zh("超限")}, leader())
	f.Lines = []engine.Line{{ID: "l1", From: "start", To: "manager"}, {ID: "l2", From: "manager", To: "b"}, {ID: "l3", From: "b", To: "leader", When: &engine.Condition{Any: [][]engine.Term{{{Fact: "rate", Op: ">", Than: "limit"}}}}},
		{ID: "l4", From: "b", To: "end", Else: true}, {ID: "l5", From: "leader", To: "end"}}
	return f
}

// publish makes a flow of papers count and returns its id.
func (e *env) publish(t testing.TB, f engine.Flow) uuid.UUID {
	t.Helper()
	made, err := e.s.CreateFlow(t.Context(), e.Admin, approval.FlowInput{Kind: "paper", Action: "submit", Name: zh("流程")})
	if err != nil {
		t.Fatal(err)
	}
	draft, err := e.s.SaveDraft(t.Context(), e.Admin, made.ID, made.Version, &f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.s.Publish(t.Context(), e.Admin, made.ID, draft.Version, ""); err != nil {
		t.Fatal(err)
	}
	return made.ID
}

func later(a tenants.Actor, d time.Duration) tenants.Actor {
	a.Tenant.Offset += d
	return a
}

func refused(t testing.TB, err error, want *fault.Fault) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, want %s", err, want.Code)
	}
}
