package workers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// State is where a job stands.
type State string

// The states of a job, from its start to its end.
const (
	StatePlanned State = "planned" // falls due later
	StateDue     State = "due"     // waits for a worker
	StateRunning State = "running" // a worker has it, or is about to
	StateFailing State = "failing" // a run failed; it is tried again by itself
	StateParked  State = "failed"  // all its runs failed: somebody has to look
)

// Job is one piece of work that was left for later.
type Job struct {
	ID       uuid.UUID  `json:"id"`
	Label    fault.Text `json:"label"`
	State    State      `json:"state" enum:"planned,due,running,failing,failed"`
	Since    time.Time  `json:"since" doc:"When it was published, or falls due"`
	Attempts int        `json:"attempts"`
	Reason   fault.Text `json:"reason" doc:"Why its last run failed, in plain words; empty: it did not"`
	Detail   string     `json:"detail,omitempty" doc:"The error as the program wrote it, for whoever helps"`
}

// JobCount counts the jobs of one kind.
type JobCount struct {
	Label   fault.Text `json:"label"`
	Queue   string     `json:"queue" enum:"critical,default,low"`
	Planned int        `json:"planned"`
	Due     int        `json:"due"`
	Running int        `json:"running"`
	Failing int        `json:"failing"`
	Failed  int        `json:"failed"`
	Done    int        `json:"done" doc:"Today, by the tenant's calendar"`
}

// TenantJobs counts the jobs of one tenant for the operators.
type TenantJobs struct {
	TenantID uuid.UUID  `json:"tenantId"`
	Code     string     `json:"code"`
	Name     string     `json:"name"`
	Counts   []JobCount `json:"counts"`
}

// stateSQL tells the state of an open row of an alias-free table; ?stale is how long a claim lasts without a sign of life.
const stateSQL = `CASE WHEN error IS NOT NULL AND claimed_at > now() + interval '1 year' THEN 'failed' WHEN error IS NOT NULL THEN 'failing'
	WHEN NOT ({due}) THEN 'planned' WHEN claimed_at > now() - ?stale::interval THEN 'running' ELSE 'due' END`

const countSQL = `SELECT kind, ` + stateSQL + ` AS state, count(*) AS n FROM {table} WHERE tenant_id = ?tenant AND done_at IS NULL AND kind = ANY (?known) GROUP BY 1, 2
UNION ALL SELECT kind, 'done', count(*) FROM {table} WHERE tenant_id = ?tenant AND done_at >= ?midnight AND heard_by <> '{}' GROUP BY 1`

const jobsSQL = `SELECT id, kind, {since} AS since, attempts, coalesce(error, '') AS error, ` + stateSQL + ` AS state FROM {table} WHERE tenant_id = ?tenant AND done_at IS NULL AND (kind = ANY (?known) OR error IS NOT NULL)`

type jobArgs struct {
	Tenant   uuid.UUID
	Known    []string `bun:",array"`
	Stale    string
	Now      time.Time
	Midnight time.Time
	State    string
	Most     int
}

// mostJobs bounds one answer of jobs; the counts count them all.
const mostJobs = 200

func (w *Workers) jobArgs(tx tenants.Tx) *jobArgs {
	return &jobArgs{Tenant: tx.Tenant, Known: w.known, Stale: interval(w.o.Stale), Now: tx.Now, Midnight: clock.DayOf(tx.Now, tx.Zone).Start(tx.Zone).Add(-tx.Actor.Tenant.Offset), Most: mostJobs}
}

func (t table) jobSQL(q string) string {
	since := "created_at"
	if t == dueTasks {
		since = "due_at"
	}
	return t.sqlFor(strings.ReplaceAll(q, "{since}", since))
}

// Counts counts the jobs of the actor's tenant by what is done.
func (w *Workers) Counts(ctx context.Context, a tenants.Actor) ([]JobCount, error) {
	var rows []struct {
		Kind, State string
		N           int
	}
	err := w.db.Read(ctx, a, func(tx tenants.Tx) error {
		return tx.NewRaw(outbox.jobSQL(countSQL)+" UNION ALL "+dueTasks.jobSQL(countSQL), w.jobArgs(tx)).Scan(ctx, &rows)
	})
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	by := map[string]*JobCount{}
	for _, r := range rows {
		c := by[r.Kind]
		if c == nil {
			c = &JobCount{Label: w.Label(r.Kind), Queue: w.o.Queue(r.Kind)}
			by[r.Kind] = c
		}
		*map[string]*int{"planned": &c.Planned, "due": &c.Due, "running": &c.Running, "failing": &c.Failing, "failed": &c.Failed, "done": &c.Done}[r.State] += r.N
	}
	out := make([]JobCount, 0, len(by))
	for _, kind := range slices.Sorted(maps.Keys(by)) {
		out = append(out, *by[kind])
	}
	return out, nil
}

