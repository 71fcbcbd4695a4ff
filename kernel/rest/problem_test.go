package rest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"forecourt/kernel/fault"
)

func TestProblem(t *testing.T) {
	t.Parallel()
	database := func(code string) error { return fmt.Errorf("save: %w", &pgconn.PgError{Code: code}) }
	taken := fault.New(fault.Conflict, "thing.taken", "已被占用", "Taken")
	for name, c := range map[string]struct {
		err    error
		status int
		code   string
		field  string
	}{
		"Fault":             {taken, 409, "thing.taken", ""},
		"FaultAtAField":     {fmt.Errorf("create: %w", taken.At("code")), 409, "thing.taken", "code"},
		"ForeignKey":        {database("23503"), statuses[errReference.Kind], errReference.Code, ""},
		"Unique":            {database("23505"), statuses[errTaken.Kind], errTaken.Code, ""},
		"ValueOutOfRange":   {database("22003"), statuses[errDatabaseValue.Kind], errDatabaseValue.Code, ""},
		"DiskFull":          {database("53100"), 503, "rest.exhausted", ""},
		"TooManyConnection": {database("53300"), 503, "rest.exhausted", ""},
		"TooSlow":           {fmt.Errorf("read: %w", context.DeadlineExceeded), 503, "rest.timeout", ""},
		"Unknown":           {errors.New("secret of the house"), 500, "rest.internal", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := problem(t.Context(), c.err)
			field := ""
			if len(p.Errors) > 0 {
				field = p.Errors[0].Field
			}
			if p.Status != c.status || p.Code != c.code || field != c.field || p.Detail == "" || p.Title == "" {
				t.Errorf("got %+v, want %d %s at %q", p, c.status, c.code, c.field)
			}
			if p.Detail == c.err.Error() && c.status >= 500 {
				t.Error("the client reads what only the log should hold")
			}
		})
	}
}
