package catalogue

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// ErrBrand refuses a brand that the platform's catalogue does not have.
var ErrBrand = fault.New(fault.Invalid, "catalogue.no_brand", "平台目录中没有品牌「%s」", "The platform's catalogue has no brand %q")

// Brand is a brand of the platform's catalogue as one group sees it.
type Brand struct {
	Brand      string `bun:"brand" json:"brand"`
	Count      int    `bun:"count" json:"count" doc:"Models of the brand in the platform's catalogue"`
	Subscribed bool   `bun:"subscribed" json:"subscribed"`
}

// Brands lists all brands of the platform by name. It returns a denied fault.
func (s *Service) Brands(ctx context.Context, a tenants.Actor) ([]Brand, error) {
	brands := []Brand{}
	err := s.db.Read(ctx, a, func(tx tenants.Tx) error {
		if _, err := tx.Can("catalogue:subscribe"); err != nil {
			return err
		}
		err := tx.NewSelect().TableExpr("platform_models AS m").ColumnExpr("m.brand, count(*) AS count").
			ColumnExpr("EXISTS (SELECT FROM brand_subscriptions s WHERE s.tenant_id = ? AND s.brand = m.brand) AS subscribed", tx.Tenant).
			GroupExpr("m.brand").OrderExpr("m.brand").Scan(ctx, &brands)
		if err != nil {
			return fmt.Errorf("list brands: %w", err)
		}
		return nil
	})
	return brands, err
}

// Subscribe makes brands the only ones whose models the group sees, and writes that down. What refers to a model of another
// brand keeps the name it noted. It returns ErrBrand at the brand, or a denied fault.
func (s *Service) Subscribe(ctx context.Context, a tenants.Actor, brands []string) error {
	want := slices.Compact(slices.Sorted(slices.Values(brands)))
	return s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if _, err := tx.Can("catalogue:subscribe"); err != nil {
			return err
		}
		// One group's subscriptions change one at a time.
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 2))", tx.Tenant.String()); err != nil {
			return fmt.Errorf("subscribe: %w", err)
		}
		if err := known(ctx, tx, brands, want); err != nil {
			return err
		}
		var had []string
		if err := tx.NewSelect().TableExpr("brand_subscriptions").ColumnExpr("brand").Where("tenant_id = ?", tx.Tenant).Scan(ctx, &had); err != nil {
			return fmt.Errorf("subscribe: %w", err)
		}
		slices.Sort(had)
		if slices.Equal(had, want) {
			return nil
		}
		for _, b := range had {
			if !slices.Contains(want, b) {
				if err := tx.Later(ctx, "DELETE FROM brand_subscriptions WHERE tenant_id = ? AND brand = ?", tx.Tenant, b); err != nil {
					return err
				}
			}
		}
		for _, b := range want {
			if !slices.Contains(had, b) {
				if err := tx.Later(ctx, "INSERT INTO brand_subscriptions (tenant_id, brand) VALUES (?, ?)", tx.Tenant, b); err != nil {
					return err
				}
			}
		}
		return record.WriteHistory(ctx, tx.Tx, "catalogue", tx.Tenant, 0, "subscribe", map[string]any{"brands": had}, map[string]any{"brands": want})
	})
}

func known(ctx context.Context, tx tenants.Tx, brands, want []string) error {
	if len(want) == 0 {
		return nil
	}
	var found []string
	if err := tx.NewSelect().TableExpr("platform_models").ColumnExpr("DISTINCT brand").Where("brand IN (?)", bun.List(want)).Scan(ctx, &found); err != nil {
		return fmt.Errorf("look for brands: %w", err)
	}
	for i, b := range brands {
		if !slices.Contains(found, b) {
			return ErrBrand.With(b).At(fmt.Sprintf("brands[%d]", i))
		}
	}
	return nil
}
