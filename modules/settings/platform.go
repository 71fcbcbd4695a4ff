package settings

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/parameter"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// PlatformList reads every parameter as the platform has decided it, for operators.
func (s *Service) PlatformList(ctx context.Context) (items []Setting, err error) {
	items = []Setting{}
	err = s.db.Platform(ctx, func(tx bun.Tx) error {
		for _, spec := range parameter.Declared() {
			one, err := platformSetting(ctx, tx, spec)
			if err != nil {
				return err
			}
			items = append(items, one)
		}
		return nil
	})
	return items, err
}

func platformSetting(ctx context.Context, tx bun.Tx, spec *parameter.Spec) (Setting, error) {
	r := row{Key: spec.Key}
	err := tx.NewSelect().TableExpr("platform_parameters").ColumnExpr("value, locked, version").Where("key = ?", spec.Key).Scan(ctx, &r.Value, &r.Locked, &r.Version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Setting{}, fmt.Errorf("parameter %s of the platform: %w", spec.Key, err)
	}
	s := settingOf(spec)
	step := stepOf(spec, parameter.Platform, r)
	step.Editable = true
	s.Chain = append(s.Chain, step)
	if r.Value != nil {
		s.settle(string(parameter.Platform), r.Value)
	}
	return s, nil
}

// SetPlatform decides a parameter for every group, from its next use on; groups keep what they decided themselves unless it is
// locked. A decision without a value takes the platform's back. It returns ErrUnknown, ErrUnset, ErrNoLock, record.ErrStale or a
// fault of the value.
func (s *Service) SetPlatform(ctx context.Context, key string, version int, d *Decision) (now Setting, err error) {
	spec := parameter.Find(key)
	if spec == nil {
		return now, ErrUnknown
	}
	next := row{}
	if d != nil {
		if next.Value, err = accept(spec, parameter.Platform, *d); err != nil {
			return now, err
		}
		next.Locked = d.Locked
	}
	err = s.db.Platform(ctx, func(tx bun.Tx) error {
		before, err := platformSetting(ctx, tx, spec)
		if err != nil {
			return err
		}
		was := before.Chain[0]
		switch {
		case was.Version != version:
			return record.ErrStale
		case next.Value == nil && was.Value == nil:
			return ErrUnset
		case bytes.Equal(next.Value, was.Value) && next.Locked == was.Locked:
			now = before
			return nil
		}
		r, err := tx.NewRaw(`INSERT INTO platform_parameters AS p (key, value, locked, version) VALUES (?0, ?1::jsonb, ?2, 2)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value, locked = excluded.locked, version = p.version + 1 WHERE p.version = ?3`, key, text(next.Value), next.Locked, version).Exec(ctx)
		if err != nil {
			return fmt.Errorf("decide %s for the platform: %w", key, err)
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 { // somebody was faster
			return record.ErrStale.Because(err)
		}
		if err := tenants.LogOperator(ctx, tx, "set_parameter", map[string]any{"parameter": key, "was": was.Value, "now": next.Value, "wasLocked": was.Locked, "nowLocked": next.Locked}); err != nil {
			return err
		}
		now, err = platformSetting(ctx, tx, spec)
		return err
	})
	return now, err
}

// unitID reads an optional id of a unit. It returns ErrUnit at field.
func unitID(given, field string) (uuid.UUID, error) {
	if given == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(given)
	if err != nil {
		return uuid.Nil, ErrUnit.At(field).Because(err)
	}
	return id, nil
}
