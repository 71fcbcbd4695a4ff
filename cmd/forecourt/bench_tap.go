package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// tap stands between the program and PostgreSQL and writes down what the program sends, so that the floor of a measurement is the
// statements themselves and not somebody's memory of them. It listens on the loopback interface.
type tap struct {
	url    string // of the server
	listen net.Listener

	mu      sync.Mutex
	heard   []trip
	conns   []net.Conn
	stopped bool
}

// trip is what crosses the wire before the program waits: one text of statements, or a pipeline of prepared ones.
type trip struct {
	text     string
	pipeline []bound
}

// bound is one statement of a pipeline. A prepared one has a name on its connection.
type bound struct {
	sql      string
	prepared bool
	args     [][]byte
	formats  []int16
	results  []int16
}

// newTap listens before the server of address. URL is the way through it.
func newTap(ctx context.Context, address string) (*tap, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen before the database: %w", err)
	}
	t := &tap{url: address, listen: l}
	go t.serve(ctx)
	return t, nil
}

// through is the address by which a program reaches the server past the tap.
func (t *tap) through() (string, error) {
	cfg, err := pgconn.ParseConfig(t.url)
	if err != nil {
		return "", fmt.Errorf("address of the database: %w", err)
	}
	u := url.URL{Scheme: "postgres", User: url.User(cfg.User), Host: t.listen.Addr().String(), Path: "/" + cfg.Database, RawQuery: "sslmode=disable"}
	return u.String(), nil
}

// record returns what the program sent while do ran.
func (t *tap) record(do func() error) ([]trip, error) {
	t.mu.Lock()
	t.heard = nil
	t.mu.Unlock()
	err := do()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.heard, err
}

func (t *tap) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
	errs := []error{t.listen.Close()}
	for _, c := range t.conns {
		_ = c.Close()
	}
	return errors.Join(errs...)
}

func (t *tap) serve(ctx context.Context) {
	for {
		conn, err := t.listen.Accept()
		if err != nil {
			return // closed
		}
		go func() {
			defer func() { _ = conn.Close() }()
			_ = t.pass(ctx, conn) // the program sees a connection that ends
		}()
	}
}

// pass connects the client as the server would and passes on what either says.
func (t *tap) pass(ctx context.Context, client net.Conn) error {
	from := pgproto3.NewBackend(client, client)
	first, err := from.ReceiveStartupMessage()
	if err != nil {
		return err
	}
	hello, ok := first.(*pgproto3.StartupMessage)
	if !ok {
		return fmt.Errorf("tap: %T is no beginning", first)
	}
	cfg, err := pgconn.ParseConfig(t.url)
	if err != nil {
		return err
	}
	for name, value := range hello.Parameters {
		if name != "user" && name != "database" {
			cfg.RuntimeParams[name] = value
		}
	}
	pg, err := pgconn.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	server, err := pg.Hijack()
	if err != nil {
		return err
	}
	defer func() { _ = server.Conn.Close() }()
	t.mu.Lock()
	t.conns = append(t.conns, client, server.Conn)
	t.mu.Unlock()
	from.Send(&pgproto3.AuthenticationOk{})
	for name, value := range server.ParameterStatuses {
		from.Send(&pgproto3.ParameterStatus{Name: name, Value: value})
	}
	from.Send(&pgproto3.BackendKeyData{ProcessID: server.PID, SecretKey: server.SecretKey})
	from.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	if err := from.Flush(); err != nil {
		return err
	}
	go func() { _, _ = io.Copy(client, server.Conn) }()
	return t.listenTo(from, server.Conn)
}

func (t *tap) listenTo(from *pgproto3.Backend, server net.Conn) error {
	prepared := map[string]string{}
	var pipeline []bound
	for {
		m, err := from.Receive()
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case *pgproto3.Query:
			t.hear(trip{text: m.String})
		case *pgproto3.Parse:
			prepared[m.Name] = m.Query
		case *pgproto3.Bind:
			b := bound{sql: prepared[m.PreparedStatement], prepared: m.PreparedStatement != "", formats: slices.Clone(m.ParameterFormatCodes), results: slices.Clone(m.ResultFormatCodes)}
			for _, a := range m.Parameters {
				b.args = append(b.args, slices.Clone(a))
			}
			pipeline = append(pipeline, b)
		case *pgproto3.Sync:
			if len(pipeline) > 0 {
				t.hear(trip{pipeline: pipeline})
				pipeline = nil
			}
		}
		b, err := m.Encode(nil)
		if err != nil {
			return err
		}
		if _, err := server.Write(b); err != nil {
			return err
		}
	}
}

func (t *tap) hear(x trip) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = append(t.heard, x)
}
