package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/fault"
	"forecourt/kernel/rest"
	"forecourt/kernel/search"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// run is an approval as it is stored, with what the engine moves. Whoever changes it holds the lock of its row.
type run struct {
	ID, RecordID        uuid.UUID
	Version             int
	Company, Department uuid.UUID
	Kind, Action        string
	words
	SubmittedAt, ClosedAt time.Time
	FlowID                uuid.UUID
	FlowVersion           int
	Unit                  uuid.UUID
	Input                 json.RawMessage
	Snapshot              json.RawMessage
	Urged                 map[string]time.Time
	engine.Run

	fresh      bool
	steps      map[uuid.UUID]stepRow
	tasks      map[uuid.UUID]taskRow
	versions   map[uuid.UUID]int       // of tasks
	signatures map[uuid.UUID]uuid.UUID // files, by task
}

// stepRow and taskRow are what is stored of a step and a task: one that equals what was read is not written.
type stepRow struct {
	status, back, over          string
	opened, closed, due, remind time.Time
	late                        bool
	reminded                    int
	why                         fault.Text
	node                        string
	round                       int
	from                        uuid.UUID
}

type taskRow struct {
	owner, by, of, signature        uuid.UUID
	status, origin, placed, comment string
	position                        int
	opened, closed, due             time.Time
	late                            bool
	why                             fault.Text
}

func rowOf(s *engine.Step) stepRow {
	return stepRow{string(s.Status), s.Back, s.Over, s.Opened, s.Closed, s.Due, s.RemindAt, s.Late, s.Reminded, s.Why, s.Node, s.Round, s.From}
}

func (r *run) taskOf(s *engine.Step, t *engine.Task) taskRow {
	late := !s.Due.IsZero() && (t.Closed.IsZero() && s.Late || t.Closed.After(s.Due))
	return taskRow{t.User, t.By, t.Of, r.signatures[t.ID], string(t.Status), string(t.Origin), string(t.Where), t.Comment, t.Position, t.Opened, t.Closed, s.Due, late, t.Why}
}

// lockRun reads an approval with its steps and tasks and locks it; the document's row is locked before it, as by whoever moves the document
// itself, so that the two never wait for each other. It returns rest.ErrMissing.
func (s *Service) lockRun(ctx context.Context, tx tenants.Tx, id uuid.UUID) (*run, error) {
	var kind, action string
	var record uuid.UUID
	err := tx.QueryRowContext(ctx, "SELECT record_kind, action, record_id FROM approvals WHERE tenant_id = ? AND id = ?", tx.Tenant, id).Scan(&kind, &action, &record)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, rest.ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("approval %s: %w", id, err)
	}
	return s.lockOf(ctx, tx, id, kind, action, record)
}

func (s *Service) lockOf(ctx context.Context, tx tenants.Tx, id uuid.UUID, kind, action string, record uuid.UUID) (*run, error) {
	if m := s.matter(kind, action); m != nil && m.ready() {
		if err := tx.Later(ctx, "SELECT FROM "+m.Spec.Table()+" WHERE tenant_id = ? AND id = ? FOR UPDATE", tx.Tenant, record); err != nil {
			return nil, err
		}
	}
	return readRun(ctx, tx, id, " FOR UPDATE")
}

// readRun reads an approval with its steps and tasks.
func readRun(ctx context.Context, tx tenants.Tx, id uuid.UUID, lock string) (*run, error) {
	r := &run{ID: id, steps: map[uuid.UUID]stepRow{}, tasks: map[uuid.UUID]taskRow{}, versions: map[uuid.UUID]int{}, signatures: map[uuid.UUID]uuid.UUID{}}
	var company, department, owner, flow, unit uuid.NullUUID
	var closed sql.NullTime
	var arrived, chosen, resume, urged, input, snapshot []byte
	err := tx.QueryRowContext(ctx, `SELECT version, company_id, department_id, owner_id, number, record_kind, action, record_id, title, summary, summary_en, status, submitted_at, closed_at, amount, flow_id, flow_version,
		reason, unit_id, input, snapshot, arrived, chosen, resume, urged FROM approvals WHERE tenant_id = ? AND id = ?`+lock, tx.Tenant, id).
		Scan(&r.Version, &company, &department, &owner, &r.number, &r.Kind, &r.Action, &r.RecordID, &r.title, &r.summary, &r.summaryEn, &r.Status, &r.SubmittedAt, &closed, &r.amount, &flow, &r.FlowVersion,
			&r.Reason, &unit, &input, &snapshot, &arrived, &chosen, &resume, &urged)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, rest.ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("approval %s: %w", id, err)
	}
	r.Company, r.Department, r.Submitter, r.FlowID, r.Unit, r.ClosedAt, r.Run.ID, r.Input, r.Snapshot = company.UUID, department.UUID, owner.UUID, flow.UUID, unit.UUID, closed.Time, id, input, snapshot
	if err := errors.Join(json.Unmarshal(arrived, &r.Arrived), json.Unmarshal(chosen, &r.Chosen), json.Unmarshal(resume, &r.Resume), json.Unmarshal(urged, &r.Urged)); err != nil {
		return nil, fmt.Errorf("approval %s: %w", id, err)
	}
	return r, r.readSteps(ctx, tx)
}

