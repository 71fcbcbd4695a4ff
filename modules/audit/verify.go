package audit

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"forecourt/kernel/database"
)

// ErrBroken says that the history does not fit its chain: a line was changed, removed or slipped in, or a link is not as it was.
var ErrBroken = errors.New("the history does not fit its chain")

// Proof is what a look at a chain found to be in order.
type Proof struct {
	Links, Lines int
	Released     int    // links whose lines the owner let go of; their hashes are the anchor of those that follow
	Head         string // the hash of the newest link, to be kept where nobody who can write this database can write
}

const (
	linksSQL = `SELECT c.seq, c.upto, c.lines, c.hash, c.released FROM history_chain c WHERE c.tenant_id = $1 AND c.seq > $2 ORDER BY c.seq LIMIT 1000`
	underSQL = "SELECT " + chained + " FROM history h WHERE h.tenant_id = $1 AND h.id > $2 AND h.id <= $3 ORDER BY h.id"
)

// Verify walks a tenant's chain from its first link and reads every line under it again. It returns ErrBroken with the first link
// that does not fit. Lines younger than the last link are not proven yet.
func Verify(ctx context.Context, pool *sql.DB, tenant uuid.UUID) (Proof, error) {
	return walk(ctx, pool, tenant, link{})
}

// VerifyRecent is Verify for the newest links alone, so its time does not grow with the history.
func VerifyRecent(ctx context.Context, pool *sql.DB, tenant uuid.UUID, links int) (Proof, error) {
	last, err := lastLink(ctx, pool, tenant)
	if err != nil {
		return Proof{}, err
	}
	if last.seq <= int64(links) {
		return walk(ctx, pool, tenant, link{})
	}
	var from link
	q := database.Query{SQL: "SELECT c.seq, c.upto, c.lines, c.hash, c.released FROM history_chain c WHERE c.tenant_id = $1 AND c.seq = $2", Args: []any{tenant, last.seq - int64(links)}}
	// Without that link the walk begins at the first one, which must stand for what was forgotten before it.
	err = database.Read(ctx, pool, tenant, []database.Query{q}, func(_ int, row [][]byte) error {
		from, err = readLink(row)
		return err
	})
	if err != nil {
		return Proof{}, fmt.Errorf("read the chain: %w", err)
	}
	return walk(ctx, pool, tenant, from)
}

// walk verifies the links that follow last.
func walk(ctx context.Context, pool *sql.DB, tenant uuid.UUID, last link) (p Proof, err error) {
	for {
		var links []link
		q := database.Query{SQL: linksSQL, Args: []any{tenant, last.seq}}
		err := database.Read(ctx, pool, tenant, []database.Query{q}, func(_ int, row [][]byte) error {
			l, err := readLink(row)
			links = append(links, l)
			return err
		})
		if err != nil {
			return p, fmt.Errorf("read the chain: %w", err)
		}
		if len(links) == 0 {
			p.Head = hex.EncodeToString(last.hash)
			return p, nil
		}
		for _, l := range links {
			if err := fits(ctx, pool, tenant, last, l); err != nil {
				return p, err
			}
			last = l
			if l.released {
				p.Released++
				continue
			}
			p.Links, p.Lines = p.Links+1, p.Lines+l.lines
		}
	}
}

// fits reads the lines under l again. A chain begins with its first link, or with the released one that is kept of those forgotten.
func fits(ctx context.Context, pool *sql.DB, tenant uuid.UUID, last, l link) error {
	if l.seq != last.seq+1 && (last.seq != 0 || !l.released) {
		return fmt.Errorf("%w: link %d of tenant %s is missing", ErrBroken, last.seq+1, tenant)
	}
	if l.released {
		return nil
	}
	h := newHasher(tenant, last)
	q := database.Query{SQL: underSQL, Args: []any{tenant, last.upto, l.upto}}
	if err := database.Read(ctx, pool, tenant, []database.Query{q}, func(_ int, row [][]byte) error { return h.add(row) }); err != nil {
		return fmt.Errorf("lines under link %d: %w", l.seq, err)
	}
	found := h.done()
	switch {
	case found.lines != l.lines:
		return fmt.Errorf("%w: link %d of tenant %s proves %d lines between %s and %s, and there are %d", ErrBroken, l.seq, tenant, l.lines, last.upto, l.upto, found.lines)
	case !bytes.Equal(found.hash, l.hash):
		return fmt.Errorf("%w: link %d of tenant %s: a line between %s and %s is not as it was, or the link before is not", ErrBroken, l.seq, tenant, last.upto, l.upto)
	}
	return nil
}

// VerifyAll proves the newest links of every tenant, or of as many as the deadline of ctx allows, for a check of the whole
// installation. It says what it found, or returns ErrBroken with the first link that does not fit.
func VerifyAll(ctx context.Context, pool *sql.DB, links int) (found string, err error) {
	ids, err := tenantsOf(ctx, pool)
	if err != nil {
		return "", err
	}
	lines, proven := 0, 0
	for _, id := range ids {
		p, err := VerifyRecent(ctx, pool, id, links)
		if errors.Is(ctx.Err(), context.DeadlineExceeded) && proven > 0 {
			break
		}
		if err != nil {
			return "", err
		}
		lines, proven = lines+p.Lines, proven+1
	}
	return fmt.Sprintf("the newest %d lines of %d of %d tenants fit their chains", lines, proven, len(ids)), nil
}

func tenantsOf(ctx context.Context, pool *sql.DB) (ids []uuid.UUID, err error) {
	rows, err := pool.QueryContext(database.WithPlatform(ctx), "SELECT id FROM tenants ORDER BY code")
	if err != nil {
		return nil, fmt.Errorf("tenants: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("tenants: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
