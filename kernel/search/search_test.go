package search

import (
	"slices"
	"testing"
)

// found says whether a row with these keys is found by the query.
func found(keys []string, query string) bool {
	part, whole, ok := Query(query)
	if !ok {
		return false
	}
	all := func(want []string) bool {
		return !slices.ContainsFunc(want, func(k string) bool { return !slices.Contains(keys, k) })
	}
	return all(part) || all(whole)
}

func TestFound(t *testing.T) {
	for _, c := range []struct {
		text, query string
		want        bool
	}{
		{"王小明", "小明", true}, {"王小明", "王", true}, {"王小明", "wxm", true}, {"王小明", "xm", true}, {"王小明", "李", false},
		{"重庆长安汽车", "cqca", true}, {"HT-202611-0001", "0001", true}, {"HT-202611-0001", "ht202611", true},
		{"粤B·12345", "粤b12345", true}, {"ＡＢＣ", "abc", true}, {"曾国强", "zgq", true}, {"王小明", " ", false},
	} {
		if got := found(Keys(c.text), c.query); got != c.want {
			t.Errorf("%q by %q: %t, want %t", c.text, c.query, got, c.want)
		}
	}
}

func TestProtectedIsFoundOnlyWholeOrByTail(t *testing.T) {
	keys := Whole("13800138000")
	for query, want := range map[string]bool{"13800138000": true, "8000": true, "138000": true, "138001": false, "1380": false, "00": false, "8": false} {
		if got := found(keys, query); got != want {
			t.Errorf("by %q: %t, want %t", query, got, want)
		}
	}
}
