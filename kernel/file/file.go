// Package file keeps the contents of attachments: in a folder that every replica sees. The rows about them are the database's.
package file

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

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
	to := f.path(tenant, id)
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	t, err := os.CreateTemp(filepath.Dir(to), ".new-*")
	if err != nil {
		return fmt.Errorf("store file: %w", err)
	}
	defer func() { _ = os.Remove(t.Name()) }() // gone already when the rename worked
	if _, err = t.Write(content); err == nil {
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
