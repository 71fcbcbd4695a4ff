package policies_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

func addUnit(t *testing.T, env *policiestest.Env, parent uuid.UUID, kind, code string) uuid.UUID {
	t.Helper()
	unit, err := env.Org.AddUnit(t.Context(), env.Admin, tenants.UnitInput{Parent: parent, Kind: kind, Code: code, Name: "组织" + code})
	must(t, err)
	return unit
}

// atOnce runs two things at the same moment and returns their errors.
func atOnce(a, b func() error) (errs [2]error) {
	done := make(chan struct{})
	go func() { errs[1] = b(); close(done) }()
	errs[0] = a()
	<-done
	return errs
}

func TestEditUnit(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	name, code, taken := "精品销售部", "HT1X", "HT2"
	edit := func(a tenants.Actor, unit uuid.UUID, version int, in tenants.UnitEdit) error {
		return env.Org.EditUnit(t.Context(), a, unit, version, in)
	}
	must(t, edit(env.CompanyAdmin, env.Department, 1, tenants.UnitEdit{Name: &name, Code: &code}))
	refused(t, edit(env.Admin, env.Department, 1, tenants.UnitEdit{Name: &name}), record.ErrStale)
	refused(t, edit(env.Admin, env.Department, 2, tenants.UnitEdit{Code: &taken}), tenants.ErrUnitCode)
	for _, wrong := range []string{"x", env.Cashier.User.String(), env.OtherTenant(t).Manager.User.String()} { // the cashier works beside, not in it or above
		refused(t, edit(env.Admin, env.Department, 2, tenants.UnitEdit{Head: &wrong}), tenants.ErrHead)
	}
	refused(t, edit(env.CompanyAdmin, env.OtherCompany, 1, tenants.UnitEdit{Name: &name}), tenants.ErrBeyond)
	refused(t, edit(env.Sales, env.Department, 2, tenants.UnitEdit{Name: &name}), rest.ErrDenied)
	refused(t, edit(env.OtherTenant(t).Admin, env.Department, 2, tenants.UnitEdit{Name: &name}), rest.ErrMissing)
	var was, now string
	must(t, env.DB.Read(t.Context(), env.Admin, func(tx tenants.Tx) error {
		return tx.QueryRowContext(t.Context(), "SELECT was->>'code', now->>'code' FROM history WHERE tenant_id = ? AND record_id = ? AND action = 'edit'", tx.Tenant, env.Department).Scan(&was, &now)
	}))
	if was != "HT1S" || now != "HT1X" {
		t.Errorf("history: %s to %s", was, now)
	}
	t.Run("ACodeInNumbersStays", func(t *testing.T) {
		must(t, env.DB.Do(t.Context(), env.Admin, func(tx tenants.Tx) error {
			_, err := tx.ExecContext(t.Context(), "SELECT next_number(?, ?, 'contract', 202611)", tx.Tenant, env.Company)
			return err
		}))
		fresh := "HT7"
		refused(t, edit(env.Admin, env.Company, 1, tenants.UnitEdit{Code: &fresh}), tenants.ErrUnitNumbered)
		must(t, edit(env.Admin, env.OtherCompany, 1, tenants.UnitEdit{Code: &fresh}))
	})
}

func TestUnitCodeTakenAtTheSameMoment(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	add := func() error {
		_, err := env.Org.AddUnit(t.Context(), env.Admin, tenants.UnitInput{Parent: env.Company, Kind: "department", Code: "TWIN", Name: "孪生"})
		return err
	}
	errs := atOnce(add, add)
	if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs[:]...), tenants.ErrUnitCode) {
		t.Errorf("one of two wins: %v", errs)
	}
}

func TestMoveUnit(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	south := addUnit(t, env, env.Root, "region", "S")
	deep := addUnit(t, env, south, "region", "SS")
	team := addUnit(t, env, env.Department, "team", "HT1T")
	move := func(a tenants.Actor, unit uuid.UUID, version int, parent uuid.UUID) error {
		return env.Org.MoveUnit(t.Context(), a, unit, version, parent)
	}
	refused(t, move(env.Admin, south, 1, south), tenants.ErrBelowItself)
	refused(t, move(env.Admin, south, 1, deep), tenants.ErrBelowItself)
	refused(t, move(env.Admin, env.Root, 1, south), tenants.ErrRoot)
	refused(t, move(env.Admin, env.Company, 1, env.OtherCompany), tenants.ErrParent)
	refused(t, move(env.Admin, env.Company, 1, uuid.New()), tenants.ErrParent)
	refused(t, move(env.Admin, env.Department, 1, env.OtherCompany), tenants.ErrOtherCompany)
	refused(t, move(env.Admin, env.Department, 1, env.Root), tenants.ErrOtherCompany)
	refused(t, move(env.CompanyAdmin, env.Company, 1, south), tenants.ErrBeyond)
	must(t, move(env.CompanyAdmin, team, 1, env.Office))
	foreign := env.OtherTenant(t)
	refused(t, move(foreign.Admin, env.Company, 1, foreign.Root), rest.ErrMissing)
	refused(t, move(env.Admin, env.Company, 1, foreign.Root), tenants.ErrParent)
	must(t, move(env.Admin, env.Company, 1, deep))
	refused(t, move(env.Admin, env.Company, 1, south), record.ErrStale)
	if a := env.SignIn(t, "sales"); a.Posting.Company != env.Company || a.Posting.Department != env.Department {
		t.Errorf("a consultant of a moved company works in %+v", a.Posting)
	}
	t.Run("TwoMovesAtOnceMakeNoRing", func(t *testing.T) {
		north := addUnit(t, env, env.Root, "region", "N")
		errs := atOnce(func() error { return move(env.Admin, south, 1, north) }, func() error { return move(env.Admin, north, 1, south) })
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs[:]...), tenants.ErrBelowItself) {
			t.Errorf("one of two wins: %v", errs)
		}
	})
}

