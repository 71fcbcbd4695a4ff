package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"forecourt/kernel/database"
)

// Search keys come to an index through its list of what waits. The migrations keep that list short, because every search reads it;
// for a COPY it is made long, so that a key is looked up once for thousands of rows.
const (
	shortList = 64                             // kB, as searchable() in the migrations says
	longList  = 64 << 10                       // kB
	listTidy  = "SET LOCAL work_mem = '256MB'" // in which a long list is sorted
)

// searchIndexes names the indexes of search keys.
const searchIndexes = `SELECT c.relname FROM pg_class c JOIN pg_am a ON a.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE a.amname = 'gin' AND n.nspname = 'public' AND c.relkind = 'i' AND c.relname LIKE '%\_grams' AND EXISTS (SELECT FROM unnest(c.reloptions) o WHERE o LIKE 'gin_pending_list_limit=%')`

// waiting sets how long the lists of all search indexes may grow, in kB. Shortened, they are emptied first. A seed that was killed
// leaves them long: every other run of the bench shortens them again.
func waiting(ctx context.Context, owner *bun.DB, kB int) (err error) {
	ctx = database.WithPlatform(ctx)
	var indexes []string
	if err := owner.NewRaw(searchIndexes).Scan(ctx, &indexes); err != nil {
		return fmt.Errorf("search indexes: %w", err)
	}
	for _, name := range indexes {
		if kB <= shortList {
			if _, e := owner.ExecContext(ctx, "SELECT gin_clean_pending_list(?::regclass)", name); e != nil {
				err = errors.Join(err, fmt.Errorf("empty %s: %w", name, e))
			}
		}
		if _, e := owner.ExecContext(ctx, "ALTER INDEX ? SET (gin_pending_list_limit = ?)", bun.Ident(name), kB); e != nil {
			err = errors.Join(err, fmt.Errorf("set %s: %w", name, e))
		}
	}
	return err
}
