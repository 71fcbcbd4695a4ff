package policies_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// treeAt is the tree of a day, as "code name parent-code".
func treeAt(t *testing.T, e *policiestest.Env, on clock.Day) string {
	t.Helper()
	units, err := e.Org.TreeAt(t.Context(), e.Auditor, on)
	must(t, err)
	codes := map[uuid.UUID]string{}
	for _, u := range units {
		codes[u.ID] = u.Code
	}
	var lines []string
	for _, u := range units {
		parent := "-"
		if u.ParentID != nil {
			parent = codes[*u.ParentID]
		}
		lines = append(lines, u.Code+" "+u.Name+" "+parent)
	}
	return strings.Join(lines, "\n")
}

func TestTheTreeAsItWas(t *testing.T) {
	t.Parallel()
	e, ctx := policiestest.New(t), t.Context()
	today := clock.DayOf(e.Tenant.Now(), e.Tenant.Zone)
	unit := func(parent uuid.UUID, kind, code, name string) uuid.UUID {
		id, err := e.Org.AddUnit(ctx, e.Admin, tenants.UnitInput{Parent: parent, Kind: kind, Code: code, Name: name})
		must(t, err)
		return id
	}
	region := unit(e.Root, "region", "R1", "华东区")
	if treeAt(t, e, today.Add(-1)) != "" {
		t.Error("there was a tree before the group")
	}
	first := treeAt(t, e, today)
	if !strings.Contains(first, "HT2 恒通本田 0") || !strings.Contains(first, "R1 华东区 0") {
		t.Errorf("%s", first)
	}
	later := func(days int) {
		must(t, e.DB.Do(ctx, e.Admin, func(tx tenants.Tx) error {
			return tx.Later(ctx, "UPDATE tenants SET clock_offset = make_interval(days => ?) WHERE id = ?", days, tx.Tenant)
		}))
		e.Sessions.Stale(e.Tenant.ID)
		e.Admin, e.Auditor = e.SignIn(t, "admin"), e.SignIn(t, "auditor")
	}
	later(10)
	name := "恒通广本"
	must(t, e.Org.EditUnit(ctx, e.Admin, e.OtherCompany, 1, tenants.UnitEdit{Name: &name}))
	must(t, e.Org.MoveUnit(ctx, e.Admin, e.OtherCompany, 2, region))
	later(20)
	must(t, e.Org.CloseUnit(ctx, e.Admin, e.OtherCompany, 3, ""))
	for _, c := range []struct {
		days int
		has  string
	}{{0, "HT2 恒通本田 0"}, {9, "HT2 恒通本田 0"}, {10, "HT2 恒通广本 R1"}, {20, "HT2 恒通广本 R1"}} {
		if got := treeAt(t, e, today.Add(c.days)); !strings.Contains(got, c.has) {
			t.Errorf("after %d days, want %s:\n%s", c.days, c.has, got)
		}
	}
	if got := treeAt(t, e, today.Add(21)); strings.Contains(got, "HT2") {
		t.Errorf("closed, and still there:\n%s", got)
	}
	must(t, e.Org.ReopenUnit(ctx, e.Admin, e.OtherCompany, 0))
	if got := treeAt(t, e, today.Add(21)); !strings.Contains(got, "HT2 恒通广本 R1") {
		t.Errorf("opened again:\n%s", got)
	}
	other := e.OtherTenant(t)
	if got := treeAt(t, other, today.Add(21)); strings.Contains(got, "R1") {
		t.Errorf("another tenant's tree:\n%s", got)
	}
}

