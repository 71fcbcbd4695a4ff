package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/clock"
	"forecourt/kernel/database"
)

// link is one row of history_chain: the proof of the lines after the link before it, up to upto.
type link struct {
	seq      int64
	upto     uuid.UUID
	lines    int
	first    time.Time // the earliest line's time, by which the owner forgets months
	hash     []byte
	released bool
}

const (
	// linkLines is how many lines one link proves at most: so many are read again to find what is wrong.
	linkLines = 10_000
	// settled is how old a line is when the chain takes it. No transaction lasts that long, so none adds a line behind the chain.
	settled = 15 * time.Minute
)

// chained are the columns that a hash covers: all of them, and the length of each goes before it, so that nothing can be shifted
// from one to the next. jsonb has one text for one value. Times are whole microseconds, whatever the zone of the connection.
const chained = `h.id, (extract(epoch FROM h.at) * 1000000)::bigint, h.kind, h.record_id, h.version, h.action, h.user_id, h.session_id,
	h.address, h.operation, h.was, h.now, h.took, h.at`

const (
	lastLinkSQL = "SELECT c.seq, c.upto, c.lines, c.hash, c.released FROM history_chain c WHERE c.tenant_id = $1 ORDER BY c.seq DESC LIMIT 1"
	nextSQL     = "SELECT " + chained + " FROM history h WHERE h.tenant_id = $1 AND h.id > $2 AND h.id < $3 ORDER BY h.id LIMIT $4"
)

// hasher makes the hash of a link from the one before and the lines.
type hasher struct {
	link link
	sum  hash.Hash
}

func newHasher(tenant uuid.UUID, before link) *hasher {
	h := &hasher{link: link{seq: before.seq + 1}, sum: sha256.New()}
	_, _ = h.sum.Write(tenant[:]) // a hash never fails
	_, _ = h.sum.Write(binary.BigEndian.AppendUint64(nil, uint64(h.link.seq)))
	_, _ = h.sum.Write(before.hash)
	return h
}

// add takes a row of chained.
func (h *hasher) add(row [][]byte) (err error) {
	last := len(row) - 1
	for _, value := range row[:last] {
		length := uint32(len(value))
		if value == nil {
			length = 1<<32 - 1
		}
		_, _ = h.sum.Write(binary.BigEndian.AppendUint32(nil, length))
		_, _ = h.sum.Write(value)
	}
	if h.link.upto, err = uuid.ParseBytes(row[0]); err != nil {
		return err
	}
	at, err := time.Parse("2006-01-02 15:04:05.999999-07", string(row[last]))
	if err != nil {
		return err
	}
	if h.link.lines == 0 || at.Before(h.link.first) {
		h.link.first = at
	}
	h.link.lines++
	return nil
}

func (h *hasher) done() link {
	l := h.link
	l.hash = h.sum.Sum(nil)
	return l
}

// before returns the smallest id that could be made at t: the ids of version 7 begin with the milliseconds of their birth.
func before(t time.Time) uuid.UUID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:8], uint64(t.UnixMilli())<<16)
	return u
}

// born is the month in which an id was made.
func born(u uuid.UUID) time.Time {
	ms := int64(binary.BigEndian.Uint64(u[:8]) >> 16) //nolint:gosec // 48 bits
	return monthOf(time.UnixMilli(ms))
}

func monthOf(t time.Time) time.Time {
	y, m, _ := t.UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

// nextLink reads the lines that follow last, as many as one link takes. It has no lines when none has settled. A link ends with its
// month, so that months are forgotten by whole links.
func nextLink(ctx context.Context, pool *sql.DB, tenant uuid.UUID, last link) (link, error) {
	h, full := newHasher(tenant, last), false
	q := database.Query{SQL: nextSQL, Args: []any{tenant, last.upto, before(clock.Now().Add(-settled)), linkLines}}
	if err := database.Read(ctx, pool, tenant, []database.Query{q}, func(_ int, row [][]byte) error {
		if full {
			return nil
		}
		u, err := uuid.ParseBytes(row[0])
		if err != nil {
			return err
		}
		if full = h.link.lines > 0 && !born(u).Equal(born(h.link.upto)); full {
			return nil
		}
		return h.add(row)
	}); err != nil {
		return link{}, fmt.Errorf("lines for the chain: %w", err)
	}
	return h.done(), nil
}

// lastLink reads the newest link; its seq is 0 when there is none.
func lastLink(ctx context.Context, pool *sql.DB, tenant uuid.UUID) (l link, err error) {
	err = database.Read(ctx, pool, tenant, []database.Query{{SQL: lastLinkSQL, Args: []any{tenant}}}, func(_ int, row [][]byte) error {
		l, err = readLink(row)
		return err
	})
	if err != nil {
		return link{}, fmt.Errorf("last link: %w", err)
	}
	return l, nil
}

// readLink takes seq, upto, lines, hash, released.
func readLink(row [][]byte) (l link, err error) {
	if err := json.Unmarshal(row[0], &l.seq); err != nil {
		return l, err
	}
	if l.upto, err = uuid.ParseBytes(row[1]); err != nil {
		return l, err
	}
	if err := json.Unmarshal(row[2], &l.lines); err != nil {
		return l, err
	}
	l.released = string(row[4]) == "t"
	l.hash, err = bytea(row[3])
	return l, err
}
