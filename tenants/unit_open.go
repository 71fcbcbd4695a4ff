package tenants

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
)

// Faults of opening a company.
var (
	ErrNotCompany = fault.New(fault.Conflict, "org.not_company", "只有公司需要开业", "Only a company is opened for business")
	ErrOpened     = fault.New(fault.Conflict, "org.opened", "公司已开业", "The company is open for business already")
	ErrNotReady   = fault.New(fault.Conflict, "org.not_ready", "开业条件还没有齐：%s", "Not ready yet: %s")
)

// OpeningCheck is something that a company needs before it trades. Modules declare theirs, and join them in cmd.
type OpeningCheck struct {
	Code      string
	Label     fault.Text
	Help      fault.Text
	Mandatory bool
	Link      string // the page of the web where it is done
	Done      func(ctx context.Context, tx Tx, company uuid.UUID) (bool, error)
}

// OpeningItem is a check and how it stands.
type OpeningItem struct {
	Code      string     `json:"code"`
	Label     fault.Text `json:"label"`
	Help      fault.Text `json:"help"`
	Mandatory bool       `json:"mandatory"`
	Done      bool       `json:"done"`
	Link      string     `json:"link"`
}

// Opening is what a company still needs.
type Opening struct {
	UnitID   uuid.UUID     `json:"unitId"`
	Name     string        `json:"name"`
	OpenedOn clock.Day     `json:"openedOn,omitempty" doc:"Absent: not opened yet"`
	Ready    bool          `json:"ready" doc:"Nothing mandatory is missing"`
	Items    []OpeningItem `json:"items"`
}

// startMonth is the check that the organisation itself makes.
var startMonth = OpeningCheck{Code: "start_month", Label: text("启用月份", "First month"), Help: text("从哪个月开始做账", "The month with which the books begin"), Mandatory: true, Link: "/organisation",
	Done: func(ctx context.Context, tx Tx, company uuid.UUID) (bool, error) {
		return tx.NewSelect().TableExpr("org_units").Where("tenant_id = ? AND id = ? AND start_month IS NOT NULL", tx.Tenant, company).Exists(ctx)
	}}

// opening runs the checks of a company that the actor manages. It returns rest.ErrMissing, ErrBeyond or ErrNotCompany.
func (o *Org) opening(ctx context.Context, tx Tx, unit uuid.UUID, version int, lock string) (u unitRow, out Opening, err error) {
	if u, _, err = findUnit(ctx, tx, unit, version, lock); err != nil {
		return u, out, err
	}
	if u.kind != "company" {
		return u, out, ErrNotCompany
	}
	out, err = o.checks(ctx, tx, u.id, u.name)
	return u, out, err
}

func (o *Org) checks(ctx context.Context, tx Tx, company uuid.UUID, name string) (Opening, error) {
	out := Opening{UnitID: company, Name: name, Ready: true, Items: []OpeningItem{}}
	if err := tx.QueryRowContext(ctx, "SELECT opened_on FROM org_units WHERE tenant_id = ? AND id = ?", tx.Tenant, company).Scan(&out.OpenedOn); err != nil {
		return out, fmt.Errorf("opening of %s: %w", company, err)
	}
	for _, c := range append([]OpeningCheck{startMonth}, o.joined.Checks...) {
		done, err := c.Done(ctx, tx, company)
		if err != nil {
			return out, fmt.Errorf("check %s: %w", c.Code, err)
		}
		out.Items = append(out.Items, OpeningItem{c.Code, c.Label, c.Help, c.Mandatory, done, c.Link})
		out.Ready = out.Ready && (done || !c.Mandatory)
	}
	return out, nil
}

// Opening reads what a company needs before it trades. It returns rest.ErrMissing, ErrBeyond, ErrNotCompany or a denied fault.
func (o *Org) Opening(ctx context.Context, a Actor, unit uuid.UUID) (out Opening, err error) {
	err = o.db.Read(ctx, a, func(tx Tx) (err error) {
		_, out, err = o.opening(ctx, tx, unit, 0, "")
		return err
	})
	return out, err
}

// Openings reads the companies of the actor that are not opened yet, by code.
func (o *Org) Openings(ctx context.Context, a Actor) ([]Opening, error) {
	out := []Opening{}
	err := o.db.Read(ctx, a, func(tx Tx) error {
		scope, err := tx.Can("org:manage")
		if err != nil {
			return err
		}
		var rows []struct {
			ID   uuid.UUID
			Name string
		}
		err = tx.NewSelect().TableExpr("org_units").ColumnExpr("id, name").Where("tenant_id = ? AND kind = 'company' AND status = 'open' AND opened_on IS NULL", tx.Tenant).OrderExpr("code").Limit(50).Scan(ctx, &rows)
		if err != nil {
			return fmt.Errorf("companies to open: %w", err)
		}
		for _, r := range rows {
			if !scope.Covers(r.ID, uuid.Nil, uuid.Nil) {
				continue
			}
			one, err := o.checks(ctx, tx, r.ID, r.Name)
			if err != nil {
				return err
			}
			out = append(out, one)
		}
		return nil
	})
	return out, err
}

// OpenCompany declares a company ready to trade. It returns rest.ErrMissing, record.ErrStale, ErrBeyond, ErrNotCompany, ErrOpened, or
// ErrNotReady with what is missing.
func (o *Org) OpenCompany(ctx context.Context, a Actor, unit uuid.UUID, version int) error {
	return o.change(ctx, a, func(tx Tx) error {
		u, out, err := o.opening(ctx, tx, unit, version, " FOR UPDATE")
		switch {
		case err != nil:
			return err
		case out.OpenedOn != "":
			return ErrOpened
		case u.status != "open":
			return ErrUnitClosed
		case !out.Ready:
			missing := fault.Text{}
			for _, i := range out.Items {
				if i.Mandatory && !i.Done {
					if missing.Zh != "" {
						missing.Zh, missing.En = missing.Zh+"、", missing.En+", "
					}
					missing.Zh, missing.En = missing.Zh+i.Label.Zh, missing.En+i.Label.En
				}
			}
			return ErrNotReady.With(missing)
		}
		if err := tx.Later(ctx, "UPDATE org_units SET opened_on = ?::date, version = version + 1 WHERE tenant_id = ? AND id = ?", tx.today(), tx.Tenant, unit); err != nil {
			return err
		}
		return u.history(ctx, tx, "open", nil, map[string]any{"openedOn": tx.today()})
	})
}
