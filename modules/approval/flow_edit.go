package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// flowKind is stored in history, so it outlives a rename.
const flowKind = "approval_flow"

// Changed is what every change of a flow answers.
type Changed struct {
	ID      uuid.UUID `json:"id"`
	Version int       `json:"version"`
	Number  int       `json:"number,omitempty" doc:"Of the version that counts now"`
}

// FlowInput is a new flow.
type FlowInput struct {
	Kind   string            `json:"kind" minLength:"1" maxLength:"60"`
	Action string            `json:"action" minLength:"1" maxLength:"60"`
	UnitID string            `json:"unitId,omitempty" maxLength:"36" doc:"For documents of this unit and below it; empty: the whole group"`
	Name   fault.Text        `json:"name"`
	When   *engine.Condition `json:"when,omitempty"`
	CopyOf string            `json:"copyOf,omitempty" maxLength:"36" doc:"A flow of the same matter whose definition it begins with"`
}

func named(name *fault.Text) error {
	name.Zh, name.En = strings.TrimSpace(name.Zh), strings.TrimSpace(name.En)
	if name.En == "" {
		name.En = name.Zh
	}
	words := fault.Text{Zh: "名称", En: "Name"}
	switch {
	case name.Zh == "":
		return record.ErrNeeded.With(words).At("name")
	case len([]rune(name.Zh)) > 60 || len([]rune(name.En)) > 120:
		return record.ErrLong.With(words, 60).At("name")
	}
	return nil
}

// mayAt checks that the actor may keep a flow for a unit ("" for the group) and returns it. It returns ErrUnit or ErrUnitBeyond.
func mayAt(ctx context.Context, tx tenants.Tx, unit string) (uuid.UUID, error) {
	if unit == "" {
		if ok, err := may(tx, EditFlows, uuid.Nil); err != nil || !ok {
			return uuid.Nil, ErrUnitBeyond.At("unitId").Because(err)
		}
		return uuid.Nil, nil
	}
	at, err := uuid.Parse(unit)
	if err != nil {
		return uuid.Nil, ErrUnit.At("unitId").Because(err)
	}
	var company uuid.NullUUID
	err = tx.QueryRowContext(ctx, "SELECT company_id FROM org_units WHERE tenant_id = ? AND id = ? AND status = 'open'", tx.Tenant, at).Scan(&company)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, ErrUnit.At("unitId")
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("unit of approval flow: %w", err)
	}
	if ok, err := may(tx, EditFlows, company.UUID); err != nil || !ok {
		return uuid.Nil, ErrUnitBeyond.At("unitId").Because(err)
	}
	return at, nil
}

// CreateFlow adds a flow with a draft. It returns ErrSubject, ErrUnit, ErrUnitBeyond, record.ErrNeeded, record.ErrTarget at copyOf, or
// ErrProblems at when.
func (s *Service) CreateFlow(ctx context.Context, a tenants.Actor, in FlowInput) (*Changed, error) {
	out := &Changed{ID: id.New(), Version: 1}
	m := s.matter(in.Kind, in.Action)
	if m == nil {
		return nil, ErrSubject.At("kind")
	}
	if err := named(&in.Name); err != nil {
		return nil, err
	}
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		unit, err := mayAt(ctx, tx, in.UnitID)
		if err != nil {
			return err
		}
		if err := s.checkWhen(ctx, tx, m, in.When); err != nil {
			return err
		}
		draft := blank()
		if in.CopyOf != "" {
			if draft, err = s.copied(ctx, tx, m, in.CopyOf); err != nil {
				return err
			}
		}
		return s.insertFlow(ctx, tx, out.ID, m, unit, in, draft)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// blank is the flow that a new one begins with: it starts and ends, and somebody has to be named between.
func blank() *engine.Flow {
	return linear(engine.Node{ID: "a1", Kind: engine.NodeApprove, Name: fault.Text{Zh: "审批", En: "Approval"}, Mode: engine.ModeAny, Empty: engine.EmptyAdministrator, Self: engine.SelfHead, Again: engine.AgainEach, Comment: engine.CommentOnReject})
}

// copied is the definition of another flow of the same subject: its draft, or what counts.
func (s *Service) copied(ctx context.Context, tx tenants.Tx, m *matter, of string) (*engine.Flow, error) {
	from, err := uuid.Parse(of)
	if err != nil {
		return nil, record.ErrTarget.At("copyOf").Because(err)
	}
	list, err := flowsBy(ctx, tx, "f.id = ? AND f.kind = ? AND f.action = ?", from, m.kind, m.action)
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0:
		return nil, record.ErrTarget.At("copyOf")
	case list[0].Published > 0:
		return s.definition(ctx, tx, from, list[0].Published)
	case list[0].Draft == nil:
		return blank(), nil
	}
	return list[0].Draft, nil
}

