package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"forecourt/kernel/database"
)

// machine is a line on where and when a figure was measured: a number without it says nothing.
func machine(ctx context.Context, pool *sql.DB, command string) (string, error) {
	var version string
	if err := pool.QueryRowContext(database.WithPlatform(ctx), "SHOW server_version").Scan(&version); err != nil {
		return "", fmt.Errorf("version of PostgreSQL: %w", err)
	}
	version, _, _ = strings.Cut(version, " ")
	var kB int
	_, _ = fmt.Sscan(procField("/proc/meminfo", "MemTotal"), &kB)
	load, _, _ := strings.Cut(strings.TrimSpace(procFile("/proc/loadavg")), " ")
	return fmt.Sprintf("%s, %d × %s, %d GiB, PostgreSQL %s, load average before %s. Command: `forecourt %s`", time.Now().Format("2006-01-02"), runtime.NumCPU(),
		or(procField("/proc/cpuinfo", "model name"), runtime.GOARCH), kB>>20, version, or(load, "unknown"), command), nil
}

// procFile is what a file of the system says, "" where there is none such.
func procFile(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return string(b)
}

// procField is the value behind "name: value" in such a file.
func procField(name, key string) string {
	for _, line := range strings.Split(procFile(name), "\n") {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
