package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// patience is how long one step of a test may take on a busy machine.
const patience = 3 * time.Minute

// A world is an origin of its own with its server, and a browser. At its test's
// end it looks at what pages and workers complained of.
type world struct {
	t             *testing.T
	engine        harness.Engine
	server        *harness.Server
	browser       harness.Browser
	profile       string   // of the browser, unless that is shared
	unpartitioned []string // hosts, see harness.Options
	allowed       []string // parts of messages that are no fault here
	pages         []*tab
}

// newWorld starts a world with a browser of its own, for tests that end it, look
// at its processes or change its settings. Others do with sharedWorld.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := newOrigin(t)
	w.profile = t.TempDir()
	w.launch()
	return w
}

// newOrigin starts a world that has no browser yet.
func newOrigin(t *testing.T) *world {
	t.Helper()
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	dist, err := harness.Dist()
	if err != nil {
		t.Fatal(err)
	}
	server, err := harness.NewServer("no-cache")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	server.Files("/dist/", os.DirFS(dist))
	if workerMode() == "dedicated" {
		withoutSharedWorker(t, server, dist)
	}
	server.Files("/", os.DirFS("testdata"))
	server.File("/page.html", fmt.Appendf(nil, `<!doctype html><html data-worker="%s"><title>page</title><script type="module" src="page.js"></script>`, workerMode()))
	return &world{t: t, engine: engine(), server: server}
}

// withoutSharedWorker serves the package's own pages, which choose where the node
// runs by what there is, as a browser without SharedWorker shows them.
func withoutSharedWorker(t *testing.T, server *harness.Server, dist string) {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(dist, "*.html"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("the package has pages %v, %v; want some", pages, err)
	}
	server.File("/dist/no-shared-worker.js", []byte("delete globalThis.SharedWorker"))
	for _, page := range pages {
		html, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		html = bytes.Replace(html, []byte("<head>"), []byte(`<head><script src="no-shared-worker.js"></script>`), 1)
		server.File("/dist/"+filepath.Base(page), html)
	}
}

// engine is the one that SHAREDNODE_ENGINE names, Chromium if it names none.
func engine() harness.Engine {
	if name := os.Getenv("SHAREDNODE_ENGINE"); name != "" {
		return harness.Engine(name)
	}
	return harness.EngineChromium
}

// workerMode is what SHAREDNODE_WORKER names, and what pages pass to connect.
func workerMode() string {
	if mode := os.Getenv("SHAREDNODE_WORKER"); mode != "" {
		return mode
	}
	return "shared"
}

// once skips a test that says itself where the node runs in the run of the suite
// with a tab's worker: it is the same in both.
func once(t *testing.T) {
	t.Helper()
	if workerMode() == "dedicated" {
		t.Skip("runs with the suite's SharedWorkers: it says itself where the node runs")
	}
}

// need skips the test if the engine lacks a power that it needs.
func need(t *testing.T, p harness.Power) {
	t.Helper()
	if why := engine().Lacks(p); why != "" {
		t.Skip(why)
	}
}

// only skips the test in other engines, and says why it cannot run there.
func only(t *testing.T, e harness.Engine, why string) {
	t.Helper()
	if engine() != e {
		t.Skipf("only in %s: %s", e, why)
	}
}

// chromium returns the browser for what only Chromium's can do, in a test that
// runs only there.
func (w *world) chromium() *harness.Chromium { return w.browser.(*harness.Chromium) }

func (w *world) launch() {
	w.t.Helper()
	browser, err := harness.Launch(w.t.Context(), w.engine, harness.Options{Profile: w.profile, Unpartitioned: w.unpartitioned})
	if err != nil {
		w.t.Fatal(err)
	}
	w.browser = browser
	w.t.Cleanup(func() {
		browser.Kill()
		w.judge(browser.Messages())
	})
}

// allow says that messages with this part are no fault.
func (w *world) allow(part string) { w.allowed = append(w.allowed, part) }

// judge fails the test for messages that tell of a fault.
func (w *world) judge(messages []harness.Message) {
	for _, m := range messages {
		if m.Fault() && !slices.ContainsFunc(w.allowed, func(part string) bool { return strings.Contains(m.Text, part) }) {
			w.t.Errorf("unexpected message: %v", m)
		}
	}
}

// url is the tests' page.
func (w *world) url() string { return w.server.Origin() + "/page.html" }

// A tab is a page that fails the test for what it cannot do.
type tab struct {
	harness.Tab

	w *world
}

// page opens a page that is not connected.
func (w *world) page() *tab {
	w.t.Helper()
	ctx, cancel := w.context()
	defer cancel()
	t, err := w.browser.NewTab(ctx, w.url())
	if err != nil {
		w.t.Fatal(err)
	}
	page := &tab{Tab: t, w: w}
	w.pages = append(w.pages, page)
	return page
}

// peer is what a page learns on connecting.
type peer struct {
	PeerID string `json:"peerId"`
	Epoch  string `json:"epoch"`
}

// tab opens a page connected to the node.
func (w *world) tab() *tab {
	w.t.Helper()
	t := w.page()
	t.open()
	return t
}

func (w *world) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(w.t.Context(), patience)
}

// open connects the page.
func (t *tab) open() (p peer) {
	t.w.t.Helper()
	t.do(&p, "return open()")
	return p
}

// do runs body in the page, which must not throw.
func (t *tab) do(result any, body string, args ...any) {
	t.w.t.Helper()
	if err := t.try(result, body, args...); err != nil {
		t.w.t.Fatalf("%v\nin %s", err, body)
	}
}

// try runs body in the page.
func (t *tab) try(result any, body string, args ...any) error {
	ctx, cancel := t.w.context()
	defer cancel()
	return t.Eval(ctx, result, body, args...)
}

// thrown runs body in the page, which must throw, and returns what.
func (t *tab) thrown(body string, args ...any) *harness.JSError {
	t.w.t.Helper()
	err := t.try(nil, body, args...)
	var thrown *harness.JSError
	if !errors.As(err, &thrown) {
		t.w.t.Fatalf("got %v; want it to throw\nin %s", err, body)
	}
	return thrown
}

// reload loads the page again; it is not connected then.
func (t *tab) reload() {
	t.w.t.Helper()
	ctx, cancel := t.w.context()
	defer cancel()
	if err := t.Reload(ctx); err != nil {
		t.w.t.Fatal(err)
	}
}

// close closes the tab.
func (t *tab) close() {
	t.w.t.Helper()
	if err := t.Close(); err != nil {
		t.w.t.Fatal(err)
	}
}

// sessions is how many tabs the worker thinks it has.
func (t *tab) sessions() (n int) {
	t.w.t.Helper()
	t.do(&n, "return (await node.status()).sessions.length")
	return n
}

// calls is how many calls of these methods there are now, of all tabs.
func (t *tab) calls(methods ...string) (n int) {
	t.w.t.Helper()
	t.do(&n, `
		const { sessions } = await node.status()
		return sessions.flatMap(s => s.calls).filter(c => args[0].includes(c.method)).length`, methods)
	return n
}

// eventually waits for a condition.
func (w *world) eventually(what string, condition func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); !condition(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("not so after a minute: %s", what)
		}
	}
}

// together runs f for each tab at once.
func together(tabs []*tab, f func(i int, t *tab) error) error {
	results := make(chan error)
	for i, t := range tabs {
		go func() { results <- f(i, t) }()
	}
	var errs []error
	for i := range tabs {
		if err := <-results; err != nil {
			errs = append(errs, fmt.Errorf("%d: %w", i, err))
		}
	}
	return errors.Join(errs...)
}
