package notice_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/rest"
	"forecourt/modules/notice"
	"forecourt/policies/policiestest"
	"forecourt/tenants"
)

// env is a demo group and another tenant, whose commits are heard.
type env struct {
	*policiestest.Env
	s        *notice.Service
	db       *tenants.DB
	stranger tenants.Actor

	mu    sync.Mutex
	heard []database.Touch
}

func newEnv(t *testing.T) *env {
	t.Helper()
	e := &env{Env: policiestest.New(t)}
	pool, err := database.Open(e.AppURL, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	e.db = tenants.NewDB(pool, func(_ uuid.UUID, touched []database.Touch) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.heard = append(e.heard, touched...)
	})
	e.s = notice.New(e.db)
	e.stranger = e.OtherTenant(t).Sales
	return e
}

// tell is a change by a that concerns user.
func (e *env) tell(t *testing.T, a tenants.Actor, user, record uuid.UUID) {
	t.Helper()
	err := e.db.Do(t.Context(), a, func(tx tenants.Tx) error {
		return e.s.Tell(t.Context(), tx, user, "合同已审批", "Contract approved", "contract", record)
	})
	if err != nil {
		t.Fatal(err)
	}
}

type item struct {
	ID, RecordID uuid.UUID
	Text         struct{ Zh, En string }
	Kind         string
	CreatedAt    time.Time
	ReadAt       *time.Time
}

type list struct {
	Items  []item
	Unread int
}

// call is what a person's browser sends.
func (e *env) call(t *testing.T, a tenants.Actor, method, path string, body any) (int, []byte) {
	t.Helper()
	app := fiber.New()
	e.s.Routes(rest.New(app, rest.Doors{
		Tenant: func(ctx context.Context, _ rest.Request) (context.Context, error) {
			return tenants.WithActor(ctx, a), nil
		},
		Allow: tenants.Allow,
	}))
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(method, rest.Prefix+path, bytes.NewReader(b))
	r.Header.Set("Content-Type", "application/json")
	answer, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err = io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, b
}

func (e *env) list(t *testing.T, a tenants.Actor) (l list) {
	t.Helper()
	status, body := e.call(t, a, http.MethodGet, "/notices", nil)
	if err := json.Unmarshal(body, &l); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, body, err)
	}
	return l
}

func (e *env) read(t *testing.T, a tenants.Actor, ids ...uuid.UUID) {
	t.Helper()
	if status, body := e.call(t, a, http.MethodPost, "/notices/read", map[string]any{"ids": ids}); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, body)
	}
}
