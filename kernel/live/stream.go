package live

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

// beat is how often an idle stream is written to: so a screen that went away is found, and proxies keep the line open.
const beat = 15 * time.Second

// noticeKind is touched, with the person's id, when a new notice was written.
const noticeKind = "notice"

// Routes registers the event stream. It carries no values: a screen that hears of a change reads what it shows again.
func (h *Hub) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "live", Method: http.MethodGet, Path: "/live", Permission: rest.SignedIn, Summary: "Server-sent events: change, notice"},
		func(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
			v := record.ViewOf(ctx)
			return &huma.StreamResponse{Body: func(hc huma.Context) {
				messages, stop := h.Subscribe(v.Tenant, v.User)
				c := humafiber.Unwrap(hc)
				c.Set("Content-Type", "text/event-stream")
				c.Set("Cache-Control", "no-cache")
				c.Set("X-Accel-Buffering", "no")
				c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
					defer stop()
					pump(w, messages, v.User, v.Set)
				})
			}}, nil
		})
}

// pump writes until the screen goes away or the hub ends.
func pump(w *bufio.Writer, messages <-chan Message, user uuid.UUID, set *access.Set) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	_, _ = w.WriteString(": hello\n\n")
	for w.Flush() == nil {
		select {
		case m, ok := <-messages:
			if !ok {
				return
			}
			write(w, m, user, set)
		case <-tick.C:
			_, _ = w.WriteString(": beat\n\n")
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
	if m.Type == TypeChange && !set.Has(access.Permission(m.Kind+":read")) {
		return
	}
	b, err := json.Marshal(m)
	if err != nil {
		return
	}
	_, _ = fmt.Fprintf(w, "event: %s\ndata: %s\n\n", m.Type, b)
}
