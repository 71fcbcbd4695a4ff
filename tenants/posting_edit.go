package tenants

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"forecourt/kernel/record"
)

// PostingEdit is what changes of a posting; nil stays. Roles, when they are given, are all that it has from now on.
type PostingEdit struct {
	Title   *string
	ValidTo DayChange
	Roles   []string
}

// EditPosting changes a posting that has not ended. Roles that it had already are kept whoever gave them; new ones follow the rules
// of AddPosting. It returns ErrNoSuchPosting, ErrBeyond, ErrOwn, ErrNoRole, ErrDays, ErrNoUnit for a day after its unit closes, or
// ErrLastAdministrator.
func (o *Org) EditPosting(ctx context.Context, a Actor, posting uuid.UUID, in PostingEdit) error {
	return o.change(ctx, a, func(tx Tx) error {
		return KeepingAdministrators(ctx, tx, func() error {
			p, version, scope, err := o.posting(ctx, tx, posting)
			if err != nil {
				return err
			}
			was, now := map[string]any{}, map[string]any{}
			if in.Title != nil && *in.Title != p.title {
				was["title"], now["title"], p.title = p.title, *in.Title, *in.Title
			}
			if in.ValidTo.Set && in.ValidTo.Day != p.validTo {
				was["validTo"], now["validTo"], p.validTo = p.validTo, in.ValidTo.Day, in.ValidTo.Day
				if err := p.checkEnd(); err != nil {
					return err
				}
			}
			if in.Roles != nil {
				place := Posting{ID: p.id, Unit: p.unit, Title: p.title}
				if err := surround(ctx, tx, &place); err != nil {
					return err
				}
				held, err := o.replaceRoles(ctx, tx, place, in.Roles, func(added []string) error { return o.mayGive(ctx, tx, scope, p.user, place, added) })
				if err != nil {
					return err
				}
				was["roles"], now["roles"] = held, in.Roles
			}
			if err := tx.Later(ctx, "UPDATE postings SET title = ?, valid_to = ?::date WHERE tenant_id = ? AND id = ?", p.title, p.validTo, tx.Tenant, posting); err != nil {
				return err
			}
			return record.WriteHistory(ctx, tx.Tx, UserKind.Name, p.user, version, "edit_posting", was, now)
		})
	})
}

// checkEnd holds the last day of a posting against its first and against the last of its unit.
func (p postingRow) checkEnd() error {
	switch {
	case p.validTo != "" && p.validTo < p.validFrom:
		return ErrDays.At("validTo")
	case p.closed && (p.validTo == "" || p.validTo > p.unitTo):
		return ErrNoUnit.At("validTo")
	}
	return nil
}

// replaceRoles gives a posting exactly these roles, when may allows those that it did not have. It returns those that it had.
func (o *Org) replaceRoles(ctx context.Context, tx Tx, place Posting, roles []string, may func(added []string) error) (held []string, err error) {
	subject := "posting:" + place.ID.String()
	if err := tx.NewSelect().TableExpr("policy_rules").ColumnExpr("v1").Where("tenant_id = ? AND ptype = 'g' AND v0 = ?", tx.Tenant, subject).OrderExpr("v1").Scan(ctx, &held); err != nil {
		return nil, fmt.Errorf("roles of posting %s: %w", place.ID, err)
	}
	without := func(list, other []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(r string) bool { return slices.Contains(other, r) })
	}
	added := without(roles, held)
	if err := may(added); err != nil {
		return nil, err
	}
	if err := o.roles.Give(ctx, tx, subject, added...); err != nil {
		return nil, err
	}
	return held, o.roles.Take(ctx, tx, subject, without(held, roles)...)
}
