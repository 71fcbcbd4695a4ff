package live

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// publishIn bounds one try to publish, so that notices don't pile up behind a server that does not answer.
const publishIn = 2 * time.Second

// Run joins this hub with those of other processes until ctx ends. One subscription serves the process; it comes back by
// itself when Redis does. What was published in between is lost.
func (h *Hub) Run(ctx context.Context) error {
	subscription := h.client.Subscribe(ctx, channel)
	var reader sync.WaitGroup
	reader.Go(func() {
		for m := range subscription.Channel() {
			h.receive(m.Payload)
		}
	})
	h.publish(ctx)
	err := subscription.Close()
	reader.Wait()
	if err != nil {
		return fmt.Errorf("close live subscription: %w", err)
	}
	return nil
}

// publish logs an outage once, not for every notice that it costs.
func (h *Hub) publish(ctx context.Context) {
	away := false
	for {
		select {
		case <-ctx.Done():
			return
		case n := <-h.out:
			err := h.send(ctx, n)
			if ctx.Err() != nil {
				return
			}
			if err != nil && !away {
				h.log.Warn("live notices stay in this process", "error", err)
			}
			if err == nil {
				if lost := h.dropped.Swap(0); away || lost > 0 {
					h.log.Info("live notices reach other processes again", "dropped", lost)
				}
			}
			away = err != nil
		}
	}
}

func (h *Hub) send(ctx context.Context, n notice) error {
	b, err := json.Marshal(n)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, publishIn)
	defer cancel()
	return h.client.Publish(ctx, channel, b).Err()
}
