package workers

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestLibrariesSpeakOnceAMinute(t *testing.T) {
	t.Parallel()
	for who, speak := range map[string]func(*quietLog){
		"redis": func(l *quietLog) {
			redisLog{l}.Printf(t.Context(), "failed to dial after %d attempts: %v", 5, "connection refused")
		},
		"asynq": func(l *quietLog) { queueLog{l}.Error("failed to dial after ", 5, " attempts: ", "connection refused") },
	} {
		t.Run(who, func(t *testing.T) {
			var out bytes.Buffer
			now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
			l := newQuietLog(slog.New(slog.NewTextHandler(&out, nil)), who)
			l.now = func() time.Time { return now }
			for range 120 { // two minutes
				speak(l)
				now = now.Add(time.Second)
			}
			speak(l)
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if len(lines) != 3 || !strings.Contains(lines[0], `level=WARN msg=`+who+` text="failed to dial after 5 attempts: connection refused" unsaid=0`) || !strings.Contains(lines[1], "unsaid=59") {
				t.Error(out.String())
			}
		})
	}
}
