package embedded

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// openLog opens a server's log for adding, and starts it anew once it is large.
func openLog(name string) (*os.File, error) {
	const large = 16 << 20
	flags := os.O_RDWR | os.O_CREATE | os.O_APPEND
	if info, err := os.Stat(name); err == nil && info.Size() > large {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o640)
	if err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	return f, nil
}

// words is what a server said before it ended.
type words struct {
	line       string
	heldMemory bool // processes of the one before it are still there
}

func lastWords(name string, from int64) words {
	f, err := os.Open(name)
	if err != nil {
		return words{line: err.Error()}
	}
	defer func() { _ = f.Close() }()
	raw, err := io.ReadAll(io.NewSectionReader(f, from, 1<<20))
	if err != nil {
		return words{line: err.Error()}
	}
	w := words{line: "it said nothing"}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	for _, l := range lines {
		if strings.Contains(l, "pre-existing shared memory block") {
			w.heldMemory = true
		}
		if _, said, ok := strings.Cut(l, "FATAL:"); ok {
			w.line = strings.TrimSpace(said)
		}
	}
	if w.line == "it said nothing" && lines[len(lines)-1] != "" {
		w.line = lines[len(lines)-1]
	}
	return w
}
