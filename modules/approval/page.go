package approval

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// Page is all that the page of an approval shows.
type Page struct {
	Approval PageApproval  `json:"approval"`
	Document PageDocument  `json:"document"`
	Stations []PageStation `json:"stations"`
	Coming   []PageComing  `json:"coming" doc:"What is foreseen after now, if everybody agrees"`
	Comments []PageComment `json:"comments"`
	Task     *PageTask     `json:"task" doc:"What the reader decides now; null: nothing"`
	May      PageMay       `json:"may"`
}

// PageApproval is the approval itself.
type PageApproval struct {
	ID            uuid.UUID  `json:"id"`
	Version       int        `json:"version"`
	Status        string     `json:"status"`
	Kind          string     `json:"kind"`
	Action        string     `json:"action"`
	Label         fault.Text `json:"label"`
	KindLabel     fault.Text `json:"kindLabel"`
	RecordID      uuid.UUID  `json:"recordId"`
	RecordPath    string     `json:"recordPath"`
	Number        string     `json:"number"`
	Title         string     `json:"title"`
	CompanyName   string     `json:"companyName"`
	SubmitterID   uuid.UUID  `json:"submitterId"`
	SubmitterName string     `json:"submitterName"`
	SubmittedAt   time.Time  `json:"submittedAt"`
	ClosedAt      *time.Time `json:"closedAt,omitempty"`
	CurrentStep   fault.Text `json:"currentStep"`
	Flow          PageFlow   `json:"flow"`
	Reason        string     `json:"reason"`
}

// PageFlow is the flow by which it goes.
type PageFlow struct {
	Name   fault.Text `json:"name"`
	Number int        `json:"number"`
}

// PageDocument is the document beside what it was when it was submitted.
type PageDocument struct {
	record.Shown
	Files   []record.Attachment `json:"files"`
	Related []PageRelated       `json:"related"`
}

// PageRelated is a list of records that belong to the document, as far as the reader may see them.
type PageRelated struct {
	Kind  string       `json:"kind"`
	Label fault.Text   `json:"label"`
	Items []PageTarget `json:"items"`
}

// PageTarget is a record that can be opened.
type PageTarget struct {
	ID    string `json:"id"`
	Path  string `json:"path"`
	Title string `json:"title"`
}

// PageStation is a step that was reached.
type PageStation struct {
	StepID uuid.UUID     `json:"stepId"`
	Node   string        `json:"node"`
	Name   fault.Text    `json:"name"`
	Copy   bool          `json:"copy"`
	Status string        `json:"status"`
	Opened time.Time     `json:"opened"`
	Closed *time.Time    `json:"closed,omitempty"`
	Due    *time.Time    `json:"due,omitempty"`
	Late   bool          `json:"late"`
	Round  int           `json:"round"`
	Why    fault.Text    `json:"why"`
	Mode   engine.Mode   `json:"mode"`
	Tasks  []StationTask `json:"tasks"`
}

// StationTask is one person's part in a step.
type StationTask struct {
	ID       uuid.UUID           `json:"id"`
	UserID   *uuid.UUID          `json:"userId,omitempty" doc:"Absent: an administrator names somebody"`
	UserName string              `json:"userName"`
	ByID     *uuid.UUID          `json:"byId,omitempty"`
	ByName   string              `json:"byName" doc:"Who decided: the approver or their deputy"`
	Status   string              `json:"status"`
	Origin   string              `json:"origin"`
	Where    string              `json:"where"`
	Comment  string              `json:"comment"`
	Files    []record.Attachment `json:"files"`
	Signed   bool                `json:"signed"`
	Opened   *time.Time          `json:"opened,omitempty"`
	Closed   *time.Time          `json:"closed,omitempty"`
	Why      fault.Text          `json:"why"`
}

// PageComing is a step that is foreseen.
type PageComing struct {
	Node      string     `json:"node"`
	Name      fault.Text `json:"name"`
	Approvers []string   `json:"approvers"`
}

// PageComment is what somebody said.
type PageComment struct {
	ID       uuid.UUID           `json:"id"`
	UserID   uuid.UUID           `json:"userId"`
	UserName string              `json:"userName"`
	At       time.Time           `json:"at"`
	Text     string              `json:"text"`
	Mentions []PagePerson        `json:"mentions"`
	Files    []record.Attachment `json:"files"`
}

