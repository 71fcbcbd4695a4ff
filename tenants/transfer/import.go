package transfer

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
	"forecourt/tenants"
)

// Import brings a tenant in from an export file, whole or not at all. The file is read and compared with its manifest before
// anything is written. Rows go in under row security, so none can land in another tenant. It returns ErrDamaged, ErrSchema,
// ErrExists, ErrPlan or ErrPlatform.
func (s *Service) Import(ctx context.Context, r *zip.Reader) (*Manifest, error) {
	a, err := open(r)
	if err != nil {
		return nil, err
	}
	var found *schema
	err = s.db.Platform(ctx, func(tx bun.Tx) error {
		if found, err = readSchema(ctx, tx); err != nil {
			return err
		}
		return s.free(ctx, tx, a.Tenant)
	})
	if err != nil {
		return nil, err
	}
	if err := a.fits(found); err != nil {
		return nil, err
	}
	if err := a.verify(); err != nil {
		return nil, err
	}
	if err := s.months(ctx, a.Since); err != nil {
		return nil, err
	}
	began := false
	worker := tenants.Worker(tenants.Tenant{ID: a.Tenant.ID, Code: a.Tenant.Code, Name: a.Tenant.Name, Status: "active", Zone: time.UTC}, "import_tenant")
	err = s.db.Do(ctx, worker, func(tx tenants.Tx) error { return s.bringIn(ctx, tx, a, found, &began) })
	if err != nil {
		if began {
			err = errors.Join(err, s.files.RemoveAll(a.Tenant.ID))
		}
		return nil, fmt.Errorf("import %s: %w", a.Tenant.Code, err)
	}
	return &a.Manifest, nil
}

// free returns ErrExists when the place is taken.
func (s *Service) free(ctx context.Context, tx bun.IDB, who Identity) error {
	var code, id int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FILTER (WHERE code = ?), count(*) FILTER (WHERE id = ?) FROM tenants WHERE code = ? OR id = ?", who.Code, who.ID, who.Code, who.ID).Scan(&code, &id); err != nil {
		return err
	}
	switch {
	case id > 0:
		return fmt.Errorf("%w: id %s", ErrExists, who.ID)
	case code > 0:
		return fmt.Errorf("%w: another tenant has the code %s", ErrExists, who.Code)
	}
	return nil
}

// months makes the partitions of the tenant's history. They are made beforehand: in the transaction of the rows they would lock
// the history of all tenants for as long as it takes.
func (s *Service) months(ctx context.Context, since string) error {
	day, err := time.Parse(time.DateOnly, since)
	if err != nil {
		return fmt.Errorf("the day of the oldest line: %w: %w", ErrDamaged, err)
	}
	now := clock.Now().UTC()
	n := (now.Year()-day.Year())*12 + int(now.Month()) - int(day.Month()) + 1
	if n < 1 || n > 600 {
		return fmt.Errorf("the oldest line is of %s: %w", since, ErrDamaged)
	}
	return s.db.Platform(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "SELECT history_months(?::date, ?)", since, n)
		return err
	})
}

