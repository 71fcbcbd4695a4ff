// Package file keeps the contents of attachments: in a folder that every replica sees. The rows about them are the database's.
package file

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/uuid"
)

// Folder is a directory of contents, by tenant and id.
type Folder struct{ dir string }

// NewFolder uses dir, and makes it when it is missing.
func NewFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("folder of files: %w", err)
	}
	return &Folder{dir}, nil
}

func (f *Folder) path(tenant, id uuid.UUID) string {
	return filepath.Join(f.dir, tenant.String(), id.String())
}

// Write stores a content. A crash leaves no half of it: it is written aside, flushed and renamed.
func (f *Folder) Write(tenant, id uuid.UUID, content []byte) error {
	return f.WriteFrom(tenant, id, bytes.NewReader(content))
}

// WriteFrom stores what r gives, as Write does.
func (f *Folder) WriteFrom(tenant, id uuid.UUID, r io.Reader) error {
	to := f.path(tenant, id)
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	t, err := os.CreateTemp(filepath.Dir(to), ".new-*")
	if err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	defer func() { _ = os.Remove(t.Name()) }() // gone already when the rename worked
	if _, err = io.Copy(t, r); err == nil {
		err = t.Sync()
	}
	if e := t.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(t.Name(), to)
	}
	if err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	return nil
}

// Remove takes a content back that no row came to be about. It is no error when there is none.
func (f *Folder) Remove(tenant, id uuid.UUID) error {
	if err := os.Remove(f.path(tenant, id)); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("remove file: %w", err)
	}
	return nil
}

// Open reads a content.
func (f *Folder) Open(tenant, id uuid.UUID) (io.ReadCloser, error) {
	r, err := os.Open(f.path(tenant, id))
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return r, nil
}

// List returns the ids of a tenant's contents, in order. What a broken write left aside is none.
func (f *Folder) List(tenant uuid.UUID) ([]uuid.UUID, error) {
	dir, err := os.Open(filepath.Join(f.dir, tenant.String()))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	defer func() { _ = dir.Close() }()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	ids := make([]uuid.UUID, 0, len(names))
	for _, name := range names {
		if id, err := uuid.Parse(name); err == nil && id.String() == name {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return ids, nil
}

// RemoveAll deletes all contents of a tenant.
func (f *Folder) RemoveAll(tenant uuid.UUID) error {
	if err := os.RemoveAll(filepath.Join(f.dir, tenant.String())); err != nil {
		return fmt.Errorf("remove files: %w", err)
	}
	return nil
}

// Size returns how many bytes a content has.
func (f *Folder) Size(tenant, id uuid.UUID) (int64, error) {
	s, err := os.Stat(f.path(tenant, id))
	if err != nil {
		return 0, fmt.Errorf("size of file: %w", err)
	}
	return s.Size(), nil
}
