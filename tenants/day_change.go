package tenants

import (
	"github.com/danielgtaylor/huma/v2"

	"forecourt/kernel/clock"
)

// DayChange is a day in a body that says what changes: absent it stays, null takes it away.
type DayChange struct {
	Set bool
	Day clock.Day
}

// UnmarshalJSON is called only for a field that is there, null among them.
func (d *DayChange) UnmarshalJSON(b []byte) error {
	d.Set = true
	return d.Day.UnmarshalJSON(b)
}

// Schema is that of a day, or null.
func (DayChange) Schema(r huma.Registry) *huma.Schema {
	s := clock.Day("").Schema(r)
	s.Nullable = true
	return s
}
