// Package clock holds calendar days and the times a tenant lives in. Code takes "now" from its transaction, never from the machine.
package clock

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// China is the time zone in which a tenant counts its days, until it chooses another.
var China = time.FixedZone("Asia/Shanghai", 8*60*60)

// Day is a calendar day, "2026-11-24"; the empty Day is no day.
type Day string

const layout = "2006-01-02"

// DayOf returns the day of t in zone.
func DayOf(t time.Time, zone *time.Location) Day { return Day(t.In(zone).Format(layout)) }

// ParseDay reads a day between 1900 and 2199.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 1900 || t.Year() > 2199 {
		return "", fmt.Errorf("day %q: want YYYY-MM-DD between 1900 and 2199", s)
	}
	return Day(s), nil
}

// Add returns the day n days after d. d must not be empty.
func (d Day) Add(n int) Day {
	t, err := time.Parse(layout, string(d))
	if err != nil {
		return d
	}
	return Day(t.AddDate(0, 0, n).Format(layout))
}

// Start returns the first instant of d in zone.
func (d Day) Start(zone *time.Location) time.Time {
	t, err := time.ParseInLocation(layout, string(d), zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// UnmarshalJSON reads a day; null and "" are no day.
func (d *Day) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	*d = ""
	if s == nil || *s == "" {
		return nil
	}
	day, err := ParseDay(*s)
	*d = day
	return err
}

// Value stores a day, or NULL.
func (d Day) Value() (driver.Value, error) {
	if d == "" {
		return nil, nil
	}
	return string(d), nil
}

// Scan reads a date in PostgreSQL's text, or NULL.
func (d *Day) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = ""
	case string:
		*d = Day(v)
	case []byte:
		*d = Day(v)
	case time.Time:
		*d = Day(v.Format(layout))
	default:
		return fmt.Errorf("day: cannot scan %T", src)
	}
	return nil
}

// Schema is the form of a Day in the OpenAPI document.
func (Day) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date", Pattern: `^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$`, PatternDescription: "date", Examples: []any{"2026-11-24"}}
}
