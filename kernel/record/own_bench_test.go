package record

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"forecourt/kernel/access"
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

// BenchmarkRange lists 50 of -own.rows records whose sum lies in a range that leaves a share of them, with their count up to 1000, in the
// order of their making: by the plan that is kept for every range, and by one for this range, as lists ask for it.
//
//	go run ./cmd/testservers -- go test ./kernel/record -run '^$' -bench Range -benchtime 20x -timeout 30m
func BenchmarkRange(b *testing.B) {
	s := benchShop(b)
	v := s.view(s.ours)
	for _, field := range []string{"price", "x_price"} {
		for _, share := range []struct{ name, from, to string }{
			{"AboveNothing", "9999.99", ""}, {"AboveAThousandth", "9990.00", ""}, {"AboveHalf", "5000.00", ""}, {"AboveAll", "-1.00", ""},
			{"BetweenAThousandth", "5000.00", "5010.00"}, {"BetweenHalf", "2500.00", "7500.00"}, {"BetweenAll", "-1.00", "10000.00"},
		} {
			filter := fmt.Sprintf(`[[%q,">",%q]]`, field, share.from)
			if share.to != "" {
				filter = fmt.Sprintf(`[[%q,">",%q],[%q,"<",%q]]`, field, share.from, field, share.to)
			}
			for plan, ranged := range map[string]bool{"kept": false, "own": true} {
				b.Run(field+"/"+share.name+"/"+plan, func(b *testing.B) { s.ranges(b, v, filter, ranged) })
			}
		}
	}
}

// ranges reads the list again and again; a connection keeps a plan from the sixth time on.
func (s *shop) ranges(b *testing.B, v View, filter string, ranged bool) {
	b.Helper()
	mine, err := s.kinds.Mine(b.Context(), s.pool, v, things.Spec)
	if err != nil {
		b.Fatal(err)
	}
	var where SQL
	mine.from(&where, v, access.Scope{All: true})
	order, err := mine.order("", v)
	if err := errors.Join(err, mine.filter(&where, filter, v, false)); err != nil {
		b.Fatal(err)
	}
	where.ranged = ranged
	l := lister{mine, s.kinds, v, []*Field{mine.by["name"], mine.by["price"]}, order, &where, 50}
	again := func() {
		if _, err := l.run(b.Context(), s.pool, nil, true); err != nil {
			b.Fatal(err)
		}
	}
	for range 6 {
		again()
	}
	for b.Loop() {
		again()
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
