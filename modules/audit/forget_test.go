package audit_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/modules/audit"
	"forecourt/tenants"
)

// aMonth is at least one month of the calendar, in minutes, so that a test does not depend on the day it runs.
const aMonth = 60 * 24 * 31

// old is a group whose people and first lead are 40 months old, whose second lead is 20 months old, and whose third is young, all of it
// under links; the lines stand in the partitions of their time.
func old(t *testing.T) (e *env, leads [3]uuid.UUID) {
	t.Helper()
	e = newEnv(t)
	e.exec(t, "SELECT history_months((date_trunc('month', now()) - interval '48 months')::date, 48)")
	leads[0] = e.lead(t, e.Sales, "甲", "13812345678").ID
	e.ageAll(t, e.Tenant.ID, 40*aMonth)
	e.chain(t)
	leads[1] = e.lead(t, e.Sales, "乙", "13812345679").ID
	e.ageAll(t, e.Tenant.ID, 20*aMonth)
	e.chain(t)
	leads[2] = e.lead(t, e.Sales, "丙", "13812345670").ID
	e.ageAll(t, e.Tenant.ID, 40)
	e.chain(t)
	return e, leads
}

// ageAll is age for a tenant, and moves the lines to the partition of that time.
func (e *env) ageAll(t *testing.T, tenant uuid.UUID, minutes int) {
	t.Helper()
	e.exec(t, `UPDATE history SET at = at - $2::bigint * interval '1 minute', id = (lpad(to_hex(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint - $2::bigint * 60000), 12, '0') || substr(replace(id::text, '-', ''), 13))::uuid
		WHERE tenant_id = $1 AND id > coalesce((SELECT upto FROM history_chain WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1), '00000000-0000-0000-0000-000000000000')`, tenant, minutes)
}

// forget runs the owner's command.
func (e *env) forget(t *testing.T, dry bool) map[string]audit.Forgotten {
	t.Helper()
	f, err := e.tryForget(t, dry)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]audit.Forgotten{}
	for _, x := range f.Tenants {
		out[x.Code] = x
	}
	return out
}

func (e *env) tryForget(t *testing.T, dry bool) (audit.Forgetting, error) {
	t.Helper()
	pool, err := database.Open(e.OwnerURL, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pool.Close() }()
	return audit.Forget(t.Context(), tenants.NewDB(pool, nil), dry)
}

