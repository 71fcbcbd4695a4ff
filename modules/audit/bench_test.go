package audit_test

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"forecourt/kernel/job"
	"forecourt/kernel/record"
	"forecourt/modules/audit"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

var lines = flag.Int("audit.lines", 10_000_000, "how many lines of history the benchmarks fill")

// filled is a tenant with a year of history in it: a hundred people in each of five companies, four lines a record.
type filled struct {
	*policiestest.Env
	s       *audit.Service
	people  []uuid.UUID
	records []uuid.UUID
	first   time.Time
}

// The kinds of the bench, the common ones first: each is twice as common as the next but one.
var (
	benchKinds   = []string{"customer", "visit", "intent", "contract", "vehicle", "receipt", "invoice", "outbound", "handover", "callback", "session", "accessory", "price", "user", "role"}
	benchActions = []string{"edit", "create", "note", "submit", "approve", "attach", "sign_in", "reveal", "export", "cancel"}
)

func fill(b *testing.B) *filled {
	b.Helper()
	f := &filled{Env: policiestest.New(b), first: time.Now().AddDate(-1, 0, 0)}
	ctx := context.WithoutCancel(b.Context())
	owner, err := pgx.Connect(ctx, f.OwnerURL)
	must(b, err)
	defer func() { must(b, owner.Close(ctx)) }()
	do := func(q string, args ...any) {
		_, err := owner.Exec(ctx, q, args...)
		must(b, err)
	}
	do("SELECT history_months($1, 14)", f.first)
	companies := []uuid.UUID{f.Company, f.OtherCompany}
	for len(companies) < 5 {
		u := uuid.New()
		do("INSERT INTO org_units (tenant_id, id, parent_id, company_id, kind, code, name) VALUES ($1, $2, $3, $2, 'company', $4, $4)", f.Tenant.ID, u, f.Root, u.String())
		companies = append(companies, u)
	}
	for n := range 500 {
		u := uuid.New()
		do("INSERT INTO users (tenant_id, id, login, name, password_hash) VALUES ($1, $2, $3, $3, '')", f.Tenant.ID, u, fmt.Sprint("p", n))
		do("INSERT INTO postings (tenant_id, id, user_id, unit_id, title) VALUES ($1, $2, $3, $4, '')", f.Tenant.ID, uuid.New(), u, companies[n%5])
		f.people = append(f.people, u)
	}
	began := time.Now()
	names := []string{"tenant_id", "id", "at", "kind", "record_id", "version", "action", "user_id", "session_id", "address", "operation", "was", "now", "took"}
	_, err = owner.CopyFrom(ctx, pgx.Identifier{"history"}, names, f.rows(*lines))
	must(b, err)
	b.Logf("%d lines copied in %s", *lines, time.Since(began).Round(time.Second))
	do("VACUUM ANALYZE history")
	all := []*record.Spec{tenants.UserKind.Spec, tenants.UnitKind.Spec}
	f.s = audit.New(f.DB, all...)
	return f
}

// rows are n lines in the order of time, with the ids that they would have had.
func (f *filled) rows(n int) pgx.CopyFromSource {
	r := rand.New(rand.NewPCG(1, 2))
	step := time.Since(f.first) / time.Duration(n+1)
	skewed := func(of int) int { return min(int(r.ExpFloat64()*2.9), of-1) }
	tenant := pgtype.UUID{Bytes: f.Tenant.ID, Valid: true}
	was, now := []byte(`{"status": "draft", "total": 19980000}`), []byte(`{"status": "in_review", "total": 18880000, "customerName": "某某汽车贸易有限公司"}`)
	return pgx.CopyFromFunc(newRows(n, func(i int) []any {
		at := f.first.Add(time.Duration(i) * step)
		var id, rec uuid.UUID
		binary.BigEndian.PutUint64(id[:8], uint64(at.UnixMilli())<<16)
		binary.BigEndian.PutUint64(id[8:], uint64(i))
		if i%4 == 0 || len(f.records) < 100 {
			binary.BigEndian.PutUint64(rec[:8], r.Uint64())
			binary.BigEndian.PutUint64(rec[8:], r.Uint64())
			if i%1000 < 4 {
				f.records = append(f.records, rec)
			}
		} else {
			rec = f.records[len(f.records)-1]
		}
		who := r.IntN(500)
		return []any{tenant, pgtype.UUID{Bytes: id, Valid: true}, at, benchKinds[skewed(len(benchKinds))], pgtype.UUID{Bytes: rec, Valid: true}, 1 + i%4, benchActions[skewed(len(benchActions))],
			pgtype.UUID{Bytes: f.people[who], Valid: true}, nil, fmt.Sprintf("10.0.%d.%d", who%5, who/5), "edit-contract", was, now, 12}
	}))
}

