package settings

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/parameter"
	"forecourt/tenants"
)

// Change is one decision about a parameter: who, when, and the values before and after.
type Change struct {
	At        time.Time       `json:"at"`
	By        string          `json:"by"`
	UnitID    uuid.UUID       `json:"unitId"`
	UnitName  string          `json:"unitName"`
	Was       json.RawMessage `json:"was,omitempty" doc:"Absent: the level had decided nothing"`
	Now       json.RawMessage `json:"now,omitempty" doc:"Absent: the decision was taken back"`
	WasLocked bool            `json:"wasLocked"`
	NowLocked bool            `json:"nowLocked"`
}

const mostChanges = 100

// History reads the latest decisions of the group, and of the companies that the actor's grant covers, newest first. It returns
// ErrUnknown or a denied fault.
func (s *Service) History(ctx context.Context, a tenants.Actor, key string) ([]Change, error) {
	out := []Change{}
	if parameter.Find(key) == nil {
		return out, ErrUnknown
	}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		reads, err := tx.Can("parameter:read")
		if err != nil {
			return err
		}
		var rows []struct {
			At       time.Time
			By       string
			Unit     uuid.UUID
			Name     string
			Kind     string
			Was, Now json.RawMessage
		}
		err = tx.NewRaw(`SELECT h.at, coalesce(p.name, '') AS by, u.id AS unit, u.name, u.kind, h.was, h.now FROM history h
			JOIN org_units u ON u.tenant_id = h.tenant_id AND u.id = h.record_id LEFT JOIN users p ON p.tenant_id = h.tenant_id AND p.id = h.user_id
			WHERE h.tenant_id = ? AND h.kind = ? AND h.now->>'parameter' = ? ORDER BY h.at DESC, h.id DESC LIMIT ?`, tx.Tenant, Kind, key, mostChanges).Scan(ctx, &rows)
		if err != nil {
			return fmt.Errorf("history of %s: %w", key, err)
		}
		for _, r := range rows {
			if r.Kind != "group" && !reads.Covers(r.Unit, uuid.Nil, uuid.Nil) {
				continue
			}
			c := Change{At: r.At.UTC(), By: r.By, UnitID: r.Unit, UnitName: r.Name}
			if c.Was, c.WasLocked, err = side(r.Was); err != nil {
				return err
			}
			if c.Now, c.NowLocked, err = side(r.Now); err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

func side(raw []byte) (value json.RawMessage, locked bool, err error) {
	var s struct {
		Value  json.RawMessage
		Locked bool
	}
	err = json.Unmarshal(raw, &s)
	return s.Value, s.Locked, err
}
