package live

import (
	"sync"

	"github.com/google/uuid"
)

// screen is one subscriber.
type screen struct {
	user uuid.UUID
	mu   sync.Mutex // put may be called by several notices at once
	in   chan Message
}

// put never blocks: a screen that does not read loses its oldest messages.
func (s *screen) put(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.in <- m:
		return
	default:
	}
	select {
	case <-s.in:
	default: // the screen read just now
	}
	s.in <- m // only put writes, so there is room
}

// Subscribe gives what a user's screen hears of their tenant, until the returned function is called; that closes the
// channel and may be called twice. A screen that reads too slowly loses the oldest messages, and should then read anew. After Close
// the channel is closed from the start.
func (h *Hub) Subscribe(tenant, user uuid.UUID) (<-chan Message, func()) {
	s := &screen{user: user, in: make(chan Message, unread)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(s.in)
		return s.in, func() {}
	}
	if h.screens[tenant] == nil {
		h.screens[tenant] = map[*screen]func(){}
	}
	stop := sync.OnceFunc(func() {
		h.mu.Lock() // no notice is being delivered
		defer h.mu.Unlock()
		delete(h.screens[tenant], s)
		if len(h.screens[tenant]) == 0 {
			delete(h.screens, tenant)
		}
		close(s.in)
	})
	h.screens[tenant][s] = stop
	return s.in, stop
}

// Close ends what every screen of this process hears, and of those to come: the process stops, and their browsers turn to another.
func (h *Hub) Close() {
	h.mu.Lock()
	h.closed = true
	var stops []func()
	for _, screens := range h.screens {
		for _, stop := range screens {
			stops = append(stops, stop)
		}
	}
	h.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
}
