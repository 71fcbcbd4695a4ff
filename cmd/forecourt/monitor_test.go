package main

import (
	"net/http"
	"testing"
	"time"

	"forecourt/tenants"
)

// A session that is ended at one replica is over at every other within two seconds, also at one that has lost Redis.
func TestASessionEndsOnEveryReplica(t *testing.T) {
	p, db := healthy(t)
	here, there, alone := replica(t, db, p.redis), replica(t, db, p.redis), replica(t, db, noRedis)
	const password = "Fuben-2026"
	_, err := here.app.platform.Open(t.Context(), tenants.OpenInput{Code: "hengtong", Name: "恒通汽车集团", StartDate: "2026-01-01", Administrator: tenants.UserInput{Login: "admin", Name: "郑敏", Password: password}})
	if err != nil {
		t.Fatal(err)
	}
	sign := func() (string, tenants.Actor) {
		token, a, err := here.app.tenants.SignIn(t.Context(), tenants.SignInput{Tenant: "hengtong", Login: "admin", Password: password, Address: "192.0.2.9"})
		if err != nil {
			t.Fatal(err)
		}
		return token, a
	}
	me := func(h *house, token string) int {
		status, _ := h.answer(t, token, call{method: http.MethodGet, path: "/session"})
		return status
	}
	for name, from := range map[string]*house{"AtOneWithRedis": here, "AtTheOneWithout": alone} {
		t.Run(name, func(t *testing.T) {
			admin, _ := sign()
			token, a := sign()
			for _, h := range []*house{here, there, alone} { // each keeps the actor now
				if status := me(h, token); status != http.StatusOK {
					t.Fatalf("before: %d", status)
				}
			}
			began := time.Now()
			if status, body := from.answer(t, admin, call{method: http.MethodPost, path: "/monitor/sessions/" + a.Session.String() + "/end"}); status != http.StatusNoContent {
				t.Fatalf("%d %s", status, body)
			}
			for name, h := range map[string]*house{"here": here, "there": there, "alone": alone} {
				for me(h, token) != http.StatusUnauthorized {
					if time.Since(began) > 2*time.Second {
						t.Fatalf("%s: it lives on after %s", name, time.Since(began))
					}
					time.Sleep(10 * time.Millisecond)
				}
			}
			t.Logf("over everywhere after %s", time.Since(began).Round(time.Millisecond))
			if status := me(there, admin); status != http.StatusOK {
				t.Errorf("the other session ended, too: %d", status)
			}
		})
	}
}
