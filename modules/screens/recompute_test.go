package screens_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/modules/screens"
	"forecourt/tenants"
)

// press is a group whose records hold a number, and what the owner of the database sees.
type press struct {
	*env
	owner *pgx.Conn
	ids   []uuid.UUID
}

func newPress(t *testing.T, records int) *press {
	t.Helper()
	p := &press{env: newEnv(t)}
	owner, err := pgx.Connect(t.Context(), p.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	p.owner = owner
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	p.add(t, screens.NewField{Key: "x_n", Type: record.Number, FieldInput: screens.FieldInput{Label: zh("数")}})
	for i := range records {
		p.ids = append(p.ids, p.enter(t, record.Own{"x_n": json.Number(strconv.Itoa(i))}))
	}
	return p
}

func twice(formula string) screens.NewField {
	return screens.NewField{Key: "x_twice", Type: record.Number, FieldInput: screens.FieldInput{Label: zh("倍"), Formula: formula, Filterable: true}}
}

func (p *press) exec(t *testing.T, q string, args ...any) {
	t.Helper()
	if _, err := p.owner.Exec(t.Context(), q, args...); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
}

func (p *press) count(t *testing.T, q string, args ...any) (n int) {
	t.Helper()
	if err := p.owner.QueryRow(t.Context(), q, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return n
}

// next takes the oldest task that is due before until, as a worker does.
func (p *press) next(t *testing.T, until time.Time) (task job.Task, ok bool) {
	t.Helper()
	err := p.owner.QueryRow(t.Context(), "SELECT tenant_id, id, kind, body FROM due_tasks WHERE kind = 'screens.recompute' AND done_at IS NULL AND due_at <= $1 ORDER BY due_at, id LIMIT 1", until).
		Scan(&task.Tenant, &task.ID, &task.Kind, &task.Body)
	if errors.Is(err, pgx.ErrNoRows) {
		return task, false
	}
	if err != nil {
		t.Fatal(err)
	}
	return task, true
}

func (p *press) run(t *testing.T, task job.Task) error {
	t.Helper()
	h := job.Handlers{}
	p.s.Handlers(h, nil)
	err := h[task.Kind]["screens.recompute"](t.Context(), task)
	if err == nil {
		p.exec(t, "UPDATE due_tasks SET done_at = now() WHERE id = $1", task.ID)
	}
	return err
}

// work runs what is due until nothing is, and returns how many runs that took.
func (p *press) work(t *testing.T, until time.Time) (runs int) {
	t.Helper()
	for {
		task, ok := p.next(t, until)
		if !ok {
			return runs
		}
		if err := p.run(t, task); err != nil {
			t.Fatal(err)
		}
		runs++
	}
}

func (p *press) now() time.Time { return p.Admin.Tenant.Now().Add(time.Second) }

// wrong counts the records whose result, or its slot, is not times their number.
func (p *press) wrong(t *testing.T, times int) int {
	t.Helper()
	return p.count(t, "SELECT count(*) FROM things WHERE (own->>'x_twice')::numeric IS DISTINCT FROM (own->>'x_n')::numeric * $1 OR x_n1 IS DISTINCT FROM (own->>'x_n')::numeric * $1", times)
}

func (p *press) fields(t *testing.T) *screens.Fields {
	t.Helper()
	f, err := p.s.Fields(t.Context(), p.Admin, "user_thing")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (p *press) edit(t *testing.T, f *screens.Field, change func(in *screens.FieldInput)) (*screens.Field, error) {
	t.Helper()
	in := screens.FieldInput{Label: f.Label, MaxLength: f.MaxLength, Filterable: f.Filterable, Searchable: f.Searchable, Protect: f.Protect, Formula: f.Formula}
	change(&in)
	return p.s.EditField(t.Context(), p.Admin, f.ID, f.Version, in)
}

func TestAChangedFormulaIsComputedInOldRecords(t *testing.T) {
	t.Parallel()
	t.Run("NewAndChanged", func(t *testing.T) {
		t.Parallel()
		p := newPress(t, 23)
		p.s.InBatches(5, 2)
		f := p.add(t, twice("x_n * 2"))
		if r := p.fields(t).Recompute; r == nil || r.Total != nil || r.Seen != 0 {
			t.Errorf("before the first run: %+v", r)
		}
		task, _ := p.next(t, p.now())
		if err := p.run(t, task); err != nil {
			t.Fatal(err)
		}
		if r := p.fields(t).Recompute; r == nil || r.Total == nil || *r.Total != 23 || r.Seen != 10 {
			t.Errorf("after the first run: %+v", r)
		}
		if runs := p.work(t, p.now()); runs != 2 {
			t.Errorf("%d more runs", runs)
		}
		if n := p.wrong(t, 2); n != 0 || p.fields(t).Recompute != nil {
			t.Errorf("%d records are wrong; %+v", n, p.fields(t).Recompute)
		}
		if n := p.count(t, "SELECT count(*) FROM things WHERE version <> 1 OR updated_at <> created_at"); n != 0 {
			t.Errorf("%d records count as changed by somebody", n)
		}
		if n := p.count(t, "SELECT count(*) FROM history WHERE kind = 'own_field' AND action = 'recompute' AND now->>'records' = '23' AND now->>'changed' = '23'"); n != 1 {
			t.Errorf("%d lines of history", n)
		}
		view := record.View{Tenant: p.Admin.Tenant.ID, Version: p.Admin.Tenant.Version + 99, Set: &accessToThings, Now: p.now(), Zone: clock.China}
		page, err := p.things.Spec.List(t.Context(), p.DB.Pool(), p.kinds, view, record.ListInput{Limit: 50, Filter: `[["x_twice",">=",40]]`, Fields: []string{"x_twice"}})
		if err != nil || len(page.Items) != 3 {
			t.Errorf("%+v %v", page, err)
		}
		if _, err := p.edit(t, f, func(in *screens.FieldInput) { in.Formula = "x_n * 3" }); err != nil {
			t.Fatal(err)
		}
		p.work(t, p.now())
		if n := p.wrong(t, 3); n != 0 {
			t.Errorf("%d records are wrong", n)
		}
	})
	t.Run("KilledInTheMiddle", func(t *testing.T) {
		t.Parallel()
		p := newPress(t, 23)
		p.s.InBatches(5, 3)
		p.add(t, twice("x_n * 2"))
		// The third batch takes its connection with it, as a process that is killed does.
		p.exec(t, "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.own->>'x_n' = '12' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$")
		p.exec(t, "CREATE TRIGGER die BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION die()")
		task, _ := p.next(t, p.now())
		if err := p.run(t, task); err == nil {
			t.Fatal("it was not killed")
		}
		if n := p.count(t, "SELECT seen FROM own_recomputes"); n != 10 {
			t.Fatalf("%d records are done, want 10", n)
		}
		p.exec(t, "DROP TRIGGER die ON things")
		p.exec(t, "CREATE TABLE again (id uuid); GRANT INSERT ON again TO forecourt_app")
		p.exec(t, "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO again VALUES (NEW.id); RETURN NEW; END $$")
		p.exec(t, "CREATE TRIGGER noted BEFORE UPDATE ON things FOR EACH ROW EXECUTE FUNCTION noted()")
		p.work(t, p.now())
		if n := p.wrong(t, 2); n != 0 {
			t.Errorf("%d records are wrong", n)
		}
		if n, seen, changed := p.count(t, "SELECT count(*) FROM again"), p.count(t, "SELECT seen FROM own_recomputes"), p.count(t, "SELECT changed FROM own_recomputes"); n != 13 || seen != 23 || changed != 23 {
			t.Errorf("%d written after the kill, %d seen, %d changed", n, seen, changed)
		}
		if err := p.run(t, task); err != nil { // the queue brings it once more
			t.Error(err)
		}
		if n := p.count(t, "SELECT count(*) FROM again"); n != 13 {
			t.Errorf("a second time it wrote %d", n-13)
		}
	})
	t.Run("EditsMeanwhileLoseNothing", func(t *testing.T) {
		t.Parallel()
		p := newPress(t, 60)
		p.s.InBatches(2, 1)
		p.add(t, twice("x_n * 2"))
		var people sync.WaitGroup
		errs := make([]error, 3)
		for i := range errs {
			people.Go(func() {
				for round := range 2 {
					for j := i; j < len(p.ids); j += len(errs) {
						if err := p.enterAgain(t, p.ids[j], 1000*(round+1)+j); err != nil {
							errs[i] = err
							return
						}
					}
				}
			})
		}
		p.work(t, p.now())
		people.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if n := p.wrong(t, 2); n != 0 {
			t.Errorf("%d records are wrong", n)
		}
		if n := p.count(t, "SELECT count(*) FROM things WHERE version = 3 AND (own->>'x_n')::int >= 2000"); n != len(p.ids) {
			t.Errorf("%d of %d records have what was entered last", n, len(p.ids))
		}
	})
	t.Run("TwoWorkersAtOneRun", func(t *testing.T) {
		t.Parallel()
		p := newPress(t, 40)
		p.s.InBatches(3, 100)
		p.add(t, twice("x_n * 2"))
		task, _ := p.next(t, p.now())
		h := job.Handlers{}
		p.s.Handlers(h, nil)
		var both sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			both.Go(func() { errs[i] = h[task.Kind]["screens.recompute"](t.Context(), task) })
		}
		both.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if n, seen := p.wrong(t, 2), p.count(t, "SELECT seen FROM own_recomputes"); n != 0 || seen != 40 {
			t.Errorf("%d records are wrong, %d seen", n, seen)
		}
		if n := p.count(t, "SELECT count(*) FROM history WHERE action = 'recompute'"); n != 1 {
			t.Errorf("%d lines of history", n)
		}
	})
	t.Run("WhoBeganWithTheFormerFormulaIsCaughtUp", func(t *testing.T) {
		t.Parallel()
		p := newPress(t, 12)
		p.s.InBatches(5, 1)
		p.add(t, twice("x_n * 2"))
		p.work(t, p.now())
		p.exec(t, `UPDATE things SET own = own || '{"x_twice": 7}', x_n1 = 7, version = 2, updated_at = $1 WHERE id = ANY($2)`, p.now(), p.ids[3:10])
		if n := p.wrong(t, 2); n == 0 {
			t.Fatal("nobody wrote the former result")
		}
		if runs := p.work(t, p.now().Add(21*time.Minute)); runs != 2 {
			t.Errorf("%d runs", runs)
		}
		if n := p.wrong(t, 2); n != 0 {
			t.Errorf("%d records are wrong", n)
		}
	})
	t.Run("AChangeMeanwhileBeginsAnew", func(t *testing.T) {
		t.Parallel()
		p := newPress(t, 12)
		p.s.InBatches(5, 1)
		f := p.add(t, twice("x_n * 2"))
		former, _ := p.next(t, p.now())
		if err := p.run(t, former); err != nil {
			t.Fatal(err)
		}
		if _, err := p.edit(t, f, func(in *screens.FieldInput) { in.Formula = "x_n * 5" }); err != nil {
			t.Fatal(err)
		}
		p.work(t, p.now())
		if n, seen := p.wrong(t, 5), p.count(t, "SELECT seen FROM own_recomputes"); n != 0 || seen != 12 {
			t.Errorf("%d records are wrong, %d seen", n, seen)
		}
	})
	t.Run("WhatASearchFindsFollows", func(t *testing.T) {
		t.Parallel()
		p := newPress(t, 0)
		f := p.add(t, screens.NewField{Key: "x_plate", Type: record.Text, FieldInput: screens.FieldInput{Label: zh("车牌")}})
		p.enter(t, record.Own{"x_plate": "粤B12345"})
		finds := func() int {
			t.Helper()
			view := record.View{Tenant: p.Admin.Tenant.ID, Version: p.Admin.Tenant.Version + 99, Set: &accessToThings, Now: p.now(), Zone: clock.China}
			page, err := p.things.Spec.List(t.Context(), p.DB.Pool(), p.kinds, view, record.ListInput{Limit: 50, Q: "B123"})
			if err != nil {
				t.Fatal(err)
			}
			return len(page.Items)
		}
		f, err := p.edit(t, f, func(in *screens.FieldInput) { in.Searchable = true })
		if err != nil || finds() != 0 {
			t.Fatalf("%v", err)
		}
		p.work(t, p.now())
		if finds() != 1 {
			t.Error("it is not found")
		}
		if _, err := p.edit(t, f, func(in *screens.FieldInput) { in.Protect = record.ProtectPersonal }); err != nil {
			t.Fatal(err)
		}
		p.work(t, p.now())
		if finds() != 0 {
			t.Error("a part of what is masked is found")
		}
	})
	t.Run("WhatWasEnteredIsNotOverwritten", func(t *testing.T) {
		t.Parallel()
		p := newPress(t, 1)
		list := p.fields(t).Items
		if _, err := p.edit(t, &list[0], func(in *screens.FieldInput) { in.Formula = "1 + 1" }); !errors.Is(err, screens.ErrTyped) {
			t.Error(err)
		}
		p.add(t, twice("x_n * 2"))
		p.work(t, p.now())
		list = p.fields(t).Items
		if _, err := p.edit(t, &list[1], func(in *screens.FieldInput) { in.Formula = "" }); !errors.Is(err, screens.ErrTyped) {
			t.Error(err)
		}
	})
	t.Run("NothingElseBeginsARun", func(t *testing.T) {
		t.Parallel()
		p := newPress(t, 1)
		f := p.add(t, twice("x_n * 2"))
		p.work(t, p.now())
		if _, err := p.edit(t, f, func(in *screens.FieldInput) { in.Label = zh("两倍") }); err != nil {
			t.Fatal(err)
		}
		p.add(t, text("x_more"))
		if task, ok := p.next(t, p.now()); ok {
			t.Errorf("%s", task.Body)
		}
	})
	t.Run("WhatAWriteDecidesLastIsNotRead", func(t *testing.T) {
		t.Parallel()
		p := newPress(t, 0)
		for _, formula := range []string{"version * 2", "year(updatedAt)", "number == '' ? 1 : 2"} {
			if _, err := p.s.AddField(t.Context(), p.Admin, "user_thing", twice(formula)); !errors.Is(err, record.ErrOwnFormula) {
				t.Errorf("%s: %v", formula, err)
			}
		}
	})
}

// enterAgain saves a record with another number, as an edit of a form does.
func (p *press) enterAgain(t *testing.T, id uuid.UUID, n int) error {
	return p.DB.Do(t.Context(), p.Manager, func(tx tenants.Tx) error {
		m, err := p.things.Find(t.Context(), tx.Tx, allRows, id)
		if err != nil {
			return err
		}
		before := *m
		m.Own = record.Own{"x_n": json.Number(strconv.Itoa(n))}
		return p.things.Save(t.Context(), tx.Tx, &before, m, "edit")
	})
}

// A document that moves on changes fields that nobody typed; the formulas that read them follow.
func TestFormulasFollowEveryWrite(t *testing.T) {
	t.Parallel()
	p := newPress(t, 1)
	p.add(t, screens.NewField{Key: "x_year", Type: record.Number, FieldInput: screens.FieldInput{Label: zh("年"), Formula: "year(day)"}})
	err := p.DB.Do(t.Context(), p.Manager, func(tx tenants.Tx) error {
		m, err := p.things.Find(t.Context(), tx.Tx, access.Scope{All: true}, p.ids[0])
		if err != nil {
			return err
		}
		before := *m
		m.Day = "2031-05-06"
		return p.things.Save(t.Context(), tx.Tx, &before, m, "approve")
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := p.count(t, "SELECT (own->>'x_year')::int FROM things"); n != 2031 {
		t.Errorf("%d", n)
	}
	if actions := history(t, p.env, p.ids[0]); strings.Join(actions, " ") != "create approve" {
		t.Errorf("%v", actions)
	}
}
