package audit_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"forecourt/kernel/id"
	"forecourt/kernel/job"
	"forecourt/modules/audit"
	"forecourt/tenants"
)

// age makes the lines that no link proves yet older than they are, so that they have settled. Each turn ages less than the one before.
func (e *env) age(t *testing.T, minutes int) {
	t.Helper()
	e.exec(t, `UPDATE history SET id = (lpad(to_hex(('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint - $2::bigint * 60000), 12, '0') || substr(replace(id::text, '-', ''), 13))::uuid
		WHERE tenant_id = $1 AND id > coalesce((SELECT upto FROM history_chain WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1), '00000000-0000-0000-0000-000000000000')`, e.Tenant.ID, minutes)
}

// chain runs the worker's task for the tenant.
func (e *env) chain(t *testing.T) {
	t.Helper()
	if err := e.handlers["audit.chain"]["audit.chain"](t.Context(), job.Task{Tenant: e.Tenant.ID, ID: id.New(), Kind: "audit.chain"}); err != nil {
		t.Error(err)
	}
}

func (e *env) verify(t *testing.T) (audit.Proof, error) {
	t.Helper()
	return audit.Verify(t.Context(), e.DB.Pool(), e.Tenant.ID)
}

// chained is a group whose history has three links: the people, and a lead each.
func chained(t *testing.T) (e *env, second uuid.UUID) {
	t.Helper()
	e = newEnv(t)
	e.age(t, 60)
	e.chain(t)
	second = e.lead(t, e.Sales, "甲", "13812345678").ID
	e.age(t, 50)
	e.chain(t)
	e.lead(t, e.Sales, "乙", "13812345679")
	e.age(t, 40)
	e.chain(t)
	return e, second
}

func TestChain(t *testing.T) {
	t.Parallel()
	t.Run("LinksWhatHasSettledAndNothingElse", func(t *testing.T) {
		t.Parallel()
		e := newEnv(t)
		e.chain(t)
		if p, err := e.verify(t); err != nil || p != (audit.Proof{}) {
			t.Errorf("young lines: %+v, %v", p, err)
		}
		e.age(t, 60)
		e.chain(t)
		first, err := e.verify(t)
		if err != nil || first.Links != 1 || first.Lines < 20 || len(first.Head) != 64 {
			t.Fatalf("%+v, %v", first, err)
		}
		e.chain(t)
		if again, err := e.verify(t); err != nil || again != first {
			t.Errorf("chained twice: %+v, %v; want %+v", again, err, first)
		}
		if p, err := audit.Verify(t.Context(), e.DB.Pool(), e.other.Tenant.ID); err != nil || p.Links != 0 {
			t.Errorf("the other tenant's chain: %+v, %v", p, err)
		}
	})
	t.Run("ALinkEndsWithItsMonth", func(t *testing.T) {
		t.Parallel()
		e := newEnv(t)
		e.age(t, 60*24*75)
		e.lead(t, e.Sales, "甲", "13812345678")
		e.age(t, 60)
		e.chain(t)
		if p, err := e.verify(t); err != nil || p.Links < 2 {
			t.Errorf("%+v, %v", p, err)
		}
	})
	t.Run("TwoWorkersMakeOneChain", func(t *testing.T) {
		t.Parallel()
		e := newEnv(t)
		e.age(t, 60)
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() { e.chain(t) })
		}
		workers.Wait()
		if p, err := e.verify(t); err != nil || p.Links != 1 {
			t.Errorf("%+v, %v", p, err)
		}
	})
	t.Run("PlansItsNextTurnOnce", func(t *testing.T) {
		t.Parallel()
		e := newEnv(t)
		e.chain(t)
		e.chain(t)
		n := 0
		if err := e.owner.QueryRowContext(t.Context(), "SELECT count(*) FROM due_tasks WHERE tenant_id = $1 AND kind = 'audit.chain' AND due_at > now()", e.Tenant.ID).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d tasks, %v", n, err)
		}
	})
	t.Run("BeginsWithTheTenant", func(t *testing.T) {
		t.Parallel()
		e := newEnv(t)
		err := e.DB.Do(t.Context(), tenants.Worker(e.Tenant, "seed"), func(tx tenants.Tx) error {
			return errors.Join(audit.Seed(t.Context(), tx), audit.Seed(t.Context(), tx))
		})
		n := 0
		if err == nil {
			err = e.owner.QueryRowContext(t.Context(), "SELECT count(*) FROM due_tasks WHERE tenant_id = $1 AND kind = 'audit.chain'", e.Tenant.ID).Scan(&n)
		}
		if err != nil || n != 1 {
			t.Errorf("%d tasks, %v", n, err)
		}
	})
}

