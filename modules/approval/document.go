package approval

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/money"
	"forecourt/kernel/record"
	"forecourt/modules/approval/engine"
	"forecourt/tenants"
)

// document is what an approval is about, within one transaction. What is asked of it is read when it is first asked: most votes ask nothing.
type document struct {
	s   *Service
	ctx context.Context //nolint:containedctx // it lives as long as the transaction it reads in
	tx  tenants.Tx

	matter              *matter
	id                  uuid.UUID // uuid.Nil: an invented one
	company, department uuid.UUID
	submitter           uuid.UUID
	unit                uuid.UUID // where the submitter works

	snap    *record.Snapshot
	values  map[string]any // of an invented one, from the beginning
	facts   *engine.Document
	missing error // why facts cannot be answered
}

// snapshot reads the document as it is now.
func (d *document) snapshot() (*record.Snapshot, error) {
	if d.snap == nil {
		snap, err := d.matter.Spec.Take(d.ctx, d.tx.Tx, d.id)
		if err != nil {
			return nil, err
		}
		d.snap = snap
	}
	return d.snap, nil
}

// again forgets what was read: the document changed.
func (d *document) again() { d.snap, d.facts = nil, nil }

// covers reports whether a scope covers the document.
func (d *document) covers(scope access.Scope) (bool, error) {
	if scope.Covers(d.company, d.department, uuid.Nil) && (scope.All || d.company != uuid.Nil || d.department != uuid.Nil) {
		return true, nil
	}
	if d.id == uuid.Nil || !d.matter.ready() {
		return false, nil
	}
	snap, err := d.snapshot()
	if err != nil {
		return false, err
	}
	return d.matter.Spec.Covers(d.ctx, d.tx.Tx, snap, d.id, scope)
}

// about returns the facts that conditions ask.
func (d *document) about() (*engine.Document, error) {
	if d.facts != nil {
		return d.facts, nil
	}
	program, err := d.s.program(d.ctx, d.tx, d.matter)
	if err != nil {
		return nil, err
	}
	if d.values == nil || d.id != uuid.Nil {
		if d.values, err = d.read(); err != nil {
			return nil, err
		}
	}
	if d.values["submitter"], err = d.submitterFacts(); err != nil {
		return nil, err
	}
	d.facts = program.About(d.ctx, d.values)
	return d.facts, nil
}

func (d *document) read() (map[string]any, error) {
	if !d.matter.ready() || d.id == uuid.Nil {
		return map[string]any{}, nil
	}
	snap, err := d.snapshot()
	if err != nil {
		return nil, err
	}
	spec, err := d.matter.Spec.Of(d.ctx, d.tx.Tx)
	if err != nil {
		return nil, err
	}
	values, err := spec.Values(snap)
	if err != nil || d.matter.Facts == nil {
		return values, err
	}
	more, err := d.matter.Facts(d.ctx, d.tx, d.id)
	if err != nil {
		return nil, fmt.Errorf("facts of %s %s: %w", d.matter.name(), d.id, err)
	}
	for name, v := range more {
		values[name] = plain(v)
	}
	return values, nil
}

// plain gives a module's value the form that conditions read.
func plain(v any) any {
	switch x := v.(type) {
	case int:
		return int64(x)
	case int32:
		return int64(x)
	case money.Amount:
		return int64(x)
	case uuid.UUID:
		if x == uuid.Nil {
			return nil
		}
		return x.String()
	}
	return v
}

func (d *document) submitterFacts() (map[string]any, error) {
	out := map[string]any{"id": "", "name": "", "roles": []string{}, "company": "", "department": ""}
	if d.submitter == uuid.Nil {
		return out, nil
	}
	found, err := d.s.grants.Candidates(d.ctx, d.tx, []uuid.UUID{d.submitter})
	c := found[d.submitter]
	if err != nil || c == nil {
		return out, err
	}
	roles := []string{}
	for _, p := range c.Postings {
		for _, r := range p.Roles {
			if !slices.Contains(roles, r) {
				roles = append(roles, r)
			}
		}
	}
	out["id"], out["name"], out["roles"] = d.submitter.String(), c.Name, roles
	if p := d.place(c.Postings); p != nil {
		out["company"], out["department"] = text(p.Company), text(p.Department)
	}
	return out, nil
}

func text(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

// place is the posting in which somebody has to do with the document: where they submitted it, one in its company, or any.
func (d *document) place(postings []tenants.Posting) *tenants.Posting {
	for _, fits := range []func(tenants.Posting) bool{
		func(p tenants.Posting) bool {
			return d.unit != uuid.Nil && (p.Unit == d.unit || p.Department == d.unit)
		},
		func(p tenants.Posting) bool { return d.company != uuid.Nil && p.Company == d.company },
		func(tenants.Posting) bool { return true },
	} {
		if i := slices.IndexFunc(postings, fits); i >= 0 {
			return &postings[i]
		}
	}
	return nil
}

// Holds answers a condition about the document.
func (d *document) Holds(c *engine.Condition) (bool, error) {
	if d.missing != nil {
		return false, d.missing
	}
	facts, err := d.about()
	if err != nil {
		d.missing = err
		return false, err
	}
	return facts.Holds(c)
}

// Explain says a condition with the document's values.
func (d *document) Explain(c *engine.Condition) fault.Text {
	facts, err := d.about()
	if err != nil {
		return fault.Text{}
	}
	return facts.Explain(c)
}

// words are how lists name the document: title, summary in both languages, and its sum.
type words struct {
	number, title, summary, summaryEn string
	amount                            *int64
}

const maxSummary = 6

// describe reads the words of a snapshot. They are read by all who decide, so nothing that field rules keep is among them.
func describe(spec *record.Spec, snap *record.Snapshot, view record.View) words {
	w := words{number: snap.Fields["number"]}
	_, subtitle := spec.Titles()
	var titles, zh, en []string
	for _, name := range append([]string{subtitle}, spec.Columns()...) {
		f := spec.Field(name)
		if f == nil || f.Protected() || name == "number" || slices.Contains(place, name) {
			continue
		}
		view.Language = "zh"
		said := f.Said(snap.Fields[name], snap.Titles[name], view)
		switch {
		case said == "" || f.Type == record.Time || f.Type == record.Bool:
		case f.Type == record.Money && w.amount == nil && len(zh) == 0:
			n, err := f.Whole(snap.Fields[name])
			if err == nil {
				w.amount = &n
			}
			zh, en = append(zh, f.Label.Zh+" "+said), append(en, f.Label.En+" "+said)
		case f.Type == record.Ref && len(titles) < 3, name == subtitle:
			if !slices.Contains(titles, said) {
				titles = append(titles, said)
			}
		case len(zh) < maxSummary && (f.Type != record.Choice || !f.IsStatus()):
			view.Language = "en"
			zh, en = append(zh, f.Label.Zh+" "+said), append(en, f.Label.En+" "+f.Said(snap.Fields[name], snap.Titles[name], view))
		}
	}
	if len(titles) == 0 {
		titles = []string{w.number}
	}
	w.title, w.summary, w.summaryEn = clip(strings.Join(titles, " · "), 400), clip(strings.Join(zh, " · "), 1000), clip(strings.Join(en, " · "), 1000)
	return w
}

// place are the columns that tell where a document lies; lists have columns of their own for them.
var place = []string{"companyId", "departmentId", "ownerId", "createdBy", "submittedBy"}

func clip(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}
