package catalogue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"forecourt/kernel/database"
	"forecourt/kernel/rest"
	"forecourt/kernel/search"
	"forecourt/tenants"
)

// maxErrors is how many mistakes a report lists; a file of the wrong encoding has as many as lines.
const maxErrors = 500

// LineError is what is wrong at a field of a line of the file. Lines count from 1, the heading's.
type LineError struct {
	Line    int    `json:"line"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Report says what a file of vehicle models holds and what an import did with it, or would do.
type Report struct {
	Rows    int         `json:"rows"`
	New     int         `json:"new"`
	Changed int         `json:"changed"`
	Same    int         `json:"same"`
	Errors  []LineError `json:"errors"`
	More    int         `json:"moreErrors,omitempty" doc:"Mistakes that are not listed"`
	Applied bool        `json:"applied" doc:"Whether the models were written: a file with mistakes writes nothing"`
}

const (
	// The rows of a file wait here; the table is gone at the end of the transaction.
	createIncoming = `CREATE TEMP TABLE incoming_models (id uuid, source_id text, brand text, maker text, series text, model_year int, name text, grams text[]) ON COMMIT DROP`
	// A merge join over the unique index on source_id; every row of either side is looked at once.
	countIncoming = `SELECT count(*) FILTER (WHERE m.id IS NULL),
		count(*) FILTER (WHERE (m.brand, m.maker, m.series, m.model_year, m.name) IS DISTINCT FROM (i.brand, i.maker, i.series, i.model_year, i.name) AND m.id IS NOT NULL), count(*)
		FROM incoming_models i LEFT JOIN platform_models m ON m.source_id = i.source_id`
	takeIncoming = `INSERT INTO platform_models AS m (id, source_id, brand, maker, series, model_year, name, grams)
		SELECT id, source_id, brand, maker, series, model_year, name, grams FROM incoming_models
		ON CONFLICT (source_id) DO UPDATE SET brand = excluded.brand, maker = excluded.maker, series = excluded.series, model_year = excluded.model_year,
			name = excluded.name, grams = excluded.grams, updated_at = now()
		WHERE (m.brand, m.maker, m.series, m.model_year, m.name) IS DISTINCT FROM (excluded.brand, excluded.maker, excluded.series, excluded.model_year, excluded.name)`
)

// ImportModels reads a CSV, or gzipped CSV, of vehicle models into the platform's catalogue, all or nothing: a file with a
// mistake in any line writes nothing, and neither does dry. The same file again changes nothing. It returns ErrTemplate, ErrGzip
// or ErrFileSize for a file that cannot be read at all.
func (s *Service) ImportModels(ctx context.Context, r io.Reader, dry bool) (Report, error) {
	ctx = database.WithPlatform(ctx)
	conn, err := bun.NewDB(s.db.Pool(), pgdialect.New()).Conn(ctx) // one connection, which COPY needs to know
	if err != nil {
		return Report{}, fmt.Errorf("import models: %w", err)
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return Report{}, fmt.Errorf("import models: %w", err)
	}
	report, err := importModels(ctx, conn.Conn, tx, r, dry)
	if err != nil || !report.Applied {
		return report, errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return Report{}, fmt.Errorf("import models: %w", err)
	}
	return report, nil
}

func importModels(ctx context.Context, conn *sql.Conn, tx bun.Tx, r io.Reader, dry bool) (Report, error) {
	report := Report{Errors: []LineError{}}
	rows, err := gather(r, rest.LanguageOf(ctx), &report)
	if err != nil {
		return Report{}, err
	}
	run := func(q string, args ...any) error {
		if _, err := tx.ExecContext(ctx, q, args...); err != nil {
			return fmt.Errorf("import models: %w", err)
		}
		return nil
	}
	if !dry { // two imports at once would count each other's rows
		if err := run("SELECT pg_advisory_xact_lock(hashtextextended('platform_models', 2))"); err != nil {
			return Report{}, err
		}
	}
	if err := run(createIncoming); err != nil {
		return Report{}, err
	}
	if _, err := database.Copy(ctx, conn, "incoming_models", []string{"id", "source_id", "brand", "maker", "series", "model_year", "name", "grams"}, rows); err != nil {
		return Report{}, err
	}
	if err := run("ANALYZE incoming_models"); err != nil {
		return Report{}, err
	}
	var all int
	if err := tx.QueryRowContext(ctx, countIncoming).Scan(&report.New, &report.Changed, &all); err != nil {
		return Report{}, fmt.Errorf("compare models: %w", err)
	}
	report.Same = all - report.New - report.Changed
	if dry || len(report.Errors) > 0 {
		return report, nil
	}
	if err := run(takeIncoming); err != nil {
		return Report{}, err
	}
	report.Applied = true
	return report, tenants.LogOperator(ctx, tx, "import_models", map[string]int{"rows": report.Rows, "new": report.New, "changed": report.Changed})
}

// gather reads the file and returns its good lines, one a call.
func gather(r io.Reader, language string, report *Report) (next func() ([]any, error), err error) {
	var lines []line
	report.Rows, err = parse(r, func(l line) error { lines = append(lines, l); return nil }, func(w wrong) {
		if len(report.Errors) == maxErrors {
			report.More++
			return
		}
		report.Errors = append(report.Errors, LineError{w.line, w.field, w.text.In(language)})
	})
	at := 0
	return func() ([]any, error) {
		if at == len(lines) {
			return nil, nil
		}
		l := lines[at]
		at++
		return []any{l.id(), l.source, l.brand, l.maker, l.series, l.year, l.name, l.grams()}, nil
	}, err
}

// modelIDs is the space of the ids of models.
var modelIDs = uuid.MustParse("0c6b1a57-6f0e-5d0b-9a52-2f5f1e1d7a41")

// id follows from the model's key in the file, so two installations that import the same catalogue agree, and a group that moves from
// one to the other finds its models.
func (l line) id() uuid.UUID { return uuid.NewSHA1(modelIDs, []byte(l.source)) }

// grams lets people find a model by its brand, series and configuration as they say them in one go, or by its maker.
func (l line) grams() []string {
	return search.Unique(append(search.Keys(l.brand+l.series+l.name), search.Keys(l.maker)...))
}
