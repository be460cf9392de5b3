package interop

import (
	"os"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/sharednode/sharednode/blockstore"
	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/node"
	"github.com/sharednode/sharednode/testing/interop/peers"
)

// TestCluster pins at a Kubo behind ipfs-cluster, as who outgrows one browser does:
// the node itself is where the blocks come from.
func TestCluster(t *testing.T) {
	if os.Getenv(peers.ClusterVariable) == "" {
		t.Skip(peers.ClusterVariable + " does not name an ipfs-cluster-service binary")
	}
	k := kubo{startKubo(t), t}
	cluster, err := peers.StartCluster(soon(t), t.TempDir(), k.Kubo)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Stop)
	store := blockstore.NewMemory()
	n, err := node.New(t.Context(), node.Config{
		Blockstore: store.Blocks(), Datastore: store.Datastore(), Network: nodeapi.NetworkOn, DialOnly: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	stat, err := n.BlockPut(soon(t), []byte("pinned from afar"), nodeapi.BlockPutOptions{Pin: true})
	must(err)
	must(n.SwarmConnect(soon(t), k.WS)) // which the cluster does not name as its delegate
	must(n.PinRemoteServiceAdd(soon(t), nodeapi.RemoteServiceAdd{Service: "c", Endpoint: cluster.URL, Key: cluster.Token}))
	must(n.PinRemoteServiceAdd(soon(t), nodeapi.RemoteServiceAdd{Service: "w", Endpoint: cluster.URL, Key: "wrong"}))

	pin, err := n.PinRemoteAdd(soon(t), nodeapi.RemotePinAdd{Cid: stat.Cid, Service: "c", Name: "afar"})
	if want := (nodeapi.RemotePin{Cid: stat.Cid, Name: "afar", Status: nodeapi.RemotePinPinned}); err != nil || pin != want {
		t.Fatalf("PinRemoteAdd: got %+v, %v; want %+v", pin, err, want)
	}
	if got := k.line(nil, "pin", "ls", "--type=recursive", stat.Cid.String()); !strings.HasPrefix(got, stat.Cid.String()) {
		t.Errorf("Kubo says %q; want the pin", got)
	}
	if got := k.line(nil, "block", "get", stat.Cid.String()); got != "pinned from afar" {
		t.Errorf("Kubo has %q; want the block", got)
	}
	for name, want := range map[string]int{"afar": 1, "near": 0, "": 1} {
		query := nodeapi.RemotePinQuery{Service: "c", Name: name, Cids: []cid.Cid{stat.Cid}}
		count := 0
		for pin, err := range n.PinRemoteList(soon(t), query) {
			must(err)
			if pin.Cid == stat.Cid {
				count++
			}
		}
		if count != want {
			t.Errorf("by the name %q: got %d pins; want %d", name, count, want)
		}
	}
	for s, err := range n.PinRemoteServiceList(soon(t), true) {
		must(err)
		switch {
		case s.Service == "c" && (s.Stat.Status != nodeapi.RemoteServiceValid || s.Stat.PinCount.Pinned != 1):
			t.Errorf("of the cluster: got %+v", s.Stat)
		case s.Service == "w" && (s.Stat.Status != nodeapi.RemoteServiceInvalid || s.Stat.Code != nodeapi.CodeUnauthorized):
			t.Errorf("with a wrong token: got %+v", s.Stat)
		}
	}
	must(n.PinRemoteRemove(soon(t), nodeapi.RemotePinQuery{Service: "c", Cids: []cid.Cid{stat.Cid}}))
	eventually(t, "Kubo unpins", func() bool {
		_, err := k.Run(soon(t), nil, "pin", "ls", stat.Cid.String())
		return err != nil
	})
}
