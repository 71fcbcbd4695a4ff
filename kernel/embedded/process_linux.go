package embedded

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
)

func endWithParent(a *syscall.SysProcAttr, s syscall.Signal) { a.Pdeathsig = s }

// arguments returns how a live process was started. A zombie has none: it is dead, though kill(pid, 0) says otherwise.
func arguments(pid int) []string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || len(raw) == 0 {
		return nil
	}
	var args []string
	for a := range bytes.SplitSeq(bytes.TrimRight(raw, "\x00"), []byte{0}) {
		args = append(args, string(a))
	}
	return args
}
