package transfer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/file"
	"forecourt/tenants"
)

const (
	// eraseAtOnce is how many rows one transaction deletes: no lock lasts, and what a broken run deleted stays deleted.
	eraseAtOnce = 20_000
	// settle is how long a sign-in that found the tenant before it went may still write its refusal.
	settle = 2 * time.Second
)

// Certificate says what was erased.
type Certificate struct {
	Tenant   Identity  `json:"tenant"`
	BegunAt  time.Time `json:"begunAt"`
	ErasedAt time.Time `json:"erasedAt"`
	Tables   []Counted `json:"tables"` // the rows when it began
	Files    int       `json:"files"`
	Bytes    int64     `json:"bytes"`
	Manifest string    `json:"manifestSha256,omitempty"` // of the export that the tenant left with
}

// Counted is a table and its rows.
type Counted struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
}

// Erase deletes every row and file of a suspended or closed tenant and returns what there was. s must be connected as the owner
// of the tables, because the application may not delete history. It deletes in batches, the tenant itself last; a run that broke off
// is begun again by the same call, and counts what there was at the very beginning. manifest is the hash of the manifest of the
// tenant's export, or empty. It returns ErrInUse or tenants.ErrNoTenant.
func (s *Service) Erase(ctx context.Context, code, manifest string) (*Certificate, error) {
	t, err := s.db.TenantByCode(ctx, code)
	if err != nil {
		return nil, err
	}
	if t.Status != "suspended" && t.Status != "closed" {
		return nil, ErrInUse
	}
	var found *schema
	var c *Certificate
	err = s.db.Platform(ctx, func(tx bun.Tx) error {
		if found, err = readSchema(ctx, tx); err != nil {
			return err
		}
		c, err = s.beginErasing(ctx, tx, t, found)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("erase %s: %w", code, err)
	}
	c.Manifest = manifest
	if err := s.eraseRows(ctx, t.ID, found); err != nil {
		return nil, fmt.Errorf("erase %s: %w", code, err)
	}
	if err := s.files.RemoveAll(t.ID); err != nil {
		return nil, err
	}
	err = s.db.Platform(ctx, func(tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM tenants WHERE id = ?", t.ID); err != nil {
			return err
		}
		c.ErasedAt = clock.Now().UTC()
		return tenants.LogOperator(ctx, tx, "erase_tenant", c)
	})
	if err != nil {
		return nil, fmt.Errorf("erase %s: %w", code, err)
	}
	return c, s.sweep(ctx, t.ID, found)
}

const begunAction = "begin_erase_tenant"

// beginErasing closes the tenant for everybody and counts what it has, or returns what an earlier run counted.
func (s *Service) beginErasing(ctx context.Context, tx bun.Tx, t tenants.Tenant, found *schema) (*Certificate, error) {
	if _, err := tx.ExecContext(ctx, "UPDATE tenants SET status = 'closed', version = version + 1, changed_at = clock_timestamp() WHERE id = ?", t.ID); err != nil {
		return nil, err
	}
	var begun string
	err := tx.QueryRowContext(ctx, `SELECT detail FROM operator_log l WHERE action = ? AND detail->'tenant'->>'id' = ?
		AND NOT EXISTS (SELECT FROM operator_log e WHERE e.action = 'erase_tenant' AND e.at > l.at AND e.detail->'tenant'->>'id' = l.detail->'tenant'->>'id') ORDER BY at LIMIT 1`, begunAction, t.ID.String()).Scan(&begun)
	c := &Certificate{Tenant: Identity{t.ID, t.Code, t.Name}, BegunAt: clock.Now().UTC(), Tables: []Counted{{ownTable, 1}}}
	if err == nil {
		return c, json.Unmarshal([]byte(begun), c)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	for _, x := range found.tables {
		n := Counted{Name: x.name}
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM "+ident(x.name)+" WHERE tenant_id = ?", t.ID).Scan(&n.Rows); err != nil {
			return nil, err
		}
		c.Tables = append(c.Tables, n)
	}
	if c.Files, c.Bytes, err = sizeOf(s.files, t.ID); err != nil {
		return nil, err
	}
	return c, tenants.LogOperator(ctx, tx, begunAction, c)
}

func sizeOf(files *file.Folder, tenant uuid.UUID) (n int, bytes int64, err error) {
	ids, err := files.List(tenant)
	if err != nil {
		return 0, 0, err
	}
	for _, id := range ids {
		size, err := files.Size(tenant, id)
		if err != nil {
			return 0, 0, err
		}
		bytes += size
	}
	return len(ids), bytes, nil
}

// eraseRows deletes from the tables that refer to others first.
func (s *Service) eraseRows(ctx context.Context, tenant uuid.UUID, found *schema) error {
	for _, t := range slices.Backward(found.tables) {
		for {
			n, err := s.eraseSome(ctx, tenant, t)
			if err != nil {
				return fmt.Errorf("table %s: %w", t.name, err)
			}
			if n == 0 {
				break
			}
		}
	}
	return nil
}

// eraseSome deletes some of a tenant's rows. A place in a file is told apart by partition only together with the tenant, so both
// are asked for. Rows that refer to rows of the same table go by one statement.
func (s *Service) eraseSome(ctx context.Context, tenant uuid.UUID, t table) (n int64, err error) {
	q := "DELETE FROM " + ident(t.name) + " WHERE tenant_id = ?0"
	if !t.self {
		q += " AND ctid = ANY (ARRAY(SELECT ctid FROM " + ident(t.name) + " WHERE tenant_id = ?0 LIMIT ?1))"
	}
	err = s.db.Platform(ctx, func(tx bun.Tx) error {
		r, err := tx.ExecContext(ctx, q, tenant, eraseAtOnce)
		if err != nil {
			return err
		}
		n, err = r.RowsAffected()
		return err
	})
	return n, err
}

// sweep deletes what a request wrote that was under way when the tenant went, until there is nothing.
func (s *Service) sweep(ctx context.Context, tenant uuid.UUID, found *schema) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(settle):
	}
	return errors.Join(s.eraseRows(ctx, tenant, found), s.files.RemoveAll(tenant))
}
