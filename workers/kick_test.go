package workers_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/event"
	"forecourt/kernel/id"
	"forecourt/tenants"
	"forecourt/workers"
)

// TestCommitIsFollowedAtOnce lets the relay look once in an hour by itself, so that only a kick explains what happens.
func TestCommitIsFollowedAtOnce(t *testing.T) {
	w := newWorld(t, 1)
	o := quick()
	o.Every = time.Hour
	var made *workers.Workers
	pool, err := database.Open(w.appURL, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	db := tenants.NewDB(pool, func(tenant uuid.UUID, touched []database.Touch) { made.Touched(tenant, touched) })
	w.publish(w.tenants[0], "test.nobody") // done without a run, which might kick on its own
	made, _ = w.run(handlers(effect(w.db, 0)), o)
	w.until("the relay had its first look", func() bool { return w.count(openSQL) == 0 })
	err = db.Do(t.Context(), w.actor(w.tenants[0]), func(tx tenants.Tx) error {
		tx.Touch("test", id.New()) // of test.effect
		return event.Publish(t.Context(), tx.Tx, kind, map[string]int{})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.allOnce(1)
}
