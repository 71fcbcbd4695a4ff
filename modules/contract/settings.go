package contract

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Settings are what a group decides about its contracts.
type Settings struct {
	ManagerDiscountBasisPoints int `json:"managerDiscountBasisPoints" doc:"Up to this discount a sales manager approves alone; beyond it the group approves, too"`
	Version                    int `json:"version"`
}

// shipped are the settings of a group that never changed them.
var shipped = Settings{ManagerDiscountBasisPoints: 300, Version: 1}

// settings reads the tenant's settings.
func settings(ctx context.Context, tx tenants.Tx) (Settings, error) {
	s := shipped
	err := tx.NewSelect().TableExpr("contract_settings").Column("manager_discount_bp", "version").Where("tenant_id = ?", tx.Tenant).
		Scan(ctx, &s.ManagerDiscountBasisPoints, &s.Version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Settings{}, fmt.Errorf("read contract settings: %w", err)
	}
	return s, nil
}

// Settings reads the settings of the actor's group. It returns a denied fault.
func (s *Service) Settings(ctx context.Context, a tenants.Actor) (now Settings, err error) {
	err = s.db.Read(ctx, a, func(tx tenants.Tx) error {
		if _, err := tx.Can("contract_settings:read"); err != nil {
			return err
		}
		now, err = settings(ctx, tx)
		return err
	})
	return now, err
}

// SettingsInput is what a group decides anew.
type SettingsInput struct {
	ManagerDiscountBasisPoints int `json:"managerDiscountBasisPoints" minimum:"0" maximum:"10000"`
}

// EditSettings changes the settings of the whole group, for whoever may do that in all of it. They count from the next approval.
// It returns record.ErrStale or a denied fault.
func (s *Service) EditSettings(ctx context.Context, a tenants.Actor, version int, in SettingsInput) (now Settings, err error) {
	err = s.db.Do(ctx, a, func(tx tenants.Tx) error {
		if scope, err := tx.Can("contract_settings:edit"); err != nil || !scope.All {
			return rest.ErrDenied.Because(err)
		}
		was, err := settings(ctx, tx)
		switch {
		case err != nil:
			return err
		case was.Version != version:
			return record.ErrStale
		}
		now = Settings{in.ManagerDiscountBasisPoints, was.Version}
		if now == was {
			return nil
		}
		err = tx.NewRaw(`INSERT INTO contract_settings AS c (tenant_id, manager_discount_bp, version) VALUES (?, ?, 2)
			ON CONFLICT (tenant_id) DO UPDATE SET manager_discount_bp = excluded.manager_discount_bp, version = c.version + 1 WHERE c.version = ?
			RETURNING version`, tx.Tenant, now.ManagerDiscountBasisPoints, version).Scan(ctx, &now.Version)
		if errors.Is(err, sql.ErrNoRows) { // somebody was faster
			return record.ErrStale
		}
		if err != nil {
			return fmt.Errorf("write contract settings: %w", err)
		}
		facts := func(s Settings) map[string]any {
			return map[string]any{"managerDiscountBasisPoints": s.ManagerDiscountBasisPoints}
		}
		return record.WriteHistory(ctx, tx.Tx, "contract_settings", tx.Tenant, 0, "edit", facts(was), facts(now))
	})
	return now, err
}
