package record

import (
	"context"
	"errors"
	"testing"

	"forecourt/kernel/access"
	"forecourt/kernel/database"
	"forecourt/kernel/fault"
)

// A rule that shows a field without letting it be changed is kept at the one way by which records are written.
func TestALockedFieldStays(t *testing.T) {
	s := newShop(t)
	x := s.add(s.ours, "甲", "2026-11-01")
	version := x.Version
	change := func(level access.Visibility, ruled bool, mobile, name string) error {
		v := s.view(s.ours)
		v.Set = &access.Set{Fields: map[string]access.Visibility{}}
		if ruled {
			v.Set.Fields["thing.mobile"] = level
		}
		return s.do(s.ours, func(ctx context.Context, tx database.Tx) error {
			m, err := things.Find(ctx, tx, access.Scope{All: true}, x.ID)
			if err != nil {
				return err
			}
			before := *m
			m.Mobile, m.Name, m.Version = mobile, name, version
			err = things.Save(WithView(ctx, v), tx, &before, m, "edit")
			if err == nil {
				version = m.Version
			}
			return err
		})
	}
	for _, level := range []access.Visibility{access.Hidden, access.Masked, access.Shown} {
		err := change(level, true, "13900139000", "乙")
		var f *fault.Fault
		if !errors.Is(err, ErrLocked) || !errors.As(err, &f) || f.Field != "mobile" {
			t.Errorf("%d: %v", level, err)
		}
		if err := change(level, true, x.Mobile, "乙"); err != nil {
			t.Errorf("another field: %v", err)
		}
		if err := change(level, true, x.Mobile, "甲"); err != nil {
			t.Errorf("and back: %v", err)
		}
	}
	if err := change(access.Editable, true, "13900139000", "甲"); err != nil {
		t.Errorf("editable: %v", err)
	}
	if err := change(0, false, "13700137000", "甲"); err != nil {
		t.Errorf("without a rule: %v", err)
	}
	v := s.view(s.ours)
	v.Set = &access.Set{Fields: map[string]access.Visibility{"thing.mobile": access.Shown}}
	for _, f := range things.Info(v, s.kinds).Fields {
		if f.Locked != (f.Name == "mobile") {
			t.Errorf("%s: locked is %t", f.Name, f.Locked)
		}
	}
}
