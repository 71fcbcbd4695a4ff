package workers_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/kernel/rest"
	"forecourt/tenants"
	"forecourt/workers"
)

// desk is the operators' door with the operations of workers, and an operator who signed in.
type desk struct {
	w        *world
	app      *fiber.App
	token    string
	operator uuid.UUID
}

func newDesk(w *world, made *workers.Workers) *desk {
	w.Helper()
	const login, password = "operator", "Kaifa-2026"
	platform := tenants.NewPlatform(w.db, tenants.NewOrg(w.db, nil, func(uuid.UUID) {}).WithCheapPasswords())
	if err := platform.CreateOperator(w.Context(), login, "平台运营", password); err != nil {
		w.Fatal(err)
	}
	token, _, err := platform.SignIn(w.Context(), login, password)
	if err != nil {
		w.Fatal(err)
	}
	d := &desk{w: w, app: fiber.New(), token: token}
	if err := w.owner.QueryRow("SELECT id FROM operators").Scan(&d.operator); err != nil {
		w.Fatal(err)
	}
	made.Routes(rest.New(d.app, rest.Doors{Operator: platform.Enter}))
	return d
}

func (d *desk) call(method, path, token string) (int, string) {
	d.w.Helper()
	r := httptest.NewRequest(method, rest.Prefix+"/platform"+path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := d.app.Test(r, -1)
	if err != nil {
		d.w.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		d.w.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

func (d *desk) parked(path string) (rows []workers.ParkedRow) {
	d.w.Helper()
	status, body := d.call(http.MethodGet, path, d.token)
	var out struct{ Items []workers.ParkedRow }
	if err := json.Unmarshal([]byte(body), &out); err != nil || status != http.StatusOK {
		d.w.Fatalf("%s: %d %s", path, status, body)
	}
	return out.Items
}

func (d *desk) retry(tenant, row uuid.UUID) (int, string) {
	d.w.Helper()
	return d.call(http.MethodPost, "/tenants/"+tenant.String()+"/parked/"+row.String()+"/retry", d.token)
}

const poison = "test.poison"

// poisoned runs workers whose poison fails until healed is set, and waits until every row of poison is parked.
func (w *world) poisoned(rows int) (made *workers.Workers, healed *atomic.Bool) {
	w.Helper()
	healed = new(atomic.Bool)
	h, do := handlers(effect(w.db, 0)), effect(w.db, 0)
	h.On(poison, "test", func(ctx context.Context, t job.Task) error {
		if !healed.Load() {
			return errors.New("the bank does not answer")
		}
		return do(ctx, t)
	})
	made, _ = w.run(h, quick())
	w.until("all poisoned rows are parked", func() bool {
		all, err := made.AllParked(w.Context())
		return err == nil && len(all) == rows
	})
	return made, healed
}

func TestParkedRowsAreTheOperators(t *testing.T) {
	t.Run("ListedByTenantAndInAll", func(t *testing.T) {
		w := newWorld(t, 3)
		w.publish(w.tenants[0], poison)
		w.plan(w.tenants[1], poison, 2)
		made, _ := w.poisoned(3)
		d := newDesk(w, made)
		if all := d.parked("/parked"); len(all) != 3 {
			t.Errorf("all: %+v", all)
		}
		for i, n := range []int{1, 2, 0} {
			if rows := d.parked("/tenants/" + w.tenants[i].String() + "/parked"); len(rows) != n || n > 0 && rows[0].Tenant != w.tenants[i] {
				t.Errorf("tenant %d: %+v, want %d", i, rows, n)
			}
		}
		event := d.parked("/tenants/" + w.tenants[0].String() + "/parked")[0]
		if event.Table != "outbox" || event.Kind != poison || event.Attempts != 10 || event.TenantCode != w.tenants[0].String() || !strings.Contains(event.Error, "the bank does not answer") || event.Since.IsZero() {
			t.Errorf("it says %+v", event)
		}
	})

	t.Run("RetriedRowRunsAgainAndTheLogSaysWhoDidIt", func(t *testing.T) {
		w := newWorld(t, 1)
		w.publish(w.tenants[0], poison)
		w.plan(w.tenants[0], poison, 1)
		made, healed := w.poisoned(2)
		d := newDesk(w, made)
		healed.Store(true)
		for _, row := range d.parked("/parked") {
			if status, body := d.retry(row.Tenant, row.ID); status != http.StatusNoContent {
				t.Errorf("retry: %d %s", status, body)
			}
			if n := w.count("SELECT count(*) FROM operator_log WHERE action = 'retry_parked' AND operator_id = $1 AND detail = jsonb_build_object('tenant', $2::text, 'row', $3::text, 'kind', 'test.poison')", d.operator, row.Tenant, row.ID); n != 1 {
				t.Errorf("%d lines of the log name operator, tenant, row and kind", n)
			}
		}
		w.allOnce(2)
	})

	t.Run("RetriedRowThatFailsAgainIsParkedAgain", func(t *testing.T) {
		w := newWorld(t, 1)
		w.publish(w.tenants[0], poison)
		made, healed := w.poisoned(1)
		d := newDesk(w, made)
		row := d.parked("/parked")[0]
		if status, body := d.retry(row.Tenant, row.ID); status != http.StatusNoContent {
			t.Fatalf("retry: %d %s", status, body)
		}
		w.until("it is parked again", func() bool {
			return w.count("SELECT count(*) FROM outbox WHERE attempts = 10 AND error IS NOT NULL") == 1
		})
		healed.Store(true)
		if status, body := d.retry(row.Tenant, row.ID); status != http.StatusNoContent {
			t.Errorf("retry of the same row: %d %s", status, body)
		}
		w.allOnce(1)
	})

	t.Run("NothingElseCanBeRetried", func(t *testing.T) {
		w := newWorld(t, 2)
		w.publish(w.tenants[0], poison)
		made, _ := w.poisoned(1)
		d := newDesk(w, made)
		row := d.parked("/parked")[0]
		waiting, done := id.New(), id.New()
		w.exec("INSERT INTO outbox (tenant_id, id, kind, body, error, attempts, claimed_at) VALUES ($1, $2, 'x.y', '{}', 'again in an hour', 3, now() + interval '1 hour')", w.tenants[0], waiting)
		w.exec("INSERT INTO outbox (tenant_id, id, kind, body, done_at) VALUES ($1, $2, 'x.y', '{}', now())", w.tenants[0], done)
		for what, c := range map[string][2]uuid.UUID{"another tenant's row": {w.tenants[1], row.ID}, "a row that waits": {w.tenants[0], waiting}, "a row that is done": {w.tenants[0], done},
			"no row": {w.tenants[0], id.New()}, "no tenant": {id.New(), row.ID}} {
			if status, body := d.retry(c[0], c[1]); status != http.StatusNotFound {
				t.Errorf("%s: %d %s", what, status, body)
			}
		}
		if status, body := d.call(http.MethodGet, "/tenants/"+id.New().String()+"/parked", d.token); status != http.StatusNotFound {
			t.Errorf("list of no tenant: %d %s", status, body)
		}
		if n := w.count("SELECT count(*) FROM operator_log WHERE action = 'retry_parked'"); n != 0 {
			t.Errorf("%d retries in the log, and none happened", n)
		}
		w.exec("UPDATE tenants SET status = 'suspended' WHERE id = $1", w.tenants[0])
		if status, body := d.retry(row.Tenant, row.ID); status != http.StatusForbidden || !strings.Contains(body, tenants.ErrSuspended.Code) {
			t.Errorf("row of a suspended tenant: %d %s", status, body)
		}
	})

	t.Run("NobodyElseGetsIn", func(t *testing.T) {
		w := newWorld(t, 1)
		made, _ := w.run(handlers(effect(w.db, 0)), quick())
		d := newDesk(w, made)
		at := "/tenants/" + w.tenants[0].String() + "/parked"
		for _, c := range [][2]string{{http.MethodGet, "/parked"}, {http.MethodGet, at}, {http.MethodPost, at + "/" + id.New().String() + "/retry"}} {
			for _, token := range []string{"", "a-tenants-token"} {
				if status, body := d.call(c[0], c[1], token); status != http.StatusUnauthorized {
					t.Errorf("%s %s as %q: %d %s", c[0], c[1], token, status, body)
				}
			}
		}
	})
}