func TestMergeDepartments(t *testing.T) {
	t.Parallel()
	e, ctx := policiestest.New(t), t.Context()
	unit := func(parent uuid.UUID, kind, code, name string) uuid.UUID {
		id, err := e.Org.AddUnit(ctx, e.Admin, tenants.UnitInput{Parent: parent, Kind: kind, Code: code, Name: name})
		must(t, err)
		return id
	}
	team := unit(e.Department, "team", "HT1S1", "一组")
	far := unit(e.OtherCompany, "department", "HT2S", "销售部")
	foreign := e.OtherTenant(t)
	for _, c := range []struct {
		name       string
		who        tenants.Actor
		unit, into uuid.UUID
		version    int
		want       error
	}{
		{"IntoItself", e.Admin, e.Department, e.Department, 1, tenants.ErrMerge},
		{"IntoAnotherCompany", e.Admin, e.Department, far, 1, tenants.ErrMerge},
		{"IntoACompany", e.Admin, e.Department, e.Company, 1, tenants.ErrMerge},
		{"TheGroup", e.Admin, e.Root, e.Company, 1, tenants.ErrMerge},
		{"IntoNothing", e.Admin, e.Department, uuid.New(), 1, tenants.ErrMerge},
		{"IntoAForeignOne", e.Admin, e.Department, foreign.Department, 1, tenants.ErrMerge},
		{"AForeignOne", e.Admin, foreign.Department, e.Office, 1, rest.ErrMissing},
		{"AnotherVersion", e.Admin, e.Department, e.Office, 7, record.ErrStale},
		{"AConsultant", e.Sales, e.Department, e.Office, 1, rest.ErrDenied},
		{"ACompanyByItsAdministrator", e.CompanyAdmin, e.Company, e.OtherCompany, 1, tenants.ErrBeyond},
		{"AnotherCompanys", e.CompanyAdmin, far, e.Office, 1, tenants.ErrBeyond},
	} {
		t.Run(c.name, func(t *testing.T) { refused(t, e.Org.MergeUnit(ctx, c.who, c.unit, c.into, c.version), c.want) })
	}
	n, err := e.Org.MergePreview(ctx, e.CompanyAdmin, e.Department, e.Office)
	if err != nil || n.Postings != 3 || n.Units != 1 || n.Stays {
		t.Errorf("%+v, %v", n, err)
	}
	must(t, e.Org.MergeUnit(ctx, e.CompanyAdmin, e.Department, e.Office, 1))
	sales := e.SignIn(t, "sales")
	if sales.Posting.Department != e.Office {
		t.Errorf("the consultant is in %s", sales.Posting.UnitName)
	}
	refused(t, e.Org.MergeUnit(ctx, e.Admin, e.Department, e.Office, 2), tenants.ErrMerge)
	today := clock.DayOf(e.Tenant.Now(), e.Tenant.Zone)
	after := treeAt(t, e, today.Add(1))
	if strings.Contains(after, "HT1S ") || !strings.Contains(after, "HT1S1 一组 HT1A") || !strings.Contains(treeAt(t, e, today), "HT1S 销售部") {
		t.Errorf("%s", after)
	}
	var into uuid.UUID
	must(t, e.DB.Read(ctx, e.Admin, func(tx tenants.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT merged_into FROM org_units WHERE tenant_id = ? AND id = ? AND status = 'closed'", tx.Tenant, e.Department).Scan(&into)
	}))
	if into != e.Office {
		t.Errorf("merged into %s", into)
	}
	two := unit(e.Office, "team", "HT1A2", "二组")
	must(t, e.Org.MergeUnit(ctx, e.CompanyAdmin, two, team, 1))
}

func TestMergeCompanies(t *testing.T) {
	t.Parallel()
	e, ctx := policiestest.New(t), t.Context()
	_, err := e.Org.AddUnit(ctx, e.Admin, tenants.UnitInput{Parent: e.OtherCompany, Kind: "department", Code: "HT2S", Name: "销售部"})
	must(t, err)
	e.Hire(t, "head", "钱进", e.OtherCompany, "公司管理员", "company_administrator")
	n, err := e.Org.MergePreview(ctx, e.Admin, e.Company, e.OtherCompany)
	if err != nil || n.Postings != 9 || n.Units != 2 || !n.Stays || len(n.Items) != 0 {
		t.Errorf("%+v, %v", n, err)
	}
	must(t, e.Org.MergeUnit(ctx, e.Admin, e.Company, e.OtherCompany, 1))
	sales, cashier, head := e.SignIn(t, "sales"), e.SignIn(t, "cashier"), e.SignIn(t, "head")
	if sales.Posting.UnitName != "销售部" || sales.Posting.Company != e.OtherCompany {
		t.Errorf("the consultant is in %+v", sales.Posting)
	}
	if cashier.Posting.Unit != e.OtherCompany {
		t.Errorf("the cashier is in %+v", cashier.Posting)
	}
	// What was made in the company that is gone is read by whoever reads the one that took it over.
	for _, a := range []tenants.Actor{sales, head} {
		scope, err := a.Can("customer:read")
		if err != nil || !slices.Contains(scope.Companies, e.Company) || !slices.Contains(scope.Companies, e.OtherCompany) {
			t.Errorf("%s reads %+v, %v", a.Login, scope, err)
		}
	}
	must(t, e.Org.ReopenUnit(ctx, e.Admin, e.Company, 0))
	if scope, err := e.SignIn(t, "head").Can("customer:read"); err != nil || slices.Contains(scope.Companies, e.Company) {
		t.Errorf("a company of its own again is read by the other: %+v, %v", scope, err)
	}
}