func (s *Service) insertFlow(ctx context.Context, tx tenants.Tx, flow uuid.UUID, m *matter, unit uuid.UUID, in FlowInput, draft *engine.Flow) error {
	when, err := asJSON(in.When)
	if err != nil {
		return err
	}
	body, err := asJSON(draft)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO approval_flows (tenant_id, id, version, kind, action, unit_id, name_zh, name_en, position, condition, draft, created_at, updated_at)
		SELECT ?0, ?1, 1, ?2, ?3, ?4, ?5, ?6, coalesce(max(position) FILTER (WHERE shipped IS NULL), 0) + 1, ?7::jsonb, ?8::jsonb, ?9, ?9 FROM approval_flows WHERE tenant_id = ?0 AND kind = ?2 AND action = ?3`,
		tx.Tenant, flow, m.kind, m.action, null(unit), in.Name.Zh, in.Name.En, when, body, tx.Now); err != nil {
		return fmt.Errorf("add approval flow: %w", err)
	}
	return record.WriteHistory(ctx, tx.Tx, flowKind, flow, 1, "create", nil, map[string]any{"name": in.Name.Zh, "subject": m.words(), "unitId": null(unit)})
}

func null(u uuid.UUID) any {
	if u == uuid.Nil {
		return nil
	}
	return u
}

// FlowEdit is what changes of a flow; nil stays.
type FlowEdit struct {
	Name     *fault.Text `json:"name,omitempty"`
	UnitID   *string     `json:"unitId,omitempty" maxLength:"36" doc:"Empty: the whole group"`
	When     flowWhen    `json:"when,omitzero" doc:"Null: for all documents"`
	Position *int        `json:"position,omitempty" minimum:"1" maximum:"1000"`
	Enabled  *bool       `json:"enabled,omitempty"`
}

// flowWhen tells a condition that is taken away, null, from one that is not sent.
type flowWhen struct {
	Sent      bool
	Condition *engine.Condition
}

// UnmarshalJSON reads a condition or null.
func (w *flowWhen) UnmarshalJSON(b []byte) error {
	w.Sent = true
	return json.Unmarshal(b, &w.Condition)
}

// MarshalJSON writes what UnmarshalJSON reads.
func (w flowWhen) MarshalJSON() ([]byte, error) { return json.Marshal(w.Condition) }

// Schema is that of a condition, or null.
func (flowWhen) Schema(r huma.Registry) *huma.Schema {
	s := *r.SchemaFromRef(r.Schema(reflect.TypeFor[engine.Condition](), true, "Condition").Ref)
	s.Nullable = true
	return &s
}

// EditFlow changes what surrounds a flow; running approvals keep their version. It returns rest.ErrMissing, record.ErrStale, ErrUnit,
// ErrUnitBeyond, record.ErrNeeded or ErrProblems.
func (s *Service) EditFlow(ctx context.Context, a tenants.Actor, flow uuid.UUID, version int, in FlowEdit) (*Changed, error) {
	return s.change(ctx, a, flow, version, "edit", func(tx tenants.Tx, f *flowRow) (was, now map[string]any, err error) {
		was, now = map[string]any{}, map[string]any{}
		note := func(field string, before, after any) { was[field], now[field] = before, after }
		if in.Name != nil && *in.Name != f.Name {
			if err := named(in.Name); err != nil {
				return nil, nil, err
			}
			note("name", f.Name.Zh, in.Name.Zh)
			f.Name = *in.Name
		}
		if in.UnitID != nil {
			unit, err := mayAt(ctx, tx, *in.UnitID)
			if err != nil {
				return nil, nil, err
			}
			if unit != f.Unit {
				note("unitId", null(f.Unit), null(unit))
				f.Unit = unit
			}
		}
		if in.When.Sent {
			if err := s.checkWhen(ctx, tx, s.matter(f.Kind, f.Action), in.When.Condition); err != nil {
				return nil, nil, err
			}
			note("when", f.When, in.When.Condition)
			f.When = in.When.Condition
		}
		if in.Position != nil && *in.Position != f.Position {
			note("position", f.Position, *in.Position)
			f.Position = *in.Position
		}
		if in.Enabled != nil && *in.Enabled != f.Enabled {
			note("enabled", f.Enabled, *in.Enabled)
			f.Enabled = *in.Enabled
		}
		return was, now, nil
	})
}

// SaveDraft keeps a definition that does not count yet, whatever is wrong with it. It returns rest.ErrMissing, record.ErrStale or ErrUnitBeyond.
func (s *Service) SaveDraft(ctx context.Context, a tenants.Actor, flow uuid.UUID, version int, draft *engine.Flow) (*Changed, error) {
	return s.change(ctx, a, flow, version, "draft", func(_ tenants.Tx, f *flowRow) (was, now map[string]any, err error) {
		f.Draft = draft
		return nil, nil, nil
	})
}

// DiscardDraft drops the draft. It returns the errors of SaveDraft and ErrNoDraft.
func (s *Service) DiscardDraft(ctx context.Context, a tenants.Actor, flow uuid.UUID, version int) (*Changed, error) {
	return s.change(ctx, a, flow, version, "discard", func(_ tenants.Tx, f *flowRow) (was, now map[string]any, err error) {
		if f.Draft == nil {
			return nil, nil, ErrNoDraft
		}
		f.Draft = nil
		return nil, nil, nil
	})
}

// change locks a flow, lets do change it and writes it with its next version and a line of history.
func (s *Service) change(ctx context.Context, a tenants.Actor, flow uuid.UUID, version int, action string, do func(tx tenants.Tx, f *flowRow) (was, now map[string]any, err error)) (*Changed, error) {
	out := &Changed{ID: flow, Version: version + 1}
	err := s.db.Do(ctx, a, func(tx tenants.Tx) error {
		f, err := lockFlow(ctx, tx, flow, version)
		if err != nil {
			return err
		}
		was, now, err := do(tx, f)
		if err != nil {
			return err
		}
		out.Number = f.Published
		if err := f.write(ctx, tx); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, flowKind, flow, version+1, action, was, now)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (f *flowRow) write(ctx context.Context, tx tenants.Tx) error {
	when, err := asJSON(f.When)
	if err != nil {
		return err
	}
	draft, err := asJSON(f.Draft)
	if err != nil {
		return err
	}
	return tx.Later(ctx, `UPDATE approval_flows SET version = version + 1, unit_id = ?, name_zh = ?, name_en = ?, position = ?, enabled = ?, condition = ?::jsonb, published = ?, draft = ?::jsonb, updated_at = ?
		WHERE tenant_id = ? AND id = ?`, null(f.Unit), f.Name.Zh, f.Name.En, f.Position, f.Enabled, when, f.Published, draft, tx.Now, tx.Tenant, f.ID)
}

// DeleteFlow deletes a flow that no approval ever used. It returns rest.ErrMissing, record.ErrStale, ErrUnitBeyond or ErrUsed.
func (s *Service) DeleteFlow(ctx context.Context, a tenants.Actor, flow uuid.UUID, version int) error {
	return s.db.Do(ctx, a, func(tx tenants.Tx) error {
		f, err := lockFlow(ctx, tx, flow, version)
		if err != nil {
			return err
		}
		used, err := tx.NewSelect().TableExpr("approvals").Where("tenant_id = ? AND flow_id = ?", tx.Tenant, flow).Exists(ctx)
		if err != nil {
			return fmt.Errorf("delete approval flow %s: %w", flow, err)
		}
		if used {
			return ErrUsed
		}
		if err := record.WriteHistory(ctx, tx.Tx, flowKind, flow, version+1, "delete", map[string]any{"name": f.Name.Zh}, nil); err != nil {
			return err
		}
		if err := tx.Later(ctx, "DELETE FROM approval_flow_versions WHERE tenant_id = ? AND flow_id = ?", tx.Tenant, flow); err != nil {
			return err
		}
		return tx.Later(ctx, "DELETE FROM approval_flows WHERE tenant_id = ? AND id = ?", tx.Tenant, flow)
	})
}

// SetDefault decides what happens to documents that no flow fits; it is the group's to say. It returns ErrSubject or ErrUnitBeyond.
func (s *Service) SetDefault(ctx context.Context, a tenants.Actor, kind, action, answer string) error {
	return s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if ok, err := may(tx, EditFlows, uuid.Nil); err != nil || !ok {
			return ErrUnitBeyond.Because(err)
		}
		m := s.matter(kind, action)
		if m == nil {
			return ErrSubject.At("kind")
		}
		if err := tx.Later(ctx, `INSERT INTO approval_defaults (tenant_id, kind, action, answer) VALUES (?, ?, ?, ?)
			ON CONFLICT (tenant_id, kind, action) DO UPDATE SET answer = excluded.answer`, tx.Tenant, kind, action, answer); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, flowKind, uuid.NewSHA1(tx.Tenant, []byte(m.name())), 1, "set_default", nil, map[string]any{"subject": m.words(), "default": answer})
	})
}
