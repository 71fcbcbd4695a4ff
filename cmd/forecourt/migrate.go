package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"

	"forecourt/kernel/config"
	"forecourt/kernel/embedded"
	"forecourt/kernel/migrate"
	"forecourt/migrations"
)

// migrateCommand brings the database up or says how it stands.
func migrateCommand(ctx context.Context, args []string, out io.Writer) (err error) {
	if len(args) != 1 || args[0] != "up" && args[0] != "status" {
		return errors.New("usage: forecourt migrate up|status")
	}
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	url := cfg.DatabaseOwnerURL
	if cfg.PrivatePostgres() {
		pg, err := embedded.StartPostgres(ctx, filepath.Join(cfg.Data, "postgres"), slog.Default())
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, pg.Stop(context.WithoutCancel(ctx))) }()
		url = pg.OwnerURL()
	}
	if url == "" {
		return errors.New("set DATABASE_OWNER_URL to the owner of the tables; the application's role may not migrate")
	}
	if args[0] == "up" {
		applied, err := migrate.Up(ctx, url, migrations.Files)
		for _, name := range applied {
			_, _ = fmt.Fprintln(out, "applied", name)
		}
		if err == nil && len(applied) == 0 {
			_, _ = fmt.Fprintln(out, "up to date")
		}
		return err
	}
	all, err := migrate.Status(ctx, url, migrations.Files)
	for _, m := range all {
		state := "waiting"
		if m.Applied() {
			state = m.AppliedAt.Format("2006-01-02 15:04")
		}
		_, _ = fmt.Fprintln(out, state, m.Name())
	}
	return err
}
