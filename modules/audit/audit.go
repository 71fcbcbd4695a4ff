// Package audit answers who did what, when and from where, across all kinds of records, and proves that no line of the history
// was changed, removed or slipped in.
package audit

import (
	"maps"
	"slices"

	"forecourt/kernel/record"
	"forecourt/tenants"
)

// Service reads the history and keeps its chain.
type Service struct {
	db    *tenants.DB
	kinds *record.Registry
	names []string // of every kind that a line can have
}

// New makes the service. kinds are all declared kinds of record; like a wrong declaration, a wrong list panics at start-up.
func New(db *tenants.DB, kinds ...*record.Spec) *Service {
	registry, err := record.NewRegistry(kinds...)
	if err != nil {
		panic("audit: " + err.Error())
	}
	s := &Service{db: db, kinds: registry}
	for _, k := range kinds {
		s.names = append(s.names, k.Name)
	}
	s.names = append(s.names, slices.Sorted(maps.Keys(others))...)
	return s
}
