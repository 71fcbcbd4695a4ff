package record

import (
	"context"
	"testing"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
)

// Only a range makes a plan of its own worth its planning: what it leaves depends on its bounds, which a kept plan does not know.
func TestARangeIsPlannedForItsBounds(t *testing.T) {
	s := newShop(t)
	v := s.view(s.ours)
	for filter, want := range map[string]bool{
		``:                        false,
		`[["name","=","一"]]`:      false,
		`[["tone","in",["red"]]]`: false,
		`[["price",">","1.00"]]`:  true,
		`[["or",["name","=","一"],["day","<=","2026-01-01"]]]`: true,
	} {
		var where SQL
		things.from(&where, v, access.Scope{All: true})
		order, err := things.order("", v)
		if err != nil {
			t.Fatal(err)
		}
		if err := things.filter(&where, filter, v, false); err != nil {
			t.Fatal(err)
		}
		l := lister{things.Spec, s.kinds, v, nil, order, &where, 1}
		if q := l.query(nil, false, 1); q.Custom != want {
			t.Errorf("%s: a plan of its own %t, want %t", filter, q.Custom, want)
		}
	}
	// The setting ends with its transaction: the next list of the same connection has its kept plans again.
	s.add(s.ours, "一", "2026-01-01")
	for range 3 {
		if got := s.names(v, ListInput{Limit: 1, Filter: `[["price",">","1.00"]]`, Fields: []string{"name"}, Count: true}); len(got) != 1 {
			t.Errorf("%v", got)
		}
		var mode string
		if err := s.do(s.ours, func(ctx context.Context, tx database.Tx) error {
			return tx.QueryRowContext(ctx, "SHOW plan_cache_mode").Scan(&mode)
		}); err != nil || mode == "force_custom_plan" {
			t.Errorf("%q %v", mode, err)
		}
	}
}
