package interop

import (
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sharednode/sharednode/messageport/nodeapi"
	"github.com/sharednode/sharednode/testing/browser/harness"
)

// TestPeerComesBack has the only peer crash, stay away and come back.
func TestPeerComesBack(t *testing.T) {
	k := kubo{startKubo(t), t}
	node := newSubject(t, nodeapi.Config{Bootstrap: []string{k.WS}})
	testKuboTopics(t, k, node)

	k.Stop()
	eventually(t, "the node sees that Kubo has gone", func() bool { return len(node.Peers()) == 0 })
	door := knockedAt(t, address(k.WS))
	time.Sleep(6 * time.Second)
	knocks := door.close()
	t.Logf("the node dialled %d times in 6 s", knocks)
	if knocks == 0 || knocks > 12 {
		t.Errorf("the node dialled %d times in 6 s; want it to try, and less and less often", knocks)
	}

	if err := k.Start(soon(t)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the node is connected again", func() bool { return len(node.Peers()) == 1 })
	testKuboTopics(t, k, node)
}

// TestSequenceNumbersOutliveWorkers has Kubo, which takes no message whose number
// is not above all before it, listen to a node whose worker ends and starts anew.
func TestSequenceNumbersOutliveWorkers(t *testing.T) {
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	k := kubo{startKubo(t), t}
	cfg := nodeapi.Config{Network: nodeapi.NetworkOn, Bootstrap: []string{k.WS}}
	only := newBrowser(t).tab(cfg)
	testKuboTopics(t, k, only)
	for range 2 {
		before := only.epoch()
		if err := only.Reload(soon(t)); err != nil {
			t.Fatal(err)
		}
		only.open(cfg)
		if only.epoch() == before {
			t.Fatal("the worker is still the same")
		}
		testKuboTopics(t, k, only)
	}
}

// TestOffline wants nothing to be dialled by a node that is to be offline.
func TestOffline(t *testing.T) {
	if reason := harness.Skip(); reason != "" {
		t.Skip(reason)
	}
	door := knockedAt(t, "127.0.0.1:0")
	_, port, err := net.SplitHostPort(door.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	peer := "/ip4/127.0.0.1/tcp/" + port + "/ws/p2p/12D3KooWJRcNLYJRzHTboYLNUfjiuiFgP7gso9gQvCqHPzLUuZhC"
	cfg := nodeapi.Config{Network: nodeapi.NetworkOffline, Bootstrap: []string{peer}, Relays: []string{peer}}
	tab := newBrowser(t).tab(cfg)
	tab.CheckRandom(tab.AddRandom(1<<20, 1), 1<<20, 1)
	for _, call := range []string{
		"node.swarm.connect(args[0])", "node.pubsub.subscribe('topic', () => {})", "node.block.get(args[1])",
	} {
		const missing = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
		if err := tab.Eval(soon(t), nil, "await "+call, peer, missing); err == nil {
			t.Errorf("%s went well", call)
		} else {
			t.Logf("%s: %v", call, err)
		}
	}
	var online bool
	tab.do(&online, "return node.isOnline()")
	if online {
		t.Error("the node says that it is online")
	}
	time.Sleep(3 * time.Second)
	if n := door.close(); n != 0 {
		t.Errorf("the peer was dialled %d times", n)
	}
}

// A door is an address at which nobody is who was wanted, and that counts who
// comes.
type door struct {
	listener net.Listener
	knocks   atomic.Int32
}

// knockedAt listens at an address until it is closed or the test ends, and hangs
// up on who connects.
func knockedAt(t *testing.T, addr string) *door {
	t.Helper()
	listener, err := net.Listen("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	d := &door{listener: listener}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			d.knocks.Add(1)
			conn.Close()
		}
	}()
	return d
}

func (d *door) close() (knocks int) {
	d.listener.Close()
	return int(d.knocks.Load())
}

// address is the host and port of a multiaddr of TCP.
func address(addr string) string {
	parts := strings.Split(addr, "/")
	return net.JoinHostPort(parts[2], parts[4])
}
