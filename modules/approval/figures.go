package approval

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/tenants"
)

// FiguresInput narrows the figures; empty is all.
type FiguresInput struct {
	From, To clock.Day // of submission; the last day counts
	Kind     string
	Company  uuid.UUID
}

// Figures tell how approvals go.
type Figures struct {
	Runs        int            `json:"runs"`
	Running     int            `json:"running"`
	Approved    int            `json:"approved"`
	Rejected    int            `json:"rejected"`
	Returned    int            `json:"returned" doc:"How many were returned at least once"`
	Withdrawn   int            `json:"withdrawn"`
	MedianHours float64        `json:"medianHours" doc:"From submission to the end, of those that ended"`
	Steps       []StepFigure   `json:"steps"`
	People      []PersonFigure `json:"people"`
	Returns     []ReturnFigure `json:"returns"`
}

// StepFigure is one step of one flow.
type StepFigure struct {
	Kind        string     `json:"kind"`
	Action      string     `json:"action"`
	FlowName    fault.Text `json:"flowName"`
	Node        string     `json:"node"`
	Name        fault.Text `json:"name"`
	Count       int        `json:"count"`
	MedianHours float64    `json:"medianHours"`
	P90Hours    float64    `json:"p90Hours"`
	LateCount   int        `json:"lateCount"`
	Returned    int        `json:"returned"`
}

// PersonFigure is one approver.
type PersonFigure struct {
	UserID      uuid.UUID `json:"userId"`
	Name        string    `json:"name"`
	Open        int       `json:"open"`
	Late        int       `json:"late"`
	Decided     int       `json:"decided"`
	MedianHours float64   `json:"medianHours"`
}

// ReturnFigure is how often the documents of a matter come back.
type ReturnFigure struct {
	Kind      string     `json:"kind"`
	Action    string     `json:"action"`
	Name      fault.Text `json:"name"`
	ReasonTop string     `json:"reasonTop,omitempty" doc:"What was said most often"`
	Count     int        `json:"count"`
	Share     float64    `json:"share" doc:"Of all that were submitted, 0 to 1"`
}

// The approvals that count: submitted in the time, of the kind and company, within what the reader may read. ?0 is the tenant; a person's own
// scope is that of approvals that they submitted.
const countedSQL = `WITH counted AS MATERIALIZED (SELECT a.* FROM approvals a WHERE a.tenant_id = ?0 AND a.submitted_at >= ?1 AND a.submitted_at < ?2 AND (?3 = '' OR a.record_kind = ?3)
	AND (?4::uuid IS NULL OR a.company_id = ?4) AND (?5 OR a.company_id = ANY (?6::uuid[]) OR a.department_id = ANY (?7::uuid[]) OR a.owner_id = ?8)) `

const hours = "extract(epoch FROM %s - %s) / 3600"

func hoursOf(to, from string) string { return fmt.Sprintf(hours, to, from) }

func percentile(p, what string) string {
	return "coalesce(round((percentile_cont(" + p + ") WITHIN GROUP (ORDER BY " + what + "))::numeric, 1), 0)::float8"
}

// Figures reads how approvals went, from what is stored of steps and tasks that ended.
func (s *Service) Figures(ctx context.Context, a tenants.Actor, in FiguresInput) (*Figures, error) {
	out := &Figures{Steps: []StepFigure{}, People: []PersonFigure{}, Returns: []ReturnFigure{}}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		scope, err := tx.Can(Kind.Read)
		if err != nil {
			return err
		}
		args := in.args(tx, scope)
		err = tx.NewRaw(countedSQL+`SELECT count(*) AS runs, count(*) FILTER (WHERE closed_at IS NULL) AS running, count(*) FILTER (WHERE status = 'approved') AS approved, count(*) FILTER (WHERE status = 'rejected') AS rejected,
			count(*) FILTER (WHERE status = 'withdrawn') AS withdrawn,
			count(*) FILTER (WHERE EXISTS (SELECT FROM approval_steps st WHERE st.tenant_id = ?0 AND st.approval_id = counted.id AND st.status = 'rejected' AND st.back <> 'end')) AS returned,
			`+percentile("0.5", hoursOf("closed_at", "submitted_at"))+` AS median_hours FROM counted`, args...).Scan(ctx, &out.Runs, &out.Running, &out.Approved, &out.Rejected, &out.Withdrawn, &out.Returned, &out.MedianHours)
		if err != nil {
			return fmt.Errorf("figures of approvals: %w", err)
		}
		if err := out.readSteps(ctx, tx, args); err != nil {
			return err
		}
		if err := out.readPeople(ctx, tx, args); err != nil {
			return err
		}
		return s.readReturns(ctx, tx, args, out)
	})
	return out, err
}

func (in FiguresInput) args(tx tenants.Tx, scope access.Scope) []any {
	from, to := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), tx.Now.Add(24*time.Hour)
	if in.From != "" {
		from = in.From.Start(tx.Zone)
	}
	if in.To != "" {
		to = in.To.Add(1).Start(tx.Zone)
	}
	return []any{tx.Tenant, from, to, in.Kind, null(in.Company), scope.All, array(scope.Companies), array(scope.Departments), null(scope.Owner)}
}

