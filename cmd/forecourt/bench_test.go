package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"forecourt/kernel/config"
	"forecourt/kernel/search"
	"forecourt/kernel/testdb"
	"forecourt/tenants"
)

// benched is a database with two bench tenants, copied in under every foreign key.
type benched struct {
	*house
	*servers
	db testdb.DB
}

func newBenched(t *testing.T, customers int) *benched {
	t.Helper()
	db := testdb.New(t)
	s := &servers{cfg: config.Config{Data: t.TempDir(), Connections: 4}, appURL: db.AppURL, ownerURL: db.OwnerURL, redisURL: "redis://127.0.0.1:1"}
	if err := s.seed(context.Background(), seedInput{Tenants: 2, Customers: customers}, io.Discard, "bench seed"); err != nil {
		t.Fatal(err)
	}
	app, err := build(s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.close() })
	return &benched{&house{app: app}, s, db}
}

// token signs a person of a bench tenant in, through the API.
func (b *benched) token(t *testing.T, tenant, login string) string {
	t.Helper()
	status, body := b.answer(t, "", call{method: http.MethodPost, path: "/session", body: map[string]string{"tenant": tenant, "login": login, "password": benchPassword, "mode": "bearer"}})
	var out struct{ Token string }
	if err := json.Unmarshal(body, &out); err != nil || status != http.StatusOK {
		t.Fatalf("sign in %s / %s: %d %s", tenant, login, status, body)
	}
	return out.Token
}

func (b *benched) seats(t *testing.T) []*seat {
	t.Helper()
	seats, err := b.app.seats(context.Background(), 4)
	if err != nil {
		t.Fatal(err)
	}
	return seats
}

// find returns the ids that a search for q answers.
func (b *benched) find(t *testing.T, token, q string) []string {
	t.Helper()
	status, body := b.answer(t, token, call{method: http.MethodGet, path: "/customers?limit=200&q=" + url.QueryEscape(q)})
	var page struct{ Items []struct{ ID string } }
	if err := json.Unmarshal(body, &page); err != nil || status != http.StatusOK {
		t.Fatalf("search for %s: %d %s", q, status, body)
	}
	var ids []string
	for _, x := range page.Items {
		ids = append(ids, x.ID)
	}
	return ids
}

func TestBenchTenantsAnswerTheAPI(t *testing.T) {
	b := newBenched(t, 100)
	seats := b.seats(t)
	ours := seats[0]
	theirs := seats[slices.IndexFunc(seats, func(s *seat) bool { return s.tenant.ID != ours.tenant.ID })]
	token, other := b.token(t, ours.tenant.Code, ours.login), b.token(t, theirs.tenant.Code, theirs.login)
	someone := ours.people[0]
	path := "/customers/" + someone.ID.String()

	t.Run("EveryCustomerIsFound", func(t *testing.T) {
		for _, k := range ours.people {
			for _, q := range []string{k.Name, string([]rune(k.Name)[:2]), search.Initials(k.Name), k.Mobile, k.Mobile[len(k.Mobile)-4:], k.Mobile[len(k.Mobile)-6:]} {
				if !slices.Contains(b.find(t, token, q), k.ID.String()) {
					t.Errorf("%s is not found by %s", k.Name, q)
				}
			}
		}
	})
	t.Run("IsOpened", func(t *testing.T) {
		if status, body := b.answer(t, token, call{method: http.MethodGet, path: path}); status != http.StatusOK || !bytes.Contains(body, []byte(someone.Name)) {
			t.Errorf("open: %d %s", status, body)
		}
		if status, body := b.answer(t, token, call{method: http.MethodGet, path: path + "/history"}); status != http.StatusOK || !bytes.Contains(body, []byte(`"create-customer"`)) {
			t.Errorf("history: %d %s", status, body)
		}
	})
	t.Run("OtherTenantIsNotFound", func(t *testing.T) {
		if status, body := b.answer(t, other, call{method: http.MethodGet, path: path}); status != http.StatusNotFound {
			t.Errorf("another tenant: %d %s", status, body)
		}
		if slices.Contains(b.find(t, other, someone.Name), someone.ID.String()) {
			t.Error("another tenant finds the customer")
		}
	})
	t.Run("NumbersGoOn", func(t *testing.T) {
		body := map[string]string{"name": "赵新", "mobile": ours.newMobile(), "source": "call"}
		if status, got := b.answer(t, token, call{method: http.MethodPost, path: "/customers", body: body}); status != http.StatusCreated || !bytes.Contains(got, []byte(`"KH-C01-`)) {
			t.Errorf("create: %d %s", status, got)
		}
	})
	t.Run("EveryListAnswers", func(t *testing.T) {
		leader := b.token(t, ours.tenant.Code, "leader")
		for _, k := range b.app.kinds.Kinds() {
			if k.Path == "" {
				continue
			}
			if status, body := b.answer(t, leader, call{method: http.MethodGet, path: "/" + k.Path + "?limit=200"}); status != http.StatusOK {
				t.Errorf("list %s: %d %s", k.Path, status, body)
			}
		}
	})
}

