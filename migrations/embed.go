// Package migrations holds the schema as plain SQL, forward only, and the few tables that belong to no tenant.
package migrations

import "embed"

// Files are the migrations, named NNNN_what.tx.up.sql; each runs in one transaction.
//
//go:embed *.sql
var Files embed.FS

// Platform lists every table without a tenant_id. A table that is in neither camp keeps the program from starting.
var Platform = []string{
	"tenants",
	"operators", "operator_sessions", "operator_log",
	"platform_announcements", "platform_maintenance",
	"platform_models", "platform_parameters", "plans",
	"bun_migrations", "bun_migration_locks",
}
