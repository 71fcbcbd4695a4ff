package tenants

import (
	"context"
	"errors"
	"fmt"
)

// prove asks the actor for their password once more, before what nobody may do who finds their screen open. It counts as at
// sign-in. It returns ErrCurrent at field, or ErrLocked.
func prove(ctx context.Context, db *DB, a Actor, password, field string) error {
	var hash string
	var locked bool
	err := db.Read(ctx, a, func(tx Tx) error {
		return tx.QueryRowContext(ctx, "SELECT password_hash, coalesce(locked_until > now(), false) FROM users WHERE tenant_id = ? AND id = ?", tx.Tenant, a.User).Scan(&hash, &locked)
	})
	if err != nil {
		return fmt.Errorf("password of user %s: %w", a.User, err)
	}
	if locked {
		return ErrLocked.After(lockFor)
	}
	fits, err := passwordFits(ctx, password, hash)
	if err != nil {
		return err
	}
	if !fits {
		return errors.Join(ErrCurrent.At(field), refuse(ctx, db, reading(a), a.User, "wrong"))
	}
	return nil
}
