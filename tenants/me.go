package tenants

import (
	"context"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
)

// RoleName is a role in words.
type RoleName struct {
	Code string     `json:"code"`
	Name fault.Text `json:"name"`
}

// PostingInfo is a posting as its holder reads it.
type PostingInfo struct {
	ID           uuid.UUID  `json:"id"`
	UnitID       uuid.UUID  `json:"unitId"`
	UnitName     string     `json:"unitName"`
	CompanyID    *uuid.UUID `json:"companyId,omitempty"`
	CompanyName  string     `json:"companyName"`
	DepartmentID *uuid.UUID `json:"departmentId,omitempty"`
	Title        string     `json:"title"`
	Roles        []RoleName `json:"roles"`
}

// Me is the reader themselves.
type Me struct {
	User struct {
		ID    uuid.UUID `json:"id"`
		Login string    `json:"login"`
		Name  string    `json:"name"`
	} `json:"user"`
	Tenant struct {
		ID     uuid.UUID `json:"id"`
		Code   string    `json:"code"`
		Name   string    `json:"name"`
		Status string    `json:"status"`
		Demo   bool      `json:"demo"`
		Zone   string    `json:"zone" doc:"IANA name of the tenant's time zone"`
		Now    time.Time `json:"now"`
		EndsOn clock.Day `json:"endsOn,omitempty" doc:"The last day of a trial or of what was paid for"`
		Left   *int      `json:"daysLeft,omitempty" doc:"Days after today, in the last 14 of them"`
	} `json:"tenant"`
	Posting  PostingInfo                  `json:"posting"`
	Postings []PostingInfo                `json:"postings"`
	Grants   map[access.Permission]string `json:"grants"`
	CSRF     string                       `json:"csrf,omitempty"`
	// MustChangePassword says that every other operation waits for PUT /session/password.
	MustChangePassword bool `json:"mustChangePassword"`
	// MustSetUpTwoStep says that every other operation waits for a second step.
	MustSetUpTwoStep bool `json:"mustSetUpTwoStep"`
	// Support says that an operator reads this, with the tenant's consent.
	Support *Support `json:"support,omitempty"`
}

// Me says who the actor is.
func (s *Sessions) Me(ctx context.Context, a Actor) (*Me, error) {
	m := &Me{Postings: []PostingInfo{}, Grants: a.Set.Levels}
	m.MustChangePassword, m.MustSetUpTwoStep, m.Support = a.Posting.MustChange, a.MustSetUp, a.Support
	m.User.ID, m.User.Login, m.User.Name = a.User, a.Login, a.Name
	m.Tenant.ID, m.Tenant.Code, m.Tenant.Name, m.Tenant.Status, m.Tenant.Demo, m.Tenant.Zone, m.Tenant.Now = a.Tenant.ID, a.Tenant.Code, a.Tenant.Name, a.Tenant.Status, a.Tenant.Demo, a.Tenant.Zone.String(), a.Tenant.Now().UTC()
	m.Tenant.EndsOn, m.Tenant.Left = a.Tenant.EndsOn, a.Tenant.daysLeft()
	err := s.db.Read(ctx, a, func(tx Tx) error {
		all, err := []Posting{a.Posting}, error(nil)
		if a.Support == nil { // support has no posting of its own
			all, err = PostingsOf(ctx, tx, a.User)
		}
		if err != nil {
			return err
		}
		for _, p := range all {
			info := PostingInfo{ID: p.ID, UnitID: p.Unit, UnitName: p.UnitName, Title: p.Title, Roles: []RoleName{}}
			if p.Company != uuid.Nil {
				info.CompanyID = &p.Company
				if err := tx.QueryRowContext(ctx, "SELECT name FROM org_units WHERE tenant_id = ? AND id = ?", tx.Tenant, p.Company).Scan(&info.CompanyName); err != nil {
					return err
				}
			}
			if p.Department != uuid.Nil {
				info.DepartmentID = &p.Department
			}
			if err := rolesOf(ctx, tx, &info); err != nil {
				return err
			}
			m.Postings = append(m.Postings, info)
			if p.ID == a.Posting.ID {
				m.Posting = info
			}
		}
		return nil
	})
	return m, err
}

func rolesOf(ctx context.Context, tx Tx, p *PostingInfo) error {
	rows, err := tx.QueryContext(ctx, "SELECT r.code, r.name_zh, r.name_en FROM policy_rules g JOIN roles r ON r.tenant_id = g.tenant_id AND r.code = g.v1 WHERE g.tenant_id = ? AND g.ptype = 'g' AND g.v0 = ? ORDER BY r.code", tx.Tenant, "posting:"+p.ID.String())
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r RoleName
		if err := rows.Scan(&r.Code, &r.Name.Zh, &r.Name.En); err != nil {
			return err
		}
		p.Roles = append(p.Roles, r)
	}
	return rows.Err()
}