// A document names its company and its department, never the way to them: with a hundred thousand of them a move costs no more.
func TestMovingACompanyTouchesNoDocument(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	region := addUnit(t, env, env.Root, "region", "S")
	owner, err := pgx.Connect(t.Context(), env.OwnerURL)
	must(t, err)
	defer func() { must(t, owner.Close(t.Context())) }()
	_, err = owner.Exec(t.Context(), `CREATE TABLE letters (tenant_id uuid NOT NULL, id uuid NOT NULL, company_id uuid, department_id uuid, PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, company_id) REFERENCES org_units);
		SELECT tenant_table('letters')`)
	must(t, err)
	_, err = owner.Exec(t.Context(), "INSERT INTO letters SELECT $1, gen_random_uuid(), $2, $3 FROM generate_series(1, 100000)", env.Tenant.ID, env.Company, env.Department)
	must(t, err)
	began := time.Now()
	must(t, env.Org.MoveUnit(t.Context(), env.Admin, env.Company, 1, region))
	if took := time.Since(began); took > time.Second {
		t.Errorf("the move took %s", took)
	}
	n := 0
	must(t, owner.QueryRow(t.Context(), "SELECT count(*) FROM letters WHERE company_id = $1 AND department_id = $2", env.Company, env.Department).Scan(&n))
	if n != 100_000 {
		t.Errorf("%d documents name their company", n)
	}
}

func TestCloseUnit(t *testing.T) {
	t.Parallel()
	env := policiestest.New(t)
	ctx := t.Context()
	shut := func(a tenants.Actor, unit uuid.UUID, on clock.Day) error {
		return env.Org.CloseUnit(ctx, a, unit, 0, on)
	}
	today := clock.DayOf(env.Tenant.Now(), clock.China)
	refused(t, shut(env.Admin, env.Root, ""), tenants.ErrRoot)
	refused(t, shut(env.Admin, env.Company, ""), tenants.ErrUnitBelow)
	refused(t, shut(env.Admin, env.Department, ""), tenants.ErrUnitStaffed)
	refused(t, shut(env.CompanyAdmin, env.Company, ""), tenants.ErrBeyond)
	refused(t, shut(env.OtherTenant(t).Admin, env.Department, ""), rest.ErrMissing)
	unit := addUnit(t, env, env.Company, "department", "HT1Z")
	refused(t, shut(env.CompanyAdmin, unit, "2020-01-01"), tenants.ErrClosedDay)
	refused(t, env.Org.ReopenUnit(ctx, env.Admin, unit, 0), tenants.ErrUnitOpen)
	posting, err := env.Org.AddPosting(ctx, env.Admin, tenants.PostingInput{User: env.Care.User, Unit: unit, Title: "帮手", Roles: []string{"cashier"}, ValidTo: today.Add(9)})
	must(t, err)
	refused(t, shut(env.CompanyAdmin, unit, today.Add(8)), tenants.ErrUnitStaffed)
	must(t, shut(env.CompanyAdmin, unit, today.Add(9)))
	refused(t, shut(env.CompanyAdmin, unit, ""), tenants.ErrUnitClosed)
	later := tenants.DayChange{Set: true, Day: today.Add(10)}
	refused(t, env.Org.EditPosting(ctx, env.Admin, posting, tenants.PostingEdit{ValidTo: later}), tenants.ErrNoUnit)
	_, err = env.Org.AddPosting(ctx, env.Admin, tenants.PostingInput{User: env.Care.User, Unit: unit, Title: "帮手", Roles: []string{"cashier"}})
	refused(t, err, tenants.ErrNoUnit)
	_, err = env.Org.AddUnit(ctx, env.Admin, tenants.UnitInput{Parent: unit, Kind: "team", Code: "HT1Y", Name: "班组"})
	refused(t, err, tenants.ErrParent)
	must(t, env.Org.ReopenUnit(ctx, env.CompanyAdmin, unit, 2))
	must(t, env.Org.EditPosting(ctx, env.Admin, posting, tenants.PostingEdit{ValidTo: later}))
	t.Run("ThroughTheDoor", func(t *testing.T) {
		token, _ := env.Session(t, "companyadmin")
		app := env.API(t)
		if status, answer := call(t, app, http.MethodPost, "/org-units/"+env.Department.String()+"/close", token, map[string]any{}); status != 409 || answer["code"] != "org.postings" {
			t.Errorf("close a department with people: %d %v", status, answer)
		}
		if status, answer := call(t, app, http.MethodPatch, "/org-units/"+env.Department.String(), token, map[string]any{"name": "部"}); status != 428 {
			t.Errorf("rename without a version: %d %v", status, answer)
		}
	})
	t.Run("UnderAClosedOne", func(t *testing.T) {
		region := addUnit(t, env, env.Root, "region", "R")
		below := addUnit(t, env, region, "company", "R1")
		must(t, shut(env.Admin, below, ""))
		must(t, shut(env.Admin, region, ""))
		refused(t, env.Org.ReopenUnit(ctx, env.Admin, below, 0), tenants.ErrParentClosed)
	})
}
