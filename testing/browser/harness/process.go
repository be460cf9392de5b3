package harness

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Processes returns pid and all that descend from it, as /proc has them now.
func Processes(pid int) []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, name := range stats {
		if child, parent, ok := readParent(name); ok {
			children[parent] = append(children[parent], child)
		}
	}
	pids := []int{pid}
	for i := 0; i < len(pids); i++ {
		pids = append(pids, children[pids[i]]...)
	}
	return pids
}

// readParent reads a process's id and its parent's from /proc/PID/stat, where
// the second field, a name in parentheses, may hold spaces and parentheses.
func readParent(name string) (pid, parent int, ok bool) {
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, 0, false
	}
	last := bytes.LastIndexByte(text, ')')
	if last < 0 {
		return 0, 0, false
	}
	fields := strings.Fields(string(text[last+1:]))
	pid, errPID := strconv.Atoi(filepath.Base(filepath.Dir(name)))
	if errPID != nil || len(fields) < 2 || fields[0] == "Z" {
		return 0, 0, false
	}
	parent, err = strconv.Atoi(fields[1])
	return pid, parent, err == nil
}

// Memory is what processes take, in bytes.
type Memory struct {
	PSS     int64 // resident, what is shared divided among those who share it
	Private int64 // resident and shared with nobody
}

// MemoryOf returns what the processes take together. One that is gone takes
// nothing.
func MemoryOf(pids []int) (Memory, error) {
	var sum Memory
	for _, pid := range pids {
		m, err := readMemory(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue
		}
		if err != nil {
			return Memory{}, fmt.Errorf("harness: memory: %w", err)
		}
		sum.PSS += m.PSS
		sum.Private += m.Private
	}
	return sum, nil
}

// Renderers returns those of the processes that run pages and workers.
func Renderers(pids []int) []int {
	var renderers []int
	for _, pid := range pids {
		cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err == nil && bytes.Contains(cmdline, []byte("--type=renderer")) {
			renderers = append(renderers, pid)
		}
	}
	return renderers
}

func readMemory(name string) (Memory, error) {
	file, err := os.Open(name)
	if err != nil {
		return Memory{}, err
	}
	defer file.Close()
	var m Memory
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 3 || fields[2] != "kB" {
			continue
		}
		kib, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return Memory{}, err
		}
		switch fields[0] {
		case "Pss:":
			m.PSS += kib << 10
		case "Private_Clean:", "Private_Dirty:":
			m.Private += kib << 10
		}
	}
	return m, lines.Err()
}

func kill(pid int) {
	// A process that is gone already is what was wanted.
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// waitGone returns when none of the processes runs any more, so that the next
// browser finds the profile unlocked.
func waitGone(ctx context.Context, pids []int) error {
	for _, pid := range pids {
		for running(pid) {
			select {
			case <-time.After(10 * time.Millisecond):
			case <-ctx.Done():
				return fmt.Errorf("harness: process %d did not end: %w", pid, ctx.Err())
			}
		}
	}
	return nil
}

func running(pid int) bool {
	_, _, ok := readParent(fmt.Sprintf("/proc/%d/stat", pid))
	return ok
}
