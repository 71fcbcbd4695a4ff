package approval

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// RehearseInput is a document, real or invented, whose way is asked for.
type RehearseInput struct {
	Kind        string              `json:"kind" minLength:"1" maxLength:"60"`
	Action      string              `json:"action" minLength:"1" maxLength:"60"`
	FlowID      string              `json:"flowId,omitempty" maxLength:"36" doc:"This flow, its draft if it has one; empty: whichever fits"`
	Definition  *engine.Flow        `json:"definition,omitempty" doc:"This definition, instead of a flow"`
	RecordID    string              `json:"recordId,omitempty" maxLength:"36" doc:"A real document that the reader may see"`
	Facts       map[string]string   `json:"facts,omitempty" doc:"Of an invented one: facts by name, as a form holds them"`
	SubmitterID string              `json:"submitterId,omitempty" maxLength:"36" doc:"Empty: the reader"`
	CompanyID   string              `json:"companyId,omitempty" maxLength:"36" doc:"Of an invented one; empty: the submitter's"`
	Choices     map[string][]string `json:"choices,omitempty" doc:"Approvers whom the submitter or an approver would name, by node"`
}

// Rehearsal tells who would decide, in order, and why.
type Rehearsal struct {
	Flow       *RehearsedFlow       `json:"flow"`
	Candidates []RehearsedCandidate `json:"candidates"`
	Stations   []RehearsedStation   `json:"stations"`
	Outcome    string               `json:"outcome" doc:"approved, rejected; pass, refuse or administrator when no flow fits; broken"`
	Text       fault.Text           `json:"text,omitzero" doc:"Why it goes no further"`
	Problems   []engine.Problem     `json:"problems"`
}

// RehearsedFlow is the flow that counts for the document.
type RehearsedFlow struct {
	ID     *uuid.UUID `json:"id,omitempty"`
	Name   fault.Text `json:"name"`
	Number int        `json:"number" doc:"0: a draft"`
}

// RehearsedCandidate is a flow that was looked at.
type RehearsedCandidate struct {
	ID      uuid.UUID  `json:"id"`
	Name    fault.Text `json:"name"`
	Matched bool       `json:"matched"`
	Why     fault.Text `json:"why"`
}

// RehearsedStation is a node on the way, or beside it.
type RehearsedStation struct {
	Node      string            `json:"node"`
	Kind      engine.NodeKind   `json:"kind"`
	Name      fault.Text        `json:"name"`
	Taken     bool              `json:"taken"`
	Why       fault.Text        `json:"why,omitzero"`
	Mode      engine.Mode       `json:"mode,omitempty"`
	Due       *time.Time        `json:"due,omitempty"`
	Approvers []RehearsedPerson `json:"approvers"`
	Lines     []string          `json:"lines" doc:"Over which the document goes on"`
	Skipped   []RehearsedLine   `json:"skipped"`
}

// RehearsedPerson is somebody whom a rule found.
type RehearsedPerson struct {
	UserID  uuid.UUID   `json:"userId"`
	Name    string      `json:"name"`
	Why     fault.Text  `json:"why"`
	Dropped *fault.Text `json:"dropped,omitempty" doc:"Why they get no task"`
}

// RehearsedLine is a line that a branch does not take.
type RehearsedLine struct {
	Line string     `json:"line"`
	Why  fault.Text `json:"why"`
}

// Rehearse tells how a document would go. It changes nothing. It returns ErrSubject, record.ErrTarget at what does not exist, rest.ErrMissing
// for a document that the reader may not see, or what the form of a fact refuses.
func (s *Service) Rehearse(ctx context.Context, a tenants.Actor, in RehearseInput) (*Rehearsal, error) {
	m := s.matter(in.Kind, in.Action)
	if m == nil {
		return nil, ErrSubject.At("kind")
	}
	if err := s.adopt(ctx, a.Tenant); err != nil {
		return nil, err
	}
	out := &Rehearsal{Candidates: []RehearsedCandidate{}, Stations: []RehearsedStation{}, Problems: []engine.Problem{}}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		d, err := s.imagined(ctx, tx, m, in)
		if err != nil {
			return err
		}
		f, err := s.rehearsed(d, in, out)
		if err != nil || f == nil {
			return err
		}
		k, err := s.known(ctx, tx, m, f)
		if err != nil {
			return err
		}
		if out.Problems = engine.Check(f, k); out.Problems == nil {
			out.Problems = []engine.Problem{}
		}
		r := &engine.Run{ID: id.New(), Submitter: d.submitter, Chosen: map[string][]uuid.UUID{}}
		for node, users := range in.Choices {
			if r.Chosen[node], err = ids(users, "choices."+node); err != nil {
				return err
			}
		}
		return out.run(d, f, r)
	})
	return out, err
}

