package interop

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

// TestKuboOverHTTP has a node that is connected to nobody reach what two Kubos in a
// DHT know and have, over the gateway of one of them.
func TestKuboOverHTTP(t *testing.T) {
	near, far := kubo{startKubo(t, peers.InDHT), t}, kubo{startKubo(t, peers.InDHT), t}
	near.line(nil, "swarm", "connect", far.TCP)
	url, err := near.Gateway()
	if err != nil {
		t.Fatal(err)
	}
	store := blockstore.NewMemory()
	n, err := node.New(t.Context(), node.Config{
		Blockstore: store.Blocks(), Datastore: store.Datastore(),
		Network: nodeapi.NetworkOn, DialOnly: true, DelegatedRouters: []string{url}, Gateways: []string{url},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	t.Run("blocks", func(t *testing.T) { testKuboGateway(t, near, n) })
	t.Run("our names", func(t *testing.T) { testNamesForKubo(t, far, n) })
	t.Run("Kubo's names", func(t *testing.T) { testNamesOfKubo(t, far, n) })
	t.Run("paths of Kubo's names", func(t *testing.T) { testPathsOfNames(t, near, far, n) })
	t.Run("providers", func(t *testing.T) { testProvidersOfKubo(t, far, n) })
}

// testKuboGateway gets a file block by block from Kubo's gateway.
func testKuboGateway(t *testing.T, k kubo, n *node.Node) {
	data := random(8<<20, 7)
	root := k.line(data, "add", "--quieter")
	r, err := n.Cat(soon(t), nodeapi.CatRequest{Path: root})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
		t.Errorf("got %d bytes, %v; want %d", len(got), err, len(data))
	}
}

// testNamesForKubo publishes with each kind of key, and has Kubo find, verify and
// resolve the records.
func testNamesForKubo(t *testing.T, k kubo, n *node.Node) {
	const value = "/ipfs/bafkqabtimvwgy3yk"
	for _, kind := range []string{nodeapi.KeyEd25519, nodeapi.KeyRSA, nodeapi.KeySecp256k1} {
		key, err := n.KeyGen(soon(t), nodeapi.KeyGenRequest{Name: kind, Type: kind})
		if err != nil {
			t.Fatal(err)
		}
		published, err := n.NamePublish(soon(t), nodeapi.NamePublishRequest{Value: value, Key: kind, Lifetime: "24h", TTL: "1m"})
		if err != nil || published.Name != key.ID {
			t.Fatalf("%s: got %+v, %v; want the name %s", kind, published, err, key.ID)
		}
		if got := k.line(nil, "name", "resolve", "--nocache", "/ipns/"+key.ID); got != value {
			t.Errorf("%s: Kubo resolves it to %s; want %s", kind, got, value)
		}
		record, err := k.Run(soon(t), nil, "routing", "get", "/ipns/"+key.ID)
		if err != nil {
			t.Fatal(err)
		}
		if ours := recordOf(t, n, key.ID); !bytes.Equal(record, ours) {
			t.Errorf("%s: Kubo has %x; want %x", kind, record, ours)
		}
		file := filepath.Join(t.TempDir(), "record")
		if err := os.WriteFile(file, record, 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := k.Run(soon(t), nil, "name", "inspect", "--verify="+key.ID, "--enc=json", file)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`"Value":"` + value + `"`, `"TTL":60000000000`, `"Valid":true`, `"SignatureType":"V1+V2"`} {
			if !strings.Contains(string(said), want) {
				t.Errorf("%s: Kubo says of the record %s; want %s", kind, said, want)
			}
		}
	}
}

// recordOf returns the record of a name as the node has it.
func recordOf(t *testing.T, n *node.Node, name string) []byte {
	t.Helper()
	var record []byte
	for event, err := range n.RoutingGet(soon(t), nodeapi.RoutingGetRequest{Key: "/ipns/" + name}) {
		if err != nil {
			t.Fatal(err)
		}
		if event.Name == nodeapi.RoutingValue {
			record = event.Value
		}
	}
	return record
}

// testNamesOfKubo resolves what Kubo publishes, also as bytes that are carried to
// a node that is offline.
func testNamesOfKubo(t *testing.T, k kubo, n *node.Node) {
	root := k.line([]byte("hello"), "add", "--quieter")
	name := k.line(nil, "key", "gen", "k")
	k.line(nil, "name", "publish", "--key=k", "--ttl=10m", "/ipfs/"+root)
	if got := resolve(t.Context(), t, n, "/ipns/"+name+"/a"); got != "/ipfs/"+root+"/a" {
		t.Errorf("got %s; want %s", got, root)
	}
	record, err := k.Run(soon(t), nil, "routing", "get", "/ipns/"+name)
	if err != nil {
		t.Fatal(err)
	}
	if got := recordOf(t, n, name); !bytes.Equal(got, record) {
		t.Errorf("got the record %x; Kubo has %x", got, record)
	}
	store := blockstore.NewMemory()
	offline, err := node.New(t.Context(), node.Config{Blockstore: store.Blocks(), Datastore: store.Datastore()})
	if err != nil {
		t.Fatal(err)
	}
	defer offline.Close()
	for _, err := range offline.RoutingPut(soon(t), nodeapi.RoutingPutRequest{Key: "/ipns/" + name, AllowOffline: true}, record) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := resolve(t.Context(), t, offline, name); got != "/ipfs/"+root {
		t.Errorf("offline: got %s; want %s", got, root)
	}
}

// testPathsOfNames has calls take a path that begins with a name, and compares what
// they give with what Kubo gives of the same path. Offline what was resolved before
// is known, and what was not is not.
func testPathsOfNames(t *testing.T, near, far kubo, n *node.Node) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.txt": "hello", "b.txt": "hello again"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root := near.line(nil, "add", "--recursive", "--quieter", dir)
	name := far.line(nil, "key", "gen", "paths")
	far.line(nil, "name", "publish", "--key=paths", "--resolve=false", "/ipfs/"+root)
	path := "/ipns/" + name
	offline := nodeapi.WithOffline(soon(t))
	if _, err := n.Cat(offline, nodeapi.CatRequest{Path: path + "/a.txt"}); nodeapi.CodeOf(err) != nodeapi.CodeNameNotFound {
		t.Errorf("offline, before it was resolved: got %v; want code %q", err, nodeapi.CodeNameNotFound)
	}
	same := func(what string, got []byte, err error, args ...string) {
		t.Helper()
		want, kuboErr := near.Run(soon(t), nil, args...)
		if err != nil || kuboErr != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: got %q, %v; Kubo has %q, %v", what, got, err, want, kuboErr)
		}
	}
	read := func(r io.ReadCloser, err error) ([]byte, error) {
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return io.ReadAll(r)
	}
	data, err := read(n.Cat(soon(t), nodeapi.CatRequest{Path: path + "/a.txt"}))
	same("cat", data, err, "cat", path+"/a.txt")
	resolved, err := n.Resolve(soon(t), nodeapi.ResolveRequest{Name: path + "/b.txt"})
	same("resolve", []byte(resolved+"\n"), err, "resolve", path+"/b.txt")
	car, err := read(n.DAGExport(soon(t), path))
	same("dag export", car, err, "dag", "export", "--progress=false", path)
	end, err := n.DAGResolve(soon(t), path+"/b.txt")
	// Kubo tells it in the multibase of the name.
	if want, parseErr := cid.Decode(near.line(nil, "dag", "resolve", path+"/b.txt")); err != nil || parseErr != nil || end.Cid != want {
		t.Errorf("dag resolve: got %s, %v; Kubo has %s, %v", end.Cid, err, want, parseErr)
	}
	var listing []byte
	for entry, listErr := range n.List(soon(t), path) {
		err = listErr
		listing = fmt.Appendf(listing, "%s %-2d %s\n", entry.Cid, entry.Size, entry.Name)
	}
	same("ls", listing, err, "ls", path)
	data, err = read(n.Cat(offline, nodeapi.CatRequest{Path: path + "/a.txt"}))
	if err != nil || string(data) != "hello" {
		t.Errorf("offline: got %q, %v; want what was resolved before", data, err)
	}
}