// What the owner of the tables does behind the application's back. $1 is the record whose line the second link proves.
func TestTamperingIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, q, link string }{
		{"Nothing", "SELECT $1::uuid", ""},
		{"ALineChanged", `UPDATE history SET now = jsonb_set(now, '{name}', '"丁"') WHERE record_id = $1`, "link 2 "},
		{"AnAddressChanged", "UPDATE history SET address = '192.0.2.200' WHERE record_id = $1", "link 2 "},
		{"ATimeChanged", "UPDATE history SET at = at - interval '1 microsecond' WHERE record_id = $1", "link 2 "},
		{"SomebodyElseWasIt", "UPDATE history SET user_id = NULL WHERE record_id = $1", "link 2 "},
		{"AValueShiftedToItsNeighbour", "UPDATE history SET operation = address || operation, address = '' WHERE record_id = $1", "link 2 "},
		{"ALineRemoved", "DELETE FROM history WHERE record_id = $1", "link 2 "},
		{"ALineSlippedIn", `INSERT INTO history (tenant_id, id, at, kind, record_id, version, action, address, operation)
			SELECT tenant_id, (left(id::text, 24) || '000000000000')::uuid, at, kind, record_id, 1, 'edit', '', '' FROM history WHERE record_id = $1`, "link 2 "},
		{"ALineOfAnotherTenant", `WITH x AS (UPDATE history SET tenant_id = (SELECT t.id FROM tenants t WHERE t.id <> history.tenant_id LIMIT 1) WHERE record_id = $1 RETURNING 1) SELECT * FROM x`, "link 2 "},
		{"ALinkRemoved", "DELETE FROM history_chain WHERE seq = 2 AND $1::uuid IS NOT NULL", "link 2 "},
		{"ALinkChanged", "UPDATE history_chain SET hash = sha256('x') WHERE seq = 1 AND $1::uuid IS NOT NULL", "link 1 "},
		{"TheFirstLinkRemoved", "DELETE FROM history_chain WHERE seq = 1 AND $1::uuid IS NOT NULL", "link 1 "},
		{"AReleasedLinkChanged", "UPDATE history_chain SET released = true, hash = sha256('x') WHERE seq = 2 AND $1::uuid IS NOT NULL", "link 3 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e, second := chained(t)
			before, err := e.verify(t)
			if err != nil || before.Links != 3 {
				t.Fatalf("%+v, %v", before, err)
			}
			e.exec(t, c.q, second)
			_, err = e.verify(t)
			if c.link == "" {
				found, all := audit.VerifyAll(t.Context(), e.DB.Pool(), 2)
				if err != nil || all != nil || !strings.Contains(found, "2 of 2 tenants") {
					t.Errorf("%v, %q, %v", err, found, all)
				}
				return
			}
			if !errors.Is(err, audit.ErrBroken) || !strings.Contains(err.Error(), c.link) {
				t.Errorf("%v; want %s", err, c.link)
			}
			if _, err := audit.VerifyAll(t.Context(), e.DB.Pool(), 2); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("all tenants: %v", err)
			}
		})
	}
}