// Jobs lists the jobs of the actor's tenant in a state, oldest first, at most 200.
func (w *Workers) Jobs(ctx context.Context, a tenants.Actor, state State) ([]Job, error) {
	var rows []struct {
		ID          uuid.UUID
		Kind, State string
		Since       time.Time
		Attempts    int
		Error       string
	}
	err := w.db.Read(ctx, a, func(tx tenants.Tx) error {
		args := w.jobArgs(tx)
		args.State = string(state)
		q := "SELECT * FROM (" + outbox.jobSQL(jobsSQL) + " UNION ALL " + dueTasks.jobSQL(jobsSQL) + ") j WHERE state = ?state ORDER BY since, id LIMIT ?most"
		return tx.NewRaw(q, args).Scan(ctx, &rows)
	})
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	out := make([]Job, 0, len(rows))
	for _, r := range rows {
		out = append(out, Job{ID: r.ID, Label: w.Label(r.Kind), State: State(r.State), Since: r.Since.UTC(), Attempts: r.Attempts, Reason: plainly(r.Error), Detail: r.Error})
	}
	return out, nil
}

// Label says what a kind of job does, by the words of those who do it.
func (w *Workers) Label(kind string) fault.Text {
	var zh, en []string
	for _, name := range slices.Sorted(maps.Keys(w.handlers[kind])) {
		if t, ok := w.o.Words[name]; ok {
			zh, en = append(zh, t.Zh), append(en, t.En)
		}
	}
	if len(zh) == 0 {
		return fault.Text{Zh: "其他版本的任务", En: "A job of another release"}
	}
	return fault.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")}
}

// causes are what goes wrong with the machine rather than with the work, by what their errors say.
var causes = []struct {
	says string
	text fault.Text
}{
	{noHandler, fault.Text{Zh: "现在的程序不认识这个任务，升级完成后会自动继续", En: "This release does not know the job; it goes on by itself when the upgrade is complete"}},
	{died, fault.Text{Zh: "处理到一半时程序停止了", En: "The program stopped in the middle of it"}},
	{"deadline exceeded", fault.Text{Zh: "处理超时", En: "It took too long"}},
	{"connection refused", fault.Text{Zh: "当时连不上需要的服务", En: "A service that it needs could not be reached"}},
	{"SQLSTATE 08", fault.Text{Zh: "当时连不上数据库", En: "The database could not be reached"}},
	{"SQLSTATE 57", fault.Text{Zh: "当时连不上数据库", En: "The database could not be reached"}},
	{"SQLSTATE 53", fault.Text{Zh: "服务器空间或资源不足", En: "The server had run out of space or resources"}},
	{"SQLSTATE 23", fault.Text{Zh: "要写入的内容与已有数据冲突", En: "What it would write conflicts with what is there"}},
}

// plainly puts an error into words for people who do not read programs.
func plainly(err string) fault.Text {
	if err == "" {
		return fault.Text{}
	}
	for _, c := range causes {
		if strings.Contains(err, c.says) {
			return c.text
		}
	}
	return fault.Text{Zh: "处理时出错；重新执行后仍失败，请把下面的技术信息发给系统支持", En: "It went wrong; if it fails again when it is retried, send the technical detail to support"}
}

// RetryOwn gives a failed job of the actor's tenant its runs again. It returns ErrNotParked or tenants.ErrSuspended.
func (w *Workers) RetryOwn(ctx context.Context, a tenants.Actor, row uuid.UUID) error {
	err := w.db.Do(ctx, a, func(tx tenants.Tx) error {
		kind, err := retry(ctx, tx, row)
		if err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, "job", row, 1, "retry", nil, map[string]any{"kind": w.Label(kind).Zh})
	})
	if err == nil {
		w.Kick()
	}
	return err
}

// RetryAll gives all failed jobs of the actor's tenant their runs again, and returns how many.
func (w *Workers) RetryAll(ctx context.Context, a tenants.Actor) (n int, err error) {
	err = w.db.Do(ctx, a, func(tx tenants.Tx) error {
		n = 0
		for _, t := range []table{outbox, dueTasks} {
			r, err := tx.ExecContext(ctx, t.sqlFor("UPDATE {table} SET attempts = 0, claimed_at = NULL, error = NULL WHERE tenant_id = ? AND "+isParked), tx.Tenant)
			if err != nil {
				return fmt.Errorf("retry all: %w", err)
			}
			some, err := r.RowsAffected()
			if err != nil {
				return fmt.Errorf("retry all: %w", err)
			}
			n += int(some)
		}
		if n == 0 {
			return nil
		}
		return record.WriteHistory(ctx, tx.Tx, "job", uuid.Nil, 1, "retry_all", nil, map[string]any{"count": n})
	})
	if err == nil && n > 0 {
		w.Kick()
	}
	return n, err
}

// AllCounts counts the jobs of every tenant that has some, by tenant and what is done.
func (w *Workers) AllCounts(ctx context.Context) ([]TenantJobs, error) {
	var ids []uuid.UUID
	err := w.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.NewRaw("SELECT id FROM tenants WHERE status IN ? ORDER BY code", bun.Tuple([]string{"trial", "active"})).Scan(ctx, &ids)
	})
	if err != nil {
		return nil, fmt.Errorf("tenants with jobs: %w", err)
	}
	out := []TenantJobs{}
	for _, id := range ids {
		t, err := w.db.Tenant(ctx, id)
		if err != nil {
			return nil, err
		}
		counts, err := w.Counts(ctx, tenants.Worker(t, relayName))
		if err != nil {
			return nil, err
		}
		if len(counts) > 0 {
			out = append(out, TenantJobs{TenantID: id, Code: t.Code, Name: t.Name, Counts: counts})
		}
	}
	return out, nil
}
