package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// measured is what a phase measured.
type measured struct {
	took   time.Duration
	each   []time.Duration // sorted
	errors int
	first  error
}

// errSupply ends a worker whose supply of records is used up.
var errSupply = errors.New("the supply is used up")

// drive lets n workers shoot one after another for at most d, each as fast as it is answered. i counts the shots of a worker. An error
// is counted, and the worker goes on.
func drive(ctx context.Context, n int, d time.Duration, shoot func(worker, i int) error) measured {
	parts := make([]measured, n)
	var wait sync.WaitGroup
	began := time.Now()
	for w := range n {
		wait.Go(func() {
			p := &parts[w]
			p.each = make([]time.Duration, 0, 1<<14)
			from := time.Now()
			for i := 0; ctx.Err() == nil && from.Sub(began) < d; i++ {
				err := shoot(w, i)
				if errors.Is(err, errSupply) {
					break
				}
				to := time.Now()
				p.each = append(p.each, to.Sub(from))
				from = to
				if err != nil {
					p.errors++
					p.first = err
				}
			}
		})
	}
	wait.Wait()
	var all measured
	for _, p := range parts {
		all.add(p)
	}
	all.took = time.Since(began)
	return all
}

// add puts what another phase measured to what is there.
func (s *measured) add(o measured) {
	s.took += o.took
	s.each = append(s.each, o.each...)
	slices.Sort(s.each)
	s.errors += o.errors
	if s.first == nil {
		s.first = o.first
	}
}

// rate is shots a second.
func (s measured) rate() float64 { return float64(len(s.each)) / max(s.took.Seconds(), 0.001) }

// at is the time within which the share p of the shots was answered, in milliseconds.
func (s measured) at(p float64) float64 {
	if len(s.each) == 0 {
		return 0
	}
	return float64(s.each[min(int(p*float64(len(s.each))), len(s.each)-1)].Microseconds()) / 1000
}

// tableRow is the line of a phase and its floor in the table.
func tableRow(name string, s, floor measured) string {
	return fmt.Sprintf("| %s | %.0f | %.1f | %.1f | %.1f | %d | %.0f | %.1f | %.0f %% |", name, s.rate(), s.at(0.5), s.at(0.95), s.at(0.99), s.errors, floor.rate(), floor.at(0.5), 100*s.rate()/max(floor.rate(), 0.001))
}

const rowHead = "| what | requests/s | p50 ms | p95 ms | p99 ms | errors | floor/s | floor p50 ms | of the floor |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|"
