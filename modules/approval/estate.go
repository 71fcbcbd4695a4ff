package approval

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// Estate is the open tasks of somebody who leaves; those of a department move along with it.
type Estate struct{ s *Service }

// Estate returns what changes hands.
func (s *Service) Estate() Estate { return Estate{s} }

// Kind is that of tasks.
func (Estate) Kind() string { return TaskKind.Name }

// Label is that of tasks.
func (Estate) Label() fault.Text { return TaskKind.Label }

// Personal says that tasks go to a successor.
func (Estate) Personal() bool { return true }

const heldSQL = `FROM approval_tasks t WHERE t.tenant_id = ?0 AND t.status IN ('open', 'waiting')
	AND (?1::uuid IS NULL OR t.owner_id = ?1) AND (?1::uuid IS NOT NULL OR t.department_id = ?2) AND (?3 OR t.company_id IS NULL OR t.company_id = ANY (?4::uuid[]))`

func heldArgs(tx tenants.Tx, h record.Held) []any {
	return []any{tx.Tenant, null(h.Owner), null(h.Department), h.Companies == nil, array(h.Companies)}
}

// Count counts open tasks and lists the companies of their documents.
func (Estate) Count(ctx context.Context, tx tenants.Tx, h record.Held) (n int, companies []uuid.UUID, err error) {
	var rows []struct {
		CompanyID uuid.NullUUID
		N         int
	}
	if err := tx.NewRaw("SELECT t.company_id, count(*) AS n "+heldSQL+" GROUP BY t.company_id", heldArgs(tx, h)...).Scan(ctx, &rows); err != nil {
		return 0, nil, fmt.Errorf("open approval tasks: %w", err)
	}
	for _, r := range rows {
		n += r.N
		if r.CompanyID.Valid {
			companies = append(companies, r.CompanyID.UUID)
		}
	}
	return n, companies, nil
}

// Move gives open tasks to a successor, each as an administrator would; one who may not decide gets none, and the task goes to whom the
// flow finds. Tasks of a department move along with it.
func (e Estate) Move(ctx context.Context, tx tenants.Tx, h record.Held, to uuid.UUID, _ string) (int, error) {
	var list []struct{ ID, ApprovalID uuid.UUID }
	if err := tx.NewRaw("SELECT t.id, t.approval_id "+heldSQL+" ORDER BY t.approval_id, t.n", heldArgs(tx, h)...).Scan(ctx, &list); err != nil {
		return 0, fmt.Errorf("open approval tasks: %w", err)
	}
	if h.Owner == uuid.Nil {
		return len(list), e.follow(ctx, tx, h.Department, to)
	}
	for _, x := range list {
		r, err := e.s.lockRun(ctx, tx, x.ApprovalID)
		if err != nil {
			return 0, err
		}
		if _, t := r.task(x.ID); t == nil || t.Status != engine.TaskOpen && t.Status != engine.TaskWaiting {
			continue // what was done for an earlier one settled it
		}
		m, err := e.s.begin(ctx, tx, r)
		if err != nil {
			return 0, err
		}
		effects, err := engine.Reassign(m.world(), &r.Run, x.ID, to)
		var refused *fault.Fault
		switch {
		case err == nil:
			err = m.settle("reassign", effects)
		case errors.As(err, &refused):
			// The refused attempt may have begun to change the run.
			if r, err = e.s.lockRun(ctx, tx, x.ApprovalID); err != nil {
				return 0, err
			}
			if m, err = e.s.begin(ctx, tx, r); err == nil {
				err = m.depart(h.Owner)
			}
		}
		if err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// follow moves approvals of a department's documents along with it.
func (Estate) follow(ctx context.Context, tx tenants.Tx, from, to uuid.UUID) error {
	for _, table := range []string{"approvals", "approval_tasks"} {
		if err := tx.Later(ctx, "UPDATE "+table+" SET department_id = ?, version = version + 1 WHERE tenant_id = ? AND department_id = ?", to, tx.Tenant, from); err != nil {
			return err
		}
	}
	return tx.Later(ctx, "UPDATE approval_people SET department_id = ? WHERE tenant_id = ? AND department_id = ?", to, tx.Tenant, from)
}
