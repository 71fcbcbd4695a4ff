package screens

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// fieldKind is stored in the history.
const fieldKind = "own_field"

// Fields reads the fields that the group added to a kind. It returns record.ErrOwnKind or a denied fault.
func (s *Service) Fields(ctx context.Context, a tenants.Actor, kind string) (*Fields, error) {
	k, err := s.kind(kind)
	if err != nil {
		return nil, err
	}
	out := &Fields{}
	err = s.db.Read(ctx, a, func(tx tenants.Tx) (err error) {
		if _, err := tx.Can(Read); err != nil {
			return err
		}
		if out.Items, err = fieldsOf(ctx, tx, kind); err != nil {
			return err
		}
		for i := range out.Items {
			if out.Items[i].UsedBy, err = s.usedBy(ctx, tx, k, out.Items, out.Items[i].Key); err != nil {
				return err
			}
		}
		out.Recompute, err = recomputeOf(ctx, tx, kind)
		return err
	})
	if err != nil {
		return nil, err
	}
	out.Slots = slotsOf(out.Items)
	return out, nil
}

// AddField adds a field to a kind. It returns record.ErrOwnKind, ErrKeyTaken, ErrTooMany, ErrSlots, the faults of record.OwnField.Check
// and of formulas, or a denied fault.
func (s *Service) AddField(ctx context.Context, a tenants.Actor, kind string, in NewField) (*Field, error) {
	k, err := s.kind(kind)
	if err != nil {
		return nil, err
	}
	f := Field{ID: id.New(), Version: 1, Key: in.Key, UsedBy: []fault.Text{}}
	f.OwnField = record.OwnField{Key: in.Key, Type: in.Type, Ref: in.Ref, Decimals: in.Decimals}
	in.put(&f.OwnField)
	err = s.shape(ctx, a, func(tx tenants.Tx) error {
		list, err := fieldsOf(ctx, tx, kind)
		switch {
		case err != nil:
			return err
		case slices.ContainsFunc(list, func(o Field) bool { return o.Key == f.Key }):
			return ErrKeyTaken.At("key")
		case len(list) >= maxFields:
			return ErrTooMany
		}
		if err := s.settle(k, &f, in.Filterable, list); err != nil {
			return err
		}
		if err := insertField(ctx, tx, kind, len(list), f); err != nil {
			return err
		}
		if err := begin(ctx, tx, kind, Field{}, f); err != nil {
			return err
		}
		return record.WriteHistory(ctx, tx.Tx, fieldKind, f.ID, 1, "create", nil, facts(kind, f))
	})
	if err != nil {
		return nil, err
	}
	return &f, nil
}

// settle checks f as one of list, which does not hold it, and gives it a slot when it is to be filtered.
func (s *Service) settle(k *record.Spec, f *Field, filterable bool, list []Field) error {
	if err := f.Check(k, s.kinds); err != nil {
		return err
	}
	if filterable && f.Type == record.Text && f.MaxLength > 200 {
		return ErrSlotLong.At("maxLength")
	}
	if !filterable {
		f.Slot = ""
	} else if f.Slot == "" {
		slot, err := freeSlot(f.Type, list)
		if err != nil {
			return err
		}
		f.Slot = slot
	}
	f.Filterable = f.Slot != ""
	_, err := k.With(append(own(list), &f.OwnField))
	return err
}

// find reads a field of this version, its kind, and the other fields of it. It returns ErrNoField or record.ErrStale.
func (s *Service) find(ctx context.Context, tx tenants.Tx, field uuid.UUID, version int) (k *record.Spec, f Field, others []Field, err error) {
	kind, err := kindOf(ctx, tx, field)
	if err != nil {
		return nil, f, nil, err
	}
	if k, err = s.kind(kind); err != nil {
		return nil, f, nil, err
	}
	list, err := fieldsOf(ctx, tx, kind)
	if err != nil {
		return nil, f, nil, err
	}
	i := slices.IndexFunc(list, func(o Field) bool { return o.ID == field })
	switch {
	case i < 0:
		return nil, f, nil, ErrNoField
	case list[i].Version != version:
		return nil, f, nil, record.ErrStale
	}
	f = list[i]
	return k, f, slices.Delete(list, i, i+1), nil
}

