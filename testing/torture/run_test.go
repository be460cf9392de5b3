package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

const (
	// tabCount is how many pages make the load.
	tabCount = 3
	// patience is how long one step may take on a busy machine.
	patience = 3 * time.Minute
)

// run is one browser after the other on one profile, and what the driver knows.
type run struct {
	t        *testing.T
	engine   harness.Engine
	server   *harness.Server
	profile  string
	rng      *rand.Rand     // for what is killed, and when
	options  map[string]any // of connect
	browser  harness.Browser
	workers  []int // the processes that may have run the node when the load began
	repos    int   // how many were made beside the one
	versions int   // how many newer ones than the package's there were

	mu        sync.Mutex // guards following
	model     *model
	load      *load
	tabs      map[int]*tab
	lastTab   int
	lastPing  int
	feeding   bool // pages are given things to do
	killing   bool // calls may be lost
	done      int  // operations acknowledged
	awaited   int  // how many more are waited for
	enough    chan struct{}
	sequence  uint64
	sequences map[int]uint64 // by number
	faults    []fault
}

func newRun(t *testing.T, seed uint64) *run {
	t.Helper()
	dist, err := harness.Dist()
	if err != nil {
		t.Fatal(err)
	}
	server, err := harness.NewServer("max-age=600") // a browser fetches the program once
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	m := newModel()
	r := &run{
		t: t, engine: engine(), server: server, profile: t.TempDir(), rng: rand.New(rand.NewPCG(seed, 1)),
		options: map[string]any{}, model: m, load: newLoad(m, rand.New(rand.NewPCG(seed, 2))),
		tabs: map[int]*tab{}, sequences: map[int]uint64{},
	}
	if mode := os.Getenv("SHAREDNODE_WORKER"); mode != "" {
		r.options["worker"] = mode
	}
	server.Files("/dist/", os.DirFS(dist))
	server.Files("/", os.DirFS("testdata"))
	server.File("/page.html", []byte(`<!doctype html><title>torture</title><script type="module" src="page.js"></script>`))
	server.File("/away.html", []byte(`<!doctype html><title>away</title>`))
	server.HandleFunc("/driver", r.serve)
	return r
}

// engine is the one that SHAREDNODE_ENGINE names, Chromium if it names none.
func engine() harness.Engine {
	if name := os.Getenv("SHAREDNODE_ENGINE"); name != "" {
		return harness.Engine(name)
	}
	return harness.EngineChromium
}

// launch starts the next browser.
func (r *run) launch() {
	r.t.Helper()
	ctx, cancel := r.context()
	defer cancel()
	browser, err := harness.Launch(ctx, r.engine, harness.Options{Profile: r.profile})
	if err != nil {
		r.t.Fatal(err)
	}
	r.browser = browser
	r.t.Cleanup(func() { _ = browser.Kill() }) // of no use any more
}

func (r *run) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.t.Context(), patience)
}

// living returns the pages of the load that are there, oldest first.
func (r *run) living() (living []*tab) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := 1; id <= r.lastTab; id++ {
		if t := r.tabs[id]; t != nil && !t.dead && !t.lone {
			living = append(living, t)
		}
	}
	return living
}

// work lets the pages work until much is acknowledged; half of the time a while
// longer, and else no longer: what was acknowledged too early is lost only at
// once.
func (r *run) work() {
	r.t.Helper()
	enough := make(chan struct{})
	r.mu.Lock()
	r.feeding, r.killing = true, false
	r.enough, r.awaited = enough, 8+r.rng.IntN(30)
	r.feed()
	r.mu.Unlock()
	select {
	case <-enough:
	case <-time.After(patience):
		r.fault(nil, "not enough was acknowledged in %v", patience)
	}
	r.judge()
	if r.rng.IntN(2) == 0 {
		time.Sleep(time.Duration(r.rng.IntN(50_000)) * time.Microsecond)
	}
}

// quiet returns once nothing is asked of pages any more.
func (r *run) quiet() {
	r.t.Helper()
	r.mu.Lock()
	r.feeding = false
	r.mu.Unlock()
	r.until("all calls have ended", func() bool { return len(r.model.open) == 0 })
}

// until waits for a condition, which it asks for with mu held.
func (r *run) until(what string, condition func() bool) {
	r.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		r.mu.Lock()
		ok := condition()
		r.mu.Unlock()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			r.fault(nil, "not so after %v: %s", patience, what)
			r.judge()
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// add is called with mu held.
func (r *run) add(faults ...fault) { r.faults = append(r.faults, faults...) }

func (r *run) fault(o any, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.add(fault{o, fmt.Sprintf(format, args...)})
}

// judge ends the test if anything is wrong.
func (r *run) judge() {
	r.t.Helper()
	for _, m := range r.browser.Messages() {
		if m.Fault() && m.Level != "crash" {
			r.fault(nil, "said: %v", m)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.faults) > 0 {
		r.t.Fatalf("%s\n%s", r.model.report(r.faults), r.scene())
	}
}

// scene tells of the pages and of what was said last. It is called with mu held.
func (r *run) scene() string {
	var lines []string
	for id := 1; id <= r.lastTab; id++ {
		if t := r.tabs[id]; t != nil {
			lines = append(lines, fmt.Sprintf("tab %d: connected to the driver %v, gone %v, epoch %q, %d operations", id, t.here, t.dead, t.me.Epoch, len(t.open)))
		}
	}
	messages := r.browser.Messages()
	for _, m := range messages[max(0, len(messages)-recent):] {
		lines = append(lines, m.String())
	}
	return strings.Join(lines, "\n")
}