const stepsSQL = `SELECT s.id, s.node, s.round, s.status, s.opened_at, s.closed_at, s.due_at, s.late, s.why_zh, s.why_en, s.from_id, s.back, s.over_line, s.reminded, s.remind_at,
	t.id, t.version, t.owner_id, t.origin, t.of_id, t.placed, t.position, t.status, t.by_id, t.comment, t.signature_id, t.opened_at, t.closed_at, t.why_zh, t.why_en
	FROM approval_steps s LEFT JOIN approval_tasks t ON t.tenant_id = s.tenant_id AND t.approval_id = s.approval_id AND t.step_id = s.id
	WHERE s.tenant_id = ? AND s.approval_id = ? ORDER BY s.n, t.n`

func (r *run) readSteps(ctx context.Context, tx tenants.Tx) error {
	rows, err := tx.QueryContext(ctx, stepsSQL, tx.Tenant, r.ID)
	if err != nil {
		return fmt.Errorf("steps of approval %s: %w", r.ID, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var st engine.Step
		var t engine.Task
		var closed, due, remind, opened, done sql.NullTime
		var from, task, owner, of, by, signature uuid.NullUUID
		var version, position sql.NullInt64
		var origin, placed, status, comment, zh, en sql.NullString
		if err := rows.Scan(&st.ID, &st.Node, &st.Round, &st.Status, &st.Opened, &closed, &due, &st.Late, &st.Why.Zh, &st.Why.En, &from, &st.Back, &st.Over, &st.Reminded, &remind,
			&task, &version, &owner, &origin, &of, &placed, &position, &status, &by, &comment, &signature, &opened, &done, &zh, &en); err != nil {
			return fmt.Errorf("steps of approval %s: %w", r.ID, err)
		}
		if n := len(r.Steps); n == 0 || r.Steps[n-1].ID != st.ID {
			st.Opened, st.Closed, st.Due, st.RemindAt, st.From = st.Opened.UTC(), utc(closed), utc(due), utc(remind), from.UUID
			r.Steps = append(r.Steps, &st)
			r.steps[st.ID] = rowOf(&st)
		}
		if !task.Valid {
			continue
		}
		t = engine.Task{ID: task.UUID, User: owner.UUID, Origin: engine.Origin(origin.String), Of: of.UUID, Where: engine.Where(placed.String), Position: int(position.Int64), Status: engine.TaskStatus(status.String),
			By: by.UUID, Comment: comment.String, Opened: utc(opened), Closed: utc(done), Why: fault.Text{Zh: zh.String, En: en.String}}
		last := r.Steps[len(r.Steps)-1]
		last.Tasks = append(last.Tasks, &t)
		r.versions[t.ID] = int(version.Int64)
		if signature.Valid {
			r.signatures[t.ID] = signature.UUID
		}
		r.tasks[t.ID] = r.taskOf(last, &t)
	}
	return rows.Err()
}

func utc(t sql.NullTime) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return t.Time.UTC()
}

func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// task finds a task with its step.
func (r *run) task(id uuid.UUID) (*engine.Step, *engine.Task) {
	for _, s := range r.Steps {
		for _, t := range s.Tasks {
			if t.ID == id {
				return s, t
			}
		}
	}
	return nil, nil
}

func (r *run) subject() string { return r.Kind + "." + r.Action }
func (r *run) closed() bool    { return r.Status != engine.Running && r.Status != engine.Returned }

