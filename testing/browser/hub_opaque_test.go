package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// opaque serves a page that has no origin.
func opaque(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Security-Policy", "sandbox allow-scripts")
	fmt.Fprint(rw, `<!doctype html><title>opaque</title><body><script src="opaque.js"></script>`)
}

// failed is what a page was told that has no node.
type failed struct {
	Code, Message string
	Details       struct{ Reason string }
}

// TestSandboxedHub has pages put the hub's frame into a sandbox, and themselves.
func TestSandboxedHub(t *testing.T) {
	w := sharedWorld(t)
	w.allow("CORS") // a page without an origin has no right to the hub's scripts
	w.allow("ERR_FAILED")
	w.allow("Content-Security-Policy")
	w.allow("sandboxed") // the browser tells what it has blocked
	a := w.at(hostA)
	for _, sandbox := range []string{"", "allow-scripts", "allow-same-origin"} {
		var got failed
		began := time.Now()
		a.do(&got, `
			const sandboxed = { append (frame) { frame.setAttribute('sandbox', args[1]); document.body.append(frame) } }
			return connectHub(args[0], { want: { read: true }, container: sandboxed }).then(
				() => ({ code: 'served' }), ({ code, message, details }) => ({ code, message, details }))`, w.hub(), sandbox)
		const message = "sandboxed, and needs allow-scripts and allow-same-origin"
		if got.Code != "hub-failed" || !strings.Contains(got.Message, message) {
			t.Errorf("sandbox=%q: got %+v; want it told what it needs", sandbox, got)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("sandbox=%q: it took %v", sandbox, took)
		}
	}
	var left int
	a.do(&left, "return document.querySelectorAll('iframe').length")
	if left != 0 {
		t.Error("the hub's frame is left")
	}

	// A page without an origin that has the library all the same.
	dist, err := harness.Dist()
	if err != nil {
		t.Fatal(err)
	}
	open := http.StripPrefix("/open/", http.FileServerFS(os.DirFS(dist)))
	w.server.HandleFunc("/open/", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Access-Control-Allow-Origin", "*")
		open.ServeHTTP(rw, r)
	})
	w.server.HandleFunc("/opaque.html", opaque)
	w.server.File("/opaque.js", []byte(`
		const hub = decodeURIComponent(location.search.slice(1))
		import(new URL('/open/hub.min.js', location.href)).then(({ connectHub }) => connectHub(hub, { want: { read: true } })).then(
			() => { document.title = 'served' },
			({ code, message, details }) => { document.title = JSON.stringify({ code, message, details }) })`))
	page := w.page()
	page.visit(w.origin(hostB) + "/opaque.html?" + w.hub())
	var title string
	w.eventually("the page is told", func() bool {
		page.do(&title, "return document.title")
		return title != "opaque"
	})
	var got failed
	if err := json.Unmarshal([]byte(title), &got); err != nil || got.Code != refused || got.Details.Reason != "opaque" {
		t.Errorf("a page without an origin got %q", title)
	}
}

// TestHubWithoutWindows has a page around whose windows the browser does not open.
func TestHubWithoutWindows(t *testing.T) {
	need(t, harness.PowerClick)
	w := sharedWorld(t)
	w.allow("sandboxed")
	w.allow("Content-Security-Policy")
	w.server.HandleFunc("/windowless.html", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Security-Policy", "sandbox allow-scripts allow-same-origin")
		fmt.Fprintf(rw, `<!doctype html><html data-worker="%s"><title>page</title><script type="module" src="page.js"></script>`, workerMode())
	})
	a := w.page()
	a.visit(w.origin(hostA) + "/windowless.html")
	a.join("{ read: true }")
	for asks := true; asks; { // for storage first, where it can be
		a.click("return button()")
		a.do(&asks, "return Promise.race([joined.then(() => false), new Promise(resolve => setTimeout(resolve, 2000, true))])")
	}
	if code := a.joined(); code != refused {
		t.Errorf("got %q; want %s", code, refused)
	}
	var failure string
	a.do(&failure, "return globalThis.failure")
	if !strings.Contains(failure, "opens no window") {
		t.Errorf("got %q; want why", failure)
	}
}
