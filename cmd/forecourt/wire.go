package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"forecourt/kernel/config"
	"forecourt/kernel/database"
	"forecourt/kernel/file"
	"forecourt/kernel/job"
	"forecourt/kernel/live"
	"forecourt/kernel/parameter"
	"forecourt/kernel/record"
	"forecourt/kernel/rest"
	"forecourt/modules/screens"
	"forecourt/policies"
	"forecourt/tenants"
	"forecourt/tenants/transfer"
	"forecourt/workers"
)

// application is the built program.
type application struct {
	db       *tenants.DB
	redis    redis.UniversalClient
	hub      *live.Hub
	tenants  *tenants.Sessions
	org      *tenants.Org
	platform *tenants.Platform
	transfer *transfer.Service
	closed   *tenants.Maintenance
	policies *policies.Service
	kinds    *record.Registry
	screens  *screens.Service
	modules  *modules
	workers  *workers.Workers
	http     *fiber.App
	api      *rest.API
	close    func() error
}

const bodyLimit = 70 << 20 // the largest import; every operation has its own, smaller limit

// build makes the whole program: kernel, tenants, policies, modules, workers. It starts nothing.
func build(s *servers, log *slog.Logger) (*application, error) {
	pool, err := database.Open(s.appURL, s.cfg.Connections)
	if err != nil {
		return nil, err
	}
	client, err := s.redis()
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	files, err := file.NewFolder(filepath.Join(s.cfg.Data, "files"))
	if err != nil {
		return nil, errors.Join(err, pool.Close(), client.Close())
	}
	box, err := s.box()
	if err != nil {
		return nil, errors.Join(err, pool.Close(), client.Close())
	}
	hub := live.New(client, log)
	a := &application{redis: client, hub: hub, close: func() error { return errors.Join(client.Close(), pool.Close()) }}
	a.db = tenants.NewDB(pool, func(tenant uuid.UUID, touched []database.Touch) {
		hub.Announce(tenant, touched)
		a.workers.Touched(tenant, touched)
	})
	if a.kinds, err = record.NewRegistry(kinds()...); err != nil {
		return nil, err
	}
	if err := parameter.Check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(database.WithPlatform(context.Background()), 10*time.Second)
	defer cancel()
	if err := a.kinds.CheckIndexes(ctx, pool); err != nil {
		return nil, errors.Join(err, a.close())
	}
	a.policies = policies.New(a.db, a.kinds, hub.Stale)
	a.org = tenants.NewOrg(a.db, a.policies, hub.Stale)
	failures := tenants.NewFailures(client)
	a.tenants = tenants.NewSessions(a.db, a.policies, hub.Stale).Guarded(box, failures).Asking(tenants.ProviderClient(s.cfg.PrivateIssuers))
	a.tenants.CountCalls(client)
	hub.OnStale(a.tenants.Stale)
	hub.OnStale(a.policies.Stale)
	hub.OnStale(a.kinds.Stale)
	a.screens = screens.New(a.db, a.kinds, hub.Stale)
	a.modules = newModules(a.db, a.policies)
	a.org.Join(a.modules.joined())
	a.platform = tenants.NewPlatform(a.db, a.org, append([]func(context.Context, tenants.Tx) error{policies.Seed}, seeds()...)...).Guarded(failures)
	a.transfer = transfer.New(a.db, files)
	a.closed = tenants.NewMaintenance(a.db)
	handlers := job.Handlers{}
	a.modules.handle(handlers)
	a.platform.Handlers(handlers)
	a.workers = workers.New(a.db, client, handlers, workers.Options{Log: log, Paused: a.closed.On, Words: jobWords()})
	if err := a.door(s.cfg, files); err != nil {
		return nil, errors.Join(err, a.close())
	}
	return a, nil
}

// door opens the API and the web.
func (a *application) door(cfg config.Config, files *file.Folder) error {
	proxies, err := rest.ParseNetworks(cfg.Proxies)
	if err != nil {
		return err
	}
	a.http = fiber.New(fiber.Config{DisableStartupMessage: true, BodyLimit: bodyLimit, ReadTimeout: 60 * time.Second, IdleTimeout: 2 * time.Minute, ErrorHandler: rest.Fail, Immutable: true})
	a.api = rest.New(a.http, rest.Doors{Tenant: a.tenants.Enter, Operator: a.platform.Enter, Allow: tenants.Allow, Answers: a.db, Shut: a.closed.Shut, Proxies: proxies})
	a.register(files)
	return serveWeb(a.http)
}

// register adds every operation. It is the whole API, in one place.
func (a *application) register(files *file.Folder) {
	a.tenants.Routes(a.api)
	a.platform.Routes(a.api)
	a.transfer.Routes(a.api)
	a.closed.Routes(a.api)
	a.workers.Routes(a.api)
	a.org.Routes(a.api)
	a.policies.Routes(a.api)
	a.screens.Routes(a.api)
	a.hub.Routes(a.api, a.closed.Watch(a.tenants.Watch))
	a.modules.routes(a.api) // before the kinds: their fixed paths are not to be taken for ids
	desk := &record.Desk{Pool: a.db.Pool(), Kinds: a.kinds, Write: a.db.Write, Files: files, Room: tenants.FileRoom}
	desk.Serve(a.api)
}

// describe builds the API without any server, for its document.
func describe() (*rest.API, error) {
	registry, err := record.NewRegistry(kinds()...)
	if err != nil {
		return nil, fmt.Errorf("kinds: %w", err)
	}
	pool, err := database.Open("postgres://nobody@127.0.0.1:1/none", 1) // lazy: never reached
	if err != nil {
		return nil, err
	}
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	a := &application{hub: live.New(client, slog.Default()), db: tenants.NewDB(pool, nil), kinds: registry}
	a.workers = workers.New(a.db, client, nil, workers.Options{})
	a.policies = policies.New(a.db, registry, a.hub.Stale)
	a.org = tenants.NewOrg(a.db, a.policies, a.hub.Stale)
	a.tenants = tenants.NewSessions(a.db, a.policies, a.hub.Stale)
	a.platform = tenants.NewPlatform(a.db, a.org)
	a.transfer = transfer.New(a.db, nil)
	a.closed = tenants.NewMaintenance(a.db)
	a.screens = screens.New(a.db, registry, a.hub.Stale)
	a.modules = newModules(a.db, a.policies)
	a.api = rest.New(fiber.New(), rest.Doors{})
	a.register(nil)
	return a.api, nil
}
