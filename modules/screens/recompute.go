package screens

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/kernel/live"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// taskRecompute is stored in due_tasks, so it outlives a rename of its handler.
const taskRecompute = "screens.recompute"

// Records are computed in short transactions, and some of those make one run of the task: other tenants' work has its turn between two
// runs, and a run stays far below the time after which workers take it for dead.
const (
	recomputeAtOnce = 500
	recomputeRun    = 10
	// recomputeAgain is how long after the end what was written since the beginning is looked at once more: no request lasts that long, so
	// none that began with the former formula writes behind it.
	recomputeAgain = 20 * time.Minute
)

// Recompute is how far the records of a kind are, while they are computed again.
type Recompute struct {
	Total *int `json:"total,omitempty" doc:"Absent: nobody counted yet"`
	Seen  int  `json:"seen"`
}

// recomputing is the body of the task.
type recomputing struct {
	Kind  string    `json:"kind"`
	Run   uuid.UUID `json:"run"`
	After uuid.UUID `json:"after,omitzero"` // of the second look, which has no row of its own
	Since time.Time `json:"since,omitzero"`
}

// begin lets the records of a kind be computed again after the field was changed, if that touches them.
func begin(ctx context.Context, tx tenants.Tx, kind string, before, f Field) error {
	computed := f.Formula != "" && !f.Retired && (before.Formula != f.Formula || before.Retired || before.MaxLength != f.MaxLength)
	// The keys of a search are shorter where a field is protected, and there are none where it is not searched.
	searched := before.Key != "" && (before.Searchable != f.Searchable || f.Searchable && (before.Protect != f.Protect || before.Retired != f.Retired))
	if !computed && !searched {
		return nil
	}
	run := recomputing{Kind: kind, Run: id.New()}
	_, err := tx.ExecContext(ctx, `INSERT INTO own_recomputes AS r (tenant_id, kind, run, search, started_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id, kind) DO UPDATE SET run = excluded.run, search = excluded.search OR r.search AND r.finished_at IS NULL, last_id = DEFAULT, total = NULL, seen = 0, changed = 0, started_at = excluded.started_at, finished_at = NULL`,
		tx.Tenant, kind, run.Run, searched, tx.Now)
	if err != nil {
		return fmt.Errorf("recompute %s: %w", kind, err)
	}
	return job.Plan(ctx, tx.Tx, taskRecompute, run.Run.String(), tx.Now, run)
}

// recompute does some batches of a run and plans the rest. The place stands in the same transaction as the batch before it, so a run that
// was killed goes on where it was, and two workers at one run take turns.
func (s *Service) recompute(ctx context.Context, t job.Task) error {
	var in recomputing
	if err := json.Unmarshal(t.Body, &in); err != nil {
		return fmt.Errorf("body of %s: %w", t.Kind, err)
	}
	k, err := s.kind(in.Kind)
	if err != nil {
		return nil //nolint:nilerr // a release later has no such kind any more
	}
	tenant, err := s.db.Tenant(ctx, t.Tenant)
	if err != nil {
		return err
	}
	batch := s.first
	if !in.Since.IsZero() {
		batch = s.again
	}
	worker := tenants.Worker(tenant, taskRecompute)
	for i := range s.batches {
		over := false
		err := s.db.Do(ctx, worker, func(tx tenants.Tx) (err error) {
			over, err = batch(ctx, tx, k, &in, i == s.batches-1)
			return err
		})
		if err != nil || over {
			return err
		}
	}
	return nil
}

// first does the next batch of a run, and says whether it was the last.
func (s *Service) first(ctx context.Context, tx tenants.Tx, k *record.Spec, in *recomputing, yield bool) (over bool, err error) {
	var row struct {
		LastID    uuid.UUID
		Total     *int
		Search    bool
		Seen      int
		Changed   int
		StartedAt time.Time
	}
	err = tx.NewRaw("SELECT last_id, total, search, seen, changed, started_at FROM own_recomputes WHERE tenant_id = ? AND kind = ? AND run = ? AND finished_at IS NULL FOR UPDATE", tx.Tenant, in.Kind, in.Run).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) { // done, or a later change began another
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("recompute %s: %w", in.Kind, err)
	}
	if row.Total == nil {
		n, err := k.Count(ctx, tx.Tx)
		if err != nil {
			return false, err
		}
		row.Total = &n
	}
	done, err := k.Recompute(ctx, tx.Tx, record.Batch{After: row.LastID, Limit: s.atOnce, Search: row.Search})
	if err != nil {
		return false, err
	}
	over = done.Seen < s.atOnce
	if done.Seen == 0 {
		done.Last = row.LastID
	}
	err = tx.Later(ctx, "UPDATE own_recomputes SET last_id = ?, total = ?, seen = ?, changed = ?, finished_at = ? WHERE tenant_id = ? AND kind = ?",
		done.Last, *row.Total, row.Seen+done.Seen, row.Changed+done.Changed, at(over, tx.Now), tx.Tenant, in.Kind)
	switch {
	case err != nil:
		return false, err
	case over:
		tx.Touch(in.Kind, uuid.Nil)
		tx.Touch(live.Declarations, uuid.Nil)
		facts := map[string]any{"kind": in.Kind, "records": row.Seen + done.Seen, "changed": row.Changed + done.Changed}
		if err := record.WriteHistory(ctx, tx.Tx, fieldKind, tx.Tenant, 0, "recompute", nil, facts); err != nil {
			return false, err
		}
		again := recomputing{Kind: in.Kind, Run: in.Run, Since: row.StartedAt}
		return true, job.Plan(ctx, tx.Tx, taskRecompute, in.Run.String()+" again", tx.Now.Add(recomputeAgain), again)
	case yield:
		return false, job.Plan(ctx, tx.Tx, taskRecompute, in.Run.String()+" "+done.Last.String(), tx.Now, in)
	}
	return false, nil
}

// again looks once more at what was written since a run began.
func (s *Service) again(ctx context.Context, tx tenants.Tx, k *record.Spec, in *recomputing, yield bool) (over bool, err error) {
	done, err := k.Recompute(ctx, tx.Tx, record.Batch{After: in.After, Limit: s.atOnce, Since: in.Since})
	if err != nil || done.Seen < s.atOnce {
		return true, err
	}
	in.After = done.Last
	if yield {
		return false, job.Plan(ctx, tx.Tx, taskRecompute, in.Run.String()+" again "+done.Last.String(), tx.Now, in)
	}
	return false, nil
}

func at(over bool, now time.Time) any {
	if over {
		return now
	}
	return nil
}

// recomputeOf reads how far the records of a kind are, or nil when nothing runs.
func recomputeOf(ctx context.Context, tx tenants.Tx, kind string) (*Recompute, error) {
	var r Recompute
	err := tx.NewRaw("SELECT total, seen FROM own_recomputes WHERE tenant_id = ? AND kind = ? AND finished_at IS NULL", tx.Tenant, kind).Scan(ctx, &r)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("recompute %s: %w", kind, err)
	}
	return &r, nil
}
