package rest

import (
	"strconv"
	"strings"
	"time"

	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
)

// Closure is why the tenants' operations are closed for a while. Those of the platform's own staff stay open.
type Closure struct {
	Text  fault.Text
	Until time.Time // when it should be over
}

var errShut = fault.New(fault.Unavailable, "platform.maintenance", "系统维护中，请稍后再来", "The system is under maintenance; come back later")

const (
	soonest = 5 * time.Second
	latest  = 10 * time.Minute
)

func (a *API) shut(o Operation) *Closure {
	if a.doors.Shut == nil || strings.HasPrefix(o.Path, "/platform/") {
		return nil
	}
	return a.doors.Shut()
}

// retryAfter is in seconds. An end that was expected and passed is tried again soon.
func (c *Closure) retryAfter() string {
	return strconv.Itoa(int(min(max(c.Until.Sub(clock.Now()), soonest), latest).Seconds()))
}

// Fault is the closure as a fault, for what is not an operation.
func (c *Closure) Fault() error { return errShut }

func (c *Closure) problem(lang string) *Problem {
	until := c.Until.UTC()
	detail := c.Text.In(lang)
	if detail == "" {
		detail = errShut.Message(lang)
	}
	return &Problem{Type: "about:blank", Title: titles[503].In(lang), Status: 503, Detail: detail, Code: errShut.Code, Text: &c.Text, Until: &until}
}
