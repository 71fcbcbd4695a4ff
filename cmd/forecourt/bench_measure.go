package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"forecourt/kernel/clock"
)

// draftsAtFirst is how many drafts a seat gets for the warm-up, which tells how many more it will need.
const draftsAtFirst = 40

// turns is how often a measurement goes from the API to the floor and back: what else the machine does then weighs on both alike.
const turns = 5

// measure drives w through the API and its statements alone, turn by turn, after both have warmed up for a fifth of the time.
func (l *loader) measure(ctx context.Context, w workload) (got, floor measured, err error) {
	for _, s := range l.seats {
		s.drafts = nil
	}
	scripts := map[*seat][]script{}
	for _, s := range l.seats {
		if scripts[s], err = l.listen(ctx, w, s); err != nil {
			return got, floor, err
		}
	}
	callers, plain := make([]*caller, l.in.Connections), make([]*bare, l.in.Connections)
	for i := range callers {
		if callers[i], err = dial(ctx, l.address); err != nil {
			return got, floor, err
		}
		defer func() { err = errors.Join(err, callers[i].conn.Close()) }()
		if plain[i], err = openBare(ctx, l.appURL); err != nil {
			return got, floor, err
		}
		defer func() { err = errors.Join(err, plain[i].pg.Close(context.WithoutCancel(ctx))) }()
	}
	throughAPI := l.turn(func(worker int, s *seat, i int) error {
		request, err := w.request(s, i)
		if err != nil {
			return err
		}
		_, err = ask(callers[worker], request)
		return err
	})
	alone := l.turn(func(worker int, s *seat, i int) error {
		return plain[worker].run(ctx, scripts[s][i%len(scripts[s])])
	})
	if err := l.stockUp(ctx, w, draftsAtFirst); err != nil {
		return got, floor, err
	}
	n := min(l.in.Connections, len(l.seats))
	warm := drive(ctx, n, l.in.For/5, throughAPI).rate() + drive(ctx, n, l.in.For/5, alone).rate()
	const spare = 1.5
	if err := l.stockUp(ctx, w, int(spare*warm*l.in.For.Seconds())/len(l.seats)+1); err != nil {
		return got, floor, err
	}
	for range turns {
		got.add(drive(ctx, n, l.in.For/turns, throughAPI))
		floor.add(drive(ctx, n, l.in.For/turns, alone))
	}
	return got, floor, nil
}

// turn gives a worker every so manieth seat, one after another.
func (l *loader) turn(shoot func(worker int, s *seat, i int) error) func(worker, i int) error {
	n := min(l.in.Connections, len(l.seats))
	return func(worker, i int) error {
		own := (len(l.seats) - worker + n - 1) / n
		return shoot(worker, l.seats[worker+i%own*n], i/own)
	}
}

// ask sends a request and takes anything but 2xx for an error.
func ask(c *caller, request []byte) (answer, error) {
	a, err := c.call(request)
	if err == nil && (a.status < http.StatusOK || a.status > 299) {
		line, _, _ := bytes.Cut(request, []byte(" HTTP/"))
		err = fmt.Errorf("%s: %d %.300s", line, a.status, a.body)
	}
	return a, err
}

// stockUp gives every seat so many drafts more, when w uses them up.
func (l *loader) stockUp(ctx context.Context, w workload, drafts int) error {
	if !w.drafts {
		return nil
	}
	for _, s := range l.seats {
		if err := l.supply(ctx, s, drafts); err != nil {
			return fmt.Errorf("drafts for %s / %s: %w", s.tenant.Code, s.login, err)
		}
	}
	return nil
}

// heard is what the program sent for one request.
type heard struct {
	trips []trip
	since time.Time // when the request began
}

// listen makes a seat's requests through the tap and returns what the program sent for each.
func (l *loader) listen(ctx context.Context, w workload, s *seat) ([]script, error) {
	if _, err := ask(l.tapped, s.pass.request(http.MethodGet, "/customers?limit=1", nil, "")); err != nil { // the second program comes to know the seat
		return nil, err
	}
	if w.drafts {
		const before = 2 // the group takes up its approval flows once, and the program notes it then
		if err := l.supply(ctx, s, before+1); err != nil {
			return nil, err
		}
		for range before {
			request, err := w.request(s, 0)
			if err == nil {
				_, err = ask(l.tapped, request)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	times := 1
	if w.blanks == nil {
		times = len(s.people)
	}
	var scripts []script
	for i := range times {
		since := clock.Now()
		request, err := w.request(s, i)
		if err != nil {
			return nil, err
		}
		var a answered
		trips, err := l.tap.record(func() error {
			got, err := ask(l.tapped, request)
			if err == nil && w.blanks != nil {
				err = json.Unmarshal(got.body, &a)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		x := script{}
		if w.blanks != nil {
			x, err = w.blanks(l, s, heard{trips, since}, a)
		} else {
			for _, t := range trips {
				x.steps = append(x.steps, step{trip: t, pieces: []string{t.text}})
			}
		}
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, x)
	}
	return scripts, nil
}
