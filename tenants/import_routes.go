package tenants

import (
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"

	"forecourt/kernel/record"
	"forecourt/kernel/rest"
)

type sheetInput struct{ RawBody multipart.Form }

type importOutput struct{ Body ImportReport }

type sheetOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (o *Org) importRoutes(api *rest.API) {
	for _, r := range []struct {
		id, path, summary string
		run               func(context.Context, Actor, []byte) (ImportReport, error)
	}{
		{"preview-users", "/preview", "What a file of users would make; multipart field file, .xlsx or .csv", o.PreviewUsers},
		{"import-users", "", "Make users with their postings from a file, all or none; multipart field file, .xlsx or .csv", o.ImportUsers},
	} {
		rest.Register(api, rest.Operation{ID: r.id, Method: http.MethodPost, Path: "/users/import" + r.path, Permission: "user:manage", Personal: true, MaxBody: maxSheet + 1<<20, Summary: r.summary},
			func(ctx context.Context, in *sheetInput) (*importOutput, error) {
				content, err := in.content()
				if err != nil {
					return nil, err
				}
				report, err := r.run(ctx, ActorOf(ctx), content)
				if err != nil {
					return nil, err
				}
				return &importOutput{report}, nil
			})
	}
	rest.Register(api, rest.Operation{ID: "users-template", Method: http.MethodGet, Path: "/users/import/template", Permission: "user:manage", Summary: "The empty sheet for an import of users, .xlsx"},
		func(ctx context.Context, _ *struct{}) (*sheetOutput, error) {
			content, err := o.UserTemplate(ctx, ActorOf(ctx))
			if err != nil {
				return nil, err
			}
			return &sheetOutput{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", `attachment; filename="users.xlsx"`, content}, nil
		})
}

// content reads the one file of the form. It returns record.ErrFileNone or ErrSheetLarge.
func (in *sheetInput) content() ([]byte, error) {
	heads := in.RawBody.File["file"]
	if len(heads) != 1 {
		return nil, record.ErrFileNone.At("file")
	}
	f, err := heads[0].Open()
	if err != nil {
		return nil, fmt.Errorf("read upload: %w", err)
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxSheet+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read upload: %w", err)
	case len(b) > maxSheet:
		return nil, ErrSheetLarge.At("file")
	}
	return b, nil
}