func TestOpening(t *testing.T) {
	t.Parallel()
	e, ctx := policiestest.New(t), t.Context()
	ready := false
	e.Org.Join(tenants.Joined{Checks: []tenants.OpeningCheck{
		{Code: "prices", Label: fault.Text{Zh: "价格", En: "Prices"}, Help: fault.Text{Zh: "价格表", En: "A price list"}, Link: "/r/prices", Done: func(context.Context, tenants.Tx, uuid.UUID) (bool, error) { return false, nil }},
		{Code: "stock", Label: fault.Text{Zh: "库存", En: "Stock"}, Help: fault.Text{Zh: "有车", En: "Cars"}, Mandatory: true, Link: "/r/vehicles", Done: func(context.Context, tenants.Tx, uuid.UUID) (bool, error) { return ready, nil }},
	}})
	refused(t, e.Org.OpenCompany(ctx, e.CompanyAdmin, e.OtherCompany, 0), tenants.ErrBeyond)
	refused(t, e.Org.OpenCompany(ctx, e.Admin, e.Department, 0), tenants.ErrNotCompany)
	_, err := e.Org.Opening(ctx, e.Admin, e.OtherTenant(t).Company)
	refused(t, err, rest.ErrMissing)
	err = e.Org.OpenCompany(ctx, e.CompanyAdmin, e.Company, 0)
	refused(t, err, tenants.ErrNotReady)
	if !strings.Contains(err.Error(), "First month, Stock") {
		t.Error(err)
	}
	month, wrong := "2026-12", "2026-13"
	refused(t, e.Org.EditUnit(ctx, e.CompanyAdmin, e.Company, 1, tenants.UnitEdit{StartMonth: &wrong}), tenants.ErrStartMonth)
	refused(t, e.Org.EditUnit(ctx, e.CompanyAdmin, e.Department, 1, tenants.UnitEdit{StartMonth: &month}), tenants.ErrStartMonth)
	must(t, e.Org.EditUnit(ctx, e.CompanyAdmin, e.Company, 1, tenants.UnitEdit{StartMonth: &month}))
	ready = true
	open, err := e.Org.Opening(ctx, e.CompanyAdmin, e.Company)
	if err != nil || !open.Ready || len(open.Items) != 3 || open.Items[1].Done {
		t.Errorf("%+v, %v", open, err)
	}
	mine, err := e.Org.Openings(ctx, e.CompanyAdmin)
	if err != nil || len(mine) != 1 || mine[0].UnitID != e.Company {
		t.Errorf("%+v, %v", mine, err)
	}
	if all, err := e.Org.Openings(ctx, e.Admin); err != nil || len(all) != 2 {
		t.Errorf("%+v, %v", all, err)
	}
	must(t, e.Org.OpenCompany(ctx, e.CompanyAdmin, e.Company, 0))
	refused(t, e.Org.OpenCompany(ctx, e.CompanyAdmin, e.Company, 0), tenants.ErrOpened)
	if mine, err := e.Org.Openings(ctx, e.CompanyAdmin); err != nil || len(mine) != 0 {
		t.Errorf("%+v, %v", mine, err)
	}
	token, _ := e.Session(t, "companyadmin")
	app := e.API(t)
	for path, want := range map[string]int{"/org-units/openings": 200, "/org-units/tree?at=2026-01-31": 200, "/org-units/tree?at=soon": 422, "/org-units/" + e.Company.String() + "/opening": 200,
		"/org-units/" + e.Department.String() + "/merge?into=" + e.Office.String(): 200, "/org-units/" + e.Department.String() + "/merge": 422, "/org-units/" + e.Root.String() + "/opening": 403} {
		if status, body := call(t, app, http.MethodGet, path, token, nil); status != want {
			t.Errorf("%s: %d %v", path, status, body)
		}
	}
}
