package screens

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// ErrNoLayout says that the place has no layout of this name.
var ErrNoLayout = fault.New(fault.Missing, "layout.missing", "没有这个版式", "There is no such layout")

// taken reports whether the place has a layout of this name, published or not.
func (p Place) taken(ctx context.Context, tx tenants.Tx, kind string) (bool, error) {
	found, err := tx.NewSelect().TableExpr("screen_layouts").ColumnExpr("1").
		Where("tenant_id = ? AND kind = ? AND part = ? AND level = ? AND target = ? AND name = ?", tx.Tenant, kind, p.Part, p.Level, p.Target, p.Name).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("layout %s of %s: %w", p.Name, kind, err)
	}
	return found, nil
}

// Rename gives a paper another name, with all its versions. The standard one keeps its name. It returns ErrNoLayout, ErrPrintNamed,
// ErrPrintTaken and the errors of SaveDraft.
func (s *Service) Rename(ctx context.Context, a tenants.Actor, kind string, p Place, to string) error {
	next := p
	next.Name = to
	return s.lay(ctx, a, kind, p, func(tx tenants.Tx, _ *record.Spec) error {
		if p.Name == "" || to == "" || to != strings.TrimSpace(to) {
			return ErrPrintNamed.At("to")
		}
		if there, err := p.taken(ctx, tx, kind); err != nil {
			return err
		} else if !there {
			return ErrNoLayout
		}
		if taken, err := next.taken(ctx, tx, kind); err != nil {
			return err
		} else if taken {
			return ErrPrintTaken.At("to")
		}
		if err := tx.Later(ctx, "UPDATE screen_layouts SET name = ? WHERE tenant_id = ? AND kind = ? AND part = ? AND level = ? AND target = ? AND name = ?",
			to, tx.Tenant, kind, p.Part, p.Level, p.Target, p.Name); err != nil {
			return err
		}
		return next.wrote(ctx, tx, kind, "rename", map[string]any{"was": p.Name})
	})
}

// Preview makes the sheet of a paper that is being edited, of a record that the actor may read or, without one, of an example. It returns
// record.ErrOwnKind, the faults of record.Spec.CheckPrint, record.ErrMissing or a denied fault.
func (s *Service) Preview(ctx context.Context, v record.View, kind string, of uuid.UUID, l record.PrintLayout) (*record.Sheet, error) {
	k, err := s.kind(kind)
	if err != nil {
		return nil, err
	}
	return k.Draft(ctx, s.db.Pool(), s.kinds, v, of, l)
}

// Shipped is the paper of a kind that nobody laid out. It returns record.ErrOwnKind.
func (s *Service) Shipped(ctx context.Context, v record.View, kind string) (*record.PrintLayout, error) {
	k, err := s.kind(kind)
	if err != nil {
		return nil, err
	}
	if k, err = s.kinds.Mine(ctx, s.db.Pool(), v, k); err != nil {
		return nil, err
	}
	l := k.ShippedPrint()
	return &l, nil
}
