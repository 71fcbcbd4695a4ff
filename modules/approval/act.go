package approval

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// Faults of what is done with an approval as a whole.
var (
	ErrUrged    = fault.New(fault.Conflict, "approval.urged", "一小时内只能催办一次", "You can urge once an hour")
	ErrNotUrged = fault.New(fault.Conflict, "approval.not_urged", "只有提交人可以催办进行中的审批", "Only the submitter urges, while the approval is under way")
	ErrMention  = fault.New(fault.Invalid, "approval.mention", "提到的人不存在或已停用", "Somebody who is mentioned does not exist or is disabled")
	ErrFile     = fault.New(fault.Invalid, "approval.file", "附件不存在，请先上传到这个审批", "There is no such file; attach it to the approval first")
	ErrNoText   = fault.New(fault.Invalid, "approval.no_text", "请写点什么", "Say something")
)

// Acted is what every act on an approval answers.
type Acted struct {
	ID      uuid.UUID `json:"id"`
	Version int       `json:"version"`
	Number  string    `json:"number"`
	Status  string    `json:"status"`
}

// onRun locks an approval of this version that the actor may see, and for which they hold needs, and lets do change it. It returns
// rest.ErrMissing, rest.ErrDenied and record.ErrStale.
func (s *Service) onRun(ctx context.Context, a tenants.Actor, approval uuid.UUID, version int, needs access.Permission, do func(m *move) error) (*Acted, error) {
	var out *Acted
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if err := seen(ctx, tx, approval); err != nil {
			return err
		}
		if needs != Kind.Read {
			scope, err := tx.Can(needs)
			if err != nil {
				return err
			}
			if err := Kind.Exists(ctx, tx.Tx, scope, approval, ""); err != nil {
				return rest.ErrDenied.Because(err)
			}
		}
		r, err := s.lockRun(ctx, tx, approval)
		if err != nil {
			return err
		}
		if r.Version != version {
			return record.ErrStale
		}
		m, err := s.begin(ctx, tx, r)
		if err != nil {
			return err
		}
		if err := do(m); err != nil {
			return err
		}
		out = &Acted{r.ID, r.Version, r.number, string(r.Status)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// seen returns rest.ErrMissing unless the actor may see the approval: their grant covers it or they take part, or they stand in for
// somebody who has to decide.
func seen(ctx context.Context, tx tenants.Tx, approval uuid.UUID) error {
	scope, err := tx.Can(Kind.Read)
	if err != nil {
		return err
	}
	if err := Kind.Exists(ctx, tx.Tx, scope, approval, ""); err == nil {
		return nil
	}
	stands, err := tx.NewSelect().TableExpr("approval_tasks t").Join("JOIN absences b ON b.tenant_id = t.tenant_id AND b.user_id = t.owner_id AND b.deputy_id = ? AND b.from_day <= ?::date AND b.to_day >= ?::date",
		tx.Actor.User, dayOf(tx), dayOf(tx)).Where("t.tenant_id = ? AND t.approval_id = ? AND t.status IN ('open', 'waiting')", tx.Tenant, approval).Exists(ctx)
	if err != nil {
		return fmt.Errorf("approval %s: %w", approval, err)
	}
	if !stands {
		return rest.ErrMissing
	}
	return nil
}

// WithdrawInput is why a document is taken back.
type WithdrawInput struct {
	Reason string `json:"reason,omitempty" maxLength:"1000"`
}

// Withdraw takes a document out of approval, as its submitter. It returns rest.ErrMissing, record.ErrStale, engine.ErrNotSubmitter,
// engine.ErrWithdraw or engine.ErrEnded.
func (s *Service) Withdraw(ctx context.Context, a tenants.Actor, approval uuid.UUID, version int, in WithdrawInput) (*Acted, error) {
	return s.onRun(ctx, a, approval, version, Kind.Read, func(m *move) error {
		m.comment = in.Reason
		effects, err := engine.Withdraw(m.world(), &m.run.Run, a.User, in.Reason)
		if err != nil {
			return err
		}
		return m.settle("withdraw", effects)
	})
}

// Urge reminds those who have to decide, once an hour. It returns rest.ErrMissing, record.ErrStale, ErrNotUrged or ErrUrged.
func (s *Service) Urge(ctx context.Context, a tenants.Actor, approval uuid.UUID, version int, in NoteInput) (*Acted, error) {
	return s.onRun(ctx, a, approval, version, Kind.Read, func(m *move) error {
		r := m.run
		if r.Status != engine.Running || r.Submitter != a.User {
			return ErrNotUrged
		}
		if last := r.Urged[a.User.String()]; m.tx.Now.Sub(last) < time.Hour {
			return ErrUrged
		}
		if r.Urged == nil {
			r.Urged = map[string]time.Time{}
		}
		r.Urged[a.User.String()] = m.tx.Now
		urged, err := json.Marshal(r.Urged)
		if err != nil {
			return err
		}
		if err := m.tx.Later(m.ctx, "UPDATE approvals SET urged = ?::jsonb WHERE tenant_id = ? AND id = ?", string(urged), m.tx.Tenant, r.ID); err != nil {
			return err
		}
		for _, st := range r.Steps {
			for _, t := range st.Tasks {
				if t.Status != engine.TaskOpen {
					continue
				}
				if err := m.tell(t.User, fault.Say("%s催你处理审批：%s。%s", "%s asks you to decide: %s. %s", plainly(a.Name), m.called(), plainly(in.Comment))); err != nil {
					return err
				}
			}
		}
		m.comment = in.Comment
		return m.settle("urge", nil)
	})
}

// CommentInput is what somebody says, to whom, with which files.
type CommentInput struct {
	Text     string   `json:"text" minLength:"1" maxLength:"2000"`
	Mentions []string `json:"mentions,omitempty" maxItems:"20" format:"uuid" doc:"People who are told, and see the approval from now on"`
	Files    []string `json:"files,omitempty" maxItems:"10" format:"uuid" doc:"Files of the approval"`
}

// Comment says something about an approval. It returns rest.ErrMissing, record.ErrStale, ErrNoText, ErrMention or ErrFile.
func (s *Service) Comment(ctx context.Context, a tenants.Actor, approval uuid.UUID, version int, in CommentInput) (*Acted, error) {
	mentions, err := ids(in.Mentions, "mentions")
	if err != nil {
		return nil, err
	}
	files, err := ids(in.Files, "files")
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.Text) == "" {
		return nil, ErrNoText.At("text")
	}
	return s.onRun(ctx, a, approval, version, Kind.Read, func(m *move) error {
		tx, r := m.tx, m.run
		if err := m.all("users", "status = 'active'", mentions, ErrMention.At("mentions")); err != nil {
			return err
		}
		if err := m.all("files", "kind = 'approval' AND record_id = '"+r.ID.String()+"'", files, ErrFile.At("files")); err != nil {
			return err
		}
		if err := tx.Later(m.ctx, "INSERT INTO approval_comments (tenant_id, id, approval_id, user_id, at, text, mentions, files) VALUES (?, ?, ?, ?, ?, ?, ?::uuid[], ?::uuid[])",
			tx.Tenant, id.New(), r.ID, a.User, tx.Now, in.Text, array(mentions), array(files)); err != nil {
			return err
		}
		told := map[uuid.UUID]bool{a.User: true}
		for _, u := range mentions {
			if err := r.admit(m.ctx, tx, u); err != nil {
				return err
			}
			if told[u] {
				continue
			}
			told[u] = true
			if err := m.tell(u, fault.Say("%s在审批中提到你：%s。%s", "%s mentioned you: %s. %s", plainly(a.Name), m.called(), plainly(clip(in.Text, 100)))); err != nil {
				return err
			}
		}
		if !told[r.Submitter] {
			if err := m.tell(r.Submitter, fault.Say("%s评论了审批：%s。%s", "%s commented: %s. %s", plainly(a.Name), m.called(), plainly(clip(in.Text, 100)))); err != nil {
				return err
			}
		}
		m.comment = in.Text
		return m.settle("comment", nil)
	})
}

// all returns refused unless every id is a row of table under a condition.
func (m *move) all(table, where string, list []uuid.UUID, refused *fault.Fault) error {
	wanted := map[uuid.UUID]bool{}
	for _, id := range list {
		wanted[id] = true
	}
	if len(wanted) == 0 {
		return nil
	}
	n, err := m.tx.NewSelect().TableExpr(table).Where("tenant_id = ? AND "+where+" AND id = ANY (?::uuid[])", m.tx.Tenant, array(list)).Count(m.ctx)
	if err != nil {
		return fmt.Errorf("look for %s: %w", table, err)
	}
	if int(n) != len(wanted) {
		return refused
	}
	return nil
}

// ReassignInput says who gets a task.
type ReassignInput struct {
	TaskID string `json:"taskId" format:"uuid" minLength:"36" maxLength:"36"`
	UserID string `json:"userId" format:"uuid" minLength:"36" maxLength:"36"`
}

// Reassign gives somebody's task to another, as an administrator. It returns rest.ErrMissing, rest.ErrDenied, record.ErrStale and the
// refusals of the engine.
func (s *Service) Reassign(ctx context.Context, a tenants.Actor, approval uuid.UUID, version int, in ReassignInput) (*Acted, error) {
	list, err := ids([]string{in.TaskID, in.UserID}, "taskId")
	if err != nil {
		return nil, err
	}
	return s.onRun(ctx, a, approval, version, Manage, func(m *move) error {
		effects, err := engine.Reassign(m.world(), &m.run.Run, list[0], list[1])
		if err != nil {
			return err
		}
		return m.settle("reassign", effects)
	})
}
