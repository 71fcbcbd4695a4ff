package notice_test

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"forecourt/kernel/database"
	"forecourt/kernel/id"
	"forecourt/modules/notice"
	"forecourt/tenants"
)

func TestTell(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	record := id.New()
	e.tell(t, e.Manager, e.Sales.User, record)

	t.Run("OnceToItsReader", func(t *testing.T) {
		l := e.list(t, e.Sales)
		if len(l.Items) != 1 || l.Unread != 1 {
			t.Fatalf("%+v", l)
		}
		n := l.Items[0]
		if n.RecordID != record || n.Kind != "contract" || n.Text.Zh != "合同已审批" || n.Text.En != "Contract approved" || n.ReadAt != nil || time.Since(n.CreatedAt).Abs() > time.Minute {
			t.Errorf("%+v", n)
		}
	})
	t.Run("NobodyElseSeesIt", func(t *testing.T) {
		for name, a := range map[string]tenants.Actor{"a colleague": e.Sales2, "who made the change": e.Manager, "the administrator": e.Admin, "another tenant": e.stranger,
			"another tenant, with the reader's id": {Tenant: e.stranger.Tenant, User: e.Sales.User, Set: e.Sales.Set}} {
			if l := e.list(t, a); len(l.Items) != 0 || l.Unread != 0 {
				t.Errorf("%s reads %+v", name, l)
			}
		}
	})
	t.Run("OpenScreensHearOfIt", func(t *testing.T) {
		if !slices.Contains(e.heard, database.Touch{Kind: notice.Touched, ID: e.Sales.User}) {
			t.Errorf("heard %+v", e.heard)
		}
	})
	t.Run("NotOfWhatOneDidOneself", func(t *testing.T) {
		e.tell(t, e.Cashier, e.Cashier.User, id.New())
		e.tell(t, e.Cashier, uuid.Nil, id.New())
		if l := e.list(t, e.Cashier); len(l.Items) != 0 {
			t.Errorf("%+v", l)
		}
	})
	t.Run("NotOfAChangeThatDidNotHappen", func(t *testing.T) {
		no := errors.New("no")
		err := e.db.Do(t.Context(), e.Manager, func(tx tenants.Tx) error {
			return errors.Join(e.s.Tell(t.Context(), tx, e.Clerk.User, "x", "x", "contract", record), no)
		})
		if l := e.list(t, e.Clerk); !errors.Is(err, no) || len(l.Items) != 0 || slices.Contains(e.heard, database.Touch{Kind: notice.Touched, ID: e.Clerk.User}) {
			t.Errorf("%v %+v", err, l)
		}
	})
}

func TestRead(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	for range 3 {
		e.tell(t, e.Manager, e.Sales.User, id.New())
	}
	e.tell(t, e.Manager, e.Sales2.User, id.New())
	mine, theirs := e.list(t, e.Sales).Items, e.list(t, e.Sales2).Items

	t.Run("NewestFirst", func(t *testing.T) {
		if !slices.IsSortedFunc(mine, func(a, b item) int { return b.CreatedAt.Compare(a.CreatedAt) }) {
			t.Errorf("%+v", mine)
		}
	})
	t.Run("OnlyTheNamedOnes", func(t *testing.T) {
		e.read(t, e.Sales, mine[1].ID)
		l := e.list(t, e.Sales)
		if l.Unread != 2 || l.Items[1].ReadAt == nil || l.Items[0].ReadAt != nil || l.Items[2].ReadAt != nil {
			t.Errorf("%+v", l)
		}
	})
	t.Run("AgainKeepsTheFirstTime", func(t *testing.T) {
		before := e.list(t, e.Sales).Items[1].ReadAt
		e.read(t, e.Sales, mine[1].ID, mine[0].ID)
		l := e.list(t, e.Sales)
		if l.Unread != 1 || !l.Items[1].ReadAt.Equal(*before) {
			t.Errorf("%+v; first read at %v", l, before)
		}
	})
	t.Run("AnotherPersonsStayUnread", func(t *testing.T) {
		e.read(t, e.Sales, theirs[0].ID)
		if l := e.list(t, e.Sales2); l.Unread != 1 || l.Items[0].ReadAt != nil {
			t.Errorf("a colleague marked it: %+v", l)
		}
	})
	t.Run("OtherTenantsStayUnread", func(t *testing.T) {
		e.read(t, tenants.Actor{Tenant: e.stranger.Tenant, User: e.Sales2.User, Set: e.Sales2.Set}, theirs[0].ID)
		if l := e.list(t, e.Sales2); l.Unread != 1 {
			t.Errorf("another tenant marked it: %+v", l)
		}
	})
	t.Run("BadInputIsNamed", func(t *testing.T) {
		for _, ids := range []any{[]string{}, []string{"x"}, []string{"zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"}, "x", nil, make([]uuid.UUID, 201)} {
			status, body := e.call(t, e.Sales, http.MethodPost, "/notices/read", map[string]any{"ids": ids})
			if status != http.StatusUnprocessableEntity || !bytes.Contains(body, []byte(`"field":"ids`)) {
				t.Errorf("%v: %d %s", ids, status, body)
			}
		}
	})
}

func TestUnreadIsCountedBeyondTheList(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	err := e.db.Do(t.Context(), e.Manager, func(tx tenants.Tx) error {
		for range 60 {
			if err := e.s.Tell(t.Context(), tx, e.Sales.User, "x", "x", "contract", id.New()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	l := e.list(t, e.Sales)
	if len(l.Items) != 50 || l.Unread != 60 {
		t.Errorf("%d listed, %d unread; want 50 and 60", len(l.Items), l.Unread)
	}
	e.read(t, e.Sales, l.Items[0].ID, l.Items[49].ID)
	if again := e.list(t, e.Sales); again.Unread != 58 || again.Items[0].ID != l.Items[0].ID {
		t.Errorf("%d unread after two were read, want 58; the order of what was told at once must not change", again.Unread)
	}
}