func (e *env) count(t *testing.T, q string, args ...any) (n int) {
	t.Helper()
	if err := e.owner.QueryRowContext(t.Context(), q, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (e *env) linesOf(t *testing.T, record uuid.UUID) int {
	t.Helper()
	return e.count(t, "SELECT count(*) FROM history WHERE record_id = $1", record)
}

// everything is a fingerprint of the log and its chain.
func (e *env) everything(t *testing.T) (s string) {
	t.Helper()
	err := e.owner.QueryRowContext(t.Context(), `SELECT (SELECT md5(string_agg(h::text, ',' ORDER BY h.tenant_id, h.id)) FROM history h) || (SELECT md5(coalesce(string_agg(c::text, ',' ORDER BY c.tenant_id, c.seq), '')) FROM history_chain c)
		|| (SELECT count(*) FROM pg_inherits WHERE inhparent = 'history'::regclass) || (SELECT count(*) FROM operator_log)`).Scan(&s)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestForgetting(t *testing.T) {
	t.Parallel()
	t.Run("WhatIsKeptIsProvenAsBefore", func(t *testing.T) {
		t.Parallel()
		e, leads := old(t)
		whole, err := e.verify(t)
		if err != nil || whole.Released != 0 {
			t.Fatalf("%+v, %v", whole, err)
		}
		before := e.everything(t)
		would := e.forget(t, true)[e.Tenant.Code]
		if now := e.everything(t); now != before {
			t.Error("a dry run changed something")
		}
		did := e.forget(t, false)[e.Tenant.Code]
		if did != would || did.Months != 36 || did.Lines < 20 {
			t.Errorf("did %+v, would %+v", did, would)
		}
		p, err := e.verify(t)
		if err != nil || p.Released != 1 || p.Head != whole.Head || p.Lines != whole.Lines-int(did.Lines) {
			t.Errorf("%+v, %v; before %+v", p, err, whole)
		}
		for i, want := range []int{0, 1, 1} {
			if n := e.linesOf(t, leads[i]); n != want {
				t.Errorf("lead %d: %d lines, want %d", i, n, want)
			}
		}
		for links := range 4 {
			if _, err := audit.VerifyAll(t.Context(), e.DB.Pool(), links+1); err != nil {
				t.Errorf("the newest %d: %v", links+1, err)
			}
		}
		if n := e.count(t, "SELECT count(*) FROM pg_class WHERE relname = 'history_' || to_char(now() - interval '40 months', 'YYYY_MM')"); n != 0 {
			t.Error("the empty month is still there")
		}
		if n := e.count(t, "SELECT count(*) FROM operator_log WHERE action = 'forget_log' AND detail->>'tenant' = $1", e.Tenant.Code); n != 1 {
			t.Errorf("%d lines of the operators' log", n)
		}
		told := e.read(t, "admin", "kind=log")
		if len(told.Items) != 1 || told.Items[0].Action.Zh != "清除过期日志" {
			t.Errorf("%+v", told.Items)
		}
		after := e.everything(t)
		if again := e.forget(t, false)[e.Tenant.Code]; again.Lines != 0 || e.everything(t) != after {
			t.Errorf("again: %+v", again)
		}
		e.age(t, 30)
		e.chain(t)
		if p, err := e.verify(t); err != nil || p.Links < 3 {
			t.Errorf("the chain grows on: %+v, %v", p, err)
		}
	})
	t.Run("EachTenantAsLongAsItDecided", func(t *testing.T) {
		t.Parallel()
		e, leads := old(t)
		e.ageAll(t, e.other.Tenant.ID, 40*aMonth)
		if err := e.handlers["audit.chain"]["audit.chain"](t.Context(), job.Task{Tenant: e.other.Tenant.ID, ID: id.New(), Kind: "audit.chain"}); err != nil {
			t.Fatal(err)
		}
		theirs := e.count(t, "SELECT count(*) FROM history WHERE tenant_id = $1", e.other.Tenant.ID)
		e.exec(t, "INSERT INTO parameters (tenant_id, key, unit_id, level, value, version) SELECT tenant_id, 'audit.keep_months', id, 'group', '60', 2 FROM org_units WHERE tenant_id = $1 AND kind = 'group'", e.other.Tenant.ID)
		f := e.forget(t, false)
		if a, b := f[e.Tenant.Code], f[e.other.Tenant.Code]; a.Months != 36 || a.Lines == 0 || b.Months != 60 || b.Lines != 0 {
			t.Errorf("%+v, %+v", a, b)
		}
		if n := e.linesOf(t, leads[0]); n != 0 {
			t.Error("ours are still there")
		}
		if n := e.count(t, "SELECT count(*) FROM history WHERE tenant_id = $1", e.other.Tenant.ID); n != theirs || n == 0 {
			t.Errorf("the other tenant has %d lines of %d", n, theirs)
		}
		if p, err := audit.Verify(t.Context(), e.DB.Pool(), e.other.Tenant.ID); err != nil || p.Released != 0 || p.Lines != theirs {
			t.Errorf("the other tenant: %+v, %v", p, err)
		}
		if _, err := e.verify(t); err != nil {
			t.Error(err)
		}
	})
	t.Run("ThePlatformShortensAndAGroupOnlyLengthens", func(t *testing.T) {
		t.Parallel()
		e, leads := old(t)
		e.exec(t, "INSERT INTO platform_parameters (key, value, version) VALUES ('audit.keep_months', '12', 2)")
		e.exec(t, "INSERT INTO parameters (tenant_id, key, unit_id, level, value, version) SELECT tenant_id, 'audit.keep_months', id, 'group', '6', 2 FROM org_units WHERE tenant_id = $1 AND kind = 'group'", e.Tenant.ID)
		if f := e.forget(t, false)[e.Tenant.Code]; f.Months != 12 {
			t.Errorf("kept for %d months; a group's 6 are less than the platform's 12", f.Months)
		}
		if a, b, c := e.linesOf(t, leads[0]), e.linesOf(t, leads[1]), e.linesOf(t, leads[2]); a != 0 || b != 0 || c != 1 {
			t.Errorf("%d %d %d", a, b, c)
		}
		if p, err := e.verify(t); err != nil || p.Released != 1 || p.Links != 1 {
			t.Errorf("%+v, %v", p, err)
		}
	})
	t.Run("WhatNoLinkProvesStays", func(t *testing.T) {
		t.Parallel()
		e := newEnv(t)
		e.ageAll(t, e.Tenant.ID, 40*aMonth)
		n := e.count(t, "SELECT count(*) FROM history WHERE tenant_id = $1", e.Tenant.ID)
		if f := e.forget(t, false)[e.Tenant.Code]; f.Lines != 0 {
			t.Errorf("%+v", f)
		}
		if now := e.count(t, "SELECT count(*) FROM history WHERE tenant_id = $1", e.Tenant.ID); now != n || n == 0 {
			t.Errorf("%d of %d lines", now, n)
		}
	})
	t.Run("TwoAtOnceAreOne", func(t *testing.T) {
		t.Parallel()
		e, _ := old(t)
		var both sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			both.Go(func() { _, errs[i] = e.tryForget(t, false) })
		}
		both.Wait()
		// One may come too late for a month that the other dropped; it says so, and nothing is lost.
		if slices.IndexFunc(errs, func(err error) bool { return err == nil }) < 0 {
			t.Error(errors.Join(errs...))
		}
		if n := e.count(t, "SELECT count(*) FROM operator_log WHERE action = 'forget_log'"); n != 1 {
			t.Errorf("told %d times", n)
		}
		if _, err := e.verify(t); err != nil {
			t.Error(err)
		}
	})
	t.Run("SaysFromWhenOnTheLogIsKept", func(t *testing.T) {
		t.Parallel()
		e, _ := old(t)
		e.forget(t, false)
		status, body := e.call(t, e.tokens["auditor"], "GET", "/log/words", nil)
		var since time.Time
		if err := e.owner.QueryRowContext(t.Context(), "SELECT min(at) FROM history WHERE tenant_id = $1", e.Tenant.ID).Scan(&since); err != nil {
			t.Fatal(err)
		}
		if want := `"kept":{"months":36,"since":"` + since.UTC().Format("2006-01-02T15:04:05"); status != 200 || !strings.Contains(string(body), want) {
			t.Errorf("%d %s, want %s", status, body, want)
		}
	})
}

// After forgetting, a hand that changes a line or a link is found as before.
func TestTamperingIsFoundAfterForgetting(t *testing.T) {
	t.Parallel()
	for name, q := range map[string]string{
		"ALineChanged":     `UPDATE history SET now = jsonb_set(now, '{name}', '"丁"') WHERE record_id = $1`,
		"ALineRemoved":     "DELETE FROM history WHERE record_id = $1",
		"TheAnchorChanged": "UPDATE history_chain SET hash = sha256('x') WHERE released AND $1::uuid IS NOT NULL",
		"TheAnchorRemoved": "DELETE FROM history_chain WHERE released AND $1::uuid IS NOT NULL",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, leads := old(t)
			e.forget(t, false)
			e.exec(t, q, leads[1])
			if _, err := e.verify(t); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("%v", err)
			}
			if _, err := audit.VerifyAll(t.Context(), e.DB.Pool(), 9); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("all tenants: %v", err)
			}
		})
	}
}
