package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// Faults of flows.
var (
	ErrSubject    = fault.New(fault.Invalid, "approval_flow.subject", "没有这个审批事项", "Nothing of this kind is put under approval")
	ErrUnit       = fault.New(fault.Invalid, "approval_flow.unit", "组织不存在或已关闭", "The unit does not exist or is closed")
	ErrNoDraft    = fault.New(fault.Conflict, "approval_flow.no_draft", "没有要发布的草稿", "There is no draft to publish")
	ErrNoVersion  = fault.New(fault.Invalid, "approval_flow.no_version", "没有这个版本", "There is no such version")
	ErrUsed       = fault.New(fault.Conflict, "approval_flow.used", "已有审批用过这个流程，不能删除，可以停用", "Approvals have used this flow; it can be turned off, not deleted")
	ErrProblems   = fault.New(fault.Invalid, "approval_flow.problems", "%s", "%s")
	ErrUnitBeyond = fault.New(fault.Denied, "approval_flow.beyond", "只能管理本公司的流程", "You manage the flows of your own companies only")
)

// flowRow is a flow as it is stored.
type flowRow struct {
	ID           uuid.UUID
	Version      int
	Kind, Action string
	Unit         uuid.UUID
	UnitName     string
	Company      uuid.UUID // of the unit
	Name         fault.Text
	Position     int
	Enabled      bool
	When         *engine.Condition
	Published    int
	Draft        *engine.Flow
	Shipped      bool
	Running      int
}

const flowColumns = `SELECT f.id, f.version, f.kind, f.action, f.unit_id, coalesce(u.name, ''), u.company_id, f.name_zh, f.name_en, f.position, f.enabled, f.condition, f.published, f.draft, f.shipped IS NOT NULL,
	(SELECT count(*) FROM approvals a WHERE a.tenant_id = f.tenant_id AND a.flow_id = f.id AND a.closed_at IS NULL)
	FROM approval_flows f LEFT JOIN org_units u ON u.tenant_id = f.tenant_id AND u.id = f.unit_id WHERE f.tenant_id = ? AND `

