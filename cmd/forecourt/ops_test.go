package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"forecourt/kernel/migrate"
	"forecourt/kernel/testdb"
	"forecourt/migrations"
)

// probe asks a path of the door for the machinery.
func probe(t *testing.T, address, path string) (int, string) {
	t.Helper()
	res, err := http.Get(address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, strings.TrimSpace(string(body))
}

// running is a process that serves, from the inside.
type running struct {
	site, ops string
	stop      context.CancelFunc // SIGTERM
	over      chan error
}

// launch starts what `forecourt serve` starts, and waits until it says where.
func launch(t *testing.T, p patient) *running {
	t.Helper()
	p.set(t)
	t.Setenv("FORECOURT_ADDR", "127.0.0.1:0")
	t.Setenv("FORECOURT_OPS_ADDR", "127.0.0.1:0")
	ctx, stop := context.WithCancel(t.Context())
	said, out := io.Pipe()
	r := &running{stop: stop, over: make(chan error, 1)}
	go func() {
		err := serve(ctx, nil, out)
		_ = out.CloseWithError(io.EOF)
		r.over <- err
	}()
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		switch at, address, _ := strings.Cut(lines.Text(), "http://"); {
		case strings.HasPrefix(at, "Probes"):
			r.ops = "http://" + address
		case strings.HasPrefix(at, "Forecourt"):
			r.site = "http://" + address
		}
		if strings.HasPrefix(lines.Text(), "Data:") {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return r
		}
	}
	t.Fatalf("it did not start: %v", <-r.over)
	return nil
}

