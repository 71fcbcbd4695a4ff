package secret_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"forecourt/kernel/secret"
)

const (
	first  = "first-key-first-key-first-key-first-key"
	second = "second-key-second-key-second-key-second"
)

func box(t *testing.T, keys ...string) *secret.Box {
	t.Helper()
	b, err := secret.New(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSeal(t *testing.T) {
	b := box(t, first)
	sealed, err := b.Seal([]byte("JBSWY3DP"), "user 1")
	if err != nil || bytes.Contains(sealed, []byte("JBSWY3DP")) {
		t.Fatalf("%q, %v", sealed, err)
	}
	if again, _ := b.Seal([]byte("JBSWY3DP"), "user 1"); bytes.Equal(again, sealed) {
		t.Error("the same twice looks the same")
	}
	if plain, err := b.Open(sealed, "user 1"); err != nil || string(plain) != "JBSWY3DP" {
		t.Errorf("%q, %v", plain, err)
	}
	t.Run("MovedElsewhereItStaysShut", func(t *testing.T) {
		if _, err := b.Open(sealed, "user 2"); !errors.Is(err, secret.ErrOtherKey) {
			t.Error(err)
		}
	})
	t.Run("EveryBitCounts", func(t *testing.T) {
		for i := range sealed {
			broken := bytes.Clone(sealed)
			broken[i] ^= 1
			if _, err := b.Open(broken, "user 1"); !errors.Is(err, secret.ErrOtherKey) {
				t.Errorf("byte %d: %v", i, err)
			}
		}
		if _, err := b.Open(sealed[:3], "user 1"); !errors.Is(err, secret.ErrOtherKey) {
			t.Error(err)
		}
	})
	t.Run("AnotherKeyDoesNotOpen", func(t *testing.T) {
		if _, err := box(t, second).Open(sealed, "user 1"); !errors.Is(err, secret.ErrOtherKey) {
			t.Error(err)
		}
	})
	t.Run("AKeyCanBeFollowedByAnother", func(t *testing.T) {
		both := box(t, second, first)
		if plain, err := both.Open(sealed, "user 1"); err != nil || string(plain) != "JBSWY3DP" {
			t.Errorf("%q, %v", plain, err)
		}
		fresh, _ := both.Seal([]byte("x"), "user 1")
		if _, err := box(t, second).Open(fresh, "user 1"); err != nil {
			t.Errorf("the first of the list does not seal: %v", err)
		}
	})
	t.Run("WithoutAKeyNothing", func(t *testing.T) {
		none := box(t)
		if _, err := none.Seal(nil, ""); !errors.Is(err, secret.ErrNoKey) {
			t.Error(err)
		}
		if _, err := none.Open(sealed, "user 1"); !errors.Is(err, secret.ErrNoKey) {
			t.Error(err)
		}
	})
	t.Run("AShortKeyIsRefused", func(t *testing.T) {
		if _, err := secret.New(strings.Repeat("k", secret.Least-1)); err == nil {
			t.Error("taken")
		}
	})
}

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "secret.key")
	keys := make([]string, 8)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() { keys[i], _ = secret.File(path) })
	}
	all.Wait()
	for _, k := range keys {
		if k != keys[0] || len(k) < secret.Least {
			t.Fatalf("%q", keys)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".secret-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}
