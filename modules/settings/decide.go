package settings

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/parameter"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Kind is the kind of the lines that changes leave in the history. Their record is the unit that decided.
const Kind = "parameter"

// Decision is what a level decides about a parameter.
type Decision struct {
	Unit   uuid.UUID // a company; uuid.Nil: the group
	Value  json.RawMessage
	Locked bool
}

// Set decides a parameter for the group or a company, from the next use on. Version is that of the level's step. It returns
// ErrUnknown, ErrUnit, ErrLevel, ErrLocked, ErrNoLock, record.ErrStale, a fault of the value, or a denied fault.
func (s *Service) Set(ctx context.Context, a tenants.Actor, key string, version int, d Decision) (Setting, error) {
	return s.decide(ctx, a, key, version, d.Unit, func(spec *parameter.Spec, level parameter.Level) (row, error) {
		value, err := accept(spec, level, d)
		return row{Value: value, Locked: d.Locked}, err
	})
}

func accept(spec *parameter.Spec, level parameter.Level, d Decision) (json.RawMessage, error) {
	if d.Locked && !spec.MayBeLocked(level) {
		return nil, ErrNoLock.At("locked")
	}
	value, err := spec.Accept(d.Value)
	return value, at(err, "value")
}

// Unset takes a decision back, with its lock: what is decided above holds again. It returns ErrUnset and the errors of Set.
func (s *Service) Unset(ctx context.Context, a tenants.Actor, key string, version int, unit uuid.UUID) (Setting, error) {
	return s.decide(ctx, a, key, version, unit, func(*parameter.Spec, parameter.Level) (row, error) { return row{}, nil })
}

func (s *Service) decide(ctx context.Context, a tenants.Actor, key string, version int, unit uuid.UUID, do func(*parameter.Spec, parameter.Level) (row, error)) (now Setting, err error) {
	spec := parameter.Find(key)
	if spec == nil {
		return now, ErrUnknown
	}
	err = s.db.Do(ctx, a, func(tx tenants.Tx) error {
		edits, err := tx.Can("parameter:edit")
		if err != nil {
			return err
		}
		p, err := placeOf(ctx, tx, edits, unit)
		switch {
		case err != nil:
			return err
		case !covers(edits, p, p.level()):
			return rest.ErrDenied
		case !spec.MayBeSet(p.level()):
			return ErrLevel.With(spec.Label)
		}
		// One decision about a parameter at a time in a group: a lock above and a value below do not miss each other.
		if err := tx.Later(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 3))", tx.Tenant.String()+key); err != nil {
			return err
		}
		was, err := one(ctx, tx, p, spec)
		if err != nil {
			return err
		}
		if by := was.heldAbove(p.level()); by != "" {
			return ErrLocked.With(spec.Label, levelNames[by])
		}
		next, err := do(spec, p.level())
		if err != nil {
			return err
		}
		if spec.OnlyMore && next.Value != nil {
			if err := spec.AtLeast(next.Value, was.above(p.level())); err != nil {
				return at(err, "value")
			}
		}
		if err := put(ctx, tx, p, spec, was.Chain[len(was.Chain)-1], version, next); err != nil {
			return err
		}
		now, err = one(ctx, tx, p, spec)
		return err
	})
	return now, err
}

func one(ctx context.Context, tx tenants.Tx, p place, spec *parameter.Spec) (Setting, error) {
	all, err := read(ctx, tx, p, []*parameter.Spec{spec})
	if err != nil {
		return Setting{}, err
	}
	return all[0], nil
}

// put writes next over was, the step of the place's own level, with its line of history. The same again is no change.
func put(ctx context.Context, tx tenants.Tx, p place, spec *parameter.Spec, was Step, version int, next row) error {
	switch {
	case was.Version != version:
		return record.ErrStale
	case next.Value == nil && was.Value == nil:
		return ErrUnset
	case bytes.Equal(next.Value, was.Value) && next.Locked == was.Locked:
		return nil
	}
	unit := p.at(p.level())
	var saved int
	err := tx.NewRaw(`INSERT INTO parameters AS p (tenant_id, key, unit_id, level, value, locked, version) VALUES (?0, ?1, ?2, ?3, ?4::jsonb, ?5, 2)
		ON CONFLICT (tenant_id, key, unit_id) DO UPDATE SET value = excluded.value, locked = excluded.locked, version = p.version + 1 WHERE p.version = ?6 RETURNING version`,
		tx.Tenant, spec.Key, unit, p.level(), text(next.Value), next.Locked, version).Scan(ctx, &saved)
	if errors.Is(err, sql.ErrNoRows) { // somebody was faster
		return record.ErrStale
	}
	if err != nil {
		return fmt.Errorf("decide %s: %w", spec.Key, err)
	}
	name := p.rootName
	if p.unit != uuid.Nil {
		name = p.unitName
	}
	facts := func(value json.RawMessage, locked bool) map[string]any {
		out := map[string]any{"parameter": spec.Key, "unit": name, "locked": locked}
		if value != nil {
			out["value"] = value
		}
		return out
	}
	action := "set"
	if next.Value == nil {
		action = "unset"
	}
	return record.WriteHistory(ctx, tx.Tx, Kind, unit, saved, action, facts(was.Value, was.Locked), facts(next.Value, next.Locked))
}

// text is a JSON value as an argument; nil stays NULL.
func text(raw json.RawMessage) any {
	if raw == nil {
		return nil
	}
	return string(raw)
}
