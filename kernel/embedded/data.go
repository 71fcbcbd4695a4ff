package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// makeData initialises the data folder unless it is there. The work is done beside it and renamed, so that a start that was
// killed half-way never leaves data that looks whole.
func (b binaries) makeData(ctx context.Context, data string, a *account, o options) error {
	info, err := os.Stat(filepath.Join(data, "PG_VERSION"))
	if err == nil && info.Mode().IsRegular() {
		return reclaim(data, a)
	}
	if entries, err := os.ReadDir(data); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s holds files but no database; move them away", data)
	}
	if err := os.Remove(data); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("make room for the data: %w", err)
	}
	fresh := data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("remove an unfinished start: %w", err)
	}
	if err := a.folder(fresh); err != nil {
		return err
	}
	if err := b.initdb(ctx, fresh, a, o); err != nil {
		return err
	}
	if err := os.Rename(fresh, data); err != nil {
		return fmt.Errorf("put the data in place: %w", err)
	}
	return nil
}

// reclaim gives data that root owns, after a restore or a copy, to the account that will run the server.
func reclaim(data string, a *account) error {
	info, err := os.Stat(data)
	if err != nil {
		return fmt.Errorf("look at the data: %w", err)
	}
	if s, ok := info.Sys().(*syscall.Stat_t); a == nil || !ok || int(s.Uid) == a.uid {
		return nil
	}
	if err := a.own(data); err != nil {
		return fmt.Errorf("give the data to %s: %w", a, err)
	}
	return nil
}

func (b binaries) initdb(ctx context.Context, dir string, a *account, o options) error {
	// Sorting by code point is the same on every machine; the system's own order changes with its libraries and breaks indexes.
	locales := [][]string{{"--locale=C.UTF-8"}, {"--locale=C"}}
	if b.major >= 17 {
		locales = [][]string{{"--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"}}
	}
	var err error
	for _, locale := range locales {
		args := append([]string{"-D", dir, "-U", superuser, "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject", "--lc-messages=C"}, locale...)
		if o.throwaway {
			args = append(args, "--no-sync")
		}
		cmd := a.as(exec.CommandContext(ctx, filepath.Join(b.dir, "initdb"), args...))
		cmd.Dir = "/"
		var out []byte
		if out, err = cmd.CombinedOutput(); err == nil {
			return nil
		}
		err = fmt.Errorf("initialise the data: %w: %s", err, initdbSaid(string(out)))
		if !strings.Contains(string(out), "invalid locale") {
			return err
		}
	}
	return err
}

// initdbSaid keeps the line that says what went wrong from initdb's chatter.
func initdbSaid(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for _, l := range lines {
		if strings.Contains(l, "error:") || strings.Contains(l, "FATAL:") {
			return l
		}
	}
	return lines[len(lines)-1]
}
