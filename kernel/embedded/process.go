package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// process is a server that ends with this program.
type process struct {
	pid  int
	done chan struct{} // closed once it ended and was reaped
	err  error         // how it ended; read after done
}

// launch starts cmd in a process group of its own, so that Ctrl-C reaches only the program, which then stops its servers in
// order. last is what the system sends to the server when the program dies.
func launch(cmd *exec.Cmd, last syscall.Signal) (*process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	endWithParent(cmd.SysProcAttr, last)
	p := &process{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The system's death signal follows the thread that forked, so that thread has to live as long as the server.
		runtime.LockOSThread()
		err := cmd.Start()
		if err == nil {
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// running says that the server has not ended.
func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// stop asks with each signal in turn. The next one is sent when ctx ends or, once that is over, after five seconds.
func (p *process) stop(ctx context.Context, signals ...syscall.Signal) error {
	for _, s := range signals {
		if err := syscall.Kill(p.pid, s); err != nil && p.running() && !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("signal process %d: %w", p.pid, err)
		}
		select {
		case <-p.done:
			return nil
		case <-ctx.Done():
		}
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		ctx = after
		defer cancel()
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("process %d does not end", p.pid)
	}
}

// wait pauses between two tries, or returns why ctx ended.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
