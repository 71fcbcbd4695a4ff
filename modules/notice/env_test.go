package notice_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/database"
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
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	status, answer := policiestest.Door(t, e.s.Routes, func() tenants.Actor { return a })(method, path, "", string(b))
	return status, []byte(answer)
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