// imagined is the document of a rehearsal.
func (s *Service) imagined(ctx context.Context, tx tenants.Tx, m *matter, in RehearseInput) (*document, error) {
	d := &document{s: s, ctx: ctx, tx: tx, matter: m, submitter: tx.Actor.User}
	for field, x := range map[string]struct {
		text string
		to   *uuid.UUID
	}{"submitterId": {in.SubmitterID, &d.submitter}, "companyId": {in.CompanyID, &d.company}, "recordId": {in.RecordID, &d.id}} {
		if x.text == "" {
			continue
		}
		id, err := uuid.Parse(x.text)
		if err != nil {
			return nil, record.ErrTarget.At(field).Because(err)
		}
		*x.to = id
	}
	found, err := s.grants.Candidates(ctx, tx, []uuid.UUID{d.submitter})
	if err != nil {
		return nil, err
	}
	c := found[d.submitter]
	if c == nil {
		return nil, record.ErrTarget.At("submitterId")
	}
	if d.id != uuid.Nil {
		if !m.ready() {
			return nil, record.ErrTarget.At("recordId")
		}
		if scope, err := tx.Can(m.Spec.Read); err != nil || m.Spec.Exists(ctx, tx.Tx, scope, d.id, "recordId") != nil {
			return nil, rest.ErrMissing.At("recordId").Because(err)
		}
		snap, err := d.snapshot()
		if err != nil {
			return nil, err
		}
		var owner uuid.UUID
		d.company, d.department, owner = snap.ScopeOf()
		if in.SubmitterID == "" && owner != uuid.Nil {
			d.submitter = owner
		}
		return d, nil
	}
	if at := d.place(c.Postings); at != nil && (d.company == uuid.Nil || d.company == at.Company) {
		d.company, d.department = at.Company, at.Department
	}
	facts, err := s.facts(ctx, tx, m)
	if err != nil {
		return nil, err
	}
	d.values, err = engine.Known{Facts: s.engineFacts(facts)}.Values(in.Facts)
	if d.values == nil {
		d.values = map[string]any{}
	}
	return d, err
}

// rehearsed is the definition that the document would go by; nil when none fits, with what would happen then.
func (s *Service) rehearsed(d *document, in RehearseInput, out *Rehearsal) (*engine.Flow, error) {
	if in.Definition != nil {
		out.Flow = &RehearsedFlow{}
		return in.Definition, nil
	}
	if in.FlowID != "" {
		id, err := uuid.Parse(in.FlowID)
		if err != nil {
			return nil, record.ErrTarget.At("flowId").Because(err)
		}
		f, err := findFlow(d.ctx, d.tx, id, "")
		if errors.Is(err, rest.ErrMissing) {
			return nil, record.ErrTarget.At("flowId")
		}
		if err != nil {
			return nil, err
		}
		out.Flow = &RehearsedFlow{ID: &f.ID, Name: f.Name}
		if f.Draft != nil || f.Published == 0 {
			return f.Draft, nil
		}
		out.Flow.Number = f.Published
		return s.definition(d.ctx, d.tx, f.ID, f.Published)
	}
	chosen, all, any, err := s.choose(d)
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		out.Candidates = append(out.Candidates, RehearsedCandidate{c.row.ID, c.row.Name, c.matched, c.why})
	}
	if chosen == nil {
		out.Outcome, err = answer(d, d.tx, any)
		return nil, err
	}
	out.Flow = &RehearsedFlow{ID: &chosen.ID, Name: chosen.Name, Number: chosen.Published}
	return s.definition(d.ctx, d.tx, chosen.ID, chosen.Published)
}

func (out *Rehearsal) run(d *document, f *engine.Flow, r *engine.Run) error {
	p := newPeople(d)
	w := engine.World{Flow: f, Facts: d, People: p, Now: d.tx.Now, NewID: id.New, Due: func(x *engine.Deadline) time.Time { return due(d.tx.Now, d.tx.Zone, x) }}
	told, err := engine.Rehearse(w, r)
	var refused *fault.Fault
	if errors.As(err, &refused) {
		out.Outcome, out.Text = "broken", fault.Text{Zh: refused.Message("zh"), En: refused.Message("en")}
	} else if err != nil {
		return err
	} else {
		out.Outcome = string(told.Outcome)
	}
	for _, st := range told.Stations {
		x := RehearsedStation{Node: st.Node, Kind: st.Kind, Name: st.Name, Taken: st.Taken, Why: st.Why, Mode: st.Mode, Approvers: []RehearsedPerson{}, Lines: []string{}, Skipped: []RehearsedLine{}}
		x.Lines = append(x.Lines, st.Lines...)
		if !st.Due.IsZero() {
			x.Due = &st.Due
		}
		for _, l := range st.Skipped {
			x.Skipped = append(x.Skipped, RehearsedLine{l.Line, l.Why})
		}
		all := make([]uuid.UUID, len(st.Approvers))
		for i, a := range st.Approvers {
			all[i] = a.ID
		}
		if err := p.load(all...); err != nil {
			return err
		}
		for _, a := range st.Approvers {
			y := RehearsedPerson{UserID: a.ID, Why: a.Why}
			if c := p.seen[a.ID]; c != nil {
				y.Name = c.Name
			}
			if a.Dropped != (fault.Text{}) {
				y.Dropped = &a.Dropped
			}
			x.Approvers = append(x.Approvers, y)
		}
		out.Stations = append(out.Stations, x)
	}
	return nil
}
