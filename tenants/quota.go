package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"forecourt/kernel/database"
	"forecourt/kernel/fault"
)

// Resource is what a plan bounds.
type Resource string

// The resources. Companies are the open ones, users those who are not disabled, storage the bytes of files, calls those of the API
// in a minute.
const (
	Companies Resource = "companies"
	Users     Resource = "users"
	Storage   Resource = "storageBytes"
	Calls     Resource = "callsPerMinute"
)

// Faults of quotas.
var (
	ErrQuota     = fault.New(fault.Conflict, "tenant.quota", "%s已达上限：最多 %s，已用 %s，请联系平台运营", "%s: the limit is %s and %s are used; ask the platform's operators for more")
	ErrQuotaUsed = fault.New(fault.Conflict, "tenant.quota_used", "%s已用 %s，不能低于已用数", "%s: %s are used; the limit cannot be lower")
)

// bounded says how each resource that fills up is limited and counted. column is that of plans, and with own_ before it that of tenants.
var bounded = []struct {
	resource Resource
	column   string
	name     fault.Text
	count    string
}{
	{Companies, "companies", text("公司数", "Companies"), "SELECT count(*) FROM org_units WHERE tenant_id = ? AND kind = 'company' AND status = 'open'"},
	{Users, "users", text("用户数", "Users"), "SELECT count(*) FROM users WHERE tenant_id = ? AND status = 'active'"},
	{Storage, "storage", text("存储空间", "Storage"), "SELECT storage FROM quota_counters WHERE tenant_id = ?"},
}

// amountOf is a number of a resource in words: bytes have a unit.
func amountOf(r Resource, n int64) string {
	if r != Storage {
		return fmt.Sprint(n)
	}
	const unit = 1 << 10
	size, names := float64(n), []string{"B", "KB", "MB", "GB", "TB"}
	for size >= unit && len(names) > 1 {
		size, names = size/unit, names[1:]
	}
	if names[0] == "B" {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, names[0])
}

// lockQuota keeps everybody else who adds to a tenant waiting until tx is over, and adds bytes to what its files take. A tenant that
// has no row yet begins with the files that it has.
func lockQuota(ctx context.Context, tx database.Tx, bytes int64) error {
	const add = "UPDATE quota_counters SET storage = storage + ? WHERE tenant_id = ?"
	r, err := tx.ExecContext(ctx, add, bytes, tx.Tenant)
	if err != nil {
		return fmt.Errorf("lock quota: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 1 {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO quota_counters (tenant_id, storage) SELECT ?, coalesce(sum(size), 0) FROM files WHERE tenant_id = ? ON CONFLICT DO NOTHING", tx.Tenant, tx.Tenant); err != nil {
		return fmt.Errorf("begin quota: %w", err)
	}
	if _, err := tx.ExecContext(ctx, add, bytes, tx.Tenant); err != nil {
		return fmt.Errorf("lock quota: %w", err)
	}
	return nil
}

// Room makes sure that n more of a resource fit, and that nobody else takes the place before tx is over: call it in the transaction
// that adds them, before it does. It returns ErrQuota. Bytes are counted here, until FreeFile.
func Room(ctx context.Context, tx database.Tx, what Resource, n int64) error {
	var bytes int64
	if what == Storage {
		bytes, n = n, 0
	}
	if err := lockQuota(ctx, tx, bytes); err != nil {
		return err
	}
	return fits(ctx, tx, what, n, "FOR SHARE OF p") // a plan that is being lowered decides first
}

// FileRoom is Room for a file of so many bytes. It returns ErrQuota at file.
func FileRoom(ctx context.Context, tx database.Tx, bytes int64) error {
	err := Room(ctx, tx, Storage, bytes)
	var f *fault.Fault
	if errors.As(err, &f) {
		return f.At("file")
	}
	return err
}

// FreeFile gives back the room of a file of so many bytes. Call it before its row goes.
func FreeFile(ctx context.Context, tx database.Tx, bytes int64) error {
	return lockQuota(ctx, tx, -bytes)
}

// fits says whether n more of a resource fit by now. Without Room's locks that is a forecast. It returns ErrQuota.
func fits(ctx context.Context, tx database.Tx, what Resource, n int64, lock string) error {
	for _, b := range bounded {
		if b.resource != what {
			continue
		}
		var most sql.NullInt64
		q := fmt.Sprintf("SELECT coalesce(t.own_%s, p.%s) FROM tenants t JOIN plans p ON p.code = t.plan WHERE t.id = ? %s", b.column, b.column, lock)
		if err := tx.QueryRowContext(ctx, q, tx.Tenant).Scan(&most); err != nil {
			return fmt.Errorf("limit of %s: %w", what, err)
		}
		if !most.Valid {
			return nil
		}
		var used int64
		if err := tx.QueryRowContext(ctx, b.count, tx.Tenant).Scan(&used); err != nil {
			return fmt.Errorf("count %s: %w", what, err)
		}
		if used+n > most.Int64 {
			if what == Storage { // what did not fit is counted already, and taken back with tx
				return ErrQuota.With(b.name, amountOf(what, most.Int64), amountOf(what, most.Int64))
			}
			return ErrQuota.With(b.name, amountOf(what, most.Int64), amountOf(what, used))
		}
	}
	return nil
}