// bringIn writes the tenant. began says that the tenant's row was ours to write, so its files are, too.
func (s *Service) bringIn(ctx context.Context, tx tenants.Tx, a *archive, found *schema, began *bool) error {
	if _, err := tx.ExecContext(ctx, "SET CONSTRAINTS ALL DEFERRED"); err != nil {
		return err
	}
	if err := s.own(ctx, tx, a, found.own); err != nil {
		return err
	}
	*began = true
	for _, r := range found.references {
		if err := platformRows(ctx, tx, a, r.to); err != nil {
			return err
		}
	}
	for _, t := range found.tables {
		if leftOut[t.name] != "" {
			continue
		}
		if err := tableRows(ctx, tx, a, t); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	for _, c := range a.Files {
		if c.Missing {
			continue
		}
		if err := s.place(a, c); err != nil {
			return err
		}
	}
	return tenants.LogOperator(ctx, tx, "import_tenant", map[string]any{"tenant": a.Tenant.ID, "code": a.Tenant.Code, "name": a.Tenant.Name, "manifest": a.sum, "exportedAt": a.At})
}

// own writes the tenant's own row. Its version is above every one that a process may have kept of it from before an erasure.
func (s *Service) own(ctx context.Context, tx tenants.Tx, a *archive, t table) error {
	return a.lines(tablePart(ownTable), func(line []byte) error {
		q := "INSERT INTO tenants (" + t.list() + ", version) SELECT " + t.list() + ", extract(epoch FROM clock_timestamp())::bigint FROM json_populate_record(NULL::tenants, ?::json)"
		if _, err := tx.ExecContext(ctx, q, string(line)); err != nil {
			if database.Violates(err, "tenants_code") || database.Violates(err, "tenants_pkey") {
				return fmt.Errorf("%w: %s", ErrExists, a.Tenant.Code)
			}
			if database.Violates(err, "tenants_plan_fkey") {
				return fmt.Errorf("%w; add it first", ErrPlan)
			}
			return err
		}
		var id uuid.UUID
		if err := tx.QueryRowContext(ctx, "SELECT id FROM tenants WHERE id = ? AND code = ?", a.Tenant.ID, a.Tenant.Code).Scan(&id); err != nil {
			return fmt.Errorf("table %s holds another tenant: %w: %w", ownTable, ErrDamaged, err)
		}
		return nil
	})
}

// platformRows adds the platform's rows that the tenant refers to and that are not here. Those that are stay as they are. A row that
// another one keeps out, such as the same model under another id, is refused with its like.
func platformRows(ctx context.Context, tx tenants.Tx, a *archive, t table) error {
	var kept []string
	err := a.batches(platformPart(t.name), func(array string) error {
		q := "INSERT INTO " + ident(t.name) + " (" + t.list() + ") SELECT " + t.list() + " FROM json_populate_recordset(NULL::" + ident(t.name) + ", ?::json) ON CONFLICT DO NOTHING"
		if _, err := tx.ExecContext(ctx, q, array); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, "SELECT (SELECT jsonb_object_agg(key, value)::text FROM jsonb_each(to_jsonb(r)) WHERE jsonb_typeof(value) IN ('string', 'number')) FROM json_populate_recordset(NULL::"+ident(t.name)+", ?::json) r WHERE NOT EXISTS (SELECT FROM "+ident(t.name)+" p WHERE p.id = r.id)", array)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var row string
			if err := rows.Scan(&row); err != nil {
				return err
			}
			kept = append(kept, row)
		}
		return rows.Err()
	})
	if err != nil {
		return fmt.Errorf("platform table %s: %w", t.name, err)
	}
	if len(kept) > 0 {
		return fmt.Errorf("%w: %d of %s: %s", ErrPlatform, len(kept), t.name, strings.Join(kept[:min(len(kept), 20)], "; "))
	}
	return nil
}

// tableRows writes the rows of one table, batch by batch. Where rows refer to rows of the same table, all of them are written by one
// statement, at the end of which the references are looked at.
func tableRows(ctx context.Context, tx tenants.Tx, a *archive, t table) error {
	into := t.name
	if t.self {
		into = "import_" + t.name
		if _, err := tx.ExecContext(ctx, "CREATE TEMP TABLE "+ident(into)+" (LIKE "+ident(t.name)+") ON COMMIT DROP"); err != nil {
			return err
		}
	}
	err := a.batches(tablePart(t.name), func(array string) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO "+ident(into)+" ("+t.list()+") OVERRIDING SYSTEM VALUE SELECT "+t.list()+" FROM json_populate_recordset(NULL::"+ident(t.name)+", ?::json)", array)
		return err
	})
	if err != nil || !t.self {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO "+ident(t.name)+" ("+t.list()+") OVERRIDING SYSTEM VALUE SELECT "+t.list()+" FROM "+ident(into))
	return err
}

func (s *Service) place(a *archive, c Content) error {
	r, err := a.part(filePart(c.ID))
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	return s.files.WriteFrom(a.Tenant.ID, c.ID, r)
}
