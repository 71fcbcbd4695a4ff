// Package announcement lets operators tell the people of all or some tenants something: a banner over their pages, from one time to
// another, until each has dismissed it.
package announcement

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/fault"
	"forecourt/kernel/id"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// Faults of announcements.
var (
	ErrPeriod = fault.New(fault.Invalid, "announcement.period", "结束时间应晚于开始时间", "The end comes before the beginning")
	ErrTenant = fault.New(fault.Invalid, "announcement.tenant", "企业不存在", "There is no such tenant")
	ErrStale  = fault.New(fault.Stale, "announcement.stale", "公告已被他人修改，请刷新后再试", "Somebody else changed this announcement; reload it")
	ErrEnded  = fault.New(fault.Conflict, "announcement.ended", "公告已结束", "This announcement has ended")
)

// Announcement is what operators tell.
type Announcement struct {
	ID      uuid.UUID   `json:"id"`
	Version int         `json:"version"`
	Level   string      `json:"level" enum:"info,warning"`
	Title   fault.Text  `json:"title"`
	Text    fault.Text  `json:"text"`
	From    time.Time   `json:"from"`
	To      time.Time   `json:"to"`
	Tenants []uuid.UUID `json:"tenants" doc:"Empty: all"`
}

// Service writes and shows announcements.
type Service struct{ db *tenants.DB }

// New makes the service.
func New(db *tenants.DB) *Service { return &Service{db} }

// check returns ErrPeriod or ErrTenant at their fields.
func (a Announcement) check(ctx context.Context, tx bun.Tx) error {
	if !a.To.After(a.From) {
		return ErrPeriod.At("to")
	}
	var known []uuid.UUID
	if err := tx.NewSelect().TableExpr("tenants").Column("id").Where("id = ANY(?)", pgdialect.Array(texts(a.Tenants))).Scan(ctx, &known); err != nil {
		return err
	}
	for i, t := range a.Tenants {
		if !slices.Contains(known, t) {
			return ErrTenant.At(fmt.Sprintf("tenants[%d]", i))
		}
	}
	return nil
}

func texts(ids []uuid.UUID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

// to is what the column of tenants holds.
func (a Announcement) to() any {
	if len(a.Tenants) == 0 {
		return nil
	}
	return pgdialect.Array(texts(a.Tenants))
}

// Create publishes an announcement. It returns ErrPeriod or ErrTenant.
func (s *Service) Create(ctx context.Context, a Announcement) (uuid.UUID, error) {
	a.ID, a.Version = id.New(), 1
	err := s.db.Platform(ctx, func(tx bun.Tx) error {
		if err := a.check(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO platform_announcements (id, level, title_zh, title_en, text_zh, text_en, from_at, to_at, tenants) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::uuid[])",
			a.ID, a.Level, a.Title.Zh, a.Title.En, a.Text.Zh, a.Text.En, a.From.UTC(), a.To.UTC(), a.to()); err != nil {
			return fmt.Errorf("announce: %w", err)
		}
		return tenants.LogOperator(ctx, tx, "announce", a)
	})
	return a.ID, err
}

