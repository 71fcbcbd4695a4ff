package transfer

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/uptrace/bun"

	"forecourt/kernel/clock"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/tenants"
)

// longest is how long an export may take: one of a million customers takes minutes, one that nobody reads any more none.
const longest = 6 * time.Hour

// Routes registers the export for operators.
func (s *Service) Routes(api *rest.API) {
	rest.Register(api, rest.Operation{ID: "export-tenant", Method: http.MethodPost, Path: "/platform/tenants/{id}/export", Permission: rest.Operator, Summary: "Everything of a tenant as one zip file"}, s.serve)
}

// serve writes who takes the data before the first byte, and what was in it after the last. An export that breaks off ends without
// its directory, which no program takes for a whole file.
func (s *Service) serve(ctx context.Context, in *record.ByID) (*huma.StreamResponse, error) {
	t, err := s.db.Tenant(ctx, in.Key())
	if errors.Is(err, tenants.ErrNoTenant) {
		return nil, rest.ErrMissing.Because(err)
	}
	if err != nil {
		return nil, err
	}
	if err := s.log(ctx, "export_tenant", map[string]any{"tenant": t.ID, "code": t.Code}); err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		c := humafiber.Unwrap(hc)
		c.Set("Content-Type", "application/zip")
		c.Set("Content-Disposition", `attachment; filename="`+FileName(t)+`"`)
		c.Set("Cache-Control", "no-store")
		c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
			defer cancel()
			m, sum, err := s.Export(ctx, t, w)
			if err == nil {
				err = s.log(ctx, "exported_tenant", map[string]any{"tenant": t.ID, "code": t.Code, "manifest": sum, "files": len(m.Files)})
			}
			if err != nil {
				slog.Error("export of a tenant broke off", "tenant", t.Code, "error", err)
			}
		})
	}}, nil
}

func (s *Service) log(ctx context.Context, action string, detail any) error {
	return s.db.Platform(ctx, func(tx bun.Tx) error { return tenants.LogOperator(ctx, tx, action, detail) })
}

// FileName is how an export made now is called.
func FileName(t tenants.Tenant) string {
	return t.Code + "-" + string(clock.DayOf(clock.Now(), clock.China)) + ".zip"
}
