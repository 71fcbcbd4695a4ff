// Package secret seals what must be read again but not by whoever copies the database: AES-256-GCM under a key that is kept
// beside the database, not in it.
package secret

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"forecourt/kernel/fault"
)

// ErrNoKey says that the program was started without a key, so nothing can be sealed.
var ErrNoKey = fault.New(fault.Unavailable, "secret.no_key", "系统没有配置加密密钥（FORECOURT_SECRET），请联系系统管理员", "This installation has no encryption key (FORECOURT_SECRET); tell whoever runs it")

// ErrOtherKey says that something was sealed under a key that this process does not have, or for another place.
var ErrOtherKey = errors.New("sealed under another key")

// Least is how many characters a key has at least.
const Least = 32

// idSize is how much of a key's fingerprint goes before what it sealed.
const idSize = 4

// Box seals and opens. The nil Box has no key.
type Box struct{ keys []sealer }

type sealer struct {
	id   []byte
	aead cipher.AEAD
}

// New makes a box from keys of at least Least characters: the first seals, all of them open, so that a key can be followed by another.
func New(keys ...string) (*Box, error) {
	b := &Box{}
	for _, k := range keys {
		if len(k) < Least {
			return nil, fmt.Errorf("a key has at least %d characters", Least)
		}
		raw, err := hkdf.Key(sha256.New, []byte(k), nil, "forecourt sealed values", 32)
		if err != nil {
			return nil, err
		}
		block, err := aes.NewCipher(raw)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(append([]byte("id "), raw...))
		b.keys = append(b.keys, sealer{sum[:idSize], aead})
	}
	if len(b.keys) == 0 {
		return nil, nil
	}
	return b, nil
}

// Seal hides plain. place names the row and column it is for: moved to another it does not open. It returns ErrNoKey.
func (b *Box) Seal(plain []byte, place string) ([]byte, error) {
	if b == nil {
		return nil, ErrNoKey
	}
	k := b.keys[0]
	nonce := make([]byte, k.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	out := append(bytes.Clone(k.id), nonce...)
	return k.aead.Seal(out, nonce, plain, []byte(place)), nil
}

// Open returns what was sealed for place. It returns ErrNoKey or ErrOtherKey.
func (b *Box) Open(sealed []byte, place string) ([]byte, error) {
	if b == nil {
		return nil, ErrNoKey
	}
	for _, k := range b.keys {
		head := idSize + k.aead.NonceSize()
		if len(sealed) < head || !bytes.Equal(sealed[:idSize], k.id) {
			continue
		}
		plain, err := k.aead.Open(nil, sealed[idSize:head], sealed[head:], []byte(place))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrOtherKey, err)
		}
		return plain, nil
	}
	return nil, ErrOtherKey
}

// IDs are the fingerprints of the keys that open, in hexadecimal: the first eight digits of what they sealed.
func (b *Box) IDs() []string {
	out := []string{}
	if b != nil {
		for _, k := range b.keys {
			out = append(out, hex.EncodeToString(k.id))
		}
	}
	return out
}

// File returns the key in a file that only its owner reads, and makes one where there is none.
func File(path string) (string, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeFile(path)
	}
	if err != nil {
		return "", fmt.Errorf("key file: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// makeFile writes a key under another name first, and links it: of two processes that start at once, one makes the key and both read it.
func makeFile(path string) (string, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("key file: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".secret-*") // 0600
	if err != nil {
		return "", fmt.Errorf("key file: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.WriteString(rand.Text() + rand.Text() + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return "", fmt.Errorf("key file: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("key file: %w", err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("key file: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}
