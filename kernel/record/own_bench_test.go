package record

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"forecourt/kernel/testdb"
)

var benchRows = flag.Int("own.rows", 500_000, "how many records the benchmark of own fields reads")

// BenchmarkOwnFields lists 50 of -own.rows records of one tenant, filtered and sorted by a declared field and by an own one of the same
// spread: a text of 1000 values, a choice of five, a sum.
//
//	go run ./cmd/testservers -- go test ./kernel/record -run '^$' -bench OwnFields -benchtime 100x -timeout 30m
func BenchmarkOwnFields(b *testing.B) {
	s := benchShop(b)
	v := s.view(s.ours)
	for _, c := range []struct{ name, declared, own string }{
		{"Text", `[["name","=","N%d"]]`, `[["x_name","=","N%d"]]`},
		{"Choice", `[["tone","=","t%d"]]`, `[["x_tone","=","t%d"]]`},
		{"Nothing", `[["name","=","none %d"]]`, `[["x_name","=","none %d"]]`},
		{"Range", `[["price",">","%d.00"],["price","<","9990.00"]]`, `[["x_price",">","%d.00"],["x_price","<","9990.00"]]`},
	} {
		for which, filter := range map[string]string{"declared": c.declared, "own": c.own} {
			run(b, s, v, c.name+"/"+which, func(i int) ListInput {
				return ListInput{Limit: 50, Filter: fmt.Sprintf(filter, i%5), Fields: []string{"name", "price"}}
			})
		}
	}
	for _, sort := range []string{"price", "x_price", "-name", "-x_name"} {
		run(b, s, v, "Sort/"+sort, func(int) ListInput { return ListInput{Limit: 50, Sort: sort, Fields: []string{"name", "price"}} })
	}
	for _, fields := range []string{"name,price", "name,price,x_name,x_tone,x_price"} {
		run(b, s, v, "Columns/"+fields, func(int) ListInput { return ListInput{Limit: 50, Fields: strings.Split(fields, ",")} })
	}
}

func run(b *testing.B, s *shop, v View, name string, in func(i int) ListInput) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if _, err := things.Spec.List(context.Background(), s.pool, s.kinds, v, in(i)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func benchShop(b *testing.B) *shop {
	b.Helper()
	urls := testdb.New(b)
	s := openShop(b, urls.AppURL, urls.OwnerURL)
	s.define(s.ours,
		OwnField{Key: "x_name", Slot: "x_t1", Label: zh("名"), Type: Text},
		OwnField{Key: "x_tone", Slot: "x_t2", Label: zh("色"), Type: Choice, Options: []OwnOption{{Value: "t0", Label: zh("0")}}},
		OwnField{Key: "x_price", Slot: "x_n1", Label: zh("价"), Type: Money})
	owner, err := pgx.Connect(b.Context(), urls.OwnerURL)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = owner.Close(b.Context()) }()
	for _, q := range []string{
		fmt.Sprintf(`INSERT INTO things (tenant_id, id, version, number, created_at, updated_at, name, mobile, price, cost, tone, own, x_t1, x_t2, x_n1)
			SELECT '%s', gen_random_uuid(), 1, 'N-' || n, '2026-01-01'::timestamptz + n * interval '1 minute', now(), name, '13800138000', price, 0, tone,
				jsonb_build_object('x_name', name, 'x_tone', tone, 'x_price', price), name, tone, price
			FROM (SELECT n, 'N' || n * 7919 %% 1000 AS name, 't' || n %% 5 AS tone, n * 104729 %% 1000000 AS price FROM generate_series(1::bigint, %d) n) x`, s.ours, *benchRows),
		"VACUUM ANALYZE things",
	} {
		if _, err := owner.Exec(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
	return s
}