// current names the approvals that are open, in both languages.
func (r *run) current(f *engine.Flow) fault.Text {
	var zh, en []string
	for _, s := range r.Steps {
		if s.Status != engine.StepOpen {
			continue
		}
		name := nameOf(f, s.Node)
		zh, en = append(zh, name.Zh), append(en, name.En)
	}
	return fault.Text{Zh: clip(strings.Join(zh, "、"), 400), En: clip(strings.Join(en, ", "), 400)}
}

func nameOf(f *engine.Flow, node string) fault.Text {
	name := fault.Text{Zh: "审批", En: "Approval"}
	if n := f.Node(node); n != nil && n.Name.Zh != "" {
		name = n.Name
	}
	if name.En == "" {
		name.En = name.Zh
	}
	return name
}

// save writes what changed since the run was read, with its next version. Nobody waits for any of it: it travels with COMMIT.
func (r *run) save(ctx context.Context, tx tenants.Tx, f *engine.Flow) error {
	if r.closed() && r.ClosedAt.IsZero() {
		r.ClosedAt = tx.Now
	}
	if err := r.saveRun(ctx, tx, f); err != nil {
		return err
	}
	people := map[uuid.UUID]bool{}
	if r.fresh {
		people[r.Submitter] = true
	}
	for n, st := range r.Steps {
		if err := r.saveStep(ctx, tx, f, n, st); err != nil {
			return err
		}
		for i, t := range st.Tasks {
			row := r.taskOf(st, t)
			was, known := r.tasks[t.ID]
			if known && was == row {
				continue
			}
			if err := r.saveTask(ctx, tx, f, st, t, i, row, known); err != nil {
				return err
			}
			tx.Touch(TaskKind.Name, t.ID)
			r.tasks[t.ID] = row
			people[t.User], people[t.By] = true, true
		}
	}
	delete(people, uuid.Nil)
	for user := range people {
		if err := r.admit(ctx, tx, user); err != nil {
			return err
		}
	}
	r.fresh = false
	return nil
}

