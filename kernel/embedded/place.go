package embedded

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// account is whom a server runs as. nil: as this process does.
type account struct{ uid, gid int }

// unprivileged returns the account for a process that PostgreSQL would refuse as root: the owner of the data that is there,
// else postgres, else nobody.
func unprivileged(data string) *account {
	if os.Geteuid() != 0 {
		return nil
	}
	if info, err := os.Stat(data); err == nil {
		if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Uid != 0 {
			return &account{int(s.Uid), int(s.Gid)}
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errU := strconv.Atoi(u.Uid)
		gid, errG := strconv.Atoi(u.Gid)
		if errU == nil && errG == nil {
			return &account{uid, gid}
		}
	}
	return &account{65534, 65534}
}

func (a *account) String() string {
	if a == nil {
		return "this user"
	}
	if u, err := user.LookupId(strconv.Itoa(a.uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(a.uid)
}

// as makes cmd run under the account, with nothing of the caller's environment that could lead a server elsewhere.
func (a *account) as(cmd *exec.Cmd) *exec.Cmd {
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "HOME=" + os.TempDir()}
	if l := os.Getenv("LD_LIBRARY_PATH"); l != "" {
		cmd.Env = append(cmd.Env, "LD_LIBRARY_PATH="+l)
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	if a != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return cmd
}

// enters tries, rather than reads permissions, whether the account can work below dir: access lists and mounts have a say too.
func (a *account) enters(ctx context.Context, dir string) bool {
	if a == nil {
		return true
	}
	cmd := a.as(exec.CommandContext(ctx, "/bin/sh", "-c", "exit 0"))
	cmd.Dir = dir
	return cmd.Run() == nil
}

// folder makes dir for the account alone. One that somebody else made, or a link, is refused: the temporary folder is public.
func (a *account) folder(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at %s: %w", dir, err)
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || (int(s.Uid) != os.Geteuid() && (a == nil || int(s.Uid) != a.uid)) {
		return fmt.Errorf("%s belongs to somebody else; remove it", dir)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("close %s to others: %w", dir, err)
	}
	if a == nil {
		return nil
	}
	if err := os.Chown(dir, a.uid, a.gid); err != nil {
		return fmt.Errorf("give %s to %s: %w", dir, a, err)
	}
	return nil
}

// own gives what is in dir to the account, for data that root copied there.
func (a *account) own(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, a.uid, a.gid)
	})
}

const (
	movedFile = "moved-to" // holds the folder where the data of this one lives
	elsewhere = "/var/lib/forecourt"
)

// settle returns the folder for the server's files: dir, or, when the account can't reach dir (a checkout in root's home),
// one that it can. dir remembers which, so that deleting dir forgets the data as well.
func settle(ctx context.Context, dir string, a *account, log *slog.Logger) (string, error) {
	note := filepath.Join(dir, movedFile)
	if raw, err := os.ReadFile(note); err == nil {
		place := strings.TrimSpace(string(raw))
		if _, err := os.Stat(place); err == nil {
			return place, nil
		}
		log.Warn("the moved data folder is gone, starting an empty one", "folder", dir, "moved_to", place)
	}
	if a.enters(ctx, dir) {
		return dir, nil
	}
	place, err := spot(ctx, a)
	if err != nil {
		return "", fmt.Errorf("%s can't enter %s: %w", a, dir, err)
	}
	if err := os.WriteFile(note, []byte(place+"\n"), 0o644); err != nil {
		return "", fmt.Errorf("remember %s: %w", place, err)
	}
	log.Warn("the server's user can't enter the data folder; its files live elsewhere", "user", a.String(), "folder", dir, "moved_to", place)
	return place, nil
}

func spot(ctx context.Context, a *account) (string, error) {
	var tried error
	for _, parent := range []string{elsewhere, os.TempDir(), "/tmp"} {
		if err := os.MkdirAll(parent, 0o755); err != nil {
			tried = errors.Join(tried, err)
			continue
		}
		place := filepath.Join(parent, "forecourt-"+strings.ToLower(rand.Text()[:12]))
		if err := os.Mkdir(place, 0o755); err != nil {
			tried = errors.Join(tried, err)
			continue
		}
		_ = os.Chmod(place, 0o755) // a strict umask; whether the account gets in is tried next
		if a.enters(ctx, place) {
			return place, nil
		}
		tried = errors.Join(tried, fmt.Errorf("%s can't enter %s", a, place), os.Remove(place))
	}
	return "", tried
}
