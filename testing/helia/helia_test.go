package helia

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sharednode/sharednode/testing/browser/harness"
)

// serve serves a page with a script of web's beside the package, and returns its
// URL and a browser to open it in.
func serve(t *testing.T, script string) (url string, browser *harness.Chromium) {
	t.Helper()
	if testing.Short() {
		t.Skip("installs packages and runs a browser")
	}
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	dist, err := harness.Dist()
	if err != nil {
		t.Fatal(err)
	}
	install(t)
	code, err := bundle(script)
	if err != nil {
		t.Fatal(err)
	}
	server, err := harness.NewServer("no-cache")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	page := `<!doctype html><title>Helia</title><link rel="icon" href="data:," /><div id="mocha"></div><script type="module" src="%s"></script>`
	server.Files("/", fstest.MapFS{
		"index.html": {Data: fmt.Appendf(nil, page, script)},
		script:       {Data: code},
		"giver.html": {Data: []byte(`<!doctype html><title>giver</title><link rel="icon" href="data:," /><script type="module" src="giver.js"></script>`)},
		"giver.js":   {Data: []byte(giver)},
	})
	server.Files("/dist/", os.DirFS(dist))
	browser, err = harness.LaunchChromium(t.Context(), harness.Options{Profile: filepath.Join(t.TempDir(), "profile")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, m := range browser.Messages() {
			if m.Problem() {
				t.Error(m)
			}
		}
		if err := browser.Kill(); err != nil {
			t.Error(err)
		}
	})
	return server.Origin() + "/", browser
}

