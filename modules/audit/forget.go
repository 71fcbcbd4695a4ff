package audit

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/kernel/record"
	"forecourt/tenants"
)

// The line that forgetting leaves in the tenant's own history. Both are stored.
const (
	logKind      = "log"
	actionForget = "forget"
)

// forgetAtOnce is how many lines one transaction deletes: no lock lasts, and what a broken run deleted stays deleted.
const forgetAtOnce = 20_000

// Forgotten is what a tenant's log lost, or would lose.
type Forgotten struct {
	Code   string
	Months int       // that it is kept for
	Before time.Time // the first moment that is kept: the beginning of a month
	Lines  int64     // older than that, and proven by the chain

	tenant uuid.UUID
	upto   uuid.UUID // the last line that goes; uuid.Nil: none
}

// Forgetting is what a run did, or would do.
type Forgetting struct {
	Tenants []Forgotten
	Dropped []string // partitions that held nothing else
}

// Forget deletes the lines that are older than their tenant keeps them, by the time of the machine that wrote them. db must be connected
// as the owner of the tables: the application may not delete history. Only whole links of the chain go, and the last of them stays, released,
// as the anchor of those that follow, so what is kept is proven as before; a line that no link proves yet stays. A month in which no
// tenant keeps a line is dropped as a whole, otherwise its lines are deleted tenant by tenant. A run that broke off is begun again by the
// same call. dry only counts.
func Forget(ctx context.Context, db *tenants.DB, dry bool) (f Forgetting, err error) {
	var all []tenantRow
	err = db.Platform(ctx, func(tx bun.Tx) error {
		return tx.NewRaw("SELECT id, code FROM tenants ORDER BY code").Scan(ctx, &all)
	})
	if err != nil {
		return f, fmt.Errorf("tenants: %w", err)
	}
	for _, t := range all {
		one, err := release(ctx, db, t, dry)
		if err != nil {
			return f, fmt.Errorf("log of %s: %w", t.Code, err)
		}
		f.Tenants = append(f.Tenants, one)
	}
	parts, err := partitions(ctx, db)
	if err != nil {
		return f, err
	}
	for _, p := range parts {
		dropped, err := f.drop(ctx, db, p, dry)
		if err != nil {
			return f, fmt.Errorf("%s: %w", p.Name, err)
		}
		if dropped {
			f.Dropped = append(f.Dropped, p.Name)
		} else if !dry {
			if err := f.thin(ctx, db, p.Name); err != nil {
				return f, fmt.Errorf("%s: %w", p.Name, err)
			}
		}
	}
	return f, nil
}

type tenantRow struct {
	ID   uuid.UUID
	Code string
}

// within runs fn as the owner, among a tenant's rows: a suspended tenant forgets like every other.
func within(ctx context.Context, db *tenants.DB, tenant uuid.UUID, fn func(tx database.Tx) error) error {
	return db.Platform(ctx, func(tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, "SELECT set_config('app.tenant', ?, true)", tenant.String()); err != nil {
			return err
		}
		return fn(database.NewTx(tx, tenant, database.Author{Operation: logKind + "." + actionForget}, clock.Now(), clock.China))
	})
}

// release finds what a tenant's log loses, and takes the links over it off the chain but for the last. It comes before the lines go,
// so that a broken run leaves no link without its lines.
func release(ctx context.Context, db *tenants.DB, t tenantRow, dry bool) (f Forgotten, err error) {
	f = Forgotten{Code: t.Code, tenant: t.ID}
	err = within(ctx, db, t.ID, func(tx database.Tx) error {
		if err := tx.Later(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 4))", t.ID.String()); err != nil {
			return err
		}
		if f.Months, err = keepMonths.Get(ctx, tx, uuid.Nil); err != nil {
			return err
		}
		f.Before = monthOf(tx.Now).AddDate(0, -f.Months, 0)
		var anchor link
		err := tx.QueryRowContext(ctx, "SELECT seq, upto, hash, released FROM history_chain WHERE tenant_id = ? AND upto < ? ORDER BY seq DESC LIMIT 1", tx.Tenant, before(f.Before)).
			Scan(&anchor.seq, &anchor.upto, &anchor.hash, &anchor.released)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("chain: %w", err)
		}
		f.upto = anchor.upto
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM history WHERE tenant_id = ? AND id <= ?", tx.Tenant, f.upto).Scan(&f.Lines); err != nil {
			return fmt.Errorf("count lines: %w", err)
		}
		if dry {
			return nil
		}
		gone, err := tx.ExecContext(ctx, "DELETE FROM history_chain WHERE tenant_id = ? AND seq < ?", tx.Tenant, anchor.seq)
		if err != nil {
			return fmt.Errorf("chain: %w", err)
		}
		if n, err := gone.RowsAffected(); err != nil || n == 0 && anchor.released {
			return err // nothing since the last run
		}
		if err := tx.Later(ctx, "UPDATE history_chain SET released = true WHERE tenant_id = ? AND seq = ?", tx.Tenant, anchor.seq); err != nil {
			return err
		}
		what := map[string]any{"before": f.Before.Format(time.DateOnly), "months": f.Months, "lines": f.Lines, "hash": hex.EncodeToString(anchor.hash)}
		if err := record.WriteHistory(ctx, tx, logKind, tx.Tenant, 0, actionForget, nil, what); err != nil {
			return err
		}
		what["tenant"] = t.Code
		return tenants.LogOperator(ctx, tx, "forget_log", what)
	})
	return f, err
}

