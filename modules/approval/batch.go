package approval

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// ErrNotBulk keeps a document that wants to be looked at out of a batch.
var ErrNotBulk = fault.New(fault.Conflict, "approval.not_bulk", "这个流程不允许批量处理，请逐个打开处理", "This flow is decided one by one; open the document")

// BatchInput is one decision about several documents.
type BatchInput struct {
	Decision string      `json:"decision" enum:"approve,reject"`
	Comment  string      `json:"comment,omitempty" maxLength:"1000"`
	To       string      `json:"to,omitempty" maxLength:"40" doc:"Of a rejection: end or submitter; empty: submitter"`
	Items    []BatchItem `json:"items" minItems:"1" maxItems:"100"`
}

// BatchItem is a task in the version that the reader saw.
type BatchItem struct {
	ID      string `json:"id" format:"uuid" minLength:"36" maxLength:"36"`
	Version int    `json:"version" minimum:"1"`
}

// BatchResult is what became of one of them.
type BatchResult struct {
	ID     string      `json:"id"`
	Number string      `json:"number"`
	OK     bool        `json:"ok"`
	Status string      `json:"status,omitempty"`
	Error  *BatchFault `json:"error,omitempty"`
}

// BatchFault is why one was refused.
type BatchFault struct {
	Code string     `json:"code"`
	Text fault.Text `json:"text"`
}

// Batch decides about several documents, each in a transaction of its own: one that is refused holds nobody up. An error that is no
// refusal ends the batch; what was decided before stays decided, and a repeat finds it stale.
func (s *Service) Batch(ctx context.Context, a tenants.Actor, in BatchInput) ([]BatchResult, error) {
	out := make([]BatchResult, 0, len(in.Items))
	to := in.To
	if to == "" {
		to = engine.ToSubmitter
	}
	for _, item := range in.Items {
		x := BatchResult{ID: item.ID}
		task, err := uuid.Parse(item.ID)
		var done *Decided
		if err == nil {
			done, err = s.onTask(ctx, a, task, item.Version, func(m *move) (string, []engine.Effect, error) {
				x.Number = m.run.number
				v := m.vote(task, in.Comment)
				switch {
				case !m.flow.Bulk:
					return "", nil, ErrNotBulk
				case in.Decision == "approve":
					effects, err := engine.Approve(m.world(), &m.run.Run, v)
					return "approve", effects, err
				}
				effects, err := engine.Reject(m.world(), &m.run.Run, v, to)
				if to == engine.ToEnd {
					return "reject", effects, err
				}
				return "return", effects, err
			})
		} else {
			err = record.ErrMissing
		}
		var refused *fault.Fault
		switch {
		case err == nil:
			x.OK, x.Status = true, done.Status
			ctx = rest.Forget(ctx) // the request's key is written once, with the first that was decided
		case errors.As(err, &refused):
			x.Error = &BatchFault{refused.Code, fault.Text{Zh: refused.Message("zh"), En: refused.Message("en")}}
			if errors.Is(err, rest.ErrAnswered) {
				return nil, err
			}
		default:
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}
