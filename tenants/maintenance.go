package tenants

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"

	"forecourt/kernel/access"
	"forecourt/kernel/clock"
	"forecourt/kernel/fault"
	"forecourt/kernel/rest"
)

// ErrMaintenanceEnd refuses a maintenance that is over before it begins.
var ErrMaintenanceEnd = fault.New(fault.Invalid, "maintenance.until", "预计结束时间应晚于现在", "The expected end lies in the past")

// Maintenance closes every operation of tenants on every replica. The truth is one row; each process reads it twice a second, so it
// needs nothing but the database.
type Maintenance struct {
	db  *DB
	now atomic.Pointer[rest.Closure]
}

// NewMaintenance makes the service, open until it has read.
func NewMaintenance(db *DB) *Maintenance { return &Maintenance{db: db} }

// Shut returns the closure, or nil.
func (m *Maintenance) Shut() *rest.Closure { return m.now.Load() }

// On says whether the platform is closed.
func (m *Maintenance) On() bool { return m.Shut() != nil }

// Watch ends the streams that watch tells about when the platform closes.
func (m *Maintenance) Watch(watch func(context.Context) func() (*access.Set, error)) func(context.Context) func() (*access.Set, error) {
	return func(ctx context.Context) func() (*access.Set, error) {
		ask := watch(ctx)
		return func() (*access.Set, error) {
			if shut := m.Shut(); shut != nil {
				return nil, shut.Fault()
			}
			return ask()
		}
	}
}

// Run follows the row until ctx ends. While the database is away, what was read last holds.
func (m *Maintenance) Run(ctx context.Context) error {
	tick := time.NewTicker(healEvery)
	defer tick.Stop()
	for {
		if _, err := m.Look(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("maintenance not read", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// MaintenanceState is whether the platform is closed, why and for how long.
type MaintenanceState struct {
	Active bool       `json:"active"`
	Text   fault.Text `json:"text"`
	Until  time.Time  `json:"until"`
	Since  time.Time  `json:"since"`
}

// Look reads the row now.
func (m *Maintenance) Look(ctx context.Context) (s MaintenanceState, err error) {
	err = m.db.Platform(ctx, func(tx bun.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT active, text_zh, text_en, until, since FROM platform_maintenance").Scan(&s.Active, &s.Text.Zh, &s.Text.En, &s.Until, &s.Since)
	})
	if err != nil {
		return s, fmt.Errorf("read maintenance: %w", err)
	}
	s.Until, s.Since = s.Until.UTC(), s.Since.UTC()
	var shut *rest.Closure
	if s.Active {
		shut = &rest.Closure{Text: s.Text, Until: s.Until}
	}
	m.now.Store(shut)
	return s, nil
}

// Close closes the platform until somebody opens it; until is only what people are told. It returns ErrMaintenanceEnd.
func (m *Maintenance) Close(ctx context.Context, text fault.Text, until time.Time) error {
	if !until.After(clock.Now()) {
		return ErrMaintenanceEnd.At("until")
	}
	return m.set(ctx, "close_platform", map[string]any{"text": text, "until": until}, `UPDATE platform_maintenance SET text_zh = ?, text_en = ?, until = ?,
		since = CASE WHEN active THEN since ELSE now() END, active = true`, text.Zh, text.En, until.UTC())
}

// Open opens the platform again.
func (m *Maintenance) Open(ctx context.Context) error {
	return m.set(ctx, "open_platform", map[string]any{}, "UPDATE platform_maintenance SET active = false")
}

func (m *Maintenance) set(ctx context.Context, action string, detail any, q string, args ...any) error {
	err := m.db.Platform(ctx, func(tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, q, args...); err != nil {
			return err
		}
		return LogOperator(ctx, tx, action, detail)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	_, err = m.Look(ctx)
	return err
}

type maintenanceOutput struct{ Body MaintenanceState }

type maintenanceInput struct {
	Body struct {
		Text  BothTexts `json:"text"`
		Until time.Time `json:"until" doc:"When it should be over; it ends when an operator ends it"`
	}
}

// BothTexts is a text that is written in both languages.
type BothTexts struct {
	Zh string `json:"zh" minLength:"1" maxLength:"2000"`
	En string `json:"en" minLength:"1" maxLength:"2000"`
}

// Routes registers the operators' switch.
func (m *Maintenance) Routes(api *rest.API) {
	state := func(ctx context.Context, err error) (*maintenanceOutput, error) {
		if err != nil {
			return nil, err
		}
		s, err := m.Look(ctx)
		return &maintenanceOutput{s}, err
	}
	rest.Register(api, rest.Operation{ID: "get-maintenance", Method: http.MethodGet, Path: "/platform/maintenance", Permission: rest.Operator, Summary: "Whether the platform is closed for maintenance"},
		func(ctx context.Context, _ *struct{}) (*maintenanceOutput, error) { return state(ctx, nil) })
	rest.Register(api, rest.Operation{ID: "begin-maintenance", Method: http.MethodPut, Path: "/platform/maintenance", Permission: rest.Operator, Summary: "Close every operation of tenants, or change the text"},
		func(ctx context.Context, in *maintenanceInput) (*maintenanceOutput, error) {
			return state(ctx, m.Close(ctx, fault.Text(in.Body.Text), in.Body.Until))
		})
	rest.Register(api, rest.Operation{ID: "end-maintenance", Method: http.MethodDelete, Path: "/platform/maintenance", Permission: rest.Operator, Summary: "Open the platform again"},
		func(ctx context.Context, _ *struct{}) (*struct{}, error) { return nil, m.Open(ctx) })
}
