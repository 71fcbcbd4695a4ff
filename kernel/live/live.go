// Package live tells open screens and other replicas what just changed, over Redis pub/sub. A notice may get lost: who
// misses one reads the truth again a little later. This process hears its own notices without Redis.
package live

import (
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"forecourt/kernel/database"
)

const (
	channel = "forecourt:live"
	// outgoing is how many notices wait for a slow Redis before the oldest are dropped.
	outgoing = 1024
	// unread is how many messages wait for a slow screen before the oldest are dropped.
	unread = 64
)

// Type says what a message is about.
type Type string

// The types of messages.
const (
	TypeChange Type = "change" // a record changed
	TypeNotice Type = "notice" // the user has a new notice
)

// Message is what a screen hears. Kind and ID name the changed record.
type Message struct {
	Type Type      `json:"type"`
	Kind string    `json:"kind,omitempty"`
	ID   uuid.UUID `json:"id,omitzero"`
}

// Hub passes notices between the code that changes, the screens of this process, and other processes.
type Hub struct {
	client  redis.UniversalClient
	log     *slog.Logger
	self    uuid.UUID // tells our own notices apart when Redis returns them
	out     chan notice
	dropped atomic.Int64 // since the last notice that got through

	mu      sync.RWMutex
	screens map[uuid.UUID]map[*screen]func() // by tenant, each with what ends it
	closed  bool
	stale   []func(uuid.UUID)
}

// notice is what travels between processes.
type notice struct {
	From    uuid.UUID        `json:"from"`
	Tenant  uuid.UUID        `json:"tenant"`
	Touched []database.Touch `json:"touched,omitempty"`
	User    uuid.UUID        `json:"user,omitzero"`
	Stale   bool             `json:"stale,omitempty"`
}

// New makes a hub. It connects when it runs; client stays the caller's to close.
func New(client redis.UniversalClient, log *slog.Logger) *Hub {
	return &Hub{client: client, log: log, self: uuid.New(), out: make(chan notice, outgoing), screens: map[uuid.UUID]map[*screen]func(){}}
}

// Announce tells everyone in tenant which records changed. It never blocks, and fits tenants.NewDB.
func (h *Hub) Announce(tenant uuid.UUID, touched []database.Touch) {
	if len(touched) > 0 {
		h.tell(notice{Tenant: tenant, Touched: touched})
	}
}

// Notice tells a user that a notice waits. It never blocks.
func (h *Hub) Notice(tenant, user uuid.UUID) { h.tell(notice{Tenant: tenant, User: user}) }

// Stale tells every process that grants, postings or sessions of tenant changed. This process has dropped what it kept
// when Stale returns; others follow.
func (h *Hub) Stale(tenant uuid.UUID) { h.tell(notice{Tenant: tenant, Stale: true}) }

// OnStale has fn called for every tenant that grew stale, here or elsewhere. fn must not block.
func (h *Hub) OnStale(fn func(tenant uuid.UUID)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stale = append(h.stale, fn)
}

func (h *Hub) tell(n notice) {
	n.From = h.self
	h.deliver(n)
	for {
		select {
		case h.out <- n:
			return
		default:
		}
		select {
		case <-h.out:
			if h.dropped.Add(1) == 1 {
				h.log.Warn("live notices are being dropped: Redis is too slow or away")
			}
		default:
		}
	}
}

// deliver passes n to the screens and listeners of this process.
func (h *Hub) deliver(n notice) {
	if n.Stale {
		h.mu.RLock()
		listeners := h.stale
		h.mu.RUnlock()
		for _, fn := range listeners {
			fn(n.Tenant)
		}
		return
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	for s := range h.screens[n.Tenant] {
		if n.User != uuid.Nil && s.user == n.User {
			s.put(Message{Type: TypeNotice})
		}
		for _, t := range n.Touched {
			s.put(Message{Type: TypeChange, Kind: t.Kind, ID: t.ID})
		}
	}
}

func (h *Hub) receive(payload string) {
	var n notice
	if err := json.Unmarshal([]byte(payload), &n); err != nil {
		h.log.Warn("live notice of another program", "error", err)
		return
	}
	if n.From != h.self {
		h.deliver(n)
	}
}
