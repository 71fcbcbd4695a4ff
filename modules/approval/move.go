package approval

import (
	"context"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// move is one change of a run within a transaction: what the engine is given, and what follows from it.
type move struct {
	s      *Service
	ctx    context.Context //nolint:containedctx // it lives as long as the transaction
	tx     tenants.Tx
	run    *run
	matter *matter
	flow   *engine.Flow
	doc    *document
	people *people

	starting bool   // the document itself asks: it hears the end as the answer
	comment  string // what the actor said, for the history
}

// begin makes the world of a run. It returns ErrSubject for a document of which the program knows nothing any more.
func (s *Service) begin(ctx context.Context, tx tenants.Tx, r *run) (*move, error) {
	m := &move{s: s, ctx: ctx, tx: tx, run: r, matter: s.matter(r.Kind, r.Action)}
	if m.matter == nil {
		return nil, ErrSubject
	}
	m.flow = unplanned()
	if r.FlowID != uuid.Nil {
		f, err := s.definition(ctx, tx, r.FlowID, r.FlowVersion)
		if err != nil {
			return nil, err
		}
		m.flow = f
	}
	m.doc = &document{s: s, ctx: ctx, tx: tx, matter: m.matter, id: r.RecordID, company: r.Company, department: r.Department, submitter: r.Submitter, unit: r.Unit}
	m.people = newPeople(m.doc)
	return m, nil
}

// world is what the engine asks.
func (m *move) world() engine.World {
	return engine.World{Flow: m.flow, Facts: m.doc, People: m.people, Now: m.tx.Now, NewID: id.New, Due: func(d *engine.Deadline) time.Time { return due(m.tx.Now, m.tx.Zone, d) }}
}

// due adds the hours of a deadline. In working days Saturdays and Sundays do not count.
func due(now time.Time, zone *time.Location, d *engine.Deadline) time.Time {
	at := now.Add(time.Duration(d.Hours) * time.Hour)
	if !d.Workdays {
		return at
	}
	at = now.In(zone)
	for left := d.Hours; left > 0; {
		at = at.Add(time.Hour)
		if day := at.Add(-time.Nanosecond).Weekday(); day != time.Saturday && day != time.Sunday {
			left--
		}
	}
	return at.UTC()
}

// settle writes what an action of the engine left: the run, its history and the document's, and what must happen beside.
func (m *move) settle(action string, effects []engine.Effect) error {
	r := m.run
	if err := r.save(m.ctx, m.tx, m.flow); err != nil {
		return err
	}
	step := r.current(m.flow)
	now := map[string]any{"status": string(r.Status), "currentStep": step.Zh}
	if m.comment != "" {
		now["comment"] = m.comment
	}
	if err := record.WriteHistory(m.ctx, m.tx.Tx, Kind.Name, r.ID, r.Version, action, nil, now); err != nil {
		return err
	}
	if on, ok := onDocument[action]; ok {
		if err := record.WriteHistory(m.ctx, m.tx.Tx, r.Kind, r.RecordID, 0, on, nil, map[string]any{}); err != nil {
			return err
		}
	}
	for _, e := range effects {
		if err := m.follow(e); err != nil {
			return err
		}
	}
	return nil
}

// onDocument are the words of the document's own history, which kernel/record knows for every kind.
var onDocument = map[string]string{"submit": "approval_ask", "resubmit": "approval_ask", "approve": "approval_agree", "reject": "approval_refuse", "return": "approval_return", "withdraw": "approval_withdraw", "take_back": "approval_take_back"}

// follow does what an effect asks for.
func (m *move) follow(e engine.Effect) error {
	r := m.run
	switch e.Kind {
	case engine.EffectAsked:
		if e.Task.Origin == engine.FromAsk {
			return m.tell(e.Task.User, fault.Say("请你对%s给出意见", "Your opinion is asked for: %s", m.called()))
		}
		return m.tell(e.Task.User, fault.Say("有审批等你处理：%s", "An approval waits for you: %s", m.called()))
	case engine.EffectCopied:
		return m.tell(e.Task.User, fault.Say("抄送给你：%s", "A copy for you: %s", m.called()))
	case engine.EffectCancelled:
		if r.Status == engine.Withdrawn {
			return m.tell(e.Task.User, fault.Say("审批已撤回，不用处理了：%s", "It was withdrawn; nothing is left to do: %s", m.called()))
		}
	case engine.EffectDue:
		at := e.Step.NextDue()
		return job.Plan(m.ctx, m.tx.Tx, taskDeadline, e.Step.ID.String()+"/"+at.UTC().Format(time.RFC3339Nano), at, deadline{r.ID, e.Step.ID})
	case engine.EffectReminded:
		return m.tell(e.Task.User, fault.Say("审批已超时，请尽快处理：%s", "This approval is late; please decide: %s", m.called()))
	case engine.EffectEscalated:
		return m.tell(r.Submitter, fault.Say("审批超时，已转给上级：%s", "An approver was late; their head decides now: %s", m.called()))
	case engine.EffectFallback:
		admins, err := m.people.Administrators()
		if err != nil {
			return err
		}
		for _, a := range admins {
			if err := m.tell(a, fault.Say("审批需要管理员处理：%s（%s）", "An approval needs an administrator: %s (%s)", m.called(), e.Why)); err != nil {
				return err
			}
		}
	case engine.EffectReturned:
		if r.Status == engine.Returned {
			if err := m.decided(record.OutcomeReturned); err != nil {
				return err
			}
			return m.tell(r.Submitter, fault.Say("审批退回给你：%s。%s", "Returned to you: %s. %s", m.called(), plainly(r.Reason)))
		}
	case engine.EffectDecided:
		return m.ended()
	}
	return nil
}

// ended moves the document. One that asks for itself hears the answer instead.
func (m *move) ended() error {
	r := m.run
	outcome, text := record.OutcomeAgreed, fault.Say("审批已通过：%s", "Approved: %s", m.called())
	switch r.Status {
	case engine.Rejected:
		outcome, text = record.OutcomeRefused, fault.Say("审批未通过：%s。%s", "Refused: %s. %s", m.called(), plainly(r.Reason))
	case engine.Withdrawn:
		outcome = record.OutcomeWithdrawn
	}
	if m.starting {
		return nil
	}
	if err := m.decided(outcome); err != nil {
		return err
	}
	if r.Status == engine.Withdrawn {
		return nil
	}
	return m.tell(r.Submitter, text)
}

func (m *move) decided(outcome record.Outcome) error {
	r := m.run
	m.doc.again()
	return m.matter.Decided(m.ctx, m.tx, r.RecordID, record.Decision{Action: r.Action, Outcome: outcome, Reason: r.Reason, Input: r.Input})
}

// called names the document in a sentence.
func (m *move) called() fault.Text {
	r := m.run
	return fault.Text{Zh: m.matter.kindLabel.Zh + " " + r.number + "「" + m.matter.label.Zh + "」", En: m.matter.kindLabel.En + " " + r.number + " (" + m.matter.label.En + ")"}
}

func plainly(text string) fault.Text { return fault.Text{Zh: text, En: text} }

func (m *move) tell(user uuid.UUID, text fault.Text) error {
	return m.s.notices.Tell(m.ctx, m.tx, user, text.Zh, text.En, Kind.Name, m.run.ID)
}
