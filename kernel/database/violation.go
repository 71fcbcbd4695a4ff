package database

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// Violates reports whether err is a breach of the named constraint, so that a store can answer with the rule it stands for.
func Violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}

// Retryable reports whether err is a deadlock or serialisation failure: the same work may be tried again at once.
func Retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// LockedOut reports whether err says that a lock was not had within lock_timeout.
func LockedOut(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "55P03"
}
