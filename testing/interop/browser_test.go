package interop

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/testing/browser/harness"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

// A browser is one with a profile of its own, and the server of its origin.
type browser struct {
	t       *testing.T
	server  *harness.Server
	browser *harness.Chromium
}

// newBrowser starts a browser for a test, at whose end it looks at what pages
// and workers complained of.
func newBrowser(t *testing.T) *browser {
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
	server.Files("/", os.DirFS("testdata"))
	server.File("/page.html", []byte(`<!doctype html><title>page</title><script type="module" src="page.js"></script>`))
	chromium, err := harness.LaunchChromium(t.Context(), harness.Options{Profile: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		chromium.Kill()
		for _, m := range chromium.Messages() {
			// Of peers that are gone, as some are meant to be, the browser itself
			// complains.
			if m.Fault() && !strings.Contains(m.Text, "WebSocket connection to") {
				t.Errorf("unexpected message: %v", m)
			}
		}
	})
	return &browser{t: t, server: server, browser: chromium}
}

// A tab is a page that is connected to its browser's node.
type tab struct {
	harness.Tab

	t  *testing.T
	id string
}

var _ subject = (*tab)(nil)

// url is the tests' page.
func (b *browser) url() string { return b.server.Origin() + "/page.html" }

// tab opens a tab that asks for a configuration.
func (b *browser) tab(cfg nodeapi.Config) *tab {
	b.t.Helper()
	page, err := b.browser.NewTab(soon(b.t), b.url())
	if err != nil {
		b.t.Fatal(err)
	}
	t := &tab{Tab: page, t: b.t}
	t.open(cfg)
	return t
}

// open connects the page, which does not belong to a node or no longer does.
func (t *tab) open(cfg nodeapi.Config) {
	t.t.Helper()
	t.do(&t.id, "return open(args[0])", configured(cfg))
}

// epoch names the start of the worker.
func (t *tab) epoch() (epoch string) {
	t.t.Helper()
	t.do(&epoch, "return node.epoch")
	return epoch
}

// configured is a configuration as the client has it.
func configured(cfg nodeapi.Config) map[string]any {
	fields := map[string]any{}
	if cfg.Network != "" {
		fields["network"] = cfg.Network
	}
	if cfg.Bootstrap != nil {
		fields["bootstrap"] = cfg.Bootstrap
	}
	if cfg.Relays != nil {
		fields["relays"] = cfg.Relays
	}
	return fields
}

// do runs body in the page, which must not throw.
func (t *tab) do(result any, body string, args ...any) {
	t.t.Helper()
	if err := t.Eval(soon(t.t), result, body, args...); err != nil {
		t.t.Fatalf("%v\nin %s", err, body)
	}
}

// close closes the tab.
func (t *tab) close() {
	t.t.Helper()
	if err := t.Close(); err != nil {
		t.t.Fatal(err)
	}
}

func (t *tab) ID() string { return t.id }

func (t *tab) Events() (events []peers.Event) {
	t.t.Helper()
	var text string
	t.do(&text, "return JSON.stringify(events)")
	if err := json.Unmarshal([]byte(text), &events); err != nil {
		t.t.Fatal(err)
	}
	return events
}

func (t *tab) LocalAddrs() (addrs []string) {
	t.t.Helper()
	t.do(&addrs, "return (await node.swarm.localAddrs()).map(String)")
	return addrs
}

func (t *tab) Peers() (ids []string) {
	t.t.Helper()
	t.do(&ids, "return (await node.swarm.peers()).map(connection => connection.peer)")
	return ids
}

func (t *tab) Connect(addr string) {
	t.t.Helper()
	t.do(nil, "await node.swarm.connect(args[0])", addr)
}

func (t *tab) AddRandom(size, seed int) (cid string) {
	t.t.Helper()
	t.do(&cid, "return String((await node.add(random(...args))).cid)", size, seed)
	return cid
}

func (t *tab) CheckRandom(cid string, size, seed int) {
	t.t.Helper()
	t.do(nil, "await check(args[0], random(args[1], args[2]))", cid, size, seed)
}

func (t *tab) AddFiles(files map[string]string) (cid string) {
	t.t.Helper()
	t.do(&cid, `
		const source = Object.entries(args[0]).map(([path, content]) => ({ path, content }))
		return String((await collect(node.addAll(source, { wrapWithDirectory: true }))).at(-1).cid)`, files)
	return cid
}

func (t *tab) ReadFiles(cid string) (files map[string]string) {
	t.t.Helper()
	t.do(&files, "return readFiles(args[0])", cid)
	return files
}

func (t *tab) PutCBOR(name, link string) (cid string) {
	t.t.Helper()
	t.do(&cid, `
		const links = [CID.parse(args[1])]
		return String(await node.dag.put({ name: args[0], links }))`, name, link)
	return cid
}

func (t *tab) GetCBOR(path string) (name string) {
	t.t.Helper()
	t.do(&name, `
		const [cid, ...path] = args[0].split('/')
		return (await node.dag.get(cid, { path: path.join('/') })).value`, path)
	return name
}

func (t *tab) Subscribe(topic string) {
	t.t.Helper()
	t.do(nil, "await subscribe(args[0])", topic)
}

func (t *tab) Publish(topic string, data []byte) {
	t.t.Helper()
	t.do(nil, "await node.pubsub.publish(args[0], fromBase64(args[1]))", topic, data)
}

func (t *tab) Join(topic string) {
	t.t.Helper()
	t.do(nil, "await join(args[0])", topic)
}

func (t *tab) Leave(topic string) {
	t.t.Helper()
	t.do(nil, "await rooms[args[0]].leave()", topic)
}

func (t *tab) Broadcast(topic, text string) {
	t.t.Helper()
	t.do(nil, "await rooms[args[0]].broadcast(args[1])", topic, text)
}

func (t *tab) SendTo(topic, peer, text string) {
	t.t.Helper()
	t.do(nil, "await rooms[args[0]].sendTo(args[1], args[2])", topic, peer, text)
}

func (t *tab) Talk(peer, protocol string, data []byte) (back []byte, code nodeapi.Code) {
	t.t.Helper()
	err := t.Eval(soon(t.t), &back, "return talk(...args)", peer, protocol, data)
	var thrown *harness.JSError
	if errors.As(err, &thrown) && thrown.Code != "" {
		return nil, nodeapi.Code(thrown.Code)
	}
	if err != nil {
		t.t.Fatal(err)
	}
	return back, ""
}

func (t *tab) Echo(protocol string) {
	t.t.Helper()
	t.do(nil, "await echo(args[0])", protocol)
}

func (t *tab) ResetAfterByte(protocol string) {
	t.t.Helper()
	t.do(nil, "await resetAfterByte(args[0])", protocol)
}
