//go:build !linux

package embedded

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// endWithParent has no counterpart here: a server that outlives a killed program is stopped by the next start.
func endWithParent(*syscall.SysProcAttr, syscall.Signal) {}

func arguments(pid int) []string {
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil || strings.Contains(string(out), "<defunct>") {
		return nil
	}
	return strings.Fields(string(out))
}
