package harness_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

const workerJS = `
let count = 0;
onconnect = ({ports: [port]}) => {
  port.onmessage = ({data}) => {
    if (data === 'throw') setTimeout(() => { throw new Error('from the worker') });
    if (data === 'log') console.error('logged by the worker', {});
    port.postMessage(++count);
  };
};`

const page = `<!doctype html><title>page</title><script>
const port = new SharedWorker('worker.js').port;
const request = (r) => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error); });
const opened = (async () => {
  const opening = indexedDB.open('kept');
  opening.onupgradeneeded = () => opening.result.createObjectStore('s');
  return request(opening);
})();
window.keep = async (value) => {
  const tx = (await opened).transaction('s', 'readwrite', {durability: 'strict'});
  tx.objectStore('s').put(value, 1);
  return new Promise((ok, no) => { tx.oncomplete = ok; tx.onabort = () => no(tx.error); });
};
window.kept = async () => request((await opened).transaction('s').objectStore('s').get(1));
window.ask = data => new Promise(resolve => { port.onmessage = e => resolve(e.data); port.postMessage(data); });
</script>`

func start(t *testing.T, profile string) (*harness.Server, *harness.Chromium) {
	t.Helper()
	return serve(t), launch(t, profile)
}

// serve serves the test's page and worker.
func serve(t *testing.T) *harness.Server {
	t.Helper()
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	server, err := harness.NewServer("no-cache")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	server.Files("/", fstest.MapFS{"worker.js": {Data: []byte(workerJS)}})
	server.File("/page.html", []byte(page))
	return server
}

func launch(t *testing.T, profile string) *harness.Chromium {
	t.Helper()
	b, err := harness.LaunchChromium(t.Context(), harness.Options{Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Kill() })
	return b
}

