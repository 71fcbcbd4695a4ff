package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// Faults of tasks.
var (
	ErrSignature = fault.New(fault.Invalid, "approval.signature_file", "签名文件不存在，请重新签名", "There is no such signature; sign again")
	ErrNotEdited = fault.New(fault.Invalid, "approval.not_editable", "这一步不能修改这个字段", "This step does not let you change this field")
	ErrNotCopy   = fault.New(fault.Conflict, "approval.not_copy", "这不是抄送给你的", "This is no copy for you")
)

// Decided is what every act on a task answers.
type Decided struct {
	ID             uuid.UUID `json:"id"`
	Version        int       `json:"version"`
	Number         string    `json:"number"`
	Status         string    `json:"status"`
	ApprovalID     uuid.UUID `json:"approvalId"`
	ApprovalStatus string    `json:"approvalStatus"`
}

// onTask runs one act on a task of this version, by its person, their deputy, or whoever administers one that is nobody's. do is the
// engine's function; action names what it did. It returns rest.ErrMissing for a task that the actor may not see, record.ErrStale, and the
// refusals of the engine.
func (s *Service) onTask(ctx context.Context, a tenants.Actor, task uuid.UUID, version int, do func(m *move) (action string, effects []engine.Effect, err error)) (*Decided, error) {
	var out *Decided
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		at, err := seenTask(ctx, tx, task)
		if err != nil {
			return err
		}
		r, err := s.lockOf(ctx, tx, at.approval, at.kind, at.action, at.record)
		if err != nil {
			return err
		}
		if r.versions[task] != version {
			return record.ErrStale
		}
		m, err := s.begin(ctx, tx, r)
		if err != nil {
			return err
		}
		action, effects, err := do(m)
		if err != nil {
			return err
		}
		if err := m.settle(action, effects); err != nil {
			return err
		}
		_, t := r.task(task)
		out = &Decided{ID: task, Version: r.versions[task], Number: r.number, Status: string(t.Status), ApprovalID: r.ID, ApprovalStatus: string(r.Status)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// taskAt is where a task lies.
type taskAt struct {
	approval, record    uuid.UUID
	company, department uuid.UUID
	owner               uuid.UUID
	kind, action        string
	status              string
	version             int
}

// seenTask finds a task that the actor may see: their own, one that their grant covers, or one of somebody for whom they stand in.
func seenTask(ctx context.Context, tx tenants.Tx, task uuid.UUID) (taskAt, error) {
	var at taskAt
	var company, department, owner uuid.NullUUID
	err := tx.QueryRowContext(ctx, `SELECT t.approval_id, t.record_id, t.company_id, t.department_id, t.owner_id, t.record_kind, a.action, t.status, t.version FROM approval_tasks t
		JOIN approvals a ON a.tenant_id = t.tenant_id AND a.id = t.approval_id WHERE t.tenant_id = ? AND t.id = ?`, tx.Tenant, task).
		Scan(&at.approval, &at.record, &company, &department, &owner, &at.kind, &at.action, &at.status, &at.version)
	if errors.Is(err, sql.ErrNoRows) {
		return at, rest.ErrMissing
	}
	if err != nil {
		return at, fmt.Errorf("task %s: %w", task, err)
	}
	at.company, at.department, at.owner = company.UUID, department.UUID, owner.UUID
	scope, err := tx.Can(TaskPermission)
	if err != nil {
		return at, err
	}
	if scope.Covers(at.company, at.department, at.owner) {
		return at, nil
	}
	if at.owner == uuid.Nil {
		if ok, err := may(tx, Manage, at.company); err == nil && ok {
			return at, nil
		}
		return at, rest.ErrMissing
	}
	if deputy, err := tenants.DeputyOf(ctx, tx, at.owner); err != nil || deputy != tx.Actor.User {
		return at, rest.ErrMissing.Because(err)
	}
	return at, nil
}

// vote is what the engine hears of an act.
func (m *move) vote(task uuid.UUID, comment string) engine.Vote {
	m.comment = comment
	return engine.Vote{Task: task, By: m.tx.Actor.User, Comment: comment}
}

// ApproveInput is what goes with a yes.
type ApproveInput struct {
	Comment   string                     `json:"comment,omitempty" maxLength:"1000"`
	Signature string                     `json:"signature,omitempty" maxLength:"36" doc:"A file of the approval that the actor attached"`
	Changes   map[string]json.RawMessage `json:"changes,omitempty" doc:"New values of fields that the step may change, by name"`
	Next      []string                   `json:"next,omitempty" maxItems:"20" format:"uuid" doc:"Who decides next, where the flow lets the approver name them"`
}

// Approve agrees to a task. It returns the errors of a task, ErrSignature, ErrNotEdited, and what the document refuses of changes.
func (s *Service) Approve(ctx context.Context, a tenants.Actor, task uuid.UUID, version int, in ApproveInput) (*Decided, error) {
	next, err := ids(in.Next, "next")
	if err != nil {
		return nil, err
	}
	return s.onTask(ctx, a, task, version, func(m *move) (string, []engine.Effect, error) {
		v := m.vote(task, in.Comment)
		v.Next = next
		if in.Signature != "" {
			file, err := m.signature(in.Signature)
			if err != nil {
				return "", nil, err
			}
			v.Signed, m.run.signatures[task] = true, file
		}
		if err := m.edit(task, in.Changes); err != nil {
			return "", nil, err
		}
		effects, err := engine.Approve(m.world(), &m.run.Run, v)
		return "approve", effects, err
	})
}

// signature finds a file that the actor attached to the approval.
func (m *move) signature(text string) (uuid.UUID, error) {
	file, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, ErrSignature.At("signature").Because(err)
	}
	there, err := m.tx.NewSelect().TableExpr("files").Where("tenant_id = ? AND id = ? AND kind = ? AND record_id = ? AND created_by = ?", m.tx.Tenant, file, Kind.Name, m.run.ID, m.tx.Actor.User).Exists(m.ctx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("signature %s: %w", file, err)
	}
	if !there {
		return uuid.Nil, ErrSignature.At("signature")
	}
	return file, nil
}

// edit changes the document where the step may. Whether it is the actor's turn, the engine says before anything is kept.
func (m *move) edit(task uuid.UUID, changes map[string]json.RawMessage) error {
	if len(changes) == 0 {
		return nil
	}
	step, t := m.run.task(task)
	var node *engine.Node
	if step != nil && t.Status == engine.TaskOpen {
		node = m.flow.Node(step.Node)
	}
	for field := range changes {
		if node == nil || m.matter.Edit == nil || !slices.Contains(node.Edit, field) || !slices.Contains(m.matter.editable(), field) {
			return ErrNotEdited.At("changes." + field)
		}
	}
	if err := m.matter.Edit(m.ctx, m.tx, m.run.RecordID, changes); err != nil {
		var f *fault.Fault
		if errors.As(err, &f) && f.Field != "" {
			return f.At("changes." + f.Field)
		}
		return err
	}
	m.doc.again()
	return nil
}

func ids(texts []string, field string) ([]uuid.UUID, error) {
	out := make([]uuid.UUID, 0, len(texts))
	for i, t := range texts {
		id, err := uuid.Parse(t)
		if err != nil {
			return nil, record.ErrTarget.At(field + "[" + strconv.Itoa(i) + "]").Because(err)
		}
		out = append(out, id)
	}
	return out, nil
}

// RejectInput is what goes with a no.
type RejectInput struct {
	Comment string `json:"comment,omitempty" maxLength:"1000"`
	To      string `json:"to" minLength:"1" maxLength:"40" doc:"end, submitter, or the id of an earlier approval"`
}

// Reject decides against a document: it ends, goes back to the submitter, or to an earlier step. It returns the errors of a task.
func (s *Service) Reject(ctx context.Context, a tenants.Actor, task uuid.UUID, version int, in RejectInput) (*Decided, error) {
	return s.onTask(ctx, a, task, version, func(m *move) (string, []engine.Effect, error) {
		effects, err := engine.Reject(m.world(), &m.run.Run, m.vote(task, in.Comment), in.To)
		if in.To == engine.ToEnd {
			return "reject", effects, err
		}
		return "return", effects, err
	})
}

// HandOverInput says who gets a task.
type HandOverInput struct {
	UserID  string `json:"userId" format:"uuid" minLength:"36" maxLength:"36"`
	Comment string `json:"comment,omitempty" maxLength:"1000"`
	Ask     bool   `json:"ask,omitempty" doc:"Ask for an opinion and have the task back, instead of giving it away"`
}

// HandOver gives a task away, or asks somebody for an opinion. It returns the errors of a task.
func (s *Service) HandOver(ctx context.Context, a tenants.Actor, task uuid.UUID, version int, in HandOverInput) (*Decided, error) {
	to, err := uuid.Parse(in.UserID)
	if err != nil {
		return nil, record.ErrTarget.At("userId").Because(err)
	}
	return s.onTask(ctx, a, task, version, func(m *move) (string, []engine.Effect, error) {
		effects, err := engine.HandOver(m.world(), &m.run.Run, m.vote(task, in.Comment), to, in.Ask)
		if in.Ask {
			return "ask", effects, err
		}
		return "hand_over", effects, err
	})
}

// AnswerInput is an opinion.
type AnswerInput struct {
	Comment string `json:"comment" minLength:"1" maxLength:"1000"`
}

// Answer gives an opinion that was asked for. It returns the errors of a task.
func (s *Service) Answer(ctx context.Context, a tenants.Actor, task uuid.UUID, version int, in AnswerInput) (*Decided, error) {
	return s.onTask(ctx, a, task, version, func(m *move) (string, []engine.Effect, error) {
		effects, err := engine.Answer(m.world(), &m.run.Run, m.vote(task, in.Comment))
		return "answer", effects, err
	})
}

// AddInput says who else decides.
type AddInput struct {
	UserIDs []string `json:"userIds" minItems:"1" maxItems:"20" format:"uuid"`
	Where   string   `json:"where" enum:"before,after,beside"`
	Comment string   `json:"comment,omitempty" maxLength:"1000"`
}

// Add lets others decide too. It returns the errors of a task.
func (s *Service) Add(ctx context.Context, a tenants.Actor, task uuid.UUID, version int, in AddInput) (*Decided, error) {
	users, err := ids(in.UserIDs, "userIds")
	if err != nil {
		return nil, err
	}
	return s.onTask(ctx, a, task, version, func(m *move) (string, []engine.Effect, error) {
		effects, err := engine.Add(m.world(), &m.run.Run, m.vote(task, in.Comment), users, engine.Where(in.Where))
		return "add", effects, err
	})
}

// NoteInput is a remark that may be left out.
type NoteInput struct {
	Comment string `json:"comment,omitempty" maxLength:"1000"`
}

// TakeBack undoes one's last decision while nobody acted on it. It returns the errors of a task.
func (s *Service) TakeBack(ctx context.Context, a tenants.Actor, task uuid.UUID, version int, in NoteInput) (*Decided, error) {
	return s.onTask(ctx, a, task, version, func(m *move) (string, []engine.Effect, error) {
		effects, err := engine.TakeBack(m.world(), &m.run.Run, m.vote(task, in.Comment))
		return "take_back", effects, err
	})
}

// ReadCopy notes that the actor read a copy; read twice is read once. It returns rest.ErrMissing, record.ErrStale or ErrNotCopy.
func (s *Service) ReadCopy(ctx context.Context, a tenants.Actor, task uuid.UUID, version int) (*Decided, error) {
	out := &Decided{ID: task, Status: string(engine.TaskCopied)}
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		at, err := seenTask(ctx, tx, task)
		switch {
		case err != nil:
			return err
		case at.version != version:
			return record.ErrStale
		case at.owner != a.User || at.status != string(engine.TaskCopied):
			return ErrNotCopy
		}
		out.ApprovalID, out.Version = at.approval, version
		r, err := tx.ExecContext(ctx, "UPDATE approval_tasks SET read_at = ?, version = version + 1 WHERE tenant_id = ? AND id = ? AND read_at IS NULL", tx.Now, tx.Tenant, task)
		if err != nil {
			return fmt.Errorf("read copy %s: %w", task, err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return err
		}
		out.Version++
		return record.WriteHistory(ctx, tx.Tx, TaskKind.Name, task, out.Version, "read", nil, map[string]any{"readAt": tx.Now})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
