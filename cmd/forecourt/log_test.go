package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"forecourt/modules/audit"
)

// TestEveryLineOfTheLogHasWords reads what a whole sale left behind: no reader meets a code.
func TestEveryLineOfTheLogHasWords(t *testing.T) {
	h := newHouse(t)
	han := func(text string) bool {
		return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	kinds, cursor, read := map[string]bool{}, "", 0
	for {
		status, body := h.answer(t, h.tokens["admin"], call{method: http.MethodGet, path: "/log?limit=100&cursor=" + cursor})
		var p audit.Page
		if err := json.Unmarshal(body, &p); err != nil || status != http.StatusOK {
			t.Fatalf("%d %.300s %v", status, body, err)
		}
		for _, i := range p.Items {
			read++
			kinds[i.Kind] = true
			if !han(i.KindLabel.Zh) || !han(i.Action.Zh) || i.KindLabel.En == i.Kind || strings.Contains(i.Action.En, "_") {
				t.Errorf("%s %s %+v %+v: a code", i.ID, i.Kind, i.KindLabel, i.Action)
			}
			for _, c := range i.Changes {
				if !han(c.Label.Zh) && c.Label.Zh != "VIN" {
					t.Errorf("%s of %s: label %+v", c.Field, i.Kind, c.Label)
				}
			}
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	if read < 100 || len(kinds) < 10 {
		t.Errorf("only %d lines of %d kinds", read, len(kinds))
	}
}