func open(t *testing.T, b harness.Browser, url string) harness.Tab {
	t.Helper()
	tab, err := b.NewTab(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func ask(t *testing.T, tab harness.Tab, what string) int {
	t.Helper()
	var count int
	if err := tab.Eval(t.Context(), &count, "return ask(args[0])", what); err != nil {
		t.Fatal(err)
	}
	return count
}

func TestTabsShareAWorker(t *testing.T) {
	server, b := start(t, t.TempDir())
	url := server.Origin() + "/page.html"
	first, second := open(t, b, url), open(t, b, url)
	for i, tab := range []harness.Tab{first, second, first} {
		if got := ask(t, tab, ""); got != i+1 {
			t.Errorf("message %d: the worker has counted %d", i+1, got)
		}
	}
	workers, err := b.Workers(t.Context())
	if err != nil || len(workers) != 1 {
		t.Errorf("workers: got %v, %v; want one", workers, err)
	}

	if err := first.Crash(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := second.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, second, ""); got != 1 {
		t.Errorf("after its process crashed the worker has counted %d", got)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

func TestWhatIsThrownComesBack(t *testing.T) {
	server, b := start(t, t.TempDir())
	tab := open(t, b, server.Origin()+"/page.html")
	err := tab.Eval(t.Context(), nil, `throw Object.assign(new RangeError('no'), {code: 'too-far', details: {size: 3n}})`)
	var thrown *harness.JSError
	if !errors.As(err, &thrown) {
		t.Fatalf("got %v; want a JSError", err)
	}
	if thrown.Name != "RangeError" || thrown.Code != "too-far" || thrown.Message != "no" || thrown.Details["size"] != 3.0 {
		t.Errorf("got %+v", thrown)
	}
	if err := tab.Eval(t.Context(), nil, "this is no JavaScript"); err == nil {
		t.Error("a syntax error gave no error")
	}
}

func TestMessagesOfPagesAndWorkers(t *testing.T) {
	server, b := start(t, t.TempDir())
	tab := open(t, b, server.Origin()+"/page.html")
	ask(t, tab, "throw")
	ask(t, tab, "log")
	if err := tab.Eval(t.Context(), nil, `setTimeout(() => { throw new Error('from the page') }); await fetch('missing.js')`); err != nil {
		t.Fatal(err)
	}
	for _, want := range []harness.Message{
		{Source: "shared_worker", Level: "exception", Text: "from the worker"},
		{Source: "shared_worker", Level: "error", Text: "logged by the worker"},
		{Source: "page", Level: "exception", Text: "from the page"},
		{Source: "page", Level: "error", Text: "404"},
	} {
		waitForMessage(t, b, want)
	}
}

func waitForMessage(t *testing.T, b harness.Browser, want harness.Message) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		for _, m := range b.Messages() {
			if m.Source == want.Source && m.Level == want.Level && strings.Contains(m.Text, want.Text) {
				if !m.Problem() {
					t.Errorf("%v is not a problem", m)
				}
				return
			}
		}
	}
	t.Errorf("no message like %v in %v", want, b.Messages())
}

func TestQuotaAndBrokenFiles(t *testing.T) {
	server, b := start(t, t.TempDir())
	tab := open(t, b, server.Origin()+"/page.html")
	// navigator.storage.estimate() reports a quota made up against
	// fingerprinting; what counts is what a store takes.
	store := func(bytes int) (name string) {
		if err := tab.Eval(t.Context(), &name, `
			const done = r => new Promise((ok, no) => { r.onsuccess = () => ok(r.result); r.onerror = () => no(r.error) })
			const opening = indexedDB.open('db')
			opening.onupgradeneeded = () => opening.result.createObjectStore('s')
			const tx = (await done(opening)).transaction('s', 'readwrite')
			const bytes = new Uint8Array(args[0])
			for (let i = 0; i < bytes.length; i += 65536) crypto.getRandomValues(bytes.subarray(i, i + 65536))
			tx.objectStore('s').put(bytes, 1)
			return await new Promise(ok => { tx.oncomplete = () => ok('stored'); tx.onabort = () => ok(tx.error.name) })`, bytes); err != nil {
			t.Fatal(err)
		}
		return name
	}
	if err := b.SetQuota(t.Context(), server.Origin(), 10<<20); err != nil {
		t.Fatal(err)
	}
	if got := store(20 << 20); got != "QuotaExceededError" {
		t.Errorf("20 MiB under a quota of 10: %s", got)
	}
	if err := b.SetQuota(t.Context(), server.Origin(), 0); err != nil {
		t.Fatal(err)
	}
	if got := store(20 << 20); got != "stored" {
		t.Errorf("20 MiB with the quota given back: %s", got)
	}

	status := func() (got int) {
		if err := tab.Eval(t.Context(), &got, `return (await fetch('worker.js')).status`); err != nil {
			t.Fatal(err)
		}
		return got
	}
	server.Break("/worker.js", 404)
	if got := status(); got != 404 {
		t.Errorf("broken: got %d", got)
	}
	server.Mend("/worker.js")
	if got := status(); got != 200 {
		t.Errorf("mended: got %d", got)
	}
}

func TestMemoryAndScreenshot(t *testing.T) {
	server, b := start(t, t.TempDir())
	tab, err := b.OpenTab(t.Context(), server.Origin()+"/page.html")
	if err != nil {
		t.Fatal(err)
	}
	before, err := harness.MemoryOf(harness.Processes(b.PID()))
	if err != nil {
		t.Fatal(err)
	}
	if err := tab.Eval(t.Context(), nil, `window.kept = new Uint8Array(100 << 20).fill(1)`); err != nil {
		t.Fatal(err)
	}
	after, err := harness.MemoryOf(harness.Renderers(harness.Processes(b.PID())))
	if err != nil {
		t.Fatal(err)
	}
	if after < 100<<20 || after > before+150<<20 {
		t.Errorf("with 100 MiB more: %d bytes in the renderers, %d before in all", after, before)
	}
	png, err := tab.Screenshot(t.Context(), 300, 200)
	if err != nil || !strings.HasPrefix(string(png), "\x89PNG") {
		t.Errorf("screenshot: %d bytes, %v", len(png), err)
	}
}

func TestEvalEndsWithItsContext(t *testing.T) {
	server, b := start(t, t.TempDir())
	tab := open(t, b, server.Origin()+"/page.html")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := tab.Eval(ctx, nil, `await new Promise(() => {})`); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