// change runs fn on a field of this version and stores what it made of it. It returns ErrNoField, record.ErrStale, or a denied fault.
func (s *Service) change(ctx context.Context, a tenants.Actor, field uuid.UUID, version int, action string, fn func(tx tenants.Tx, k *record.Spec, f *Field, others []Field) error) (*Field, error) {
	var f Field
	err := s.shape(ctx, a, func(tx tenants.Tx) error {
		k, before, others, err := s.find(ctx, tx, field, version)
		if err != nil {
			return err
		}
		f = before
		if err := fn(tx, k, &f, others); err != nil {
			return err
		}
		f.Version++
		if err := record.WriteHistory(ctx, tx.Tx, fieldKind, f.ID, f.Version, action, facts(k.Name, before), facts(k.Name, f)); err != nil {
			return err
		}
		if err := begin(ctx, tx, k.Name, before, f); err != nil {
			return err
		}
		return updateField(ctx, tx, f)
	})
	if err != nil {
		return nil, err
	}
	return &f, nil
}

// EditField changes a field. It returns the errors of AddField, ErrNoField, record.ErrStale, ErrSlotFixed, ErrTyped and ErrOption.
func (s *Service) EditField(ctx context.Context, a tenants.Actor, field uuid.UUID, version int, in FieldInput) (*Field, error) {
	return s.change(ctx, a, field, version, "edit", func(tx tenants.Tx, k *record.Spec, f *Field, others []Field) error {
		if err := keeps(f.Options, in.Options); err != nil {
			return err
		}
		if (in.Formula == "") != (f.Formula == "") {
			if filled, err := hasValues(ctx, tx, k, f.Key); err != nil {
				return err
			} else if filled {
				return ErrTyped.At("formula")
			}
		}
		if in.Filterable != f.Filterable {
			if filled, err := hasValues(ctx, tx, k, f.Key); err != nil {
				return err
			} else if filled {
				return ErrSlotFixed.At("filterable")
			}
			if used, err := s.usedBy(ctx, tx, k, others, f.Key); err != nil {
				return err
			} else if len(used) > 0 && f.Filterable {
				return ErrUsed.With(words(used)).At("filterable")
			}
		}
		in.put(&f.OwnField)
		return s.settle(k, f, in.Filterable, others)
	})
}

// Retire ends a field: its old values can be read, nothing more. It returns ErrNoField, record.ErrStale, ErrUsed, or a denied fault.
func (s *Service) Retire(ctx context.Context, a tenants.Actor, field uuid.UUID, version int) (*Field, error) {
	return s.change(ctx, a, field, version, "retire", func(tx tenants.Tx, k *record.Spec, f *Field, others []Field) error {
		if err := s.unused(ctx, tx, k, others, f.Key); err != nil {
			return err
		}
		f.Retired, f.OwnField.Retired = true, true
		return nil
	})
}

// Restore takes a retired field up again. It returns ErrNoField, record.ErrStale, the faults of formulas, or a denied fault.
func (s *Service) Restore(ctx context.Context, a tenants.Actor, field uuid.UUID, version int) (*Field, error) {
	return s.change(ctx, a, field, version, "restore", func(_ tenants.Tx, k *record.Spec, f *Field, others []Field) error {
		f.Retired, f.OwnField.Retired = false, false
		_, err := k.With(append(own(others), &f.OwnField))
		return err
	})
}

