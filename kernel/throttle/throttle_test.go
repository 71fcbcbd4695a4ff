package throttle_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"forecourt/kernel/testdb"
	"forecourt/kernel/throttle"
)

func client(t *testing.T, o *redis.Options) *redis.Client {
	t.Helper()
	c := redis.NewClient(o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func count(t *testing.T, l *throttle.Limit, who string, n int) {
	t.Helper()
	for range n {
		l.Count(t.Context(), who)
	}
}

func TestLimit(t *testing.T) {
	o := testdb.Redis(t)
	one, other := throttle.New(client(t, o), "test", 5, time.Minute), throttle.New(client(t, o), "test", 5, time.Minute)
	count(t, one, "192.0.2.1", 4)
	if w := one.Wait(t.Context(), "192.0.2.1"); w != 0 {
		t.Errorf("after four: %s", w)
	}
	count(t, other, "192.0.2.1", 1)
	t.Run("ReplicasCountTogether", func(t *testing.T) {
		for _, l := range []*throttle.Limit{one, other} {
			if w := l.Wait(t.Context(), "192.0.2.1"); w <= 0 || w > time.Minute {
				t.Errorf("%s", w)
			}
		}
	})
	t.Run("OthersAreFree", func(t *testing.T) {
		if w := one.Wait(t.Context(), "192.0.2.2"); w != 0 {
			t.Errorf("%s", w)
		}
		if w := throttle.New(client(t, o), "other", 5, time.Minute).Wait(t.Context(), "192.0.2.1"); w != 0 {
			t.Errorf("another limit: %s", w)
		}
	})
}

func TestWithoutRedis(t *testing.T) {
	for name, c := range map[string]redis.UniversalClient{"Away": redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"}), "None": nil} {
		t.Run(name, func(t *testing.T) {
			l := throttle.New(c, "test", 3, time.Minute)
			count(t, l, "192.0.2.1", 2)
			if w := l.Wait(t.Context(), "192.0.2.1"); w != 0 {
				t.Errorf("after two: %s", w)
			}
			count(t, l, "192.0.2.1", 1)
			if w := l.Wait(t.Context(), "192.0.2.1"); w <= 0 || w > time.Minute {
				t.Errorf("after three: %s", w)
			}
		})
	}
}

func TestAForgetfulRedisGivesNoFreshStart(t *testing.T) {
	o := testdb.Redis(t)
	c := client(t, o)
	l := throttle.New(c, "test", 3, time.Minute)
	count(t, l, "192.0.2.1", 3)
	if err := c.FlushDB(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if l.Wait(t.Context(), "192.0.2.1") == 0 {
		t.Error("free after a flush")
	}
}

func TestTheWindowEnds(t *testing.T) {
	l := throttle.New(client(t, testdb.Redis(t)), "test", 1, 50*time.Millisecond)
	count(t, l, "192.0.2.1", 1)
	for l.Wait(t.Context(), "192.0.2.1") > 0 { // ends, or the test does not
		time.Sleep(10 * time.Millisecond)
	}
}