// until asks again until want is true; what is waited for always comes, unless the program is wrong.
func until(t *testing.T, what string, want func() bool) {
	t.Helper()
	for began := time.Now(); !want(); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestAProcessThatIsToldToStopLeavesInOrder(t *testing.T) {
	p, db := healthy(t)
	p.owner = db.OwnerURL
	r := launch(t, p)
	until(t, "ready", func() bool { status, _ := probe(t, r.ops, readyPath); return status == http.StatusOK })

	body := strings.NewReader(`{"tenant":"hengtong","login":"wangmin","password":"` + demoPassword + `","mode":"bearer"}`)
	res, err := http.Post(r.site+"/api/v1/session", "application/json", body)
	if err != nil {
		t.Fatal(err)
	}
	var in struct{ Token string }
	err = json.NewDecoder(res.Body).Decode(&in)
	_ = res.Body.Close()
	if err != nil || in.Token == "" {
		t.Fatalf("sign in: %d %v", res.StatusCode, err)
	}
	request, _ := http.NewRequest(http.MethodGet, r.site+"/api/v1/live", nil)
	request.Header.Set("Authorization", "Bearer "+in.Token)
	stream, err := http.DefaultClient.Do(request)
	if err != nil || stream.StatusCode != http.StatusOK {
		t.Fatalf("event stream: %v %v", stream, err)
	}
	defer func() { _ = stream.Body.Close() }()

	// A request that is being answered: it waits for a table that somebody holds.
	owner, err := pgx.Connect(t.Context(), db.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close(context.WithoutCancel(t.Context())) }()
	if _, err := owner.Exec(t.Context(), "BEGIN; LOCK TABLE identity_providers IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	answered := make(chan int, 1)
	go func() {
		res, err := http.Get(r.site + "/api/v1/session/ways?tenant=hengtong")
		if err != nil {
			t.Error(err)
			answered <- 0
			return
		}
		_ = res.Body.Close()
		answered <- res.StatusCode
	}()
	until(t, "the request waits", func() (waits bool) {
		if err := owner.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'identity_providers'::regclass)").Scan(&waits); err != nil {
			t.Fatal(err)
		}
		return waits
	})

	r.stop()
	until(t, "the probe says so", func() bool {
		status, why := probe(t, r.ops, readyPath)
		return status == http.StatusServiceUnavailable && why == "leaving"
	})
	if status, _ := probe(t, r.ops, alivePath); status != http.StatusOK {
		t.Errorf("a process that leaves is alive: %d", status)
	}
	if _, err := io.ReadAll(stream.Body); err != nil {
		t.Errorf("the event stream broke off: %v", err)
	}
	site, _ := url.Parse(r.site)
	until(t, "nobody new comes in", func() bool {
		c, err := net.Dial("tcp", site.Host)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	select {
	case err := <-r.over:
		t.Fatalf("it left in the middle of an answer: %v", err)
	default:
	}
	if _, err := owner.Exec(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if status := <-answered; status != http.StatusOK {
		t.Errorf("the request that was being answered: %d", status)
	}
	if err := <-r.over; err != nil {
		t.Errorf("it stopped with %v", err)
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	owner, err := pgx.Connect(t.Context(), db.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	exec := func(q string) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	o := &ops{metrics: newMetrics(), appURL: db.AppURL}
	door := httptest.NewServer(o.handler())
	t.Cleanup(door.Close)
	want := func(status int, why string) {
		t.Helper()
		if got, said := probe(t, door.URL, readyPath); got != status || said != why {
			t.Errorf("%d %q, want %d %q", got, said, status, why)
		}
		if got, _ := probe(t, door.URL, alivePath); got != http.StatusOK {
			t.Errorf("alive: %d", got)
		}
	}
	want(503, "starting")
	o.now(serving)
	want(200, "ok")
	exec("INSERT INTO bun_migrations (name, group_id) VALUES ('9999', 99)") // replicas of the next release are coming up
	want(200, "ok")
	exec("DELETE FROM bun_migrations WHERE name = '9999' OR name = (SELECT max(name) FROM bun_migrations WHERE name < '9999')")
	want(503, migrate.ErrOlder.Error())
	if _, err := migrate.Status(t.Context(), db.AppURL, migrations.Files); err != nil {
		t.Fatal(err)
	}
	o.appURL = "postgres://nobody@127.0.0.1:1/none"
	want(503, "the database does not answer")
	o.now(leaving)
	want(503, "leaving")
}

func TestMetricsTellOfTheInstallationAndOfNobody(t *testing.T) {
	h := newHouse(t)
	h.app.metrics.watch(h.app, true)
	o := &ops{metrics: h.app.metrics, appURL: h.url}
	door := httptest.NewServer(o.handler())
	t.Cleanup(door.Close)
	for range 3 {
		h.answer(t, h.tokens["sales_consultant"], call{method: http.MethodGet, path: "/customers"})
	}
	h.answer(t, "", call{method: http.MethodGet, path: "/customers"})
	status, text := probe(t, door.URL, metricsPath)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	owner, err := pgx.Connect(t.Context(), h.ownerURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.Background()) })
	count := func(q string) (n string) {
		t.Helper()
		if err := owner.QueryRow(t.Context(), q).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, line := range []string{
		`forecourt_requests_total{operation="list-customer",status="200"} 3`,
		`forecourt_requests_total{operation="list-customer",status="401"} 1`,
		`forecourt_request_seconds_count{operation="list-customer"} 4`,
		`go_sql_max_open_connections{db_name="forecourt"} 8`,
		`forecourt_work_rows{source="outbox",state="due"} ` + count("SELECT count(*)::text FROM outbox WHERE done_at IS NULL"),
		`forecourt_work_rows{source="due_tasks",state="failed"} 0`,
		`forecourt_sessions_open ` + count("SELECT count(*)::text FROM sessions"),
		`forecourt_redis_up 0`, // none runs here, and the rest is told all the same
		`forecourt_maintenance 0`,
	} {
		if !strings.Contains(text, line+"\n") && !strings.HasSuffix(text, line) {
			t.Errorf("no line %s", line)
		}
	}
	if !regexp.MustCompile(`forecourt_work_oldest_seconds\{source="outbox",state="due"\} [0-9.e+]*[1-9]`).MatchString(text) {
		t.Error("the oldest row has not waited")
	}
	var names []string
	rows, err := owner.Query(t.Context(), "SELECT code FROM tenants UNION SELECT name FROM tenants UNION SELECT id::text FROM tenants UNION SELECT login FROM users")
	if err != nil {
		t.Fatal(err)
	}
	if names, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || len(names) < 10 {
		t.Fatalf("%v %v", names, err)
	}
	for _, n := range names {
		if strings.Contains(text, `"`+n+`"`) {
			t.Errorf("it names %s", n)
		}
	}
}
