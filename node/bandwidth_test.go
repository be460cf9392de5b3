package node_test

import (
	"testing"

	"github.com/sharednode/sharednode/messageport/nodeapi"
)

func TestBandwidth(t *testing.T) {
	server, client := connected(t)
	for result, err := range client.Ping(within(t), nodeapi.PingRequest{Peer: peerID(t, server), Count: 3}) {
		if err != nil || !result.Success {
			t.Fatalf("Ping: %+v, %v", result, err)
		}
	}
	const pinged = 3 * 32
	ping, err := client.Bandwidth(t.Context(), "", "/ipfs/ping/1.0.0")
	must(t, err)
	if ping.TotalOut < pinged || ping.TotalIn < pinged || ping.RateOut == 0 {
		t.Errorf("of 3 pings %+v was counted", ping)
	}
	of, err := client.Bandwidth(t.Context(), peerID(t, server), "")
	must(t, err)
	all, err := client.Bandwidth(t.Context(), "", "")
	must(t, err)
	if of.TotalOut < ping.TotalOut || all.TotalOut < of.TotalOut || all.TotalIn < of.TotalIn {
		t.Errorf("counted: %+v in all, %+v of the peer, %+v of the pings", all, of, ping)
	}
	if none, err := client.Bandwidth(t.Context(), "", "/none"); err != nil || none != (nodeapi.Bandwidth{}) {
		t.Errorf("of no protocol: %+v, %v", none, err)
	}
	_, err = client.Bandwidth(t.Context(), "nobody", "")
	wantCode(t, "Bandwidth", err, nodeapi.CodeInvalidPeerID)
	_, err = newNode(t, newConfig()).Bandwidth(t.Context(), "", "")
	wantCode(t, "Bandwidth offline", err, nodeapi.CodeOffline)
}
