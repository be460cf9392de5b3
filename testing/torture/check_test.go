package torture

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// survivors are the pages that a kill may have left, and the worker before it.
type survivors struct {
	reconnects map[*tab]int
	workers    []int // the processes of which one was its
	epoch      string
}

// prepare looks at what a kill may leave.
func (r *run) prepare() survivors {
	r.workers = workerProcesses()
	before := survivors{reconnects: map[*tab]int{}, workers: r.workers}
	tabs := r.living()
	r.mu.Lock()
	defer r.mu.Unlock()
	before.epoch = r.model.epoch
	for _, t := range tabs {
		before.reconnects[t] = t.reconnects
	}
	return before
}

// strike kills something under load.
func (r *run) strike(k kill) {
	r.t.Helper()
	r.mu.Lock()
	r.killing = true
	r.model.history.mark("%s", k.name)
	r.mu.Unlock()
	if err := k.do(r); err != nil {
		r.fault(nil, "%s: %v", k.name, err)
		r.judge()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.feeding = false
}

// maxReopen is how often pages are opened after one kill. Chromium crashes now
// and then, with "Invoke in DisallowJavascriptExecutionScope", as it drops pages
// that it had put aside, and takes a page that was just opened with it.
const maxReopen = 4

// reopen opens the pages that are gone again, and waits until all are connected
// to the same worker.
func (r *run) reopen() {
	r.t.Helper()
	var tabs []*tab
	for range maxReopen {
		r.openMissing()
		tabs = r.living()
		r.until("all tabs are connected to one worker", func() bool {
			return slices.ContainsFunc(tabs, func(t *tab) bool { return t.dead || t.failure != "" }) ||
				!slices.ContainsFunc(tabs, func(t *tab) bool { return t.me.Epoch == "" || t.me.Epoch != tabs[0].me.Epoch })
		})
		if len(r.living()) == tabCount {
			break
		}
	}
	if n := len(r.living()); n != tabCount {
		r.fault(nil, "%d tabs are there; want %d", n, tabCount)
	}
	for _, t := range tabs {
		if t.failure != "" {
			r.fault(nil, "tab %d could not connect: %s", t.id, t.failure)
		}
	}
	r.judge()
}

// openMissing opens as many pages as are missing, in the tabs that are elsewhere
// first.
func (r *run) openMissing() {
	r.t.Helper()
	var idle []*tab
	r.mu.Lock()
	for id := 1; id <= r.lastTab; id++ {
		if t := r.tabs[id]; t != nil && t.dead {
			delete(r.tabs, id)
			if t.page != nil && t.away && !t.lone {
				idle = append(idle, t)
			}
		}
	}
	r.mu.Unlock()
	missing := tabCount - len(r.living())
	ctx, cancel := r.context()
	defer cancel()
	var opening sync.WaitGroup
	for i := range missing {
		opening.Go(func() {
			var page harness.Tab
			if i < len(idle) {
				page = idle[i].page
			}
			if _, err := r.openTab(ctx, page, r.options, false); err != nil {
				r.fault(nil, "opening a tab: %v", err)
			}
		})
	}
	opening.Wait()
	r.judge()
}

// check wants all that was acknowledged to be there.
func (r *run) check() {
	r.t.Helper()
	r.quiet()
	tabs := r.living()
	r.mu.Lock()
	for _, t := range tabs {
		r.add(r.model.reached(t.me.PeerID, t.me.Epoch)...)
	}
	r.mu.Unlock()
	r.judge()

	ctx, cancel := r.context()
	defer cancel()
	auditor := pick(r.rng, tabs)
	var listed listing
	if err := auditor.page.Eval(ctx, &listed, "return list()"); err != nil {
		r.fault(nil, "tab %d: %v", auditor.id, err)
		r.judge()
	}
	r.mu.Lock()
	faults, whole := r.model.observe(listed)
	r.add(faults...)
	asked := make([]map[string]any, len(whole))
	for i, o := range whole {
		asked[i] = map[string]any{"id": o.id, "cid": o.cid, "spec": o.spec}
	}
	r.mu.Unlock()
	damages := map[string]string{}
	if err := auditor.page.Eval(ctx, &damages, "return damages(args[0])", asked); err != nil {
		r.fault(nil, "tab %d: %v", auditor.id, err)
	}
	r.mu.Lock()
	for _, o := range whole {
		if how := damages[strconv.Itoa(o.id)]; how != "" {
			r.add(damaged(o, how))
		}
	}
	r.mu.Unlock()
	r.checkPlaces(ctx, auditor)
	r.mu.Lock()
	r.model.history.mark("checked: %d pins, %d blocks, %d objects whole", len(listed.Pins), listed.Checked, len(whole))
	r.mu.Unlock()
	r.judge()
	r.checkTopic(auditor)
	r.checkLocks(ctx, auditor)
	r.judge()
}

// checkSurvivors wants the pages that outlived a kill to be told of another
// worker once if there is another, and not at all else.
func (r *run) checkSurvivors(before survivors) {
	r.t.Helper()
	ended := !slices.ContainsFunc(before.workers, running)
	r.mu.Lock()
	defer r.mu.Unlock()
	anew := r.model.epoch != before.epoch
	if ended && !anew {
		r.add(fault{text: fmt.Sprintf("the worker's process is gone (of %v) and the epoch is the same", before.workers)})
	}
	want := 0
	if anew {
		want = 1
	}
	for t, was := range before.reconnects {
		if got := t.reconnects - was; !t.dead && got != want {
			r.add(fault{text: fmt.Sprintf("tab %d was told %d times of another worker; want %d", t.id, got, want)})
		}
	}
}

// checkTopic wants each page to hear what one publishes, under a number above
// all before.
func (r *run) checkTopic(from *tab) {
	r.t.Helper()
	tabs := r.living()
	r.mu.Lock()
	before := r.sequence
	r.mu.Unlock()
	first := 0
	for deadline := time.Now().Add(patience); ; {
		r.mu.Lock()
		op := r.load.publish()
		op.tab = from.id
		r.model.begin(op)
		r.ask(from, op)
		if first == 0 {
			first = op.number
		}
		r.mu.Unlock()
		r.quiet()
		heard := func() bool {
			return !slices.ContainsFunc(tabs, func(t *tab) bool { return !t.heardSince(first) })
		}
		for range 20 {
			r.mu.Lock()
			all := heard()
			r.mu.Unlock()
			if all {
				r.mu.Lock()
				if now := r.sequences[op.number]; now != 0 && now <= before {
					r.add(fault{text: fmt.Sprintf("a message has number %d after one with %d", now, before)})
				}
				r.mu.Unlock()
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
		if time.Now().After(deadline) {
			r.fault(nil, "not all tabs hear what tab %d publishes", from.id)
			return
		}
	}
}

// heardSince reports whether the page has heard a number or one after it.
func (t *tab) heardSince(number int) bool {
	for n := range t.heard {
		if n >= number {
			return true
		}
	}
	return false
}

// checkLocks wants one worker to hold the repo, and no lock to be left of those
// that are gone.
func (r *run) checkLocks(ctx context.Context, from *tab) {
	r.t.Helper()
	const repo = "sharednode:default"
	clients := len(r.living())
	if r.options["worker"] == "dedicated" {
		clients++ // the worker itself, for the tab that runs it
	}
	var wrong string
	for deadline := time.Now().Add(patience / 2); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		var held []string
		if err := from.page.Eval(ctx, &held, "return locks()"); err != nil {
			r.fault(nil, "tab %d: %v %s", from.id, err, wrong)
			return
		}
		if wrong = r.wrongLocks(held, repo, clients); wrong == "" {
			return
		}
	}
	r.fault(nil, "%s", wrong)
}

func (r *run) wrongLocks(held []string, repo string, clients int) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := map[string]int{}
	for _, name := range held {
		if strings.HasPrefix(name, "sharednode:client:") {
			name = "client"
		}
		count[name]++
	}
	switch {
	case count[repo] != 1:
		return fmt.Sprintf("%d workers hold the repo; want one (locks %v)", count[repo], held)
	case count[repo+":"+r.model.epoch] != 1:
		return fmt.Sprintf("the worker %s does not hold its lock (locks %v)", r.model.epoch, held)
	case count["client"] != clients:
		return fmt.Sprintf("%d clients hold locks; want %d (locks %v)", count["client"], clients, held)
	}
	return ""
}
