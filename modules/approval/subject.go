package approval

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// Subject is an action of a kind of document that others may have to agree to, as its module brings it.
type Subject struct {
	Spec   *record.Spec
	Action string
	// Decided carries the end of an approval, or a return, into the document; it runs in the deciding transaction, in which the
	// actor is whoever decided.
	Decided func(ctx context.Context, tx tenants.Tx, id uuid.UUID, d record.Decision) error
	// Facts answers what the declaration says that only the module knows, in the form of Spec.Values. Nil: there is nothing.
	Facts func(ctx context.Context, tx tenants.Tx, id uuid.UUID) (map[string]any, error)
	// Edit changes fields that a step may change. Nil: there are none.
	Edit func(ctx context.Context, tx tenants.Tx, id uuid.UUID, changes map[string]json.RawMessage) error
}

// matter is a subject with what its declaration says. One whose document does not exist yet has no Spec.
type matter struct {
	Subject
	kind, action string
	label        fault.Text // of the action
	kindLabel    fault.Text
	group        fault.Text
	declared     *record.Approval
}

func (m *matter) name() string { return m.kind + "." + m.action }

// words names a subject in the log, which keeps what is shown and no code.
func (m *matter) words() string { return m.kindLabel.Zh + " · " + m.label.Zh }

func (m *matter) ready() bool { return m.Spec != nil }

func (m *matter) permission() access.Permission {
	if m.declared == nil {
		return ""
	}
	return m.declared.Permission
}

// Join takes what modules put under approval. It is called once, before the first request; a subject that its kind does not declare
// is a mistake of the program.
func (s *Service) Join(subjects ...Subject) {
	for _, x := range subjects {
		declared := x.Spec.Approval(x.Action)
		if declared == nil || x.Decided == nil {
			panic(fmt.Sprintf("approval of %s %s: not declared, or nobody hears its end", x.Spec.Name, x.Action))
		}
		m := &matter{Subject: x, kind: x.Spec.Name, action: x.Action, label: x.Spec.Words(x.Action), kindLabel: x.Spec.Label, declared: declared}
		m.group = groupOf(m.kind)
		s.matters = slices.DeleteFunc(s.matters, func(o *matter) bool { return o.name() == m.name() })
		s.matters = append(s.matters, m)
	}
	slices.SortStableFunc(s.matters, func(a, b *matter) int { return strings.Compare(a.group.En, b.group.En) })
}

// matter finds a subject, or nil.
func (s *Service) matter(kind, action string) *matter {
	for _, m := range s.matters {
		if m.kind == kind && m.action == action {
			return m
		}
	}
	return nil
}

// facts are what conditions may ask about a subject's documents, as tx's tenant has them.
func (s *Service) facts(ctx context.Context, tx tenants.Tx, m *matter) ([]record.Fact, error) {
	if !m.ready() {
		return nil, nil
	}
	spec, err := m.Spec.Of(ctx, tx.Tx)
	if err != nil {
		return nil, err
	}
	return spec.Facts(m.declared), nil
}

// engineFacts puts facts into the engine's words. A reader who may not see a field does not build conditions over it.
func (s *Service) engineFacts(facts []record.Fact) []engine.Fact {
	out := make([]engine.Fact, 0, len(facts))
	for _, f := range facts {
		x := engine.Fact{Name: f.Name, Label: f.Label, Type: engine.FactType(f.Type)}
		if f.Format == "basis_points" {
			x.Type = engine.FactBasisPoints
		}
		for _, o := range f.Options {
			x.Options = append(x.Options, engine.Option{Value: o.Value, Label: o.Label})
		}
		if target := s.registry().Kind(f.RefKind); f.RefKind != "" && target != nil {
			x.RefPath = target.Path
		}
		if f.Type == record.Lines {
			x.Fields = s.engineFacts(f.Fields)
		}
		out = append(out, x)
	}
	return out
}

// registry holds all kinds; every subject's kind knows it.
func (s *Service) registry() *record.Registry { return Kind.Registry() }

// SubjectInfo is a subject in words, for who draws its flows.
type SubjectInfo struct {
	Kind       string            `json:"kind"`
	Action     string            `json:"action"`
	Label      fault.Text        `json:"label"`
	KindLabel  fault.Text        `json:"kindLabel"`
	Group      fault.Text        `json:"group" doc:"The part of the house that the document belongs to"`
	Ready      bool              `json:"ready" doc:"False: the document does not exist yet, and its flows wait for it"`
	Permission access.Permission `json:"permission" doc:"Whoever decides holds it, for the document"`
	Facts      []engine.Fact     `json:"facts"`
	Editable   []string          `json:"editable" doc:"Fields that a step may change"`
	Hideable   []string          `json:"hideable" doc:"Fields that a step may be kept from"`
	Default    string            `json:"default" enum:"pass,refuse,administrator"`
	Flows      int               `json:"flows"`
}

// Subjects lists what can be put under approval.
func (s *Service) Subjects(ctx context.Context, a tenants.Actor) ([]SubjectInfo, error) {
	if err := s.adopt(ctx, a.Tenant); err != nil {
		return nil, err
	}
	out := []SubjectInfo{}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		flows, answers, err := standing(ctx, tx)
		if err != nil {
			return err
		}
		roles, err := roleOptions(ctx, tx)
		if err != nil {
			return err
		}
		for _, m := range s.matters {
			facts, err := s.facts(ctx, tx, m)
			if err != nil {
				return err
			}
			x := SubjectInfo{Kind: m.kind, Action: m.action, Label: m.label, KindLabel: m.kindLabel, Group: m.group, Ready: m.ready(), Permission: m.permission(),
				Facts: append(s.engineFacts(facts), engine.SubmitterFacts(roles)...), Editable: []string{}, Hideable: []string{}, Flows: flows[m.name()], Default: answers[m.name()]}
			if x.Default == "" {
				x.Default = unsaid(x.Flows)
			}
			x.Editable, x.Hideable = m.editable(), hideable(facts)
			out = append(out, x)
		}
		return nil
	})
	return out, err
}

// roleOptions are the group's roles, by their codes.
func roleOptions(ctx context.Context, tx tenants.Tx) ([]engine.Option, error) {
	var rows []struct{ Code, NameZh, NameEn string }
	if err := tx.NewSelect().TableExpr("roles").ColumnExpr("code, name_zh, name_en").Where("tenant_id = ?", tx.Tenant).OrderExpr("code").Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("roles: %w", err)
	}
	out := make([]engine.Option, len(rows))
	for i, r := range rows {
		out[i] = engine.Option{Value: r.Code, Label: fault.Text{Zh: r.NameZh, En: r.NameEn}}
	}
	return out, nil
}

func (m *matter) editable() []string {
	if m.declared == nil || m.Edit == nil || m.declared.Edit == nil {
		return []string{}
	}
	return m.declared.Edit
}

func hideable(facts []record.Fact) []string {
	out := []string{}
	for _, f := range facts {
		if f.Name != "number" && f.Name != "companyId" {
			out = append(out, f.Name)
		}
	}
	return out
}

// What happens to a document when there are flows for it and none fits.
const (
	DefaultPass          = "pass"
	DefaultRefuse        = "refuse"
	DefaultAdministrator = "administrator"
)

// unsaid is what happens where nobody decided: without a flow nobody has to agree, and where flows leave a gap an administrator looks.
func unsaid(flows int) string {
	if flows == 0 {
		return DefaultPass
	}
	return DefaultAdministrator
}
