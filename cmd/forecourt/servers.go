package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/redis/go-redis/v9"

	"forecourt/kernel/config"
	"forecourt/kernel/embedded"
	"forecourt/kernel/migrate"
	"forecourt/kernel/secret"
	"forecourt/migrations"
)

// servers are the PostgreSQL and Redis that this process works with, its own or named ones.
type servers struct {
	cfg      config.Config
	appURL   string
	ownerURL string // empty: this process does not migrate
	redisURL string
	pg       *embedded.Postgres
	red      *embedded.Redis
}

// open starts the private servers where none is named, and migrates where the owner's address is known.
func open(ctx context.Context, log *slog.Logger) (_ *servers, err error) {
	cfg, err := config.Load()
	if err != nil {
		return nil, err
	}
	s := &servers{cfg: cfg, appURL: cfg.DatabaseURL, ownerURL: cfg.DatabaseOwnerURL, redisURL: cfg.RedisURL}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop(ctx))
		}
	}()
	if cfg.PrivatePostgres() {
		if s.pg, err = embedded.StartPostgres(ctx, filepath.Join(cfg.Data, "postgres"), log); err != nil {
			return nil, err
		}
		s.appURL, s.ownerURL = s.pg.AppURL(), s.pg.OwnerURL()
	}
	if cfg.PrivateRedis() {
		if s.red, err = embedded.StartRedis(ctx, filepath.Join(cfg.Data, "redis"), log); err != nil {
			return nil, err
		}
		s.redisURL = s.red.URL()
	}
	if s.ownerURL != "" {
		applied, err := migrate.Up(ctx, s.ownerURL, migrations.Files)
		if err != nil {
			return nil, fmt.Errorf("migrate: %w", err)
		}
		if len(applied) > 0 {
			log.Info("database migrated", "steps", len(applied))
		}
	}
	if err := migrate.Check(ctx, s.appURL, migrations.Files); err != nil {
		return nil, err
	}
	if err := migrate.Guard(ctx, s.appURL, migrations.Platform); err != nil {
		return nil, err
	}
	return s, nil
}

const grace = 10 * time.Second

// stop ends what open started, Redis first: nothing in it is the only copy.
func (s *servers) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	var errs []error
	if s.red != nil {
		errs = append(errs, s.red.Stop(ctx))
	}
	if s.pg != nil {
		errs = append(errs, s.pg.Stop(ctx))
	}
	return errors.Join(errs...)
}

// box seals secrets under FORECOURT_SECRET or, beside a private PostgreSQL, under a key in the folder of data. Other replicas read
// the same database, so a named one has no key of this machine: nil.
func (s *servers) box() (*secret.Box, error) {
	keys := s.cfg.Keys()
	if len(keys) == 0 && s.cfg.PrivatePostgres() {
		key, err := secret.File(filepath.Join(s.cfg.Data, "secret.key"))
		if err != nil {
			return nil, err
		}
		keys = []string{key}
	}
	return secret.New(keys...)
}

func (s *servers) redis() (redis.UniversalClient, error) {
	o, err := redis.ParseURL(s.redisURL)
	if err != nil {
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	return redis.NewClient(o), nil
}
