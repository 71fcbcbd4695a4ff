package embedded_test

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// On Linux the system itself ends the servers of a killed program: nothing waits for the next start.
func TestServersEndWithAKilledProgram(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	child, _ := startChild(t, dir)
	pid := postmaster(t, filepath.Join(dir, "postgres"))
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	alive := func() bool {
		args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) // empty for a zombie
		if err == nil && len(args) > 0 {
			return true
		}
		conn, err := net.Dial("unix", filepath.Join(dir, "redis", "run", "redis.sock"))
		if err != nil {
			return false
		}
		_ = conn.Close()
		return true
	}
	for deadline := time.Now().Add(20 * time.Second); alive(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a server outlives the program")
		}
	}
}
