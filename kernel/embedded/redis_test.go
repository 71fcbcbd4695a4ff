package embedded_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"forecourt/kernel/embedded"
)

func startRedis(t *testing.T, dir string) (*embedded.Redis, *redis.Client) {
	t.Helper()
	r, err := embedded.StartRedis(t.Context(), dir, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	o, err := redis.ParseURL(r.URL())
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	t.Cleanup(func() {
		_ = c.Close()
		if err := r.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return r, c
}

func TestRedis(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{filepath.Join(folder(t), "redis"), filepath.Join(folder(t), strings.Repeat("long-name/", 15), "redis")} {
		r, c := startRedis(t, dir)
		if err := c.Set(t.Context(), "word", "kept", 0).Err(); err != nil {
			t.Fatal(err)
		}
		if _, err := embedded.StartRedis(t.Context(), dir, slog.New(slog.DiscardHandler)); !errors.Is(err, embedded.ErrBusy) {
			t.Fatalf("got %v, want ErrBusy", err)
		}
		if err := r.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		_, c = startRedis(t, dir)
		if got, err := c.Get(t.Context(), "word").Result(); err != nil || got != "kept" {
			t.Fatalf("got %q, %v", got, err)
		}
	}
}

func TestRedisInside(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // a machine without redis-server
	_, c := startRedis(t, folder(t))
	if err := c.Set(t.Context(), "word", "soon gone", 300*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(5 * time.Second)
	for c.Exists(t.Context(), "word").Val() == 1 {
		if time.Now().After(deadline) {
			t.Fatal("the key never expires")
		}
		time.Sleep(20 * time.Millisecond)
	}
}
