package workers

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"forecourt/kernel/clock"
)

// quiet is how long a library is not listened to after it spoke: while Redis is away, every connection of every pool complains.
const quiet = time.Minute

// quietLog writes what a library has to say into our log, as a warning and once a minute. What became of the rows is said by
// this package itself.
type quietLog struct {
	to   *slog.Logger
	who  string
	now  func() time.Time
	only sync.Mutex

	spoke  time.Time
	unsaid int
}

func newQuietLog(to *slog.Logger, who string) *quietLog {
	return &quietLog{to: to, who: who, now: clock.Now}
}

func (l *quietLog) say(text string) {
	l.only.Lock()
	defer l.only.Unlock()
	now := l.now()
	if !l.spoke.IsZero() && now.Sub(l.spoke) < quiet {
		l.unsaid++
		return
	}
	l.to.Warn(l.who, "text", text, "unsaid", l.unsaid)
	l.spoke, l.unsaid = now, 0
}

var redisLogger sync.Once

// LogRedis writes what go-redis has to say about connections into log instead of to stderr. The logger belongs to the process,
// so the first one stays.
func LogRedis(log *slog.Logger) {
	redisLogger.Do(func() { redis.SetLogger(redisLog{newQuietLog(log, "redis")}) })
}

type redisLog struct{ *quietLog }

// Printf is what go-redis calls.
func (l redisLog) Printf(_ context.Context, format string, args ...any) {
	l.say(fmt.Sprintf(format, args...))
}

// queueLog is what Asynq calls. Its errors are outages of Redis, which need nobody.
type queueLog struct{ *quietLog }

func (l queueLog) Debug(...any)      {}
func (l queueLog) Info(...any)       {}
func (l queueLog) Warn(args ...any)  { l.say(fmt.Sprint(args...)) }
func (l queueLog) Error(args ...any) { l.say(fmt.Sprint(args...)) }
func (l queueLog) Fatal(args ...any) { l.say(fmt.Sprint(args...)) }