func flowsBy(ctx context.Context, tx tenants.Tx, where string, args ...any) ([]flowRow, error) {
	rows, err := tx.QueryContext(ctx, flowColumns+where, append([]any{tx.Tenant}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("approval flows: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []flowRow
	for rows.Next() {
		var f flowRow
		var unit, company uuid.NullUUID
		var when, draft []byte
		if err := rows.Scan(&f.ID, &f.Version, &f.Kind, &f.Action, &unit, &f.UnitName, &company, &f.Name.Zh, &f.Name.En, &f.Position, &f.Enabled, &when, &f.Published, &draft, &f.Shipped, &f.Running); err != nil {
			return nil, fmt.Errorf("approval flows: %w", err)
		}
		f.Unit, f.Company = unit.UUID, company.UUID
		if err := errors.Join(unmarshal(when, &f.When), unmarshal(draft, &f.Draft)); err != nil {
			return nil, fmt.Errorf("approval flow %s: %w", f.ID, err)
		}
		out = append(out, f)
	}
	return out, rows.Err()
}

func unmarshal(b []byte, into any) error {
	if len(b) == 0 {
		return nil
	}
	return json.Unmarshal(b, into)
}

// asJSON is a value for a jsonb column; a nil pointer is NULL.
func asJSON[T any](v *T) (any, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

// findFlow reads a flow. It returns rest.ErrMissing.
func findFlow(ctx context.Context, tx tenants.Tx, id uuid.UUID, lock string) (*flowRow, error) {
	list, err := flowsBy(ctx, tx, "f.id = ?"+lock, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, rest.ErrMissing
	}
	return &list[0], nil
}

// lockFlow reads and locks a flow that the actor may change, in this version. It returns rest.ErrMissing, ErrUnitBeyond or record.ErrStale.
func lockFlow(ctx context.Context, tx tenants.Tx, id uuid.UUID, version int) (*flowRow, error) {
	f, err := findFlow(ctx, tx, id, " FOR UPDATE OF f")
	if err != nil {
		return nil, err
	}
	switch ok, err := may(tx, EditFlows, f.Company); {
	case err != nil:
		return nil, err
	case !ok:
		return nil, ErrUnitBeyond
	case f.Version != version:
		return nil, record.ErrStale
	}
	return f, nil
}

// definition returns a published version, which never changes. It returns ErrNoVersion.
func (s *Service) definition(ctx context.Context, tx tenants.Tx, flow uuid.UUID, number int) (*engine.Flow, error) {
	key := versionKey{tx.Tenant, flow, number}
	if f, ok := s.flows.Get(key); ok {
		return f, nil
	}
	var body []byte
	err := tx.QueryRowContext(ctx, "SELECT definition FROM approval_flow_versions WHERE tenant_id = ? AND flow_id = ? AND number = ?", tx.Tenant, flow, number).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoVersion
	}
	if err != nil {
		return nil, fmt.Errorf("approval flow %s version %d: %w", flow, number, err)
	}
	f := &engine.Flow{}
	if err := json.Unmarshal(body, f); err != nil {
		return nil, fmt.Errorf("approval flow %s version %d: %w", flow, number, err)
	}
	s.flows.Add(key, f)
	return f, nil
}

// FlowInfo is a flow as lists show it.
type FlowInfo struct {
	ID        uuid.UUID         `json:"id"`
	Version   int               `json:"version"`
	Kind      string            `json:"kind"`
	Action    string            `json:"action"`
	UnitID    *uuid.UUID        `json:"unitId,omitempty" doc:"Absent: the whole group"`
	UnitName  string            `json:"unitName"`
	Name      fault.Text        `json:"name"`
	Position  int               `json:"position"`
	Enabled   bool              `json:"enabled"`
	When      *engine.Condition `json:"when,omitempty" doc:"For which documents; absent: all"`
	WhenText  fault.Text        `json:"whenText,omitzero"`
	Shipped   bool              `json:"shipped"`
	Published int               `json:"published" doc:"The number of the version that counts; 0: none yet"`
	Draft     bool              `json:"draft"`
	Running   int               `json:"running"`
	Editable  bool              `json:"editable" doc:"Whether the reader may change it"`
}

// FlowVersion is one published version.
type FlowVersion struct {
	Number          int        `json:"number"`
	PublishedAt     time.Time  `json:"publishedAt"`
	PublishedBy     *uuid.UUID `json:"publishedBy,omitempty" doc:"Absent: it shipped"`
	PublishedByName string     `json:"publishedByName"`
	Note            string     `json:"note"`
	Running         int        `json:"running"`
}

// FlowPage is a flow with its definitions.
type FlowPage struct {
	FlowInfo
	Definition      *engine.Flow  `json:"definition" doc:"What counts now; null: nothing is published"`
	DraftDefinition *engine.Flow  `json:"draftDefinition"`
	Versions        []FlowVersion `json:"versions"`
}

func (s *Service) info(ctx context.Context, tx tenants.Tx, f *flowRow) (FlowInfo, error) {
	x := FlowInfo{ID: f.ID, Version: f.Version, Kind: f.Kind, Action: f.Action, UnitName: f.UnitName, Name: f.Name, Position: f.Position, Enabled: f.Enabled, When: f.When,
		Shipped: f.Shipped, Published: f.Published, Draft: f.Draft != nil, Running: f.Running}
	if f.Unit != uuid.Nil {
		x.UnitID = &f.Unit
	}
	if tx.Actor.Set.Has(EditFlows) {
		ok, err := may(tx, EditFlows, f.Company)
		if err != nil {
			return x, err
		}
		x.Editable = ok
	}
	if m := s.matter(f.Kind, f.Action); m != nil && f.When != nil {
		facts, err := s.facts(ctx, tx, m)
		if err != nil {
			return x, err
		}
		x.WhenText = engine.Describe(f.When, engine.Known{Facts: s.engineFacts(facts)})
	}
	return x, nil
}

// Flows lists the flows of a subject, or of all for empty names, in the order in which they are tried.
func (s *Service) Flows(ctx context.Context, a tenants.Actor, kind, action string) ([]FlowInfo, error) {
	if err := s.adopt(ctx, a.Tenant); err != nil {
		return nil, err
	}
	out := []FlowInfo{}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		list, err := flowsBy(ctx, tx, "(? = '' OR f.kind = ?) AND (? = '' OR f.action = ?) ORDER BY f.kind, f.action, f.position, f.id", kind, kind, action, action)
		if err != nil {
			return err
		}
		for i := range list {
			x, err := s.info(ctx, tx, &list[i])
			if err != nil {
				return err
			}
			out = append(out, x)
		}
		return nil
	})
	return out, err
}

// Flow reads a flow with its versions. It returns rest.ErrMissing.
func (s *Service) Flow(ctx context.Context, a tenants.Actor, id uuid.UUID) (*FlowPage, error) {
	out := &FlowPage{Versions: []FlowVersion{}}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		f, err := findFlow(ctx, tx, id, "")
		if err != nil {
			return err
		}
		if out.FlowInfo, err = s.info(ctx, tx, f); err != nil {
			return err
		}
		out.DraftDefinition = f.Draft
		if f.Published > 0 {
			if out.Definition, err = s.definition(ctx, tx, id, f.Published); err != nil {
				return err
			}
		}
		out.Versions, err = versionsOf(ctx, tx, id)
		return err
	})
	return out, err
}