func newRows(n int, row func(i int) []any) func() ([]any, error) {
	i := 0
	return func() ([]any, error) {
		if i++; i > n {
			return nil, nil
		}
		return row(i), nil
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// BenchmarkLog measures each question of the log over -audit.lines lines in one tenant:
//
//	go run ./cmd/testservers -- go test ./modules/audit -run '^$' -bench Log -benchtime 200x -timeout 60m
func BenchmarkLog(b *testing.B) {
	f := fill(b)
	moment := func() time.Time { return f.first.Add(rand.N(time.Since(f.first))) }
	one := func(all []string) string { return all[rand.IntN(len(all))] }
	person := func() uuid.UUID { return f.people[rand.IntN(len(f.people))] }
	for _, q := range []struct {
		name string
		ask  func() audit.Ask
	}{
		{"newest", func() audit.Ask { return audit.Ask{} }},
		{"time", func() audit.Ask { to := moment(); return audit.Ask{From: to.AddDate(0, 0, -7), To: to} }},
		{"user", func() audit.Ask { return audit.Ask{User: person()} }},
		{"user and time", func() audit.Ask { return audit.Ask{User: person(), To: moment()} }},
		{"record", func() audit.Ask {
			return audit.Ask{Record: f.records[rand.IntN(len(f.records))], Kind: one(benchKinds)}
		}},
		{"record without kind", func() audit.Ask { return audit.Ask{Record: f.records[rand.IntN(len(f.records))]} }},
		{"kind", func() audit.Ask { return audit.Ask{Kind: one(benchKinds), To: moment()} }},
		{"action", func() audit.Ask { return audit.Ask{Action: one(benchActions), To: moment()} }},
		{"kind and action", func() audit.Ask { return audit.Ask{Kind: one(benchKinds), Action: one(benchActions), To: moment()} }},
		{"kind, action and user", func() audit.Ask { return audit.Ask{Kind: one(benchKinds), Action: one(benchActions), User: person()} }},
		{"address", func() audit.Ask { return audit.Ask{Address: fmt.Sprintf("10.0.%d.%d", rand.IntN(5), rand.IntN(100))} }},
		{"nothing there", func() audit.Ask { return audit.Ask{Kind: "tenant", Address: "192.0.2.1"} }},
	} {
		b.Run(q.name, func(b *testing.B) { f.measure(b, f.Admin, q.ask) })
		b.Run("company, "+q.name, func(b *testing.B) { f.measure(b, f.CompanyAdmin, q.ask) })
	}
}

func (f *filled) measure(b *testing.B, a tenants.Actor, ask func() audit.Ask) {
	took := make([]time.Duration, 0, b.N)
	for b.Loop() {
		in := ask()
		in.Limit = 50
		began := time.Now()
		_, err := f.s.Log(b.Context(), a, a.View("zh"), in)
		must(b, err)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
}

// BenchmarkChain measures how long the proof of -audit.lines lines takes to make and to verify:
//
//	go run ./cmd/testservers -- go test ./modules/audit -run '^$' -bench Chain -benchtime 1x -audit.lines 1000000
func BenchmarkChain(b *testing.B) {
	f := fill(b)
	handlers := job.Handlers{}
	f.s.Handlers(handlers)
	b.Run("make", func(b *testing.B) {
		for b.Loop() {
			must(b, handlers["audit.chain"]["audit.chain"](b.Context(), job.Task{Tenant: f.Tenant.ID, Kind: "audit.chain"}))
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			p, err := audit.Verify(b.Context(), f.DB.Pool(), f.Tenant.ID)
			must(b, err)
			b.ReportMetric(float64(p.Lines), "lines")
		}
	})
}
