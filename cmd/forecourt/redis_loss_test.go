package main

import (
	"log/slog"
	"net/http"
	"testing"

	"forecourt/kernel/config"
	"forecourt/kernel/embedded"
	"forecourt/kernel/testdb"
	"forecourt/tenants"
)

// Sessions are in PostgreSQL: a Redis that forgets all, is away or comes back empty signs nobody out, and nobody in.
func TestSessionsSurviveRedis(t *testing.T) {
	t.Parallel()
	db, dir, log := testdb.New(t), t.TempDir(), slog.New(slog.DiscardHandler)
	start := func() *embedded.Redis {
		t.Helper()
		red, err := embedded.StartRedis(t.Context(), dir, log)
		if err != nil {
			t.Fatal(err)
		}
		return red
	}
	red := start()
	defer func() { _ = red.Stop(t.Context()) }()
	replica := func() *application {
		t.Helper()
		s := &servers{cfg: config.Config{Data: t.TempDir(), Connections: 4, Secret: "a key that all replicas are given"}, appURL: db.AppURL, ownerURL: db.OwnerURL, redisURL: red.URL()}
		app, err := build(s, log)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = app.close() })
		return app
	}
	one := &house{app: replica()}
	_, err := one.app.platform.Open(t.Context(), tenants.OpenInput{Code: "dawn", Name: "晨星汽车", StartDate: "2026-01-01", Administrator: tenants.UserInput{Login: "admin", Name: "郑敏", Password: demoPassword}})
	if err != nil {
		t.Fatal(err)
	}
	kept, ended := one.signIn(t, "dawn", "admin"), one.signIn(t, "dawn", "admin")
	if status, body := one.answer(t, ended, call{method: http.MethodDelete, path: "/session"}); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
	see := func(when string) {
		t.Helper()
		for who, h := range map[string]*house{"the same process": one, "a fresh one": {app: replica()}} {
			for token, want := range map[string]int{kept: http.StatusOK, ended: http.StatusUnauthorized} {
				if status, body := h.answer(t, token, call{method: http.MethodGet, path: "/session"}); status != want {
					t.Errorf("%s, %s: %d %s, want %d", when, who, status, body, want)
				}
			}
			h.signIn(t, "dawn", "admin")
		}
	}
	see("before")
	if err := one.app.redis.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	see("flushed")
	if err := red.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	see("away")
	red = start()
	see("back")
}