// Remove deletes a field that holds no values and that nothing reads. It returns ErrNoField, record.ErrStale, ErrUsed, ErrHasValues, or
// a denied fault.
func (s *Service) Remove(ctx context.Context, a tenants.Actor, field uuid.UUID, version int) error {
	return s.shape(ctx, a, func(tx tenants.Tx) error {
		k, f, others, err := s.find(ctx, tx, field, version)
		if err != nil {
			return err
		}
		if err := s.unused(ctx, tx, k, others, f.Key); err != nil {
			return err
		}
		if filled, err := hasValues(ctx, tx, k, f.Key); err != nil {
			return err
		} else if filled {
			return ErrHasValues
		}
		if err := record.WriteHistory(ctx, tx.Tx, fieldKind, f.ID, f.Version+1, "delete", facts(k.Name, f), nil); err != nil {
			return err
		}
		return tx.Later(ctx, "DELETE FROM own_fields WHERE tenant_id = ? AND id = ?", tx.Tenant, f.ID)
	})
}

// OrderFields puts the fields of a kind into the order of keys; those not named follow. It returns record.ErrOwnKind, ErrNotAmong at keys,
// or a denied fault.
func (s *Service) OrderFields(ctx context.Context, a tenants.Actor, kind string, keys []string) error {
	if _, err := s.kind(kind); err != nil {
		return err
	}
	return s.shape(ctx, a, func(tx tenants.Tx) error {
		list, err := fieldsOf(ctx, tx, kind)
		if err != nil {
			return err
		}
		before := make([]string, len(list))
		for i, f := range list {
			before[i] = f.Key
		}
		for _, key := range keys {
			if !slices.Contains(before, key) {
				return ErrNotAmong.At("keys")
			}
		}
		at := func(key string) int {
			if i := slices.Index(keys, key); i >= 0 {
				return i
			}
			return len(keys) + slices.Index(before, key)
		}
		after := slices.SortedFunc(slices.Values(before), func(a, b string) int { return at(a) - at(b) })
		for i, key := range after {
			if err := tx.Later(ctx, "UPDATE own_fields SET position = ? WHERE tenant_id = ? AND kind = ? AND key = ?", i, tx.Tenant, kind, key); err != nil {
				return err
			}
		}
		return record.WriteHistory(ctx, tx.Tx, fieldKind, tx.Tenant, 0, "order", map[string]any{"kind": kind, "order": before}, map[string]any{"kind": kind, "order": after})
	})
}

func (s *Service) unused(ctx context.Context, tx tenants.Tx, k *record.Spec, others []Field, key string) error {
	used, err := s.usedBy(ctx, tx, k, others, key)
	if err == nil && len(used) > 0 {
		return ErrUsed.With(words(used))
	}
	return err
}

// usedBy names what reads a field: formulas, layouts and saved views.
func (s *Service) usedBy(ctx context.Context, tx tenants.Tx, k *record.Spec, list []Field, key string) ([]fault.Text, error) {
	out := []fault.Text{}
	for _, f := range list {
		if f.Key != key && !f.Retired && record.FormulaReads(f.Formula, key) {
			out = append(out, fault.Text{Zh: "公式字段“" + f.Label.Zh + "”", En: "the formula field " + f.Label.In("en")})
		}
	}
	layouts, err := layoutsThatRead(ctx, tx, k.Name, key)
	if err != nil {
		return nil, err
	}
	views, err := viewsThatRead(ctx, tx, k.Name, key)
	return slices.Concat(out, layouts, views), err
}

func words(list []fault.Text) fault.Text {
	var zh, en []string
	for _, t := range list {
		zh, en = append(zh, t.Zh), append(en, t.En)
	}
	return fault.Text{Zh: strings.Join(zh, "、"), En: strings.Join(en, ", ")}
}

// facts are what the history keeps of a field.
func facts(kind string, f Field) map[string]any {
	return map[string]any{"kind": kind, "key": f.Key, "retired": f.Retired, "filterable": f.Filterable, "field": f.OwnField}
}