func (out *Figures) readSteps(ctx context.Context, tx tenants.Tx, args []any) error {
	rows, err := tx.QueryContext(ctx, countedSQL+`SELECT c.record_kind, c.action, coalesce(f.name_zh, ''), coalesce(f.name_en, ''), st.node, max(st.name_zh), max(st.name_en), count(*),
		`+percentile("0.5", hoursOf("st.closed_at", "st.opened_at"))+`, `+percentile("0.9", hoursOf("st.closed_at", "st.opened_at"))+`,
		count(*) FILTER (WHERE st.late OR st.closed_at > st.due_at), count(*) FILTER (WHERE st.status = 'rejected' AND st.back <> 'end')
		FROM counted c JOIN approval_steps st ON st.tenant_id = ?0 AND st.approval_id = c.id AND NOT st.copy AND st.status IN ('approved', 'rejected') LEFT JOIN approval_flows f ON f.tenant_id = ?0 AND f.id = c.flow_id
		GROUP BY c.record_kind, c.action, c.flow_id, f.name_zh, f.name_en, st.node ORDER BY 9 DESC, 1, 2, 5 LIMIT 200`, args...)
	if err != nil {
		return fmt.Errorf("figures of steps: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var x StepFigure
		if err := rows.Scan(&x.Kind, &x.Action, &x.FlowName.Zh, &x.FlowName.En, &x.Node, &x.Name.Zh, &x.Name.En, &x.Count, &x.MedianHours, &x.P90Hours, &x.LateCount, &x.Returned); err != nil {
			return fmt.Errorf("figures of steps: %w", err)
		}
		out.Steps = append(out.Steps, x)
	}
	return rows.Err()
}

func (out *Figures) readPeople(ctx context.Context, tx tenants.Tx, args []any) error {
	rows, err := tx.QueryContext(ctx, countedSQL+`SELECT u.id, u.name, count(*) FILTER (WHERE t.status = 'open'), count(*) FILTER (WHERE t.late OR t.status = 'open' AND t.due_at < ?9), count(*) FILTER (WHERE t.status IN ('approved', 'rejected') AND t.by_id IS NOT NULL),
		`+percentile("0.5", "CASE WHEN t.status IN ('approved', 'rejected') AND t.by_id IS NOT NULL THEN "+hoursOf("t.closed_at", "t.opened_at")+" END")+`
		FROM counted c JOIN approval_tasks t ON t.tenant_id = ?0 AND t.approval_id = c.id AND t.status IN ('open', 'approved', 'rejected') JOIN users u ON u.tenant_id = ?0 AND u.id = t.owner_id
		GROUP BY u.id, u.name ORDER BY 4 DESC, 3 DESC, 5 DESC, u.name LIMIT 200`, append(args, tx.Now)...)
	if err != nil {
		return fmt.Errorf("figures of approvers: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var x PersonFigure
		if err := rows.Scan(&x.UserID, &x.Name, &x.Open, &x.Late, &x.Decided, &x.MedianHours); err != nil {
			return fmt.Errorf("figures of approvers: %w", err)
		}
		out.People = append(out.People, x)
	}
	return rows.Err()
}

func (s *Service) readReturns(ctx context.Context, tx tenants.Tx, args []any, out *Figures) error {
	rows, err := tx.QueryContext(ctx, countedSQL+`, back AS (SELECT c.record_kind, c.action, c.id, t.comment FROM counted c JOIN approval_steps st ON st.tenant_id = ?0 AND st.approval_id = c.id AND st.status = 'rejected' AND st.back <> 'end'
			LEFT JOIN approval_tasks t ON t.tenant_id = ?0 AND t.step_id = st.id AND t.status = 'rejected' AND t.comment <> '')
		SELECT b.record_kind, b.action, count(DISTINCT b.id), coalesce(mode() WITHIN GROUP (ORDER BY b.comment), ''),
			count(DISTINCT b.id)::float8 / (SELECT count(*) FROM counted c WHERE c.record_kind = b.record_kind AND c.action = b.action)
		FROM back b GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`, args...)
	if err != nil {
		return fmt.Errorf("figures of returns: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var x ReturnFigure
		if err := rows.Scan(&x.Kind, &x.Action, &x.Count, &x.ReasonTop, &x.Share); err != nil {
			return fmt.Errorf("figures of returns: %w", err)
		}
		x.Name = fault.Text{Zh: x.Kind, En: x.Kind}
		if m := s.matter(x.Kind, x.Action); m != nil {
			x.Name = fault.Text{Zh: m.kindLabel.Zh + " · " + m.label.Zh, En: m.kindLabel.En + ": " + m.label.En}
		}
		out.Returns = append(out.Returns, x)
	}
	return rows.Err()
}
