package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"forecourt/kernel/id"
	"forecourt/kernel/search"
)

// script is what the program sent for one request, to be sent again. In one that writes, ids and unique values are blanks.
type script struct {
	steps []step
	// fresh gives the values of the blanks for one run; nil: there are none. A blank whose value is lateKeys gets the search keys of
	// the number that an insert of the run returned.
	fresh func() ([]string, error)
}

// step is one round trip: a pipeline, or a text in pieces with a blank between each two.
type step struct {
	trip
	pieces []string
	blanks []int // which blank follows the piece
}

// lateKeys stands for keys that are known only once the database has given the number.
const lateKeys = "\x00keys"

var idForm = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// newScript cuts the blanks out of what was heard. An id that was made since the request began becomes a new one with each run; what was
// there before stays. more are further texts with the values that take their place. An error names a text that the program no longer sends.
func newScript(heard []trip, since time.Time, more []string, fresh func() ([]string, error)) (script, error) {
	stays := map[string]bool{}
	blanks := append([]string{}, more...)
	for _, m := range more {
		stays[m] = true
	}
	var all strings.Builder
	for _, t := range heard {
		_, _ = all.WriteString(t.text + "\n")
	}
	for _, m := range more {
		if !strings.Contains(all.String(), m) {
			return script{}, fmt.Errorf("the program sends no %q any more: %w", m, errTap)
		}
	}
	for _, k := range idForm.FindAllString(all.String(), -1) {
		if !stays[k] && made(k) >= since.UnixMilli() {
			stays[k] = true
			blanks = append(blanks, k)
		}
	}
	s := script{fresh: func() ([]string, error) {
		values, err := fresh()
		for range blanks[len(more):] {
			values = append(values, id.New().String())
		}
		return values, err
	}}
	for _, t := range heard {
		s.steps = append(s.steps, cut(t, blanks))
	}
	return s, nil
}

// made is when an id was made, in milliseconds since 1970.
func made(id string) int64 {
	ms, err := strconv.ParseInt(id[:8]+id[9:13], 16, 64)
	if err != nil {
		return 0 // idForm let it through, so it is a number
	}
	return ms
}

// errTap says that the program's statements changed in a way that the bench must follow.
var errTap = errors.New("the floor does not know this request")

// cut splits a text at its blanks. Of two that begin at the same place the first counts.
func cut(t trip, blanks []string) step {
	s := step{trip: t}
	rest := t.text
	for {
		at, which := len(rest), -1
		for i, b := range blanks {
			if j := strings.Index(rest, b); j >= 0 && j < at {
				at, which = j, i
			}
		}
		s.pieces = append(s.pieces, rest[:at])
		if which < 0 {
			return s
		}
		s.blanks = append(s.blanks, which)
		rest = rest[at+len(blanks[which]):]
	}
}

// bare is a plain connection of the application's role, without anything of the program.
type bare struct {
	pg       *pgconn.PgConn
	prepared map[string]string // statement to its name
	number   string            // that an insert of this run returned
	text     strings.Builder
}

func openBare(ctx context.Context, address string) (*bare, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("address of the database: %w", err)
	}
	cfg.RuntimeParams["timezone"] = "UTC"
	pg, err := pgconn.ConnectConfig(ctx, &cfg.Config)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &bare{pg: pg, prepared: map[string]string{}}, nil
}

// run sends a script.
func (b *bare) run(ctx context.Context, s script) error {
	var values []string
	if s.fresh != nil {
		var err error
		if values, err = s.fresh(); err != nil {
			return err
		}
	}
	b.number = ""
	for _, x := range s.steps {
		if x.pipeline != nil {
			if err := b.pipe(ctx, x.pipeline); err != nil {
				return err
			}
			continue
		}
		b.text.Reset()
		for i, p := range x.pieces {
			_, _ = b.text.WriteString(p)
			if i == len(x.blanks) {
				break
			}
			if v := values[x.blanks[i]]; v != lateKeys {
				_, _ = b.text.WriteString(v)
			} else {
				_, _ = b.text.WriteString(keysSQL(search.Keys(b.number)))
			}
		}
		if err := b.send(ctx, b.text.String()); err != nil {
			return err
		}
	}
	return nil
}

// send runs a text of statements and reads every row.
func (b *bare) send(ctx context.Context, text string) error {
	m := b.pg.Exec(ctx, text)
	for m.NextResult() {
		r := m.ResultReader()
		fields := r.FieldDescriptions()
		for r.NextRow() {
			if len(fields) == 1 && fields[0].Name == "number" {
				b.number = string(r.Values()[0])
			}
		}
		_, _ = r.Close() // an error shows at m.Close
	}
	return m.Close()
}

// pipe runs a pipeline and reads every row.
func (b *bare) pipe(ctx context.Context, list []bound) (err error) {
	for _, x := range list {
		if x.prepared && b.prepared[x.sql] == "" {
			name := "f" + strconv.Itoa(len(b.prepared))
			if _, err := b.pg.Prepare(ctx, name, x.sql, nil); err != nil {
				return fmt.Errorf("prepare: %w", err)
			}
			b.prepared[x.sql] = name
		}
	}
	p := b.pg.StartPipeline(ctx)
	for _, x := range list {
		if x.prepared {
			p.SendQueryPrepared(b.prepared[x.sql], x.args, x.formats, x.results)
		} else {
			p.SendQueryParams(x.sql, x.args, nil, x.formats, x.results)
		}
	}
	if err := p.Sync(); err != nil {
		return err
	}
	for range list {
		result, err := p.GetResults()
		if err != nil {
			return err
		}
		if r, ok := result.(*pgconn.ResultReader); ok {
			for more := true; more; more = r.NextRow() { // rows are read, not looked at
			}
			if _, err := r.Close(); err != nil {
				return err
			}
		}
	}
	return p.Close()
}
