package policies_test

import (
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/rest"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func TestAbsences(t *testing.T) {
	t.Parallel()
	e, ctx := policiestest.New(t), t.Context()
	today := clock.DayOf(e.Tenant.Now(), e.Tenant.Zone)
	deputy := func() (d uuid.UUID) {
		t.Helper()
		must(t, e.DB.Read(ctx, e.Admin, func(tx tenants.Tx) (err error) {
			d, err = tenants.DeputyOf(ctx, tx, e.Sales.User)
			return err
		}))
		return d
	}
	in := tenants.AbsenceInput{User: e.Sales.User, Deputy: e.Sales2.User, From: today, To: today.Add(3)}
	with := func(change func(*tenants.AbsenceInput)) tenants.AbsenceInput { c := in; change(&c); return c }
	e.Hire(t, "idle", "无岗", e.OtherCompany, "出纳", "cashier")
	for _, c := range []struct {
		name string
		who  tenants.Actor
		in   tenants.AbsenceInput
		want error
	}{
		{"OneselfAsDeputy", e.Sales, with(func(i *tenants.AbsenceInput) { i.Deputy = i.User }), tenants.ErrDeputy},
		{"NobodyAsDeputy", e.Sales, with(func(i *tenants.AbsenceInput) { i.Deputy = uuid.New() }), tenants.ErrDeputy},
		{"AForeignDeputy", e.Sales, with(func(i *tenants.AbsenceInput) { i.Deputy = e.OtherTenant(t).Sales.User }), tenants.ErrDeputy},
		{"BackwardDays", e.Sales, with(func(i *tenants.AbsenceInput) { i.To = i.From.Add(-1) }), tenants.ErrAbsenceDays},
		{"InThePast", e.Sales, with(func(i *tenants.AbsenceInput) { i.From, i.To = today.Add(-5), today.Add(-1) }), tenants.ErrAbsenceDays},
		{"OfAColleague", e.Sales2, in, rest.ErrDenied},
		{"OfNobody", e.Admin, with(func(i *tenants.AbsenceInput) { i.User = uuid.New() }), tenants.ErrNoUser},
		{"OfSomebodyAbove", e.CompanyAdmin, with(func(i *tenants.AbsenceInput) { i.User = e.Leader.User }), tenants.ErrBeyond},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := e.Org.AddAbsence(ctx, c.who, c.in)
			refused(t, err, c.want)
		})
	}
	id, err := e.Org.AddAbsence(ctx, e.Sales, in)
	must(t, err)
	if deputy() != e.Sales2.User {
		t.Error("nobody stands in")
	}
	_, err = e.Org.AddAbsence(ctx, e.CompanyAdmin, with(func(i *tenants.AbsenceInput) { i.From, i.To = today.Add(3), today.Add(9) }))
	refused(t, err, tenants.ErrOverlap)
	_, err = e.Org.AddAbsence(ctx, e.CompanyAdmin, with(func(i *tenants.AbsenceInput) { i.From, i.To = today.Add(4), today.Add(9) }))
	must(t, err)
	own, err := e.Org.Absences(ctx, e.Sales, e.Sales.User)
	if err != nil || len(own) != 2 || !own[0].Current || own[1].Current || own[0].DeputyName != e.Sales2.Name {
		t.Errorf("%+v, %v", own, err)
	}
	standing, err := e.Org.Absences(ctx, e.Sales2, e.Sales2.User)
	if err != nil || len(standing) != 2 || standing[0].UserName != e.Sales.Name {
		t.Errorf("the deputy sees %+v, %v", standing, err)
	}
	_, err = e.Org.Absences(ctx, e.Sales2, e.Sales.User)
	refused(t, err, rest.ErrDenied)
	_, err = e.Org.Absences(ctx, e.Admin, e.OtherTenant(t).Sales.User)
	refused(t, err, tenants.ErrNoUser)
	refused(t, e.Org.EndAbsence(ctx, e.Sales2, id), rest.ErrDenied)
	refused(t, e.Org.EndAbsence(ctx, e.OtherTenant(t).Admin, id), tenants.ErrNoAbsence)
	must(t, e.Org.DisableUser(ctx, e.Admin, e.Sales2.User))
	if deputy() != uuid.Nil {
		t.Error("a disabled deputy stands in")
	}
	must(t, e.Org.EnableUser(ctx, e.Admin, e.Sales2.User))
	must(t, e.Org.EndAbsence(ctx, e.Sales, id))
	if deputy() != uuid.Nil {
		t.Error("somebody stands in for one who is back")
	}
	refused(t, e.Org.EndAbsence(ctx, e.Sales, id), tenants.ErrNoAbsence)
}
