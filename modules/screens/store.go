package screens

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

func fieldsOf(ctx context.Context, tx tenants.Tx, kind string) ([]Field, error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, version, key, retired, coalesce(slot, ''), body FROM own_fields WHERE tenant_id = ? AND kind = ? ORDER BY position, key", tx.Tenant, kind)
	if err != nil {
		return nil, fmt.Errorf("own fields of %s: %w", kind, err)
	}
	defer func() { _ = rows.Close() }()
	out := []Field{}
	for rows.Next() {
		f := Field{UsedBy: []fault.Text{}}
		var body []byte
		if err := rows.Scan(&f.ID, &f.Version, &f.Key, &f.Retired, &f.Slot, &body); err != nil {
			return nil, fmt.Errorf("own fields of %s: %w", kind, err)
		}
		if err := json.Unmarshal(body, &f.OwnField); err != nil {
			return nil, fmt.Errorf("own field %s.%s: %w", kind, f.Key, err)
		}
		f.OwnField.Key, f.OwnField.Retired, f.Filterable = f.Key, f.Retired, f.Slot != ""
		out = append(out, f)
	}
	return out, rows.Err()
}

func kindOf(ctx context.Context, tx tenants.Tx, field uuid.UUID) (kind string, err error) {
	err = tx.QueryRowContext(ctx, "SELECT kind FROM own_fields WHERE tenant_id = ? AND id = ?", tx.Tenant, field).Scan(&kind)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrNoField
	}
	return kind, err
}

func insertField(ctx context.Context, tx tenants.Tx, kind string, position int, f Field) error {
	body, err := json.Marshal(f.OwnField)
	if err != nil {
		return fmt.Errorf("own field %s: %w", f.Key, err)
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO own_fields (tenant_id, id, version, kind, key, position, slot, body, created_at, created_by) VALUES (?, ?, 1, ?, ?, ?, nullif(?, ''), ?, ?, ?)",
		tx.Tenant, f.ID, kind, f.Key, position, f.Slot, string(body), tx.Now, tx.By.User)
	if database.Violates(err, "own_fields_key") {
		return ErrKeyTaken.At("key").Because(err)
	}
	return err
}

func updateField(ctx context.Context, tx tenants.Tx, f Field) error {
	body, err := json.Marshal(f.OwnField)
	if err != nil {
		return fmt.Errorf("own field %s: %w", f.Key, err)
	}
	return tx.Later(ctx, "UPDATE own_fields SET version = ?, retired = ?, slot = nullif(?, ''), body = ? WHERE tenant_id = ? AND id = ?", f.Version, f.Retired, f.Slot, string(body), tx.Tenant, f.ID)
}

// hasValues reports whether any record holds a value of the field. It may read the whole table of the tenant: a field is rarely removed.
func hasValues(ctx context.Context, tx tenants.Tx, k *record.Spec, key string) (filled bool, err error) {
	err = tx.NewRaw("SELECT EXISTS (SELECT FROM "+k.Table()+" WHERE tenant_id = ? AND jsonb_exists(own, ?))", tx.Tenant, key).Scan(ctx, &filled)
	if err != nil {
		return false, fmt.Errorf("values of %s.%s: %w", k.Name, key, err)
	}
	return filled, nil
}