// PagePerson is a person by name.
type PagePerson struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// PageTask is what the reader has to decide.
type PageTask struct {
	ID          uuid.UUID           `json:"id"`
	Version     int                 `json:"version"`
	Node        string              `json:"node"`
	Step        fault.Text          `json:"step"`
	ForName     string              `json:"forName,omitempty" doc:"For whom the reader stands in"`
	May         []string            `json:"may" doc:"approve, reject, hand_over, ask, answer, add, take_back"`
	Returns     []PageReturn        `json:"returns" doc:"Where a rejection may lead"`
	CommentRule engine.Comment      `json:"commentRule"`
	Signature   bool                `json:"signature"`
	Choose      *PageChoice         `json:"choose,omitempty" doc:"The step whose approvers are to be named"`
	Edit        []record.ShownField `json:"edit" doc:"Fields that may be changed, with their values"`
}

// PageReturn is where a rejection may lead.
type PageReturn struct {
	To   string     `json:"to"`
	Name fault.Text `json:"name"`
}

// PageChoice is a step whose approvers are to be named.
type PageChoice struct {
	Node string     `json:"node"`
	Name fault.Text `json:"name"`
}

// PageMay is what the reader may do with the approval as a whole.
type PageMay struct {
	Withdraw bool `json:"withdraw"`
	Urge     bool `json:"urge"`
	Comment  bool `json:"comment"`
	Reassign bool `json:"reassign"`
}