type partition struct {
	Name  string
	Month bool // the others hold what fits no month, and are never dropped
	Ends  time.Time
}

func partitions(ctx context.Context, db *tenants.DB) (list []partition, err error) {
	err = db.Platform(ctx, func(tx bun.Tx) error {
		return tx.NewRaw(`SELECT p.name, p.month, CASE WHEN p.month THEN to_date(substr(p.name, 9), 'YYYY_MM') + interval '1 month' ELSE 'epoch' END AS ends
			FROM (SELECT c.relname AS name, c.relname ~ '^history_\d{4}_\d{2}$' AS month FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'history'::regclass) p
			ORDER BY p.name`).Scan(ctx, &list)
	})
	if err != nil {
		return nil, fmt.Errorf("months of the log: %w", err)
	}
	return list, nil
}

const (
	anyKeptSQL = `SELECT EXISTS (SELECT FROM ? h LEFT JOIN unnest(?::uuid[], ?::uuid[]) a(tenant, upto) ON a.tenant = h.tenant_id WHERE a.upto IS NULL OR h.id > a.upto)`
	// keptNowSQL is the same for every tenant that there is now, one look into an index for each.
	keptNowSQL = `SELECT EXISTS (SELECT FROM tenants t LEFT JOIN unnest(?1::uuid[], ?2::uuid[]) a(tenant, upto) ON a.tenant = t.id
		CROSS JOIN LATERAL (SELECT FROM ?0 h WHERE h.tenant_id = t.id AND (a.upto IS NULL OR h.id > a.upto) LIMIT 1) kept)`
)

// drop drops a month in which no tenant keeps a line. It reads the month first without any lock. Under the lock, which holds up
// everybody's writing, it only looks again whether somebody brought a tenant in meanwhile; it waits 5 seconds for that lock, and
// otherwise the lines are deleted.
func (f *Forgetting) drop(ctx context.Context, db *tenants.DB, p partition, dry bool) (dropped bool, err error) {
	ids, uptos := []uuid.UUID{}, []uuid.UUID{}
	oldest := true // nobody keeps that month any more
	for _, t := range f.Tenants {
		oldest = oldest && !t.Before.Before(p.Ends)
		if t.upto != uuid.Nil {
			ids, uptos = append(ids, t.tenant), append(uptos, t.upto)
		}
	}
	if !p.Month || !oldest {
		return false, nil
	}
	args := []any{bun.Ident(p.Name), pgdialect.Array(ids), pgdialect.Array(uptos)}
	kept := true
	err = db.Platform(ctx, func(tx bun.Tx) error { return tx.NewRaw(anyKeptSQL, args...).Scan(ctx, &kept) })
	if err != nil || kept || dry {
		return err == nil && !kept, err
	}
	err = db.Platform(ctx, func(tx bun.Tx) error {
		for _, q := range []string{"SET LOCAL lock_timeout = '5s'", "LOCK TABLE ONLY history IN ACCESS EXCLUSIVE MODE", "LOCK TABLE ?0 IN ACCESS EXCLUSIVE MODE"} {
			if _, err := tx.ExecContext(ctx, q, bun.Ident(p.Name)); err != nil {
				return err
			}
		}
		if err := tx.NewRaw(keptNowSQL, args...).Scan(ctx, &kept); err != nil || kept {
			return err
		}
		_, err := tx.ExecContext(ctx, "DROP TABLE ?", bun.Ident(p.Name))
		return err
	})
	if database.LockedOut(err) {
		return false, nil
	}
	return err == nil && !kept, err
}

// thin deletes from a partition what its tenants do not keep.
func (f *Forgetting) thin(ctx context.Context, db *tenants.DB, part string) error {
	for _, t := range f.Tenants {
		for n := int64(forgetAtOnce); t.upto != uuid.Nil && n == forgetAtOnce; {
			err := db.Platform(ctx, func(tx bun.Tx) error {
				r, err := tx.ExecContext(ctx, "DELETE FROM ?0 WHERE tenant_id = ?1 AND ctid = ANY (ARRAY(SELECT ctid FROM ?0 WHERE tenant_id = ?1 AND id <= ?2 LIMIT ?3))", bun.Ident(part), t.tenant, t.upto, forgetAtOnce)
				if err != nil {
					return err
				}
				n, err = r.RowsAffected()
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