// admit lets somebody see the approval.
func (r *run) admit(ctx context.Context, tx tenants.Tx, user uuid.UUID) error {
	return tx.Later(ctx, "INSERT INTO approval_people (tenant_id, approval_id, owner_id, company_id, department_id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		tx.Tenant, r.ID, user, null(r.Company), null(r.Department))
}

func (r *run) saveRun(ctx context.Context, tx tenants.Tx, f *engine.Flow) error {
	if r.Arrived == nil {
		r.Arrived = map[string][]string{}
	}
	if r.Chosen == nil {
		r.Chosen = map[string][]uuid.UUID{}
	}
	if r.Resume == nil {
		r.Resume = []engine.Resumption{}
	}
	arrived, err := json.Marshal(r.Arrived)
	if err != nil {
		return err
	}
	chosen, err := json.Marshal(r.Chosen)
	if err != nil {
		return err
	}
	resume, err := json.Marshal(r.Resume)
	if err != nil {
		return err
	}
	step := r.current(f)
	r.Version++
	if !r.fresh {
		return tx.Later(ctx, `UPDATE approvals SET version = ?, updated_at = ?, number = ?, title = ?, summary = ?, summary_en = ?, amount = ?, status = ?, submitted_at = ?, closed_at = ?, current_step = ?, current_step_en = ?, reason = ?,
			input = ?::jsonb, snapshot = ?::jsonb, arrived = ?::jsonb, chosen = ?::jsonb, resume = ?::jsonb WHERE tenant_id = ? AND id = ?`,
			r.Version, tx.Now, r.number, r.title, r.summary, r.summaryEn, r.amount, string(r.Status), r.SubmittedAt, moment(r.ClosedAt), step.Zh, step.En, clip(r.Reason, 1000),
			body(r.Input), string(r.Snapshot), string(arrived), string(chosen), string(resume), tx.Tenant, r.ID)
	}
	return tx.Later(ctx, `INSERT INTO approvals (tenant_id, id, version, company_id, department_id, owner_id, number, created_at, created_by, updated_at, subject, record_kind, action, record_id, title, summary, summary_en,
		status, submitted_at, closed_at, amount, current_step, current_step_en, flow_id, flow_version, reason, unit_id, input, snapshot, arrived, chosen, resume, grams)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb, ?::jsonb, ?::jsonb, ?::jsonb, ?)`,
		tx.Tenant, r.ID, r.Version, null(r.Company), null(r.Department), null(r.Submitter), r.number, tx.Now, null(tx.Actor.User), tx.Now, r.subject(), r.Kind, r.Action, r.RecordID, r.title, r.summary, r.summaryEn,
		string(r.Status), r.SubmittedAt, moment(r.ClosedAt), r.amount, step.Zh, step.En, null(r.FlowID), r.FlowVersion, clip(r.Reason, 1000), null(r.Unit), body(r.Input), string(r.Snapshot),
		string(arrived), string(chosen), string(resume), r.grams())
}

func body(raw json.RawMessage) any {
	if len(raw) == 0 {
		return nil
	}
	return string(raw)
}

// grams are the keys by which an approval and its tasks are found: the document's number and names.
func (r *run) grams() any {
	return pgdialect.Array(search.Unique(append(search.Keys(r.number), search.Keys(r.title)...)))
}

func (r *run) saveStep(ctx context.Context, tx tenants.Tx, f *engine.Flow, n int, st *engine.Step) error {
	row := rowOf(st)
	was, known := r.steps[st.ID]
	if known && was == row {
		return nil
	}
	r.steps[st.ID] = row
	if known {
		return tx.Later(ctx, "UPDATE approval_steps SET status = ?, closed_at = ?, due_at = ?, late = ?, why_zh = ?, why_en = ?, back = ?, over_line = ?, reminded = ?, remind_at = ? WHERE tenant_id = ? AND id = ?",
			row.status, moment(row.closed), moment(row.due), row.late, row.why.Zh, row.why.En, row.back, row.over, row.reminded, moment(row.remind), tx.Tenant, st.ID)
	}
	name, node := nameOf(f, st.Node), f.Node(st.Node)
	return tx.Later(ctx, `INSERT INTO approval_steps (tenant_id, id, approval_id, n, node, name_zh, name_en, copy, round, status, opened_at, closed_at, due_at, late, why_zh, why_en, from_id, back, over_line, reminded, remind_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Tenant, st.ID, r.ID, n, st.Node, name.Zh, name.En, node != nil && node.Kind == engine.NodeCopy, st.Round, row.status, row.opened, moment(row.closed), moment(row.due), row.late, row.why.Zh, row.why.En,
		null(row.from), row.back, row.over, row.reminded, moment(row.remind))
}

func (r *run) saveTask(ctx context.Context, tx tenants.Tx, f *engine.Flow, st *engine.Step, t *engine.Task, n int, row taskRow, known bool) error {
	if known {
		r.versions[t.ID]++
		return tx.Later(ctx, `UPDATE approval_tasks SET version = version + 1, updated_at = ?, owner_id = ?, status = ?, by_id = ?, comment = ?, signature_id = ?, position = ?, opened_at = ?, due_at = ?, closed_at = ?, late = ?, why_zh = ?, why_en = ?
			WHERE tenant_id = ? AND id = ?`, tx.Now, null(row.owner), row.status, null(row.by), row.comment, null(row.signature), row.position, moment(row.opened), moment(row.due), moment(row.closed), row.late, row.why.Zh, row.why.En,
			tx.Tenant, t.ID)
	}
	r.versions[t.ID] = 1
	name := nameOf(f, st.Node)
	return tx.Later(ctx, `INSERT INTO approval_tasks (tenant_id, id, version, company_id, department_id, owner_id, number, created_at, created_by, updated_at, approval_id, step_id, n, subject, record_kind, record_id, title, summary, summary_en,
		amount, submitter_id, step, step_en, status, origin, of_id, placed, position, by_id, comment, signature_id, opened_at, due_at, closed_at, late, bulk, why_zh, why_en, grams)
		VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.Tenant, t.ID, null(r.Company), null(r.Department), null(row.owner), r.number, tx.Now, null(tx.Actor.User), tx.Now, r.ID, st.ID, n, r.subject(), r.Kind, r.RecordID, r.title, r.summary, r.summaryEn,
		r.amount, null(r.Submitter), name.Zh, name.En, row.status, row.origin, null(row.of), row.placed, row.position, null(row.by), row.comment, null(row.signature), moment(row.opened), moment(row.due), moment(row.closed),
		row.late, f.Bulk, row.why.Zh, row.why.En, r.grams())
}
