package live

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

const (
	// look is how often a stream asks about its session: one that was ended ends within it.
	look = 2 * time.Second
	// beat is after how many looks a stream is written to: so a screen that went away is found, and proxies keep the line open.
	beat = 7
)

// noticeKind is touched, with the person's id, when a new notice was written.
const noticeKind = "notice"

// Declarations is touched when what kinds look like changed: everybody reads them again, and it tells nothing that a reader may not know.
const Declarations = "kinds"

// Watch returns what tells, of the call that ctx serves, what its caller may do by now, or the fault of a session that is over.
type Watch func(ctx context.Context) func() (*access.Set, error)

// Routes registers the event stream. It carries no values: a screen that hears of a change reads what it shows again.
func (h *Hub) Routes(api *rest.API, watch Watch) {
	rest.Register(api, rest.Operation{ID: "live", Method: http.MethodGet, Path: "/live", Permission: rest.SignedIn, Summary: "Server-sent events: change, notice"},
		func(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
			v, now := record.ViewOf(ctx), watch(ctx)
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				messages, stop := h.Subscribe(v.Tenant, v.User)
				c := humafiber.Unwrap(hc)
				c.Set("Content-Type", "text/event-stream")
				c.Set("Cache-Control", "no-cache")
				c.Set("X-Accel-Buffering", "no")
				c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
					defer stop()
					tick := time.NewTicker(look)
					defer tick.Stop()
					pump(w, messages, tick.C, v, now)
				})
			}}, nil
		})
}

// pump writes until the screen goes away, its session is over or the hub ends. At each tick it asks what the reader may do by now; a
// database that is away ends no stream.
func pump(w *bufio.Writer, messages <-chan Message, tick <-chan time.Time, v record.View, now func() (*access.Set, error)) {
	set := v.Set
	_, _ = w.WriteString(": hello\n\n")
	looks := 0
	for w.Flush() == nil {
		select {
		case m, ok := <-messages:
			if !ok {
				return
			}
			write(w, m, v.User, set)
		case <-tick:
			fresh, err := now()
			if over := (*fault.Fault)(nil); errors.As(err, &over) {
				return
			}
			if err == nil {
				set = fresh
			}
			if looks++; looks%beat == 0 {
				_, _ = w.WriteString(": beat\n\n")
			}
		}
	}
}

func write(w *bufio.Writer, m Message, user uuid.UUID, set *access.Set) {
	if m.Kind == noticeKind {
		if m.ID != user {
			return
		}
		m = Message{Type: TypeNotice}
	}
	if m.Type == TypeChange && m.Kind != Declarations && !set.Has(access.Permission(m.Kind+":read")) {
		return
	}
	b, err := json.Marshal(m)
	if err != nil {
		return
	}
	_, _ = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", m.Type, b)
}