func versionsOf(ctx context.Context, tx tenants.Tx, flow uuid.UUID) ([]FlowVersion, error) {
	rows, err := tx.QueryContext(ctx, `SELECT v.number, v.published_at, v.published_by, coalesce(u.name, ''), v.note,
		(SELECT count(*) FROM approvals a WHERE a.tenant_id = v.tenant_id AND a.flow_id = v.flow_id AND a.flow_version = v.number AND a.closed_at IS NULL)
		FROM approval_flow_versions v LEFT JOIN users u ON u.tenant_id = v.tenant_id AND u.id = v.published_by WHERE v.tenant_id = ? AND v.flow_id = ? ORDER BY v.number DESC`, tx.Tenant, flow)
	if err != nil {
		return nil, fmt.Errorf("versions of approval flow %s: %w", flow, err)
	}
	defer func() { _ = rows.Close() }()
	out := []FlowVersion{}
	for rows.Next() {
		var v FlowVersion
		var by uuid.NullUUID
		if err := rows.Scan(&v.Number, &v.PublishedAt, &by, &v.PublishedByName, &v.Note, &v.Running); err != nil {
			return nil, fmt.Errorf("versions of approval flow %s: %w", flow, err)
		}
		v.PublishedAt = v.PublishedAt.UTC()
		if by.Valid {
			v.PublishedBy = &by.UUID
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Version reads one published version of a flow. It returns rest.ErrMissing.
func (s *Service) Version(ctx context.Context, a tenants.Actor, id uuid.UUID, number int) (out *engine.Flow, err error) {
	err = s.db.Read(ctx, a, func(tx tenants.Tx) error {
		if out, err = s.definition(ctx, tx, id, number); errors.Is(err, ErrNoVersion) {
			return rest.ErrMissing.Because(err)
		}
		return err
	})
	return out, err
}

// standing counts the flows that count now and reads what was decided for documents that none fits, by subject.
func standing(ctx context.Context, tx tenants.Tx) (flows map[string]int, answers map[string]string, err error) {
	flows, answers = map[string]int{}, map[string]string{}
	rows, err := tx.QueryContext(ctx, `SELECT kind || '.' || action, count(*) FILTER (WHERE enabled AND published > 0), '' FROM approval_flows WHERE tenant_id = ? GROUP BY 1
		UNION ALL SELECT kind || '.' || action, 0, answer FROM approval_defaults WHERE tenant_id = ?`, tx.Tenant, tx.Tenant)
	if err != nil {
		return nil, nil, fmt.Errorf("approval subjects: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name, answer string
		var n int
		if err := rows.Scan(&name, &n, &answer); err != nil {
			return nil, nil, fmt.Errorf("approval subjects: %w", err)
		}
		if answer != "" {
			answers[name] = answer
		} else {
			flows[name] = n
		}
	}
	return flows, answers, rows.Err()
}
