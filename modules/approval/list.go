package approval

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/record"
	"forecourt/modules/approval/engine"
	"forecourt/policies"
	"forecourt/tenants"
)

func replaceID(filter json.RawMessage, id uuid.UUID) string {
	return strings.ReplaceAll(string(filter), "@id", id.String())
}

const mostStandingIn = 200

// StandingIn lists the open tasks of those for whom the actor stands in today, as lists answer them.
func (s *Service) StandingIn(ctx context.Context, a tenants.Actor, v record.View) ([]json.RawMessage, error) {
	var away []uuid.UUID
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		err := tx.NewSelect().TableExpr("absences").ColumnExpr("DISTINCT user_id").Where("tenant_id = ? AND deputy_id = ? AND from_day <= ?::date AND to_day >= ?::date", tx.Tenant, a.User, dayOf(tx), dayOf(tx)).Scan(ctx, &away)
		if err != nil {
			return fmt.Errorf("absences: %w", err)
		}
		return nil
	})
	if err != nil || len(away) == 0 {
		return []json.RawMessage{}, err
	}
	// Whoever stands in reads what the others have to decide, and no more of it than their own field rules show.
	set := *v.Set
	set.Scopes = map[access.Permission]access.Scope{TaskKind.Read: {All: true}}
	v.Set = &set
	owners, err := json.Marshal(away)
	if err != nil {
		return nil, err
	}
	page, err := TaskKind.Spec.List(ctx, s.db.Pool(), s.registry(), v, record.ListInput{Filter: `[["status","=","open"],["ownerId","in",` + string(owners) + `]]`, Sort: "openedAt", Limit: mostStandingIn, Fields: standingFields})
	if err != nil {
		return nil, err
	}
	return page.Items, nil
}

var standingFields = []string{"number", "approvalId", "recordKind", "recordId", "subject", "title", "summary", "summaryEn", "amount", "submitterId", "companyId", "ownerId", "step", "stepEn", "status", "openedAt", "dueAt", "late", "bulk"}

// Choice is somebody to whom a task can go.
type Choice struct {
	UserID uuid.UUID `json:"userId"`
	Name   string    `json:"name"`
	Unit   string    `json:"unit"`
	Title  string    `json:"title"`
}

const mostPeople = 20

// People lists those to whom a task can be handed, or who can be added to it: who may decide about the document, by a part of their name. It
// returns rest.ErrMissing.
func (s *Service) People(ctx context.Context, a tenants.Actor, task uuid.UUID, q string) ([]Choice, error) {
	out := []Choice{}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		at, err := seenTask(ctx, tx, task)
		if err != nil {
			return err
		}
		r, err := readRun(ctx, tx, at.approval, "")
		if err != nil {
			return err
		}
		m, err := s.begin(ctx, tx, r)
		if err != nil {
			return err
		}
		ids, err := policies.Holders(ctx, tx, m.matter.permission())
		if err != nil {
			return err
		}
		if err := m.people.load(ids...); err != nil {
			return err
		}
		step, _ := r.task(task)
		in := map[uuid.UUID]bool{r.Submitter: true, a.User: true}
		for _, t := range step.Tasks {
			if t.Status == engine.TaskOpen || t.Status == engine.TaskWaiting {
				in[t.User] = true
			}
		}
		q = strings.ToLower(strings.TrimSpace(q))
		for _, id := range ids {
			c := m.people.seen[id]
			if c == nil || in[id] || q != "" && !strings.Contains(strings.ToLower(c.Name), q) || len(out) == mostPeople {
				continue
			}
			ok, err := m.people.May(id)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			x := Choice{UserID: id, Name: c.Name}
			if p := m.doc.place(c.Postings); p != nil {
				x.Unit, x.Title = p.UnitName, p.Title
			}
			out = append(out, x)
		}
		return nil
	})
	return out, err
}
