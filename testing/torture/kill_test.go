package torture

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// kill is a way to end something.
type kill struct {
	name   string
	weight int // how many of a full deck
	do     func(r *run) error
}

// kills are twenty.
var kills = []kill{
	{"close a tab", 2, (*run).closeTab},
	{"navigate a tab away", 2, (*run).leavePage},
	{"crash a tab", 2, (*run).crashTab},
	{"kill a tab's process", 3, (*run).killTab},
	{"kill the worker's process", 4, (*run).killWorker},
	{"reload every tab", 2, (*run).reloadAll},
	{"bring a newer worker", 1, (*run).takeOver},
	{"kill the browser", 3, (*run).killBrowser},
	{"kill a browser that makes a repo", 1, (*run).killMaker},
}

// deck gives kills in an order of its own, each as often as the others allow.
type deck struct {
	rng  *rand.Rand
	only string // part of the names of those that are wanted; empty for all
	left []kill
}

func (d *deck) next() kill {
	if len(d.left) == 0 {
		for _, k := range kills {
			if strings.Contains(k.name, d.only) {
				d.left = append(d.left, slices.Repeat([]kill{k}, k.weight)...)
			}
		}
		d.rng.Shuffle(len(d.left), func(i, j int) { d.left[i], d.left[j] = d.left[j], d.left[i] })
	}
	k := d.left[0]
	d.left = d.left[1:]
	return k
}

func (r *run) anyTab() *tab { return pick(r.rng, r.living()) }

func (r *run) closeTab() error {
	t := r.anyTab()
	return errors.Join(t.closePage(), r.awaitGone(t))
}

// closePage closes a tab, which is of no use for another page then.
func (t *tab) closePage() error {
	page := t.page
	t.page = nil
	return page.Close()
}

func (r *run) leavePage() error {
	ctx, cancel := r.context()
	defer cancel()
	t := r.anyTab()
	t.away = true
	return errors.Join(t.page.Navigate(ctx, r.server.Origin()+"/away.html"), r.awaitGone(t))
}

func (r *run) crashTab() error {
	if r.engine != harness.EngineChromium { // whose driver alone can have a tab crash
		return r.killTab()
	}
	ctx, cancel := r.context()
	defer cancel()
	t := r.anyTab()
	err := t.page.Crash(ctx)
	return errors.Join(err, t.closePage(), r.awaitGone(t))
}

// killTab kills processes of pages until a tab is gone: there are some that have
// none.
func (r *run) killTab() error {
	victims := slices.DeleteFunc(pageProcesses(), isWorker)
	r.rng.Shuffle(len(victims), func(i, j int) { victims[i], victims[j] = victims[j], victims[i] })
	for _, pid := range victims {
		gone, err := r.killProcess(pid)
		if gone > 0 || err != nil {
			return err
		}
	}
	return nil // all live in the worker's
}

func (r *run) killWorker() error {
	if len(r.workers) == 0 {
		return errors.New("the worker has no process")
	}
	var errs []error
	for _, pid := range r.workers {
		_, err := r.killProcess(pid)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// killProcess kills a process, and returns how many tabs went with it.
func (r *run) killProcess(pid int) (gone int, err error) {
	before := r.living()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return 0, fmt.Errorf("killing %d: %w", pid, err)
	}
	r.until("the process is gone", func() bool { return !running(pid) })
	r.mu.Lock()
	r.lastPing++
	for _, t := range before {
		t.out <- task{ID: r.lastPing, Do: "ping"}
	}
	r.mu.Unlock()
	r.until("each tab answers or is gone", func() bool {
		return !slices.ContainsFunc(before, func(t *tab) bool { return !t.dead && t.pong < r.lastPing })
	})
	gone = len(before) - len(r.living())
	for _, t := range before {
		if t.dead { // crashed, and of no use
			err = errors.Join(err, t.closePage())
		}
	}
	return gone, err
}

// reloadAll ends the worker as a user does: with its last tab.
func (r *run) reloadAll() error {
	ctx, cancel := r.context()
	defer cancel()
	tabs := r.living()
	ended := make(chan error)
	for _, t := range tabs {
		t.away = true
		go func() { ended <- t.page.Navigate(ctx, r.server.Origin()+"/away.html") }()
	}
	var errs []error
	for range tabs {
		errs = append(errs, <-ended)
	}
	for _, t := range tabs {
		errs = append(errs, r.awaitGone(t))
	}
	return errors.Join(errs...)
}

func (r *run) killBrowser() error {
	tabs := r.living()
	err := r.browser.Kill()
	for _, t := range tabs {
		t.page = nil
		r.leave(t)
	}
	r.launch()
	return err
}

// awaitGone waits until the driver knows that a page is gone.
func (r *run) awaitGone(t *tab) error {
	select {
	case <-t.gone:
		return nil
	case <-time.After(patience):
		return fmt.Errorf("tab %d is still there", t.id)
	}
}

// threads are the names of threads that only a process with a worker of a page
// has, as the kernel cuts them off.
var threads = []string{"SharedWorker th", "DedicatedWorker", "DOM Worker"}

// pageProcesses are those of the test's browser that run pages and workers.
func pageProcesses() (pids []int) {
	for _, pid := range harness.WithoutUI(harness.Processes(os.Getpid())) {
		cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		text := strings.TrimRight(strings.ReplaceAll(string(cmdline), "\x00", " "), " ")
		if err == nil && (strings.Contains(text, "--type=renderer") || strings.HasSuffix(text, " tab") && hasThread(pid, "Isolated Web Co")) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// workerProcesses are the one that runs the node, and those that have the worker
// of a page that was put aside.
func workerProcesses() (pids []int) {
	return slices.DeleteFunc(pageProcesses(), func(pid int) bool { return !isWorker(pid) })
}

func isWorker(pid int) bool {
	return slices.ContainsFunc(threads, func(name string) bool { return hasThread(pid, name) })
}

func hasThread(pid int, name string) bool {
	names, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/comm", pid)) // the pattern is a good one
	for _, file := range names {
		if text, err := os.ReadFile(file); err == nil && strings.TrimSpace(string(text)) == name {
			return true
		}
	}
	return false
}

func running(pid int) bool { return len(harness.Processes(pid)) > 0 && syscall.Kill(pid, 0) == nil }