// Page reads an approval with its document, its way, and what the reader may do. It returns rest.ErrMissing.
func (s *Service) Page(ctx context.Context, a tenants.Actor, v record.View, approval uuid.UUID) (*Page, error) {
	p := &Page{Stations: []PageStation{}, Coming: []PageComing{}, Comments: []PageComment{}}
	var snap record.Snapshot
	var now *record.Snapshot
	var matter *matter
	var hide []string
	var edit []string
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		if err := seen(ctx, tx, approval); err != nil {
			return err
		}
		r, err := readRun(ctx, tx, approval, "")
		if err != nil {
			return err
		}
		m, err := s.begin(ctx, tx, r)
		if err != nil {
			return err
		}
		matter = m.matter
		if err := json.Unmarshal(r.Snapshot, &snap); err != nil {
			return fmt.Errorf("snapshot of approval %s: %w", approval, err)
		}
		if m.matter.ready() {
			if now, err = m.doc.snapshot(); errors.Is(err, record.ErrMissing) {
				now = &snap
			} else if err != nil {
				return err
			}
		}
		names, files, err := m.around(p)
		if err != nil {
			return err
		}
		p.Approval = m.head(names)
		p.stations(m, names, files)
		if p.Task, hide, edit, err = m.task(names); err != nil {
			return err
		}
		p.Coming = m.coming()
		p.May, err = m.may()
		if err != nil {
			return err
		}
		p.Document.Files, err = documentFiles(ctx, tx, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !matter.ready() {
		p.Document.Shown = record.Shown{Fields: []record.ShownField{}, Parts: []record.ShownPart{}}
		p.Document.Related = []PageRelated{}
		return p, nil
	}
	shown, err := matter.Spec.Show(ctx, s.db.Pool(), s.registry(), v, now, &snap, hide)
	if err != nil {
		return nil, err
	}
	p.Document.Shown = *shown
	if p.Task != nil {
		for _, f := range shown.Fields {
			if slices.Contains(edit, f.Name) {
				p.Task.Edit = append(p.Task.Edit, f)
			}
		}
	}
	p.Document.Related, err = s.related(ctx, v, matter, p.Approval.RecordID)
	return p, err
}

func pointer[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// head puts the approval itself into words.
func (m *move) head(names map[uuid.UUID]string) PageApproval {
	r := m.run
	h := PageApproval{ID: r.ID, Version: r.Version, Status: string(r.Status), Kind: r.Kind, Action: r.Action, Label: m.matter.label, KindLabel: m.matter.kindLabel, RecordID: r.RecordID, Number: r.number, Title: r.title,
		CompanyName: names[r.Company], SubmitterID: r.Submitter, SubmitterName: names[r.Submitter], SubmittedAt: r.SubmittedAt.UTC(), ClosedAt: pointer(r.ClosedAt.UTC()), CurrentStep: r.current(m.flow), Flow: PageFlow{Number: r.FlowVersion}, Reason: r.Reason}
	if r.ClosedAt.IsZero() {
		h.ClosedAt = nil
	}
	if m.matter.ready() {
		h.RecordPath = m.matter.Spec.Path
	}
	h.Flow.Name = fault.Text{Zh: names[r.FlowID], En: names[uuid.NewSHA1(r.FlowID, []byte("en"))]}
	return h
}

// around reads the names of all who have a part, the comments, and the files of both.
func (m *move) around(p *Page) (map[uuid.UUID]string, map[uuid.UUID]record.Attachment, error) {
	r, tx := m.run, m.tx
	users := []uuid.UUID{r.Submitter}
	for _, st := range r.Steps {
		for _, t := range st.Tasks {
			users = append(users, t.User, t.By)
		}
	}
	rows, err := tx.QueryContext(m.ctx, `SELECT c.id, c.user_id, c.at, c.text, c.mentions::text[], c.files::text[] FROM approval_comments c WHERE c.tenant_id = ? AND c.approval_id = ? ORDER BY c.at, c.id`, tx.Tenant, r.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("comments of approval %s: %w", r.ID, err)
	}
	defer func() { _ = rows.Close() }()
	var mentioned, attached [][]string
	for rows.Next() {
		c := PageComment{Mentions: []PagePerson{}, Files: []record.Attachment{}}
		var mentions, files []string
		if err := rows.Scan(&c.ID, &c.UserID, &c.At, &c.Text, pgdialect.Array(&mentions), pgdialect.Array(&files)); err != nil {
			return nil, nil, fmt.Errorf("comments of approval %s: %w", r.ID, err)
		}
		c.At = c.At.UTC()
		p.Comments, mentioned, attached, users = append(p.Comments, c), append(mentioned, mentions), append(attached, files), append(users, c.UserID)
		for _, u := range mentions {
			if id, err := uuid.Parse(u); err == nil {
				users = append(users, id)
			}
		}
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("comments of approval %s: %w", r.ID, err)
	}
	names, err := m.names(users)
	if err != nil {
		return nil, nil, err
	}
	files, err := filesOf(m.ctx, tx, Kind.Name, r.ID)
	if err != nil {
		return nil, nil, err
	}
	by := map[uuid.UUID]record.Attachment{}
	for _, f := range files {
		by[f.ID] = f
	}
	for i := range p.Comments {
		c := &p.Comments[i]
		c.UserName = names[c.UserID]
		for _, u := range mentioned[i] {
			if id, err := uuid.Parse(u); err == nil {
				c.Mentions = append(c.Mentions, PagePerson{id, names[id]})
			}
		}
		for _, f := range attached[i] {
			if id, err := uuid.Parse(f); err == nil && by[id].ID != uuid.Nil {
				c.Files = append(c.Files, by[id])
			}
		}
	}
	return names, by, nil
}

// names reads what people, the company and the flow are called.
func (m *move) names(users []uuid.UUID) (map[uuid.UUID]string, error) {
	rows, err := m.tx.QueryContext(m.ctx, `SELECT id, name, '' FROM users WHERE tenant_id = ?0 AND id = ANY (?1::uuid[]) UNION ALL SELECT id, name, '' FROM org_units WHERE tenant_id = ?0 AND id = ?2
		UNION ALL SELECT id, name_zh, name_en FROM approval_flows WHERE tenant_id = ?0 AND id = ?3`, m.tx.Tenant, array(users), m.run.Company, m.run.FlowID)
	if err != nil {
		return nil, fmt.Errorf("names of approval %s: %w", m.run.ID, err)
	}
	defer func() { _ = rows.Close() }()
	out := map[uuid.UUID]string{}
	for rows.Next() {
		var id uuid.UUID
		var name, en string
		if err := rows.Scan(&id, &name, &en); err != nil {
			return nil, fmt.Errorf("names of approval %s: %w", m.run.ID, err)
		}
		out[id] = name
		if en != "" {
			out[uuid.NewSHA1(id, []byte("en"))] = en
		}
	}
	return out, rows.Err()
}

func filesOf(ctx context.Context, tx tenants.Tx, kind string, id uuid.UUID) ([]record.Attachment, error) {
	rows, err := tx.QueryContext(ctx, `SELECT f.id, f.name, f.content_type, f.size, f.created_at, u.name FROM files f JOIN users u ON u.tenant_id = f.tenant_id AND u.id = f.created_by
		WHERE f.tenant_id = ? AND f.kind = ? AND f.record_id = ? ORDER BY f.created_at DESC LIMIT 200`, tx.Tenant, kind, id)
	if err != nil {
		return nil, fmt.Errorf("files of %s %s: %w", kind, id, err)
	}
	defer func() { _ = rows.Close() }()
	out := []record.Attachment{}
	for rows.Next() {
		var f record.Attachment
		if err := rows.Scan(&f.ID, &f.Name, &f.Type, &f.Size, &f.At, &f.By); err != nil {
			return nil, fmt.Errorf("files of %s %s: %w", kind, id, err)
		}
		f.At = f.At.UTC()
		out = append(out, f)
	}
	return out, rows.Err()
}

// documentFiles are the document's own files; whoever decides about it sees what it is made of.
func documentFiles(ctx context.Context, tx tenants.Tx, r *run) ([]record.Attachment, error) {
	return filesOf(ctx, tx, r.Kind, r.RecordID)
}

func (p *Page) stations(m *move, names map[uuid.UUID]string, files map[uuid.UUID]record.Attachment) {
	for _, st := range m.run.Steps {
		n := m.flow.Node(st.Node)
		x := PageStation{StepID: st.ID, Node: st.Node, Name: nameOf(m.flow, st.Node), Status: string(st.Status), Opened: st.Opened, Closed: instant(st.Closed), Due: instant(st.Due), Late: st.Late, Round: st.Round, Why: st.Why, Tasks: []StationTask{}}
		if n != nil {
			x.Copy, x.Mode = n.Kind == engine.NodeCopy, n.Mode
		}
		for _, t := range st.Tasks {
			y := StationTask{ID: t.ID, UserID: pointer(t.User), UserName: names[t.User], ByID: pointer(t.By), ByName: names[t.By], Status: string(t.Status), Origin: string(t.Origin), Where: string(t.Where), Comment: t.Comment,
				Files: []record.Attachment{}, Opened: instant(t.Opened), Closed: instant(t.Closed), Why: t.Why}
			if f, ok := files[m.run.signatures[t.ID]]; ok {
				y.Signed, y.Files = true, append(y.Files, f)
			}
			x.Tasks = append(x.Tasks, y)
		}
		p.Stations = append(p.Stations, x)
	}
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// cloned are steps that may be moved without moving the run's.
func cloned(steps []*engine.Step) []*engine.Step {
	out := make([]*engine.Step, len(steps))
	for i, s := range steps {
		c := *s
		c.Tasks = make([]*engine.Task, len(s.Tasks))
		for j, t := range s.Tasks {
			d := *t
			c.Tasks[j] = &d
		}
		out[i] = &c
	}
	return out
}

const mostRelated = 20

// related lists what belongs to the document, as far as the reader may read those kinds.
func (s *Service) related(ctx context.Context, v record.View, m *matter, id uuid.UUID) ([]PageRelated, error) {
	out := []PageRelated{}
	for _, rel := range m.Spec.RelatedKinds() {
		target := s.registry().Kind(rel.Kind)
		if target == nil || !v.Set.Has(target.Read) {
			continue
		}
		title, subtitle := target.Titles()
		fields := []string{title}
		if subtitle != "" {
			fields = append(fields, subtitle)
		}
		page, err := target.List(ctx, s.db.Pool(), s.registry(), v, record.ListInput{Filter: replaceID(rel.Filter, id), Fields: fields, Limit: mostRelated})
		if err != nil {
			return nil, err
		}
		x := PageRelated{Kind: rel.Kind, Label: rel.Label, Items: []PageTarget{}}
		for _, item := range page.Items {
			var row map[string]any
			if err := json.Unmarshal(item, &row); err != nil {
				return nil, err
			}
			x.Items = append(x.Items, PageTarget{ID: fmt.Sprint(row["id"]), Path: target.Path, Title: joined(row[title], row[subtitle])})
		}
		if len(x.Items) > 0 {
			out = append(out, x)
		}
	}
	return out, nil
}

func joined(a, b any) string {
	first, _ := a.(string)
	second, _ := b.(string)
	if second == "" {
		return first
	}
	return first + " · " + second
}

// Of lists the approvals of a document, newest first. It returns rest.ErrMissing for a document that the reader may not see.
func (s *Service) Of(ctx context.Context, a tenants.Actor, kind string, id uuid.UUID) ([]PageApproval, error) {
	out := []PageApproval{}
	spec := s.registry().Kind(kind)
	if spec == nil {
		return nil, rest.ErrMissing
	}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		scope, err := tx.Can(spec.Read)
		if err != nil {
			return rest.ErrMissing.Because(err)
		}
		if err := spec.Exists(ctx, tx.Tx, scope, id, ""); err != nil {
			return rest.ErrMissing.Because(err)
		}
		var list []uuid.UUID
		if err := tx.NewSelect().TableExpr("approvals").ColumnExpr("id").Where("tenant_id = ? AND record_kind = ? AND record_id = ?", tx.Tenant, kind, id).OrderExpr("submitted_at DESC, id DESC").Limit(20).Scan(ctx, &list); err != nil {
			return fmt.Errorf("approvals of %s %s: %w", kind, id, err)
		}
		for _, x := range list {
			r, err := readRun(ctx, tx, x, "")
			if err != nil {
				return err
			}
			m, err := s.begin(ctx, tx, r)
			if errors.Is(err, ErrSubject) {
				continue
			}
			if err != nil {
				return err
			}
			names, err := m.names([]uuid.UUID{r.Submitter})
			if err != nil {
				return err
			}
			out = append(out, m.head(names))
		}
		return nil
	})
	return out, err
}
