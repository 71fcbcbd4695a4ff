package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// Publish makes the draft count as the next version; running approvals keep theirs. Of two that publish at once the second is stale. It
// returns rest.ErrMissing, record.ErrStale, ErrUnitBeyond, ErrNoDraft, or ErrProblems with every mistake at its node or line.
func (s *Service) Publish(ctx context.Context, a tenants.Actor, flow uuid.UUID, version int, note string) (*Changed, error) {
	return s.change(ctx, a, flow, version, "publish", func(tx tenants.Tx, f *flowRow) (was, now map[string]any, err error) {
		if f.Draft == nil {
			return nil, nil, ErrNoDraft
		}
		return s.publish(ctx, tx, f, f.Draft, note)
	})
}

// Restore publishes an older version again, as a new one. It returns the errors of Publish, and ErrNoVersion.
func (s *Service) Restore(ctx context.Context, a tenants.Actor, flow uuid.UUID, version, number int) (*Changed, error) {
	return s.change(ctx, a, flow, version, "restore", func(tx tenants.Tx, f *flowRow) (was, now map[string]any, err error) {
		d, err := s.definition(ctx, tx, flow, number)
		if err != nil {
			return nil, nil, ErrNoVersion.At("number").Because(err)
		}
		draft := f.Draft
		was, now, err = s.publish(ctx, tx, f, d, fmt.Sprintf("← %d", number))
		f.Draft = draft
		return was, now, err
	})
}

func (s *Service) publish(ctx context.Context, tx tenants.Tx, f *flowRow, d *engine.Flow, note string) (was, now map[string]any, err error) {
	m := s.matter(f.Kind, f.Action)
	if m == nil {
		return nil, nil, ErrSubject.At("kind")
	}
	k, err := s.known(ctx, tx, m, d)
	if err != nil {
		return nil, nil, err
	}
	if err := refusal(engine.Check(d, k), ""); err != nil {
		return nil, nil, err
	}
	if err := s.checkWhen(ctx, tx, m, f.When); err != nil {
		return nil, nil, err
	}
	before := f.Published
	var last sql.NullInt64
	if err := tx.QueryRowContext(ctx, "SELECT max(number) FROM approval_flow_versions WHERE tenant_id = ? AND flow_id = ?", tx.Tenant, f.ID).Scan(&last); err != nil {
		return nil, nil, fmt.Errorf("publish approval flow %s: %w", f.ID, err)
	}
	f.Published, f.Draft = int(last.Int64)+1, nil
	if err := insertVersion(ctx, tx, f.ID, f.Published, d, note); err != nil {
		return nil, nil, err
	}
	return map[string]any{"published": before}, map[string]any{"published": f.Published, "note": note}, nil
}

func insertVersion(ctx context.Context, tx tenants.Tx, flow uuid.UUID, number int, d *engine.Flow, note string) error {
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return tx.Later(ctx, "INSERT INTO approval_flow_versions (tenant_id, flow_id, number, definition, note, published_at, published_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
		tx.Tenant, flow, number, string(body), note, tx.Now, null(tx.Actor.User))
}

// Impact tells which versions of a flow approvals run on.
type Impact struct {
	Running []RunningVersion `json:"running"`
	Text    fault.Text       `json:"text"`
}

// RunningVersion counts the approvals that run on a version.
type RunningVersion struct {
	Number int `json:"number"`
	Count  int `json:"count"`
}

// Impact tells what publishing would mean for approvals under way: nothing, for each keeps its version. It returns rest.ErrMissing.
func (s *Service) Impact(ctx context.Context, a tenants.Actor, flow uuid.UUID) (*Impact, error) {
	out := &Impact{Running: []RunningVersion{}}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		if _, err := findFlow(ctx, tx, flow, ""); err != nil {
			return err
		}
		return tx.NewSelect().TableExpr("approvals").ColumnExpr("flow_version AS number, count(*) AS count").
			Where("tenant_id = ? AND flow_id = ? AND closed_at IS NULL", tx.Tenant, flow).GroupExpr("flow_version").OrderExpr("flow_version DESC").Scan(ctx, &out.Running)
	})
	total := 0
	for _, r := range out.Running {
		total += r.Count
	}
	out.Text = fault.Text{Zh: "没有正在进行的审批。", En: "No approval is under way."}
	if total > 0 {
		out.Text = fault.Text{Zh: fmt.Sprintf("有 %d 个审批正在进行，仍按各自提交时的版本走；新版本只用于之后提交的单据。", total), En: fmt.Sprintf("%d approvals are under way and keep the version with which they began; the new one is for documents submitted from now on.", total)}
	}
	return out, err
}