// install installs what web's lock file pins, unless that is done.
func install(t *testing.T) {
	t.Helper()
	lock, err := os.Stat("web/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	done, err := os.Stat("web/node_modules/.package-lock.json")
	if err == nil && !done.ModTime().Before(lock.ModTime()) {
		return
	}
	npm := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	npm.Dir = "web"
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
}

// open opens a tab, once its script has run.
func open(t *testing.T, browser *harness.Chromium, url string) harness.Tab {
	t.Helper()
	tab, err := browser.NewTab(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	eval(t, tab, nil, `
if (document.readyState !== 'complete') {
  await new Promise((resolve) => addEventListener('load', resolve));
}`)
	return tab
}

func eval(t *testing.T, tab harness.Tab, into any, code string, args ...any) {
	t.Helper()
	if err := tab.Eval(t.Context(), into, code, args...); err != nil {
		t.Fatalf("%v\n%s", err, code)
	}
}

// TestSuites runs the suites that implementations of Helia's stores have to pass.
func TestSuites(t *testing.T) {
	url, browser := serve(t, "suites.js")
	var result struct{ Passed, Failed []string }
	eval(t, open(t, browser, url), &result, "return run()")
	for _, failed := range result.Failed {
		t.Error(failed)
	}
	// Both suites are there, with what they had when they were chosen.
	if want := 60; len(result.Passed) < want {
		t.Errorf("%d tests passed; want %d", len(result.Passed), want)
	}
	t.Logf("%d tests passed", len(result.Passed))
}

// giver is a page of another origin, which lets the page around it read and add.
const giver = `
import { connect } from '/dist/index.min.js'
const node = await connect({ config: { network: 'offline' } })
const { cid } = await node.add(new Uint8Array(3_000_000).fill(9))
const origin = new URL(document.referrer).origin
const { port } = await node.createPort({ origin, grants: { read: true, add: true } })
const { port1, port2 } = new MessageChannel()
port1.onmessage = async () => {
  for await (const { used } of node.grants.list({ origin, revoked: true })) port1.postMessage(used)
}
parent.postMessage(String(cid), '*', [port, port2])`

// TestGrantedPort has an app of Helia's read and add in the node of another origin,
// with the grants for that and no more.
func TestGrantedPort(t *testing.T) {
	url, browser := serve(t, "port.js")
	tab := open(t, browser, strings.Replace(url, "127.0.0.1", "a.localhost", 1))
	eval(t, tab, nil, "await start(args[0])", url+"giver.html")
	var got struct {
		Read, Again   int
		Used          int
		Denied        map[string]string
		Through, Kept bool
	}
	eval(t, tab, &got, `
const code = (call) => call.then(() => '', (error) => (error.cause ?? error).code ?? String(error));
const read = await join(fs.cat(known));
const before = await used().then((n) => n ?? 0);
const added = await fs.addBytes(new Uint8Array(500_000).fill(3));
const after = await used();
const all = await join(blockstore.get(known));
return {
  read: read.length,
  again: (await join(fs.cat(added))).length,
  used: after - before,
  through: all.length > 0,
  kept: (await node.cat(added.toString()).bytes()).every((byte) => byte === 3),
  denied: {
    delete: await code(helia.blockstore.delete(added)),
    all: await code(join((async function * () { for await (const { bytes } of helia.blockstore.getAll()) yield * bytes })())),
    'in the repo alone': await code(new SharednodeBlockstore(node).has(known)),
    pin: await code(node.pin.add(added.toString())),
  },
};`)
	if got.Read != 3_000_000 || got.Again != 500_000 || !got.Through || !got.Kept {
		t.Errorf("got %+v; want what is there, and what was added", got)
	}
	if got.Used < 500_000 || got.Used > 600_000 {
		t.Errorf("%d bytes were accounted to the origin for 500 000", got.Used)
	}
	for what, code := range got.Denied {
		if code != "not-granted" {
			t.Errorf("%s: got %q; want not-granted", what, code)
		}
	}
}

// TestTabs has an app of Helia's in two tabs, and its files in Sharednode too.
func TestTabs(t *testing.T) {
	url, browser := serve(t, "app.js")
	first := open(t, browser, url)
	eval(t, first, nil, "await start()")
	var cid string
	eval(t, first, &cid, `
let root = await fs.addDirectory();
root = await fs.cp(await fs.addBytes(new TextEncoder().encode('hello Helia')), root, 'hello.txt');
root = await fs.cp(await fs.addBytes(new Uint8Array(5_000_000).fill(7)), root, 'large');
for await (const pinned of helia.pins.add(root, { metadata: { from: 'first' } }));
return root.toString();`)

	second := open(t, browser, url)
	eval(t, second, nil, "await start()")
	var found struct {
		Text, Node string
		Size       int
		Pinned     bool
		From       string
		Names      []string
	}
	eval(t, second, &found, `
const root = CID.parse(args[0]);
const names = [];
for await (const { name } of fs.ls(root)) names.push(name);
let from;
for await (const pin of helia.pins.ls({ cid: root })) from = pin.metadata.from;
return {
  text: await text(fs.cat(root, { path: 'hello.txt' })),
  node: await text(node.cat(args[0] + '/hello.txt', { offline: true })),
  size: Number((await fs.stat(root, { path: 'large' })).size),
  pinned: await helia.pins.isPinned(root),
  from, names,
};`, cid)
	if found.Text != "hello Helia" || found.Node != "hello Helia" || found.Size != 5_000_000 {
		t.Errorf("the second tab reads %+v", found)
	}
	if !found.Pinned || found.From != "first" || fmt.Sprint(found.Names) != "[hello.txt large]" {
		t.Errorf("the second tab finds %+v; want the pin and both files", found)
	}

	// What Sharednode adds, Helia reads; what Helia deletes is gone in all tabs, and
	// what the node has pinned stays.
	var kept struct{ Text, Left string }
	eval(t, first, &kept, `
const { cid } = await node.add('hello Sharednode');
const other = await helia.blockstore.put(...await (async () => {
  const bytes = new TextEncoder().encode('not to stay');
  const cid = await node.block.put(bytes);
  return [cid, bytes];
})());
await helia.blockstore.delete(cid);
await helia.blockstore.delete(other);
return { text: await text(fs.cat(CID.parse(cid.toString()))), left: other.toString() };`)
	var left bool
	eval(t, second, &left, "return helia.blockstore.has(CID.parse(args[0]))", kept.Left)
	if kept.Text != "hello Sharednode" || left {
		t.Errorf("got %+v, and of what was deleted left: %v", kept, left)
	}
}
