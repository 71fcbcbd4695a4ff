package embedded

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// inside is a Redis in this process. It has no clock of its own: keys expire only when it is told that time went by.
type inside struct {
	server *miniredis.Miniredis
	quit   chan struct{}
	ended  sync.WaitGroup
}

func startInside(log *slog.Logger) (*Redis, error) {
	m := miniredis.NewMiniRedis()
	if err := m.Start(); err != nil {
		return nil, fmt.Errorf("start inside the process: %w", err)
	}
	in := &inside{server: m, quit: make(chan struct{})}
	in.ended.Go(in.age)
	log.Info("redis-server is not installed; queues live in this process and are rebuilt at the next start", "address", m.Addr())
	return &Redis{url: "redis://" + m.Addr() + "/0", log: log, inside: in}, nil
}

// age lets the keys grow older with the machine's clock, however late a tick comes.
func (in *inside) age() {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	last := <-tick.C
	for {
		select {
		case <-in.quit:
			return
		case now := <-tick.C:
			in.server.FastForward(now.Sub(last))
			last = now
		}
	}
}

func (in *inside) stop() {
	close(in.quit)
	in.ended.Wait()
	in.server.Close()
}
