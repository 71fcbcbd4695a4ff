package database

import (
	"io"
	"time"

	"database/sql/driver"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// rows reads one result in PostgreSQL's text form; bun turns the text into Go's types.
type rows struct {
	result *pgconn.ResultReader
	done   func() error
	closed bool
}

func (r *rows) Columns() []string {
	fields := r.result.FieldDescriptions()
	names := make([]string, len(fields))
	for i := range fields {
		names[i] = fields[i].Name
	}
	return names
}

func (r *rows) Next(dest []driver.Value) error {
	if r.closed || !r.result.NextRow() {
		if err := r.Close(); err != nil {
			return err
		}
		return io.EOF
	}
	fields := r.result.FieldDescriptions()
	for i, v := range r.result.Values() {
		switch {
		case v == nil:
			dest[i] = nil
		case fields[i].DataTypeOID == pgtype.TimestamptzOID:
			t, err := time.Parse("2006-01-02 15:04:05.999999-07", string(v))
			if err != nil {
				return err
			}
			dest[i] = t
		case fields[i].DataTypeOID == pgtype.BoolOID:
			dest[i] = v[0] == 't'
		default:
			dest[i] = string(v) // a copy: the buffer belongs to the next row
		}
	}
	return nil
}

func (r *rows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	_, err := r.result.Close()
	if e := r.done(); err == nil {
		err = e
	}
	return err
}
