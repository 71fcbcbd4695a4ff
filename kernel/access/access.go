// Package access says what a reader may do and see, already compiled: a map from permission to data scope, and the
// visibility of protected fields. It knows nothing of how grants are kept; the package policies compiles them.
package access

import (
	"slices"

	"github.com/google/uuid"
)

// Permission is a resource and an action, "contract:submit".
type Permission string

// Scope is the set of rows that a grant covers: all rows of the tenant, or the union of companies, departments and one's own.
type Scope struct {
	All         bool
	Companies   []uuid.UUID
	Departments []uuid.UUID
	Owner       uuid.UUID // rows owned by this user; uuid.Nil: no such part
}

// Nothing reports whether s covers no row.
func (s Scope) Nothing() bool {
	return !s.All && len(s.Companies) == 0 && len(s.Departments) == 0 && s.Owner == uuid.Nil
}

// Covers reports whether a row with these scope columns is in s.
func (s Scope) Covers(company, department, owner uuid.UUID) bool {
	return s.All || slices.Contains(s.Companies, company) || slices.Contains(s.Departments, department) ||
		s.Owner != uuid.Nil && s.Owner == owner
}

// Union is the rows of either: the widest of a user's grants counts.
func (s Scope) Union(o Scope) Scope {
	u := Scope{All: s.All || o.All, Owner: s.Owner}
	if u.All {
		return Scope{All: true}
	}
	if o.Owner != uuid.Nil {
		u.Owner = o.Owner
	}
	u.Companies = merge(s.Companies, o.Companies)
	u.Departments = merge(s.Departments, o.Departments)
	return u
}

func merge(a, b []uuid.UUID) []uuid.UUID {
	out := slices.Clone(a)
	for _, id := range b {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// Visibility is how a protected field is shown.
type Visibility int

// From least to most; the widest of a user's roles counts.
const (
	Hidden Visibility = iota
	Masked
	Shown
	Editable // shown, and changed by who may edit the record
)

// Set is everything one user may do in one posting. It is made once, shared, and never changed.
type Set struct {
	Scopes map[Permission]Scope
	Fields map[string]Visibility // by "kind.field"; a protected field without an entry takes its declared default
	Levels map[Permission]string // the name of the widest scope, for people: self, department, company, subtree, group
}

// Scope returns what p covers; ok is false when the user has no such grant.
func (s *Set) Scope(p Permission) (scope Scope, ok bool) {
	if s == nil {
		return Scope{}, false
	}
	scope, ok = s.Scopes[p]
	return scope, ok
}

// Has reports whether p is granted for any row at all.
func (s *Set) Has(p Permission) bool { _, ok := s.Scope(p); return ok }

// Locked reports whether a rule keeps the holder from changing kind's field. Without a rule whoever edits the record changes it.
func (s *Set) Locked(kind, field string) bool {
	if s == nil {
		return false
	}
	v, ruled := s.Fields[kind+"."+field]
	return ruled && v < Editable
}

// Field returns how kind's field is shown, or otherwise when no rule names it.
func (s *Set) Field(kind, field string, otherwise Visibility) Visibility {
	if s != nil {
		if v, ok := s.Fields[kind+"."+field]; ok {
			return v
		}
	}
	return otherwise
}
