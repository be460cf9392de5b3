package harness

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// MemoryOf returns the bytes of memory that the processes take together. What
// they share counts once; files they map, the program above all, do not count,
// since how much of those is theirs depends on who else has them mapped. A
// process that is gone takes nothing.
func MemoryOf(pids []int) (int64, error) {
	var sum int64
	for _, pid := range pids {
		n, err := readMemory(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("harness: memory: %w", err)
		}
		sum += n
	}
	return sum, nil
}

// Renderers returns those of the processes that run pages and workers.
func Renderers(pids []int) []int {
	return slices.DeleteFunc(WithoutUI(pids), func(pid int) bool { return !hasFlag(pid, "--type=renderer") })
}

// WithoutUI returns the processes but for the one that draws Chromium's own
// windows, which even a headless one has: it takes 100 MB as soon as it comes,
// and comes when it likes.
func WithoutUI(pids []int) []int {
	return slices.DeleteFunc(slices.Clone(pids), func(pid int) bool { return hasFlag(pid, "--top-chrome-webui") })
}

// hasFlag looks into a process's command line, which Chromium rewrites with
// spaces between the arguments.
func hasFlag(pid int, flag string) bool {
	cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && bytes.Contains(cmdline, []byte(flag))
}

func readMemory(name string) (int64, error) {
	file, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	var sum int64
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) != 3 || (fields[0] != "Pss_Anon:" && fields[0] != "Pss_Shmem:") {
			continue
		}
		kib, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return 0, err
		}
		sum += kib << 10
	}
	return sum, lines.Err()
}

func kill(pid int) {
	// A process that is gone already is what was wanted.
	_ = syscall.Kill(pid, syscall.SIGKILL)
}

// killAll ends the processes at once, and returns when they are gone.
func killAll(pids []int) error {
	for _, pid := range pids {
		kill(pid)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return waitGone(ctx, pids)
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

// busiest returns which of the processes works most while spin runs.
func busiest(ctx context.Context, pids []int, spin func(context.Context) error) (int, error) {
	before := map[int]int64{}
	for _, p := range pids {
		before[p] = ticks(p)
	}
	if len(pids) == 0 {
		return 0, errors.New("no process runs pages")
	}
	if err := spin(ctx); err != nil {
		return 0, err
	}
	best := slices.MaxFunc(pids, func(a, b int) int {
		return cmp.Compare(ticks(a)-before[a], ticks(b)-before[b])
	})
	return best, nil
}

// ticks returns how long a process has run, in clock ticks of its user time; 0
// if it is gone. It is the 14th field of /proc/PID/stat, the 12th behind the
// name.
func ticks(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 12 {
		return 0
	}
	n, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0
	}
	return n
}
