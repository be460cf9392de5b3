package reference

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/cmd/build-docs/examples"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/testing/browser/harness"
)

const examplesFile = "examples.js"

// read returns the examples, and their text.
func read(t *testing.T) (source []byte, all []examples.Example) {
	t.Helper()
	source, err := os.ReadFile(examplesFile)
	if err != nil {
		t.Fatal(err)
	}
	all, err = examples.Read(examplesFile)
	if err != nil {
		t.Fatal(err)
	}
	return source, all
}

// TestExamples runs each example, with a peer that is really there where it asks
// for one.
func TestExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a browser")
	}
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	source, all := read(t)
	id, addr := newPeer(t)
	tab := open(t, source, "")
	for _, e := range all {
		t.Run(e.Name, func(t *testing.T) {
			if len(e.Logs) == 0 {
				t.Error("it says of nothing what it logs")
			}
			var peer any
			if e.WithPeer {
				peer = map[string]string{"peer": id, "addr": addr}
			}
			var got []string
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := tab.Eval(ctx, &got, "return run(args[0], args[1])", e.Name, peer); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, e.Logs) {
				t.Errorf("it logs %q; want %q", got, e.Logs)
			}
		})
	}
}

// TestScriptThatIsNotThere has a site that left out a file of the package: what
// needs it says so, and all else works.
func TestScriptThatIsNotThere(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a browser")
	}
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	source, _ := read(t)
	tab := open(t, source, "rare.js")
	var got []string
	err := tab.Eval(t.Context(), &got, `
const { connect } = await import('/bare/index.min.js');
const node = await connect({ workerURL: '/dist/worker.js', config: { network: 'offline' } });
const codes = [];
await node.repo.version().catch(({ code }) => codes.push(code));
try {
  for await (const _ of node.pin.ls());
} catch ({ code }) {
  codes.push(code);
}
const { cid } = await node.add('hello world');
return [...codes, await node.cat(cid).text()];`)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"script-failed", "script-failed", "hello world"}; !slices.Equal(got, want) {
		t.Errorf("got %q; want %q", got, want)
	}
}

// open serves the examples beside the package, and the client's script alone in
// another place, and opens a page that runs them. What the page says of what it
// lacks is no fault.
func open(t *testing.T, source []byte, lacks string) harness.Tab {
	t.Helper()
	dist, err := harness.Dist()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("testdata/page.js")
	if err != nil {
		t.Fatal(err)
	}
	server, err := harness.NewServer("no-cache")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	server.Files("/", fstest.MapFS{
		"index.html":  {Data: []byte(`<!doctype html><title>Examples</title><link rel="icon" href="data:," /><script type="importmap">{"imports": {"sharednode": "/dist/index.min.js", "sharednode/hub": "/dist/hub.min.js", "sharednode/room": "/dist/room.js"}}</script><script type="module" src="page.js"></script>`)},
		"hello.txt":   {Data: []byte("hello world")},
		"page.js":     {Data: page},
		"examples.js": {Data: source},
	})
	server.Files("/dist/", os.DirFS(dist))
	client, err := os.ReadFile(filepath.Join(dist, "index.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	server.Files("/bare/", fstest.MapFS{"index.min.js": {Data: client}})
	browser, err := harness.LaunchChromium(t.Context(), harness.Options{Profile: filepath.Join(t.TempDir(), "profile")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, m := range browser.Messages() {
			if m.Problem() && (lacks == "" || !strings.Contains(m.String(), lacks)) {
				t.Error(m)
			}
		}
		if err := browser.Kill(); err != nil {
			t.Error(err)
		}
	})
	tab, err := browser.NewTab(t.Context(), server.Origin()+"/")
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// newPeer starts a native node that echoes, and returns its id and its address.
func newPeer(t *testing.T) (id, addr string) {
	t.Helper()
	store := blockstore.NewMemory()
	n, err := node.New(t.Context(), node.Config{
		Blockstore: store.Blocks(), Datastore: store.Datastore(),
		Network: nodeapi.NetworkOn, Swarm: []string{"/ip4/127.0.0.1/tcp/0/ws"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Errorf("closing the peer: %v", err)
		}
	})
	remove, err := n.HandleProtocol("/echo/1.0.0", func(s nodeapi.Stream) {
		defer s.Close()
		_, _ = io.Copy(s, s)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(remove)
	who, err := n.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(who.Addresses, func(a string) bool { return strings.Contains(a, "/ws/p2p/") })
	if i < 0 {
		t.Fatalf("the peer has no WebSocket address among %v", who.Addresses)
	}
	return who.ID, who.Addresses[i]
}
