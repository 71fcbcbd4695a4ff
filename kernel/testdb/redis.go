package testdb

import (
	"context"
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/redis/go-redis/v9"
)

var redisServer = sync.OnceValues(func() (string, error) {
	if named := os.Getenv(RedisVariable); named != "" {
		return named, nil
	}
	s, err := own()
	if err != nil {
		return "", err
	}
	return s.RedisURL(), nil
})

// Redis returns a client's options for an empty database of its own on the test server, emptied again when t ends. Channels
// of PUBLISH are shared by all databases of a server: a test that listens names its tenant in the channel, as the product does.
func Redis(t testing.TB) *redis.Options {
	t.Helper()
	url, err := redisServer()
	if err != nil {
		t.Fatalf("test redis: %v", err)
	}
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatalf("test redis: %v", err)
	}
	ctx := context.Background()
	first := redis.NewClient(o)
	defer func() { _ = first.Close() }()
	n, err := first.Incr(ctx, "databases").Result() // database 0 only counts
	if err != nil {
		t.Fatalf("test redis: %v", err)
	}
	own := *o
	own.DB = 1 + int(n-1)%(databases(ctx, first)-1)
	flush := func() error {
		c := redis.NewClient(&own)
		defer func() { _ = c.Close() }()
		return c.FlushDB(ctx).Err()
	}
	if err := flush(); err != nil {
		t.Fatalf("test redis: %v", err)
	}
	t.Cleanup(func() {
		if err := flush(); err != nil {
			t.Errorf("test redis: %v", err)
		}
	})
	return &own
}

// databases returns how many the server has; one inside the process has no limit and no such setting.
func databases(ctx context.Context, c *redis.Client) int {
	const usual = 16
	found, err := c.ConfigGet(ctx, "databases").Result()
	if err != nil {
		return 1 << 16
	}
	if n, err := strconv.Atoi(found["databases"]); err == nil && n > 1 {
		return n
	}
	return usual
}