// Edit changes an announcement; whoever dismissed it reads it again. It returns ErrPeriod, ErrTenant, ErrStale or rest.ErrMissing.
func (s *Service) Edit(ctx context.Context, a Announcement) error {
	return s.db.Platform(ctx, func(tx bun.Tx) error {
		if err := s.lock(ctx, tx, a.ID, a.Version); err != nil {
			return err
		}
		if err := a.check(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE platform_announcements SET version = version + 1, level = ?, title_zh = ?, title_en = ?, text_zh = ?, text_en = ?, from_at = ?, to_at = ?, tenants = ?::uuid[] WHERE id = ?`,
			a.Level, a.Title.Zh, a.Title.En, a.Text.Zh, a.Text.En, a.From.UTC(), a.To.UTC(), a.to(), a.ID); err != nil {
			return fmt.Errorf("edit announcement %s: %w", a.ID, err)
		}
		return tenants.LogOperator(ctx, tx, "edit_announcement", a)
	})
}

// End takes an announcement off everybody's pages, also one that would begin later. It returns ErrEnded, ErrStale or rest.ErrMissing.
func (s *Service) End(ctx context.Context, announcement uuid.UUID, version int) error {
	return s.db.Platform(ctx, func(tx bun.Tx) error {
		if err := s.lock(ctx, tx, announcement, version); err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, "UPDATE platform_announcements SET version = version + 1, from_at = least(from_at, now()), to_at = now() WHERE id = ? AND to_at > now()", announcement)
		if err != nil {
			return fmt.Errorf("end announcement %s: %w", announcement, err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return ErrEnded.Because(err)
		}
		return tenants.LogOperator(ctx, tx, "end_announcement", map[string]any{"id": announcement})
	})
}

func (s *Service) lock(ctx context.Context, tx bun.Tx, announcement uuid.UUID, version int) error {
	var now int
	err := tx.QueryRowContext(ctx, "SELECT version FROM platform_announcements WHERE id = ? FOR UPDATE", announcement).Scan(&now)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return rest.ErrMissing
	case err != nil:
		return fmt.Errorf("announcement %s: %w", announcement, err)
	case now != version:
		return ErrStale
	}
	return nil
}

const columns = "SELECT a.id, a.version, a.level, a.title_zh, a.title_en, a.text_zh, a.text_en, a.from_at, a.to_at, coalesce(array_to_string(a.tenants, ','), '') FROM platform_announcements a "

// All reads the newest 200 announcements, for operators.
func (s *Service) All(ctx context.Context) (out []Announcement, err error) {
	err = s.db.Platform(ctx, func(tx bun.Tx) error {
		out, err = read(ctx, tx, columns+"ORDER BY a.created_at DESC, a.id DESC LIMIT 200")
		return err
	})
	return out, err
}

const currentSQL = columns + `WHERE a.from_at <= now() AND a.to_at > now() AND (a.tenants IS NULL OR ?0 = ANY (a.tenants))
	AND NOT EXISTS (SELECT FROM announcement_dismissals d WHERE d.tenant_id = ?0 AND d.user_id = ?1 AND d.announcement_id = a.id AND d.version = a.version)
	ORDER BY a.level DESC, a.from_at DESC, a.id LIMIT 20`

// Current reads what the actor has to be told now, warnings first.
func (s *Service) Current(ctx context.Context, a tenants.Actor) (out []Announcement, err error) {
	err = s.db.Read(ctx, a, func(tx tenants.Tx) error {
		out, err = read(ctx, tx, currentSQL, tx.Tenant, a.User)
		return err
	})
	return out, err
}

// Dismiss takes an announcement off the actor's pages until it is changed. It returns rest.ErrMissing for one that is not theirs.
func (s *Service) Dismiss(ctx context.Context, a tenants.Actor, announcement uuid.UUID) error {
	return s.db.Do(ctx, a, func(tx tenants.Tx) error {
		r, err := tx.ExecContext(ctx, `INSERT INTO announcement_dismissals (tenant_id, user_id, announcement_id, version, at)
			SELECT ?0, ?1, a.id, a.version, ?2 FROM platform_announcements a WHERE a.id = ?3 AND (a.tenants IS NULL OR ?0 = ANY (a.tenants))
			ON CONFLICT (tenant_id, user_id, announcement_id) DO UPDATE SET version = excluded.version, at = excluded.at`, tx.Tenant, a.User, tx.Now, announcement)
		if err != nil {
			return fmt.Errorf("dismiss announcement %s: %w", announcement, err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return rest.ErrMissing.Because(err)
		}
		return nil
	})
}

func read(ctx context.Context, db bun.IDB, q string, args ...any) ([]Announcement, error) {
	out := []Announcement{}
	rows, err := db.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, fmt.Errorf("announcements: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		a, tenants := Announcement{Tenants: []uuid.UUID{}}, ""
		if err := rows.Scan(&a.ID, &a.Version, &a.Level, &a.Title.Zh, &a.Title.En, &a.Text.Zh, &a.Text.En, &a.From, &a.To, &tenants); err != nil {
			return nil, fmt.Errorf("announcements: %w", err)
		}
		a.From, a.To = a.From.UTC(), a.To.UTC()
		if a.Tenants, err = parse(tenants); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}
