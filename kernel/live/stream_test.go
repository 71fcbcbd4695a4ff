package live

import (
	"bufio"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/access"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
)

// A stream outlives the call that opened it, so it asks now and then what its reader may still do.
func TestStreamFollowsItsSession(t *testing.T) {
	t.Parallel()
	over := fault.New(fault.Unauthenticated, "session.over", "登录已失效", "The session is over")
	reads := func(kinds ...string) *access.Set {
		s := &access.Set{Scopes: map[access.Permission]access.Scope{}}
		for _, k := range kinds {
			s.Scopes[access.Permission(k+":read")] = access.Scope{All: true}
		}
		return s
	}
	type answer struct {
		set *access.Set
		err error
	}
	for name, c := range map[string]struct {
		looks  []answer
		want   string // the kinds that came through, one change of each sent after every look
		closed bool
	}{
		"SameRights":      {[]answer{{reads("customer"), nil}}, "customer customer", false},
		"LostARight":      {[]answer{{reads(), nil}}, "customer", false},
		"GotARight":       {[]answer{{reads("customer", "intent"), nil}}, "customer customer intent", false},
		"SessionOver":     {[]answer{{nil, over}}, "customer", true},
		"DatabaseAway":    {[]answer{{nil, errors.New("no route to host")}}, "customer customer", false},
		"OverAfterAnHour": {[]answer{{reads("customer"), nil}, {nil, over}}, "customer customer", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			messages, tick, done := make(chan Message), make(chan time.Time), make(chan struct{})
			var out strings.Builder
			asked := 0
			go func() {
				defer close(done)
				pump(bufio.NewWriter(&out), messages, tick, record.View{User: uuid.New(), Set: reads("customer")}, func() (*access.Set, error) {
					asked++
					return c.looks[asked-1].set, c.looks[asked-1].err
				})
			}()
			send := func() {
				for _, kind := range []string{"customer", "intent"} {
					select {
					case messages <- Message{Type: TypeChange, Kind: kind, ID: uuid.New()}:
					case <-done:
					}
				}
			}
			send()
			for range c.looks {
				tick <- time.Time{}
				send()
			}
			select {
			case <-done:
				if !c.closed {
					t.Error("the stream ended")
				}
			default:
				if c.closed {
					t.Error("the stream goes on")
				}
				close(messages)
				<-done
			}
			var got []string
			for _, line := range strings.Split(out.String(), "\n") {
				for _, kind := range []string{"customer", "intent"} {
					if strings.Contains(line, `"kind":"`+kind+`"`) {
						got = append(got, kind)
					}
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
