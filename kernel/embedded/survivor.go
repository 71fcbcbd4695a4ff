package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopSurvivor ends a server of this data that outlived its program. The folder's lock is ours, so nobody else wants it.
func stopSurvivor(ctx context.Context, data string, log *slog.Logger) error {
	ctx, cancel := context.WithTimeoutCause(ctx, time.Minute, errors.New("a server of a killed program does not end"))
	defer cancel()
	for told := false; ; told = true {
		pid, err := postmaster(data)
		if err != nil || pid == 0 || !serves(pid, data) {
			return err
		}
		if !told {
			log.Info("stopping the PostgreSQL of a program that was killed", "process", pid)
			if err := syscall.Kill(pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("stop process %d, which serves %s: %w", pid, data, err)
			}
		}
		if err := wait(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

// postmaster reads which process last served data; 0 when it ended in order.
func postmaster(data string) (int, error) {
	raw, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read postmaster.pid: %w", err)
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	pid, _ := strconv.Atoi(strings.TrimSpace(line)) // an empty file, from a full disk, names nobody
	return pid, nil
}

// serves tells a live server of data from a zombie, and from a stranger that got the same number after a reboot.
func serves(pid int, data string) bool {
	args := arguments(pid)
	return len(args) > 0 && strings.Contains(filepath.Base(args[0]), "postgres") && slices.Contains(args, data)
}

// claim makes a left-over postmaster.pid name this process. PostgreSQL takes its parent's number for stale and starts, where a
// zombie's or a stranger's would stop it; and, which deleting the file would lose, it still looks at the shared memory named
// there and refuses to start beside backends of a killed server. The socket's lock tells nothing more, and goes.
func claim(data, socketLock string) error {
	if err := os.Remove(socketLock); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("remove the lock of a killed server's socket: %w", err)
	}
	pid, err := postmaster(data)
	if err != nil {
		return err
	}
	name := filepath.Join(data, "postmaster.pid")
	raw, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read postmaster.pid: %w", err)
	}
	if pid == 0 {
		return os.Remove(name) // PostgreSQL refuses an empty one for ever
	}
	_, rest, _ := bytes.Cut(raw, []byte("\n"))
	if err := os.WriteFile(name, append([]byte(strconv.Itoa(os.Getpid())+"\n"), rest...), 0o600); err != nil {
		return fmt.Errorf("rewrite postmaster.pid: %w", err)
	}
	return nil
}
