package tenants

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"forecourt/kernel/fault"
	"forecourt/kernel/rest"
)

// importFor bounds an import beyond an ordinary request: 2,000 passwords cost more than that may take.
const importFor = 3 * time.Minute

// ImportError is what is wrong at a field of a line. Lines count from 1, the heading's.
type ImportError struct {
	Line    int    `json:"line"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// ImportReport says what a file of users holds and what an import did with it, or would do.
type ImportReport struct {
	Rows   int           `json:"rows"`
	New    int           `json:"new" doc:"How many users the import made, or would make; none while there are errors"`
	Errors []ImportError `json:"errors"`
}

// errLines takes back the transaction of an import that found mistakes.
var errLines = errors.New("the file has mistakes")

// PreviewUsers says what ImportUsers would do with a file. It returns ErrSheet, ErrSheetHead, ErrSheetSize, ErrSheetNone, ErrQuota or
// a denied fault.
func (o *Org) PreviewUsers(ctx context.Context, a Actor, content []byte) (report ImportReport, err error) {
	rows, err := readSheet(content)
	if err != nil {
		return ImportReport{}, err
	}
	err = o.db.Read(ctx, a, func(tx Tx) error {
		if report, _, err = o.checked(ctx, tx, rows); err != nil {
			return err
		}
		return fits(ctx, tx.Tx, Users, int64(report.New), "")
	})
	return report, err
}

// checked holds the rows against the tenant and reports in the reader's language.
func (o *Org) checked(ctx context.Context, tx Tx, rows []sheetRow) (ImportReport, []newcomer, error) {
	report := ImportReport{Rows: len(rows), Errors: []ImportError{}}
	language := rest.LanguageOf(ctx)
	found, err := o.check(ctx, tx, rows, func(line int, f *fault.Fault) {
		report.Errors = append(report.Errors, ImportError{line, f.Field, f.Message(language)})
	})
	if err == nil && len(report.Errors) == 0 {
		report.New = len(found)
	}
	return report, found, err
}

// ImportUsers makes a user with a posting of every line, all or none: a file with a mistake in any line makes nobody, and the report
// says where. The same file again says that the logins are taken. Everybody changes the password when they sign in first.
//
// The hashes are made before the transaction, which holds no lock meanwhile. Each takes 37 ms and two are made at once, in turn
// with the sign-ins of others: 2,000 take 37 s, and the transaction after them 3 s. It returns what PreviewUsers does,
// and ErrLogin when somebody took a login between the last look and the insert.
func (o *Org) ImportUsers(ctx context.Context, a Actor, content []byte) (ImportReport, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), importFor)
	defer cancel()
	report, err := o.PreviewUsers(ctx, a, content)
	if err != nil || len(report.Errors) > 0 {
		return report, err
	}
	rows, err := readSheet(content)
	if err != nil {
		return ImportReport{}, err
	}
	hashes, err := o.hashAll(ctx, rows)
	if err != nil {
		return ImportReport{}, err
	}
	err = o.change(ctx, a, func(tx Tx) error {
		if err := Room(ctx, tx.Tx, Users, int64(len(rows))); err != nil {
			return err
		}
		var found []newcomer
		if report, found, err = o.checked(ctx, tx, rows); err != nil {
			return err
		}
		if len(report.Errors) > 0 {
			return errLines
		}
		return o.hire(ctx, tx, found, hashes)
	})
	if errors.Is(err, errLines) {
		err = nil
	}
	return report, err
}

func (o *Org) hire(ctx context.Context, tx Tx, found []newcomer, hashes []string) error {
	for i, n := range found {
		if err := insertUser(ctx, tx, n.user, n.in, hashes[i]); err != nil {
			return err
		}
		if err := locate(ctx, tx, &Posting{Unit: n.place.Unit}); err != nil { // closed since the look at it
			return err
		}
		if err := o.insertPosting(ctx, tx, n.posting, n.place); err != nil {
			return err
		}
	}
	return nil
}

// hashAll makes the hashes of all rows, as many at once as the limiter lets through.
func (o *Org) hashAll(ctx context.Context, rows []sheetRow) ([]string, error) {
	hashes, faults := make([]string, len(rows)), make([]error, cap(slots))
	var wait sync.WaitGroup
	for worker := range cap(slots) {
		wait.Go(func() {
			for i := worker; i < len(rows) && faults[worker] == nil; i += cap(slots) {
				hashes[i], faults[worker] = o.hashing.hash(ctx, rows[i].secret)
			}
		})
	}
	wait.Wait()
	if err := errors.Join(faults...); err != nil {
		return nil, fmt.Errorf("hash passwords of import: %w", err)
	}
	return hashes, nil
}
