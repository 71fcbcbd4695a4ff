package tenants

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestCacheKeepsNothingFromBeforeAChange(t *testing.T) {
	t.Parallel()
	c, tenant := newCache(), Tenant{ID: uuid.New()}
	a, later := Actor{Tenant: tenant, Login: "sales"}, time.Now().Add(time.Hour)
	key := [32]byte{1}
	before := c.generation(tenant.ID)
	c.drop(tenant.ID) // the change lands while the actor is being read
	c.put(key, a, later, before)
	if _, ok := c.get(key); ok {
		t.Error("an actor read before the change was kept after it")
	}
	c.put(key, a, later, c.generation(tenant.ID))
	if _, ok := c.get(key); !ok {
		t.Error("an actor read after the change was not kept")
	}
	c.drop(uuid.New())
	if _, ok := c.get(key); !ok {
		t.Error("a change of another tenant dropped it")
	}
	c.put(key, a, time.Now().Add(-time.Second), c.generation(tenant.ID))
	if _, ok := c.get(key); ok {
		t.Error("a session that ended lets someone in")
	}
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	c, a, later := newCache(), Actor{Tenant: Tenant{ID: uuid.New()}}, time.Now().Add(time.Hour)
	for i := range cacheSize + 100 {
		c.put([32]byte{byte(i), byte(i >> 8), byte(i >> 16)}, a, later, 0)
	}
	if len(c.actors) > cacheSize {
		t.Errorf("%d actors are kept", len(c.actors))
	}
}

func TestTokenNamesItsTenant(t *testing.T) {
	t.Parallel()
	tenant := uuid.New()
	token, hash, err := newToken(tenant)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := tenantOfToken(token); !ok || got != tenant || len(hash) != 32 {
		t.Errorf("token of %s: %v %v", got, ok, hash)
	}
	for _, broken := range []string{"", "x", token[1:], token + "A", token + "="} {
		if _, ok := tenantOfToken(broken); ok {
			t.Errorf("%q is a token", broken)
		}
	}
	if csrfOf(token) == csrfOf(token+"A") || len(csrfOf(token)) != 32 {
		t.Error("csrf is not bound to the token")
	}
}

func TestPasswordPolicy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		login, password string
		fine            bool
	}{
		{"wangmin", "Kaifa-2026", true},
		{"wangmin", "恒通汽车集团销售部", true},
		{"wangmin", "Kaifa26", false},
		{"wangmin.01", "WANGMIN.01", false},
		{"wangmin", "Password", false},
		{"wangmin", "QWER1234", false},
		{"wangmin", "woaini1314", false},
		{"wangmin", "admin123", false},
		{"operator", "forecourt-demo", true},
		{"Wangmin", "Kaifa-2026", false},
		{"wm", "Kaifa-2026", false},
	} {
		if got := checkSecret(c.login, c.password) == nil; got != c.fine {
			t.Errorf("%s with %s: %v", c.login, c.password, got)
		}
	}
}

func TestHashing(t *testing.T) {
	t.Parallel()
	hash, err := hashing.hash(t.Context(), "Kaifa-2026")
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{"Kaifa-2026": true, "Kaifa-2027": false} {
		if fits, err := passwordFits(t.Context(), password, hash); err != nil || fits != want {
			t.Errorf("%s: %v %v", password, fits, err)
		}
	}
	if const19MiB := "$argon2id$v=19$m=19456,t=2,p=1$"; hash[:len(const19MiB)] != const19MiB || nobody[:len(const19MiB)] != const19MiB {
		t.Error("the hash of nobody costs another time than a real one")
	}
	if fits, err := passwordFits(t.Context(), "", nobody); err != nil || fits {
		t.Errorf("nobody: %v %v", fits, err)
	}
}