func resolve(ctx context.Context, t *testing.T, n *node.Node, name string) (last string) {
	t.Helper()
	for r, err := range n.NameResolve(ctx, nodeapi.NameResolveRequest{Name: name}) {
		if err != nil {
			t.Fatal(err)
		}
		last = r.Path
	}
	return last
}

// testProvidersOfKubo finds who provides a block, and where that is.
func testProvidersOfKubo(t *testing.T, k kubo, n *node.Node) {
	root := k.line([]byte("provided"), "add", "--quieter")
	k.line(nil, "routing", "provide", root)
	found := func(want string, events func(func(nodeapi.RoutingEvent, error) bool)) {
		t.Helper()
		var ids []string
		for event, err := range events {
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range event.Peers {
				if event.Name == want && len(p.Multiaddrs) > 0 {
					ids = append(ids, p.ID)
				}
			}
		}
		if !slices.Contains(ids, k.ID) {
			t.Errorf("%s: got %q; want %s", want, ids, k.ID)
		}
	}
	c, err := cid.Decode(root)
	if err != nil {
		t.Fatal(err)
	}
	found(nodeapi.RoutingProvider, n.RoutingFindProviders(soon(t), nodeapi.FindProvidersRequest{Cid: c, NumProviders: 1}))
	found(nodeapi.RoutingFinalPeer, n.RoutingFindPeer(soon(t), nodeapi.FindPeerRequest{Peer: k.ID}))
}
