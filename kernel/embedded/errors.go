// Package embedded runs a private PostgreSQL and a private Redis beside the program, for a laptop, a test or a small shop.
// Both listen on a unix socket only, so that any number of checkouts run side by side; both end with the program, even when
// it is killed.
package embedded

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
)

var (
	// ErrBusy says that another process runs its servers in this folder.
	ErrBusy = errors.New("the data folder is in use by another forecourt")
	// ErrNoPostgres says that this machine has no PostgreSQL that the program can use.
	ErrNoPostgres = errors.New("no PostgreSQL found; install it (apt-get install postgresql, brew install postgresql) or set DATABASE_URL")
	// ErrVersion says that the data was written by another major version. The data was not touched.
	ErrVersion = errors.New("the data folder belongs to another version of PostgreSQL")
	// ErrDiskFull says that a server could not write.
	ErrDiskFull = errors.New("the disk is full")
)

// diskFull puts ErrDiskFull before an error that comes from a full disk, whether the system or a server's log says so.
func diskFull(err error) error {
	if err == nil || errors.Is(err, ErrDiskFull) {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || strings.Contains(err.Error(), "No space left on device") {
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return err
}