func TestBenchSeedIsWholeOrNothing(t *testing.T) {
	ctx := context.Background()
	b := newBenched(t, 100)
	owner, err := b.copier(1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close() }()
	tenantsNow := func() (n int) {
		t.Helper()
		err := b.app.db.Platform(ctx, func(tx bun.Tx) error { return tx.QueryRowContext(ctx, "SELECT count(*) FROM tenants").Scan(&n) })
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if err := b.servers.seed(ctx, seedInput{Tenants: 1, Customers: 10}, io.Discard, ""); !errors.Is(err, errBenchHeld) {
		t.Errorf("a second run: %v", err)
	}
	if err := b.servers.seed(ctx, seedInput{Tenants: 1, Customers: 10, More: true}, io.Discard, ""); err != nil {
		t.Errorf("a second run with --more: %v", err)
	}
	if n := tenantsNow(); n != 3 {
		t.Errorf("%d tenants, want 3", n)
	}
	exec := func(q string) {
		t.Helper()
		if _, err := owner.ExecContext(platformContext(), q); err != nil {
			t.Fatal(err)
		}
	}
	exec("ALTER TABLE counters ADD CONSTRAINT late CHECK (tenant_id = app_tenant() AND last < 1) NOT VALID") // the last thing but one that a tenant gets
	if err := b.servers.seed(ctx, seedInput{Tenants: 2, Customers: 40, More: true}, io.Discard, ""); err == nil || !strings.Contains(err.Error(), "late") {
		t.Errorf("a run that fails: %v", err)
	}
	if n := tenantsNow(); n != 3 {
		t.Errorf("%d tenants after a run that failed, want 3", n)
	}
	var long, rows int
	if err := owner.QueryRowContext(platformContext(), "SELECT (SELECT count(*) FROM pg_class WHERE relname LIKE '%\\_grams' AND NOT 'gin_pending_list_limit=64' = ANY(reloptions)), (SELECT count(*) FROM customers WHERE tenant_id NOT IN (SELECT id FROM tenants))").Scan(&long, &rows); err != nil {
		t.Fatal(err)
	}
	if long > 0 || rows > 0 {
		t.Errorf("a run that failed left %d long lists and %d customers", long, rows)
	}
}

func TestBenchLoad(t *testing.T) {
	b := newBenched(t, 100)
	var out bytes.Buffer
	if err := b.load(context.Background(), loadInput{For: 60 * time.Millisecond, Connections: 2}, &out, "bench load"); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, w := range workloads {
		if !strings.Contains(out.String(), "| "+w.name+" | ") {
			t.Errorf("no line for %s in\n%s", w.name, &out)
		}
	}
	// What the floor wrote is the same as what the program wrote.
	for _, s := range b.seats(t) {
		wrong := 0
		err := b.app.db.Read(context.Background(), tenants.Worker(s.tenant, "test"), func(tx tenants.Tx) error {
			return tx.QueryRowContext(context.Background(), `SELECT (SELECT count(*) FROM customers c WHERE tenant_id = ?0 AND name = ?1 AND (NOT grams @> ARRAY['=' || mobile, '=' || right(mobile, 4), '=' || right(mobile, 6), right(number, 2)]
				OR NOT EXISTS (SELECT FROM customer_relations r WHERE r.tenant_id = ?0 AND r.customer_id = c.id) OR (SELECT count(*) FROM history h WHERE h.tenant_id = ?0 AND h.kind = 'customer' AND h.record_id = c.id) <> 1))
				+ (SELECT count(*) FROM contracts c WHERE tenant_id = ?0 AND status = 'in_review' AND (submitted_by IS NULL OR NOT grams @> ARRAY[right(number, 2)]
				OR (SELECT count(*) FROM history h WHERE h.tenant_id = ?0 AND h.kind = 'contract' AND h.record_id = c.id AND h.version > 0) <> c.version))`, tx.Tenant, benchName).Scan(&wrong)
		})
		if err != nil || wrong > 0 {
			t.Errorf("%s: %d rows are not as the program writes them (%v)", s.tenant.Code, wrong, err)
		}
	}
}

func TestBenchSizes(t *testing.T) {
	for _, in := range []seedInput{{Tenants: 200, Customers: 1_000_000}, {Tenants: 1, Customers: 1}, {Tenants: 20, Customers: 50_000}, {Tenants: 50, Customers: 60}} {
		sum := 0
		for _, n := range in.sizes() {
			sum += n
			if n < 1 {
				t.Errorf("%+v: a tenant of %d customers", in, n)
			}
		}
		if sum != in.Customers {
			t.Errorf("%+v: %d customers", in, sum)
		}
	}
	if first := (seedInput{Tenants: 200, Customers: 1_000_000}).sizes()[0]; first < 90_000 || first > 110_000 {
		t.Errorf("the largest of 200 tenants has %d customers, want about a tenth", first)
	}
	if err := (seedInput{Tenants: 5, Customers: 4}).validate(); err == nil {
		t.Error("fewer customers than tenants are accepted")
	}
}
