package workers

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"forecourt/kernel/database"
	"forecourt/kernel/job"
)

func TestOnlyWhatIsListenedToKicks(t *testing.T) {
	t.Parallel()
	h := job.Handlers{}
	h.On("handover.create", "test", func(context.Context, job.Task) error { return nil })
	w := New(nil, redis.NewClient(&redis.Options{}), h, Options{})
	for kind, want := range map[string]int{"customer": 0, "handover": 1, "handover.create": 0, "": 0} {
		w.Touched(uuid.New(), []database.Touch{{Kind: "user"}, {Kind: kind}})
		w.Touched(uuid.New(), []database.Touch{{Kind: kind}}) // a second one changes nothing, and must not block
		if got := len(w.kick); got != want {
			t.Errorf("%q: %d kicks, want %d", kind, got, want)
		}
		if want == 1 {
			<-w.kick
		}
	}
}
