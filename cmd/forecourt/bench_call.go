package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"forecourt/kernel/rest"
)

// caller is one keep-alive connection to the API. It costs as little as a client can, for it shares the machine with what it measures.
type caller struct {
	conn net.Conn
	in   *bufio.Reader
	head bytes.Buffer
	body []byte
}

// answer is valid until the next call.
type answer struct {
	status int
	head   []byte
	body   []byte
}

func dial(ctx context.Context, address string) (*caller, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", address, err)
	}
	return &caller{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}, nil
}

// callFor is how long an answer may take.
const callFor = 30 * time.Second

// call sends a whole request and reads its answer.
func (c *caller) call(request []byte) (a answer, err error) {
	if err := c.conn.SetDeadline(time.Now().Add(callFor)); err != nil {
		return a, err
	}
	if _, err := c.conn.Write(request); err != nil {
		return a, fmt.Errorf("send: %w", err)
	}
	c.head.Reset()
	length := -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return a, fmt.Errorf("read the head: %w", err)
		}
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(": ")); ok && bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return a, fmt.Errorf("length of the answer: %w", err)
			}
		}
		_, _ = c.head.Write(line)
	}
	a.head = c.head.Bytes()
	if len(a.head) < len("HTTP/1.1 200") {
		return a, fmt.Errorf("answer %q is no HTTP", a.head)
	}
	if a.status, err = strconv.Atoi(string(a.head[9:12])); err != nil {
		return a, fmt.Errorf("status of the answer: %w", err)
	}
	if length < 0 && a.status != http.StatusNoContent {
		return a, fmt.Errorf("answer %d without a length", a.status)
	}
	if length > cap(c.body) {
		c.body = make([]byte, length)
	}
	a.body = c.body[:max(length, 0)]
	if _, err := io.ReadFull(c.in, a.body); err != nil {
		return a, fmt.Errorf("read the answer: %w", err)
	}
	return a, nil
}

// pass is what a signed-in browser sends along.
type pass struct{ cookie, csrf string }

// signIn opens a session as the web does: by cookies. It returns what refused it.
func (c *caller) signIn(tenant, login, password string) (pass, error) {
	body, err := json.Marshal(map[string]string{"tenant": tenant, "login": login, "password": password})
	if err != nil {
		return pass{}, err
	}
	a, err := c.call(pass{}.request(http.MethodPost, "/session", body, ""))
	if err != nil {
		return pass{}, err
	}
	if a.status != http.StatusOK {
		return pass{}, fmt.Errorf("sign in %s / %s: %d %s", tenant, login, a.status, a.body)
	}
	head, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(append(bytes.Clone(a.head), "\r\n"...))), nil)
	if err != nil {
		return pass{}, fmt.Errorf("sign in %s / %s: %w", tenant, login, err)
	}
	defer func() { _ = head.Body.Close() }()
	var p pass
	for _, k := range head.Cookies() {
		switch k.Name {
		case rest.SessionCookie:
			p.cookie += k.Name + "=" + k.Value
		case rest.CSRFCookie:
			p.csrf = k.Value
		}
	}
	if p.cookie == "" || p.csrf == "" {
		return pass{}, fmt.Errorf("sign in %s / %s: no cookies in the answer", tenant, login)
	}
	return p, nil
}

// request writes a request as the web sends it. key is the Idempotency-Key of a POST.
func (p pass) request(method, path string, body []byte, key string) []byte {
	var b bytes.Buffer
	_, _ = fmt.Fprintf(&b, "%s %s%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nAccept-Language: zh\r\n", method, rest.Prefix, path)
	if p.cookie != "" {
		_, _ = fmt.Fprintf(&b, "Cookie: %s; %s=%s\r\n", p.cookie, rest.CSRFCookie, p.csrf)
	}
	if method != http.MethodGet {
		_, _ = fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\nX-CSRF-Token: %s\r\nIf-Match: \"1\"\r\n", len(body), p.csrf)
	}
	if key != "" {
		_, _ = fmt.Fprintf(&b, "Idempotency-Key: %s\r\n", key)
	}
	_, _ = b.WriteString("\r\n")
	_, _ = b.Write(body)
	return b.Bytes()
}
